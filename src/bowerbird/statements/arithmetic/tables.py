"""The lines of a document that hold rows, and the sums on them in their columns."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from bowerbird.statements.arithmetic.columns import DayColumn, SumColumn, sum_columns, usual_pitch
from bowerbird.statements.arithmetic.marked_lines import MarkedLine, PlacedDay, PlacedSum, Points
from bowerbird.statements.arithmetic.vocabulary import ANY_BALANCE, ANY_TOTAL

_FAR = 2.3  # not money: usual distances between lines; a line further away is no part of the table
_FURTHEST = 4
"""Lines above and below the days of a page that may hold sums of the table."""


class Cell(NamedTuple):
    """A sum in its column, 0 the leftmost."""

    column: int
    placed: PlacedSum


class TableLine(NamedTuple):
    """A line of a table. `day` is None where no day stands in the column of days."""

    line: MarkedLine
    day: PlacedDay | None
    cells: list[Cell]


class RowTable(NamedTuple):
    """All rows of a document in the order of its lines, and the lines outside."""

    lines: list[TableLine]
    outside: list[MarkedLine]
    columns: list[SumColumn]
    days: DayColumn
    pitch: Points


def table_of(lines: Sequence[MarkedLine], days: DayColumn) -> RowTable | None:
    """The table whose days stand in a column; None where no sum stands near them."""
    pitch = usual_pitch(lines)
    spans = list(_spans(lines, days, pitch))
    inside = [line for first, after in spans for line in lines[first:after]]
    columns = sum_columns([_sums(line, days) for line in inside])
    if not columns:
        return None
    numbers = {line.number for line in inside}
    rows = [TableLine(line, days.day_on(line), _cells(line, days, columns)) for line in inside]
    return RowTable(rows, [line for line in lines if line.number not in numbers], columns, days, pitch)


def _sums(line: MarkedLine, days: DayColumn) -> list[PlacedSum]:
    """The sums of a line that are no part of a day. 05.03 can be both: it is a day in their column."""
    taken = [found for found in line.days if found.day.has_year or found.day.separator != "." or found is days.day_on(line)]
    return [found for found in line.sums if not any(found.sum.begin < day.day.end and day.day.begin < found.sum.end for day in taken)]


def _cells(line: MarkedLine, days: DayColumn, columns: list[SumColumn]) -> list[Cell]:
    cells: list[Cell] = []
    for found in _sums(line, days):
        column = next((number for number, column in enumerate(columns) if column.holds(found)), None)
        if column is not None:
            cells.append(Cell(column, found))
    return cells


def _spans(lines: Sequence[MarkedLine], days: DayColumn, pitch: Points) -> Iterator[tuple[int, int]]:
    """For each page the lines from its first day to its last, with those around that have sums and stand close."""
    dated: dict[int, list[int]] = {}
    for index, line in enumerate(lines):
        if days.day_on(line):
            dated.setdefault(line.page, []).append(index)
    for indices in dated.values():
        near = _near_rows(lines, indices, days)
        if not near:
            continue
        first, last = near[0], near[-1]
        first = _extended(lines, first, -1, pitch, days)
        last = _extended(lines, last, 1, pitch, days)
        yield first, last + 1


def _near_rows(lines: Sequence[MarkedLine], indices: list[int], days: DayColumn) -> list[int]:
    """The dated lines that have a sum on them or near below."""
    near = []
    for index in indices:
        for place, line in enumerate(lines[index : index + 2 * _FURTHEST + 1]):
            if place and days.day_on(line):
                break
            if _sums(line, days):
                near.append(index)
                break
    return near


def _extended(lines: Sequence[MarkedLine], index: int, step: int, pitch: Points, days: DayColumn) -> int:
    """The furthest line with a sum that is reached from a dated one without a wide gap, a header or a heading on the way."""
    reached, place = index, index
    while 0 <= place + step < len(lines):
        here, beyond = lines[place], lines[place + step]
        if beyond.page != here.page or abs(beyond.y - here.y) > _FAR * max(pitch, here.size) or _is_header(beyond):
            break
        place += step
        if _sums(beyond, days):
            reached = place
    return reached


def _is_header(line: MarkedLine) -> bool:
    """Whether a line names columns: three texts that stand apart, and no number."""
    texts = [text for text in line.text.split("\t") if text.strip()]
    return len(texts) > 2 and not any(letter.isdigit() for letter in line.text)


def is_total(text: str) -> bool:
    """Whether a line's words say that its sums are totals."""
    return ANY_TOTAL.search(text) is not None


def is_balance(text: str) -> bool:
    """Whether a line's words say that its sum is a balance, and say no more."""
    return ANY_BALANCE.fullmatch(re.sub(r"[^a-z\u0080-\uffff]", "", text)) is not None
