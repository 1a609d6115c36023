"""A database that is there already is checked before it is used: its schema and, where it is shared, the row-level security."""

from __future__ import annotations

from sqlalchemy import Connection

from bowerbird.logs import log
from bowerbird.storage.database.migrate import SchemaError, migrating_engine, newest_revision, revision_of
from bowerbird.storage.database.own_code import foreign_code
from bowerbird.storage.database.row_security import unsecured, way_around

_FIRST = "run `bowerbird migrate --database-url URL` first"


def check_shared(url: str) -> None:
    """Raises SchemaError when the database is not ready for this program. A role that can pass the policies is named in a warning."""
    engine = migrating_engine(url)
    try:
        with engine.connect() as connection:
            _check_schema(connection, _FIRST)
            if missing := unsecured(connection):
                raise SchemaError(f"row-level security is not on for {', '.join(missing)}: {_FIRST}")
            _check_code(connection)
            if reason := way_around(connection):
                advice = "serve as a role of its own: bowerbird migrate --database-url OWNER_URL --grant ROLE"
                log.warning("row_security_can_be_passed", reason=reason, advice=advice)
    finally:
        engine.dispose()


def check_embedded(url: str, first: str) -> None:
    """Raises SchemaError, which ends with `first`, when the embedded database does not have the schema of this program."""
    engine = migrating_engine(url)
    try:
        with engine.connect() as connection:
            _check_schema(connection, first)
            _check_code(connection)
    finally:
        engine.dispose()


def _check_code(connection: Connection) -> None:
    if found := foreign_code(connection):
        raise SchemaError(found)


def _check_schema(connection: Connection, first: str) -> None:
    found, wanted = revision_of(connection), newest_revision()
    if found is not None and found > wanted:
        raise SchemaError(f"the database is at revision {found}, this program knows {wanted}: run a newer bowerbird")
    if found != wanted:
        raise SchemaError(f"the database is {f'at revision {found}' if found else 'empty'}, this program needs {wanted}: {first}")
