"""Where tables begin: lines that name their columns."""

from __future__ import annotations

from collections import Counter
from typing import NamedTuple

from bowerbird.sdk.statement_layout import MONEY_COLUMNS, Column
from bowerbird.statements.pdf.lines import Line
from bowerbird.statements.search.vocabulary import DATE_HEADING, MONEY_HEADINGS

_LONGEST_TEXT = 45
"""Characters of the heading between the date's and the first of the money's."""
MAX_HEADERS = 3
"""Different headers of a document that are tried, those that stand most often first."""


class TableHeader(NamedTuple):
    """The headings of a table as they are printed, from left to right."""

    labels: tuple[tuple[Column, str], ...]

    @property
    def columns(self) -> frozenset[Column]:
        return frozenset(column for column, _ in self.labels)


def headers_of(pages: list[list[Line]]) -> list[TableHeader]:
    """The headers in a document, those that stand most often first; at the same number the first printed."""
    headers = Counter(header for lines in pages for line in lines if (header := header_in(line)))
    return [header for header, _ in headers.most_common(MAX_HEADERS)]


def header_in(line: Line) -> TableHeader | None:
    """The header on a line: a date's heading, a text's, and those of money up to the end of a text."""
    text = line.compact
    for date in DATE_HEADING.finditer(text):
        if not line.begins_text(date.start()):
            continue
        for start in range(date.end() + 1, min(date.end() + _LONGEST_TEXT, len(text))):
            money = _money_headings(text, start)
            if money and _make_a_table(money):
                columns = ((Column.DATE, date.start(), date.end()), (Column.DESCRIPTION, date.end(), start), *money)
                return TableHeader(tuple((column, printed(line, first, after)) for column, first, after in columns))
    return None


def _money_headings(text: str, start: int) -> list[tuple[Column, int, int]]:
    """The headings of money from a place on, one behind the other; (column, begin, end)."""
    headings: list[tuple[Column, int, int]] = []
    while start < len(text):
        tried = ((column, pattern.match(text, start)) for column, pattern in MONEY_HEADINGS.items())
        column, match = next(((column, match) for column, match in tried if match), (None, None))
        if match is None or column is None or any(column is other for other, _, _ in headings):
            break
        headings.append((column, match.start(), match.end()))
        start = match.end()
    return headings


def _make_a_table(money: list[tuple[Column, int, int]]) -> bool:
    has = {column for column, _, _ in money}
    two = {Column.DEBIT, Column.CREDIT} <= has and Column.AMOUNT not in has
    one = Column.AMOUNT in has and not {Column.DEBIT, Column.CREDIT} & has
    return (two or one) and has <= set(MONEY_COLUMNS)


def printed(line: Line, first: int, after: int) -> str:
    """The text between two places of a line's compact text, with the spaces between its words."""
    formats: list[str] = []
    place = 0
    for word in line.words:
        begin, end = max(first - place, 0), min(after - place, len(word.text))
        if begin < end:
            formats.append(word.text[begin:end])
        place += len(word.text)
    return " ".join(formats)
