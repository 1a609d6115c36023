"""A file of tables → the accounts of a statement, with what its reader may not have seen."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from bowerbird.codes import CSV_EMPTY, CSV_INVALID_ROW, CSV_INVALID_VALUE
from bowerbird.model.statement import FileKind
from bowerbird.statements.csv.rows import csv_text
from bowerbird.statements.refusal import Refused
from bowerbird.statements.statement import StatementAccount
from bowerbird.statements.tables.any_form import KnownFile, read_rows
from bowerbird.statements.tables.shapes import Row
from bowerbird.statements.workbooks.excel import sheets_of
from bowerbird.statements.workbooks.sheets import JoinedTable, WorkbookSheet, joined
from bowerbird.statements.workbooks.web_page import sheets_of_page

ReadTable = Callable[[Sequence[Row], KnownFile], list[StatementAccount]]
"""What makes accounts of the rows of a table."""


def read_workbook(data: bytes, kind: FileKind, known: KnownFile, read: ReadTable = read_rows) -> list[StatementAccount]:
    """The accounts of a workbook or of a web page. Raises Refused."""
    sheets = _sheets(data, kind, known.max_rows)
    table = joined(sheets)
    if not table.rows:
        raise Refused(CSV_EMPTY)
    try:
        accounts = read(table.rows, known)
    except Refused as refused:
        backwards = _read_backwards(sheets, known, read)
        if backwards is None:
            raise _in_its_sheet(refused, table) from None
        accounts, table = backwards
    if len(table.sheets) > 1 and not all(account.proved or account.numbered for account in accounts):
        names = " and ".join(f"“{name}”" for name in table.sheets[:2])
        raise Refused(CSV_INVALID_ROW, row=1, reason=f"the sheets {names} may be of several accounts. Save each as a file of its own.")
    return [_with_places(account, table) for account in accounts]


def rows_of_workbook(data: bytes, kind: FileKind, max_rows: int) -> list[Row]:
    """The rows of the table in a workbook or in a web page. Raises Refused."""
    return joined(_sheets(data, kind, max_rows)).rows


def _read_backwards(
    sheets: Sequence[WorkbookSheet], known: KnownFile, read: ReadTable
) -> tuple[list[StatementAccount], JoinedTable] | None:
    """The last sheet first, as where each month has a sheet and the newest comes first; None where that is no reading either."""
    table = joined(sheets[::-1])
    try:
        return (read(table.rows, known), table) if len(table.sheets) > 1 else None
    except Refused:
        return None


def _sheets(data: bytes, kind: FileKind, max_rows: int) -> Sequence[WorkbookSheet]:
    return sheets_of_page(csv_text(data), max_rows) if kind is FileKind.HTML else sheets_of(data, kind, max_rows)


def _with_places(account: StatementAccount, table: JoinedTable) -> StatementAccount:
    """With the rows that a spreadsheet shows, and the notes of its file."""
    lines = [table.places.get(line, (line, []))[0] for line in account.lines]
    return replace(account, lines=lines, notes=(*account.notes, *table.notes))


def _in_its_sheet(refused: Refused, table: JoinedTable) -> Refused:
    """A refusal that names the row and the sheet it is in."""
    row = refused.values.get("row")
    if not isinstance(row, int) or row not in table.places:
        return refused
    number, names = table.places[row]
    values = {**refused.values, "row": number}
    if refused.entry in (CSV_INVALID_ROW, CSV_INVALID_VALUE):
        values["reason"] = f"{values['reason']} It is in the sheet “{names[0]}”."
    return Refused(refused.entry, **values)
