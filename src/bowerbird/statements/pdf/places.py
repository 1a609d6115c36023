"""From lines and signs to boxes on the pages: where a statement says what was read."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import pypdfium2 as pdfium

from bowerbird.statements.alteration.signs import Sign
from bowerbird.statements.pdf.annotations import TENTHS, Box, Size
from bowerbird.statements.pdf.handles import opened_page
from bowerbird.statements.pdf.lines import Line
from bowerbird.statements.pdf.page_words import PageWords
from bowerbird.statements.refusal import SourceLocation

_ABOVE, _BELOW = 0.8, 0.3  # not money: heights of the font that a word rises above its baseline, and falls below it
_PADDING = 2
"""Points around a line."""


def size_of(page: PageWords) -> Size:
    return Size(round(page.width * TENTHS), round(page.height * TENTHS))


def sizes_of(document: pdfium.PdfDocument) -> list[Size]:
    """Of every page, as it is shown. A page that cannot be loaded has none of its own."""
    sizes = []
    for index in range(len(document)):
        try:
            with opened_page(document, index) as page:
                left, bottom, right, top = page.get_bbox()
        except pdfium.PdfiumError:
            left = bottom = right = top = 0
        sizes.append(Size(round((right - left) * TENTHS), round((top - bottom) * TENTHS)))
    return sizes


def boxes_of(lines: Sequence[Line]) -> list[Box]:
    """The boxes around lines that follow one another, one for each page they are on. Words of a line stand in their order."""
    boxes: list[Box] = []
    start, count = 0, len(lines)
    while start < count:
        page, end = lines[start].page, start + 1
        left, right = lines[start].words[0].x0, lines[start].words[-1].x1
        while end < count and lines[end].page == page:
            words = lines[end].words
            left, right = min(left, words[0].x0), max(right, words[-1].x1)
            end += 1
        first, last = lines[start], lines[end - 1]
        top = first.y - _ABOVE * first.words[0].size - _PADDING
        bottom = last.y + _BELOW * last.words[0].size + _PADDING
        boxes.append(_box(page, left - _PADDING, top, right + _PADDING, bottom))
        start = end
    return boxes


def _box(page: int, left: float, top: float, right: float, bottom: float) -> Box:  # not money: points
    return Box(page, round(left * TENTHS), round(top * TENTHS), round(right * TENTHS), round(bottom * TENTHS))


def box_at(pages: Sequence[Sequence[Line]], place: SourceLocation) -> Box | None:
    """The box of the line at a place; None for a place that is printed nowhere."""
    return boxes_at(pages, [place])[0]


def boxes_at(pages: Sequence[Sequence[Line]], places: Iterable[SourceLocation | None]) -> list[Box | None]:
    """The box of each place, in their order."""
    numbered = {lines[0].page: lines for lines in pages}

    def box(place: SourceLocation | None) -> Box | None:
        lines = numbered.get(place.page) if place else None
        return boxes_of([lines[place.row - 1]])[0] if place and lines and 0 < place.row <= len(lines) else None

    return [box(place) for place in places]


def box_of_sign(sign: Sign, pages: Sequence[Size]) -> Box | None:
    """The box of a sign of alteration, which counts from the bottom of its page; None where it is the file's as a whole."""
    if sign.where is None or not 0 < sign.page <= len(pages):
        return None
    height = pages[sign.page - 1].height / TENTHS
    left, bottom, right, top = sign.where
    return _box(sign.page, left - _PADDING, height - top - _PADDING, right + _PADDING, height - bottom + _PADDING)
