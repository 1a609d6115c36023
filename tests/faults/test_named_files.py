"""Pipes, devices, sockets and folders in place of files that a person names: each is refused at once, and nothing waits for it."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from bowerbird.domain.access.admin import load_or_create_admin_token
from bowerbird.named_files import NotAFile, read_bytes, read_text, require_file
from bowerbird.plugins.bank_network import SettingsFileError, read_connector_settings
from bowerbird.plugins.institutions import CatalogueError, load
from bowerbird.settings import Settings
from bowerbird.storage.backup.backups import restore_backup
from bowerbird.wiring.services import SetupError, open_services

PATIENCE_SECONDS = 60


def bound(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))


MADE: dict[str, Callable[[Path], object]] = {
    "a pipe": os.mkfifo,
    "a folder": Path.mkdir,
    "a socket": bound,
    "a device": lambda path: path.symlink_to("/dev/zero"),
}


@pytest.fixture(params=MADE)
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def thing(tmp_path: Path, kind: str, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What is there and is no file, by a name short enough for a socket."""
    monkeypatch.chdir(tmp_path)
    path = Path("thing")
    MADE[kind](path)
    return path


def test_each_is_refused_by_what_it_is(thing: Path, kind: str) -> None:
    for ask in (read_bytes, read_text, require_file):
        with pytest.raises(NotAFile, match=f"thing is no file: it is {kind}: name a file"):
            ask(thing)


def test_a_file_is_read_whole_and_by_its_link(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("one\r\ntwo\n", newline="")
    (tmp_path / "link").symlink_to(file)
    assert read_bytes(tmp_path / "link") == b"one\r\ntwo\n"
    assert read_text(tmp_path / "link") == "one\ntwo\n"
    require_file(tmp_path / "none")
    with pytest.raises(FileNotFoundError):
        read_bytes(tmp_path / "none")


def test_what_becomes_a_pipe_after_it_was_looked_at_is_not_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    monkeypatch.setattr("bowerbird.named_files.require_file", lambda _: None)
    with pytest.raises(NotAFile, match="a pipe"):
        read_bytes(pipe)


def test_settings_of_a_server(thing: Path, kind: str, tmp_path: Path) -> None:
    settings = Settings(data=tmp_path / "data")
    with pytest.raises(SetupError, match=f"the master key file thing cannot be read: it is {kind}"):
        open_services(replace(settings, master_key_file=str(thing)))
    with pytest.raises(SetupError, match=f"thing cannot be read .*it is {kind}"):
        open_services(replace(settings, connectors=str(thing)))
    with pytest.raises(CatalogueError, match=f"it is {kind}"):
        load(thing)
    (tmp_path / "connectors.toml").write_text(f'[up]\naddress = "file:{thing}"\n')
    with pytest.raises(SettingsFileError, match=f"it is {kind}"):
        read_connector_settings(str(tmp_path / "connectors.toml"))


@pytest.mark.parametrize("name", ["master.key", "bowerbird.db", "admin.token"])
def test_what_stands_in_a_data_folder(tmp_path: Path, name: str) -> None:
    settings = Settings(data=tmp_path / "data")
    open_services(settings).close()
    (settings.data / name).unlink()
    os.mkfifo(settings.data / name)
    with pytest.raises((SetupError, NotAFile), match=f"{name}.* it is a pipe"):
        open_services(settings)
    if name == "admin.token":
        with pytest.raises(NotAFile):
            load_or_create_admin_token(settings.data / name)


def test_a_backup(thing: Path, kind: str, tmp_path: Path) -> None:
    with pytest.raises(NotAFile, match=kind):
        restore_backup(thing, tmp_path / "data", lambda *_: None)


COMMANDS = {
    "statement parse": ["statement", "parse", "thing"],
    "statement draft": ["statement", "draft", "thing"],
    "statement describe": ["statement", "describe", "thing"],
    "statement map": ["statement", "map", "thing", "--institution", "AU00000"],
    "insights classify": ["insights", "classify", "thing"],
    "insights evaluate": ["insights", "evaluate", "thing"],
    "insights streams": ["insights", "streams", "thing"],
    "restore": ["restore", "thing", "--data", "restored"],
    "serve": ["serve", "--data", "data", "--port", "0"],
    "backup": ["backup", "copy", "--data", "data"],
    "vault rotate": ["vault", "rotate", "--data", "data"],
    "export": ["export", "--user", "a", "--format", "csv", "--data", "data"],
    "connector list": ["connector", "list"],
    "register": ["connector", "register", "cdr", "--statement", "thing"],
}
SETTINGS = {
    "serve": "BOWERBIRD_MASTER_KEY_FILE",
    "export": "BOWERBIRD_INSTITUTIONS",
    "connector list": "BOWERBIRD_CONNECTORS",
}


@pytest.mark.slow
@pytest.mark.parametrize("what", COMMANDS)
def test_a_command_that_is_given_a_pipe_says_so_and_ends(tmp_path: Path, what: str) -> None:
    os.mkfifo(tmp_path / "thing")
    open_services(Settings(data=tmp_path / "data")).close()
    if what == "backup":
        (tmp_path / "data" / "bowerbird.db").unlink()
        os.mkfifo(tmp_path / "data" / "bowerbird.db")
    if what == "vault rotate":
        os.mkfifo(tmp_path / "data" / "master.key.lock")
    environment = {**os.environ, "BOWERBIRD_PUBLIC_URL": "https://bowerbird.example"}
    if name := SETTINGS.get(what):
        environment[name] = "thing"
    run = [sys.executable, "-m", "bowerbird", *COMMANDS[what]]
    outcome = subprocess.run(run, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False, timeout=PATIENCE_SECONDS)
    assert outcome.returncode != 0
    assert "Traceback" not in outcome.stderr
    assert re.search(r"it\s+is\s+a\s+pipe", outcome.stderr), outcome.stderr
