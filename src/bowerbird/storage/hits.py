"""How often something limited was done in a window of time, counted in the database for every process that shares it."""

from __future__ import annotations

from sqlalchemy import delete, select, text

from bowerbird.storage.tables import hits
from bowerbird.storage.unit_of_work import UnitOfWork

_COUNT = text(
    "INSERT INTO hits (ends, subject, count) VALUES (:ends, :subject, 1) "
    "ON CONFLICT (ends, subject) DO UPDATE SET count = hits.count + 1 RETURNING count"
)


def count_hit(uow: UnitOfWork, ends: int, subject: str) -> int:
    """Count once in the window that ends at a moment (milliseconds); the count afterwards. Processes do so one after the other."""
    found = uow.row(_COUNT, {"ends": ends, "subject": subject})
    return int(found[0]) if found else 0


def hits_in(uow: UnitOfWork, ends: int, subject: str) -> int:
    found = uow.row(select(hits.c.count).where(hits.c.ends == ends, hits.c.subject == subject))
    return int(found[0]) if found else 0


def forget_before(uow: UnitOfWork, ends: int) -> None:
    uow.execute(delete(hits).where(hits.c.ends < ends))
