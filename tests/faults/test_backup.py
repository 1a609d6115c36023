"""Backups of an embedded database: of one moment under load, whole or absent after a kill, and nothing altered comes back."""

from __future__ import annotations

import hashlib
import os
import signal
import sqlite3
import subprocess
import sys
import threading
import zipfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from bowerbird import __version__, cli
from bowerbird.cli import refusals
from bowerbird.settings import Settings
from bowerbird.storage.backup import backups
from bowerbird.storage.backup.backups import BackupError, restore_backup, take_backup
from bowerbird.storage.files import disk
from bowerbird.wiring.services import open_services
from tests.faults.fleet import new_key
from tests.faults.test_kill import OneProcess
from tests.faults.traffic import Traffic, check_rows
from tests.postgres import Database, programs
from tests.serving import Application, Process, until

NOW = "2026-03-18T12:00:00Z"
Hashes = dict[str, tuple[int, str]]


def unheard(*_: object) -> None:
    """Ignores the progress."""


def hashes(database: sqlite3.Connection) -> Hashes:
    """Every table's rows and their hash, by other means than a backup's own."""
    names = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    found = {}
    for name in names:
        rows = sorted(repr(row) for row in database.execute(f'SELECT * FROM "{name}"'))
        found[name] = len(rows), hashlib.sha256("\n".join(rows).encode()).hexdigest()
    return found


def hashes_of(file: Path) -> Hashes:
    with closing(sqlite3.connect(file)) as database:
        return hashes(database)


def filled(file: Path, megabytes: int) -> None:
    """Make a database large."""
    with closing(sqlite3.connect(file)) as database, database:
        for number in range(megabytes * 16):
            database.execute("INSERT INTO marks (name, value) VALUES (?, ?)", (f"filler-{number}", os.urandom(32_768).hex()))


def bowerbird(*arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "bowerbird", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)


@pytest.fixture
def served(tmp_path: Path) -> Iterator[OneProcess]:
    made = OneProcess(tmp_path / "data")
    yield made
    made.process.kill()


@pytest.fixture
def embedded(tmp_path: Path) -> Path:
    """An embedded database with an application, which no process serves."""
    (tmp_path / "data").mkdir()
    new_key(Settings(data=tmp_path / "data"))
    return tmp_path / "data" / "bowerbird.db"


@pytest.mark.slow
def test_a_backup_under_load_is_one_moment_of_the_source(served: OneProcess, tmp_path: Path) -> None:
    """A reader that began at the same moment, while the write lock was held, sees what the backup must hold; then writes go on."""
    source = served.settings.data / "bowerbird.db"
    app = Application(served.url, served.key)
    users = [app.new_user() for _ in range(3)]
    clients = [Traffic(served.url, served.key, users, str(number)) for number in range(2)]
    for client in clients:
        client.start()
    until(lambda: sum(len(client.promised) for client in clients) > 10, "traffic")
    with closing(sqlite3.connect(source, isolation_level=None, timeout=60)) as lock, closing(sqlite3.connect(source)) as reader:
        reader.isolation_level = None
        lock.execute("BEGIN IMMEDIATE")
        reader.execute("BEGIN")
        (jobs_then,) = reader.execute("SELECT count(*) FROM jobs").fetchone()

        def go_on(what: str, *_: object) -> None:
            """Called from the backup, once it has begun: let others write, and wait until they have."""
            if lock.in_transaction:
                assert what == "copying"
                lock.execute("ROLLBACK")
                until(lambda: lock.execute("SELECT count(*) FROM jobs").fetchone()[0] > jobs_then + 3, "writes amid the backup")

        made = take_backup(source, tmp_path / "backup", __version__, NOW, go_on)
        assert any(client.is_alive() for client in clients)
        then = hashes(reader)
    for client in clients:
        client.enough.set()
        client.join(60)
    app.close()
    restored = tmp_path / "restored"
    restored.mkdir()
    assert bowerbird("restore", tmp_path / "backup", "--data", restored).returncode == 0
    assert hashes_of(restored / "bowerbird.db") == then != hashes_of(source)
    assert made.tables["jobs"].rows == jobs_then
    serve_restored(served, restored, users)


def serve_restored(served: OneProcess, folder: Path, users: list[str]) -> None:
    """With the master key it serves, finishes the jobs it was in the middle of, and all its money adds up."""
    (folder / "master.key").write_bytes((served.settings.data / "master.key").read_bytes())
    process = Process(folder, **served.process.environment)
    process.start()
    app = Application(process.url, served.key)
    until(lambda: "queued" not in app.http.get("/readyz").json()["jobs"], "the restored jobs to end")
    services = open_services(served.settings)
    assert sum(check_rows(app, user) for user in users) > 0
    services.close()
    app.close()
    process.stop()


@pytest.mark.slow
def test_a_killed_backup_leaves_nothing_half_written(embedded: Path, tmp_path: Path) -> None:
    """Killed while it copies, hashes and packs: no file of the name is there, and the next one sweeps and is whole."""
    filled(embedded, 48)
    folder = tmp_path / "backups"
    folder.mkdir()
    target = folder / "night.backup"
    moments = {
        "copying": lambda: any(each.name.startswith("night.backup.part.db.") for each in folder.iterdir()),
        "copied": (folder / "night.backup.part.db").exists,
        "packing": lambda: (folder / "night.backup.part").exists() and (folder / "night.backup.part").stat().st_size > 1_000_000,
    }
    for name, reached in moments.items():
        process = subprocess.Popen(
            [sys.executable, "-m", "bowerbird", "backup", str(target), "--data", str(embedded.parent)],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        until(reached, name)
        process.send_signal(signal.SIGKILL)
        process.wait()
        assert not target.exists(), name
    done = bowerbird("backup", target, "--data", embedded.parent)
    assert done.returncode == 0, done.stderr
    assert [each.name for each in folder.iterdir()] == ["night.backup"]
    assert target.stat().st_mode & 0o777 == 0o600
    assert restore_backup(target, tmp_path / "again.db", unheard).revision
    assert hashes_of(tmp_path / "again.db") == hashes_of(embedded)


def test_every_altered_byte_is_refused(embedded: Path, tmp_path: Path) -> None:
    target = tmp_path / "backup"
    take_backup(embedded, target, __version__, NOW, unheard)
    whole = target.read_bytes()
    step = max(1, len(whole) // 300)
    altered = [whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :] for at in (*range(0, len(whole), step), len(whole) - 1)]
    for number, content in enumerate([*altered, whole[:-1], whole[: len(whole) // 2], b"", whole + b"\0"]):
        (tmp_path / "altered").write_bytes(content)
        with pytest.raises(BackupError):
            restore_backup(tmp_path / "altered", tmp_path / "new.db", unheard)
        assert not (tmp_path / "new.db").exists(), number
    assert sorted(each.name for each in tmp_path.iterdir()) == ["altered", "backup", "data"]


@pytest.mark.parametrize("what", ["row", "newer", "format", "no database"])
def test_a_backup_made_up_anew_is_held_against_its_manifest(
    embedded: Path, tmp_path: Path, what: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An attacker rewrites the archive with a right digest."""
    pack = backups._pack

    def forge(part: Path, copy: Path, manifest: backups.Manifest) -> None:
        if what == "row":
            with closing(sqlite3.connect(copy)) as forged, forged:
                forged.execute("UPDATE applications SET name = 'Mine'")
            manifest.sha256, manifest.size = hashlib.sha256(copy.read_bytes()).hexdigest(), copy.stat().st_size
        elif what == "newer":
            manifest.revision = "9999"
        elif what == "format":
            manifest.format = 2
        else:
            copy.write_bytes(b"not a database" * 1000)
            manifest.sha256, manifest.size = hashlib.sha256(copy.read_bytes()).hexdigest(), copy.stat().st_size
        pack(part, copy, manifest)

    monkeypatch.setattr(backups, "_pack", forge)
    take_backup(embedded, tmp_path / "backup", __version__, NOW, unheard)
    messages = {
        "row": "table applications is not",
        "newer": "newer bowerbird",
        "format": "newer bowerbird",
        "no database": "damaged database",
    }
    with pytest.raises(BackupError, match=messages[what]):
        restore_backup(tmp_path / "backup", tmp_path / "new.db", unheard)
    assert not (tmp_path / "new.db").exists()


def test_the_commands_say_what_to_do_next(embedded: Path, tmp_path: Path) -> None:
    target, folder = tmp_path / "backup", tmp_path / "new"
    output = invoke("backup", target, "--data", embedded.parent)
    assert f"Keep it apart: it lies in {embedded.parent / 'master.key'}" in output
    assert (embedded.parent / "master.key").read_text().strip() not in output
    assert invoke("backup", target, "--data", embedded.parent).endswith("a backup replaces none")
    assert "there is no database in" in invoke("backup", tmp_path / "b", "--data", tmp_path / "nowhere")
    assert invoke("restore", target, "--data", folder).splitlines()[-1].endswith(f"serve --data {folder}")
    assert "is not empty" in invoke("restore", target, "--data", folder)
    with zipfile.ZipFile(target) as archive:
        assert archive.namelist() == ["bowerbird.db", "manifest.json"]


def invoke(*arguments: object) -> str:
    """What a command prints, or the line it is refused with."""
    result = CliRunner().invoke(cli.app, [str(each) for each in arguments])
    return result.output if result.exception is None else str(refusals.explain(result.exception))  # type: ignore[arg-type]


@pytest.mark.slow
def test_the_command_named_for_postgresql_dumps_and_restores(database: Database, tmp_path: Path) -> None:
    """Run as it is printed, by the owner, whom the policies hold as well; restored into an empty database it is the same."""
    new_key(Settings(**database.settings))
    output = bowerbird("backup", tmp_path / "dump", "--database-url", database.owner_url).stderr
    command = output[output.index("PGOPTIONS") : output.index(" (see")]
    environment = {**os.environ, "OWNER_URL": database.owner_url, "PATH": f"{programs()}{os.pathsep}{os.environ['PATH']}"}
    subprocess.run(["sh", "-c", command], env=environment, check=True, timeout=120)
    other = database.server.database(migrated=False)
    subprocess.run(
        [programs() / "pg_restore", "--exit-on-error", f"--dbname={other.owner_url}", tmp_path / "dump"],
        env=environment, check=True, timeout=120,
    )  # fmt: skip
    assert rows_of(other) == rows_of(database) != {}
    assert rows_of(other)["applications"]
    other.drop()


def rows_of(database: Database) -> dict[str, list[str]]:
    with closing(database.connect()) as connection:
        names = [name for (name,) in connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")]
        rows: dict[str, list[Any]] = {name: connection.execute(f'SELECT * FROM "{name}"').fetchall() for name in names}
    return {name: sorted(map(repr, found)) for name, found in rows.items()}


def test_two_backups_to_one_file_do_not_mix(embedded: Path, tmp_path: Path) -> None:
    entered, leave, seen = threading.Event(), threading.Event(), []

    def wait(*_: object) -> None:
        entered.set()
        leave.wait(60)

    first = threading.Thread(target=take_backup, args=(embedded, tmp_path / "backup", __version__, NOW, wait))
    first.start()
    entered.wait(60)
    try:
        take_backup(embedded, tmp_path / "backup", __version__, NOW, unheard)
    except BackupError as error:
        seen.append(str(error))
    leave.set()
    first.join(60)
    assert "another backup is being written" in seen[0]
    assert restore_backup(tmp_path / "backup", tmp_path / "new.db", unheard).format == 1


def test_a_backup_without_room_is_refused_and_leaves_nothing(embedded: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "Keep it apart" in invoke("backup", tmp_path / "kept", "--data", embedded.parent)
    monkeypatch.setattr(disk, "RESERVED_BYTES", 1 << 60)
    assert "no room for a copy of the database" in invoke("backup", tmp_path / "tight", "--data", embedded.parent)
    assert "no room for the database" in invoke("restore", tmp_path / "kept", "--data", tmp_path / "new")
    assert [each.name for each in tmp_path.iterdir() if each.name.startswith("tight")] == []
