"""A person's money as it is now: figures of the last thirteen months, made of what they share, and not stored."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from bowerbird import codes
from bowerbird.domain.insights.inputs import read_inputs
from bowerbird.domain.insights.report_content import report_content
from bowerbird.domain.insights.rows import readable_accounts
from bowerbird.domain.insights.snapshots import (
    HeadedSnapshot,
    SnapshotContent,
    get_snapshot,
    list_finished_snapshots,
    require_insights,
)
from bowerbird.domain.insights.summaries import SummaryRequest, covered, period_of
from bowerbird.domain.services import Session
from bowerbird.insights.figures import FigureRow
from bowerbird.insights.money import MoneyFigures
from bowerbird.insights.reports.comparison import Compared, FigureMoment, compare
from bowerbird.insights.reports.inputs import SnapshotAccount
from bowerbird.model.insights.snapshot import SnapshotHeading, SnapshotKind
from bowerbird.model.problem import Problem
from bowerbird.storage.rows.accounts import AccountRow

LONGEST_TITLE = 50
MOST_LISTED = 20
"""Snapshots that can be compared."""


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


class ListedSnapshot(NamedTuple):
    """A snapshot that can be compared, and which operation made it."""

    kind: SnapshotKind
    snapshot: HeadedSnapshot


class Comparison(NamedTuple):
    """`compared` is None where the two have no day or no account in common. The rules are versions."""

    compared: Compared | None
    rules_before: str
    rules_after: str


def list_comparable(session: Session) -> list[ListedSnapshot]:
    """The newest snapshots of the session's user, newest first. Raises Problem where they share too little."""
    return [ListedSnapshot(kind, each) for kind, each in list_finished_snapshots(session, MOST_LISTED)]


def compare_with_now(session: Session, listed: ListedSnapshot) -> tuple[CurrentMoney | None, Comparison | None]:
    """The figures of now, and what is different from a snapshot; None for neither without a transaction. Raises Problem."""
    current = read_money(session)
    if current is None:
        return None, None
    content = get_snapshot(session, listed.kind, listed.snapshot.id).content
    inputs, heading = current.money.inputs, listed.snapshot.heading
    before = _moment(heading.first, heading.last, content.accounts, content.rows)
    after = _moment(inputs.period.first, inputs.period.last, inputs.accounts, inputs.rows)
    return current, Comparison(compare(before, after), content.rules_version, current.rules_version)


def _moment(first: date, last: date, accounts: Iterable[SnapshotAccount], rows: Iterable[FigureRow]) -> FigureMoment:
    return FigureMoment(first, last, frozenset(account.id for account in accounts), tuple(rows))
