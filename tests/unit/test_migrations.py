"""The schema that the migrations replay is the schema that the tables declare."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from bowerbird.model.transaction import TransactionClass
from bowerbird.settings import Settings
from bowerbird.storage.database.migrate import SchemaError, migrate, migrating_engine, newest_revision, revision_of, upgrade
from bowerbird.storage.database.schema import EnumCode
from bowerbird.storage.database.tables import transactions
from bowerbird.storage.migrations.first import files
from bowerbird.wiring.services import SetupError, open_services


def schema_of(path: Path) -> dict[str, str]:
    """Name → normalised SQL of every table and index."""
    with sqlite3.connect(path) as connection:
        rows = connection.execute(
            "SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'alembic%' AND name NOT LIKE 'sqlite_%'"
        ).fetchall()
    connection.close()
    return {name: " ".join(sql.split()) for name, sql in rows if not name.startswith(("alembic", "sqlite"))}


def test_the_first_migration_is_fresh() -> None:
    stale = [file.name for file, text in files().items() if not file.is_file() or file.read_text("utf-8") != text]
    assert not stale, "until the first release the first migration is written from the tables: run `make docs` and commit what it writes"


def test_every_class_of_a_transaction_has_a_code() -> None:
    column = transactions.c.transaction_class.type
    assert isinstance(column, EnumCode)
    assert set(column.codes) == set(TransactionClass)


def test_replayed_migrations_equal_the_declared_tables(tmp_path: Path) -> None:
    replayed, declared = tmp_path / "replayed.db", tmp_path / "declared.db"
    migrate(f"sqlite:///{declared}")
    engine = migrating_engine(f"sqlite:///{replayed}")
    with engine.connect() as connection, connection.begin():
        upgrade(connection)
        assert revision_of(connection) == newest_revision()
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


def test_an_older_database_is_brought_up_to_date(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    migrate(f"sqlite:///{path}")
    wanted = schema_of(path)
    with sqlite3.connect(path) as connection:
        for name in wanted:
            if connection.execute("SELECT type FROM sqlite_master WHERE name = ?", (name,)).fetchone() == ("table",):
                connection.execute(f"DROP TABLE {name}")
        connection.execute("DELETE FROM alembic_version")
    connection.close()
    assert migrate(f"sqlite:///{path}") == (None, newest_revision())
    assert schema_of(path) == wanted


def test_another_master_key_is_noticed_at_the_start(tmp_path: Path) -> None:
    open_services(Settings(data=tmp_path)).close()
    (tmp_path / "master.key").write_text("ab" * 32 + "\n")
    with pytest.raises(SetupError, match="was written under"):
        open_services(Settings(data=tmp_path))
