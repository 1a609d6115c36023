"""Which text is hidden by what was drawn later, as it looks: the page is drawn with and without it, and with and without the text.

So transparency, masks, blending, clips, rotations, forms, lines, shadings and drawn letters count as they look, however a file names
them, and what several of them hide together counts as well.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import reduce
from math import sqrt
from operator import sub
from typing import NamedTuple

from bowerbird.statements.alteration.drawn import Drawn, Run
from bowerbird.statements.alteration.painted import Paint, shared
from bowerbird.statements.alteration.signs import Box
from bowerbird.statements.pdf.handles import Canvas, Pixels, without_objects

_PIXELS_PER_POINT = 2
_MAX_PIXELS = 500_000
_WIDEST = 30_000
_MAX_LAYERS = 6
"""Texts on one another that are looked at. What stands deeper counts as hidden by what was drawn over it."""
_HIDDEN = 4
"""A text is hidden when less than one part in so many of its contrast is left."""
_NOWHERE = (float("inf"), float("inf"), float("-inf"), float("-inf"))  # not money: points
_PAINTED = 48
"""How much paint changes a byte of a pixel on average, at least, to hide text that is invisible without it too."""


class PaintedOver(NamedTuple):
    """A run of text and what was drawn over it later."""

    run: Run
    paints: list[Paint]


class View:
    """The texts of a page that something was drawn over, with and without that; other text is left out.

    Texts that stand on one another are in different layers: each layer is drawn by itself.
    """

    def __init__(self, drawn: Drawn, covered: list[PaintedOver], layers: dict[int, int]) -> None:
        self._layers = layers
        self._painted = {each.run.order: each.paints for each in covered}
        self._paints = {paint.area.order: paint.area.handle for each in covered for paint in each.paints}
        self._switched = {run.order: run.handle for run in drawn.runs} | self._paints
        box = _around(shared(each.run.box, _around(paint.box for paint in each.paints)) for each in covered)
        self._canvas = _canvas(drawn, box)
        self._part = self._canvas.pixels(box)
        self._seen: dict[tuple[int, bool, bool], bytes] = {}

    def changes(self, run: Run) -> bool:
        """Whether the paint changes anything in a text's box."""
        layer = self._layers[run.order]
        part = self._within(run.box)
        if part is None or layer >= _MAX_LAYERS:
            return part is not None
        return self._rows(layer, part, paints=True, text=True) != self._rows(layer, part, paints=False, text=True)

    def hides(self, run: Run, box: Box) -> bool:
        """Whether the text in a small box is hidden: paint lies on most of the box, and hardly any of the text's contrast is left."""
        layer, painted = self._layers[run.order], [shared(paint.box, box) for paint in self._painted[run.order]]
        beneath = _around(part for part in painted if part[0] < part[2] and part[1] < part[3])
        part = self._within(beneath)
        if part is None or (beneath != box and 2 * _surface(part) <= _surface(self._canvas.pixels(box))):
            return False
        if layer >= _MAX_LAYERS:
            return True
        text_painted, text = (self._rows(layer, part, paints=paints, text=True) for paints in (True, False))
        if text_painted == text:
            return False
        before = _contrast(text, self._rows(layer, part, paints=False, text=False))
        left = _contrast(text_painted, self._rows(layer, part, paints=True, text=False))
        return left * _HIDDEN < before if before else not left and _contrast(text_painted, text) > _PAINTED * len(text)

    def _within(self, box: Box) -> Pixels | None:
        mine, its = self._part, self._canvas.pixels(box)
        left, top, right, bottom = max(mine[0], its[0]), max(mine[1], its[1]), min(mine[2], its[2]), min(mine[3], its[3])
        return (left, top, right, bottom) if left < right and top < bottom else None

    def _rows(self, layer: int, part: Pixels, *, paints: bool, text: bool) -> bytes:
        seen = self._seen.get((layer, paints, text))
        if seen is None:
            seen = self._seen[layer, paints, text] = self._drawn(layer, paints, text)
        left, top, right, _ = self._part
        rows = range((part[1] - top) * (right - left), (part[3] - top) * (right - left), right - left)
        return b"".join(seen[row + part[0] - left : row + part[2] - left] for row in rows)

    def _drawn(self, layer: int, paints: bool, text: bool) -> bytes:
        texts = {order for order, of in self._layers.items() if of == layer}
        shown = (texts if text else set()) | (self._paints.keys() - texts if paints else set())
        with without_objects([handle for order, handle in self._switched.items() if order not in shown]):
            return self._canvas.drawn(self._part)


def _canvas(drawn: Drawn, box: Box) -> Canvas:
    """The page in as many pixels as make a box of it large enough to see letters in, and no larger than the bound."""
    width, height = drawn.size
    left, top, right, bottom = Canvas(drawn.page, _side(width), _side(height)).pixels(box)
    surface = max(1, right - left) * max(1, bottom - top)
    scale = min(_PIXELS_PER_POINT, sqrt(_MAX_PIXELS / surface), _WIDEST / max(width, height, 1))
    return Canvas(drawn.page, _side(width * scale), _side(height * scale))


def _side(length: float) -> int:  # not money: points
    return max(1, min(_WIDEST, round(length)))


def _surface(part: Pixels) -> int:
    return (part[2] - part[0]) * (part[3] - part[1])


def _contrast(one: bytes, other: bytes) -> int:
    return sum(map(abs, map(sub, one, other)))


def _around(boxes: Iterable[Box]) -> Box:
    """The box of boxes; an empty one of none."""
    return reduce(_joined, boxes, _NOWHERE)


def _joined(one: Box, other: Box) -> Box:
    return min(one[0], other[0]), min(one[1], other[1]), max(one[2], other[2]), max(one[3], other[3])
