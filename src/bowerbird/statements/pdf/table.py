"""Where the transaction table of a page begins, where it ends and where its columns stand.

Columns hang under the words of the header on the same page, so a page that is printed a little to the right is read all the same. A
figure belongs to the column whose header ends nearest to its right edge.
"""

from __future__ import annotations

from typing import NamedTuple

from bowerbird.sdk.statement_layout import MONEY_COLUMNS, Column, StatementLayout
from bowerbird.statements.pdf.labels import any_label
from bowerbird.statements.pdf.lines import Line, compact

_MARGIN = 6
"""How far left of its header a date may begin, in points; what ends further left is printed in the margin."""


class Columns(NamedTuple):
    """Right edges of the money columns, and the bounds of the rest, in points from the left."""

    left: float  # not money: points
    text: float  # not money: points
    figures: float  # not money: points
    tolerance: float  # not money: points
    money: tuple[tuple[Column, float], ...]  # not money: points

    def under(self, right: float) -> Column | None:  # not money: points
        """The money column of a figure by its right edge, None where no header stands near."""
        column, distance = None, self.tolerance
        for candidate, edge in self.money:
            apart = right - edge if right > edge else edge - right
            if apart <= distance:
                column, distance = candidate, apart
        return column


class Document(NamedTuple):
    """A document's lines, divided by a layout: those of the table, each page's with its columns, and all others."""

    tables: list[tuple[Columns, list[Line]]]
    others: list[Line]


def divide(pages: list[list[Line]], layout: StatementLayout) -> Document:
    """The tables and the rest. Without a header a page has no table; below its end, everything but a further header is the rest."""
    header = "".join(map(compact, layout.table.header.values()))
    ends = any_label((*layout.table.ends, *(summary.heading for summary in layout.summary)))
    document = Document([], [])
    for lines in pages:
        table: list[Line] | None = None
        for line in lines:
            text = line.compact
            if header in text:
                table = []
                document.tables.append((columns_of(line, layout, text.index(header)), table))
            elif table is not None and not ends.search(text):
                table.append(line)
            else:
                table = None
                document.others.append(line)
    return document


def columns_of(line: Line, layout: StatementLayout, start: int) -> Columns:
    """The columns under a header line, whose labels begin at a place of its compact text."""
    edges: dict[Column, tuple[float, float]] = {}  # not money: points
    for column, label in layout.table.header.items():
        after = start + len(compact(label))
        edges[column] = (_edge(line, start), _edge(line, after - 1, right=True))
        start = after
    money = tuple((column, edges[column][1]) for column in MONEY_COLUMNS if column in edges)
    text = min(edges[column][0] for column in (Column.KIND, Column.DESCRIPTION) if column in edges)
    tolerance = layout.table.tolerance
    return Columns(edges[Column.DATE][0] - _MARGIN, text, min(edge for _, edge in money) - tolerance, tolerance, money)


def _edge(line: Line, place: int, right: bool = False) -> float:  # not money: points
    """The left or right edge of a character of the compact text; within a word by its share of the word's width."""
    for word in line.words:
        length = len(word.text)
        if place < length:
            return word.x0 + (word.x1 - word.x0) * (place + right) / length
        place -= length
    return line.words[-1].x1
