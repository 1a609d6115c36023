"""One line of a table → its date, its text and the figures under the money columns."""

from __future__ import annotations

import re
from datetime import date
from typing import NamedTuple

from bowerbird.sdk.statement_layout import Column, StatementLayout
from bowerbird.statements.pdf.figures import SUFFIXES, Figure, figure
from bowerbird.statements.pdf.lines import Line, with_points
from bowerbird.statements.pdf.page_words import Word
from bowerbird.statements.pdf.printed_dates import date_pattern, matched_date
from bowerbird.statements.pdf.table import Columns
from bowerbird.statements.refusal import broken, shown

_LEADERS = re.compile(r"[.…]{2,}|…")
_MONEY_INSIDE = re.compile(r"\d\.\d\d(?!\d)", re.ASCII)
_NIL = Figure(0, False, "")


class Cells(NamedTuple):
    """What a line of the table says. `day` is None where no date is printed, `made` where no second one is."""

    day: date | None
    text: str
    figures: list[tuple[Column, Figure]]
    made: date | None = None


class CellReader:
    """Splits the lines of a table by a layout. Raises StatementRefused for money that no column explains."""

    def __init__(self, layout: StatementLayout, period: tuple[date, date]) -> None:
        self.period = period
        self.days: dict[str, date | None] = {}
        self.two_days = layout.rows.days
        self.leaders, self.decimal_space = layout.money.leaders, layout.money.decimal_space
        self.nothing = frozenset(word.casefold() for word in (*layout.money.blank_words, "$"))
        self.nil = frozenset(word.casefold() for word in layout.money.nil_words)
        boundary = "" if layout.rows.glued else r"(?![A-Za-z0-9])"
        self.dates = [re.compile(date_pattern(form) + boundary, re.IGNORECASE) for form in layout.rows.dates]

    def read(self, line: Line, columns: Columns) -> Cells:
        words = line.words
        if words[0].x1 <= columns.left:
            words = [word for word in words if word.x1 > columns.left]
        if self.leaders:
            words = _without_leaders(words)
        if not words:
            return Cells(None, "", [])
        texts: list[str] = []
        figures: list[tuple[Column, Figure]] = []
        limit = columns.figures
        for index, word in enumerate(words):
            if word.x1 > limit:
                figures = self._figures(line, columns, words[index:], texts)
                break
            texts.append(word.text)
        text = " ".join(texts)
        if words[0].x0 < columns.text - 1 and text:
            day, rest = self._dated(text)
            if day and self.two_days != "posted":
                other, description = self._dated(rest)
                days = (day, other) if self.two_days == "posted-made" else (other, day)
                return Cells(days[0], description, figures, days[1]) if other else Cells(day, rest, figures)
            return Cells(day, rest, figures)
        return Cells(None, text, figures)

    def _dated(self, text: str) -> tuple[date | None, str]:
        """The date that a text begins with, and what follows; None and the text where it begins with none."""
        for pattern in self.dates:
            match = pattern.match(text)
            if match and (day := self._day(match)):
                return day, text[match.end() :].lstrip()
        return None, text

    def _day(self, match: re.Match[str]) -> date | None:
        printed = match[0]
        if printed not in self.days:
            self.days[printed] = matched_date(match, self.period)
        return self.days[printed]

    def _figures(self, line: Line, columns: Columns, words: list[Word], texts: list[str]) -> list[tuple[Column, Figure]]:
        """The figures among words that reach into the money columns; what is no figure goes to the texts."""
        if self.decimal_space:
            words = with_points(words)
        figures: list[tuple[Column, Figure]] = []
        follows = False
        for word in words:
            text = word.text
            parsed = figure(text)
            if parsed:
                column = columns.under(word.x1)
                if column is None:
                    raise broken(line, f"the figure {text} stands under no column")
                figures.append((column, parsed))
            elif follows and text.upper() in SUFFIXES:
                column, parsed = figures[-1]
                figures[-1] = (column, parsed._replace(suffix=text.upper()))
            elif text.casefold() in self.nil and (column := columns.under(word.x1)):
                figures.append((column, _NIL))
            elif _MONEY_INSIDE.search(text):
                raise broken(line, f"the word {shown(text)} holds money and is no figure")
            elif text.casefold() not in self.nothing:
                texts.append(text)
            follows = parsed is not None
        return figures


def _without_leaders(words: list[Word]) -> list[Word]:
    """Words without rows of dots. One that a row of dots divides becomes two; each keeps its outer edge."""
    kept: list[Word] = []
    for word in words:
        if "." not in word.text and "…" not in word.text:
            kept.append(word)
            continue
        left, *rest = _LEADERS.split(word.text, maxsplit=1)
        right = rest[0].lstrip(".") if rest else ""
        if not rest or not (left or right):
            kept += [] if rest or word.text == "." else [word]
            continue
        middle = (word.x0 + word.x1) / 2
        if left:
            kept.append(Word(left, word.x0, middle if right else word.x0, word.y, word.size))
        if right:
            kept.append(Word(right, middle, word.x1, word.y, word.size))
    return kept
