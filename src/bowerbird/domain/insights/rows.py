"""The rows of people's accounts, each with what it is: what every figure begins with."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from bowerbird.domain.access.tenant import Tenant
from bowerbird.domain.consents.gate import read_scope
from bowerbird.domain.insights.meaning import meaning_of
from bowerbird.domain.ledger import documents
from bowerbird.domain.services import Session
from bowerbird.insights.classify import Enrichment, Kind, MatchEvidence, anzsic_of
from bowerbird.insights.context import in_context
from bowerbird.insights.movements import Movement
from bowerbird.insights.streams import Stream
from bowerbird.model.days import day_number, day_of_number
from bowerbird.plugins.anzsic import Branch, find_branch
from bowerbird.plugins.packs import lexicon
from bowerbird.storage.rows import accounts as account_rows
from bowerbird.storage.rows import transactions as transaction_rows
from bowerbird.storage.rows.accounts import AccountRow
from bowerbird.storage.rows.insights import enrichments as enrichment_rows

MARGIN_DAYS = 3
"""The other side of a row at the edge of a period may stand so many days outside of it."""


@dataclass(frozen=True, slots=True)
class ClassifiedRow:
    """A posted transaction and what it is, seen beside all rows of the same question. `cents` is negative for money that leaves.

    `pair` is the id of the other side of a movement between accounts of the question, or of what takes a credit back, else "";
    `stream` is the recurring income that it is part of. Repayments are credits of the loan or card that they arrive at.
    `document` is the transaction as it is stored.
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

    @property
    def leaf(self) -> str:
        return self.enrichment.leaf

    @property
    def override(self) -> str:
        """The leaf that its application says it is, "" where it says nothing."""
        return self.leaf if self.evidence.kind is Kind.OVERRIDE else ""

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
    accounts = readable_accounts(session, user_ids, account_ids)
    around = timedelta(days=MARGIN_DAYS)
    movements: list[Movement] = []
    stored: dict[str, bytes] = {}
    for user_id, of_user in accounts.items():
        movements += _movements(session, user_id, of_user, (from_day - around, to_day + around), stored)
    movements.sort(key=lambda row: (row.day, row.id))
    owners = {account.id: (user_id, account) for user_id, of_user in accounts.items() for account in of_user}
    return tuple(
        ClassifiedRow(
            id=row.movement.id,
            user_id=owners[row.movement.account][0],
            account=owners[row.movement.account][1],
            day=row.movement.day,
            cents=row.movement.cents,
            text=row.movement.text,
            enrichment=row.enrichment,
            pair=row.pair,
            stream=row.stream,
            document=stored[row.movement.id],
        )
        for row in in_context(movements, to_day)
        if from_day <= row.movement.day <= to_day
    )


def readable_accounts(session: Session, user_ids: Sequence[str], account_ids: Collection[str] | None) -> dict[str, list[AccountRow]]:
    """The accounts of each user whose rows may be read for figures: of those given, all for None."""
    found: dict[str, list[AccountRow]] = {}
    for user_id in user_ids:
        of_user = session.of(Tenant(session.application_id, user_id))
        scope = read_scope(of_user)
        rows = account_rows.accounts_of_user(session.uow, *of_user.tenant) if scope.accounts and scope.transactions else []
        found[user_id] = [row for row in rows if account_ids is None or row.id in account_ids]
    return found


def _movements(
    session: Session, user_id: str, accounts: list[AccountRow], days: tuple[date, date], stored: dict[str, bytes]
) -> list[Movement]:
    """The posted rows of some accounts of one user, each with what its text says; their documents are put into `stored`."""
    if not accounts:
        return []
    earliest = read_scope(session.of(Tenant(session.application_id, user_id))).earliest_day
    by_ref = {account.ref: account for account in accounts}
    first, last = map(day_number, days)
    posted = transaction_rows.posted_between(session.uow, accounts[0].user_ref, tuple(by_ref), max(first, earliest), last)
    overrides = enrichment_rows.overrides_of(session.uow, accounts[0].user_ref)
    found: list[Movement] = []
    for row in posted:
        stored[row.id] = row.document
        account, text = by_ref[row.account_ref], documents.fields_of(row.document).description
        enrichment = meaning_of(text, row.amount > 0, account.account_class, overrides.get(row.id, ""))
        found.append(Movement(row.id, account.id, account.account_class, day_of_number(row.post_day), row.amount, text, enrichment))
    return found
