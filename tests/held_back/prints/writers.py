"""Prints as PDF: ReportLab here, Chromium and Typst from marked-up text."""

import html
import io
from dataclasses import replace
from pathlib import Path

import typst
from playwright.sync_api import sync_playwright
from reportlab.lib.pagesizes import A4
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from tests.browser.browsing import launch
from tests.held_back.prints.model import Cells, Column, Element, Entry, Facts, NewPage, Print, Table, Text

LEFT, TOP, BOTTOM, STEP = 42, 60, 70, 12
WIDE = 500
"""The most points all columns of a table may take."""
DEJAVU = Path("/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf")


class Paper:
    """Pages drawn from above, a line at a time."""

    def __init__(self, footer: str, font: str) -> None:
        self.out = io.BytesIO()
        self.canvas = Canvas(self.out, pagesize=A4, invariant=1)
        self.footer, self.font, self.page = footer, font, 1
        self.y = float(A4[1] - TOP)

    def text(self, words: str, x: float, right: bool = False, size: int = 8) -> None:
        """Words at this place of the present line."""
        self.canvas.setFont(self.font, size)
        (self.canvas.drawRightString if right else self.canvas.drawString)(x, self.y, words)

    def next_page(self) -> None:
        """End the page with its footer."""
        self.canvas.setFont(self.font, 7)
        self.canvas.drawString(LEFT, 40, f"{self.footer}  Page {self.page}")
        self.canvas.showPage()
        self.page += 1
        self.y = float(A4[1] - TOP)

    def room_for(self, lines: int) -> bool:
        """Whether so many lines still fit on the page."""
        return self.y - lines * STEP > BOTTOM

    def line(self, columns: tuple[Column, ...], cells: Cells) -> None:
        """One line of a table."""
        x = float(LEFT)
        for column in columns:
            words = cells.get(column.key, "")
            if words:
                self.text(words, x + column.width - 4 if column.right else x, column.right)
            x += column.width
        self.y -= STEP


def fitted(columns: tuple[Column, ...]) -> tuple[Column, ...]:
    """The columns, narrowed in proportion when they are wider than the page."""
    total = sum(column.width for column in columns)
    return columns if total <= WIDE else tuple(replace(one, width=one.width * WIDE // total) for one in columns)


def heading(columns: tuple[Column, ...]) -> Cells:
    """The headings as a line of cells."""
    return {column.key: column.heading for column in columns}


def table(paper: Paper, part: Table) -> None:
    """A table with its headings on every page, and the balance carried from page to page."""
    part = replace(part, columns=fitted(part.columns))
    paper.line(part.columns, heading(part.columns))
    before: Entry | None = None
    for entry in part.entries:
        if not paper.room_for(len(entry.lines) + 2):
            carried = before.carried if before else None
            if part.carried and carried:
                paper.line(part.columns, {"words": part.carried, **carried})
            paper.next_page()
            paper.line(part.columns, heading(part.columns))
            if part.brought and carried:
                paper.line(part.columns, {"words": part.brought, **carried})
        for cells in entry.lines:
            paper.line(part.columns, cells)
        before = entry


def by_reportlab(document: Print) -> bytes:
    """The print as ReportLab writes it: every word at a place of its own."""
    words = "".join(text_of(element) for element in document.elements)
    font = "Helvetica"
    if any(ord(letter) > 0x2FFF for letter in words):
        font = "HeiseiKakuGo-W5"
        pdfmetrics.registerFont(UnicodeCIDFont(font))
    elif any(ord(letter) > 0xFF for letter in words):
        font = "DejaVu"
        pdfmetrics.registerFont(TTFont(font, DEJAVU))
    paper = Paper(document.footer, font)
    for element in document.elements:
        if isinstance(element, Table):
            table(paper, element)
        elif isinstance(element, NewPage):
            paper.next_page()
        elif isinstance(element, Facts):
            for name, value in element.pairs:
                paper.text(name, LEFT, size=9)
                paper.text(value, LEFT + 260, right=True, size=9)
                paper.y -= STEP
        else:
            paper.text(element.words, LEFT, size=element.size)
            paper.y -= element.size + 5
    paper.next_page()
    paper.canvas.save()
    return paper.out.getvalue()


def text_of(element: Element) -> str:
    """All words of an element, for choosing a font that has them."""
    if isinstance(element, Text):
        return element.words
    if isinstance(element, Table):
        words = (cell for entry in element.entries for line in entry.lines for cell in line.values())
        return "".join([*words, *(column.heading for column in element.columns)])
    return "".join(name + value for name, value in element.pairs) if isinstance(element, Facts) else ""


def web(document: Print) -> str:
    """The print as a web page; rows of several lines are cells of several lines."""
    return (
        "<!doctype html><meta charset=utf-8><style>body{font:9pt 'DejaVu Sans',Arial,sans-serif}"
        "table{border-collapse:collapse;width:100%}td,th{padding:2px 4px;text-align:left;vertical-align:top}"
        ".r{text-align:right;white-space:nowrap}td.d{white-space:nowrap}tr{break-inside:avoid}.n{break-after:page}"
        ".f{width:60%;margin:6px 0}@page{size:A4;margin:15mm}</style>"
        + "".join(marked(element) for element in document.elements)
        + f"<p>{html.escape(document.footer)}</p>"
    )


def marked(element: Element) -> str:
    """An element as HTML."""
    if isinstance(element, Text):
        return f'<p style="font-size:{element.size}pt;margin:4px 0">{html.escape(element.words)}</p>'
    if isinstance(element, NewPage):
        return '<div class="n"></div>'
    if isinstance(element, Facts):
        return "<table class=f>" + "".join(f"<tr><td>{html.escape(a)}<td class=r>{html.escape(b)}" for a, b in element.pairs) + "</table>"
    heads = "".join(f'<th class="{"r" if one.right else "l"}">{html.escape(one.heading)}</th>' for one in element.columns)
    return f"<table><thead><tr>{heads}</tr></thead><tbody>{''.join(web_row(element, one) for one in element.entries)}</tbody></table>"


def web_row(part: Table, entry: Entry) -> str:
    """A row as HTML: each cell holds its lines, empty lines above a figure on the last one kept."""
    cells = []
    for column in part.columns:
        lines = [html.escape(line.get(column.key, "")) for line in entry.lines]
        while lines and not lines[-1]:
            lines.pop()
        kind = "r" if column.right else "d" if column.key in {"date", "value"} else "l"
        cells.append(f'<td class="{kind}">{"<br>".join(lines)}</td>')
    return f"<tr>{''.join(cells)}</tr>"


def by_chromium(documents: dict[Path, Print]) -> None:
    """Write each print as PDF at its path with one browser."""
    with sync_playwright() as driver:
        browser = launch(driver)
        page = browser.new_page()
        for path, document in documents.items():
            page.set_content(web(document))
            page.pdf(path=str(path), format="A4", prefer_css_page_size=True)
        browser.close()


def quoted(words: str) -> str:
    """Words as a Typst string."""
    return '"' + words.replace("\\", "\\\\").replace('"', '\\"') + '"'


def typst_source(document: Print) -> str:
    """The print in Typst's language."""
    out = ['#set page(paper: "a4", margin: 1.6cm)', '#set text(size: 8.5pt, font: ("Liberation Sans", "DejaVu Sans"))']
    for element in document.elements:
        if isinstance(element, Text):
            out.append(f"#text(size: {element.size}pt, {quoted(element.words)})\n")
        elif isinstance(element, NewPage):
            out.append("#pagebreak()")
        elif isinstance(element, Facts):
            pairs = ", ".join(f"{quoted(a)}, {quoted(b)}" for a, b in element.pairs)
            out.append(f"#grid(columns: (5cm, 5cm), row-gutter: 5pt, align: (left, right), {pairs})\n")
        else:
            out.append(typst_table(element))
    return "\n".join([*out, f"#text(size: 7pt, {quoted(document.footer or ' ')})"])


def typst_table(part: Table) -> str:
    """A table in Typst's language: each line of a row is a line of the table."""
    sides = ", ".join("right" if column.right else "left" for column in part.columns)
    widths = ", ".join(f"{column.width}pt" for column in fitted(part.columns))
    heads = ", ".join(quoted(column.heading) for column in part.columns)
    lines = (line for entry in part.entries for line in entry.lines)
    cells = ", ".join(quoted(line.get(column.key, "")) for line in lines for column in part.columns)
    return f"#table(stroke: none, inset: 2pt, columns: ({widths},), align: ({sides},), table.header({heads}), {cells})\n"


def by_typst(document: Print) -> bytes:
    """The print as Typst writes it."""
    return bytes(typst.compile(typst_source(document).encode()))
