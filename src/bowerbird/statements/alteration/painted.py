"""Where an area really paints: its box says where it may, its outline, its clip and the width of its line where it does."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Iterator

import pypdfium2 as pdfium
import pypdfium2.raw as c

from bowerbird.statements.alteration.drawn import PATH, PICTURE, Area
from bowerbird.statements.alteration.signs import Box
from bowerbird.statements.pdf.handles import RawHandle

Point = tuple[float, float]  # not money: a place on the page
Outline = list[list[Point]]
Edges = list[tuple[Point, Point]]

_MAX_SEGMENTS = 400
_MAX_CLIPS = 20


class Paint:
    """What one area paints, looked at once and asked about many places. `box` is what is left of its box after clipping."""

    def __init__(self, area: Area) -> None:
        self.area = area
        clip = c.FPDFPageObj_GetClipPath(area.handle)
        paths = range(max(0, min(_MAX_CLIPS, c.FPDFClipPath_CountPaths(clip)))) if clip else range(0)
        clips = [_clip_outline(clip, index, area.frame) for index in paths]
        self.box = area.box
        for applied in clips:
            self.box = shared(self.box, around(applied))
        self._clips = [_edges(applied) for applied in clips]
        self._outline: Outline = []
        self._edges: Edges = []
        self._even_odd, self._filled, self._line_width = False, True, 0
        if area.kind == PATH:
            self._look_at_path()

    def boxes(self, box: Box) -> list[Box]:
        """What it may paint of a box: one box for a filled shape, one for each piece of a line."""
        pieces = [self.box] if self._filled else [shared(self.box, piece) for piece in self._pieces()]
        return [part for part in (shared(piece, box) for piece in pieces) if part[0] < part[2] and part[1] < part[3]]

    def reaches(self, box: Box) -> bool:
        """Whether a box is worth looking at letter by letter."""
        left, bottom, right, top = part = shared(self.box, box)
        if not any(_crosses(edge, part) for edges in (self._edges, *self._clips) for edge in edges):
            return self.paints(((left + right) / 2, (bottom + top) / 2))
        points = [(left + (right - left) * x / 8, bottom + (top - bottom) * y / 4) for x in (1, 3, 4, 5, 7) for y in (1, 3)]
        parts = [shared(around([polygon]), part) for polygon in self._outline]
        points += [((piece[0] + piece[2]) / 2, (piece[1] + piece[3]) / 2) for piece in parts]
        return any(map(self.paints, points))

    def paints(self, point: Point) -> bool:
        """Whether an opaque area hides a point."""
        if not (self.box[0] <= point[0] <= self.box[2] and self.box[1] <= point[1] <= self.box[3]):
            return False
        if not all(_contains(clip, point, False) for clip in self._clips):
            return False
        return self.area.kind == PICTURE or _contains(self._edges, point, self._even_odd)

    def _pieces(self) -> Iterator[Box]:
        """The boxes of the pieces of a line; the whole box where it is too long to look at."""
        half = self._line_width / 2
        if not self._edges:
            yield self.box
        for (x1, y1), (x2, y2) in self._edges:
            yield min(x1, x2) - half, min(y1, y2) - half, max(x1, x2) + half, max(y1, y2) + half

    def _look_at_path(self) -> None:
        path, own = self.area.handle, c.FS_MATRIX()
        c.FPDFPageObj_GetMatrix(path, own)
        matrix = pdfium.PdfMatrix.from_raw(own)
        if self.area.frame is not None:
            matrix = matrix.multiply(self.area.frame)
        mode, stroke, width = ctypes.c_int(), c.FPDF_BOOL(), ctypes.c_float()
        c.FPDFPath_GetDrawMode(path, mode, stroke)
        count = c.FPDFPath_CountSegments(path)
        self._outline = _outline(count, lambda index: c.FPDFPath_GetPathSegment(path, index), matrix)
        self._edges = _edges(self._outline)
        self._even_odd, self._filled = mode.value == c.FPDF_FILLMODE_ALTERNATE, bool(mode.value)
        if not self._filled and c.FPDFPageObj_GetStrokeWidth(path, width):
            self._line_width = width.value * max(abs(matrix.a) + abs(matrix.c), abs(matrix.b) + abs(matrix.d))


def around(outline: Outline) -> Box:
    """The box of polygons."""
    points = [point for polygon in outline for point in polygon] or [(0, 0)]
    xs, ys = [x for x, _ in points], [y for _, y in points]
    return min(xs), min(ys), max(xs), max(ys)


def shared(one: Box, other: Box) -> Box:
    """What two boxes share; right < left or top < bottom where they share nothing."""
    return max(one[0], other[0]), max(one[1], other[1]), min(one[2], other[2]), min(one[3], other[3])


def _clip_outline(clip: RawHandle, path: int, frame: pdfium.PdfMatrix | None) -> Outline:
    count = c.FPDFClipPath_CountPathSegments(clip, path)
    return _outline(count, lambda index: c.FPDFClipPath_GetPathSegment(clip, path, index), frame)


def _outline(count: int, nth: Callable[[int], RawHandle], matrix: pdfium.PdfMatrix | None) -> Outline:
    """Closed polygons; a curve is taken for the lines between its control points. None for what is too long to look at."""
    outline: Outline = []
    x, y = ctypes.c_float(), ctypes.c_float()
    for index in range(count if 0 < count <= _MAX_SEGMENTS else 0):
        segment = nth(index)
        c.FPDFPathSegment_GetPoint(segment, x, y)
        point = matrix.on_point(x.value, y.value) if matrix is not None else (x.value, y.value)
        if c.FPDFPathSegment_GetType(segment) == c.FPDF_SEGMENT_MOVETO or not outline:
            outline.append([])
        outline[-1].append(point)
    return outline


def _edges(outline: Outline) -> Edges:
    return [edge for polygon in outline for edge in zip(polygon, [*polygon[1:], polygon[0]], strict=True)]


def _crosses(edge: tuple[Point, Point], box: Box) -> bool:
    """Whether a line may cross a box."""
    (x1, y1), (x2, y2) = edge
    return min(x1, x2) < box[2] and box[0] < max(x1, x2) and min(y1, y2) < box[3] and box[1] < max(y1, y2)


def _contains(edges: Edges, point: Point, even_odd: bool) -> bool:
    x, y = point
    crossings = winding = 0
    for (x1, y1), (x2, y2) in edges:
        if (y1 > y) != (y2 > y) and x < (x2 - x1) * (y - y1) / (y2 - y1) + x1:
            crossings += 1
            winding += 1 if y2 > y1 else -1
    return crossings % 2 == 1 if even_odd else winding != 0
