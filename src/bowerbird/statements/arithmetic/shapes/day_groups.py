"""Prints whose rows stand below a day and the total of one direction: `04 AGO 2024  Total de saídas  - 25,50`, and the rows that make it.

The heading of a group says which way its rows go and what they sum to; the groups make the closing balance from the opening one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from bowerbird.model.statement import Fact
from bowerbird.sdk.statement_layout import FigureKind
from bowerbird.statements.arithmetic.columns import DayColumn, usual_pitch
from bowerbird.statements.arithmetic.days import datings_of
from bowerbird.statements.arithmetic.marked_lines import MarkedLine, PlacedDay, PlacedSum, Points, marked_lines
from bowerbird.statements.arithmetic.own_numbers import account_number
from bowerbird.statements.arithmetic.printed_sums import Decimals, Mark
from bowerbird.statements.arithmetic.refusals import refused
from bowerbird.statements.arithmetic.surroundings import LabelledSum, kind_of, labelled_sums
from bowerbird.statements.arithmetic.tables import RowTable
from bowerbird.statements.arithmetic.verdict import MIN_FACTS, ArithmeticReading, balances_around, currency_of
from bowerbird.statements.pdf.lines import Line
from bowerbird.statements.pdf.proof import Certificate, Proved
from bowerbird.statements.pdf.rows import Row

_CLOSE = 1.6  # not money: usual distances between lines; text further away is no part of a row
_MARGIN = 3.0  # not money: points that a text may begin left of its row's
_MIN_GROUPS = 3


class _GroupRow(NamedTuple):
    """A row of a group: its lines, the first with its sum."""

    lines: list[MarkedLine]
    placed: PlacedSum


class _Group(NamedTuple):
    """A heading with its day, the sign of its rows, their sum, and the rows."""

    head: MarkedLine
    day: PlacedDay
    sign: int
    cents: int
    rows: list[_GroupRow]


class _GroupSums(NamedTuple):
    """All groups in printed order, and what stands around them."""

    groups: list[_Group]
    outside: list[MarkedLine]
    pitch: Points

    @property
    def total(self) -> int:
        return sum(group.sign * group.cents for group in self.groups)


def readings_by_day_groups(pages: list[list[Line]], home: str | None) -> list[ArithmeticReading]:
    """The proven readings of a print in groups of days. Raises StatementRefused where there is none."""
    readings: list[ArithmeticReading] = []
    for decimals in (Decimals.POINT, Decimals.COMMA):
        found = _groups(marked_lines(pages, decimals))
        if len(found.groups) >= _MIN_GROUPS and all(_adds_up(group) for group in found.groups):
            readings += _readings(found, home)
    if not readings:
        raise refused("no groups of days that make the closing balance")
    return readings


def _adds_up(group: _Group) -> bool:
    return bool(group.rows) and sum(row.placed.sum.cents for row in group.rows) == group.cents


def _groups(lines: Sequence[MarkedLine]) -> _GroupSums:
    """The groups of a document: a heading is a line with one sum that its words call the total of a direction. The first has a day."""
    groups: list[_Group] = []
    outside: list[MarkedLine] = []
    pitch = usual_pitch(lines)
    above: MarkedLine | None = None
    for line in lines:
        sign = _sign_of_head(line)
        if sign and (line.days or groups):
            groups.append(_Group(line, line.days[0] if line.days else groups[-1].day, sign, line.sums[0].sum.cents, []))
        elif groups and len(line.sums) == 1 and not line.days and _goes_with(line.sums[0], groups[-1]):
            groups[-1].rows.append(_GroupRow([line], line.sums[0]))
        elif groups and groups[-1].rows and above is not None and not line.sums and _is_near(above, line, groups[-1], pitch):
            groups[-1].rows[-1].lines.append(line)
        else:
            outside.append(line)
            continue
        above = line
    return _GroupSums(groups, outside, pitch)


def _sign_of_head(line: MarkedLine) -> int:
    """1 or -1 where a line is the total of a direction, 0 where it is none, or its sign contradicts its words."""
    if len(line.sums) != 1 or len(line.days) > 1:
        return 0
    placed = line.sums[0]
    begin = line.days[0].day.end if line.days else 0
    kind = kind_of(line.text[begin : placed.sum.begin]) if begin <= placed.sum.begin else None
    sign = {FigureKind.CREDITS: 1, FigureKind.DEBITS: -1}.get(kind, 0) if kind else 0
    marks = {Mark.PLUS: 1, Mark.CREDIT: 1, Mark.MINUS: -1, Mark.DEBIT: -1}
    return sign if marks.get(placed.sum.mark) == sign else 0


def _goes_with(placed: PlacedSum, group: _Group) -> bool:
    """Whether a sum stands below that of its group's heading, without a sign."""
    head = group.head.sums[0]
    return placed.sum.mark is Mark.NONE and min(placed.right, head.right) > max(placed.left, head.left)


def _is_near(above: MarkedLine, line: MarkedLine, group: _Group, pitch: Points) -> bool:
    first = group.rows[-1].lines[0]
    left = line.left(0) >= first.left(0) - _MARGIN and line.line.words[-1].x1 < group.rows[-1].placed.left
    return above.page == line.page and 0 < line.y - above.y <= _CLOSE * pitch and left


def _readings(found: _GroupSums, home: str | None) -> Iterator[ArithmeticReading]:
    labels = labelled_sums(found.outside)
    pair = next(((one, other) for one, other in balances_around(labels) if one.cents + found.total == other.cents), None)
    if pair is None:
        return
    facts = tuple(_facts(found, labels, pair[0].cents, pair[1].cents))
    if len(facts) < MIN_FACTS:
        raise refused(f"not enough facts: {len(facts)} of at least {MIN_FACTS} that a reading is proved by")
    sums = [group.head.sums[0] for group in found.groups] + [entry.placed for entry in labels]
    rows = [(group, row) for group in _in_time(found.groups) for row in group.rows]
    texts = [" ".join([_words(line, row) for line in row.lines]) for _, row in rows]
    currency, number = currency_of(sums, found.outside, home, texts), account_number(found.outside)
    table = RowTable([], found.outside, [], DayColumn(0, 0, 0), found.pitch)
    for dating in datings_of([(group.day,) for group, _ in rows], table, found.outside):
        read = [
            Row(
                row.lines[0].page,
                row.lines[0].line.row,
                day,
                text,
                group.sign * row.placed.sum.cents,
                None,
                tuple(line.line for line in row.lines),
            )
            for (group, row), day, text in zip(rows, dating.days, texts, strict=True)
        ]
        yield ArithmeticReading(dating.period, currency, number, Proved(read, pair[0].cents, pair[1].cents, Certificate(facts)))


def _in_time(groups: Sequence[_Group]) -> Sequence[_Group]:
    """The groups as they happened: the other way round where the days of the first and the last fall in any order of their numbers."""
    orders = groups[0].day.day.orders()
    days = [(groups[0].day.day.day(order, 2000), groups[-1].day.day.day(order, 2000)) for order in orders]
    return groups[::-1] if all(one and other and one > other for one, other in days) else groups


def _words(line: MarkedLine, row: _GroupRow) -> str:
    spans = [(row.placed.sum.begin, row.placed.sum.end)] if line is row.lines[0] else []
    return line.words_without(spans)


def _facts(found: _GroupSums, labels: Sequence[LabelledSum], opening: int, closing: int) -> Iterator[Fact]:
    """Every printed figure that agrees. Raises StatementRefused for a labelled one that does not."""
    for group in found.groups:
        yield Fact("section total", group.head.page, group.head.line.row, group.cents)
    wanted = {
        FigureKind.OPENING: abs(opening),
        FigureKind.CLOSING: abs(closing),
        FigureKind.DEBITS: sum(group.cents for group in found.groups if group.sign < 0),
        FigureKind.CREDITS: sum(group.cents for group in found.groups if group.sign > 0),
    }
    for entry in labels:
        if entry.kind is None:
            continue
        if abs(entry.cents) != wanted[entry.kind]:
            raise refused(f"page {entry.line.page}, row {entry.line.line.row}: another sum than the groups make")
        yield Fact(str(entry.kind), entry.line.page, entry.line.line.row, abs(entry.cents))
