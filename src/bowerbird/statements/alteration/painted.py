"""Whether an area really paints over a point: a box says where it may, outline and clip (of a picture, how it looks) where it does."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Iterator

import pypdfium2 as pdfium
import pypdfium2.raw as c

from bowerbird.statements.alteration.drawn import Area
from bowerbird.statements.alteration.hidden import View
from bowerbird.statements.alteration.signs import Box
from bowerbird.statements.pdf.handles import RawHandle

Point = tuple[float, float]  # not money: a place on the page
Outline = list[list[Point]]

_MOST_SEGMENTS = 400
_MOST_CLIPS = 20


class Paint:
    """What one area paints, looked at once and asked about many places. `box` is what is left of its box after clipping.

    `view` shows a picture on its page; a picture without one is taken for opaque.
    """

    def __init__(self, area: Area, view: View | None) -> None:
        self._picture, self._view = area.picture, view
        clip = c.FPDFPageObj_GetClipPath(area.handle)
        paths = range(max(0, min(_MOST_CLIPS, c.FPDFClipPath_CountPaths(clip)))) if clip else range(0)
        self._clips = [_clip_outline(clip, index, area.frame) for index in paths]
        self.box = area.box
        for applied in self._clips:
            self.box = _shared(self.box, _around(applied))
        self._outline, self._even_odd = ([], False) if area.picture else _path_outline(area)

    def reaches(self, box: Box) -> bool:
        """Whether a box is worth looking at letter by letter."""
        return self._view.changes(box) if self._view else self.covers(box)

    def covers(self, box: Box) -> bool:
        """Whether a small box is hidden: by a picture as it looks, by a shape when most points along the box's middle are inside."""
        if self._view:
            return self._view.hides(box)
        left, bottom, right, top = box
        points = [(left + (right - left) * share / 8, (bottom + top) / 2) for share in (1, 3, 4, 5, 7)]
        return sum(map(self._paints, points)) * 2 > len(points)

    def _paints(self, point: Point) -> bool:
        if not all(_contains(clip, point, False) for clip in self._clips):
            return False
        return self._picture or _contains(self._outline, point, self._even_odd)


def _around(outline: Outline) -> Box:
    points = [point for polygon in outline for point in polygon] or [(0, 0)]
    xs, ys = [x for x, _ in points], [y for _, y in points]
    return min(xs), min(ys), max(xs), max(ys)


def _shared(one: Box, other: Box) -> Box:
    return max(one[0], other[0]), max(one[1], other[1]), min(one[2], other[2]), min(one[3], other[3])


def _path_outline(area: Area) -> tuple[Outline, bool]:
    own = c.FS_MATRIX()
    c.FPDFPageObj_GetMatrix(area.handle, own)
    matrix = pdfium.PdfMatrix.from_raw(own)
    if area.frame is not None:
        matrix = matrix.multiply(area.frame)
    mode, stroke = ctypes.c_int(), c.FPDF_BOOL()
    c.FPDFPath_GetDrawMode(area.handle, mode, stroke)
    count = c.FPDFPath_CountSegments(area.handle)
    outline = _outline(count, lambda index: c.FPDFPath_GetPathSegment(area.handle, index), matrix)
    return outline, mode.value == c.FPDF_FILLMODE_ALTERNATE


def _clip_outline(clip: RawHandle, path: int, frame: pdfium.PdfMatrix | None) -> Outline:
    count = c.FPDFClipPath_CountPathSegments(clip, path)
    return _outline(count, lambda index: c.FPDFClipPath_GetPathSegment(clip, path, index), frame)


def _outline(count: int, nth: Callable[[int], RawHandle], matrix: pdfium.PdfMatrix | None) -> Outline:
    """Closed polygons; a curve is taken for the lines between its control points. None for what is too long to look at."""
    outline: Outline = []
    x, y = ctypes.c_float(), ctypes.c_float()
    for index in range(count if 0 < count <= _MOST_SEGMENTS else 0):
        segment = nth(index)
        c.FPDFPathSegment_GetPoint(segment, x, y)
        point = matrix.on_point(x.value, y.value) if matrix is not None else (x.value, y.value)
        if c.FPDFPathSegment_GetType(segment) == c.FPDF_SEGMENT_MOVETO or not outline:
            outline.append([])
        outline[-1].append(point)
    return outline


def _edges(outline: Outline) -> Iterator[tuple[Point, Point]]:
    for polygon in outline:
        yield from zip(polygon, polygon[1:] + polygon[:1], strict=True)


def _contains(outline: Outline, point: Point, even_odd: bool) -> bool:
    x, y = point
    crossings = winding = 0
    for (x1, y1), (x2, y2) in _edges(outline):
        if (y1 > y) != (y2 > y) and x < (x2 - x1) * (y - y1) / (y2 - y1) + x1:
            crossings += 1
            winding += 1 if y2 > y1 else -1
    return crossings % 2 == 1 if even_odd else winding != 0
