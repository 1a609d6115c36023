"""Bytes a stored transaction takes, indexes included: the same people's transactions on SQLite and on PostgreSQL."""

from __future__ import annotations

from pathlib import Path

from bench.measure import Effort, Row
from bench.people import settle_town
from bench.places import folder
from tests.postgres import Database, Postgres

MAX_BYTES = 550
PEOPLE, ROWS_EACH, QUICK_ROWS_EACH = 20, 5_000, 500
_SIZE = "SELECT pg_database_size(current_database())"
_TABLES = """
SELECT sum(pg_total_relation_size(oid)) FROM pg_class
WHERE relkind = 'r' AND (relname = 'transactions' OR relname LIKE 'transactions\\_%')"""


def run(effort: Effort) -> list[Row]:
    """Bar: at most 550 bytes a transaction, on either engine."""
    each = QUICK_ROWS_EACH if effort.quick else ROWS_EACH
    with folder("size") as place:
        found = {"SQLite": _sqlite(place, each), "PostgreSQL": _postgres(place / "shared", each)}
    return [
        Row(f"bytes a transaction, {engine}", f"{size:,.0f}", f"{PEOPLE * each:,} rows", "", f"≤ {MAX_BYTES}", size <= MAX_BYTES)
        for engine, size in found.items()
    ]


def _sqlite(place: Path, each: int) -> float:
    """The whole file as the import leaves it, without its free pages moved."""
    settle_town(place, PEOPLE, each)
    return (place / "bowerbird.db").stat().st_size / (PEOPLE * each)


def _postgres(place: Path, each: int) -> float:
    with Postgres() as server:
        database = server.database()
        before = _size(database)
        place.mkdir()
        settle_town(place, PEOPLE, each, database.url)
        return (_size(database) - before) / (PEOPLE * each)


def _size(database: Database) -> int:
    with database.connect() as connection:
        connection.execute("VACUUM ANALYZE")
        (size,) = connection.execute(_SIZE).fetchone() or (0,)
    return int(size)
