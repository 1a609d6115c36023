"""Signs in the revisions of a file: editors append what they change, and what was there before can still be read."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import ExitStack

import pypdfium2 as pdfium

from bowerbird.statements.alteration.signs import Sign, SignKind
from bowerbird.statements.pdf.handles import opened_document, opened_page, opened_text

_END = re.compile(rb"%%EOF[ \t]*(?:\r\n|\r|\n)?")
_LINEARISED = re.compile(rb"/Linearized\s+\d")
_LENGTH = re.compile(rb"/L\s+(\d+)")
_MAX_REVISIONS = 20
_MAX_COMPARED = 3


def revision_signs(data: bytes, document: pdfium.PdfDocument, most_pages: int) -> Iterator[Sign]:
    """Whether the file was saved by appending, and whether that changed what a page says."""
    ends = earlier_ends(data)
    if not ends:
        return
    yield Sign(SignKind.REVISED, f"{len(ends)} earlier revisions are inside the file")
    for end in {ends[0], *ends[-_MAX_COMPARED + 1 :]}:
        if page := _changed_page(data[:end], document, most_pages):
            yield Sign(SignKind.REVISED_TEXT, "the page showed something else in an earlier revision of the same file", page)
            return


def earlier_ends(data: bytes) -> list[int]:
    """Where earlier revisions end. A linearised file marks two ends while it has one revision: its first end does not count."""
    ends = [match.end() for match in _END.finditer(data)]
    if _is_linearised(data):
        ends = ends[1:]
    return [end for end in ends[:-1][:_MAX_REVISIONS] if b"startxref" in data[max(0, end - 64) : end]]


def _is_linearised(data: bytes) -> bool:
    return bool(_LINEARISED.search(data, 0, 1024)) and bool(_LENGTH.search(data, 0, 1024))


def _changed_page(earlier: bytes, document: pdfium.PdfDocument, most_pages: int) -> int:
    """The first page whose text differs, 0 when none does or the earlier revision cannot be opened."""
    with ExitStack() as opened:
        try:
            before = opened.enter_context(opened_document(earlier))
        except pdfium.PdfiumError:
            return 0
        for index in range(min(len(before), len(document), most_pages)):
            if _text(before, index) != _text(document, index):
                return index + 1
        return 0 if len(before) == len(document) else min(len(before), len(document)) + 1


def _text(document: pdfium.PdfDocument, index: int) -> str:
    try:
        with opened_page(document, index) as page, opened_text(page) as text:
            return "".join(text.get_text_range().split())
    except pdfium.PdfiumError:
        return ""
