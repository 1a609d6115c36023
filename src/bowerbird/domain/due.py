"""What is due when: everything that waits for a moment of the clock, so that a sandbox's clock can stop at each."""

from __future__ import annotations

from collections.abc import Callable

from bowerbird.storage import consents, jobs, messages
from bowerbird.storage.unit_of_work import UnitOfWork

SOURCES: tuple[Callable[[UnitOfWork], int | None], ...] = (jobs.first_due, messages.first_due, consents.first_due)
"""Each answers the earliest moment (milliseconds) at which one of its rows is or was due and has not been dealt with."""


def first_due(uow: UnitOfWork) -> int | None:
    """The earliest of all moments, past ones included: what was due and is still being worked on."""
    return min((moment for source in SOURCES if (moment := source(uow)) is not None), default=None)
