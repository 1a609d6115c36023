"""From lines and signs to boxes on the pages: where a statement says what was read."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import pypdfium2 as pdfium

from bowerbird.statements.alteration.signs import Sign
from bowerbird.statements.lines import Line
from bowerbird.statements.marked import TENTHS, Box, Size
from bowerbird.statements.page_words import PageWords
from bowerbird.statements.refusal import Place

_ABOVE, _BELOW = 0.8, 0.3  # not money: heights of the font that a word rises above its baseline, and falls below it
_PADDING = 2
"""Points around a line."""


def size_of(page: PageWords) -> Size:
    return Size(round(page.width * TENTHS), round(page.height * TENTHS))


def sizes_of(document: pdfium.PdfDocument) -> list[Size]:
    """Of every page, as it is shown. A page that cannot be loaded has none of its own."""
    found = []
    for index in range(len(document)):
        try:
            page = document[index]
        except pdfium.PdfiumError:
            found.append(Size(0, 0))
            continue
        left, bottom, right, top = page.get_bbox()
        found.append(Size(round((right - left) * TENTHS), round((top - bottom) * TENTHS)))
        page.close()
    return found


def boxes_of(lines: Iterable[Line]) -> list[Box]:
    """The boxes around lines that follow one another, one for each page they are on."""
    found: list[Box] = []
    for line in lines:
        box = _box_of(line)
        if found and found[-1].page == box.page:
            found[-1] = _around(found[-1], box)
        else:
            found.append(box)
    return found


def box_at(pages: Sequence[Sequence[Line]], place: Place) -> Box | None:
    """The box of the line at a place; None for a place that is printed nowhere."""
    return boxes_at(pages, [place])[0]


def boxes_at(pages: Sequence[Sequence[Line]], places: Iterable[Place]) -> list[Box | None]:
    """The box of each place, in their order."""
    numbered = {lines[0].page: lines for lines in pages}
    return [
        _box_of(lines[place.row - 1]) if (lines := numbered.get(place.page)) and 0 < place.row <= len(lines) else None for place in places
    ]


def _box_of(line: Line) -> Box:
    """Of the words from the first to the last: they stand in their order."""
    first, last, y = line.words[0], line.words[-1], line.y
    tallest = first.size if first.size > last.size else last.size
    return Box(
        line.page,
        round((first.x0 - _PADDING) * TENTHS),
        round((y - _ABOVE * tallest - _PADDING) * TENTHS),
        round((last.x1 + _PADDING) * TENTHS),
        round((y + _BELOW * tallest + _PADDING) * TENTHS),
    )


def _around(one: Box, other: Box) -> Box:
    return Box(one.page, min(one.left, other.left), min(one.top, other.top), max(one.right, other.right), max(one.bottom, other.bottom))


def box_of_sign(sign: Sign, pages: Sequence[Size]) -> Box | None:
    """The box of a sign of alteration, which counts from the bottom of its page; None where it is the file's as a whole."""
    if sign.where is None or not 0 < sign.page <= len(pages):
        return None
    height = pages[sign.page - 1].height / TENTHS
    left, bottom, right, top = sign.where
    edges = (left - _PADDING, height - top - _PADDING, right + _PADDING, height - bottom + _PADDING)
    return Box(sign.page, *(round(edge * TENTHS) for edge in edges))
