"""Bringing a database to the schema this program expects."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, Engine, NullPool, create_engine, inspect, text

from bowerbird.storage.database import queue
from bowerbird.storage.database.engine import is_sqlite
from bowerbird.storage.database.own_code import foreign_code
from bowerbird.storage.database.row_security import grant, secure
from bowerbird.storage.database.sqlite import sqlite_engine
from bowerbird.storage.database.tables import metadata

_LOCK = 0x62_6F_77_65_72  # any number of our own
_FOLDER = Path(__file__).parents[1] / "migrations"


class SchemaError(Exception):
    """The database was written by a newer program than this one, or holds code of others."""


def migrating_engine(url: str) -> Engine:
    """An engine for the schema's sake, without the limits of serving: a large table takes its time."""
    return sqlite_engine(url, writes=True) if is_sqlite(url) else create_engine(url, poolclass=NullPool, hide_parameters=True)


def newest_revision() -> str:
    """The revision this program expects: the highest-numbered file, so that a start needs no Alembic when nothing is to do."""
    return revisions()[-1]


def revisions() -> list[str]:
    """Every revision this program knows, oldest first."""
    return sorted(file.stem[:4] for file in (_FOLDER / "versions").glob("[0-9]*.py"))


def revision_of(connection: Connection) -> str | None:
    """The revision a database is at, None when it is empty."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return found


def migrate(url: str, grant_to: str = "") -> tuple[str | None, str]:
    """Apply what is missing, each revision in a transaction of its own: (revision before, revision now). Raises SchemaError and GrantError.

    So a revision that moves data holds no lock of one that changes a table, and servers go on beside it. On PostgreSQL one of two waits
    for the other, every tenant's rows get their policy, and `grant_to` gets what a serving role needs.
    """
    engine, wanted = migrating_engine(url), newest_revision()
    try:
        with engine.connect() as connection:
            with _turn(connection):
                before = revision_of(connection)
                if before is not None and before > wanted:
                    raise SchemaError(f"the database is at revision {before}, this program knows {wanted}: run a newer bowerbird")
                if before is not None and is_sqlite(url) and (found := foreign_code(connection)):
                    raise SchemaError(found)
                if before is None and not inspect(connection).get_table_names():
                    create(connection, wanted)
            for revision in revisions():
                with _turn(connection):
                    if (revision_of(connection) or "") < revision:
                        upgrade(connection, revision)
            if grant_to:
                with _turn(connection):
                    grant(connection, grant_to)
            return before, wanted
    finally:
        engine.dispose()


@contextmanager
def _turn(connection: Connection) -> Iterator[None]:
    """A transaction that no other migration runs beside, at whose end every tenant's rows have their policy."""
    with connection.begin():
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
            connection.execute(text("SET LOCAL bowerbird.application = '*'"))  # a migration rewrites the rows of every tenant
        yield
        secure(connection)


def create(connection: Connection, revision: str) -> None:
    """A new database needs no history: the tables as they are now, marked as if every migration had been replayed.

    A test holds the two ways against each other.
    """
    metadata.create_all(connection)
    queue.create(connection)
    connection.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY)"))
    connection.execute(text("INSERT INTO alembic_version (version_num) VALUES (:revision)"), {"revision": revision})


def upgrade(connection: Connection, revision: str = "head") -> None:
    """Replay the migrations a database has not seen, up to a revision."""
    from alembic import command  # noqa: PLC0415  (slow to import, and rarely needed)
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(_FOLDER))
    config.attributes["connection"] = connection
    command.upgrade(config, revision)
