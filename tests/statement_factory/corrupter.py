"""Ways to spoil a statement after it was printed: what a misread, a damaged file or a careless forger makes of it.

Only what the statement asserts is spoiled: its figures, its lines with figures, its pages. A word of a description can be changed in
any statement without contradicting it, so nothing could notice.
"""

from __future__ import annotations

import random
import re
from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace

from tests.statement_factory.pdf_canvas import Item, Specimen

Items = tuple[Item, ...]


def digit(dice: random.Random, specimen: Specimen) -> Items | None:
    """One digit of one figure is another one."""
    item = dice.choice(_facts(specimen))
    places = [place for place, letter in enumerate(item.text.text) if letter.isdigit()]
    if not places:
        return None
    place = dice.choice(places)
    text = item.text.text
    other = dice.choice([letter for letter in "0123456789" if letter != text[place]])
    return _changed(specimen, item, text[:place] + other + text[place + 1 :])


def line_removed(dice: random.Random, specimen: Specimen) -> Items | None:
    """A line with a figure is gone."""
    line = dice.choice(_facts(specimen)).line
    return tuple(item for item in specimen.items if item.line != line)


def line_doubled(dice: random.Random, specimen: Specimen) -> Items | None:
    """A line with a figure stands twice; what is below it moves down."""
    chosen = dice.choice(_facts(specimen))
    below = tuple(
        replace(item, y=item.y + 11) if item.page == chosen.page and item.y > chosen.y and item.line != chosen.line else item
        for item in specimen.items
    )
    return below + tuple(replace(item, y=item.y + 11) for item in specimen.items if item.line == chosen.line)


def page_removed(dice: random.Random, specimen: Specimen) -> Items | None:
    """A page is missing."""
    if specimen.pages < 2:
        return None
    page = dice.randrange(specimen.pages)
    return tuple(item for item in specimen.items if item.page != page)


def column_moved(dice: random.Random, specimen: Specimen) -> Items | None:
    """A figure of the table stands under another column."""
    figures = [item for item in _facts(specimen) if item.text.column]
    if len(specimen.columns) < 2 or not figures:
        return None
    item = dice.choice(figures)
    edge = specimen.columns[dice.choice([column for column in specimen.columns if column != item.text.column])]
    moved = replace(item, text=replace(item.text, side="right", x=edge))
    return tuple(moved if other is item else other for other in specimen.items)


def sign_flipped(dice: random.Random, specimen: Specimen) -> Items | None:
    """A figure has the other sign: CR is DR, a minus is gone or appears."""
    item = dice.choice(_facts(specimen))
    text = item.text.text
    for one, other in (("CR", "DR"), ("Cr", "Dr"), ("DR", "CR"), ("Dr", "Cr"), (" OD", ""), ("- ", "+ "), ("+ ", "- "), ("-", "")):
        if one in text:
            return _changed(specimen, item, text.replace(one, other))
    if "amount" in specimen.columns:
        return _changed(specimen, item, text + "-")
    return _changed(specimen, item, re.sub(r"(\$?\d)", r"-\1", text, count=1))


def rows_swapped(dice: random.Random, specimen: Specimen) -> Items | None:
    """Two transactions have changed places, dates and all. Those of the same amount would be the same."""
    heights: dict[int, list[tuple[int, float]]] = defaultdict(list)
    for item in specimen.items:
        if item.row is not None and (item.page, item.y) not in heights[item.row]:
            heights[item.row].append((item.page, item.y))
    rows = [row for row in heights if row < len(specimen.expected)]
    pairs = [
        (one, other)
        for one in rows
        for other in rows
        if one < other and len(heights[one]) == len(heights[other]) and specimen.expected[one].amount != specimen.expected[other].amount
    ]
    if not pairs:
        return None
    one, other = dice.choice(pairs)
    places = {one: dict(zip(heights[one], heights[other], strict=True)), other: dict(zip(heights[other], heights[one], strict=True))}
    moved = []
    for item in specimen.items:
        page, y = places.get(item.row if item.row is not None else -1, {}).get((item.page, item.y), (item.page, item.y))
        moved.append(replace(item, page=page, y=y))
    return tuple(moved)


CORRUPTIONS: dict[str, Callable[[random.Random, Specimen], Items | None]] = {
    "one digit of a figure": digit,
    "a line with a figure removed": line_removed,
    "a line with a figure doubled": line_doubled,
    "a page removed": page_removed,
    "a figure in another column": column_moved,
    "a sign flipped": sign_flipped,
    "two rows swapped": rows_swapped,
}


def _facts(specimen: Specimen) -> list[Item]:
    return [item for item in specimen.items if item.text.fact]


def _changed(specimen: Specimen, item: Item, text: str) -> Items:
    changed = replace(item, text=replace(item.text, text=text))
    return tuple(changed if other is item else other for other in specimen.items)
