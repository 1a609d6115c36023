"""Reading an account's listing page by page: each page is kept, so that a process that dies costs one page and not the listing."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from functools import partial
from time import monotonic

import msgspec

from bowerbird.domain.connections.bank_access import end_unkept, store_secret
from bowerbird.domain.connections.quotas import count_request
from bowerbird.domain.consents.gate import read_scope
from bowerbird.domain.consents.read_scope import UNRESTRICTED
from bowerbird.domain.consents.restrict import keep_days
from bowerbird.domain.jobs.work import LeaseLost, Work, write_in_step
from bowerbird.domain.ledger.account_import import find_numbered, recognition_of
from bowerbird.domain.ledger.card_masking import mask_account, mask_transactions
from bowerbird.domain.services import Services, Session
from bowerbird.model.account import BankAccount
from bowerbird.model.clock import from_milliseconds
from bowerbird.model.days import day_number, day_of_number
from bowerbird.model.ids import new_id
from bowerbird.model.transaction import BankTransaction
from bowerbird.plugins.guard import MAX_TRANSACTIONS, ConnectorTimeout, upstream_of
from bowerbird.sdk.connector import ANY_PUBLIC_HOST, Connector, ConnectorContext, Upstream
from bowerbird.sdk.failures import NotUnderstood
from bowerbird.sdk.pages import RECHECKED_DAYS, TransactionsPage, read_pages
from bowerbird.storage.rows import consents as consent_rows
from bowerbird.storage.rows.banks import pages as rows
from bowerbird.storage.rows.banks.pages import JobPageRow
from bowerbird.storage.rows.jobs import jobs as job_rows
from bowerbird.storage.vault.envelope import SealContext

STEP_SECONDS, STEP_SECONDS_OF_ANY_HOST = 3600, 600
"""What all pages of a job may take together, of a bank and of a host that the customer names; each page has the time of a step besides."""


class KeptPage(msgspec.Struct, frozen=True):
    """A page of an account's listing as it is kept: the word it was asked for with, None for the first, and what came."""

    account: str
    word: str | None
    rows: list[BankTransaction]
    next: str | None


_ShownAs = tuple[str, str | None, str]
"""An account's number, its source's id and its currency."""


def _shown_as(account: BankAccount) -> _ShownAs:
    return account.number, account.upstream_id, account.currency


def _named(account: BankAccount) -> str:
    """What an account's requests are counted under, also where several people share it; it is only stored as a keyed hash."""
    return account.upstream_id or account.number


class FeedReader:
    """The listings of one job's accounts. `is_agreed`: whether the person agrees to any transactions; without it nothing is read."""

    def __init__(
        self, services: Services, work: Work, connector: Connector, session: str, context: ConnectorContext, accounts: list[BankAccount]
    ) -> None:
        self._services, self._work, self._connector, self._session = services, work, connector, session
        self._context = replace(context, keep_secret=self._keep_secret)
        self._began_s, upstream = monotonic(), upstream_of(connector)
        self._quota = None if upstream is None else upstream.quota
        self._most_s = STEP_SECONDS_OF_ANY_HOST if upstream is not None and upstream.hosts is ANY_PUBLIC_HOST else STEP_SECONDS
        self._accounts, self._read = accounts, set[str]()
        self.is_agreed, earliest, kept, self._keys = services.read_now(self._begin, accounts, tenant=work.tenant)
        self._context = replace(self._context, earliest=earliest)
        work.may_have_pages = work.may_have_pages and bool(kept)
        self._pages = {(page.account, page.word): TransactionsPage(page.rows, page.next) for page in kept.values()}
        self._position = max(kept, default=-1) + 1  # pages in between are missing where the person agreed to less since
        self._rows = 0

    def read(self, account: BankAccount) -> list[BankTransaction]:
        """All pages of an account's listing. Raises the failures of its connector, ConnectorTimeout and LeaseLost."""
        upstream = upstream_of(self._connector)
        since = None if upstream is None else self._services.read_now(self._since, account, upstream, tenant=self._work.tenant)
        key = self._keys[_shown_as(account)]
        self._read.add(key)
        return read_pages(partial(self._page, account, key, since))

    def _begin(self, session: Session, accounts: list[BankAccount]) -> tuple[bool, date | None, dict[int, KeptPage], dict[_ShownAs, str]]:
        """Whether anything may be read, and from which day on; the kept pages by position; what each account's are kept under, which tells
        no number."""
        scope = read_scope(session)
        if not scope.transactions:
            return False, None, {}, {}
        keys = {_shown_as(each): f"{recognition_of(session, each).hex()} {each.currency}" for each in accounts}
        earliest = None if scope.earliest_day == UNRESTRICTED.earliest_day else day_of_number(scope.earliest_day)
        return True, earliest, self._kept_pages(session), keys

    def _page(self, account: BankAccount, key: str, since: date | None, word: str | None) -> TransactionsPage:
        kept = self._pages.get((key, word))
        page = self._ask(account, key, since, word) if kept is None else kept
        self._rows += len(page.rows)
        if self._rows > MAX_TRANSACTIONS:
            raise NotUnderstood("more transactions than a connection can have")
        if kept is None and (page.next is not None or self._quota is not None):  # a request that is spared is one of the quota
            self._keep_pages(key, word, page)
        return page

    def _keep_pages(self, key: str, word: str | None, page: TransactionsPage) -> None:
        """Keep a page, and those that came with it of accounts that are still to be read."""
        beside = {self._keys[_shown_as(each)]: page.beside.get(each.upstream_id or "") for each in self._accounts}
        pages = {key: page} | {other: found for other, found in beside.items() if found is not None and other not in self._read}
        self._pages |= {(of, word): each for of, each in pages.items()}
        kept = [KeptPage(of, word, each.rows, each.next) for of, each in pages.items()]
        self._work.may_have_pages = True
        write_in_step(self._services, self._work, partial(self._keep, kept))

    def _ask(self, account: BankAccount, key: str, since: date | None, word: str | None) -> TransactionsPage:
        """A page from the bank, without a whole card number."""
        if monotonic() - self._began_s > self._most_s:
            raise ConnectorTimeout(self._most_s)
        context, quota = replace(self._context, cursor=word), self._quota
        if quota is not None and quota.per_account:
            context = replace(context, count_request=partial(count_request, self._services, self._work, quota, _named(account)))
        page = self._services.guard.transactions(self._connector, self._session, account, since, context)
        beside = {of: each._replace(rows=mask_transactions(each.rows)) for of, each in page.beside.items()}
        return page._replace(rows=mask_transactions(page.rows), beside=beside)

    def _keep_secret(self, secret: str) -> None:
        """Keep a secret, which the pages after this one are read with."""
        keep_secret(self._services, self._work, secret)
        self._context = replace(self._context, secret=secret)

    def _keep(self, pages: list[KeptPage], session: Session) -> None:
        for page in pages:
            keep_page(session, self._work.job.id, self._position, page)
            self._position += 1

    def _kept_pages(self, session: Session) -> dict[int, KeptPage]:
        """Position → page."""
        found = rows.pages_of_job(session.uow, session.application_id, self._work.job.id)
        vault, uow = session.services.vault, session.uow
        return {row.position: msgspec.json.decode(vault.open(uow, row.content, _seal_context(row)), type=KeptPage) for row in found}

    def _since(self, session: Session, account: BankAccount, upstream: Upstream) -> date | None:
        """The first day to ask for; None for all there is."""
        scope = read_scope(session)
        since = None if upstream.whole_history else self._known_until(session, account)
        first = since if scope.earliest_day == UNRESTRICTED.earliest_day else max(since or scope.earliest_day, scope.earliest_day)
        return None if first is None else day_of_number(first)

    def _known_until(self, session: Session, account: BankAccount) -> int | None:
        """The first day that is to be read again of an account that was read before; None where none was, or the consent has changed."""
        read_at_ms = job_rows.last_success_ms(session.uow, session.application_id, self._work.job.connection_id)
        known = find_numbered(session, self._work.job.institution_id, mask_account(account), self._work.job.connection_id)
        if read_at_ms is None or known is None or not known.intervals:
            return None
        changed = [each.updated_at_ms for each in consent_rows.consents_of_user(session.uow, *session.tenant)[:1]]
        if changed and changed[0] >= read_at_ms:
            return None
        return min(day_number(from_milliseconds(read_at_ms).date()), known.intervals[-1][1]) - RECHECKED_DAYS


def keep_page(session: Session, job_id: str, position: int, page: KeptPage) -> None:
    """Store a page of a job as far as the person agreed to its days."""
    agreed = msgspec.structs.replace(page, rows=keep_days(read_scope(session), page.rows))
    row = JobPageRow(new_id(), *session.tenant, job_id, position, b"")
    sealed = session.services.vault.seal(session.uow, msgspec.json.encode(agreed), _seal_context(row))
    rows.insert_page(session.uow, msgspec.structs.replace(row, content=sealed))


def _seal_context(row: JobPageRow) -> SealContext:
    return SealContext(row.application_id, row.user_id, "job_pages", row.id, "content")


def keep_secret(services: Services, work: Work, secret: str) -> None:
    """Keep a connector's secret in place of the one before; stored once this returns. Raises LeaseLost.

    Where the connection was deleted since, the access that the secret stands for is ended at the bank.
    """
    connection_id = work.job.connection_id
    try:
        work.secret = write_in_step(services, work, partial(_store, connection_id, work.job.institution_id, secret))
    except LeaseLost:
        services.write_from_thread(end_unkept, connection_id, work.job.institution_id, secret, tenant=work.tenant)
        raise


def _store(connection_id: str, institution_id: str, secret: str, session: Session) -> bytes:
    return store_secret(session, connection_id, institution_id, secret)
