"""What a job's steps share: the claimed job on its way, and the outcomes a step can have."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import TypeVar

import msgspec

from bowerbird import codes
from bowerbird.domain.access.tenant import Tenant
from bowerbird.domain.ledger.ingest import Source
from bowerbird.domain.notifications.announcements import announce_connection
from bowerbird.domain.services import Services, Session
from bowerbird.model.account import BankAccount
from bowerbird.model.clock import to_milliseconds
from bowerbird.model.connection import ConnectionStatus
from bowerbird.model.event import EventType
from bowerbird.model.job import NO_CHECKPOINT, Checkpoint, PendingRedirect
from bowerbird.sdk.challenges import AwaitApproval, Challenge
from bowerbird.sdk.connector import ConnectorScenario
from bowerbird.statements.confined.pool import ANYONE, Caller
from bowerbird.statements.pdf.annotations import NO_NOTES, ParseNotes
from bowerbird.statements.statement import StatementAccount
from bowerbird.statements.tables.mapping import ColumnMapping
from bowerbird.storage.rows import connections as connection_rows
from bowerbird.storage.rows import users
from bowerbird.storage.rows.connections import ConnectionChanges, ConnectionRow
from bowerbird.storage.rows.jobs import claims
from bowerbird.storage.rows.jobs.jobs import JobRow, JobStepRow

T = TypeVar("T")

Writes = Callable[[Session], None]
"""What a step leaves behind, written in a session of the job's user that knows what the user agreed to."""


def _nothing(_session: Session) -> None:
    """A step that leaves nothing behind but its status."""


@dataclass(frozen=True, slots=True)
class StepSucceeded:
    """The step succeeded. `path` is what its result links to; `checkpoint` is left for the next step.

    `shows_accounts`: nothing is linked to where the person does not agree to their accounts.
    """

    path: str = ""
    checkpoint: Checkpoint = NO_CHECKPOINT
    writes: Writes = _nothing
    shows_accounts: bool = False


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
    """The bank asks the person something, or waits for their approval elsewhere; the next step waits for it."""

    challenge: Challenge | AwaitApproval
    path: str


@dataclass(frozen=True, slots=True)
class WaitForReturn:
    """The person logs in at the bank's own pages; the same step goes on when they come back."""

    redirect: PendingRedirect


@dataclass(frozen=True, slots=True)
class TryAgainAt:
    """The step is tried again at a moment."""

    due_at_ms: int


Outcome = StepSucceeded | StepFailed | WaitForPerson | WaitForReturn | TryAgainAt


class LeaseLost(Exception):
    """Another process took the job over: nothing of this step is written."""


@dataclass(slots=True)
class Work:
    """A claimed job with what its steps share in this process. `connection` is None once it was deleted.

    Nothing in it must survive: after a crash another process rebuilds it from the rows. `owner` holds the job's lease. `reader` is for
    whom processes that read files read the upload. `steps` are those of the job as they were when it was claimed; `secret`
    is the connection's, sealed, as the last unit of work of the job found or left it. `may_have_pages` is False once no page of its
    listing was found kept, and none was kept since.
    """

    job: JobRow
    connection: ConnectionRow | None
    earlier_jobs: int
    checkpoint: Checkpoint
    scenario: ConnectorScenario | None = None
    owner: str = ""
    reader: Caller = ANYONE
    statement: list[StatementAccount] | None = None
    signs: tuple[str, ...] = ()
    score: int = 0
    finding: ParseNotes = NO_NOTES
    kind: str = ""
    size: int = 0
    mapping: ColumnMapping | None = None
    accounts: list[BankAccount] | None = None
    steps: list[JobStepRow] = field(default_factory=list)
    secret: bytes | None = None
    may_have_pages: bool = True

    @property
    def tenant(self) -> Tenant:
        return Tenant(self.job.application_id, self.job.user_id)

    def path(self, rest: str) -> str:
        return f"/users/{self.job.user_id}/{rest}"

    def source(self, services: Services) -> Source:
        return Source(self.job.connection_id, self.job.institution_id, to_milliseconds(services.clock.now()), self.job.id)

    def filtered(self, collection: str) -> str:
        """The path of a collection, of this job's institution only."""
        return self.path(f"{collection}?filter=institution.id.eq('{self.job.institution_id}')")


def write_in_step(services: Services, work: Work, writes: Callable[[Session], T]) -> T:
    """Commit something in the middle of a step, under the job's lease, which is extended. Raises LeaseLost."""

    def write(session: Session) -> T:
        users.hold_user(session.uow, *work.tenant)
        now_ms = to_milliseconds(services.lease_clock.now())
        if not claims.still_leased(session.uow, work.job.id, work.owner, now_ms):
            raise LeaseLost
        claims.renew(session.uow, work.owner, [work.job.id], now_ms, now_ms + services.limits.lease_seconds * 1000)
        return writes(session.of(work.tenant))

    return services.write_from_thread(write, tenant=work.job.application_id)


def verified(work: Work) -> Writes:
    """The writes of a login that succeeded, or of a statement that can be read: they activate the connection."""
    return partial(_activate_connection, work)


def _activate_connection(work: Work, session: Session) -> None:
    now_ms = to_milliseconds(session.services.clock.now())
    changes = ConnectionChanges(status=ConnectionStatus.ACTIVE, last_used_at_ms=now_ms)
    connection_rows.update_connection(session.uow, work.job.application_id, work.job.connection_id, **changes)
    if work.connection is not None and work.connection.status != ConnectionStatus.ACTIVE:
        activated = msgspec.structs.replace(work.connection, **changes)
        announce_connection(session.of(work.tenant), EventType.CONNECTION_ACTIVATED, activated)
    users.touch_user(session.uow, *work.tenant)
