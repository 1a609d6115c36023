"""The folder of an embedded database: its owner's alone, with the database and its master key together or not at all."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from bowerbird.settings import Settings
from bowerbird.wiring.services import SetupError, migrate_database, open_services
from tests.serving import Process


def opened(folder: Path) -> None:
    open_services(Settings(data=folder)).close()


def test_what_a_server_writes_is_its_owners_alone(tmp_path: Path) -> None:
    before = os.umask(0)  # the widest there is
    try:
        with Process(tmp_path / "data"):
            modes = {path.name: path.stat().st_mode & 0o777 for path in (tmp_path / "data", *(tmp_path / "data").iterdir())}
    finally:
        os.umask(before)
    assert {name: f"{mode:o}" for name, mode in modes.items() if mode & 0o077} == {}
    assert {"data", "bowerbird.db", "master.key", "admin.token"} <= set(modes)


def test_files_that_others_may_read_are_named_in_the_log(tmp_path: Path) -> None:
    opened(tmp_path / "data")
    (tmp_path / "data" / "bowerbird.db").chmod(0o644)
    with Process(tmp_path / "data") as process:
        pass
    lines = [line for line in process.log.read_text("utf-8").splitlines() if "readable_by_others" in line]
    assert len(lines) == 1
    assert "bowerbird.db" in lines[0]
    assert "644" in lines[0]


def test_no_key_is_made_beside_a_database_that_has_one(tmp_path: Path) -> None:
    opened(tmp_path)
    key = tmp_path / "master.key"
    aside = key.rename(tmp_path / "aside")
    with pytest.raises(SetupError, match="copy the key back to"):
        opened(tmp_path)
    assert not key.exists()
    aside.rename(key)
    opened(tmp_path)


def test_no_database_is_made_beside_a_key_that_had_one(tmp_path: Path) -> None:
    opened(tmp_path / "a")
    (tmp_path / "b").mkdir()
    shutil.copy(tmp_path / "a" / "master.key", tmp_path / "b")
    with pytest.raises(SetupError, match="restore a backup"):
        opened(tmp_path / "b")
    assert [path.name for path in (tmp_path / "b").iterdir()] == ["master.key"]


def test_a_start_goes_on_where_one_before_it_ended(tmp_path: Path) -> None:
    """Killed before the key was made: the database has its tables, and nothing is sealed in it."""
    migrate_database(Settings(data=tmp_path))
    opened(tmp_path)
    assert (tmp_path / "master.key").exists()
