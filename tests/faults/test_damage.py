"""A database that cannot be written, or is damaged: not ready, read as far as it goes, never written, and no backup of it."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import httpx2
import pytest
from sqlalchemy import create_engine, event

from bowerbird.domain.operators import health
from tests.serving import Serving, until
from tests.web.client import Pages, make_operator

PAGE_BYTES = 16_384


def ready(serving: Serving) -> int:
    return httpx2.get(f"{serving.url}/readyz", timeout=30).status_code


@pytest.mark.both_engines
def test_a_read_only_database_is_not_ready(serving: Serving, request: pytest.FixtureRequest) -> None:
    app = serving.application()
    assert ready(serving) == 200
    storage = serving.services.storage
    if storage.is_sqlite:

        def write_nothing(driver: sqlite3.Connection, *_: object) -> None:
            driver.execute("PRAGMA query_only=ON")

        def write(driver: sqlite3.Connection, *_: object) -> None:
            driver.execute("PRAGMA query_only=OFF")

        event.listen(storage.writer_engine, "checkout", write_nothing)
        until(lambda: ready(serving) == 503, "the figure of a second ago to be too old")
        assert app.get("/connectors").status_code == 200, "it is read"
        assert app.post("/users", json={"email": "gavin@hooli.com"}).status_code == 503
        event.remove(storage.writer_engine, "checkout", write_nothing)
        event.listen(storage.writer_engine, "checkout", write)
    else:
        name = storage.writer_engine.url.database
        url = request.getfixturevalue("postgres").url("postgres", name).replace("postgresql://", "postgresql+psycopg://")
        engine = create_engine(url)
        with engine.begin() as connection:
            connection.exec_driver_sql(f'ALTER DATABASE "{name}" SET default_transaction_read_only = on')
        engine.dispose()
        storage.writer_engine.dispose()
        until(lambda: ready(serving) == 503, "new connections that cannot write")
        return
    until(lambda: ready(serving) == 200, "it to be writable again")


def test_a_full_disk_is_not_ready(serving: Serving, monkeypatch: pytest.MonkeyPatch) -> None:
    """By what is left of the disk, and by a file that cannot grow."""
    assert ready(serving) == 200
    monkeypatch.setattr(health, "MIN_FREE_BYTES", 1 << 60)
    until(lambda: ready(serving) == 503, "the figure of a second ago to be too old")
    monkeypatch.undo()
    until(lambda: ready(serving) == 200, "room again")


def damage(file: Path, table: str = "webhooks") -> None:
    """Overwrite the first pages of a table and its indexes, as a failing disk does: what is not in them stays readable."""
    with closing(sqlite3.connect(file)) as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        pages = [page for (page,) in database.execute("SELECT rootpage FROM sqlite_master WHERE tbl_name = ? AND rootpage > 0", (table,))]
    with file.open("r+b") as written:
        for page in pages:
            written.seek((page - 1) * PAGE_BYTES)
            written.write(b"\xa5" * PAGE_BYTES)


@pytest.fixture
def damaged(tmp_path: Path) -> Iterator[Serving]:
    folder = tmp_path / "data"
    with Serving(folder) as before:
        before.application("Kept")
        make_operator(before)
    damage(folder / "bowerbird.db")
    with Serving(folder) as running:
        until(lambda: running.services.storage.damage, "the check after the start")
        yield running


def test_a_damaged_database_is_read_and_never_written(damaged: Serving) -> None:
    file = damaged.settings.data / "bowerbird.db"
    before = file.read_bytes()
    assert ready(damaged) == 503
    page = Pages(damaged)
    assert page.get("/docs").status_code == 200
    refused = page.sign_in()
    assert (refused.status_code, "The database is damaged" in refused.text, "bowerbird restore" in refused.text) == (503, True, True)
    assert httpx2.get(f"{damaged.url}/public/connectors").status_code == 200
    page.close()
    assert file.read_bytes() == before


def test_the_dashboard_says_so_while_it_shows_what_can_be_read(tmp_path: Path) -> None:
    with Serving(tmp_path / "data") as serving:
        make_operator(serving)
        page = Pages(serving)
        assert page.sign_in().status_code == 303
        serving.services.storage._database.damage = "page 7"  # type: ignore[misc]
        serving.advance(minutes=5)
        shown = page.get("/dashboard/applications")
        assert (shown.status_code, "The database is damaged" in shown.text) == (200, True)
        assert page.send("/dashboard/applications", {"name": "New"}).status_code == 503
        page.close()


def test_damage_that_a_read_meets_stops_writing(tmp_path: Path) -> None:
    with Serving(tmp_path / "data") as serving:
        app = serving.application()
        user = app.new_user()
        serving.idle()
        damage(tmp_path / "data" / "bowerbird.db", "auth_links")
        assert app.get(f"/users/{user}/auth_link").status_code == 503
        assert app.post("/users", json={"email": "gavin@hooli.com"}).status_code == 503


def test_no_backup_is_taken_of_a_damaged_database(tmp_path: Path) -> None:
    with Serving(tmp_path / "data") as serving:
        serving.application()
    damage(tmp_path / "data" / "bowerbird.db")
    target = tmp_path / "b.backup"
    command = [str(Path(sys.executable).parent / "bowerbird"), "backup", str(target), "--data", str(tmp_path / "data")]
    run = subprocess.run(command, capture_output=True, check=False, text=True)
    assert run.returncode != 0
    assert "is damaged" in run.stderr
    assert "earlier backups" in run.stderr.replace("\n", " ")
    assert not target.exists()
