"""The form of a table whose columns a person gives a meaning: its headings, also where no word of them is known, or what its cells are."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bowerbird.statements.sums import NumberSystem
from bowerbird.statements.tables.dates import DayOrder, day_of
from bowerbird.statements.tables.mapping import FIRST_FORM, ColumnMapping, ColumnUse, ConfirmedBy, MappingDraft
from bowerbird.statements.tables.shapes import TITLE_ROWS, Row, TextTable, is_sum, laid_out, looks_like_money

LONGEST_HEADING = 60
"""Characters of a heading that are kept."""


def completed(draft: MappingDraft, table: TextTable, confirmed_by: ConfirmedBy) -> ColumnMapping:
    """A draft without a complaint, with the form of its table."""
    return ColumnMapping(
        draft.columns,
        draft.days or FIRST_FORM[0],
        draft.decimals or FIRST_FORM[1],
        draft.money_out or FIRST_FORM[2],
        () if not table.header else headings_of(table),
        () if table.header else shapes_of(table),
        confirmed_by,
    )


_DIGIT = re.compile(r"\d")


def headings_of(table: TextTable) -> tuple[str, ...]:
    """A table's headings as they are kept: short, digits crossed out."""
    names = [" ".join(_DIGIT.sub("#", name).split())[:LONGEST_HEADING] for name in table.header]
    return tuple(["".join(char for char in name if char.isprintable()) for name in names])


def shapes_of(table: TextTable) -> tuple[str, ...]:
    """What the cells of each column are, for a table without headings."""
    return tuple([_shape(table.column(position)[:TITLE_ROWS]) for position in range(table.width)])


def _shape(cells: Sequence[str]) -> str:
    if not cells:
        return "blank"
    if all(_is_day(cell) for cell in cells):
        return "day"
    is_money = looks_like_money(cells) and all(any(is_sum(cell, system) for system in NumberSystem) for cell in cells)
    return "sum" if is_money else "text"


def table_of_rows(rows: Sequence[Row]) -> TextTable:
    """A table with its headings apart, also where no word of them is known. Raises Refused (invalid-csv-row) for a row too wide."""
    table = laid_out(rows)
    if table.header:
        return table
    first = next((place for place, (_, cells) in enumerate(table.rows[: TITLE_ROWS + 1]) if any(map(_is_day, cells))), 0)
    above = table.rows[first - 1][1] if first else []
    if not _are_headings(above, table.rows[first][1] if table.rows else []):
        return table
    marked = frozenset(place - first for place in table.marked if place >= first)
    return TextTable([cell.strip() for cell in above], table.rows[first - 1][0], table.rows[first:], marked)


def _are_headings(cells: Sequence[str], below: Sequence[str]) -> bool:
    """Whether the row above the first with a day names its columns: it has a word above most of its cells, and no figure."""
    filled = [place for place, cell in enumerate(below) if cell.strip()]
    named = [place for place in filled if cells and cells[place].strip()]
    return len(named) >= 3 and len(named) * 2 > len(filled) and not any(map(_DIGIT.search, cells))


def has_form(table: TextTable, mapping: ColumnMapping) -> bool:
    """Whether a table has the form of the one for which a mapping was made, and every column that the mapping gives a meaning."""
    if any(use is not ColumnUse.IGNORE for use in mapping.columns[table.width :]):
        return False
    if mapping.headings:
        return _folded(headings_of(table)) == _folded(mapping.headings)
    return not table.header and len(mapping.shapes) == table.width and all(map(_fits, shapes_of(table), mapping.shapes))


def _is_day(cell: str) -> bool:
    return any(day_of(cell.strip(), order) is not None for order in DayOrder)


def _folded(headings: Sequence[str]) -> list[str]:
    """Headings as they are compared: without case, and without blank ones at the end, which a stray cell far below can add."""
    names = [name.casefold() for name in headings]
    while names and not names[-1]:
        names.pop()
    return names


def _fits(shape: str, expected: str) -> bool:
    return shape in (expected, "blank") or expected == "blank"
