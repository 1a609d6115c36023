"""What is due when: everything that waits for a moment of the clock, so that a sandbox's clock can stop at each."""

from __future__ import annotations

from collections.abc import Callable

from bowerbird.domain.services import Session
from bowerbird.storage.database.unit_of_work import UnitOfWork
from bowerbird.storage.rows import consents, jobs, messages

SOURCES: dict[str, Callable[[UnitOfWork], int | None]] = {
    "job": jobs.first_due,
    "message": messages.first_due,
    "consent": consents.first_due,
}
"""Each answers the earliest moment (milliseconds) at which one of its rows is or was due and has not been dealt with."""


def due_next(session: Session) -> list[tuple[int, str]]:
    """What is due first of each kind: (moment, kind), the earliest first."""
    return sorted((moment, kind) for kind, source in SOURCES.items() if (moment := source(session.uow)) is not None)


def first_due(session: Session) -> int | None:
    """The earliest of all moments, past ones included: what was due and is still being worked on."""
    return min((moment for moment, _ in due_next(session)), default=None)
