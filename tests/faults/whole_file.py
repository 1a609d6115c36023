"""A task that looks at a PDF in every way a statement is looked at: its signs, and the text of all its pages."""

from __future__ import annotations

from collections.abc import Callable

import pypdfium2 as pdfium

from bowerbird.statements.alteration.examination import examine, examiner, open_document
from bowerbird.statements.pdf.handles import opened_page, opened_text


def reader() -> Callable[[bytes], tuple[int, int]]:
    examiner()

    def read(data: bytes) -> tuple[int, int]:
        """The number of signs and of characters."""
        with open_document(data) as document:
            return len(examine(data, document).signs), sum(_characters(document, index) for index in range(len(document)))

    return read


def _characters(document: pdfium.PdfDocument, index: int) -> int:
    try:
        with opened_page(document, index) as page, opened_text(page) as text:
            boxes = [text.get_charbox(number) for number in range(0, min(text.count_chars(), 5_000))]
            return len(boxes) + len(text.get_text_range())
    except pdfium.PdfiumError:
        return 0
