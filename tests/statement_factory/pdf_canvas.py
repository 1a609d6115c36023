"""Texts at places on pages, kept apart until they are drawn, so that a corrupter can change one of them."""

from __future__ import annotations

import io
import random
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Literal

from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas

WIDTH, HEIGHT = 595, 842


@dataclass(frozen=True)
class Text:
    """A text to print: `x` is its left edge, or its right one where `side` is right. `fact` is a sum that the statement asserts."""

    x: float
    text: str
    side: Literal["left", "right"] = "left"
    column: str = ""
    fact: bool = False
    size: float = 8
    font: str = "Helvetica"
    white: bool = False


@dataclass(frozen=True)
class Item:
    """A text in its place. `line` numbers the lines of the whole document, `row` the transactions (None outside them)."""

    page: int
    y: float
    line: int
    row: int | None
    text: Text


@dataclass(frozen=True)
class Expected:
    """A transaction as it must be read."""

    day: date
    amount: int
    description: str
    balance: int | None
    made: date | None = None


@dataclass(frozen=True)
class Specimen:
    """A statement, and what it says. `columns` are the right edges of its money columns."""

    layout: str
    institution: str
    items: tuple[Item, ...]
    expected: tuple[Expected, ...]
    opening: int
    closing: int
    period: tuple[date, date]
    columns: dict[str, float]

    @property
    def pages(self) -> int:
        return 1 + max(item.page for item in self.items)

    def pdf(self, manner: Manner = "plain") -> bytes:
        return drawn(self.items, manner)


def left(x: float, text: str, **more: object) -> Text:
    return Text(x, text, **more)  # type: ignore[arg-type]


def right(x: float, text: str, column: str = "", fact: bool = True, **more: object) -> Text:
    return Text(x, text, "right", column, fact, **more)  # type: ignore[arg-type]


@dataclass
class Paper:
    """A statement being printed, line by line. A full page is turned in the middle of what is printed."""

    dice: random.Random
    turned: Callable[[], None] = lambda: None
    ending: Callable[[], None] = lambda: None
    pitch: float = 12.5
    items: list[Item] = field(default_factory=list)
    page: int = 0
    y: float = 50
    lines: int = 0
    bottom: float = 770
    shift: float = 0
    row: int | None = None
    _turning: bool = False

    @property
    def printed(self) -> tuple[Item, ...]:
        """What is printed; how many pages there are stands where `{pages}` does."""
        many = str(self.page + 1)
        return tuple(replace(item, text=replace(item.text, text=item.text.text.replace("{pages}", many))) for item in self.items)

    def line(self, *texts: Text, gap: float | None = None) -> None:
        """Print texts on one line and go down."""
        if self.y > self.bottom and not self._turning:
            self.turn()
        self.items += [Item(self.page, self.y, self.lines, self.row, replace(text, x=text.x + self.shift)) for text in texts]
        self.lines += 1
        self.y += gap or self.pitch

    def turn(self) -> None:
        """End the page and begin the next, which may end anywhere."""
        row, self.row, self._turning = self.row, None, True
        self.ending()
        self.page, self.y, self.shift = self.page + 1, 50, 2
        self.bottom = self.dice.randint(400, 770)
        self.turned()
        self.row, self._turning = row, False


Manner = Literal["plain", "shuffled", "letters"]
"""How a file is drawn: text by text in reading order, in any order, or letter by letter."""


def drawn(items: tuple[Item, ...], manner: Manner = "plain") -> bytes:
    """The PDF of all items."""
    file = io.BytesIO()
    canvas = Canvas(file, pagesize=(WIDTH, HEIGHT), invariant=True)
    pages: dict[int, list[Item]] = {}
    for item in items:
        pages.setdefault(item.page, []).append(item)
    for page in sorted(pages):
        texts = [(item.text, item.y) for item in pages[page]]
        if manner == "letters":
            texts = [(letter, y) for text, y in texts for letter in _letters(text)]
        if manner == "shuffled":
            random.Random(page).shuffle(texts)
        for text, y in texts:
            canvas.setFont(text.font, text.size)
            canvas.setFillGray(1 if text.white else 0)
            draw = canvas.drawString if text.side == "left" else canvas.drawRightString
            draw(text.x, HEIGHT - y, text.text)
        canvas.showPage()
    canvas.save()
    return file.getvalue()


def _letters(text: Text) -> list[Text]:
    """The letters of a text, each a text of its own in its place; spaces are left out, as many print engines do."""
    width = stringWidth(text.text, text.font, text.size)
    x = text.x - width if text.side == "right" else text.x
    found = []
    for letter in text.text:
        if letter != " ":
            found.append(replace(text, x=x, text=letter, side="left"))
        x += stringWidth(letter, text.font, text.size)
    return found


def cents(value: int) -> str:
    """1,234.56, without a sign."""
    return f"{abs(value) // 100:,}.{abs(value) % 100:02d}"


def day(when: date, form: str) -> str:
    """A date in a form of strftime; `-` before a letter leaves the leading zero out."""
    return when.strftime(form)


def page_of_lines(*lines: str, places: tuple[float, ...] = (50, 130, 430, 520, 300), top: int = 60) -> bytes:
    """A PDF of one page whose first line stands `top` points below its edge. A line's texts are parted by bars: from the third on they end
    at their place."""
    items = []
    for number, line in enumerate(lines):
        for place, (x, text) in enumerate(zip(places, line.split("|"), strict=False)):
            if text:
                items.append(Item(0, top + 14 * number, number, None, Text(x, text, "right" if place > 1 else "left")))
    return drawn(tuple(items))
