"""A person's money as it is now: figures of the last thirteen months, made of what they share, and not stored."""

from __future__ import annotations

from collections import Counter
from typing import NamedTuple

from bowerbird import codes
from bowerbird.domain.insights.inputs import read_inputs
from bowerbird.domain.insights.report_content import report_content
from bowerbird.domain.insights.rows import readable_accounts
from bowerbird.domain.insights.snapshots import SnapshotContent, require_insights
from bowerbird.domain.insights.summaries import SummaryRequest, covered, period_of
from bowerbird.domain.services import Session
from bowerbird.insights.money import MoneyFigures
from bowerbird.model.insights.snapshot import SnapshotHeading
from bowerbird.model.problem import Problem
from bowerbird.storage.rows.accounts import AccountRow

LONGEST_TITLE = 50


class CurrentMoney(NamedTuple):
    """`other_accounts` are in another currency than most: no figure counts them. `rules_version` is that of the rules that were used."""

    money: MoneyFigures
    currency: str
    other_accounts: tuple[AccountRow, ...]
    rules_version: str


def read_money(session: Session) -> CurrentMoney | None:
    """The figures of the session's user; None without a transaction. Raises Problem where they do not share accounts and transactions."""
    require_insights(session, [session.user_id])
    accounts = readable_accounts(session, [session.user_id], None)[session.user_id]
    if not accounts:
        return None
    (currency, _), *_ = Counter(account.currency for account in accounts).most_common(1)
    chosen = [account.id for account in accounts if account.currency == currency]
    inputs = read_inputs(session, [session.user_id], chosen, period_of(session, SummaryRequest(None, None, None)))
    if not inputs.rows:
        return None
    others = tuple(account for account in accounts if account.currency != currency)
    return CurrentMoney(MoneyFigures(covered(inputs)), currency, others, inputs.rules)


def report_now(session: Session, title: str) -> tuple[SnapshotHeading, SnapshotContent]:
    """A report of the present figures, for print; not stored. Raises Problem where there is nothing to report."""
    current = read_money(session)
    if current is None:
        raise Problem(codes.NO_ACCOUNTS, parameter="accounts")
    inputs = current.money.inputs
    ids = tuple(account.id for account in inputs.accounts)
    heading = SnapshotHeading(first=inputs.period.first, last=inputs.period.last, accounts=ids, title=title[:LONGEST_TITLE])
    return heading, report_content(inputs)
