"""A task that looks at a PDF in every way a statement is looked at: its signs, and the text of all its pages."""

from __future__ import annotations

from collections.abc import Callable

import pypdfium2 as pdfium

from bowerbird.statements.alteration.examination import examine, examiner, open_document


def reader() -> Callable[[bytes], tuple[int, int]]:
    examiner()

    def read(data: bytes) -> tuple[int, int]:
        """The number of signs and of characters."""
        document = open_document(data)
        try:
            return len(examine(data, document).signs), sum(_characters(document, index) for index in range(len(document)))
        finally:
            document.close()

    return read


def _characters(document: pdfium.PdfDocument, index: int) -> int:
    try:
        page = document[index]
    except pdfium.PdfiumError:
        return 0
    text = page.get_textpage()
    try:
        boxes = [text.get_charbox(number) for number in range(0, min(text.count_chars(), 5_000))]
        return len(boxes) + len(text.get_text_range())
    finally:
        text.close()
        page.close()
