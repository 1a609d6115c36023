"""Tables of a web page, as banks write them into files that they call `.xls`."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

from bowerbird.codes import CSV_INVALID_ROW, CSV_TOO_MANY_ROWS
from bowerbird.statements.csv.rows import LONGEST_CELL
from bowerbird.statements.formats import WEB_PAGE
from bowerbird.statements.refusal import Refused
from bowerbird.statements.tables.mapping import MAX_COLUMNS
from bowerbird.statements.tables.shapes import TITLE_ROWS, Row
from bowerbird.statements.workbooks.sheets import WorkbookSheet

_MAX_TABLES, _DEEPEST = 500, 16
_MAX_UNCLOSED = 100
"""Tags and comments without an end; no page of a bank has one."""
_UNSEEN = {"script", "style", "template", "title"}
_BREAKS = {"br", "p", "div", "li"}
_HIDING = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)


@dataclass(slots=True)
class _Table:
    """`cells` are those of the row that is being read, `place` where among them words go, None between cells."""

    rows: list[Row] = field(default_factory=list)
    cells: list[str] = field(default_factory=list)
    place: int | None = None
    hidden: int = 0


class _Tables(HTMLParser):
    """Collects the tables of a page. A table inside a cell is a table of its own, and its words are none of the cell's."""

    def __init__(self, max_rows: int) -> None:
        super().__init__(convert_charrefs=True)
        self._max_rows = max_rows
        self._tables: list[_Table] = []
        self._open: list[_Table] = []
        self._unseen = self._rows = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _UNSEEN:
            self._unseen += 1
        elif tag == "table":
            self._begin_table()
        elif tag == "tr" and self._open:
            self._begin_row(self._open[-1])
            self._open[-1].hidden += _is_hiding(attrs)
        elif tag in ("td", "th") and self._open:
            self._begin_cell(self._open[-1], _span(attrs))
        elif tag in _BREAKS:
            self.handle_data(" ")

    def handle_endtag(self, tag: str) -> None:
        if tag in _UNSEEN:
            self._unseen = max(0, self._unseen - 1)
        elif tag == "table" and self._open:
            self._open.pop()
        elif tag in ("td", "th") and self._open:
            self._open[-1].place = None

    def handle_data(self, data: str) -> None:
        table = self._open[-1] if self._open else None
        if table is None or table.place is None or self._unseen:
            return
        if len(table.cells[table.place]) + len(data) > LONGEST_CELL:
            raise Refused(CSV_INVALID_ROW, row=len(table.rows), reason=f"a field is longer than {LONGEST_CELL} characters.")
        table.cells[table.place] += data

    def finished(self) -> list[_Table]:
        """The tables in the order in which they begin."""
        self.close()
        return self._tables

    def _begin_table(self) -> None:
        if len(self._tables) >= _MAX_TABLES or len(self._open) >= _DEEPEST:
            raise Refused(CSV_INVALID_ROW, row=1, reason="the page has more tables than a statement has.")
        self._tables.append(_Table())
        self._open.append(self._tables[-1])

    def _begin_row(self, table: _Table) -> None:
        self._rows += 1
        if self._rows > self._max_rows + TITLE_ROWS * 2:
            raise Refused(CSV_TOO_MANY_ROWS, limit=self._max_rows)
        table.cells, table.place = [], None
        table.rows.append((len(table.rows) + 1, table.cells))

    def _begin_cell(self, table: _Table, span: int) -> None:
        """Of a cell that spans columns the first has its words, so that those below keep their places."""
        if not table.rows:
            self._begin_row(table)
        table.place = len(table.cells)
        table.cells.extend([""] * span)
        if len(table.cells) > MAX_COLUMNS:
            raise Refused(CSV_INVALID_ROW, row=len(table.rows), reason=f"it has more than {MAX_COLUMNS} fields.")


def _span(attrs: list[tuple[str, str | None]]) -> int:
    """How many columns a cell takes."""
    text = next((value for name, value in attrs if name == "colspan" and value), "1")
    return min(max(int(text), 1), MAX_COLUMNS) if text.isascii() and text.isdecimal() and len(text) < 4 else 1


def _is_hiding(attrs: list[tuple[str, str | None]]) -> bool:
    return any(name == "hidden" or (name == "style" and value and _HIDING.search(value)) for name, value in attrs)


def _refuse_unclosed(text: str) -> None:
    """Raises Refused for a page that opens more than it closes, each of which the parser would look for in all of the rest."""
    tail, comments = text[text.rfind(">") + 1 :], text[text.rfind("-->") + 1 :]
    if tail.count("<") > _MAX_UNCLOSED or comments.count("<!--") > _MAX_UNCLOSED:
        raise _broken()


def _broken() -> Refused:
    return Refused(CSV_INVALID_ROW, row=1, reason="this is a damaged web page. Download it again, or upload the bank's PDF or CSV.")


def sheets_of_page(text: str, max_rows: int) -> list[WorkbookSheet]:
    """The tables of a page as sheets. Raises Refused, with what the page is, where none of them holds transactions."""
    parser = _Tables(max_rows)
    _refuse_unclosed(text)
    try:
        parser.feed(text)
    except AssertionError as error:  # the parser's own, of a declaration that is none
        raise _broken() from error
    sheets = []
    for number, table in enumerate(parser.finished(), 1):
        rows = [(place, [" ".join(cell.split()) for cell in cells]) for place, cells in table.rows if any(map(str.strip, cells))]
        note = (f"hidden rows were read: {table.hidden}",) if table.hidden else ()
        sheets.append(WorkbookSheet(f"table {number}", rows, notes=note))
    if not any(sheet.is_table for sheet in sheets):
        raise Refused(CSV_INVALID_ROW, row=1, reason=f"this is {WEB_PAGE.name}; {WEB_PAGE.advice}")
    return sheets
