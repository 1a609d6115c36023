"""The rows of people's accounts, each with what it is: what every figure begins with."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from bowerbird.domain.access.tenant import Tenant
from bowerbird.domain.consents.gate import read_scope
from bowerbird.domain.insights.declarations import current_rules, read_declarations
from bowerbird.domain.insights.meaning import meaning_of
from bowerbird.domain.ledger import documents
from bowerbird.domain.services import Session
from bowerbird.insights.classify import Enrichment, MatchEvidence, anzsic_of
from bowerbird.insights.context import RowInContext, in_context
from bowerbird.insights.movements import Movement
from bowerbird.insights.own_rules import Declared, OwnRules
from bowerbird.insights.streams import Stream
from bowerbird.model.days import day_number, day_of_number
from bowerbird.plugins.anzsic import Branch, find_branch
from bowerbird.plugins.packs import lexicon
from bowerbird.storage.rows import accounts as account_rows
from bowerbird.storage.rows import transactions as transaction_rows
from bowerbird.storage.rows.accounts import AccountRow

MARGIN_DAYS = 3
"""The other side of a row at the edge of a period may stand so many days outside of it."""


@dataclass(frozen=True, slots=True)
class ClassifiedRow:
    """A posted transaction and what it is, seen beside all rows of the same question. `cents` is negative for money that leaves.

    `pair` is the id of the other side of a movement between accounts of the question, or of what takes a credit back, else "";
    `stream` is the recurring income that it is part of. Repayments are credits of the loan or card that they arrive at.
    `document` is the transaction as it is stored, `balance` what it says of the account after it (as on the wire); `declared` is what its
    application says of it itself.
    """

    id: str
    user_id: str
    account: AccountRow
    day: date
    cents: int
    text: str
    enrichment: Enrichment
    pair: str = ""
    stream: Stream | None = None
    document: bytes = b""
    balance: str = ""
    declared: Declared | None = None

    @property
    def leaf(self) -> str:
        return self.enrichment.leaf

    @property
    def confidence(self) -> float:  # not money: a share
        """The share of answers of this kind that are right, 0 to 1."""
        return self.enrichment.score

    @property
    def evidence(self) -> MatchEvidence:
        return self.enrichment.evidence

    @property
    def merchant(self) -> str:
        """Whom the text names, "" for none."""
        return self.enrichment.merchant

    @property
    def anzsic(self) -> Branch | None:
        """The branch of the classification, None for what buys nothing."""
        return find_branch(anzsic_of(lexicon(), self.enrichment))


def classified_rows(
    session: Session, user_ids: Sequence[str], account_ids: Collection[str] | None, from_day: date, to_day: date
) -> tuple[ClassifiedRow, ...]:
    """The posted rows of users' accounts in a period, both days included, oldest first; pending ones have no day and are left out.

    `account_ids` None means all accounts. Only what each user agreed to share is read: without accounts and transactions, nothing.
    """
    around, rules = timedelta(days=MARGIN_DAYS), current_rules(session)
    posted: list[tuple[PostedRow, Declared | None]] = []
    for user_id, of_user in readable_accounts(session, user_ids, account_ids).items():
        rows = posted_rows(session, user_id, of_user, from_day - around, to_day + around)
        posted += zip(rows, declared_of(session, rows, rules), strict=True)
    return tuple(row for row in classify_rows(posted, to_day) if from_day <= row.day <= to_day)


def readable_accounts(session: Session, user_ids: Sequence[str], account_ids: Collection[str] | None) -> dict[str, list[AccountRow]]:
    """The accounts of each user whose rows may be read for figures: of those given, all for None."""
    found: dict[str, list[AccountRow]] = {}
    for user_id in user_ids:
        of_user = session.of(Tenant(session.application_id, user_id))
        scope = read_scope(of_user)
        rows = account_rows.accounts_of_user(session.uow, *of_user.tenant) if scope.accounts and scope.transactions else []
        found[user_id] = [row for row in rows if account_ids is None or row.id in account_ids]
    return found


@dataclass(frozen=True, slots=True)
class PostedRow:
    """A posted transaction as it is stored; the rest is as `ClassifiedRow` has it."""

    id: str
    user_id: str
    account: AccountRow
    post_day: int
    cents: int
    text: str
    document: bytes
    balance: str


def posted_rows(session: Session, user_id: str, accounts: list[AccountRow], first: date, last: date) -> list[PostedRow]:
    """The posted rows of some accounts of one user, of the days that the user agreed to share."""
    if not accounts:
        return []
    earliest = read_scope(session.of(Tenant(session.application_id, user_id))).earliest_day
    by_ref = {account.ref: account for account in accounts}
    days = max(day_number(first), earliest), day_number(last)
    found = transaction_rows.posted_between(session.uow, accounts[0].user_ref, tuple(by_ref), *days)
    read = ((row, documents.fields_of(row.document)) for row in found)
    return [
        PostedRow(row.id, user_id, by_ref[row.account_ref], row.post_day, row.amount, fields.description, row.document, fields.balance)
        for row, fields in read
    ]


def declared_of(session: Session, rows: Sequence[PostedRow], rules: OwnRules) -> list[Declared | None]:
    """What the application says of each row of one user, by its overrides and by some rules."""
    if not rows:
        return []
    declarations = read_declarations(session, rows[0].account.user_ref, rules)
    return [declarations.of(row.id, row.text, row.cents, row.account.account_class, row.post_day, row.document) for row in rows]


def classify_rows(posted: Sequence[tuple[PostedRow, Declared | None]], until: date) -> list[ClassifiedRow]:
    """Rows with what is said of each, seen beside each other, oldest first. `until` is the last day that they cover."""
    by_id = {row.id: (row, declared) for row, declared in posted}
    movements = [_movement(row, declared) for row, declared in posted]
    movements.sort(key=lambda row: (row.day, row.id))
    return [_classified(*by_id[found.movement.id], found) for found in in_context(movements, until)]


def _movement(row: PostedRow, declared: Declared | None) -> Movement:
    account_class = row.account.account_class
    enrichment = meaning_of(row.text, row.cents > 0, account_class, declared)
    return Movement(row.id, row.account.id, account_class, day_of_number(row.post_day), row.cents, row.text, enrichment)


def _classified(row: PostedRow, declared: Declared | None, found: RowInContext) -> ClassifiedRow:
    return ClassifiedRow(
        id=row.id,
        user_id=row.user_id,
        account=row.account,
        day=found.movement.day,
        cents=row.cents,
        text=row.text,
        enrichment=found.enrichment,
        pair=found.pair,
        stream=found.stream,
        document=row.document,
        balance=row.balance,
        declared=declared,
    )
