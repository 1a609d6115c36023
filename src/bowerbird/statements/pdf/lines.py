"""Words → the lines of a page, from top to bottom, each from left to right."""

from __future__ import annotations

import re
from operator import attrgetter

from bowerbird.statements.pdf.page_words import PageWords, Word

_SAME_LINE = 2.4  # not money: points between baselines of one line; lines of a statement are nine or more apart
_APART = 12.0  # not money: points between words that belong to different texts
_WHOLE = re.compile(r"[-–]?\$?\d[\d,]*\Z", re.ASCII)
_PART = re.compile(r"\d\d(?:CR|DR|OD)?-?\Z", re.ASCII | re.IGNORECASE)
_BY_BASELINE = attrgetter("y")
_BY_LEFT = attrgetter("x0")


def compact(text: str) -> str:
    """Text as labels are compared: without whitespace, without case."""
    return "".join(text.split()).casefold()


class Line:
    """Words of one baseline. `row` is its number on the page, 1 the top."""

    __slots__ = ("_compact", "page", "row", "words", "y")

    def __init__(self, page: int, row: int, words: list[Word]) -> None:
        self.page, self.row, self.words, self.y = page, row, words, words[0].y
        self._compact: str | None = None

    @property
    def compact(self) -> str:
        text = self._compact
        if text is None:
            text = self._compact = compact("".join([word.text for word in self.words]))
        return text

    @property
    def text(self) -> str:
        return " ".join([word.text for word in self.words])

    def texts(self) -> list[list[Word]]:
        """The words, parted where more than a space lies between them."""
        groups: list[list[Word]] = []
        edge = -_APART
        for word in self.words:
            if word.x0 - edge >= _APART:
                groups.append([])
            groups[-1].append(word)
            edge = word.x1
        return groups

    def begins_text(self, place: int) -> bool:
        """Whether a place of the compact text is the beginning of a text that stands apart."""
        for words in self.texts():
            if place <= 0:
                break
            place -= sum(len(word.text) for word in words)
        return place == 0

    def after(self, place: int) -> str:
        """The text, with its spaces, that follows a place of the compact text."""
        for index, word in enumerate(self.words):
            if place < len(word.text):
                return " ".join([word.text[place:], *(other.text for other in self.words[index + 1 :])])
            place -= len(word.text)
        return ""


def lines_of(page: PageWords) -> list[Line]:
    """The lines of a page. Words whose baselines differ by less than a line's height share one."""
    lines: list[list[Word]] = []
    current: list[Word] = []
    limit = -1.0  # not money: points
    for word in sorted(page.words, key=_BY_BASELINE):
        if word.y > limit:
            current = []
            lines.append(current)
            limit = word.y + _SAME_LINE
        current.append(word)
    for words in lines:
        words.sort(key=_BY_LEFT)
    return [Line(page.number, row, words) for row, words in enumerate(lines, 1)]


def with_points(words: list[Word]) -> list[Word]:
    """Words in which `27` and, right behind it, `82` are `27.82`."""
    joined: list[Word] = []
    for word in words:
        last = joined[-1] if joined else None
        if last and word.x0 - last.x1 < word.size and _WHOLE.match(last.text) and _PART.match(word.text):
            joined[-1] = Word(f"{last.text}.{word.text}", last.x0, word.x1, last.y, last.size)
        else:
            joined.append(word)
    return joined
