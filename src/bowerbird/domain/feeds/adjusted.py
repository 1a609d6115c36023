"""A feed for apps that never correct an amount: what was sent of a pending transaction stays, and each difference is a row of its own.

However a bank changes a pending transaction, the rows that were sent add up to what it is now: to nothing once it is gone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from typing import Final

from bowerbird.domain.feeds.account_set import AccountSet, FeedAccount, FeedSpan, FeedTransaction, read_account_set
from bowerbird.domain.feeds.feeds import FeedRow
from bowerbird.domain.services import Session
from bowerbird.model.days import day_number, day_of_number
from bowerbird.storage.rows.feeds import feeds as rows
from bowerbird.storage.rows.feeds.feeds import FeedAmountRow

LONGEST_HOLD_DAYS: Final = 120
"""For so long after it was last sent a transaction is looked for that an answer does not show, in case it is gone."""
_GONE: Final = "Pending transaction that did not go through"


def read_adjusted_set(session: Session, feed: FeedRow, span: FeedSpan) -> AccountSet:
    """What the feed's user shares of a span, each difference to what was sent before written down. Raises Problem.

    A transaction that is gone stands as it was sent, with what takes it back.
    """
    found = read_account_set(session, span)
    if span.balances_only or not found.accounts:
        return found
    today, shown = day_number(session.services.clock.now().date()), {row.id for account in found.accounts for row in account.transactions}
    known = rows.amounts_of_feed(session.uow, feed.id, min(span.first_day, today - LONGEST_HOLD_DAYS), shown)
    stored = shown | rows.stored_among(session.uow, found.accounts[0].row.user_ref, known.keys() - shown)
    reading = _SentRows(session, feed, span, today, known, stored)
    return replace(found, accounts=[replace(account, transactions=list(reading.rows_of(account))) for account in found.accounts])


@dataclass(frozen=True, slots=True)
class _SentRows:
    """One answer. `known` is what was sent before, by transaction, `stored` those that are still there, `today` a day's number."""

    session: Session
    feed: FeedRow
    span: FeedSpan
    today: int
    known: Mapping[str, Sequence[FeedAmountRow]]
    stored: Set[str]

    def rows_of(self, account: FeedAccount) -> Iterator[FeedTransaction]:
        for row in account.transactions:
            yield from self._adjusted(account, row)
        for transaction_id, sent in self.known.items():
            if transaction_id not in self.stored and sent[0].account_id == account.row.id:
                yield from self._gone(account, transaction_id, sent)

    def _adjusted(self, account: FeedAccount, row: FeedTransaction) -> Iterator[FeedTransaction]:
        sent = self.known.get(row.id, ())
        if not sent and row.day is not None:
            yield row
            return
        parts = [*sent, *self._difference(account, row.id, sent, row.cents)]
        yield replace(row, cents=parts[0].cents if parts else row.cents)
        for part in parts[1:]:
            day = None if row.day is None else day_of_number(part.day)
            yield replace(row, id=_id_of(part), day=day, made=day, cents=part.cents, text=f"{row.text} (amount changed)")

    def _gone(self, account: FeedAccount, transaction_id: str, sent: Sequence[FeedAmountRow]) -> Iterator[FeedTransaction]:
        for part in (*sent, *self._difference(account, transaction_id, sent, 0)):
            if self.span.first_day <= part.day <= self.span.last_day:
                day = day_of_number(part.day)
                yield FeedTransaction(_id_of(part), day, day, part.cents, _GONE, _GONE)

    def _difference(self, account: FeedAccount, transaction_id: str, sent: Sequence[FeedAmountRow], cents: int) -> list[FeedAmountRow]:
        """What is sent now beside what was sent, written down; nothing where that adds up already."""
        cents -= sum(part.cents for part in sent)
        if cents == 0:
            return []
        part = FeedAmountRow(*self.session.tenant, self.feed.id, account.row.id, transaction_id, len(sent), cents, self.today)
        rows.insert_amount(self.session.uow, part)
        return [part]


def _id_of(part: FeedAmountRow) -> str:
    """The id of a row: the first has that of its transaction."""
    if part.part == 0:
        return part.transaction_id
    return f"{part.transaction_id}:adjusted" + (f"-{part.part}" if part.part > 1 else "")
