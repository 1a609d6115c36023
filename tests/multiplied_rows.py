"""A database with many rows of every kind: what it holds of one application, again and again for other people, and older.

A copy has ids of its own, the same in every table, so that it hangs together as the first did. What is sealed is copied as it stands and
opens nowhere: no request that is measured shows it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, create_engine, text

from bowerbird.model.ids import is_id
from bowerbird.storage.database.tables import metadata

MADE_BY_OPERATORS = frozenset({"applications", "api_keys", "operators", "operator_sessions", "operator_links", "consent_policies"})
"""Few by nature, each made by hand: the pages list them all."""
ONE_A_SERVER = frozenset({"marks", "hits", "alembic_version", "sign_in_attempts"})
ONE_A_TYPE = frozenset({"subscriptions", "webhooks"})
"""As many as there are types of events, in each application."""
OPENED_IN_LISTS = frozenset({"insight_snapshots", "insight_snapshot_users"})
"""The list of reports opens what is sealed in each of at most 500, and a copy opens nowhere."""
NOT_COPIED = MADE_BY_OPERATORS | ONE_A_SERVER | ONE_A_TYPE | OPENED_IN_LISTS

_REFS = ("user_ref", "account_ref")
_KEPT = ("application_id", "application_ref", "policy_id", "webhook_id", "master")
_COUNTS_UP = (("events", "position"), ("messages", "position"), ("audit_entries", "position"))
_MOVING = ("queued", "waiting", "pending", "held")
_REF_STEP, _STEP_MS = 1000, 10_000
_MAX_SOURCES = 400
_BATCH = 2000


def multiply(url: str, application: str, ref: int, count: int) -> dict[str, int]:
    """Copy what an application has until each table has grown by `count` rows; the rows added by table."""
    engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://"))
    with engine.begin() as connection:
        added = {name: _multiply(connection, name, application, ref, count) for name in _tables()}
    if engine.dialect.name == "postgresql":
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM ANALYZE"))
    engine.dispose()
    return added


def _tables() -> list[str]:
    return [table.name for table in metadata.sorted_tables if table.name not in NOT_COPIED]


def _multiply(connection: Connection, name: str, application: str, ref: int, count: int) -> int:
    columns = metadata.tables[name].c
    own = next((column.name for column in columns if column.name in ("application_id", "application_ref")), "")
    where = f'WHERE "{own}" = :own' if own else ""
    chosen = {"own": ref if own == "application_ref" else application} if own else {}
    found = connection.execute(text(f'SELECT * FROM "{name}" {where} LIMIT {_MAX_SOURCES}'), chosen).mappings()
    rows = [dict(row) for row in found if row.get("state") not in _MOVING and row.get("user_id") != ""]
    if not rows:
        return 0
    skipped = {column for table, column in _COUNTS_UP if table == name}
    names = [column for column in rows[0] if column not in skipped]
    insert = text(f'INSERT INTO "{name}" ({", ".join(map(_quoted, names))}) VALUES ({", ".join(f":{each}" for each in names)})')
    added = 0
    batch: list[dict[str, Any]] = []
    for nth in range(1, -(-count // len(rows)) + 1):
        batch += [_copy(name, row, names, nth) for row in rows]
        if len(batch) >= _BATCH:
            connection.execute(insert, batch)
            added, batch = added + len(batch), []
    if batch:
        connection.execute(insert, batch)
    return added + len(batch)


def _quoted(name: str) -> str:
    return f'"{name}"'


def _copy(table: str, row: Mapping[str, Any], names: list[str], nth: int) -> dict[str, Any]:
    return {name: _changed(table, name, row[name], nth) for name in names}


_OWN_WAYS: dict[tuple[str, str], Callable[[Any, int], Any]] = {
    ("connections", "sandbox"): lambda value, _: type(value)(False),
    ("enrichments", "ref"): lambda value, nth: int.from_bytes(_hash(str(value).encode(), nth)[:8], "big", signed=True),
    ("new_prints", "name"): lambda value, nth: f"{value} {nth}",
    ("users", "ref"): lambda value, nth: value + nth * _REF_STEP,
    ("accounts", "ref"): lambda value, nth: value + nth * _REF_STEP,
}
"""A connection of a sandbox is counted up to a limit, the names of new layouts and the numbers of texts are unique."""


def _changed(table: str, name: str, value: Any, nth: int) -> Any:
    if value is None or name in _KEPT:
        return value
    if change := _OWN_WAYS.get((table, name)):
        return change(value, nth)
    if name in _REFS:
        return int(value) + nth * _REF_STEP
    if isinstance(value, int) and (name.startswith(("created", "updated", "last_seen", "first_seen")) or name == "seen"):
        return value - nth * _STEP_MS
    return _other_id(value, nth)


def _other_id(value: Any, nth: int) -> Any:
    """Another id or hash in place of one, in each of the forms that they are stored in; anything else as it is."""
    if isinstance(value, UUID):
        return UUID(bytes=_hash(value.bytes, nth)[:16], version=4)
    if isinstance(value, bytes) and len(value) == 16:
        return UUID(bytes=_hash(value, nth)[:16], version=4).bytes
    if isinstance(value, str) and is_id(value):
        return str(UUID(bytes=_hash(UUID(value).bytes, nth)[:16], version=4))
    return _hash(value.encode(), nth).hex() if isinstance(value, str) and len(value) == 64 else value


def _hash(value: bytes, nth: int) -> bytes:
    return hashlib.sha256(value + nth.to_bytes(4, "big")).digest()
