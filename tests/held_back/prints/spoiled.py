"""Held-back prints spoiled word by word: what a misread or a damaged file makes of them, without drawing them again.

`python -m tests.held_back.prints.spoiled FOLDER SEEDS MANY [DICE]` prints, by the way of spoiling, how many are refused, read as before,
read with rows missing, and read with a changed row.
"""

from __future__ import annotations

import random
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from enum import StrEnum
from pathlib import Path

from msgspec.structs import replace

from bowerbird.statements.pdf.lines import lines_of
from bowerbird.statements.pdf.page_words import PageWords, Word
from bowerbird.statements.pdf.words import read_words
from bowerbird.statements.refusal import StatementRefused
from bowerbird.statements.search.without_layout import read_without_layout
from tests.held_back.prints.composed import kinds as composed_kinds
from tests.held_back.prints.every import KINDS, write
from tests.held_back.prints.score import COMPOSED

Pages = list[PageWords]
Rows = Counter[tuple[str, int, int | None]]
"""Days, amounts and balances. Words are not compared: a word that is misread contradicts nothing."""
_FIGURE = re.compile(r"(?:[-+(]|[^\d\s.,-]{0,3})\d[\d.,'\u2019]*(?:[.,]\d\d)?[-+)]?(?:\(?[A-Za-z]{1,2}\)?)?")


class Outcome(StrEnum):
    """What comes of a spoiled print."""

    REFUSED = "refused"
    UNCHANGED = "read as before"
    MISSING = "rows missing"
    CHANGED = "CHANGED"


def read(pages: Pages) -> Rows | None:
    """The rows of all accounts; None where the print is refused."""
    try:
        found = read_without_layout(pages)
    except StatementRefused:
        return None
    return Counter((str(row.posted), row.amount, row.balance) for one in found.accounts for row in one.transactions)


def _figures(pages: Pages) -> list[tuple[int, Word]]:
    """The words that are sums: those that have two decimals or groups, and stand in the right half."""
    found = []
    for place, page in enumerate(pages):
        for word in page.words:
            digits = sum(letter.isdigit() for letter in word.text)
            if digits >= 3 and word.x1 > page.width * 0.45 and _FIGURE.fullmatch(word.text) and not re.fullmatch(r"\d+", word.text):
                found.append((place, word))
    return found


def _with(pages: Pages, place: int, words: Iterable[Word]) -> Pages:
    return [replace(page, words=list(words)) if index == place else page for index, page in enumerate(pages)]


def digit(dice: random.Random, pages: Pages) -> Pages | None:
    """One digit of one figure is another one."""
    figures = _figures(pages)
    if not figures:
        return None
    place, word = dice.choice(figures)
    at = dice.choice([index for index, letter in enumerate(word.text) if letter.isdigit()])
    other = dice.choice([letter for letter in "0123456789" if letter != word.text[at]])
    changed = replace(word, text=word.text[:at] + other + word.text[at + 1 :])
    return _with(pages, place, [changed if each is word else each for each in pages[place].words])


def _line(pages: Pages, dice: random.Random) -> tuple[int, list[Word]] | None:
    figures = _figures(pages)
    if not figures:
        return None
    place, word = dice.choice(figures)
    return place, next(line.words for line in lines_of(pages[place]) if word in line.words)


def line_removed(dice: random.Random, pages: Pages) -> Pages | None:
    """A line with a figure is gone."""
    chosen = _line(pages, dice)
    if chosen is None:
        return None
    place, gone = chosen
    return _with(pages, place, [word for word in pages[place].words if not any(word is each for each in gone)])


def line_doubled(dice: random.Random, pages: Pages) -> Pages | None:
    """A line with a figure stands twice; what is below moves down."""
    chosen = _line(pages, dice)
    if chosen is None:
        return None
    place, twice = chosen
    y = twice[0].y
    words = [replace(word, y=word.y + 11) if word.y > y + 2.4 else word for word in pages[place].words]
    return _with(pages, place, [*words, *(replace(word, y=word.y + 11) for word in twice)])


def page_removed(dice: random.Random, pages: Pages) -> Pages | None:
    """A page is missing."""
    if len(pages) < 2:
        return None
    gone = dice.randrange(len(pages))
    return [page for index, page in enumerate(pages) if index != gone]


def moved(dice: random.Random, pages: Pages) -> Pages | None:
    """A figure stands under another column."""
    figures = _figures(pages)
    if not figures:
        return None
    place, word = dice.choice(figures)
    edge = dice.choice(sorted({round(each.x1) for at, each in figures if at == place}))
    shift = edge - word.x1
    if abs(shift) < 20:
        return None
    away = replace(word, x0=word.x0 + shift, x1=word.x1 + shift)
    return _with(pages, place, [away if each is word else each for each in pages[place].words])


def sign_flipped(dice: random.Random, pages: Pages) -> Pages | None:
    """A figure has the other sign."""
    figures = _figures(pages)
    if not figures:
        return None
    place, word = dice.choice(figures)
    text = word.text
    for one, other in (("CR", "DR"), ("Cr", "Dr"), ("DR", "CR"), ("Dr", "Cr"), ("-", ""), ("+", "-"), ("(", "")):
        if one in text:
            text = text.replace(one, other).replace(")", "" if one == "(" else ")")
            break
    else:
        text = "-" + text
    changed = replace(word, text=text)
    return _with(pages, place, [changed if each is word else each for each in pages[place].words])


WAYS: dict[str, Callable[[random.Random, Pages], Pages | None]] = {
    "one digit of a figure": digit,
    "a line with a figure removed": line_removed,
    "a line with a figure doubled": line_doubled,
    "a page removed": page_removed,
    "a figure in another column": moved,
    "a sign flipped": sign_flipped,
}


def outcome(before: Rows, after: Rows | None) -> Outcome:
    """What became of the rows."""
    if after is None:
        return Outcome.REFUSED
    if after == before:
        return Outcome.UNCHANGED
    return Outcome.MISSING if not after - before else Outcome.CHANGED


def trials(prints: Iterable[tuple[str, bytes]], many: int) -> Iterator[tuple[str, str, int, Outcome]]:
    """`many` corruptions of every way for each print that is read: its name, the way, the throw and what came of it."""
    for name, data in prints:
        pages = read_words(data)
        before = read(pages)
        if before is None:
            continue
        for way, spoil in WAYS.items():
            for throw in range(many):
                worse = spoil(random.Random(f"{name} {way} {throw}"), pages)
                if worse is not None:
                    yield name, way, throw, outcome(before, read(worse))


def without_each_page(prints: Iterable[tuple[str, bytes]]) -> Iterator[tuple[str, int, Outcome]]:
    """What comes of each print of several pages when one of them is missing: its name, the page, and the outcome."""
    for name, data in prints:
        pages = read_words(data)
        before = read(pages)
        if before is None or len(pages) < 2:
            continue
        for gone in range(len(pages)):
            yield name, gone + 1, outcome(before, read([page for place, page in enumerate(pages) if place != gone]))


def main() -> None:
    """Print what is read though it was spoiled, and the counts."""
    folder, seeds, many = Path(sys.argv[1]), tuple(sys.argv[2].split(",")), int(sys.argv[3])
    chosen = composed_kinds(COMPOSED, sys.argv[4]) if len(sys.argv) > 4 else KINDS
    made = write(folder, seeds, (14,), chosen)
    counts: Counter[tuple[str, Outcome]] = Counter()
    for name, way, throw, came in trials(((path.name, path.read_bytes()) for path in made), many):
        counts[way, came] += 1
        if came in {Outcome.CHANGED, Outcome.MISSING}:
            sys.stdout.write(f"{came:14} {name:44} {way} {throw}\n")
    for way in WAYS:
        sys.stdout.write(f"{way:32} " + " ".join(f"{one}: {counts[way, one]:5}" for one in Outcome) + "\n")
    sys.stdout.write(f"{sum(counts.values())} corruptions\n")


if __name__ == "__main__":
    main()
