"""Which text a picture hides. The page is drawn with and without the picture, and with and without the text beneath it.

So transparency, masks, blending, clips, rotations and forms count as they look, however a file names them.
"""

from __future__ import annotations

from bisect import bisect_left
from math import sqrt
from operator import sub

from bowerbird.statements.alteration.drawn import Area, Drawn
from bowerbird.statements.alteration.signs import Box
from bowerbird.statements.pdf.handles import BYTES_PER_PIXEL, Canvas, Pixels, without_objects

_PIXELS_PER_POINT = 2
_MOST_PIXELS = 500_000
_WIDEST = 30_000
_MOST_VIEWS = 30
"""Groups of pictures looked at on one page. Those of more groups are taken to hide what they are drawn over."""
_LARGEST = 20_000
"""Points of a side. No page is as large, and pdfium does not draw every picture that is: a larger one is taken to hide all beneath."""
_HIDDEN = 4
"""A text is hidden when less than one part in so many of its contrast is left."""
_PAINTED = 48
"""How much a picture changes a byte of a pixel on average, at least, to hide text that is invisible without it too."""


class Views:
    """The views of one page, asked for in the order its pictures are drawn: one is kept at a time, as it holds megabytes."""

    def __init__(self, drawn: Drawn) -> None:
        self._drawn = drawn
        self._orders = [run.order for run in drawn.runs]
        self._made, self._earlier = 0, -1
        self._view: View | None = None

    def of(self, picture: Area) -> View | None:
        """The view of a picture and of those that no text parts from it; None for one too many or too large to look at."""
        left, bottom, right, top = picture.box
        if max(right - left, top - bottom) > _LARGEST:
            return None
        earlier = bisect_left(self._orders, picture.order)
        if earlier != self._earlier:
            self._made, self._earlier, self._view = self._made + 1, earlier, None
            if self._made <= _MOST_VIEWS:
                group = [area for area in self._drawn.areas if area.picture and bisect_left(self._orders, area.order) == earlier]
                self._view = View(self._drawn, group, earlier)
        return self._view


class View:
    """Pictures and the text drawn before them. Text drawn after them is left out: it stands on the pictures and hides nothing."""

    def __init__(self, drawn: Drawn, pictures: list[Area], earlier: int) -> None:
        self._pictures = [area.handle for area in pictures]
        self._text, self._later = ([run.handle for run in runs] for runs in (drawn.runs[:earlier], drawn.runs[earlier:]))
        box = _overlap(_around([area.box for area in pictures]), _around([run.box for run in drawn.runs[:earlier]]))
        self._canvas = _canvas(drawn, box)
        self._part = self._canvas.pixels(box)
        self._seen: dict[tuple[bool, bool], bytes] = {}

    def changes(self, box: Box) -> bool:
        """Whether the pictures change anything in a box."""
        part = self._within(box)
        return part is not None and self._rows(part, pictures=True, text=True) != self._rows(part, pictures=False, text=True)

    def hides(self, box: Box) -> bool:
        """Whether the pictures hide the text in a box: what is seen there changes, and hardly any of the text's contrast is left."""
        part = self._within(box)
        if part is None or 2 * _surface(part) <= _surface(self._canvas.pixels(box)) or not self.changes(box):
            return False
        with_both, without_pictures = self._rows(part, pictures=True, text=True), self._rows(part, pictures=False, text=True)
        before = _contrast(without_pictures, self._rows(part, pictures=False, text=False))
        if not before:
            return _contrast(with_both, without_pictures) > _PAINTED * len(with_both)
        return _contrast(with_both, self._rows(part, pictures=True, text=False)) * _HIDDEN < before

    def _within(self, box: Box) -> Pixels | None:
        mine, its = self._part, self._canvas.pixels(box)
        left, top, right, bottom = max(mine[0], its[0]), max(mine[1], its[1]), min(mine[2], its[2]), min(mine[3], its[3])
        return (left, top, right, bottom) if left < right and top < bottom else None

    def _rows(self, part: Pixels, *, pictures: bool, text: bool) -> bytes:
        seen = self._seen.get((pictures, text))
        if seen is None:
            with without_objects([*self._later, *(() if pictures else self._pictures), *(() if text else self._text)]):
                seen = self._seen[pictures, text] = self._canvas.drawn(self._part)
        left, top, right, _ = self._part
        row = (right - left) * BYTES_PER_PIXEL
        start, end = (part[0] - left) * BYTES_PER_PIXEL, (part[2] - left) * BYTES_PER_PIXEL
        return b"".join(seen[y * row + start : y * row + end] for y in range(part[1] - top, part[3] - top))


def _canvas(drawn: Drawn, box: Box) -> Canvas:
    """The page in as many pixels as make a box of it large enough to see letters in, and no larger than the bound."""
    width, height = drawn.size
    left, top, right, bottom = Canvas(drawn.page, _side(width), _side(height)).pixels(box)
    surface = max(1, right - left) * max(1, bottom - top)
    scale = min(_PIXELS_PER_POINT, sqrt(_MOST_PIXELS / surface), _WIDEST / max(width, height, 1))
    return Canvas(drawn.page, _side(width * scale), _side(height * scale))


def _side(length: float) -> int:  # not money: points
    return max(1, min(_WIDEST, round(length)))


def _surface(part: Pixels) -> int:
    return (part[2] - part[0]) * (part[3] - part[1])


def _contrast(one: bytes, other: bytes) -> int:
    return sum(map(abs, map(sub, one, other)))


def _around(boxes: list[Box]) -> Box:
    lefts, bottoms, rights, tops = zip(*boxes, strict=True)
    return min(lefts), min(bottoms), max(rights), max(tops)


def _overlap(one: Box, other: Box) -> Box:
    return max(one[0], other[0]), max(one[1], other[1]), min(one[2], other[2]), min(one[3], other[3])
