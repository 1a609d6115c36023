"""`bowerbird verify` on a set-up with data, webhooks and waiting jobs: the scorecard, and that the live data is only read."""

from __future__ import annotations

import json
import os
import resource
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bowerbird import cli, logs
from bowerbird.cli import refusals
from bowerbird.settings import Settings
from bowerbird.storage.backup.temporary import moment_of
from bowerbird.verify import suite
from bowerbird.verify.records import check_sealed_values
from bowerbird.verify.report import BrokenPromise, check
from bowerbird.verify.setup import SetUp, copy_set_up
from bowerbird.verify.shared import check_restore_by_dump, shared_set_up
from bowerbird.verify.suite import PROMISES, Promise
from tests.api.fixtures import NO_LISTENER, notified
from tests.faults.test_backup import hashes_of
from tests.postgres import OWNER, Database
from tests.serving import Serving


@pytest.fixture(autouse=True)
def logs_of_the_suite(monkeypatch: pytest.MonkeyPatch) -> None:
    """A command run in this process would lead all later logs to a stream that ends with it."""
    monkeypatch.setattr(logs, "configure_logs", lambda *_: None)


def lived_in(folder: Path) -> Settings:
    """An embedded database that has been used: a bank's transactions, a webhook, a job that waits for a person."""
    with Serving(folder, outbound_allow=NO_LISTENER) as serving:
        app = serving.application()
        user = app.new_user()
        notified(app, "connection.created")
        app.settled(app.connect(user, "gavinBelson", "hooli2016"))
        app.settled(app.connect(user, "jared", "django", "AU00002"))
        return serving.settings


@pytest.mark.slow
def test_a_scorecard_of_a_set_up_that_is_only_read(tmp_path: Path, tell: Callable[[object], None]) -> None:
    settings = lived_in(tmp_path / "data")
    database, key = tmp_path / "data" / "bowerbird.db", tmp_path / "data" / "master.key"
    before = hashes_of(database), key.read_bytes(), sorted(each.name for each in key.parent.iterdir())
    command = [sys.executable, "-m", "bowerbird", "verify", "--data", str(settings.data), "--kills", "2", "--json"]
    (tmp_path / "temporary").mkdir()
    environment = {**os.environ, "TMPDIR": str(tmp_path / "temporary")}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=400)
    assert done.returncode == 0, done.stdout + done.stderr
    card = json.loads(done.stdout)
    tell(card)
    assert [each["check"] for each in card["checks"]] == [promise.id for promise in PROMISES]
    assert card["passed"] is True
    assert (hashes_of(database), key.read_bytes(), sorted(each.name for each in key.parent.iterdir())) == before
    assert list((tmp_path / "temporary").iterdir()) == [], "the copy is thrown away"


def test_the_copy_goes_on_with_nothing_of_its_original(tmp_path: Path) -> None:
    settings = lived_in(tmp_path / "data")
    (tmp_path / "work").mkdir()
    copy = copy_set_up(settings, tmp_path / "work")
    assert not (copy.folder / "master.key").exists(), "the key is read where it lies"
    assert copy.environment["BOWERBIRD_OUTBOUND_ALLOW"] == ""
    live, made = hashes_of(tmp_path / "data" / "bowerbird.db"), hashes_of(copy.folder / "bowerbird.db")
    assert (live["subscriptions"][0], made["subscriptions"][0]) == (1, 0)
    assert live["jobs"][0] == made["jobs"][0] == 2
    with closing(sqlite3.connect(copy.folder / "bowerbird.db")) as database:
        assert database.execute("SELECT count(*) FROM messages WHERE state = 'pending'").fetchone() == (0,)
        assert database.execute("SELECT count(*) FROM jobs WHERE due_at_ms < 1 << 52").fetchone() == (0,)
    assert live["transactions"] == made["transactions"]


def test_a_broken_promise_is_reported_and_ends_with_status_1(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_copy: SetUp, *_: object) -> str:
        raise BrokenPromise("3 transactions lost")

    def faulty(_copy: SetUp) -> str:
        raise ValueError("no such thing")

    monkeypatch.setattr(suite, "check_crash_recovery", broken)
    monkeypatch.setattr(suite, "ASKED", {})
    monkeypatch.setattr(suite, "ALONE", {Promise("walls", "they stand"): faulty})
    monkeypatch.setattr(suite, "PROMISES", (suite.KILL, *suite.ALONE))
    result = CliRunner().invoke(cli.app, ["verify", "--data", str(tmp_path / "none"), "--json"])
    assert result.exit_code == 1
    card = json.loads(result.stdout)
    assert [(each["check"], each["passed"], each["seen"]) for each in card["checks"]] == [
        ("kill", False, "3 transactions lost"),
        ("walls", False, "ValueError: no such thing"),
    ]
    assert not (tmp_path / "none").exists()
    shown = CliRunner().invoke(cli.app, ["verify", "--data", str(tmp_path / "none")])
    assert "BROKEN" in shown.stdout
    assert "0 of 2 promises kept, on an empty database" in shown.stdout


@pytest.fixture
def shared(database: Database) -> Iterator[Settings]:
    """A shared set-up whose owner may make databases."""
    database.server.execute(f"ALTER ROLE {OWNER} CREATEDB")
    yield Settings(database_url=database.owner_url)
    database.server.execute(f"ALTER ROLE {OWNER} NOCREATEDB")


def databases(database: Database) -> set[str]:
    return {row[0] for row in database.server.execute("SELECT datname FROM pg_database")}


def test_beside_a_shared_database_one_is_made_and_dropped(
    shared: Settings, database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, there = databases(database), rows_below(database)
    with shared_set_up(shared, tmp_path) as copy:
        (made,) = databases(database) - before
        assert made.startswith("bowerbird_verify_")
        assert "tables equal by hash, and served" in check_restore_by_dump(copy)
        assert "in every table: 0 seen" in check_sealed_values(copy)
        monkeypatch.setenv("PATH", str(tmp_path))
        without = check("restore", "it comes back", lambda: check_restore_by_dump(copy))
        assert (without.passed, without.seen.partition(":")[0]) == (None, "not run")
        assert "pg_dump and pg_restore missing" in without.seen
    assert databases(database) == before
    assert rows_below(database) == there, "nothing is written to the real one"


def test_a_role_that_may_create_no_database_is_refused(database: Database) -> None:
    result = CliRunner().invoke(cli.app, ["verify", "--database-url", database.owner_url])
    assert result.exception is not None
    assert "ALTER ROLE … CREATEDB" in str(refusals.explain(result.exception))  # type: ignore[arg-type]


@pytest.mark.soak
def test_a_scorecard_beside_a_shared_database(shared: Settings, database: Database, tell: Callable[[object], None]) -> None:
    before, began = databases(database), time.monotonic()
    command = [sys.executable, "-m", "bowerbird", "verify", "--database-url", shared.database_url, "--json"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=600)
    assert done.returncode == 0, done.stdout + done.stderr
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    tell(f"{time.monotonic() - began:.0f} s, {used.ru_utime + used.ru_stime:.0f} s of processor time\n{done.stdout}")
    assert [each["passed"] for each in json.loads(done.stdout)["checks"]] == [True] * len(PROMISES)
    assert databases(database) == before


def rows_below(database: Database) -> dict[str, object]:
    with moment_of(database.owner_url) as (_, tables):
        return dict(tables)


def test_one_check_is_made_by_its_name(tmp_path: Path) -> None:
    result = CliRunner().invoke(cli.app, ["verify", "--data", str(tmp_path / "none"), "--only", "vault", "--json"])
    assert result.exit_code == 0, result.output
    assert [each["check"] for each in json.loads(result.stdout)["checks"]] == ["vault"]


def test_a_check_that_there_is_not_is_named(tmp_path: Path) -> None:
    result = CliRunner().invoke(cli.app, ["verify", "--data", str(tmp_path / "none"), "--only", "valut"])
    assert "there is no check valut: choose among tokens" in str(result.exception)


def test_a_kept_promise_says_what_was_seen() -> None:
    assert check("kill", "nothing lost", lambda: "2 kills").passed
