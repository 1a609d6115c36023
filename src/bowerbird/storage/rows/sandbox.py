"""What the database says of itself as a sandbox: whether it has ever held real data, recorded once and cleared by nothing, and where its
clock stands, for every process and for the next start.
"""

from __future__ import annotations

import msgspec
from sqlalchemy import select

from bowerbird.storage.database.metadata import find_fact, insert_fact, put_fact
from bowerbird.storage.database.tables import database_facts
from bowerbird.storage.database.unit_of_work import Prepared, UnitOfWork
from bowerbird.storage.rows.applications import any_production

_NAME = "real-data"
"""Its value is when real data was first stored, in milliseconds as decimal digits; empty in a row that only serves as a lock."""
_CLOCK = "sandbox-clock"
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


class ClockState(msgspec.Struct, rename="camel"):
    """`offset` to the machine's clock, or where it is frozen, in milliseconds."""

    offset: int = 0
    frozen_at: int | None = None

    @property
    def is_changed(self) -> bool:
        return self.offset != 0 or self.frozen_at is not None


def get_clock_state(uow: UnitOfWork, *, for_update: bool = False) -> ClockState:
    """With `for_update` other processes cannot change it before this unit of work ends."""
    return msgspec.json.decode(find_fact(uow, _CLOCK, for_update=for_update) or b"{}", type=ClockState)


def put_clock_state(uow: UnitOfWork, state: ClockState) -> None:
    put_fact(uow, _CLOCK, msgspec.json.encode(state))
