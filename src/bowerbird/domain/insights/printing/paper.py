"""Headings, sentences and tables down as many pages of a PDF as they need."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from importlib import import_module
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from reportlab.pdfgen.canvas import Canvas

_WIDTH, _HEIGHT, _MARGIN, _LINE = 595, 842, 40, 12
_TEXT, _BOLD = "Helvetica", "Helvetica-Bold"
_TEXT_SIZE, _CELL_SIZE, _CELL_LINE = 9, 8, 10
_PAGES_WIDTH = 18
"""How wide the number of all pages is at most: a part that every page shows, written after the last of them."""


class Made(NamedTuple):
    """When the figures of a document were made, in UTC, and for which application."""

    at: datetime
    application: str

    @property
    def sentence(self) -> str:
        return f"Made {day_text(self.at.date())}, {self.at:%H:%M} UTC" + (f", for {self.application}." if self.application else ".")


@dataclass(frozen=True, slots=True)
class TableColumn:
    """Where a cell stands: its left edge, or its right one for figures, and how wide it is at most, in points."""

    x: int
    width: int
    right: bool = False


class Paper:
    """Lines of cells down as many pages as they need, the head of the table again on each."""

    def __init__(self, title: str, made: Made, *, numbered: bool = True, wraps: bool = True) -> None:
        """`made` is what the document's properties say: the same snapshot prints the same bytes. `numbered` puts
        the page's number at its foot; `wraps` gives a cell as many lines as it needs, else it is cut. Readers of
        statements take a foot or a second line for a row.
        """
        canvas = import_module("reportlab.pdfgen.canvas")  # when something is printed: a server that prints nothing has no need of it

        self._bytes, self._numbered, self._wraps = io.BytesIO(), numbered, wraps
        self._canvas: Canvas = canvas.Canvas(self._bytes, pagesize=(_WIDTH, _HEIGHT), invariant=1)
        self._canvas.setTitle(title)
        self._canvas.setAuthor(made.application or "Bowerbird")
        self._canvas.setCreator("Bowerbird")
        self._canvas.setSubject(title)
        self._canvas.setDateFormatter(lambda *_: made.at.strftime("D:%Y%m%d%H%M%S+00'00'"))
        self._y, self._page = _HEIGHT - _MARGIN, 1
        self._head: tuple[Sequence[TableColumn], Sequence[str]] | None = None

    def heading(self, text: str, size: int = 13) -> None:
        self._head = None
        self._room(5 * _LINE)
        self._y -= _LINE
        for line in self._wrapped(text, _BOLD, size, _WIDTH - 2 * _MARGIN):
            self._canvas.setFont(_BOLD, size)
            self._canvas.drawString(_MARGIN, self._y, line)
            self._y -= _LINE + 4

    def line(self, text: str) -> None:
        for line in self._wrapped(text, _TEXT, _TEXT_SIZE, _WIDTH - 2 * _MARGIN):
            self._room(_LINE)
            self._canvas.setFont(_TEXT, _TEXT_SIZE)
            self._canvas.drawString(_MARGIN, self._y, line)
            self._y -= _LINE

    def table(self, columns: Sequence[TableColumn], head: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
        self._room(3 * _LINE)
        self._row(columns, head, _BOLD)
        self._head = (columns, head)
        for row in rows:
            self._row(columns, row, _TEXT)
        self._head = None

    def _row(self, columns: Sequence[TableColumn], row: Sequence[str], font: str) -> None:
        cells = [self._cell(cell, font, column) for column, cell in zip(columns, row, strict=True)]
        self._room(max(map(len, cells)) * _CELL_LINE)
        self._canvas.setFont(font, _CELL_SIZE)
        for column, lines in zip(columns, cells, strict=True):
            draw = self._canvas.drawRightString if column.right else self._canvas.drawString
            for place, line in enumerate(lines):
                draw(column.x, self._y - place * _CELL_LINE, line)
        self._y -= max(map(len, cells)) * _CELL_LINE + _LINE - _CELL_LINE

    def _cell(self, text: str, font: str, column: TableColumn) -> list[str]:
        lines = self._wrapped(text, font, _CELL_SIZE, column.width)
        return lines if self._wraps or len(lines) == 1 else [lines[0][:-3] + "..."]

    def _wrapped(self, text: str, font: str, size: int, width: int) -> list[str]:
        """What the font can show, in lines of a width; a word that is longer than a line is broken."""
        shown, wide = _printable(text), self._canvas.stringWidth
        if wide(shown, font, size) <= width:
            return [shown]
        lines, line = [], ""
        for word in shown.split():
            longer = f"{line} {word}" if line else word
            if wide(longer, font, size) <= width:
                line = longer
                continue
            lines += [line] if line else []
            line = word
            while (needed := wide(line, font, size)) > width:
                fits = max(1, int(len(line) * width / needed) - 1)
                lines.append(line[:fits])
                line = line[fits:]
        return [*lines, line]

    def _room(self, height: int) -> None:
        if self._y - height >= _MARGIN:
            return
        self._finish_page()
        self._canvas.showPage()
        self._y, self._page = _HEIGHT - _MARGIN, self._page + 1
        if self._head is not None:
            head, self._head = self._head, None
            self._row(*head, _BOLD)
            self._head = head

    def _finish_page(self) -> None:
        if self._numbered:
            self._canvas.setFont(_TEXT, 7)
            self._canvas.drawRightString(_WIDTH - _MARGIN - _PAGES_WIDTH, 20, f"Page {self._page} of")
            self._canvas.doForm("pages")

    def done(self) -> bytes:
        self._finish_page()
        if self._numbered:
            self._canvas.showPage()
            self._canvas.beginForm("pages")
            self._canvas.setFont(_TEXT, 7)
            self._canvas.drawString(_WIDTH - _MARGIN - _PAGES_WIDTH + 2, 20, str(self._page))
            self._canvas.endForm()
        self._canvas.save()
        return self._bytes.getvalue()


def _printable(text: str) -> str:
    """What the fonts that every reader of PDF has can show."""
    return text.replace("\N{MINUS SIGN}", "-").encode("cp1252", "replace").decode("cp1252")


def amount(cents: int | None) -> str:
    """Cents with thousands apart, as on the pages; "" for None."""
    return "" if cents is None else f"{'-' if cents < 0 else ''}{abs(cents) // 100:,}.{abs(cents) % 100:02}"


def day_text(day: date) -> str:
    return f"{day.day} {day:%b %Y}"
