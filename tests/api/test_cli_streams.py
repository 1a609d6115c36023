"""What every command prints where, and what it makes: `--json` prints JSON alone, and what only reads makes nothing."""

from __future__ import annotations

import faulthandler
import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import closing
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
import typer.main

from bowerbird import cli
from bowerbird.domain.access.applications import create_application
from bowerbird.domain.statements.lineage import get_lineage
from bowerbird.model.clock import SystemClock, wire_time
from bowerbird.reference import Command
from bowerbird.settings import Settings
from bowerbird.storage.database.unit_of_work import EVERY_TENANT
from bowerbird.wiring.services import migrate_database, open_services
from tests.bank_files import BANKS, FIRST, BankEntry
from tests.overlapping_files import Uploads
from tests.serving import START_SECONDS, Process, free_port, until

ROOT = Path(__file__).parents[2]
STATEMENT = ROOT / "tests" / "samples" / "sequences" / "pdf-then-ofx" / "0-s.pdf"
TABLE = ROOT / "tests" / "samples" / "statements" / "semicolons.csv"
INSIGHTS = ROOT / "tests" / "samples" / "insights"
"""Files of one row and of one person: what is a JSON line a row then is one JSON value."""

MAKES = {"serve", "home", "worker", "restore", "app create", "connector new", "sandbox run", "docs", "verify"}
"""Commands that make a database, a folder or files: that is what they are for. `verify` makes its copies elsewhere (tests/faults)."""

ARGUMENTS = {
    "admin recover": ["ana"],
    "alert create": ["ID", "--mail", "ops@lender.example"],
    "alert delete": ["ID", "ID"],
    "alert list": ["ID"],
    "app branding": ["ID"],
    "app create": ["Another"],
    "app disable": ["ID"],
    "app enable": ["ID"],
    "app policy": ["ID"],
    "app receipts": ["ID"],
    "app redirect": ["ID"],
    "app refresh": ["ID"],
    "backup": ["backup.file"],
    "clock advance": ["1s", "--url", "URL"],
    "clock freeze": ["--url", "URL"],
    "clock resume": ["--url", "URL"],
    "clock set": ["LATER", "--url", "URL"],
    "clock show": ["--url", "URL"],
    "codes trigger": ["resource-not-found/path", "--url", "URL"],
    "connector check": ["up"],
    "connector new": ["wattle"],
    "connector register": ["cdr", "--action", "delete", "--yes"],
    "demo": ["--url", "URL"],
    "export": ["--user", "ID", "--format", "csv"],
    "feed create": ["--user", "USER", "--data", "files"],
    "feed list": ["--user", "USER", "--data", "files"],
    "feed revoke": ["ID", "--user", "USER", "--data", "files"],
    "insights classify": [str(INSIGHTS / "movements.csv")],
    "insights evaluate": [str(INSIGHTS / "movements.csv")],
    "insights explain": ["WOOLWORTHS 1294 SYDNEY AU", "--amount", "-31.20"],
    "insights override": ["ID", "ID", "ID", "groceries"],
    "insights rules": ["ID"],
    "insights streams": [str(INSIGHTS / "people.jsonl")],
    "key create": ["ID"],
    "key list": ["ID"],
    "key revoke": ["ID"],
    "listen": ["--key", "KEY", "--url", "URL"],
    "mcp": ["--key", "KEY", "--user", "ID", "--url", "URL"],
    "reset": ["--url", "URL"],
    "snapshot delete": ["one", "--url", "URL"],
    "snapshot fork": ["--url", "URL"],
    "snapshot list": ["--url", "URL"],
    "snapshot restore": ["one", "--url", "URL"],
    "snapshot save": ["one", "--url", "URL"],
    "statement describe": [str(STATEMENT)],
    "statement draft": [str(STATEMENT)],
    "statement map": [str(TABLE), "--days", "dd/mm/yyyy"],
    "statement parse": [str(STATEMENT), str(STATEMENT), "--institution", "AU04301"],
    "transaction join": ["FILES", "USER", "TRANSACTION", "SOURCE", "--data", "files"],
    "transaction separate": ["FILES", "USER", "TRANSACTION", "SOURCE", "--data", "files"],
    "transaction sources": ["FILES", "USER", "TRANSACTION", "--data", "files"],
    "verify": ["--kills", "1"],
}
"""Arguments with which a command runs; a command that is not here runs without any."""


def commands() -> Iterator[tuple[str, list[str]]]:
    """Every command of the tree with the options it has."""

    def walk(command: Command, name: str) -> Iterator[tuple[str, list[str]]]:
        children = getattr(command, "commands", {})
        if not children or getattr(command, "invoke_without_command", False):
            yield name, [option for parameter in command.params for option in getattr(parameter, "opts", ())]
        for child_name, child in children.items():
            yield from walk(child, f"{name} {child_name}".strip())

    yield from walk(typer.main.get_command(cli.app), "")  # type: ignore[arg-type]


NAMES = sorted(name for name, _ in commands() if name)
WITH_JSON = sorted(name for name, options in commands() if "--json" in options)
READS = [
    "admin operators", "alert list", "app list", "app policy", "app receipts", "app refresh", "codes", "connector check", "connector list",
    "key list", "openapi",
    "statement describe",
    "statement draft", "statement map", "statement parse",
    "vault status",
]  # fmt: skip

TALKATIVE = """
import logging, warnings
from bowerbird.logs import log
log.error("a leaf writes to the log")
logging.getLogger("leaf").warning("and by the standard library")
warnings.warn("and as a warning")
class Connector:
    institutions = frozenset()
CONNECTOR = Connector()
"""


@pytest.fixture
def talkative(tmp_path: Path) -> dict[str, str]:
    """The environment in which a connector is installed that writes to the log when it is loaded."""
    folder = tmp_path / "leaf"
    information = folder / "talkative-1.dist-info"
    information.mkdir(parents=True)
    (folder / "talkative.py").write_text(TALKATIVE)
    (information / "METADATA").write_text("Metadata-Version: 2.1\nName: talkative\nVersion: 1\n")
    (information / "entry_points.txt").write_text("[bowerbird.connectors]\ntalkative = talkative\n")
    return {"PYTHONPATH": str(folder)}


def run(
    name: str, arguments: list[str], folder: Path, environment: Mapping[str, str] | None = None, seconds: int = START_SECONDS
) -> subprocess.CompletedProcess[str]:
    """A command in a process of its own, so that what a library or a child process prints is seen too."""
    command = [sys.executable, "-m", "bowerbird", *name.split(), *arguments]
    environment = {**os.environ, **(environment or {})}
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, check=False, text=True, timeout=seconds)


def arguments_of(name: str, **values: str) -> list[str]:
    values["LATER"] = wire_time(SystemClock().now() + timedelta(days=9))
    return [values.get(argument, argument) for argument in ARGUMENTS.get(name, [])]


def content(folder: Path) -> dict[str, bytes]:
    return {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


def test_every_command_is_known_here() -> None:
    assert {*ARGUMENTS, *MAKES, *READS} <= set(NAMES)
    assert set(WITH_JSON) >= {"app list", "codes", "verify"}


@pytest.fixture
def application_id(tmp_path: Path) -> str:
    """An application in an embedded database that no server has open."""
    services = open_services(Settings(data=tmp_path / "data"))
    create = partial(create_application, production=False, products="all")
    made = services.write_now(create, "Lender", tenant=EVERY_TENANT)
    services.close()
    return made.application_id


def two_files(data: Path) -> dict[str, str]:
    """A transaction that two files show, by the ids that name it and the second file."""
    services = open_services(Settings(data=data))
    uploads, bank = Uploads(services), next(bank for bank in BANKS if bank.name == "bendigo")
    for kind in ("csv", "ofx"):
        uploads.add(bank.statement(kind, [BankEntry(FIRST, FIRST, -450, "WARATAH COFFEE CART", 100_000, "F0001A")]))
    (row,) = uploads.stored()
    source = services.read_now(get_lineage, row.id, tenant=uploads.tenant).sources[1].source_id
    services.close()
    return {"FILES": uploads.tenant.application_id, "USER": uploads.tenant.user_id, "TRANSACTION": row.id, "SOURCE": source or ""}


@pytest.mark.slow
def test_json_and_nothing_else_is_printed(application_id: str, talkative: dict[str, str], tmp_path: Path) -> None:
    printed, ids = {}, two_files(tmp_path / "files")
    with Process(tmp_path / "data", BOWERBIRD_SANDBOX_CONTROLS="yes") as server:
        for name in (name for name in WITH_JSON if name != "verify"):
            outcome = run(name, [*arguments_of(name, ID=application_id, URL=server.url, **ids), "--json"], tmp_path, talkative)
            assert outcome.returncode == 0, (name, outcome.stderr)
            printed[name] = json.loads(outcome.stdout)
            if name == "app list":
                assert outcome.stderr.count("a leaf writes to the log") == 1
    assert printed["app create"].keys() == {"applicationId", "apiKey"}
    assert {row["name"] for row in printed["app list"]} == {"Lender", "Another"}


@pytest.mark.slow
def test_the_longest_command_prints_json_and_nothing_else(application_id: str, talkative: dict[str, str], tmp_path: Path) -> None:
    """It takes as long as all others together, so it has a test and a time limit of its own."""
    outcome = run("verify", [*arguments_of("verify"), "--json"], tmp_path, talkative, seconds=280)
    assert outcome.returncode == 0, (outcome.stdout, outcome.stderr)
    assert json.loads(outcome.stdout)["passed"]


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name in NAMES if name not in MAKES])
def test_a_command_makes_no_database_key_or_folder(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """In an empty folder, where no server answers: each command does what it can, or says in one line what is missing."""
    monkeypatch.chdir(tmp_path)
    faulthandler.cancel_dump_traceback_later()  # the test run's own watch, which a forked process would wait for: its thread is not copied
    monkeypatch.setattr(sys, "argv", ["bowerbird", *name.split(), *arguments_of(name, URL=f"http://127.0.0.1:{free_port()}")])
    with pytest.raises(SystemExit) as end:
        cli.main()
    assert list(tmp_path.iterdir()) == []
    output = capfd.readouterr()
    assert end.value.code in (0, 1)
    if end.value.code == 1:
        assert output.out == ""
        assert re.fullmatch(r"bowerbird: .+\n", output.err), output.err


@pytest.mark.slow
def test_what_only_reads_changes_nothing(application_id: str, tmp_path: Path) -> None:
    """A data folder as a restore leaves it, without an admin token; its uploads belong into a folder that is not there."""
    data = tmp_path / "data"
    (data / "admin.token").unlink()
    before = content(data)
    for name in READS:
        outcome = run(name, arguments_of(name, ID=application_id), tmp_path, {"BOWERBIRD_UPLOADS": str(tmp_path / "uploads")})
        assert outcome.returncode == 0, (name, outcome.stderr)
        assert content(data) == before, name
        assert list(tmp_path.iterdir()) == [data], name


@pytest.mark.slow
def test_a_missing_key_or_schema_is_named(application_id: str, tmp_path: Path) -> None:
    data = tmp_path / "data"
    (data / "master.key").rename(tmp_path / "master.key")
    outcome = run("app list", [], tmp_path)
    assert (outcome.returncode, outcome.stdout) == (1, "")
    assert f"{Path('data') / 'master.key'} cannot be read" in outcome.stderr
    assert not (data / "master.key").exists()
    (tmp_path / "master.key").rename(data / "master.key")
    with closing(sqlite3.connect(data / "bowerbird.db")) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '0000'")
    assert "run `bowerbird migrate --data data`" in run("key list", [application_id], tmp_path).stderr
    shutil.rmtree(data)
    data.mkdir()
    migrate_database(Settings(data=data))
    environment = {"BOWERBIRD_MASTER_KEY": "ab" * 32}
    assert "start the server on it once" in run("app list", [], tmp_path, environment).stderr
    assert [file.name for file in data.iterdir()] == ["bowerbird.db"]


@pytest.mark.slow
@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_dashboard_link_names_the_server_that_runs(tmp_path: Path, workers: str) -> None:
    with Process(tmp_path / "data", BOWERBIRD_WORKERS=workers) as server:
        until(lambda: "Ctrl-C" in server.log.read_text("utf-8"), "the welcome, which follows the record")
        assert link(tmp_path).stdout.startswith(f"{server.url}/dashboard/link/")
        assert link(tmp_path, "--url", "https://bank.example/").stdout.startswith("https://bank.example/dashboard/link/")
    assert "name another with --url" in link(tmp_path).stderr


@pytest.mark.slow
def test_a_dashboard_link_does_not_name_a_server_that_was_killed(tmp_path: Path) -> None:
    server = Process(tmp_path / "data", BOWERBIRD_PUBLIC_URL="https://bank.example")
    server.start()
    until(lambda: "Ctrl-C" in server.log.read_text("utf-8"), "the welcome, which follows the record")
    assert link(tmp_path).stdout.startswith("https://bank.example/dashboard/link/")
    server.kill()
    assert (tmp_path / "data" / "server.address").read_text() == "https://bank.example\n"
    outcome = link(tmp_path)
    assert outcome.stdout.startswith("http://127.0.0.1:8000/dashboard/link/")
    assert "No server on data has recorded its address" in outcome.stderr


def link(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return run("admin link", list(arguments), folder)
