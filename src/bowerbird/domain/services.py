"""What the domain works with: the services of a process, and a session, which binds them to one unit of work and one tenant."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, TypeVar, TypeVarTuple

import msgspec

from bowerbird.domain.access.admin import AdminToken
from bowerbird.domain.access.tenant import Tenant
from bowerbird.domain.consents.read_counter import ReadCounter
from bowerbird.domain.consents.read_scope import ReadScope
from bowerbird.domain.hooks import Hooks
from bowerbird.domain.operators.outcomes import NotCounted, Outcomes
from bowerbird.model.clock import Clock, to_milliseconds
from bowerbird.model.days import DAY_S
from bowerbird.model.institution import Catalogue
from bowerbird.model.statement import FileKind
from bowerbird.outbound.client import Outbound
from bowerbird.outbound.code_sender import CodeSender
from bowerbird.plugins.guard import Guard
from bowerbird.plugins.registry import Plugins
from bowerbird.statements.confined.bounds import check_bounds
from bowerbird.statements.confined.pool import ANYONE, Caller, Readers, Task
from bowerbird.statements.file_line import FileLine
from bowerbird.statements.pdf.proven import ExaminedStatement
from bowerbird.statements.statement import StatementAccount
from bowerbird.statements.tables.mapping import ColumnMapping, ConfirmedBy, MappingDraft, MappingPreview, check_preview
from bowerbird.statements.tasks import LINES, PICTURE
from bowerbird.storage.database.engine import Storage
from bowerbird.storage.database.unit_of_work import EVERY_TENANT as EVERY_TENANT  # noqa: PLC0414
from bowerbird.storage.database.unit_of_work import ActingFor as ActingFor  # noqa: PLC0414  (api and web import no storage)
from bowerbird.storage.database.unit_of_work import EveryTenant as EveryTenant  # noqa: PLC0414
from bowerbird.storage.database.unit_of_work import StorageUnavailable as StorageUnavailable  # noqa: PLC0414
from bowerbird.storage.database.unit_of_work import UnitOfWork
from bowerbird.storage.files.disk import DiskFull as DiskFull  # noqa: PLC0414
from bowerbird.storage.files.stores import InRow, UploadStore
from bowerbird.storage.vault.vault import Vault

if TYPE_CHECKING:
    from bowerbird.domain.consents.confirmations import Confirmation

T = TypeVar("T")
Ts = TypeVarTuple("Ts")

PAGE_SIZE = 500
"""Transactions on a page, by default and at most (contract §4)."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Every number that bounds what a client may ask, in the units its name says. Those without a value here are settings."""

    token_ttl_seconds: int
    token_requests_per_5_minutes: int
    sandbox_connections: int
    refreshes_per_connection_per_day: int
    sandbox_enrich_requests_per_month: int
    sandbox_insights_per_day: int
    report_kept_hours: int
    statement_max_bytes: int
    csv_max_rows: int
    mfa_expiry_seconds: int
    idempotency_key_seconds: int
    operator_idle_seconds: int
    operator_session_seconds: int
    person_session_seconds: int
    connections: int
    connections_per_address: int
    header_seconds: int
    body_seconds: int
    body_bytes_per_second: int
    answer_seconds: int
    requests_at_once: int
    requests_waiting: int
    waiting_seconds: int
    body_bytes_in_flight: int
    jobs_waiting_per_application: int
    step_seconds: int
    lease_seconds: int
    silence_seconds: int
    grace_seconds: int
    events_kept_days: int
    audit_kept_days: int
    statement_files_kept_days: int
    files_kept_in_sandbox_only: bool = False
    retry_after_seconds: int = 7200
    retry_for_seconds: int = 7 * DAY_S
    jobs_shown_seconds: int = 7 * DAY_S
    events_shown_seconds: int = 7 * DAY_S
    page_size: int = PAGE_SIZE


def _no_wake() -> None:
    """No dispatcher waits: the command line writes jobs that a server finds by itself."""


def _forget_nothing(_user_id: str) -> None:
    """No pages are held: this process answers no requests."""


def _prepare_nothing(_tenant: Tenant) -> None:
    """No pages are prepared: this process shows none, or not all of them."""


@dataclass(slots=True)
class Services:
    """`forget_pages` is called with a user's id after a commit that deleted what pages of that user show.

    `write_reminder` gives the subject and the text of the mail that reminds a person of their consent.

    `wake` is called after a commit that made a job claimable; the dispatcher puts its own there. `enriched` is called with a user all of
    whose rows are enriched, on a worker thread. `outcomes` counts what ends, for the metrics.

    `lease_clock` is the machine's own: processes die in its time, wherever a sandbox's clock stands. `hooks` are
    what a sandbox attaches. `household` is the one user of a server that serves nothing else. `owners_need_totp`: whether owners must
    have an authenticator; None: once real data is stored.
    """

    storage: Storage
    vault: Vault
    clock: Clock
    lease_clock: Clock
    institutions: Catalogue
    plugins: Plugins
    guard: Guard
    readers: Readers
    pdf: Task[ExaminedStatement]
    export: Task[list[StatementAccount]]
    columns: Task[MappingPreview]
    limits: Limits
    outbound: Outbound
    code_sender: CodeSender
    write_reminder: Callable[[Confirmation], tuple[str, str]]
    uploads: UploadStore = field(default_factory=InRow)
    reads: ReadCounter = field(default_factory=ReadCounter)
    unfinished_jobs: dict[str, tuple[int, float]] = field(default_factory=dict)  # not money: when they were counted, by time.monotonic
    sandbox_seed: int = 1
    owners_need_totp: bool | None = None
    household: Tenant | None = None
    admin: AdminToken = field(default_factory=AdminToken)
    hooks: Hooks = field(default_factory=Hooks)
    wake: Callable[[], None] = _no_wake
    forget_pages: Callable[[str], None] = _forget_nothing
    enriched: Callable[[Tenant], None] = _prepare_nothing
    outcomes: Outcomes = field(default_factory=NotCounted)

    def read_pdf(self, data: bytes, institution: str, products: Mapping[str, str], caller: Caller = ANYONE) -> ExaminedStatement:
        """A PDF statement of an institution, known by its origin, read in a confined process. Raises Refused or NoReader.

        `products` are the operator's own: name as printed → class of account. `caller` is who waits for it.
        """
        examined = self.readers.read(self.pdf, data, caller, institution=institution, products=dict(products))
        check_bounds(examined.statement.accounts, self.limits.csv_max_rows)
        return examined

    def read_export(
        self,
        data: bytes,
        institution: str,
        institution_id: str,
        caller: Caller = ANYONE,
        *,
        mapping: ColumnMapping | None,
        approved: Sequence[ColumnMapping],
    ) -> list[StatementAccount]:
        """A file of an institution that is no PDF, read in a confined process. Raises Refused or NoReader.

        `institution` is its origin, `institution_id` what the file may call it. `mapping` is what its columns were confirmed to mean;
        `approved` are those of its institution, for a table that is not clear by itself.
        """
        most = self.limits.csv_max_rows  # a sandbox may have set it since the process started
        by = {"mapping": msgspec.to_builtins(mapping), "approved": msgspec.to_builtins(approved), "most_rows": most}
        accounts = self.readers.read(self.export, data, caller, institution=institution, institution_id=institution_id, **by)
        check_bounds(accounts, most)
        return accounts

    def preview_columns(
        self, data: bytes, institution: str, draft: MappingDraft | None, confirmed_by: ConfirmedBy, caller: Caller = ANYONE
    ) -> MappingPreview:
        """What the columns of a table may mean, read in a confined process. Raises Refused or NoReader."""
        chosen, most = msgspec.to_builtins(draft), self.limits.csv_max_rows
        preview = self.readers.read(
            self.columns, data, caller, institution=institution, confirmed_by=confirmed_by.value, draft=chosen, most_rows=most
        )
        check_preview(preview)
        return preview

    def list_lines(self, kind: FileKind, data: bytes, first: int, last: int) -> list[FileLine]:
        """Lines of a file of text, split in a confined process. Raises Refused or NoReader."""
        return self.readers.read(LINES, data, kind=kind.value, first=first, last=last)

    def draw_page(self, data: bytes, page: int) -> bytes:
        """A page of a PDF as a PNG, drawn in a confined process. Raises Refused or NoReader."""
        return self.readers.read(PICTURE, data, page=page)

    def close(self) -> None:
        """Close processes, threads and the database."""
        self.readers.close()
        self.guard.pool.shutdown(wait=False, cancel_futures=True)
        self.guard.network.close()
        self.storage.close()
        self.uploads.close()

    def session(self, uow: UnitOfWork, tenant: Tenant | ActingFor, scope: ReadScope | None = None) -> Session:
        """A session in an open unit of work: for a user, for an application by its id, or across tenants."""
        if isinstance(tenant, Tenant):
            return Session(self, uow, *tenant, scope)
        return Session(self, uow, "" if isinstance(tenant, EveryTenant) else tenant, "")

    async def read(self, work: Callable[[Session, *Ts], T], *args: *Ts, tenant: Tenant | ActingFor, scope: ReadScope | None = None) -> T:
        """Run `work(session, *args)` as a read: one consistent snapshot. Raises StorageUnavailable, as all of these do."""
        return await self.storage.read(lambda uow: work(self.session(uow, tenant, scope), *args), tenant=_acting_for(tenant))

    async def read_aside(
        self, work: Callable[[Session, *Ts], T], *args: *Ts, tenant: Tenant | ActingFor, scope: ReadScope | None = None
    ) -> T:
        """Run a read that may look at many rows on one of few threads of its own."""
        return await self.storage.read_aside(lambda uow: work(self.session(uow, tenant, scope), *args), tenant=_acting_for(tenant))

    async def write(self, work: Callable[[Session, *Ts], T], *args: *Ts, tenant: Tenant | ActingFor) -> T:
        """Run a write and commit it; on an exception nothing of it remains."""
        return await self.storage.write(lambda uow: work(self.session(uow, tenant), *args), tenant=_acting_for(tenant))

    def read_now(self, work: Callable[[Session, *Ts], T], *args: *Ts, tenant: Tenant | ActingFor) -> T:
        """Run a read on this thread."""
        return self.storage.read_now(lambda uow: work(self.session(uow, tenant), *args), tenant=_acting_for(tenant))

    def write_now(self, work: Callable[[Session, *Ts], T], *args: *Ts, tenant: Tenant | ActingFor) -> T:
        """Run a write on this thread and commit it."""
        return self.storage.write_now(lambda uow: work(self.session(uow, tenant), *args), tenant=_acting_for(tenant))

    def write_from_thread(self, work: Callable[[Session, *Ts], T], *args: *Ts, tenant: Tenant | ActingFor) -> T:
        """Run a write from a worker thread; on SQLite through the one writer."""
        return self.storage.write_from_thread(lambda uow: work(self.session(uow, tenant), *args), tenant=_acting_for(tenant))


def _acting_for(tenant: Tenant | ActingFor) -> ActingFor:
    return tenant.application_id if isinstance(tenant, Tenant) else tenant


class Session(msgspec.Struct, frozen=True):
    """One unit of work on behalf of one tenant. `user_id` is empty where an application acts, `application_id` too across tenants.

    `scope` is what the user agreed to where it was read already; `consents.gate` reads it elsewhere.
    """

    services: Services
    uow: UnitOfWork
    application_id: str
    user_id: str = ""
    scope: ReadScope | None = None

    @property
    def tenant(self) -> Tenant:
        return Tenant(self.application_id, self.user_id)

    @property
    def lease_now_ms(self) -> int:
        """The machine's own time, wherever a sandbox's clock stands."""
        return to_milliseconds(self.services.lease_clock.now())

    def forget_pages(self) -> None:
        """Have the pages of this session's user forgotten once it is committed."""
        self.uow.after_commit(partial(self.services.forget_pages, self.user_id))

    def of(self, tenant: Tenant) -> Session:
        """The same unit of work on behalf of a user."""
        return self if tenant == self.tenant else Session(self.services, self.uow, *tenant)

    def within(self, scope: ReadScope) -> Session:
        """The same session, which knows what the user agreed to."""
        return Session(self.services, self.uow, self.application_id, self.user_id, scope)

    def in_application(self, application_id: str) -> Session:
        """The same unit of work on behalf of an application."""
        return Session(self.services, self.uow, application_id)
