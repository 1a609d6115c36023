"""Signs of text that something was drawn over later: by one thing of any kind, or by several together."""

from __future__ import annotations

import ctypes
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from itertools import count

import pypdfium2.raw as c

from bowerbird.statements.alteration.drawn import TEXT, Area, Drawn, Glyph, Run, letters_on
from bowerbird.statements.alteration.hidden import PaintedOver, View
from bowerbird.statements.alteration.painted import Paint
from bowerbird.statements.alteration.signs import Box, Sign, SignKind

_NARROW = 3  # points: what is narrower hides no two figures
_MIN_HEIGHT = 3
"""Paint on less than one part in so many of a text's height is a rule of a table, or a line under or through a word."""
_WATERMARK = 4
_MAX_TOUCHES = 100_000
_MAX_PAINTED_OVER = 2_000

Pairs = list[tuple[Run, Run]]


def covered_signs(drawn: Drawn, pairs: Pairs) -> Iterator[Sign]:
    """One sign a page: paint that came after the text beneath it. `pairs` are the runs of the page that overlap."""
    touched = _Touched(drawn, pairs)
    covered = touched.enough()[:_MAX_PAINTED_OVER]
    words = None
    for each, beneath in _beneath(drawn, covered, pairs):
        if sum(map(str.isdigit, beneath)) >= 2 and not _is_watermark(each) and not _drawn_again(drawn, each):
            yield Sign(SignKind.COVERED_TEXT, "something was drawn over figures that are still there", drawn.number, each.run.box)
            return
        words = words or (each.run.box if sum(map(str.isalnum, beneath)) >= 2 else None)
    if words:
        yield Sign(SignKind.COVERED_WORDS, "something was drawn over words that are still there", drawn.number, words)
    if not touched.complete or len(covered) == _MAX_PAINTED_OVER:
        yield Sign(SignKind.NOT_ALL_EXAMINED, "more is drawn over text than is looked at", drawn.number)


class _Touched:
    """Every run with the boxes that later paint may have of it."""

    def __init__(self, drawn: Drawn, pairs: Pairs) -> None:
        self._runs = sorted(drawn.runs, key=_middle)
        self._middles = [_middle(run) for run in self._runs]
        self._reach = max((run.box[3] - run.box[1] for run in self._runs), default=0) / 2
        self._by_run: dict[int, tuple[Run, list[Paint], list[Box]]] = {}
        self._looked = 0
        first = min((run.order for run in self._runs), default=0)
        for area in drawn.areas:
            if area.order > first:
                self._touch(area)
        for earlier, later in map(_by_order, pairs):
            if not _is_far_higher(later.box, earlier.box) and _colour(earlier) != _colour(later):
                self._add(earlier, Paint(Area(later.order, later.box, later.handle, TEXT, False, later.frame)))

    @property
    def complete(self) -> bool:
        return self._looked <= _MAX_TOUCHES

    def enough(self) -> list[PaintedOver]:
        """The runs of which all that touches them together may hide two figures."""
        return [PaintedOver(run, paints) for run, paints, boxes in self._by_run.values() if _may_hide(run.box, boxes)]

    def _touch(self, area: Area) -> None:
        if any(self._beneath(area.order, area.box)):
            paint = Paint(area)
            for run in self._beneath(area.order, paint.box):
                self._add(run, paint)

    def _beneath(self, order: int, box: Box) -> Iterator[Run]:
        left, bottom, right, top = box
        low, high = bisect_left(self._middles, bottom - self._reach), bisect_right(self._middles, top + self._reach)
        for run in self._runs[low:high]:
            self._looked += 1
            if self._looked > _MAX_TOUCHES:
                return
            if run.order < order and run.box[0] < right and left < run.box[2] and run.box[1] < top and bottom < run.box[3]:
                yield run

    def _add(self, run: Run, paint: Paint) -> None:
        if boxes := paint.boxes(run.box):
            _, paints, all_boxes = self._by_run.setdefault(run.order, (run, [], []))
            paints.append(paint)
            all_boxes += boxes


def _may_hide(box: Box, boxes: list[Box]) -> bool:
    height = _length((part[1], part[3]) for part in boxes)
    return height * _MIN_HEIGHT >= box[3] - box[1] and _length((part[0], part[2]) for part in boxes) > _NARROW


def _length(spans: Iterable[tuple[float, float]]) -> float:  # not money: points
    """How much spans cover together."""
    length, reached = 0.0, float("-inf")  # not money: points
    for start, end in sorted(spans):
        length += max(0, end - max(start, reached))
        reached = max(reached, end)
    return length


def _beneath(drawn: Drawn, covered: list[PaintedOver], pairs: Pairs) -> Iterator[tuple[PaintedOver, str]]:
    """The hidden characters of each run: first those that opaque shapes hide, then, where anything else was drawn, as it looks."""
    by_looks = []
    for each in covered:
        opaque = [paint for paint in each.paints if paint.area.opaque]
        if any(paint.reaches(each.run.box) for paint in opaque):
            yield each, "".join(glyph.letter for glyph in drawn.glyphs(each.run) if _inside(glyph.box, opaque))
        if len(opaque) < len(each.paints):
            by_looks.append(each)
    view = View(drawn, by_looks, _layers(by_looks, pairs)) if by_looks else None
    for each in by_looks:
        if view and view.changes(each.run):
            hidden = [glyph for glyph in drawn.glyphs(each.run) if view.hides(each.run, glyph.box)]
            yield each, "".join(glyph.letter for glyph in _without_twins(drawn, each, hidden))


def _inside(box: Box, paints: list[Paint]) -> bool:
    """Whether opaque areas together hide at least half of the points of a small box."""
    left, bottom, right, top = box
    points = [(left + (right - left) * x / 8, bottom + (top - bottom) * y / 5) for x in (1, 4, 7) for y in (1, 2, 3, 4)]
    return 2 * sum(any(paint.paints(point) for paint in paints) for point in points) >= len(points)


def _without_twins(drawn: Drawn, each: PaintedOver, hidden: list[Glyph]) -> list[Glyph]:
    """Those on which no letter that hides them is the same letter, as of a text drawn twice to look bold or to have a shadow."""
    letters = {paint.area.order for paint in each.paints if paint.area.kind == TEXT}
    over = [glyph for run in drawn.runs if run.order in letters for glyph in drawn.glyphs(run)] if letters and hidden else []
    return [glyph for glyph in hidden if glyph.letter not in letters_on(glyph, over)]


def _layers(covered: list[PaintedOver], pairs: Pairs) -> dict[int, int]:
    """By the order of a run its layer: of two that overlap, each has another."""
    beneath: dict[int, set[int]] = {each.run.order: set() for each in covered}
    for earlier, later in map(_by_order, pairs):
        if earlier.order in beneath and later.order in beneath:
            beneath[later.order].add(earlier.order)
    layers: dict[int, int] = {}
    for order in sorted(beneath):
        taken = {layers[earlier] for earlier in beneath[order]}
        layers[order] = next(layer for layer in count() if layer not in taken)
    return layers


def _is_watermark(each: PaintedOver) -> bool:
    """Whether all that was drawn over a text is text in far higher letters."""
    return all(paint.area.kind == TEXT and _is_far_higher(paint.box, each.run.box) for paint in each.paints)


def _is_far_higher(one: Box, other: Box) -> bool:
    return one[3] - one[1] > _WATERMARK * (other[3] - other[1])


def _drawn_again(drawn: Drawn, each: PaintedOver) -> bool:
    """Whether the same text follows on top, as where a design draws itself twice; of twins the engine gives one text alone."""
    first = min(paint.area.order for paint in each.paints)
    on_top = [other for other in drawn.runs if other.order > first and _twins(other.box, each.run.box)]
    return any(drawn.says(other) in {"", drawn.says(each.run)} for other in on_top)


def _twins(one: Box, other: Box) -> bool:
    return all(abs(mine - its) < 2 for mine, its in zip(one, other, strict=True))


def _by_order(pair: tuple[Run, Run]) -> tuple[Run, Run]:
    one, other = pair
    return (one, other) if one.order < other.order else (other, one)


def _colour(run: Run) -> tuple[int, ...]:
    colour = [ctypes.c_uint() for _ in range(4)]
    c.FPDFPageObj_GetFillColor(run.handle, *colour)
    return tuple(part.value for part in colour)


def _middle(run: Run) -> float:  # not money: points
    return (run.box[1] + run.box[3]) / 2
