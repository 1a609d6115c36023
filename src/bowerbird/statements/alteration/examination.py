"""Examining a PDF for signs of alteration, within bounds."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from functools import cache

import pikepdf
import pypdfium2 as pdfium

from bowerbird import codes
from bowerbird.statements.alteration.drawn import Drawn, draw
from bowerbird.statements.alteration.fonts import font_signs
from bowerbird.statements.alteration.marks import findings, picture_signs
from bowerbird.statements.alteration.revisions import revision_signs
from bowerbird.statements.alteration.signs import Examination, Sign, SignKind
from bowerbird.statements.alteration.structure import structure_signs
from bowerbird.statements.alteration.unseen import layers_off, unseen_signs
from bowerbird.statements.confined.outcomes import RefusedInside
from bowerbird.statements.pdf.annotations import NO_NOTES, ParseNotes
from bowerbird.statements.pdf.handles import opened_document

MAX_PAGES = 1_000
_MAX_OBJECTS = 200_000


def examine(data: bytes, document: pdfium.PdfDocument) -> Examination:
    """All signs of an open document. Raises nothing for a page that cannot be read: reading the statement will say so."""
    return Examination(tuple(_signs(data, document)))


@contextmanager
def open_document(data: bytes) -> Iterator[pdfium.PdfDocument]:
    """The document, opened. Raises Refused for one that is damaged, asks for a password or has too many pages."""
    with ExitStack() as opened:
        try:
            document = opened.enter_context(opened_document(data))
            pages = len(document)
        except pdfium.PdfiumError as error:
            raise RefusedInside(codes.STATEMENT_INVALID, f"cannot be opened: {error}") from error
        if not 0 < pages <= MAX_PAGES:
            raise RefusedInside(codes.STATEMENT_INVALID, f"{pages} pages")
        yield document


def refuse_altered(examination: Examination, finding: ParseNotes = NO_NOTES) -> None:
    """Raises Refused when a sign is strong."""
    if strong := examination.strong:
        signs = "; ".join(f"{sign.kind} on page {sign.page}" for sign in strong[:5])
        raise RefusedInside(codes.STATEMENT_INVALID, f"altered: {signs}", finding)


def examiner() -> Callable[[bytes], Examination]:
    """The task of a reading process: bytes to signs."""

    def read(data: bytes) -> Examination:
        with open_document(data) as document:
            return examine(data, document)

    read(SMALLEST)  # so that everything is loaded before the process confines itself
    return read


def _signs(data: bytes, document: pdfium.PdfDocument) -> Iterator[Sign]:
    try:
        yield from structure_signs(data, MAX_PAGES)
    except (pikepdf.PdfError, ValueError, TypeError, KeyError, AttributeError, RuntimeError) as error:
        yield Sign(SignKind.NOT_ALL_EXAMINED, f"the structure cannot be followed: {type(error).__name__}")
    off = cache(lambda: layers_off(data))
    with ExitStack() as opened:
        pages, complete = _drawn(document, opened)
        for drawn in pages:
            try:
                yield from findings(drawn)
                yield from unseen_signs(drawn, off)
            except pdfium.PdfiumError:
                complete = False
        yield from picture_signs(pages)
        yield from font_signs(pages)
        yield from revision_signs(data, document, MAX_PAGES)
        yield from _framed(pages)
        if not complete:
            yield Sign(SignKind.NOT_ALL_EXAMINED, "more is drawn than is looked at")


def _drawn(document: pdfium.PdfDocument, opened: ExitStack) -> tuple[list[Drawn], bool]:
    pages: list[Drawn] = []
    left, complete = _MAX_OBJECTS, True
    for index in range(len(document)):
        try:
            drawn = opened.enter_context(closing(draw(document, index, left)))
        except pdfium.PdfiumError:
            complete = False
            continue
        pages.append(drawn)
        left -= drawn.objects
        complete = complete and drawn.complete
        if left <= 0:
            return pages, False
    return pages, complete


def _framed(pages: list[Drawn]) -> Iterator[Sign]:
    """A page that is one big form, as when it was placed there from another file, while others draw for themselves."""
    framed = [drawn.number for drawn in pages if drawn.is_framed()]
    if len(framed) == 1 and len(pages) > 1:
        yield Sign(SignKind.PAGE_IN_A_FRAME, "the whole page was placed in the page as one piece", framed[0])


SMALLEST = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj 2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj "
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 99 99]/Contents 4 0 R/Resources<</Font<</F<</Type/Font/Subtype/Type1"
    b"/BaseFont/Helvetica>>>>>>>>endobj 4 0 obj<</Length 77>>stream\nBT /F 9 Tf 9 9 Td (1.00) Tj ET "
    b"BT /F 9 Tf 9 9 Td (2.00) Tj ET 1 g 0 0 99 99 re f        \nendstream endobj\n"
    b"trailer<</Root 1 0 R/Size 5>>\nstartxref\n0\n%%EOF\n"
)
