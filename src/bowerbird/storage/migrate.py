"""Bringing a database to the schema this program expects."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, inspect, text

from bowerbird.storage.engine import make_engine
from bowerbird.storage.tables import metadata

_FOLDER = Path(__file__).parent / "migrations"


class SchemaError(Exception):
    """The database was written by a newer program than this one."""


def newest_revision() -> str:
    """The revision this program expects: the highest-numbered file, so that a start needs no Alembic when nothing is to do."""
    return max(file.stem for file in (_FOLDER / "versions").glob("[0-9]*.py"))[:4]


def revision_of(connection: Connection) -> str | None:
    """The revision a database is at, None when it is empty."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return found


def migrate(url: str) -> tuple[str | None, str]:
    """Apply what is missing, in one transaction: (revision before, revision now). Raises SchemaError."""
    engine = make_engine(url, writes=True)
    try:
        with engine.connect() as connection, connection.begin():
            before, wanted = revision_of(connection), newest_revision()
            if before is not None and before > wanted:
                raise SchemaError(f"the database is at revision {before}, this program knows {wanted}: run a newer bowerbird")
            if before is None and not inspect(connection).get_table_names():
                create(connection, wanted)
            elif before != wanted:
                upgrade(connection)
            return before, wanted
    finally:
        engine.dispose()


def create(connection: Connection, revision: str) -> None:
    """A new database needs no history: the tables as they are now, marked as if every migration had been replayed.

    A test holds the two ways against each other.
    """
    metadata.create_all(connection)
    connection.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY)"))
    connection.execute(text("INSERT INTO alembic_version (version_num) VALUES (:revision)"), {"revision": revision})


def upgrade(connection: Connection) -> None:
    """Replay the migrations a database has not seen."""
    from alembic import command  # noqa: PLC0415  (slow to import, and rarely needed)
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(_FOLDER))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
