"""What the lines of the tables look like: the form of their dates, how figures are written, where rows begin."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

import msgspec

from bowerbird.sdk.statement_layout import MONEY_COLUMNS, Column, StatementLayout
from bowerbird.statements.pdf.cells import CellReader, Cells
from bowerbird.statements.pdf.figures import figure
from bowerbird.statements.pdf.labels import period_of
from bowerbird.statements.pdf.lines import Line
from bowerbird.statements.pdf.table import Columns, divide
from bowerbird.statements.refusal import StatementRefused
from bowerbird.statements.search.vocabulary import BLANK_WORDS, DATE_REGEXES, GLUED_REGEXES, NIL_WORDS

_LEADERS = re.compile(r"[.…]{3,}")
_NO_CELLS = Cells(None, "", [])


class LineEvidence(NamedTuple):
    """A line below a header, and its cells; `stray` says that a figure on it stands under no column."""

    line: Line
    columns: Columns
    cells: Cells
    stray: bool

    @property
    def begins(self) -> bool:
        """Whether it looks like the beginning of a row: a date and an amount."""
        return self.cells.day is not None and self.has_amount

    @property
    def has_amount(self) -> bool:
        return any(column is not Column.BALANCE for column, _ in self.cells.figures)


def days_of(pages: list[list[Line]], layout: StatementLayout) -> tuple[date, date]:
    """The period as the layout's first occurrence says."""
    _, first, last = period_of([line for lines in pages for line in lines], layout.period)[0]
    return first, last


def evidence_of(pages: list[list[Line]], layout: StatementLayout) -> list[list[LineEvidence]]:
    """The lines below each header, up to the end of its page, through the eyes of a layout."""
    reader = CellReader(layout, days_of(pages, layout))
    tables = []
    for columns, lines in divide(pages, layout).tables:
        tables.append([_seen(reader, line, columns) for line in lines])
    return tables


def _seen(reader: CellReader, line: Line, columns: Columns) -> LineEvidence:
    try:
        return LineEvidence(line, columns, reader.read(line, columns), False)
    except StatementRefused:
        return LineEvidence(line, columns, _NO_CELLS, True)


def forms_of(pages: list[list[Line]], layout: StatementLayout) -> list[tuple[str, bool]]:
    """Forms in which most dates of the table are printed, and whether a text may begin right behind; the longest first."""
    texts = [_first_text(line, columns) for columns, lines in divide(pages, layout).tables for line in lines]
    spaced = _forms(texts, DATE_REGEXES)
    glued = _forms(texts, GLUED_REGEXES)
    most = max(spaced.values(), default=0), max(glued.values(), default=0)
    counts, is_glued = (glued, True) if most[1] > 2 * most[0] else (spaced, False)
    best = max(counts.values(), default=0)
    forms = [form for form, count in counts.items() if count * 2 > best]
    forms.sort(key=lambda form: ("y" not in form, -counts[form], "MMMM" in form))
    return [(form, is_glued) for form in forms]


def _first_text(line: Line, columns: Columns) -> str:
    words = [word for word in line.words if word.x1 > columns.left]
    if not words or words[0].x0 >= columns.text - 1:
        return ""
    return " ".join([word.text for word in words[:4]])


def _forms(texts: list[str], regexes: dict[str, re.Pattern[str]]) -> Counter[str]:
    return Counter(form for text in texts if text for form, pattern in regexes.items() if pattern.match(text))


def writing_of(pages: list[list[Line]], layout: StatementLayout) -> Iterator[StatementLayout]:
    """The layout with the ways of writing figures that its table shows: leaders, blanks, points, tolerance, the sign of debits."""
    tables = divide(pages, layout).tables
    words = [word for columns, lines in tables for line in lines for word in line.words if word.x1 > columns.figures]
    texts = {word.text.casefold() for word in words}
    leaders = any(_LEADERS.search(word.text) for _, lines in tables for line in lines for word in line.words)
    money = msgspec.structs.replace(
        layout.money,
        leaders=leaders,
        blank_words=tuple(sorted(BLANK_WORDS & texts)),
        nil_words=tuple(sorted(NIL_WORDS & texts)),
    )
    plain = msgspec.structs.replace(layout, money=money)
    spaced = msgspec.structs.replace(layout, money=msgspec.structs.replace(money, decimal_space=True))
    counts = [_figures(pages, candidate) for candidate in (plain, spaced)]
    chosen = spaced if counts[1] > 2 * counts[0] + 3 else plain
    for tolerance in _tolerances(pages, chosen):
        table = msgspec.structs.replace(chosen.table, tolerance=tolerance)
        yield _with_signs(pages, msgspec.structs.replace(chosen, table=table))


def _figures(pages: list[list[Line]], layout: StatementLayout) -> int:
    return sum(len(seen.cells.figures) for table in evidence_of(pages, layout) for seen in table)


def _tolerances(pages: list[list[Line]], layout: StatementLayout) -> list[int]:
    """How far from their headings figures end: the widest, then as far as those of most dated lines."""
    apart: dict[Column, Counter[int]] = {column: Counter() for column in MONEY_COLUMNS}
    for table in evidence_of(pages, layout):
        for seen in table:
            for word in seen.line.words if seen.has_amount else ():
                column = seen.columns.under(word.x1) if figure(word.text) else None
                if column:
                    apart[column][int(abs(dict(seen.columns.money)[column] - word.x1))] += 1
    usual = max((distances.most_common(1)[0][0] for distances in apart.values() if distances), default=0)
    return [layout.table.tolerance, min(max(usual + 5, 8), layout.table.tolerance - 1)]


def _with_signs(pages: list[list[Line]], layout: StatementLayout) -> StatementLayout:
    figures = [
        figure for table in evidence_of(pages, layout) for seen in table for column, figure in seen.cells.figures if column is Column.DEBIT
    ]
    negative = sum(figure.minus for figure in figures) * 2 > len(figures)
    return msgspec.structs.replace(layout, money=msgspec.structs.replace(layout.money, debit="negative" if negative else "positive"))
