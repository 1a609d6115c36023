"""pdfium's handles that must be freed, each opened and freed by one `with`: nothing else opens or frees one (tests/test_tidy.py).

What pypdfium2 wraps it also frees, once: its objects are closed here and their raw handles never are. What pdfium gives as part of a
page (objects, fonts, clip paths, characters) belongs to that page or text page and is never freed by itself; it is not used after the
`with` of its owner. A text page is freed before its page, and a page before its document.
"""

from __future__ import annotations

import ctypes
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any, NamedTuple

import pypdfium2 as pdfium
import pypdfium2.raw as c

from bowerbird.statements.alteration.signs import Box

RawHandle = Any
"""A pointer of pdfium's C interface, which has no type of its own in Python."""
Pixels = tuple[int, int, int, int]
"""Left, top, right and bottom; right and bottom are outside."""
_GREEN, _BYTES_PER_PIXEL = 1, 4


@contextmanager
def opened_document(data: bytes) -> Iterator[pdfium.PdfDocument]:
    """A document. Raises PdfiumError for one that cannot be opened."""
    document = pdfium.PdfDocument(data)
    try:
        yield document
    finally:
        document.close()


@contextmanager
def opened_page(document: pdfium.PdfDocument, index: int) -> Iterator[pdfium.PdfPage]:
    """A page, 0 the first. Raises PdfiumError for one that cannot be loaded."""
    page = document[index]
    try:
        yield page
    finally:
        page.close()


@contextmanager
def opened_text(page: pdfium.PdfPage) -> Iterator[pdfium.PdfTextPage]:
    """The characters of a page. Raises PdfiumError where pdfium cannot list them."""
    text = page.get_textpage()
    try:
        yield text
    finally:
        text.close()


@contextmanager
def opened_annotation(page: pdfium.PdfPage, index: int) -> Iterator[RawHandle]:
    """The raw handle of an annotation, 0 the first; None for one that is broken."""
    annotation = c.FPDFPage_GetAnnot(page, index) or None
    try:
        yield annotation
    finally:
        if annotation is not None:
            c.FPDFPage_CloseAnnot(annotation)


@contextmanager
def without_objects(handles: Iterable[RawHandle]) -> Iterator[None]:
    """Objects of a page that are not drawn until the `with` ends. Their page stays open for longer than that."""
    with ExitStack() as shown_again:
        for handle in handles:
            c.FPDFPageObj_SetIsActive(handle, False)
            shown_again.callback(c.FPDFPageObj_SetIsActive, handle, True)
        yield


class Canvas(NamedTuple):
    """A page as a grid of pixels, turned and cropped as the page says, of which a part can be drawn."""

    page: pdfium.PdfPage
    width: int
    height: int

    def pixels(self, box: Box) -> Pixels:
        """The pixels that a box of the page touches; right ≤ left for a box beside the page."""
        left, bottom, right, top = box
        (x1, y1), (x2, y2) = self._pixel(left, bottom), self._pixel(right, top)
        return max(0, min(x1, x2)), max(0, min(y1, y2)), min(self.width, max(x1, x2) + 1), min(self.height, max(y1, y2) + 1)

    def drawn(self, part: Pixels) -> bytes:
        """The pixels of a part on white, without annotations and form fields: rows of a byte each, its green, most of what an eye sees."""
        left, top, right, bottom = part
        with _bitmap(right - left, bottom - top) as bitmap:
            c.FPDF_RenderPageBitmap(bitmap, self.page, -left, -top, self.width, self.height, 0, 0)
            return bytes(bitmap.buffer)[_GREEN::_BYTES_PER_PIXEL]

    def _pixel(self, x: float, y: float) -> tuple[int, int]:  # not money: points
        across, down = ctypes.c_int(), ctypes.c_int()
        c.FPDF_PageToDevice(self.page, 0, 0, self.width, self.height, 0, x, y, across, down)
        return across.value, down.value


@contextmanager
def _bitmap(width: int, height: int) -> Iterator[pdfium.PdfBitmap]:
    """A white bitmap in memory of Python's own, which outlives pdfium's handle to it."""
    bitmap = pdfium.PdfBitmap.new_native(width, height, c.FPDFBitmap_BGRx)
    try:
        bitmap.fill_rect((255, 255, 255, 255), 0, 0, width, height)
        yield bitmap
    finally:
        bitmap.close()
