"""What a page draws, in the order it is drawn: runs of text, opaque areas and pictures, as cheaply as the engine gives them."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import NamedTuple

import pypdfium2 as pdfium
import pypdfium2.raw as c

from bowerbird.statements.alteration.signs import Box
from bowerbird.statements.pdf.handles import RawHandle, opened_page, opened_text

_TEXT, _PATH, _IMAGE, _FORM = c.FPDF_PAGEOBJ_TEXT, c.FPDF_PAGEOBJ_PATH, c.FPDF_PAGEOBJ_IMAGE, c.FPDF_PAGEOBJ_FORM
_OPAQUE = 255
_NESTED = 4
_MOST_CHARACTERS = 100_000
_LONG_LINE = 250


class Run(NamedTuple):
    """Text set by one operator: all of it in one font."""

    order: int
    box: Box
    font: int
    handle: RawHandle


class Area(NamedTuple):
    """Something filled with an opaque colour, or a picture; `frame` places it when it stands in a form."""

    order: int
    box: Box
    handle: RawHandle
    picture: bool
    frame: pdfium.PdfMatrix | None


class Glyph(NamedTuple):
    """A character and where it stands."""

    box: Box
    letter: str


@dataclass(slots=True)
class Drawn:
    """One page. `objects` counts everything, `own_runs` the text outside of forms; `frames` are where forms are drawn.

    `opened` is what `close` frees.
    """

    number: int
    page: pdfium.PdfPage
    opened: ExitStack
    size: tuple[float, float]  # not money: points
    runs: list[Run] = field(default_factory=list)
    areas: list[Area] = field(default_factory=list)
    objects: int = 0
    own_runs: int = 0
    frames: list[Box] = field(default_factory=list)
    complete: bool = True
    _text: pdfium.PdfTextPage | None = None
    _glyphs: dict[int, list[Glyph]] | None = None

    def text(self) -> pdfium.PdfTextPage:
        """The page's characters, made on first use."""
        if self._text is None:
            self._text = self.opened.enter_context(opened_text(self.page))
        return self._text

    def says(self, run: Run) -> str:
        """The text of one run."""
        text = self.text().raw
        length = c.FPDFTextObj_GetText(run.handle, text, None, 0)
        buffer = ctypes.create_string_buffer(max(2, length))
        c.FPDFTextObj_GetText(run.handle, text, ctypes.cast(buffer, ctypes.POINTER(c.FPDF_WCHAR)), length)
        return buffer.raw[: max(0, length - 2)].decode("utf-16-le", "replace").strip()

    def glyphs(self, run: Run) -> list[Glyph]:
        """The visible characters that a run sets, with their boxes; no more than a long line has."""
        if self._glyphs is None:
            self._glyphs = {}
            text = self.text()
            for index in range(min(text.count_chars(), _MOST_CHARACTERS)):
                if not (letter := chr(c.FPDFText_GetUnicode(text, index))).isspace():
                    left, bottom, right, top = text.get_charbox(index)
                    run_address = address(c.FPDFText_GetTextObject(text, index))
                    self._glyphs.setdefault(run_address, []).append(Glyph((left, bottom, right, top), letter))
        return self._glyphs.get(address(run.handle), [])[:_LONG_LINE]

    def is_picture(self) -> bool:
        """Whether one picture fills the page."""
        width, height = self.size
        return any(area.picture and _surface(area.box) >= 0.8 * width * height for area in self.areas)  # not money: share of the page

    def is_framed(self) -> bool:
        """Whether one form fills the page and holds all of its text."""
        width, height = self.size
        return self.own_runs == 0 and any(_surface(box) >= 0.5 * width * height for box in self.frames)  # not money: share of the page

    def close(self) -> None:
        """Free the page, and with it every handle of its runs and areas."""
        self.opened.close()


def address(handle: RawHandle) -> int:
    """Where the engine keeps something: its name among the things of one open document."""
    return ctypes.cast(handle, ctypes.c_void_p).value or 0


def draw(document: pdfium.PdfDocument, index: int, most: int) -> Drawn:
    """Walk through the objects of a page, 0 the first, at most so many. Raises PdfiumError for a page that cannot be loaded.

    The page stays open until the caller closes what is returned.
    """
    with ExitStack() as until_walked:
        page = until_walked.enter_context(opened_page(document, index))
        drawn = Drawn(index + 1, page, ExitStack(), page.get_size())
        walk = _Walk(drawn, most)
        walk.objects(c.FPDFPage_CountObjects(page), lambda place: c.FPDFPage_GetObject(page, place), None, 0)
        drawn.complete = drawn.objects < most
        drawn.opened = until_walked.pop_all()
        return drawn


def _surface(box: Box) -> float:  # not money: square points
    return max(0, box[2] - box[0]) * max(0, box[3] - box[1])


class _Walk:
    """The walk through one page, with the four numbers that the engine writes bounds to."""

    def __init__(self, drawn: Drawn, most: int) -> None:
        self.drawn, self.most = drawn, most
        self._bounds = [ctypes.c_float() for _ in range(4)]
        self._pointers = [ctypes.byref(number) for number in self._bounds]
        self._mode, self._stroke = ctypes.c_int(), c.FPDF_BOOL()
        self._colour = [ctypes.c_uint() for _ in range(4)]

    def objects(self, count: int, nth: Callable[[int], RawHandle], matrix: pdfium.PdfMatrix | None, depth: int) -> None:
        drawn, kind_of = self.drawn, c.FPDFPageObj_GetType
        for index in range(min(count, self.most - drawn.objects)):
            handle = nth(index)
            kind = kind_of(handle)
            drawn.objects += 1
            if kind == _TEXT:
                if box := self._box(handle, matrix):
                    font = address(c.FPDFTextObj_GetFont(handle))
                    drawn.own_runs += matrix is None
                    drawn.runs.append(Run(drawn.objects, box, font, handle))
            elif (kind == _PATH and self._is_opaque(handle)) or kind == _IMAGE:
                if box := self._box(handle, matrix):
                    drawn.areas.append(Area(drawn.objects, box, handle, kind == _IMAGE, matrix))
            elif kind == _FORM and depth < _NESTED:
                self._form(handle, matrix, depth)

    def _form(self, form: RawHandle, outer: pdfium.PdfMatrix | None, depth: int) -> None:
        if box := self._box(form, outer):
            self.drawn.frames.append(box)
        inner = c.FS_MATRIX()
        c.FPDFPageObj_GetMatrix(form, inner)
        matrix = pdfium.PdfMatrix.from_raw(inner)
        if outer is not None:
            matrix = matrix.multiply(outer)
        self.objects(c.FPDFFormObj_CountObjects(form), lambda index: c.FPDFFormObj_GetObject(form, index), matrix, depth + 1)

    def _box(self, handle: RawHandle, matrix: pdfium.PdfMatrix | None) -> Box | None:
        if not c.FPDFPageObj_GetBounds(handle, *self._pointers):
            return None
        left, bottom, right, top = (number.value for number in self._bounds)
        return (left, bottom, right, top) if matrix is None else matrix.on_rect(left, bottom, right, top)

    def _is_opaque(self, path: RawHandle) -> bool:
        if not c.FPDFPath_GetDrawMode(path, self._mode, self._stroke) or self._mode.value == c.FPDF_FILLMODE_NONE:
            return False
        c.FPDFPageObj_GetFillColor(path, *self._colour)
        return self._colour[3].value == _OPAQUE and not c.FPDFPageObj_HasTransparency(path)


def near(runs: list[Run], most: int) -> Iterator[tuple[Run, Run]]:
    """Pairs of runs whose boxes share most of the smaller one's height and some width. Stops after so many comparisons."""
    by_height = sorted((run for run in runs if run.box[3] > run.box[1]), key=lambda run: run.box[1] + run.box[3])
    compared = 0
    for place, (_, (left, bottom, right, top), _, _) in enumerate(by_height):
        middle, reach = bottom + top, top - bottom
        for other in by_height[place + 1 :]:
            other_left, other_bottom, other_right, other_top = other.box
            compared += 1
            if other_bottom + other_top - middle > reach or compared > most:
                break
            if other_left < right - 1 and left < other_right - 1:
                yield by_height[place], other
        if compared > most:
            return
