"""Describing a statement for people who write layouts: positions, headings, and the forms of days and figures, fit for a public page.

Every word that is printed stands in this program already; a test tries rows of random words and finds none of them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress

from bowerbird.codes import STATEMENT_INVALID
from bowerbird.model.statement import WORKBOOKS, FileKind
from bowerbird.statements.alteration.examination import SMALLEST
from bowerbird.statements.csv.rows import csv_text
from bowerbird.statements.csv.table import table_of
from bowerbird.statements.files import kind_of
from bowerbird.statements.pdf.lines import Line, lines_of
from bowerbird.statements.pdf.page_words import PageWords, Word
from bowerbird.statements.pdf.words import read_words
from bowerbird.statements.refusal import Refused, StatementRefused
from bowerbird.statements.skeletons.forms import form_of, heading_of, label_of
from bowerbird.statements.tables.shapes import TITLE_ROWS, Row
from bowerbird.statements.workbooks.excel import sheets_of
from bowerbird.statements.workbooks.sheets import WorkbookSheet
from bowerbird.statements.workbooks.web_page import sheets_of_page

_MAX_PAGES, _MAX_LINES, _MAX_ROWS, _MAX_FORMS, _MAX_COLUMNS = 6, 120, 20_000, 6, 64


def describer() -> Callable[[bytes], str]:
    """Made once in a confined process that describes statements."""
    for data in (SMALLEST, b"PK\x03\x04xl/workbook.xml", b"Date,Amount\n1/2/2025,1.00\n"):
        with suppress(Refused):
            describe(data)
    return describe


def describe(data: bytes) -> str:
    """The skeleton of a statement. Raises Refused for a file that is none, or that cannot be opened."""
    kind = kind_of(data)
    if kind is None:
        raise StatementRefused(STATEMENT_INVALID, "neither PDF nor workbook nor text by its content")
    if kind is FileKind.PDF:
        return "\n".join(_pages(read_words(data)))
    if kind in WORKBOOKS:
        sheets = sheets_of_page(csv_text(data), _MAX_ROWS) if kind is FileKind.HTML else sheets_of(data, kind, _MAX_ROWS)
        return "\n".join(_sheets(kind, sheets))
    text = csv_text(data)
    if kind is not FileKind.CSV:
        return f"{kind.value.upper()}: {text.count(chr(10)) + 1} lines; the format describes itself"
    table = table_of(text)
    rows = [row for _, row in zip(range(_MAX_ROWS), table.rows(), strict=False)]
    return "\n".join((f"CSV, cells apart by {table.separator!r}", *_table(rows)))


def _sheets(kind: FileKind, sheets: Sequence[WorkbookSheet]) -> Iterator[str]:
    for number, sheet in enumerate(sheets, 1):
        yield f"{kind.value.upper()}, sheet {number} of {len(sheets)}{', hidden' if sheet.is_hidden else ''}"
        yield from _table(sheet.rows)


def _table(rows: Sequence[Row]) -> Iterator[str]:
    """A table: its header, and of each column the forms of its cells, the commonest first."""
    place = next((place for place, (_, cells) in enumerate(rows[:TITLE_ROWS]) if sum(bool(heading_of(cell)) for cell in cells) > 1), None)
    below = rows if place is None else rows[place + 1 :]
    if place is not None:
        for number, cells in rows[:place]:
            yield f"  row {number}, above the header: {' | '.join(label_of(cell) or form_of(cell) for cell in cells[:_MAX_COLUMNS])}"
    yield f"  {'no header' if place is None else f'header in row {rows[place][0]}'}, {len(below)} rows below"
    width = min(max((len(cells) for _, cells in rows), default=0), _MAX_COLUMNS)
    for column in range(width):
        heading = "" if place is None or column >= len(rows[place][1]) else heading_of(rows[place][1][column]) or "another heading"
        forms = Counter(form_of(cells[column]) if column < len(cells) else "no cell" for _, cells in below)
        yield f"  column {column + 1} {heading}: {', '.join(f'{form} x {count}' for form, count in forms.most_common(_MAX_FORMS))}"


def _pages(pages: Sequence[PageWords]) -> Iterator[str]:
    yield f"PDF, {len(pages)} pages; x is where a text begins, <x where it ends, y its baseline, in points from the left and the top"
    for page in pages[:_MAX_PAGES]:
        yield f"page {page.number}, {page.width:.0f} x {page.height:.0f}"
        for line in lines_of(page)[:_MAX_LINES]:
            yield f"  y {line.y:.0f}, {line.words[0].size:.1f} high: {'  '.join(_texts(line))}"


def _texts(line: Line) -> Iterator[str]:
    """The texts of a line. Headings are shown only where a line has nothing else: a row may have the word of one."""
    groups = line.texts()
    headings = [heading_of(_joined(words)) for words in groups]
    is_header = len(groups) > 2 and all(headings)
    for words, heading in zip(groups, headings, strict=True):
        what = heading if is_header else label_of(_joined(words)) or _forms(words)
        yield f"x {words[0].x0:.0f} <{words[-1].x1:.0f} {what}"


def _joined(words: Sequence[Word]) -> str:
    return " ".join(word.text for word in words)


def _forms(words: Sequence[Word]) -> str:
    """The form of a text as a whole, or of each word where it has several forms."""
    whole = form_of(_joined(words))
    if not whole.startswith("words("):
        return whole
    forms: list[list[str | int]] = []
    for word in words:
        form = form_of(word.text)
        if forms and forms[-1][0] == form:
            forms[-1][1] = int(forms[-1][1]) + 1
        else:
            forms.append([form, 1])
    return " ".join(f"words({count})" if form == "words(1)" else " ".join([str(form)] * int(count)) for form, count in forms)
