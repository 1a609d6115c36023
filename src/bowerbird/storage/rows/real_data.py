"""Whether this database has ever held real data: one fact about it, recorded once and cleared by nothing."""

from __future__ import annotations

from sqlalchemy import select

from bowerbird.storage.database.metadata import insert_fact, put_fact
from bowerbird.storage.database.tables import database_facts
from bowerbird.storage.database.unit_of_work import Prepared, UnitOfWork
from bowerbird.storage.rows.applications import any_production

_NAME = "real-data"
"""Its value is when real data was first stored, in milliseconds as decimal digits; empty in a row that only serves as a lock."""
_VALUE = Prepared(select(database_facts.c.value).where(database_facts.c.name == _NAME))


def real_data_since(uow: UnitOfWork) -> int | None:
    """When this database first stored real data, in milliseconds; None where it never did."""
    rows = uow.fetch(_VALUE, {})
    return int(bytes(rows[0][0])) if rows and rows[0][0] else None


def lock_real_data(uow: UnitOfWork) -> None:
    """Have the first write of real data and changes to the sandbox wait for each other, until this unit of work ends."""
    insert_fact(uow, _NAME, b"")
    uow.row(select(database_facts.c.value).where(database_facts.c.name == _NAME).with_for_update())


def record_real_data(uow: UnitOfWork, now_ms: int) -> None:
    """State that this unit of work stores real data. The first time counts."""
    lock_real_data(uow)
    if real_data_since(uow) is None:
        put_fact(uow, _NAME, str(now_ms).encode())


def is_sandbox(uow: UnitOfWork) -> bool:
    """Whether this database has no data of real people: it never held real data, and no application has production access.

    A unit of work of one application sees that application and no other.
    """
    return real_data_since(uow) is None and not any_production(uow)
