"""What a feed shows: the accounts that its user shares, with their transactions of a span of time, and what the user should know.

Always what is stored: no bank waits behind it. Posted transactions keep their ids for good, and a pending one keeps its id once posted.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from bowerbird.domain.connections import connections
from bowerbird.domain.connections.bank_messages import messages_of
from bowerbird.domain.connections.connections import ConnectionRow
from bowerbird.domain.consents.gate import read_scope, require_consent
from bowerbird.domain.consents.read_scope import UNRESTRICTED, ReadScope
from bowerbird.domain.feeds.exported import bank_id
from bowerbird.domain.insights.meaning import meaning_of
from bowerbird.domain.ledger import documents
from bowerbird.domain.services import Session
from bowerbird.model.account_numbers import ending_of
from bowerbird.model.connection import ConnectionStatus
from bowerbird.model.days import DAY_S, day_of_number
from bowerbird.storage.database.tables import PENDING_DAY
from bowerbird.storage.rows import accounts as account_rows
from bowerbird.storage.rows import transactions as rows
from bowerbird.storage.rows.accounts import AccountRow
from bowerbird.storage.rows.transactions import PostedTransaction

NOON_S = DAY_S // 2


@dataclass(frozen=True, slots=True)
class FeedSpan:
    """What a program asks for. Moments in seconds since 1970: from `start_s` on and before `end_s`; a day counts by its noon in UTC.

    `account_ids` None means all accounts; `balances_only` leaves transactions out; `pending` asks for pending ones too.
    """

    start_s: int | None = None
    end_s: int | None = None
    pending: bool = False
    account_ids: Collection[str] | None = None
    balances_only: bool = False

    @property
    def first_day(self) -> int:
        return UNRESTRICTED.earliest_day if self.start_s is None else -((NOON_S - self.start_s) // DAY_S)

    @property
    def last_day(self) -> int:
        return PENDING_DAY - 1 if self.end_s is None else (self.end_s - 1 - NOON_S) // DAY_S


@dataclass(frozen=True, slots=True)
class FeedTransaction:
    """A transaction of a feed. `day` is None while it is pending, `made` the day it was made, None where its bank does not say.

    `payee` is the merchant that its text names, else the text.
    """

    id: str
    day: date | None
    made: date | None
    cents: int
    text: str
    payee: str


@dataclass(frozen=True, slots=True)
class FeedAccount:
    """An account of a feed with its transactions, the oldest first, pending ones last. `name` is of no other account of the user.

    `institution` is the name of its bank, `bank_id` an id of that bank.
    """

    row: AccountRow
    name: str
    institution: str
    bank_id: str
    balance_cents: int
    transactions: Sequence[FeedTransaction]


@dataclass(frozen=True, slots=True)
class AccountSet:
    """The answer of a feed. `errors` are sentences for the person."""

    errors: Sequence[str]
    accounts: Sequence[FeedAccount]


def read_account_set(session: Session, span: FeedSpan) -> AccountSet:
    """What the session's user shares of a span. Raises Problem where the consent has ended."""
    require_consent(session)
    scope = read_scope(session)
    if not scope.accounts:
        return AccountSet(["You do not share your accounts. Review what you share on your consent page."], [])
    own = account_rows.accounts_of_user(session.uow, *session.tenant)
    chosen = [row for row in own if span.account_ids is None or row.id in span.account_ids]
    errors = _attention(session, chosen)
    if not scope.transactions:
        errors.append("You do not share your transactions. Review what you share on your consent page.")
    days = (max(span.first_day, scope.earliest_day), span.last_day)
    shown: dict[int, list[FeedTransaction]] = defaultdict(list)
    if scope.transactions and not span.balances_only:
        for ref, transaction in _transactions(session, chosen, days, span.pending):
            shown[ref].append(transaction)
    return AccountSet(errors, [_account(session, row, scope, shown[row.ref]) for row in chosen])


def _attention(session: Session, accounts: Sequence[AccountRow]) -> list[str]:
    """The sentence by which programs know that a bank must be connected again, for each bank whose login is rejected or that
    is asked no more, and what the banks themselves say."""
    of_accounts = {row.institution_id for row in accounts}
    connected = [row for row in connections.list_connections(session) if row.institution_id in of_accounts]
    broken = {row.institution_id for row in connected if _needs_person(row)}
    named = {_institution(session, row) for row in accounts if row.institution_id in broken}
    errors = [f"Connection to {each} may need attention" for each in sorted(named)]
    catalogue = session.services.institutions
    messages = (f"{catalogue.name_of(row.institution_id, None)}: {text}" for row in connected for text in messages_of(session, row))
    return list(dict.fromkeys([*errors, *messages]))


def _needs_person(row: ConnectionRow) -> bool:
    """Whether its login is rejected, or the schedule has given up: the last refresh failed, and no other is to come."""
    return row.status is ConnectionStatus.INVALID or (row.refresh_failures > 0 and row.refresh_at_ms is None)


def _institution(session: Session, row: AccountRow) -> str:
    return session.services.institutions.name_of(row.institution_id, row.details.institution)


def _transactions(
    session: Session, accounts: Sequence[AccountRow], days: tuple[int, int], pending: bool
) -> list[tuple[int, FeedTransaction]]:
    """By the reference of their account, the oldest first, pending ones last."""
    if not accounts:
        return []
    classes = {row.ref: row.account_class for row in accounts}
    user_ref, refs = accounts[0].user_ref, tuple(classes)
    posted = rows.posted_between(session.uow, user_ref, refs, *days)
    found = sorted(posted, key=lambda row: (row.post_day, row.id))
    found += rows.pending_of(session.uow, user_ref, refs) if pending else []
    return [(row.account_ref, _transaction(row, classes[row.account_ref])) for row in found]


def _transaction(row: PostedTransaction, account_class: str) -> FeedTransaction:
    fields = documents.fields_of(row.document)
    day = None if row.post_day == PENDING_DAY else day_of_number(row.post_day)
    merchant = meaning_of(fields.description, row.amount > 0, account_class).merchant
    return FeedTransaction(row.id, day, fields.made, row.amount, fields.description, merchant or fields.description)


def _account(session: Session, row: AccountRow, scope: ReadScope, transactions: Sequence[FeedTransaction]) -> FeedAccount:
    name, institution = f"{row.name} {ending_of(row.number)}".strip(), _institution(session, row)
    return FeedAccount(row, name, institution, bank_id(row), _balance(session, row, scope), transactions)


def _balance(session: Session, row: AccountRow, scope: ReadScope) -> int:
    """The protocol demands a balance: where no source shows one, it is what is available, else the sum of the
    transactions that the person shares, in cents."""
    known = row.available if row.balance is None else row.balance
    if known is not None or not scope.transactions:
        return known or 0
    return rows.sum_posted(session.uow, row.user_ref, row.ref, scope.earliest_day)
