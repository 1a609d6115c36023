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

TEXT, PATH, PICTURE, SHADING = c.FPDF_PAGEOBJ_TEXT, c.FPDF_PAGEOBJ_PATH, c.FPDF_PAGEOBJ_IMAGE, c.FPDF_PAGEOBJ_SHADING
_FORM = c.FPDF_PAGEOBJ_FORM
_OPAQUE = 255
_NESTED = 40
"""Forms in forms. The engine draws none that is deeper."""
_LARGEST = 20_000
"""Points of a side. No page is as large, and the engine does not draw every picture that is: a larger one counts as opaque."""
_MAX_CHARACTERS = 100_000
_LONG_LINE = 250


class Run(NamedTuple):
    """Text set by one operator: all of it in one font. `frame` places it when it stands in a form."""

    order: int
    box: Box
    font: int
    handle: RawHandle
    frame: pdfium.PdfMatrix | None


class Area(NamedTuple):
    """Something that paints: a shape, a line, a picture, a shading, text in drawn letters (`kind` is the engine's).

    It is opaque when it hides all that is inside its outline; how anything else looks only a drawing shows. `frame` places it
    when it stands in a form. `filled` is False for a shape of which only the outline is drawn.
    """

    order: int
    box: Box
    handle: RawHandle
    kind: int
    opaque: bool
    frame: pdfium.PdfMatrix | None
    filled: bool = True


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
            for index in range(min(text.count_chars(), _MAX_CHARACTERS)):
                if not (letter := chr(c.FPDFText_GetUnicode(text, index))).isspace():
                    left, bottom, right, top = text.get_charbox(index)
                    run_address = address(c.FPDFText_GetTextObject(text, index))
                    self._glyphs.setdefault(run_address, []).append(Glyph((left, bottom, right, top), letter))
        return self._glyphs.get(address(run.handle), [])[:_LONG_LINE]

    def is_picture(self) -> bool:
        """Whether one picture fills the page."""
        width, height = self.size
        most = 0.8 * width * height  # not money: share of the page
        return any(area.kind == PICTURE and _surface(area.box) >= most for area in self.areas)

    def is_framed(self) -> bool:
        """Whether one form fills the page and holds all of its text."""
        width, height = self.size
        return self.own_runs == 0 and any(_surface(box) >= 0.5 * width * height for box in self.frames)  # not money: share of the page

    def close(self) -> None:
        """Free the page, and with it every handle of its runs and areas."""
        self.opened.close()


def address(handle: RawHandle) -> int:
    """Where the engine keeps something: its name among the things of one open document."""
    return ctypes.addressof(handle.contents) if handle else 0


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
    """The walk through one page, with the numbers that the engine writes bounds, modes and colours to."""

    def __init__(self, drawn: Drawn, most: int) -> None:
        self.drawn, self.most = drawn, most
        self._bounds = (ctypes.c_float * 4)()
        self._pointers = [ctypes.byref(ctypes.c_float.from_buffer(self._bounds, 4 * place)) for place in range(4)]
        self._mode, self._stroke = ctypes.c_int(), c.FPDF_BOOL()
        self._colour = [ctypes.c_uint() for _ in range(4)]
        self._letters_are_drawn: dict[int, bool] = {}
        self._see_through = 0

    def objects(self, count: int, nth: Callable[[int], RawHandle], matrix: pdfium.PdfMatrix | None, depth: int) -> None:
        drawn, kind_of = self.drawn, c.FPDFPageObj_GetType
        for index in range(min(count, self.most - drawn.objects)):
            handle = nth(index)
            kind = kind_of(handle)
            drawn.objects += 1
            if kind == TEXT:
                self._run(handle, matrix)
            elif kind == PATH:
                self._path(handle, matrix)
            elif kind in {PICTURE, SHADING}:
                if box := self._box(handle, matrix):
                    too_large = max(box[2] - box[0], box[3] - box[1]) > _LARGEST
                    drawn.areas.append(Area(drawn.objects, box, handle, kind, kind == PICTURE and too_large, matrix))
            elif kind == _FORM and depth < _NESTED:
                self._form(handle, matrix, depth)

    def _run(self, text: RawHandle, matrix: pdfium.PdfMatrix | None) -> None:
        if not (box := self._box(text, matrix)):
            return
        drawn, handle = self.drawn, c.FPDFTextObj_GetFont(text)
        font = address(handle)
        drawn.own_runs += matrix is None
        drawn.runs.append(Run(drawn.objects, box, font, text, matrix))
        if font not in self._letters_are_drawn:
            self._letters_are_drawn[font] = _letters_are_drawn(handle)
        if self._letters_are_drawn[font]:
            drawn.areas.append(Area(drawn.objects, box, text, TEXT, False, matrix))

    def _path(self, path: RawHandle, matrix: pdfium.PdfMatrix | None) -> None:
        if not c.FPDFPath_GetDrawMode(path, self._mode, self._stroke) or not (self._mode.value or self._stroke.value):
            return
        if box := self._box(path, matrix):
            opaque = not self._stroke.value and self._is_opaque(path)
            self.drawn.areas.append(Area(self.drawn.objects, box, path, PATH, opaque, matrix, bool(self._mode.value)))

    def _form(self, form: RawHandle, outer: pdfium.PdfMatrix | None, depth: int) -> None:
        if box := self._box(form, outer):
            self.drawn.frames.append(box)
        inner = c.FS_MATRIX()
        c.FPDFPageObj_GetMatrix(form, inner)
        matrix = pdfium.PdfMatrix.from_raw(inner)
        if outer is not None:
            matrix = matrix.multiply(outer)
        see_through = bool(c.FPDFPageObj_HasTransparency(form))
        self._see_through += see_through
        self.objects(c.FPDFFormObj_CountObjects(form), lambda index: c.FPDFFormObj_GetObject(form, index), matrix, depth + 1)
        self._see_through -= see_through

    def _box(self, handle: RawHandle, matrix: pdfium.PdfMatrix | None) -> Box | None:
        if not c.FPDFPageObj_GetBounds(handle, *self._pointers):
            return None
        left, bottom, right, top = self._bounds
        return (left, bottom, right, top) if matrix is None else matrix.on_rect(left, bottom, right, top)

    def _is_opaque(self, path: RawHandle) -> bool:
        if self._see_through or c.FPDFPageObj_HasTransparency(path):
            return False
        c.FPDFPageObj_GetFillColor(path, *self._colour)
        return self._colour[3].value == _OPAQUE


def _letters_are_drawn(font: RawHandle) -> bool:
    """Whether a font's letters are drawn by operators (Type 3), so that a letter can be a patch: such a font has no file."""
    length = ctypes.c_size_t()
    return bool(c.FPDFFont_GetFontData(font, None, 0, length)) and not length.value


def letters_on(glyph: Glyph, others: list[Glyph]) -> list[str]:
    """The characters, of others, that share half of the narrower one's width and half of the lower one's height with one."""
    return [other.letter for other in others if _on_top(glyph.box, other.box)]


def _on_top(one: Box, other: Box) -> bool:
    width = min(one[2], other[2]) - max(one[0], other[0])
    height = min(one[3], other[3]) - max(one[1], other[1])
    return width * 2 > min(one[2] - one[0], other[2] - other[0]) and height * 2 > min(one[3] - one[1], other[3] - other[1])


def overlapping(runs: list[Run], most: int) -> Iterator[tuple[Run, Run]]:
    """Pairs of runs whose boxes share more than a point of width and a quarter of a height. Stops after so many comparisons."""
    by_bottom = sorted((run for run in runs if run.box[3] > run.box[1]), key=lambda run: run.box[1])
    compared = 0
    for place, run in enumerate(by_bottom):
        left, bottom, right, top = run.box
        ends = top - (top - bottom) / 4
        for other in by_bottom[place + 1 :]:
            other_left, other_bottom, other_right, _ = other.box
            compared += 1
            if other_bottom > ends or compared > most:
                break
            if other_left < right - 1 and left < other_right - 1:
                yield run, other
        if compared > most:
            return
