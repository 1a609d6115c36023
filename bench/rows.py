"""What a page costs while the table grows: the same users' first pages among 10⁵, 10⁶ and 10⁷ rows."""

from __future__ import annotations

import sqlite3
from contextlib import ExitStack
from pathlib import Path

from bench.measure import Effort, Row, compare, microseconds
from bench.people import settle_town
from bench.places import folder
from bench.processes import Server

MAX_TIMES = 1.3
PEOPLE, ROWS_EACH = 45, 2_000
SIZES = (10**5, 10**6, 10**7)
_INDEXES = "SELECT name, sql FROM sqlite_master WHERE tbl_name = 'transactions' AND type = 'index' AND sql IS NOT NULL"
_FILL = """
INSERT INTO transactions (application_ref, user_ref, account_ref, post_day, id, class, amount, identity, matched, document)
WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < :count)
SELECT 0, 1000000 + i / 2000, 1000000 + i / 2000, 19000 + (i % 2000) * 730 / 2000, CAST(printf('%016d', i) AS BLOB), 1, -1234,
  CAST(printf('%016d', i) AS BLOB), '', :document
FROM n
"""


def run(effort: Effort) -> list[Row]:
    """Bar: at most 1.3 times the cost, from 10⁵ to 10⁷ rows. The largest database takes 11 GB while this runs."""
    sizes = SIZES[:2] if effort.quick else SIZES
    with ExitStack() as stack:
        sides = []
        for size in sizes:
            place = stack.enter_context(folder(f"rows-{size}"))
            server, paths = _serving(place, size)
            sides.append(stack.enter_context(server).side(str(size), paths))
        found = compare(sides, effort)
    first = microseconds(found.seconds[str(sizes[0])])
    rows = []
    for size in sizes[1:]:
        ratio = found.ratios[str(size)]
        cost, of = microseconds(found.seconds[str(size)]), f"{first} with 10^5"
        rows.append(Row(f"page with 10^{len(str(size)) - 1} rows", cost, of, f"{ratio:.2f} ×", f"≤ {MAX_TIMES} ×", ratio <= MAX_TIMES))
    return rows


def _serving(place: Path, size: int) -> tuple[Server, list[str]]:
    """A server on a database of so many rows, most of them of other users, and the pages to ask it for."""
    town = settle_town(place, PEOPLE, ROWS_EACH)
    fill(place / "bowerbird.db", size - PEOPLE * ROWS_EACH)
    server = Server(town.command, "/healthz", place)
    server.headers = town.headers
    return server, [f"/users/{person.tenant.user_id}/transactions" for person in town.people]


def fill(file: Path, count: int) -> None:
    """Rows of other users in the order of the key, whose indexes are made at the end: minutes instead of an hour."""
    connection = sqlite3.connect(file, isolation_level=None)
    for pragma in ("journal_mode=OFF", "synchronous=OFF", "cache_size=-1000000", "temp_store=FILE", "locking_mode=EXCLUSIVE"):
        connection.execute(f"PRAGMA {pragma}")
    indexes = connection.execute(_INDEXES).fetchall()
    for name, _ in indexes:
        connection.execute(f"DROP INDEX {name}")
    connection.execute(_FILL, {"count": count, "document": b"x" * 400})
    for _, sql in indexes:
        connection.execute(sql)
    connection.execute("PRAGMA locking_mode=NORMAL")
    connection.execute("PRAGMA journal_mode=WAL")
    connection.close()
