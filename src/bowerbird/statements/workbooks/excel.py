"""XLSX and XLS files → sheets of text: what each cell holds, in the form that tables of text have.

A formula counts as the value that the file keeps for it. A day is written with its year first, so that nothing is left to choose.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from io import BytesIO

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, PasswordError, SheetVisibleEnum, ZipError

from bowerbird.codes import CSV_INVALID_ROW, CSV_INVALID_VALUE, CSV_TOO_MANY_ROWS
from bowerbird.model.statement import FileKind
from bowerbird.sdk.native_layout import NativeColumnKind as Kind
from bowerbird.statements.refusal import Refused, shown
from bowerbird.statements.tables.headings import meanings_of
from bowerbird.statements.tables.mapping import MAX_COLUMNS
from bowerbird.statements.tables.shapes import TITLE_ROWS
from bowerbird.statements.workbooks.archive import Package, damaged, opened
from bowerbird.statements.workbooks.sheets import WorkbookSheet

Cell = int | float | str | bool | time | date | datetime | timedelta  # not money: a cell as the file has it
_FIRST_DAY, _FIRST_DAY_OF_1904 = date(1899, 12, 30), date(1904, 1, 1)
_DAYS = (timedelta(days=20_000), timedelta(days=80_000))
"""Between these numbers lie the days of 1954 to 2119: what else stands in a column of days is none."""
_NO_PACKAGE = Package(0, counts_from_1904=False)
_EXACT = 10**15
"""Whole numbers below this are kept to the last digit by a spreadsheet."""
_NOISE = 1e-6  # not money: a cell as the file has it
"""How far from a cent the result of a formula may lie, in cents, for each unit."""
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]+")
"""What a file of text is refused for, and a cell can hold all the same."""


def sheets_of(data: bytes, kind: FileKind, max_rows: int) -> list[WorkbookSheet]:
    """The sheets of a workbook, without charts and macros. Raises Refused."""
    package = opened(data, max_rows) if kind is FileKind.XLSX else _NO_PACKAGE
    try:
        with CalamineWorkbook.from_filelike(BytesIO(data)) as book:
            metadata = {each.name: each.visible for each in book.sheets_metadata}
            sheets = [
                _sheet(book.get_sheet_by_name(name), metadata.get(name) is not SheetVisibleEnum.Visible, kind, package, max_rows)
                for name in book.sheet_names
            ]
    except PasswordError as error:
        reason = "this workbook is protected by a password. Save it without one, or download the CSV."
        raise Refused(CSV_INVALID_ROW, row=1, reason=reason) from error
    except (CalamineError, ZipError, ValueError, OSError) as error:
        raise damaged("its sheets cannot be read") from error
    if package.hidden:
        note = f"hidden rows were read: {package.hidden}"
        sheets = [WorkbookSheet(each.name, each.rows, each.is_hidden, (note,) if place == 0 else ()) for place, each in enumerate(sheets)]
    return sheets


def _sheet(sheet: CalamineSheet, is_hidden: bool, kind: FileKind, package: Package, max_rows: int) -> WorkbookSheet:
    if sheet.total_width > MAX_COLUMNS * 4:
        raise Refused(CSV_INVALID_ROW, row=1, reason=f"a sheet has more than {MAX_COLUMNS} columns.")
    if sheet.total_height > max_rows + TITLE_ROWS:
        raise Refused(CSV_TOO_MANY_ROWS, limit=max_rows)
    first = (sheet.start or (0, 0))[0] + 1
    numbered = [(number, cells) for number, cells in enumerate(sheet.to_python(skip_empty_area=True), first) if any(map(_is_filled, cells))]
    header = next((place for place, (_, cells) in enumerate(numbered[:TITLE_ROWS]) if _has_headings(cells)), None)
    if header is not None:
        _read_serial_days(numbered, header, kind, package)
    return WorkbookSheet(sheet.name, [(number, _trimmed([text_of_cell(cell) for cell in cells])) for number, cells in numbered], is_hidden)


def _is_filled(cell: Cell) -> bool:
    return cell != ""


def _trimmed(cells: list[str]) -> list[str]:
    """Cells without the empty ones at their end: a format that reaches far to the right makes no column."""
    while cells and not cells[-1].strip():
        cells.pop()
    return cells


def _has_headings(cells: Sequence[Cell]) -> bool:
    kinds = meanings_of([cell if isinstance(cell, str) else "" for cell in cells])
    return bool({Kind.POSTED, Kind.MADE} & set(kinds)) and bool({Kind.AMOUNT, Kind.DEBIT, Kind.CREDIT} & set(kinds))


def _read_serial_days(rows: list[tuple[int, list[Cell]]], header: int, kind: FileKind, package: Package) -> None:
    """Days that a column of days has as numbers, put in their place; and codes of branches with the zeros a number lost.

    Raises Refused for a column where some days are dates and others are text: a program then took day and month of some for each other.
    An XLS file does not say from which day it counts, so its numbers stay numbers, and are refused as days.
    """
    names = [cell if isinstance(cell, str) else "" for cell in rows[header][1]]
    start = _FIRST_DAY_OF_1904 if package.counts_from_1904 else _FIRST_DAY
    for position, meaning in enumerate(meanings_of(names)):
        if meaning in (Kind.POSTED, Kind.MADE):
            _refuse_mixed(rows[header + 1 :], position, names[position])
        for _, cells in rows[header + 1 :]:
            cell = cells[position] if position < len(cells) else ""
            if isinstance(cell, bool) or not isinstance(cell, int | float):  # not money: a cell as the file has it
                continue
            if meaning is Kind.BSB:
                cells[position] = f"{int(cell):06d}"
            elif meaning in (Kind.POSTED, Kind.MADE) and kind is FileKind.XLSX and _DAYS[0].days < cell < _DAYS[1].days:
                cells[position] = start + timedelta(days=int(cell))


def _refuse_mixed(rows: Sequence[tuple[int, Sequence[Cell]]], position: int, name: str) -> None:
    dates = next((number for number, cells in rows if position < len(cells) and isinstance(cells[position], date)), None)
    texts = next(
        ((number, text) for number, cells in rows
         if position < len(cells) and isinstance(text := cells[position], str) and _is_numbered_day(text)), None,
    )  # fmt: skip
    if dates is not None and texts is not None:
        reason = f"It is text, and row {dates} has a date: a program took day and month of some rows for each other. Use the CSV."
        raise Refused(CSV_INVALID_VALUE, row=texts[0], field=name, value=shown(texts[1]), reason=reason)


def _is_numbered_day(text: str) -> bool:
    parts = text.strip().replace("-", "/").replace(".", "/").split("/")
    return len(parts) == 3 and all(part.isdecimal() for part in parts) and len(parts[0]) <= 2


def text_of_cell(cell: Cell) -> str:
    """A cell as a table of text would have it. Numbers have a point before two decimals, or none; a day has no time."""
    match cell:
        case str():
            return _CONTROL.sub(" ", cell)
        case bool():
            return "TRUE" if cell else "FALSE"
        case datetime():
            return cell.date().isoformat()
        case date():
            return cell.isoformat()
        case int() | float():  # not money: a cell as the file has it
            return _number(cell)
        case _:
            return str(cell)


def _number(value: float) -> str:  # not money: a cell as the file has it
    if value == int(value) and abs(value) < _EXACT:
        return str(int(value))
    cents = round(value * 100)
    if abs(value) < _EXACT / 100 and abs(value * 100 - cents) <= _NOISE * max(1.0, abs(value)):  # not money: a cell as the file has it
        sign = "-" if cents < 0 else ""
        return f"{sign}{abs(cents) // 100}.{abs(cents) % 100:02d}"
    text = repr(value)
    return f"{value:.4f}" if re.search(r"\.\d{3}\Z", text) else text  # three decimals could be thousands
