"""What is different between the figures of two moments: every group whose sum changed, with the rows that changed it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from bowerbird.insights.figures import FigureRow
from bowerbird.insights.groups import GROUPS, OWN
from bowerbird.insights.money_kinds import MoneyKind, chosen_kinds, counted_cents, kind_of


class RowChange(NamedTuple):
    """A row that is counted otherwise: as it is now, or as it was where it `is_gone`. `cents` is what that adds to the group; `reason` is a
    sentence.
    """

    row: FigureRow
    is_gone: bool
    cents: int
    reason: str


class GroupChange(NamedTuple):
    """A group of reports whose sum changed; the rows add up to the difference."""

    title: str
    before_cents: int
    after_cents: int
    rows: tuple[RowChange, ...]


class RowReason(StrEnum):
    """Why a row is counted otherwise than before."""

    OTHERWISE = "counted otherwise"
    AMOUNT = "of another amount"
    NEW = "new"
    GONE = "gone"


class HeadlineChange(NamedTuple):
    """A figure that the Money page begins with, at both moments."""

    title: str
    before_cents: int
    after_cents: int


class Compared(NamedTuple):
    """The days and accounts that both moments cover, and the groups that changed, the largest change first; how many did not change, and
    for which reasons rows are counted otherwise: how many of each. `headlines` are what came in, went out and is left over.
    """

    first: date
    last: date
    accounts: frozenset[str]
    changes: tuple[GroupChange, ...]
    unchanged: int
    reasons: Mapping[RowReason, int]
    headlines: tuple[HeadlineChange, ...]


class FigureMoment(NamedTuple):
    """Figures as they were made: both days included. `cards` are the accounts that are cards."""

    first: date
    last: date
    accounts: frozenset[str]
    cards: frozenset[str]
    rows: Sequence[FigureRow]


def compare(before: FigureMoment, after: FigureMoment, recurring: Collection[str] = ()) -> Compared | None:
    """None where the two have no day or no account in common: nothing can be compared then. `recurring` are ids of rows of recurring
    income, of both moments.
    """
    first, last = max(before.first, after.first), min(before.last, after.last)
    accounts = before.accounts & after.accounts
    if last < first or not accounts:
        return None
    old, new = ({row.id: row for row in each.rows if first <= row.day <= last and row.account in accounts} for each in (before, after))
    rows, sums = _changes(old, new), (_sums(old), _sums(new))
    groups = {group for each in sums for group in each}
    changes = [
        GroupChange(_title(group), sums[0].get(group, 0), sums[1].get(group, 0), tuple(rows[group])) for group in groups if rows.get(group)
    ]
    changes.sort(key=lambda each: (-abs(each.after_cents - each.before_cents), each.title))
    reasons = Counter(kind for id in old.keys() | new.keys() if (kind := _kind(old.get(id), new.get(id))))
    of_kinds = [_of_kinds(each.values(), recurring, before.cards | after.cards) for each in (old, new)]
    return Compared(
        first=first,
        last=last,
        accounts=accounts,
        changes=tuple(changes),
        unchanged=len(groups) - len(changes),
        reasons={kind: reasons[kind] for kind in RowReason if reasons[kind]},
        headlines=tuple(
            HeadlineChange(title, *(sum(sums[kind] for kind in chosen_kinds(name)) for sums in of_kinds)) for name, title in HEADLINES
        ),
    )


HEADLINES = (("income", "Income, after tax"), ("other-in", "Other money in"), ("out", "Money out"), ("left", "Left over"))


def _of_kinds(rows: Iterable[FigureRow], recurring: Collection[str], cards: Collection[str]) -> Mapping[MoneyKind, int]:
    """The sum of each kind, as the Money page counts it."""
    sums = dict.fromkeys(MoneyKind, 0)
    for row in rows:
        kind = kind_of(row, recurring, cards)
        sums[kind] += counted_cents(row, kind)
    return sums


def _title(group: str) -> str:
    return GROUPS[group].title if group in GROUPS else "Between own accounts"


def _group(row: FigureRow) -> str:
    return row.group if row.group in GROUPS else OWN


def _sums(rows: Mapping[str, FigureRow]) -> dict[str, int]:
    found: dict[str, int] = defaultdict(int)
    for row in rows.values():
        found[_group(row)] += row.counted_cents
    return found


def _changes(old: Mapping[str, FigureRow], new: Mapping[str, FigureRow]) -> dict[str, list[RowChange]]:
    """The rows that changed by the groups they left and joined, newest first."""
    found: dict[str, list[RowChange]] = defaultdict(list)
    for id in sorted(old.keys() | new.keys(), key=lambda id: ((new.get(id) or old[id]).day, id), reverse=True):
        before, after = old.get(id), new.get(id)
        if _kind(before, after) is None:
            continue
        reason = _reason(before, after)
        if before and after and _group(before) == _group(after):
            found[_group(after)].append(RowChange(after, False, after.counted_cents - before.counted_cents, reason))
            continue
        if before:
            found[_group(before)].append(RowChange(after or before, after is None, -before.counted_cents, reason))
        if after:
            found[_group(after)].append(RowChange(after, False, after.counted_cents, reason))
    return found


def _kind(before: FigureRow | None, after: FigureRow | None) -> RowReason | None:
    """Why a row is counted otherwise, None where it is not."""
    if before is None or after is None:
        return RowReason.NEW if before is None else RowReason.GONE
    if _group(before) != _group(after):
        return RowReason.OTHERWISE
    return None if before.counted_cents == after.counted_cents else RowReason.AMOUNT


def _reason(before: FigureRow | None, after: FigureRow | None) -> str:
    if before is None:
        return "It was not there before."
    if after is None:
        return "It is not there any more."
    if _group(before) == _group(after):
        return "Its amount changed."
    return f"It was in {_title(_group(before))}: {before.why} Now it is in {_title(_group(after))}: {after.why}"
