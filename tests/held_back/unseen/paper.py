"""The unseen prints as ReportLab writes them: every line of every cell at a place of its own."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path

from reportlab.lib.pagesizes import A4, LETTER
from reportlab.lib.utils import simpleSplit
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from tests.held_back.unseen.documents import Align, Facts, Gap, NewPage, Table, Text, UnseenPrint

_FONTS = Path("/usr/share/fonts/truetype/liberation")
_FAMILIES = {"LSans": "LiberationSans", "LNar": "LiberationSansNarrow", "LSer": "LiberationSerif", "LMono": "LiberationMono"}
_BOLD = {"Helvetica": "Helvetica-Bold", "Times-Roman": "Times-Bold", "Courier": "Courier-Bold"}
_JAPANESE = ("HeiseiKakuGo-W5", "HeiseiMin-W3")
_LOWEST = 52.0
"""The lowest baseline of a line that is no footer."""


def by_reportlab(document: UnseenPrint) -> bytes:
    """The print as a PDF."""
    paper = _Paper(document)
    for element in document.elements:
        if isinstance(element, Gap):
            paper.y -= element.points
        elif isinstance(element, NewPage):
            paper.next_page()
        elif isinstance(element, Text):
            paper.text(element)
        elif isinstance(element, Facts):
            paper.facts(element)
        else:
            paper.table(element)
    return paper.whole()


def _registered(font: str) -> tuple[str, str]:
    """The font and the bold one beside it, known to ReportLab."""
    if font in _JAPANESE:
        pdfmetrics.registerFont(UnicodeCIDFont(font))
        return font, font
    if font in _FAMILIES:
        for name, style in ((font, "Regular"), (f"{font}-Bold", "Bold")):
            pdfmetrics.registerFont(TTFont(name, _FONTS / f"{_FAMILIES[font]}-{style}.ttf"))
        return font, f"{font}-Bold"
    return font, _BOLD[font]


class _Paper:
    """Pages drawn from above, a line at a time."""

    def __init__(self, document: UnseenPrint) -> None:
        self.document, self.out, self.page = document, io.BytesIO(), 1
        self.width, self.height = A4 if document.paper == "A4" else LETTER
        self.canvas = Canvas(self.out, pagesize=(self.width, self.height), invariant=1)
        self.plain, self.bold = _registered(document.font)
        self.y = float(self.height - document.margin)

    def whole(self) -> bytes:
        self._footer()
        self.canvas.save()
        return self.out.getvalue()

    def next_page(self) -> None:
        self._footer()
        self.canvas.showPage()
        self.page += 1
        self.y = float(self.height - self.document.margin)

    def _footer(self) -> None:
        self.canvas.setFont(self.plain, 7)
        for step, line in enumerate(reversed(self.document.foot.replace("{p}", str(self.page)).split("\n"))):
            self.canvas.drawString(self.document.margin, 28 + 8.5 * step, line)

    def _has_room(self, points: float) -> bool:
        """Whether so many points are left; where not, the next page begins."""
        if self.y - points >= _LOWEST:
            return True
        self.next_page()
        return False

    def _put(self, words: str, align: Align, left: float, right: float, y: float) -> None:
        if align == "r":
            self.canvas.drawRightString(right, y, words)
        elif align == "c":
            self.canvas.drawCentredString((left + right) / 2, y, words)
        else:
            self.canvas.drawString(left, y, words)

    def text(self, text: Text) -> None:
        font, margin = self.bold if text.bold else self.plain, self.document.margin
        for part in text.words.split("\n"):
            for line in simpleSplit(part, font, text.points, self.width - 2 * margin) or [""]:
                self._has_room(text.points * 1.3)
                self.y -= text.points * 1.3
                self.canvas.setFont(font, text.points)
                self._put(line, text.align, margin, self.width - margin, self.y)

    def facts(self, facts: Facts) -> None:
        left = self.width - self.document.margin - facts.width - 110 if facts.right else self.document.margin
        for name, value in facts.pairs:
            self._has_room(self.document.lead)
            self.y -= self.document.lead
            self.canvas.setFont(self.plain, self.document.points)
            self.canvas.drawString(left, self.y, name)
            self.canvas.setFont(self.bold, self.document.points)
            self.canvas.drawRightString(left + facts.width + 110, self.y, value)

    def table(self, table: Table) -> None:
        margin = self.document.margin
        scale = (self.width - 2 * margin) / sum(width for _, width, _ in table.columns)
        edges, left = [], float(margin)
        for _, width, _ in table.columns:
            edges.append((left, left + width * scale))
            left += width * scale
        self._has_room(self.document.lead * 5)
        self._row(table, edges, [heading for heading, *_ in table.columns], bold=True, is_header=True)
        for bold, cells in table.rows:
            self._row(table, edges, cells, bold=bold, is_header=False)
        self.y -= 4

    def _row(self, table: Table, edges: Sequence[tuple[float, float]], cells: Sequence[str], *, bold: bool, is_header: bool) -> None:
        font, lead = self.bold if bold else self.plain, self.document.lead
        texts = [self._lines(cell, font, right - left - 3) for cell, (left, right) in zip(cells, edges, strict=False)]
        height = max(map(len, texts))
        if not is_header and not self._has_room(height * lead + 2):
            self._row(table, edges, [heading for heading, *_ in table.columns], bold=True, is_header=True)
        self.canvas.setFont(font, self.document.points)
        for (left, right), (_, _, align), lines in zip(edges, table.columns, texts, strict=False):
            is_last = align == "r" and self.document.figures_last and not is_header
            for step, line in enumerate(lines, height - len(lines) if is_last else 0):
                self._put(line, align, left if align == "c" else left + 1, right if align == "c" else right - 2, self.y - (step + 1) * lead)
        self.y -= height * lead + 2

    def _lines(self, cell: str, font: str, width: float) -> list[str]:
        lines: list[str] = []
        for part in cell.split("\n"):
            lines += simpleSplit(part, font, self.document.points, width) or [""]
        return lines
