"""What a job's steps share: the claimed job on its way, and the outcomes a step can have."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from bowerbird import codes
from bowerbird.domain.access.tenant import Tenant
from bowerbird.domain.ledger.ingest import Source
from bowerbird.domain.notifications.announcements import announce_connection
from bowerbird.domain.services import Services, Session
from bowerbird.model.account import BankAccount
from bowerbird.model.clock import to_milliseconds
from bowerbird.model.connection import ConnectionStatus
from bowerbird.model.event import EventType
from bowerbird.sdk.challenges import Challenge
from bowerbird.sdk.connector import ConnectorScenario
from bowerbird.statements.pdf.annotations import NO_NOTES, ParseNotes
from bowerbird.statements.statement import StatementAccount
from bowerbird.storage.rows import connections as connection_rows
from bowerbird.storage.rows import users

Writes = Callable[[Session], None]


def _nothing(_session: Session) -> None:
    """A step that leaves nothing behind but its status."""


@dataclass(frozen=True, slots=True)
class StepSucceeded:
    """The step succeeded. `path` is what its result links to; `note` is left for the next step."""

    path: str = ""
    note: dict[str, Any] | None = None
    writes: Writes = _nothing


@dataclass(frozen=True, slots=True)
class StepFailed:
    """The step ends the job with an entry of the catalogue. `reason` says more than the wire may, to the person whose file it was.

    `writes` is what stays of the attempt.
    """

    entry: codes.Entry
    values: dict[str, object] = field(default_factory=dict)
    reason: str = ""
    writes: Writes = _nothing


@dataclass(frozen=True, slots=True)
class WaitForPerson:
    """The bank asks the person something; the next step waits for the answer."""

    challenge: Challenge
    path: str


@dataclass(frozen=True, slots=True)
class TryAgainAt:
    """The step is tried again at a moment (milliseconds)."""

    due_at: int


Outcome = StepSucceeded | StepFailed | WaitForPerson | TryAgainAt


@dataclass(slots=True)
class Work:
    """A claimed job on the way through its steps, with what its steps share in this process.

    Nothing in it must survive: after a crash another process rebuilds it from the rows.
    """

    job: Any
    connection: Any
    earlier_jobs: int
    note: dict[str, Any]
    scenario: ConnectorScenario | None = None
    statement: list[StatementAccount] | None = None
    signs: tuple[str, ...] = ()
    score: int = 0
    finding: ParseNotes = NO_NOTES
    kind: str = ""
    size: int = 0
    accounts: list[tuple[str, BankAccount]] | None = None

    @property
    def tenant(self) -> Tenant:
        return Tenant(self.job.application_id, self.job.user_id)

    def path(self, rest: str) -> str:
        return f"/users/{self.job.user_id}/{rest}"

    def source(self, services: Services) -> Source:
        return Source(self.job.connection_id, self.job.institution_id, to_milliseconds(services.clock.now()))

    def filtered(self, collection: str) -> str:
        """The path of a collection, of this job's institution only."""
        return self.path(f"{collection}?filter=institution.id.eq('{self.job.institution_id}')")


def verified(services: Services, work: Work) -> Writes:
    """The writes of a login that worked, or of a statement that can be read: the connection is active from here."""

    def write(session: Session) -> None:
        now = to_milliseconds(services.clock.now())
        connection_rows.update_connection(
            session.uow, work.job.application_id, work.job.connection_id, status=ConnectionStatus.ACTIVE, last_used=now
        )
        if work.connection is not None and work.connection.status != ConnectionStatus.ACTIVE:
            changed = {"status": ConnectionStatus.ACTIVE, "last_used": now}
            announce_connection(session.of(work.tenant), EventType.CONNECTION_ACTIVATED, work.connection, **changed)
        users.touch_user(session.uow, *work.tenant)

    return write
