"""What a job's steps do. A step asks the bank or reads the upload outside any transaction and answers with an outcome;
its writes happen later, together with the step's status, if the lease still holds.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import timedelta
from typing import Any

from bowerbird import codes
from bowerbird.domain import connections
from bowerbird.domain.ingest import Source, import_account, import_transactions
from bowerbird.domain.tenant import Tenant
from bowerbird.domain.unnumbered import refuse_other_account
from bowerbird.domain.world import World
from bowerbird.model.account import BankAccount
from bowerbird.model.clock import from_milliseconds, to_milliseconds
from bowerbird.model.connection import ConnectionStatus
from bowerbird.model.job import JobKind, StepTitle
from bowerbird.plugins.guard import TookTooLong
from bowerbird.sdk.challenges import Challenge, LoggedIn
from bowerbird.sdk.connector import Connector, Visit
from bowerbird.sdk.failures import Failure, Unavailable
from bowerbird.statements.reader import read_statement
from bowerbird.statements.refusal import Refused
from bowerbird.statements.statement import StatementAccount
from bowerbird.storage import connections as connection_rows
from bowerbird.storage import jobs as job_rows
from bowerbird.storage import users
from bowerbird.storage.unit_of_work import UnitOfWork

Writes = Callable[[UnitOfWork], None]


def _nothing(_uow: UnitOfWork) -> None:
    """A step that leaves nothing behind but its status."""


@dataclass(frozen=True, slots=True)
class Done:
    """The step succeeded. `path` is what its result links to; `note` is left for the next step."""

    path: str = ""
    note: dict[str, Any] | None = None
    writes: Writes = _nothing


@dataclass(frozen=True, slots=True)
class Failed:
    """The step ends the job with an entry of the catalogue."""

    entry: codes.Entry
    values: dict[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Asks:
    """The bank asks the person something; the next step waits for the answer."""

    challenge: Challenge
    path: str


@dataclass(frozen=True, slots=True)
class Later:
    """The step is tried again at a moment (milliseconds)."""

    due_at: int


Outcome = Done | Failed | Asks | Later


@dataclass(slots=True)
class Work:
    """A claimed job on the way through its steps, with what its steps share in this process.

    Nothing in it must survive: after a crash another process rebuilds it from the rows.
    """

    job: Any
    connection: Any
    earlier_jobs: int
    note: dict[str, Any]
    statement: list[StatementAccount] | None = None
    accounts: list[tuple[str, BankAccount]] | None = None

    @property
    def tenant(self) -> Tenant:
        return Tenant(self.job.application_id, self.job.user_id)

    def path(self, rest: str) -> str:
        return f"/users/{self.job.user_id}/{rest}"

    def source(self, world: World) -> Source:
        return Source(self.job.connection_id, self.job.institution_id, to_milliseconds(world.clock.now()))


def run(world: World, work: Work, title: StepTitle) -> Outcome:
    """Do one step. Every failure of the bank, the file or the connector comes back as an outcome."""
    steps = _STATEMENT_STEPS if work.job.kind == JobKind.STATEMENT else _BANK_STEPS
    try:
        return steps[title](world, work)
    except Unavailable as failure:
        return _retry_or_fail(world, work, failure)
    except Failure as failure:
        values = {"job": work.job.id} if "job" in failure.entry.placeholders else {}
        return Failed(failure.entry, dict(values))
    except TookTooLong as failure:
        return Failed(codes.STEP_TIMED_OUT, {"seconds": failure.seconds})
    except Refused as refused:
        return Failed(refused.entry, dict(refused.values))


def _retry_or_fail(world: World, work: Work, failure: Failure) -> Outcome:
    """New credentials are worth keeping while the bank is away: tried every two hours, for seven days."""
    now = world.clock.now()
    until = from_milliseconds(work.job.created) + timedelta(seconds=world.limits.retry_for_seconds)
    again = now + timedelta(seconds=world.limits.retry_after_seconds)
    if work.job.kind == JobKind.UPDATE and again <= until:
        return Later(to_milliseconds(again))
    return Failed(failure.entry)


# ── Steps that ask a bank ────────────────────────────────────────────────────────────────────────────────────────────────────


def _connector(world: World, work: Work) -> Connector:
    institution = world.institutions.find(work.job.institution_id)
    connector = world.plugins.connector_for(institution.origin) if institution else None
    if connector is None:
        raise Unavailable(f"no connector serves {work.job.institution_id}")
    return connector


def _visit(world: World, work: Work) -> Visit:
    return Visit(world.clock.now(), world.sandbox_seed, work.earlier_jobs)


def _log_in(world: World, work: Work) -> Outcome:
    login = connections.login_of(world, work.connection)
    institution = world.institutions.find(login.institution_id)
    if institution is not None and institution.origin != login.institution_id:
        login = type(login)(**{**{name: getattr(login, name) for name in login.__slots__}, "institution_id": institution.origin})
    outcome = world.guard.log_in(_connector(world, work), login, _visit(world, work))
    path = work.path(f"connections/{work.job.connection_id}")
    if isinstance(outcome, Challenge):
        return Asks(outcome, path)
    return Done(path, {"session": outcome.session}, _verified(world, work))


def _verified(world: World, work: Work) -> Writes:
    def write(uow: UnitOfWork) -> None:
        now = to_milliseconds(world.clock.now())
        connection_rows.update_connection(
            uow, work.job.application_id, work.job.connection_id, status=ConnectionStatus.ACTIVE, last_used=now
        )
        users.touch_user(uow, *work.tenant)

    return write


def _answer(world: World, work: Work) -> Outcome:
    if "session" in work.note:
        return Done(note=work.note)  # this time the bank did not ask
    if "answers" not in work.note:
        return Failed(codes.MFA_EXPIRED, {"seconds": world.limits.mfa_expiry_seconds})
    connector, note = _connector(world, work), work.note
    logged_in: LoggedIn = world.guard.answer(connector, note["challenge"], note["answers"], _visit(world, work))
    return Done("", {"session": logged_in.session}, _verified(world, work))


def _retrieve_accounts(world: World, work: Work) -> Outcome:
    profile, accounts = world.guard.accounts(_connector(world, work), work.note["session"], _visit(world, work))

    def write(uow: UnitOfWork) -> None:
        work.accounts = [(import_account(uow, work.tenant, work.source(world), account), account) for account in accounts]
        sealed = connections.seal_profile(world, work.job.connection_id, asdict(profile))
        connection_rows.update_connection(uow, work.job.application_id, work.job.connection_id, profile=sealed)
        users.touch_user(uow, *work.tenant)

    return Done(_filtered(work, "accounts"), work.note, write)


def _retrieve_transactions(world: World, work: Work) -> Outcome:
    connector, visit, session = _connector(world, work), _visit(world, work), work.note["session"]
    accounts = [account for _, account in work.accounts] if work.accounts else world.guard.accounts(connector, session, visit)[1]
    listings = [
        (account, world.guard.transactions(connector, session, account, None, visit)) for account in accounts if not account.unavailable
    ]

    def write(uow: UnitOfWork) -> None:
        source = work.source(world)
        for account, listing in listings:
            account_id = import_account(uow, work.tenant, source, account)
            import_transactions(uow, work.tenant, source, account_id, account, listing, complete=True)
        users.touch_user(uow, *work.tenant)

    return Done(_filtered(work, "transactions"), None, write)


def _filtered(work: Work, collection: str) -> str:
    return work.path(f"{collection}?filter=institution.id.eq('{work.job.institution_id}')")


# ── Steps that read a statement ──────────────────────────────────────────────────────────────────────────────────────────────


def statement_label(job_id: str) -> str:
    return f"uploads.content:{job_id}"


def _statement(world: World, work: Work) -> list[StatementAccount]:
    """The upload as accounts and transactions; read once a process, and again after a crash."""
    if work.statement is None:
        upload = world.storage.read_now(lambda uow: job_rows.find_upload(uow, work.job.application_id, work.job.id))
        if upload is None or upload.kind == "pdf":
            raise Refused(codes.STATEMENT_NOT_SUPPORTED)
        institution = world.institutions.find(work.job.institution_id)
        data = world.vault.open(upload.content, statement_label(work.job.id))
        origin = institution.origin if institution else ""
        layouts, max_rows = world.plugins.csv_layouts, world.limits.csv_max_rows
        work.statement = read_statement(data, origin, max_rows, layouts, institution_id=work.job.institution_id)
    return work.statement


def _refuse_other_account(world: World, work: Work, statement: StatementAccount) -> None:
    world.storage.read_now(lambda uow: refuse_other_account(uow, work.tenant, work.job.institution_id, statement))


def _verify_statement(world: World, work: Work) -> Outcome:
    for each in _statement(world, work):
        if not each.numbered:
            _refuse_other_account(world, work, each)
    return Done(work.path(f"connections/{work.job.connection_id}"), {}, _verified(world, work))


def _statement_accounts(world: World, work: Work) -> Outcome:
    statement = _statement(world, work)

    def write(uow: UnitOfWork) -> None:
        for each in statement:
            import_account(uow, work.tenant, work.source(world), each.account)
        users.touch_user(uow, *work.tenant)

    return Done(_filtered(work, "accounts"), {}, write)


def _statement_transactions(world: World, work: Work) -> Outcome:
    statement = _statement(world, work)

    def write(uow: UnitOfWork) -> None:
        source = work.source(world)
        for each in statement:
            account_id = import_account(uow, work.tenant, source, each.account)
            import_transactions(uow, work.tenant, source, account_id, each.account, each.transactions, complete=False)
        job_rows.delete_upload(uow, work.job.application_id, work.job.id)
        users.touch_user(uow, *work.tenant)

    return Done(_filtered(work, "transactions"), None, write)


_BANK_STEPS: dict[StepTitle, Callable[[World, Work], Outcome]] = {
    StepTitle.VERIFY_CREDENTIALS: _log_in,
    StepTitle.MFA_CHALLENGE: _answer,
    StepTitle.RETRIEVE_ACCOUNTS: _retrieve_accounts,
    StepTitle.RETRIEVE_TRANSACTIONS: _retrieve_transactions,
}

_STATEMENT_STEPS: dict[StepTitle, Callable[[World, Work], Outcome]] = {
    StepTitle.VERIFY_CREDENTIALS: _verify_statement,
    StepTitle.RETRIEVE_ACCOUNTS: _statement_accounts,
    StepTitle.RETRIEVE_TRANSACTIONS: _statement_transactions,
}
