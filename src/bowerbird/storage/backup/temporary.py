"""Databases beside a shared one that exist for a while: made, looked through row by row, and dropped."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import NamedTuple

from sqlalchemy import URL, Connection, NullPool, create_engine, inspect, make_url
from sqlalchemy.exc import DBAPIError

from bowerbird.model.ids import new_id
from bowerbird.storage.database.migrate import migrate

_PREFIX = "bowerbird_verify_"
_DRIVER = "postgresql+psycopg"


class ThrowAwayError(Exception):
    """No database can be made there: says why, and what to do."""


class Contents(NamedTuple):
    """What a table holds: `sha256` is the sum of its rows' hashes, in any order."""

    rows: int
    sha256: int


@contextmanager
def throw_away_database(beside: str, *, migrated: bool = True) -> Iterator[str]:
    """A new database on the server of another, dropped in the end; its address. Raises ThrowAwayError.

    The other one is only connected to, and nothing of it is read.
    """
    there = make_url(beside).set(drivername=_DRIVER)
    made = there.set(database=f"{_PREFIX}{new_id().replace('-', '')[:12]}")
    try:
        _run(there, f'CREATE DATABASE "{made.database}"')
    except DBAPIError as error:
        raise ThrowAwayError(_reason(error)) from error
    try:
        if migrated:
            migrate(made.render_as_string(hide_password=False))
        yield made.set(drivername="postgresql").render_as_string(hide_password=False)
    finally:
        _run(there, f'DROP DATABASE IF EXISTS "{made.database}" WITH (FORCE)')


def _run(url: URL, sql: str) -> None:
    engine = create_engine(url, poolclass=NullPool, isolation_level="AUTOCOMMIT", connect_args={"connect_timeout": 10})
    try:
        with engine.connect() as connection:
            connection.exec_driver_sql(sql)
    finally:
        engine.dispose()


def _reason(error: DBAPIError) -> str:
    if getattr(error.orig, "sqlstate", None) == "42501":
        return "the role may not make databases: name one that may, or let it for a while (ALTER ROLE … CREATEDB)"
    return f"no database could be made there: {str(error.orig).strip().splitlines()[0]}"


class Moment(NamedTuple):
    """One moment of a database. As long as it is held, `snapshot` names it to other connections, as `pg_dump --snapshot`."""

    snapshot: str
    tables: dict[str, Contents]


@contextmanager
def moment_of(url: str) -> Iterator[Moment]:
    """Hold a moment of a database: later writes do not change it."""
    with _looking(url) as connection:
        snapshot = connection.exec_driver_sql("SELECT pg_export_snapshot()").scalar_one()
        yield Moment(str(snapshot), {table: _summed(rows) for table, rows in _tables(connection)})


def _summed(rows: list[bytes]) -> Contents:
    return Contents(len(rows), sum(int.from_bytes(hashlib.sha256(row).digest()) for row in rows) % (1 << 256))


def tables_with(url: str, secrets: Iterable[str]) -> list[str]:
    """Tables that hold a secret in clear, in any column."""
    wanted = [secret.encode() for secret in secrets]
    with _looking(url) as connection:
        return [table for table, rows in _tables(connection) if any(secret in row for row in rows for secret in wanted)]


@contextmanager
def _looking(url: str) -> Iterator[Connection]:
    engine = create_engine(make_url(url).set(drivername=_DRIVER), poolclass=NullPool, isolation_level="REPEATABLE READ")
    try:
        with engine.connect() as connection, connection.begin():
            connection.exec_driver_sql("SET LOCAL bowerbird.application = '*'")
            yield connection
    finally:
        engine.dispose()


def _tables(connection: Connection) -> Iterator[tuple[str, list[bytes]]]:
    """Each table with its rows as bytes."""
    for table in sorted(inspect(connection).get_table_names()):
        found = connection.exec_driver_sql(f'SELECT * FROM "{table}"')  # noqa: S608  (our own tables)
        yield table, [b"\0".join(value if isinstance(value, bytes) else str(value).encode() for value in row) for row in found]
