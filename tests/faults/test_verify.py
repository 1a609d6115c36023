"""`bowerbird verify` on a set-up with data, webhooks and waiting jobs: the scorecard, and that the live data is only read."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bowerbird import cli
from bowerbird.cli import refusals
from bowerbird.settings import Settings
from bowerbird.verify import suite
from bowerbird.verify.score import Broken, check
from bowerbird.verify.setup import SetUp, copy_set_up
from tests.api.scene import NOBODY_LISTENS, told
from tests.faults.test_backup import hashes_of
from tests.serving import Serving


def lived_in(folder: Path) -> Settings:
    """An embedded database that has been used: a bank's transactions, a webhook, a job that waits for a person."""
    with Serving(folder, outbound_allow=NOBODY_LISTENS) as serving:
        app = serving.application()
        user = app.new_user()
        told(app, "connection.created")
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
    assert [each["check"] for each in card["checks"]] == ["kill", "isolation", "limits", "restore", "vault"]
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
        assert database.execute("SELECT count(*) FROM jobs WHERE due_at < 1 << 52").fetchone() == (0,)
    assert live["transactions"] == made["transactions"]


def test_a_broken_promise_is_told_and_ends_with_status_1(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_copy: SetUp, *_: object) -> str:
        raise Broken("3 transactions lost")

    def faulty(_copy: SetUp) -> str:
        raise ValueError("no such thing")

    monkeypatch.setattr(suite, "survive_kills", broken)
    monkeypatch.setattr(suite, "_OTHERS", (("walls", "they stand", faulty),))
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


def test_a_shared_database_is_left_alone() -> None:
    result = CliRunner().invoke(cli.app, ["verify", "--database-url", "postgresql://bowerbird@/x"])
    assert result.exception is not None
    assert "takes no shared one" in str(refusals.explain(result.exception))  # type: ignore[arg-type]


def test_a_kept_promise_says_what_was_seen() -> None:
    assert check("kill", "nothing lost", lambda: "2 kills").passed
