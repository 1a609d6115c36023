"""The lines of a document with the days and sums on them, each with its place on the page."""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import NamedTuple

from bowerbird.statements.arithmetic.cell_days import with_codes_beside, with_joined_days, with_whole_days, without_days_beneath
from bowerbird.statements.arithmetic.printed_days import PrintedDay, days_in
from bowerbird.statements.arithmetic.printed_sums import Decimals, PrintedSum, sums_in, with_code
from bowerbird.statements.pdf.lines import Line

Points = float  # not money: points on a page

_SPACE = 0.75  # not money: heights of the font; a wider gap parts two texts
_LEADERS = re.compile(r"(?<![\d])[.…·_]{2,}|[…·_]+|(?<=\s)\.(?=\s)|(?<=\d\d)[.…]{3,}")
_NO_WORDS = frozenset({"$", "€", "£", "¥", "₹", "|", "-", "blank"})
"""What stands in a cell and is no word of a row."""


class PlacedDay(NamedTuple):
    """A day and the edges of its text."""

    day: PrintedDay
    left: Points
    right: Points


class PlacedSum(NamedTuple):
    """A sum and the edges of its text; `digits` is the right edge of its digits."""

    sum: PrintedSum
    left: Points
    right: Points
    digits: Points


class MarkedLine:
    """A line as one text in which a tab parts what stands apart, with the days and sums on it."""

    __slots__ = ("_begins", "_words", "days", "line", "number", "size", "sums", "text")

    def __init__(self, line: Line, number: int, decimals: Decimals, *, is_of_era: bool = False) -> None:
        self.line, self.number = line, number
        parts: list[str] = []
        self._begins: list[int] = []
        place, edge = 0, None
        for word in line.words:
            if edge is not None:
                parts.append(" " if word.x0 - edge < _SPACE * word.size else "\t")
                place += 1
            self._begins.append(place)
            parts.append(word.text)
            place += len(word.text)
            edge = word.x1
        self._words = line.words
        self.size = line.words[0].size
        self.text = _LEADERS.sub(lambda match: "\t" * len(match[0]), "".join(parts))
        has_digit = any(letter.isdigit() for letter in self.text)
        self.days = (
            [PlacedDay(day, self.left(day.begin), self.right(day.end)) for day in days_in(self.text, is_of_era=is_of_era)]
            if has_digit
            else []
        )
        self.sums = [self._placed(with_code(self.text, found)) for found in sums_in(self.text, decimals)] if has_digit else []

    @property
    def page(self) -> int:
        return self.line.page

    @property
    def y(self) -> Points:
        return self.line.y

    def _placed(self, found: PrintedSum) -> PlacedSum:
        return PlacedSum(found, self.left(found.begin), self.right(found.end), self.right(found.digits))

    def left(self, place: int) -> Points:
        """The left edge of the character at a place of the text."""
        index = max(bisect_right(self._begins, place) - 1, 0)
        word = self._words[index]
        inside = min(place - self._begins[index], len(word.text))
        return word.x0 + (word.x1 - word.x0) * inside / len(word.text)

    def right(self, place: int) -> Points:
        """The right edge of the character before a place of the text."""
        index = max(bisect_right(self._begins, place - 1) - 1, 0)
        word = self._words[index]
        inside = min(place - self._begins[index], len(word.text))
        return word.x0 + (word.x1 - word.x0) * inside / len(word.text)

    def is_among_words(self, placed: PlacedSum) -> bool:
        """Whether other words stand beside a sum, no more than a space from it."""
        begin = self.text.rfind("\t", 0, placed.sum.begin) + 1
        before, behind = self.text[begin : placed.sum.begin], self.text[placed.sum.end :].split("\t", 1)[0]
        return bool(before.strip() or behind.strip())

    def cells_without(self, spans: list[tuple[int, int]]) -> list[tuple[Points, str]]:
        """The texts of the line that stand apart, each with its left edge, without some parts of its text."""
        letters = list(self.text)
        for begin, end in spans:
            letters[begin:end] = "\t" * (end - begin)
        found = re.finditer(r"[^\t ](?:[^\t]*[^\t ])?", "".join(letters))
        return [(self.left(match.start()), match[0]) for match in found if match[0].casefold() not in _NO_WORDS]

    def words_without(self, spans: list[tuple[int, int]]) -> str:
        """The words of the line but for some parts of its text, and for signs of currencies that stand alone."""
        letters = list(self.text)
        for begin, end in spans:
            letters[begin:end] = "\t" * (end - begin)
        cells = [" ".join(cell.split()) for cell in "".join(letters).split("\t")]
        return " ".join([cell for cell in cells if cell and (not spans or cell.casefold() not in _NO_WORDS)])


def marked_lines(pages: list[list[Line]], decimals: Decimals) -> list[MarkedLine]:
    """All lines of a document, in their order."""
    lines = with_joined_days(without_days_beneath([line for page in pages for line in with_whole_days(with_codes_beside(page))], decimals))
    is_of_era = any("令和" in line.text and "年月日" in line.text for line in lines)
    return [MarkedLine(line, number, decimals, is_of_era=is_of_era) for number, line in enumerate(lines)]
