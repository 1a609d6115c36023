"""Where days and sums stand: columns by place, whatever their headings say."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise
from typing import NamedTuple

from bowerbird.statements.arithmetic.marked_lines import MarkedLine, PlacedDay, PlacedSum, Points

_GAP = 3.0  # not money: points between the edges of two columns
_DAY_GAP = 5.0  # not money: points between the left edges of days in two columns
_SAME = 0.5  # not money: the share of its width by which a figure lies within a column's
_ROWS, _TIMES = 3, 4
"""Days below one another inside lines that are those of rows, and how many there are for one that begins a line."""
MAX_DAY_COLUMNS = 3
"""Columns of days that are tried."""
MAX_COLUMNS = 7
"""Columns of sums in a table."""


class DayColumn(NamedTuple):
    """Where days stand, between the left edges of the leftmost and the rightmost."""

    left: Points
    right: Points
    filled: int

    def day_on(self, line: MarkedLine) -> PlacedDay | None:
        """The first day of a line in this column."""
        return next((found for found in line.days if self.left - 1 <= found.left <= self.right + 1), None)


class SumColumn(NamedTuple):
    """Where sums stand, from the leftmost left to the rightmost right edge, and how many."""

    left: Points
    right: Points
    filled: int

    def holds(self, found: PlacedSum) -> bool:
        shared = min(self.right, found.right) - max(self.left, found.left)
        return shared > _SAME * (found.right - found.left)


def day_columns(lines: Sequence[MarkedLine]) -> list[DayColumn]:
    """Columns of days that lines begin with, the fullest first; where none does, those inside lines."""
    first = [line.days[0].left for line in lines if line.days and not line.text[: line.days[0].day.begin].strip()]
    inner = [found.left for line in lines for found in line.days]
    if _fullest(inner) >= max(_TIMES * _fullest(first), _ROWS):
        first = []  # it is the period that begins a line, and rows have their days inside
    for edges in (first, inner):
        columns = [DayColumn(group[0], group[-1], len(group)) for group in _groups(edges, _DAY_GAP) if len(group) > 1 or len(edges) == 1]
        if columns:
            columns.sort(key=lambda column: -column.filled)
            return [column for column in columns if column.filled * 4 >= columns[0].filled][:MAX_DAY_COLUMNS]
    return []


def _fullest(edges: Iterable[Points]) -> int:
    return max((len(group) for group in _groups(edges, _DAY_GAP)), default=0)


def _groups(edges: Iterable[Points], gap: Points) -> list[list[Points]]:
    groups: list[list[Points]] = []
    for edge in sorted(edges):
        if groups and edge - groups[-1][-1] <= gap:
            groups[-1].append(edge)
        else:
            groups.append([edge])
    return groups


_KEYS: tuple[Callable[[PlacedSum], Points], ...] = (
    lambda found: found.right,
    lambda found: found.digits,
    lambda found: found.left,
)
"""How the sums of a column can be aligned."""


def sum_columns(lines: Iterable[Sequence[PlacedSum]]) -> list[SumColumn]:
    """The columns of the sums on lines, from left to right; those of sums that lie over one another and never beside."""
    rows = [line for line in lines if line]
    found = [placed for line in rows for placed in line]
    if not found:
        return []
    grouped = min((_aligned(found, key) for key in _KEYS), key=len)
    return _merged(grouped, rows)


def _aligned(found: list[PlacedSum], key: Callable[[PlacedSum], Points]) -> list[list[PlacedSum]]:
    groups: list[list[PlacedSum]] = []
    for placed in sorted(found, key=key):
        if groups and key(placed) - key(groups[-1][-1]) <= _GAP:
            groups[-1].append(placed)
        else:
            groups.append([placed])
    return groups


def _merged(groups: list[list[PlacedSum]], rows: list[Sequence[PlacedSum]]) -> list[SumColumn]:
    """Groups that overlap are one column, unless a line has a sum in each."""
    place = {id(placed): number for number, group in enumerate(groups) for placed in group}
    beside = {pair for line in rows for one, other in pairwise(line) if (pair := frozenset((place[id(one)], place[id(other)])))}
    spans = [(min(each.left for each in group), max(each.right for each in group), len(group)) for group in groups]
    order = sorted(range(len(groups)), key=lambda number: -spans[number][2])
    columns: list[SumColumn] = []
    numbers: list[list[int]] = []
    for number in order:
        left, right, count = spans[number]
        for index, column in enumerate(columns):
            apart = any(frozenset((number, other)) in beside for other in numbers[index])
            if not apart and min(right, column.right) - max(left, column.left) > _SAME * min(right - left, column.right - column.left):
                columns[index] = SumColumn(min(left, column.left), max(right, column.right), count + column.filled)
                numbers[index].append(number)
                break
        else:
            columns.append(SumColumn(left, right, count))
            numbers.append([number])
    columns.sort(key=lambda column: -column.filled)
    return sorted(columns[:MAX_COLUMNS], key=lambda column: column.right)


def usual_pitch(lines: Sequence[MarkedLine]) -> Points:
    """The usual distance between lines, in points."""
    gaps = Counter(round(below.y - above.y) for above, below in pairwise(lines) if above.page == below.page)
    return max(8.0, float(gaps.most_common(1)[0][0])) if gaps else 12.0  # not money: points
