"""The hot page on PostgreSQL: the same page from the same server, ours behind row-level security, the baseline as its own owner.

What counts is the CPU of the web process, as everywhere; what PostgreSQL itself needs for either is told beside it.
"""

from __future__ import annotations

from bench.measure import Effort, Row, microseconds, process_cpu
from bench.pair import Pair, both
from bench.processes import Server
from tests.postgres import OWNER, Database, Postgres

MIN_TIMES = 20
_ASKED = 300


def run(effort: Effort) -> list[Row]:
    """Bar: 20 times less CPU than the baseline."""
    with Postgres() as server:
        ours, theirs = server.database(), server.database(migrated=False)
        with both("postgres", ours.url, _sqlalchemy(server.url(OWNER, theirs.name))) as pair:
            for database in (ours, theirs):
                with database.connect() as connection:
                    connection.execute("VACUUM ANALYZE")
            pages = [f"{user}/transactions" for user in pair.users()]
            row = pair.row("page of 500 on PostgreSQL, joined anew", pages, effort, MIN_TIMES)
            return [row, _of_the_database(pair, pages, ours, theirs)]


def _sqlalchemy(url: str) -> str:
    return url.replace("postgresql://", "postgresql+psycopg://")


def _of_the_database(pair: Pair, pages: list[str], ours: Database, theirs: Database) -> Row:
    """CPU of PostgreSQL's own processes for a page."""
    mine, other = _backend_cpu(pair.ours, ours, pages), _backend_cpu(pair.baseline, theirs, pages)
    return Row("the same, PostgreSQL's own CPU", microseconds(mine), f"{microseconds(other)} FastAPI", f"{other / mine:.1f} × less")


def _backend_cpu(server: Server, database: Database, pages: list[str]) -> float:
    def used() -> float:
        found = database.server.execute("SELECT pid FROM pg_stat_activity WHERE datname = %s", database.name)
        return sum(process_cpu(pid) for (pid,) in found)

    before = used()
    for nth in range(_ASKED):
        server.get(pages[nth % len(pages)])
    return (used() - before) / _ASKED
