"""The schema that the migrations replay is the schema that the tables declare."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from bowerbird.storage.engine import make_engine
from bowerbird.storage.migrate import SchemaError, migrate, newest_revision
from bowerbird.storage.tables import metadata


def schema_of(path: Path) -> dict[str, str]:
    """Name → normalised SQL of every table and index."""
    with sqlite3.connect(path) as connection:
        rows = connection.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'alembic%'").fetchall()
    connection.close()
    return {name: " ".join(sql.split()) for name, sql in rows}


def test_replayed_migrations_equal_the_declared_tables(tmp_path: Path) -> None:
    replayed, declared = tmp_path / "replayed.db", tmp_path / "declared.db"
    migrate(f"sqlite:///{replayed}")
    engine = make_engine(f"sqlite:///{declared}", writes=True)
    metadata.create_all(engine)
    engine.dispose()
    assert schema_of(replayed) == schema_of(declared)


def test_migrating_twice_changes_nothing(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'a.db'}"
    assert migrate(url) == (None, newest_revision())
    before = schema_of(tmp_path / "a.db")
    assert migrate(url) == (newest_revision(), newest_revision())
    assert schema_of(tmp_path / "a.db") == before


def test_a_newer_database_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    migrate(f"sqlite:///{path}")
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()
    with pytest.raises(SchemaError, match=r"9999.*newer bowerbird"):
        migrate(f"sqlite:///{path}")
