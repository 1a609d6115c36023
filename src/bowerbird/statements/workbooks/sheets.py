"""The sheets of a file as rows of text, whatever kind of file they come from; and which of them are one table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from bowerbird.codes import CSV_INVALID_ROW
from bowerbird.statements.refusal import Refused, shown
from bowerbird.statements.sums import NumberSystem
from bowerbird.statements.tables.dates import DayOrder, day_of
from bowerbird.statements.tables.headings import is_header
from bowerbird.statements.tables.shapes import MARKER, TITLE_ROWS, Row, is_sum, looks_like_money

_MIN_ROWS = 2
"""Rows with a day and a sum that make a sheet without a header a table."""


@dataclass(frozen=True, slots=True)
class WorkbookSheet:
    """`rows` are those that are not blank, with the numbers that a spreadsheet shows. `notes` are what a reader of it does not see."""

    name: str
    rows: list[Row]
    is_hidden: bool = False
    notes: tuple[str, ...] = ()

    @property
    def header_place(self) -> int | None:
        """Where among the rows the header stands; None where there is none."""
        return next((place for place, (_, cells) in enumerate(self.rows[:TITLE_ROWS]) if is_header(cells)), None)

    @property
    def is_table(self) -> bool:
        """Whether a sheet holds transactions: it has a header, or rows with a day and a sum that name no balance."""
        if self.header_place is not None:
            return True
        return sum(1 for _, cells in self.rows if _is_entry(cells)) >= _MIN_ROWS


@dataclass(frozen=True, slots=True)
class JoinedTable:
    """The rows of one table, numbered on from sheet to sheet. `places` give for each its sheet and the number it has there."""

    rows: list[Row]
    places: dict[int, Row] = field(default_factory=dict)
    sheets: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def joined(sheets: Sequence[WorkbookSheet]) -> JoinedTable:
    """The table of a file. Sheets with the same header are one table. Raises Refused where sheets hold tables of several forms."""
    tables = [sheet for sheet in sheets if sheet.is_table and not sheet.is_hidden]
    hidden = [f"the sheet “{shown(sheet.name)}” is hidden and was not read" for sheet in sheets if sheet.is_table and sheet.is_hidden]
    notes = (*hidden, *(note for sheet in tables for note in sheet.notes))
    if len(tables) < 2:
        only = tables[0] if tables else max((each for each in sheets if not each.is_hidden), key=_size, default=WorkbookSheet("", []))
        return JoinedTable(only.rows, sheets=(only.name,), notes=notes)
    first = tables[0]
    for other in tables[1:]:
        if _header(other) != _header(first):
            names = f"“{shown(first.name)}” and “{shown(other.name)}”"
            raise Refused(CSV_INVALID_ROW, row=1, reason=f"the sheets {names} hold different tables. Save each as a file of its own.")
    rows, places, start = list[Row](), dict[int, Row](), 0
    for sheet in tables:
        skipped = 0 if sheet is first or sheet.header_place is None else sheet.header_place + 1
        for number, cells in sheet.rows[skipped:]:
            rows.append((start + number, cells))
            places[start + number] = (number, [sheet.name])
        start = rows[-1][0] if rows else 0
    return JoinedTable(rows, places, tuple(sheet.name for sheet in tables), notes)


def _size(sheet: WorkbookSheet) -> int:
    return len(sheet.rows)


def _header(sheet: WorkbookSheet) -> list[str] | None:
    place = sheet.header_place
    return None if place is None else [cell.strip().casefold() for cell in sheet.rows[place][1]]


def _is_entry(cells: Sequence[str]) -> bool:
    filled = [cell.strip() for cell in cells if cell.strip()]
    if any(MARKER.match(cell) for cell in filled):
        return False
    has_day = any(day_of(cell, order) is not None for cell in filled for order in DayOrder)
    return has_day and any(looks_like_money([cell]) and any(is_sum(cell, system) for system in NumberSystem) for cell in filled)
