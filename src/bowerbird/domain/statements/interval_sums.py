"""Whether the stored transactions of the days that a statement proves come to what its balances say: closing less opening.

Rows of the first and the last day may have been booked before the opening or after the closing balance, so some of them may be left out.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from itertools import accumulate
from typing import NamedTuple

from bowerbird.domain.ledger.listed_days import CoveredDays
from bowerbird.domain.services import Session
from bowerbird.domain.statements.continuity import mismatch_text
from bowerbird.logs import log
from bowerbird.storage.rows import accounts as account_rows
from bowerbird.storage.rows import statements as rows
from bowerbird.storage.rows import transactions as transaction_rows
from bowerbird.storage.rows.accounts import AccountRow
from bowerbird.storage.rows.statements import StatementRow
from bowerbird.storage.rows.statistics import DayFlow, daily_flows

_MAX_LEFT_OUT = 16
"""Rows of a statement's edge days that are tried; of more, some always come to the difference."""


class Mismatch(NamedTuple):
    """A statement whose days come to another sum than its balances say, by so many cents; `is_new` since this import."""

    statement: StatementRow
    difference: int
    is_new: bool

    @property
    def is_worse(self) -> bool:
        """Whether more is missing than before."""
        return abs(self.difference) > abs(self.statement.mismatch)

    def __str__(self) -> str:
        return mismatch_text(self.statement.first_day, self.statement.last_day, self.difference)


def check_sums(session: Session, account_id: str, listed: CoveredDays) -> list[Mismatch]:
    """Compare what is stored with every proven statement of the days of an import, and note the difference with the statement."""
    stored = rows.statements_of_account(session.uow, session.tenant.application_id, account_id)
    proven = [row for row in stored if row.proved and row.first_day <= listed.last_day and row.last_day >= listed.first_day]
    account = account_rows.find_account(session.uow, *session.tenant, account_id) if proven else None
    if account is None:
        return []
    first, last = min(row.first_day for row in proven), max(row.last_day for row in proven)
    flows = daily_flows(session.uow, account, first, last)
    mismatches = []
    for statement in proven:
        difference = _difference(session, account, statement, flows)
        if difference != statement.mismatch:
            rows.note_mismatch(session.uow, statement, difference)
        if difference:
            mismatches.append(Mismatch(statement, difference, not statement.mismatch))
            log.warning("statement_does_not_sum", account=account_id, where=str(mismatches[-1]))
    return mismatches


def _difference(session: Session, account: AccountRow, statement: StatementRow, flows: Sequence[DayFlow]) -> int:
    """What is stored of a statement's days less what its balances say, in cents; 0 where rows of its edge days account for it."""
    if statement.opening is None or statement.closing is None:
        return 0
    days, sums = [flow.day for flow in flows], [0, *accumulate(flow.came_in + flow.went_out for flow in flows)]
    total = sums[bisect_right(days, statement.last_day)] - sums[bisect_left(days, statement.first_day)]
    difference = total - (statement.closing - statement.opening)
    if not difference:
        return 0
    edges = transaction_rows.amounts_of_days(session.uow, account, [statement.first_day, statement.last_day], _MAX_LEFT_OUT + 1)
    return 0 if len(edges) > _MAX_LEFT_OUT or difference in _sums_of_some(edges) else difference


def _sums_of_some(amounts: Iterable[int]) -> set[int]:
    sums = {0}
    for amount in amounts:
        sums |= {each + amount for each in sums}
    return sums
