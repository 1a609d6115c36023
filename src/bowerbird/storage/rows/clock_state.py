"""Where the clock of a sandbox stands, for every process of it and for the next start."""

from __future__ import annotations

import msgspec

from bowerbird.storage.database.metadata import find_fact, put_fact
from bowerbird.storage.database.unit_of_work import UnitOfWork

_FACT = "sandbox-clock"


class ClockState(msgspec.Struct, rename="camel"):
    """`offset` to the machine's clock, or where it is frozen, in milliseconds."""

    offset: int = 0
    frozen_at: int | None = None

    @property
    def is_changed(self) -> bool:
        return self.offset != 0 or self.frozen_at is not None


def get_clock_state(uow: UnitOfWork, *, for_update: bool = False) -> ClockState:
    """With `for_update` other processes cannot change it before this unit of work ends."""
    return msgspec.json.decode(find_fact(uow, _FACT, for_update=for_update) or b"{}", type=ClockState)


def put_clock_state(uow: UnitOfWork, state: ClockState) -> None:
    put_fact(uow, _FACT, msgspec.json.encode(state))
