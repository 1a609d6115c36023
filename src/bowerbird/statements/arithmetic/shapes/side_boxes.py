"""A box of sums and notices that stands right of the rows on a page, on lines of its own.

Its lines fall between those of the rows and on them. Taken apart, each is a line outside the table, whose labelled sums must agree.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bowerbird.sdk.statement_layout import FigureKind
from bowerbird.statements.arithmetic.marked_lines import Points
from bowerbird.statements.arithmetic.printed_sums import Decimals, sums_in
from bowerbird.statements.arithmetic.surroundings import kind_of, side_of
from bowerbird.statements.arithmetic.vocabulary import folded
from bowerbird.statements.pdf.lines import Line
from bowerbird.statements.pdf.page_words import Word

_ALIGNED = 2.0  # not money: points between left edges of one box
_GUTTER = 12.0  # not money: points between the rows and the box
_RIGHT = 0.5  # not money: the share of the page's width right of which a box stands
_MIN_LINES, _MIN_ROWS, _MIN_SUMS = 3, 2, 2
"""Lines that are the box's alone, rows below it, and sums of the account in it."""


def with_boxes_apart(pages: Sequence[Sequence[Line]]) -> list[list[Line]]:
    """The lines of each page, those of a box first and without the rows beside them."""
    return [_apart(page) for page in pages]


def _apart(page: Sequence[Line]) -> list[Line]:
    left = next((left for left in _lefts(page) if _is_box(page, left)), None)
    if left is None:
        return list(page)
    boxed, rest = [], []
    for line in page:
        beside = _words(line, left)
        if beside:
            boxed.append(_line(line, beside))
        if kept := [word for word in line.words if word.x0 < left - _ALIGNED]:
            rest.append(_line(line, kept) if beside else line)
    return boxed + rest


def _line(like: Line, words: list[Word]) -> Line:
    line = Line(like.page, like.row, words)
    line.y = like.y
    return line


def _words(line: Line, left: Points) -> list[Word]:
    return [word for word in line.words if word.x0 >= left - _ALIGNED]


def _lefts(page: Sequence[Line]) -> Iterator[Points]:
    """Where several lines begin, right of the middle of the page's words."""
    right = max((line.words[-1].x1 for line in page), default=0)
    found = [line.words[0].x0 for line in page if line.words[0].x0 > _RIGHT * right]
    for left in sorted(set(found)):
        if sum(abs(other - left) <= _ALIGNED for other in found) >= _MIN_LINES:
            yield left


def _is_box(page: Sequence[Line], left: Points) -> bool:
    """Whether all that stands right of an edge is a box: nothing crosses its edge, it names sums of the account, and rows go on below it
    that end left of it."""
    beside = [line for line in page if _words(line, left)]
    top, bottom = beside[0].y, beside[-1].y
    within = [word.x1 for line in page if top <= line.y <= bottom for word in line.words if word.x0 < left - _ALIGNED]
    if not within or max(within) > left - _GUTTER or any(abs(_words(line, left)[0].x0 - left) > _ALIGNED for line in beside):
        return False
    texts = [" ".join([word.text for word in _words(line, left)]) for line in beside]
    below = [line for line in page if line.y > bottom and _has_sum(line.text) and line.words[-1].x1 < left - _GUTTER]
    return len(below) >= _MIN_ROWS and len({kind for text in texts if (kind := _kind(text))}) >= _MIN_SUMS


def _has_sum(text: str) -> bool:
    return bool(sums_in(text, Decimals.POINT) or sums_in(text, Decimals.COMMA))


def _kind(text: str) -> FigureKind | None:
    """What the sum of a line is, by the words before it."""
    found = sums_in(text, Decimals.POINT) or sums_in(text, Decimals.COMMA)
    label = text[: found[0].begin] if found else ""
    return kind_of(label) or side_of(folded(label))
