"""A person's money as it is now: figures of the last thirteen months, made of what they share, and not stored."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from bowerbird import codes
from bowerbird.domain.access.applications import find_application
from bowerbird.domain.consents.gate import read_scope
from bowerbird.domain.insights.corrections import list_corrections
from bowerbird.domain.insights.declarations import version_of_rules
from bowerbird.domain.insights.inputs import read_inputs
from bowerbird.domain.insights.printing.money import MoneyReport
from bowerbird.domain.insights.printing.paper import Made
from bowerbird.domain.insights.report_content import report_content
from bowerbird.domain.insights.rows import readable_accounts
from bowerbird.domain.insights.snapshots import (
    HeadedSnapshot,
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
from bowerbird.model.account import AccountClass
from bowerbird.model.insights.snapshot import SnapshotHeading, SnapshotKind
from bowerbird.model.problem import Problem
from bowerbird.storage.rows import users
from bowerbird.storage.rows.accounts import AccountRow

LONGEST_TITLE = 50
MAX_LISTED = 20
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


def figures_state(session: Session) -> tuple[str, ...]:
    """Everything that the figures of the session's user are made from: as long as it is the same, so are they.

    Their data and what is said of it (the version of the user), what they agreed to, the rules, and the day.
    """
    user = users.find_user(session.uow, *session.tenant)
    version = str(user.version) if user else ""
    return version, version_of_rules(session), repr(read_scope(session)), session.services.clock.now().date().isoformat()


def report_now(session: Session, title: str) -> MoneyReport:
    """The present figures, for print; not stored. Raises Problem where there is nothing to report."""
    current = read_money(session)
    if current is None:
        raise Problem(codes.NO_ACCOUNTS, parameter="accounts")
    inputs = current.money.inputs
    ids = tuple(account.id for account in inputs.accounts)
    heading = SnapshotHeading(first=inputs.period.first, last=inputs.period.last, accounts=ids, title=title[:LONGEST_TITLE])
    corrections = {each.transaction_id: each for each in list_corrections(session)}
    application = find_application(session)
    made = Made(session.services.clock.now(), application.name if application else "")
    return MoneyReport(heading, report_content(inputs), current.money, corrections, made)


class ListedSnapshot(NamedTuple):
    """A snapshot that can be compared, and which operation made it."""

    kind: SnapshotKind
    snapshot: HeadedSnapshot


class Comparison(NamedTuple):
    """`compared` is None where the two have no day or no account in common. The rules are versions; both are in one currency."""

    compared: Compared | None
    currency: str
    rules_before: str
    rules_after: str


def list_comparable(session: Session) -> list[ListedSnapshot]:
    """The newest snapshots of the session's user, newest first. Raises Problem where they share too little."""
    return [ListedSnapshot(kind, each) for kind, each in list_finished_snapshots(session, MAX_LISTED)]


def compare_snapshots(session: Session, before: ListedSnapshot, after: ListedSnapshot | None) -> Comparison | None:
    """What is different in a snapshot from one before it, or in the figures of now for None; None where there are none. Raises Problem.

    Only accounts of the session's user are compared, also of snapshots of several users.
    """
    current = read_money(session)
    old, new = _stored(session, before), _stored(session, after) if after else _now(current)
    if new is None:
        return None
    recurring = current.money.inputs.streams.keys() if current else ()
    return Comparison(compare(old.moment, new.moment, recurring), new.currency, old.rules_version, new.rules_version)


class _Made(NamedTuple):
    """Figures of one moment, and the rules that made them."""

    moment: FigureMoment
    currency: str
    rules_version: str


def _now(current: CurrentMoney | None) -> _Made | None:
    if current is None:
        return None
    inputs = current.money.inputs
    moment = _moment_of(inputs.period.first, inputs.period.last, inputs.accounts, inputs.rows)
    return _Made(moment, current.currency, current.rules_version)


def _moment_of(first: date, last: date, accounts: Sequence[SnapshotAccount], rows: Sequence[FigureRow]) -> FigureMoment:
    cards = frozenset(account.id for account in accounts if account.account_class == AccountClass.CREDIT_CARD)
    return FigureMoment(first, last, frozenset(account.id for account in accounts), cards, rows)


def _stored(session: Session, listed: ListedSnapshot) -> _Made:
    content, heading = get_snapshot(session, listed.kind, listed.snapshot.id).content, listed.snapshot.heading
    own = [account for account in content.accounts if account.user_id == session.user_id]
    moment = _moment_of(heading.first, heading.last, own, content.rows)
    return _Made(moment, own[0].currency if own else "", content.rules_version)
