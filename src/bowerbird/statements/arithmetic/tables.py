"""The lines of a document that hold rows, and the sums on them in their columns."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from bowerbird.statements.arithmetic.columns import DayColumn, SumColumn, sum_columns, usual_pitch
from bowerbird.statements.arithmetic.marked_lines import MarkedLine, PlacedDay, PlacedSum, Points
from bowerbird.statements.arithmetic.vocabulary import ANY_BALANCE, ANY_TOTAL, folded

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
    """All rows of a document in the order of its lines, and the lines outside. `charges` is the column that its heading calls charges, with
    that heading: a row may have a charge beside its own sum, which the balance takes too."""

    lines: list[TableLine]
    outside: list[MarkedLine]
    columns: list[SumColumn]
    days: DayColumn
    pitch: Points
    charges: tuple[int, str] | None = None


def table_of(lines: Sequence[MarkedLine], days: DayColumn) -> RowTable | None:
    """The table whose days stand in a column; None where no sum stands near them."""
    pitch = usual_pitch(lines)
    cores = list(_cores(lines, days))
    columns = sum_columns([_sums(line, days) for first, last in cores for line in lines[first : last + 1]])
    spans = [
        (_extended(lines, first, -1, pitch, days, columns), _extended(lines, last, 1, pitch, days, columns) + 1) for first, last in cores
    ]
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


def without_balances(table: RowTable) -> RowTable:
    """The table of a print without a column of balances: lines that say that their sum is a balance stand outside."""
    marks = {line.line.number for line in table.lines if line.cells and is_balance(folded(_words(line)))}
    if not marks:
        return table
    outside = [*table.outside, *(line.line for line in table.lines if line.line.number in marks)]
    lines = [line for line in table.lines if line.line.number not in marks]
    return table._replace(lines=lines, outside=sorted(outside, key=lambda line: line.number))


def _words(line: TableLine) -> str:
    spans = [(cell.placed.sum.begin, cell.placed.sum.end) for cell in line.cells]
    return line.line.words_without([*spans, (line.day.day.begin, line.day.day.end)] if line.day else spans)


def _cores(lines: Sequence[MarkedLine], days: DayColumn) -> Iterator[tuple[int, int]]:
    """For each page the lines with its first day and with its last that have sums."""
    dated: dict[int, list[int]] = {}
    for index, line in enumerate(lines):
        if days.day_on(line):
            dated.setdefault(line.page, []).append(index)
    for indices in dated.values():
        near = _near_rows(lines, indices, days)
        if near:
            yield near[0], near[-1]


def _near_rows(lines: Sequence[MarkedLine], indices: list[int], days: DayColumn) -> list[int]:
    """The dated lines that have a sum on them or near below."""
    near = []
    for index in indices:
        if _is_span(lines, index, days):
            continue
        for place, line in enumerate(lines[index : index + 2 * _FURTHEST + 1]):
            if place and days.day_on(line):
                break
            if _sums(line, days):
                near.append(index)
                break
    return near


def _is_span(lines: Sequence[MarkedLine], index: int, days: DayColumn) -> bool:
    """Whether a line names the days of a period and is no row: two days, no sum, and a header below it before the next day."""
    line = lines[index]
    if len(line.days) < 2 or _sums(line, days):
        return False
    below = (other for other in lines[index + 1 :] if days.day_on(other) or _is_header(other) or other.page != line.page)
    following = next(below, None)
    return following is not None and following.page == line.page and not days.day_on(following)


def _extended(lines: Sequence[MarkedLine], index: int, step: int, pitch: Points, days: DayColumn, columns: Sequence[SumColumn]) -> int:
    """The furthest line with a sum that is reached from a dated one without a wide gap, a header, a heading or sums elsewhere than the
    rows' on the way."""
    reached, place = index, index
    while 0 <= place + step < len(lines):
        here, beyond = lines[place], lines[place + step]
        if beyond.page != here.page or abs(beyond.y - here.y) > _FAR * max(pitch, here.size) or _is_header(beyond):
            break
        place += step
        if sums := _sums(beyond, days):
            if columns and not any(column.holds(found) for column in columns for found in sums):
                if all(found.right < columns[0].left for found in sums):
                    continue  # a sum among the words, such as a price abroad
                break
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
