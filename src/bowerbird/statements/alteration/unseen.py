"""Figures that a program reads and no one sees: invisible text, text in the colour of the paper, text on a layer that is switched off."""

from __future__ import annotations

import ctypes
import re
from collections.abc import Callable, Iterator
from io import BytesIO

import pikepdf
import pypdfium2.raw as c

from bowerbird.statements.alteration.drawn import PATH, Drawn, Run
from bowerbird.statements.alteration.signs import Sign, SignKind
from bowerbird.statements.pdf.handles import RawHandle

_FIGURE = re.compile(r"\d[.,]\d\d(?!\d)")
_NOTHING = re.compile(r"[0.,\s$-]*")
_INVISIBLE = (c.FPDF_TEXTRENDERMODE_INVISIBLE, c.FPDF_TEXTRENDERMODE_CLIP)
_FILLED = (c.FPDF_TEXTRENDERMODE_FILL, c.FPDF_TEXTRENDERMODE_FILL_CLIP)
_STROKED = (c.FPDF_TEXTRENDERMODE_STROKE, c.FPDF_TEXTRENDERMODE_STROKE_CLIP)
_PAPER = 250
"""What each of red, green and blue has at least, of 255, in a colour that looks like paper."""
_FAINT = 10
"""Opacity, of 255, below which nothing is seen."""
_LAYER = "OC"

OffLayers = Callable[[], frozenset[str]]


def unseen_signs(drawn: Drawn, off_layers: OffLayers) -> Iterator[Sign]:
    """One sign a page: a figure that is read and not seen. A page that is one picture has a sign of its own."""
    if drawn.is_picture():
        return
    colours = _Colours()
    for run in drawn.runs:
        how = _unseen(drawn, run, colours, off_layers)
        if how and (text := drawn.says(run)) and _FIGURE.search(text) and not _NOTHING.fullmatch(text):
            yield Sign(SignKind.UNSEEN_FIGURE, f"a figure is read and not seen: its text is {how}", drawn.number, run.box)
            return


def _unseen(drawn: Drawn, run: Run, colours: _Colours, off_layers: OffLayers) -> str:
    mode = c.FPDFTextObj_GetTextRenderMode(run.handle)
    if mode in _INVISIBLE:
        return "invisible"
    if _is_paper(mode, run.handle, colours) and not _has_ground(drawn, run, colours):
        return "in the colour of the paper"
    layer = _layer_of(run.handle)
    return "on a layer that is switched off" if layer and layer in off_layers() else ""


def _is_paper(mode: int, text: RawHandle, colours: _Colours) -> bool:
    """Whether all that a text is painted with looks like paper: its filling, its outline, or both."""
    is_filled = mode not in _STROKED
    is_stroked = mode not in _FILLED
    return (not is_filled or colours.is_paper(text)) and (not is_stroked or colours.is_paper(text, outline=True))


def _has_ground(drawn: Drawn, run: Run, colours: _Colours) -> bool:
    """Whether something that is not as white as paper was drawn beneath a text."""
    x, y = (run.box[0] + run.box[2]) / 2, (run.box[1] + run.box[3]) / 2
    for area in drawn.areas:
        if area.order >= run.order:
            break
        left, bottom, right, top = area.box
        if left <= x <= right and bottom <= y <= top and area.filled and (area.kind != PATH or not colours.is_paper(area.handle)):
            return True
    return False


class _Colours:
    """The colours of things, with the numbers that the engine writes them to."""

    def __init__(self) -> None:
        self._parts = [ctypes.c_uint() for _ in range(4)]

    def is_paper(self, handle: RawHandle, *, outline: bool = False) -> bool:
        """Whether what something is filled with, or outlined, looks like white paper."""
        ask = c.FPDFPageObj_GetStrokeColor if outline else c.FPDFPageObj_GetFillColor
        if not ask(handle, *self._parts):
            return False
        *colour, opacity = (part.value for part in self._parts)
        return opacity < _FAINT or min(colour) >= _PAPER


def _layer_of(handle: RawHandle) -> str:
    """The name of the layer that something is on; empty where it is on none."""
    for place in range(c.FPDFPageObj_CountMarks(handle)):
        mark = c.FPDFPageObj_GetMark(handle, place)
        if _text(lambda buffer, size, length, mark=mark: c.FPDFPageObjMark_GetName(mark, buffer, size, length)) == _LAYER:
            return _text(lambda buffer, size, length, mark=mark: c.FPDFPageObjMark_GetParamStringValue(mark, b"Name", buffer, size, length))
    return ""


def _text(ask: Callable[..., int]) -> str:
    buffer, length = ctypes.create_string_buffer(512), ctypes.c_ulong()
    if not ask(ctypes.cast(buffer, ctypes.POINTER(c.FPDF_WCHAR)), len(buffer), length):
        return ""
    return buffer.raw[: max(0, min(length.value, len(buffer)) - 2)].decode("utf-16-le", "replace")


def layers_off(data: bytes) -> frozenset[str]:
    """The names of the layers that are switched off when the file is opened."""
    try:
        with pikepdf.open(BytesIO(data)) as pdf:
            layers = pdf.Root.get("/OCProperties")
            settings = layers.get("/D") if layers is not None else None
            if layers is None or settings is None:
                return frozenset()
            off = _names(settings.get("/OFF"))
            if str(settings.get("/BaseState", "")) == "/OFF":
                off |= _names(layers.get("/OCGs")) - _names(settings.get("/ON"))
            return off
    except (pikepdf.PdfError, ValueError, TypeError, KeyError, AttributeError, RuntimeError):
        return frozenset()


def _names(layers: pikepdf.Object | None) -> frozenset[str]:
    return frozenset(str(layer.get("/Name", "")) for layer in layers) if layers is not None else frozenset()
