"""How often a limited request was made in a window of time, counted in the database for every process that shares it."""

from __future__ import annotations

from sqlalchemy import delete, select, text

from bowerbird.storage.database.tables import rate_counters
from bowerbird.storage.database.unit_of_work import UnitOfWork

_COUNT = text(
    "INSERT INTO hits (ends, subject, count) VALUES (:ends, :subject, 1) "
    "ON CONFLICT (ends, subject) DO UPDATE SET count = hits.count + 1 RETURNING count"
)


def increment_counter(uow: UnitOfWork, ends: int, subject: str) -> int:
    """Count once in the window that ends at a moment (milliseconds); the count afterwards. Processes do so one after the other."""
    row = uow.row(_COUNT, {"ends": ends, "subject": subject})
    return int(row[0]) if row else 0


def get_count(uow: UnitOfWork, ends: int, subject: str) -> int:
    """The count of the window that ends at a moment (milliseconds)."""
    row = uow.row(select(rate_counters.c.count).where(rate_counters.c.ends == ends, rate_counters.c.subject == subject))
    return int(row[0]) if row else 0


def counts_of(uow: UnitOfWork, subject: str, after_ms: int) -> list[tuple[int, int]]:
    """The windows of a subject that end after a moment, each with its end (milliseconds) and its count, the first to end first."""
    windows = select(rate_counters.c.ends, rate_counters.c.count).where(rate_counters.c.ends > after_ms, rate_counters.c.subject == subject)
    return [(int(row[0]), int(row[1])) for row in uow.rows(windows.order_by(rate_counters.c.ends))]


def delete_counters_before(uow: UnitOfWork, ends: int) -> None:
    uow.execute(delete(rate_counters).where(rate_counters.c.ends < ends))
