"""A person's figures of now beside those of a snapshot: what changed since, and which rows changed it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from bowerbird.domain.insights.money import CurrentMoney, read_money
from bowerbird.domain.insights.snapshots import HeadedSnapshot, get_snapshot, list_report_snapshots_of, list_snapshots
from bowerbird.domain.services import Session
from bowerbird.insights.figures import FigureRow
from bowerbird.insights.reports.comparison import Compared, FigureMoment, compare
from bowerbird.insights.reports.inputs import SnapshotAccount
from bowerbird.model.insights.snapshot import SnapshotKind

MOST_LISTED = 20


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
    found = [
        ListedSnapshot(kind, each) for kind in SnapshotKind if kind is not SnapshotKind.REPORT for each in list_snapshots(session, kind)
    ]
    found += [ListedSnapshot(SnapshotKind.REPORT, each) for each in list_report_snapshots_of(session)]
    return sorted(found, key=lambda each: -each.snapshot.created_at_ms)[:MOST_LISTED]


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
