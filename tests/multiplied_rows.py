"""A database with many rows of every kind: what it holds of one application, again and again for other people, and older.

A copy has ids of its own, the same in every table, so that it hangs together as the first did. What is sealed is copied as it stands and
opens nowhere: no request that is measured shows it. The database makes the copies itself: a million of each kind is thirty million rows.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Sequence
from typing import Final
from uuid import UUID

from sqlalchemy import Connection, RowMapping, create_engine, text

from bowerbird.model.ids import is_id
from bowerbird.storage.database.tables import metadata

MADE_BY_OPERATORS = frozenset(
    {"applications", "api_keys", "operators", "operator_sessions", "operator_links", "consent_policies", "alerts"}
)
"""Few by nature, each made by hand: the pages list them all."""
ONE_A_SERVER = frozenset({"marks", "hits", "alembic_version", "sign_in_attempts"})
ONE_A_TYPE = frozenset({"subscriptions", "webhooks"})
"""As many as there are types of events, in each application."""
OPENED_IN_LISTS = frozenset({"insight_snapshots", "insight_snapshot_users"})
"""The list of reports opens what is sealed in each of at most 500, and a copy opens nowhere."""
NOT_COPIED = MADE_BY_OPERATORS | ONE_A_SERVER | ONE_A_TYPE | OPENED_IN_LISTS

_REFS: Final = ("user_ref", "account_ref")
_KEPT = ("application_id", "application_ref", "policy_id", "webhook_id", "master")
_COUNTS_UP = (("events", "position"), ("messages", "position"), ("audit_entries", "position"))
_MOVING = ("queued", "waiting", "pending", "held")
_REF_STEP, _STEP_MS = 1000, 10_000
_MAX_SOURCES = 400
_NUMBERS = "WITH RECURSIVE numbers(nth) AS (SELECT 1 UNION ALL SELECT nth + 1 FROM numbers WHERE nth < :times)"
_OWN_WAYS: Final = {
    ("connections", "sandbox"): "false",
    ("enrichments", "ref"): "other_number(ref, nth)",
    ("new_prints", "name"): "name || ' ' || nth",
    ("hourly_outcomes", "hour"): "hour - nth * 1000",
    ("users", "ref"): f"ref + nth * {_REF_STEP}",
    ("accounts", "ref"): f"ref + nth * {_REF_STEP}",
}
"""A connection of a sandbox is counted up to a limit, names of layouts, numbers of texts and hours of outcomes are unique."""


def multiply(url: str, application: str, ref: int, count: int) -> dict[str, int]:
    """Copy what an application has until each table has grown by `count` rows; the rows added by table."""
    engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://"))
    with engine.begin() as connection:
        _define(connection)
        added = {name: _multiply(connection, name, application, ref, count) for name in _tables()}
    if engine.dialect.name == "postgresql":
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM ANALYZE"))
    engine.dispose()
    return added


def _tables() -> list[str]:
    return [table.name for table in metadata.sorted_tables if table.name not in NOT_COPIED]


def _multiply(connection: Connection, name: str, application: str, ref: int, count: int) -> int:
    columns = [column.name for column in metadata.tables[name].c]
    own = next((column for column in columns if column in ("application_id", "application_ref")), "")
    conditions = [f"{own} = :own"] if own else []
    conditions += [f"state NOT IN {_MOVING}"] if "state" in columns else []
    conditions += ["user_id <> ''"] if "user_id" in columns else []
    sources = f"SELECT * FROM {name} WHERE {' AND '.join(conditions) or 'true'} LIMIT {_MAX_SOURCES}"
    chosen = {"own": ref if own == "application_ref" else application} if own else {}
    rows = connection.execute(text(sources), chosen).mappings().all()
    if not rows:
        return 0
    copied = [column for column in columns if (name, column) not in _COUNTS_UP]
    listed, values = ", ".join(map(_quoted, copied)), ", ".join(_copy_of(name, column, rows) for column in copied)
    times = -(-count // len(rows))
    copies = f"{_NUMBERS} SELECT {values} FROM ({sources}) AS sources CROSS JOIN numbers ORDER BY nth"
    return connection.execute(text(f"INSERT INTO {name} ({listed}) {copies}"), {**chosen, "times": times}).rowcount


def _quoted(name: str) -> str:
    return f'"{name}"'


def _copy_of(table: str, column: str, rows: Sequence[RowMapping]) -> str:
    """What stands in a column of the `nth` copy, as SQL."""
    quoted = _quoted(column)
    if column in _KEPT:
        return quoted
    if way := _OWN_WAYS.get((table, column)):
        return way
    if column in _REFS:
        return f"{quoted} + nth * {_REF_STEP}"
    kinds = {type(row[column]) for row in rows}
    if int in kinds and (column.startswith(("created", "updated", "last_seen", "first_seen")) or column == "seen"):
        return f"{quoted} - nth * CAST({_STEP_MS} AS BIGINT)"
    return f"other_id({quoted}, nth)" if kinds & {str, bytes, UUID} else quoted


_OF_POSTGRESQL: Final = """
CREATE FUNCTION as_id(digits text) RETURNS uuid IMMUTABLE LANGUAGE sql AS
  $$ SELECT CAST(overlay(overlay(digits PLACING '4' FROM 13) PLACING '8' FROM 17) AS uuid) $$;
CREATE FUNCTION other_id(value uuid, nth int) RETURNS uuid IMMUTABLE LANGUAGE sql AS
  $$ SELECT as_id(md5(CAST(value AS text) || nth)) $$;
CREATE FUNCTION other_id(value bytea, nth int) RETURNS bytea IMMUTABLE LANGUAGE sql AS
  $$ SELECT CASE WHEN length(value) = 16 THEN decode(md5(value || convert_to(CAST(nth AS text), 'UTF8')), 'hex') ELSE value END $$;
CREATE FUNCTION other_id(value text, nth int) RETURNS text IMMUTABLE LANGUAGE sql AS
  $$ SELECT CASE WHEN length(value) = 36 AND value ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$'
              THEN CAST(as_id(md5(value || nth)) AS text)
            WHEN length(value) = 64 THEN md5(value || nth) || md5(nth || value) ELSE value END $$;
CREATE FUNCTION other_number(value bigint, nth int) RETURNS bigint IMMUTABLE LANGUAGE sql AS
  $$ SELECT CAST(CAST('x' || left(md5(CAST(value AS text) || nth), 16) AS bit(64)) AS bigint) $$;
"""


def _define(connection: Connection) -> None:
    """Define what makes another id, hash or number of one and the number of a copy: the same of a UUID and of its text."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SET LOCAL session_replication_role = replica"))  # no foreign key is looked up for a copy
        connection.exec_driver_sql(_OF_POSTGRESQL)
        return
    driver = connection.connection.driver_connection
    assert isinstance(driver, sqlite3.Connection)
    driver.create_function("other_id", 2, _other_id, deterministic=True)
    driver.create_function("other_number", 2, _other_number, deterministic=True)


def _other_id(value: str | bytes | None, nth: int) -> str | bytes | None:
    """Another id or hash in place of one, in each of the forms that they are stored in; anything else as it is."""
    if isinstance(value, bytes):
        return UUID(bytes=_hash(value, nth)[:16], version=4).bytes if len(value) == 16 else value
    if value is not None and is_id(value):
        return str(UUID(bytes=_hash(UUID(value).bytes, nth)[:16], version=4))
    return _hash(value.encode(), nth).hex() if value is not None and len(value) == 64 else value


def _other_number(value: int, nth: int) -> int:
    return int.from_bytes(_hash(str(value).encode(), nth)[:8], "big", signed=True)


def _hash(value: bytes, nth: int) -> bytes:
    return hashlib.sha256(value + nth.to_bytes(4, "big")).digest()
