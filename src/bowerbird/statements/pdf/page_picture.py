"""A page of a PDF as a picture, as a task of a confined process: from any file, only pixels come back.

The PNG is written here, in the plainest form there is, so that no picture library is needed where the file is.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable
from contextlib import suppress

import pypdfium2 as pdfium

from bowerbird import codes
from bowerbird.statements.alteration.examination import SMALLEST, open_document
from bowerbird.statements.confined.outcomes import RefusedInside
from bowerbird.statements.pdf.handles import opened_page
from bowerbird.statements.refusal import Refused

WIDTH, TALLEST = 1240, 2480
"""Pixels: a page is as wide as that, or less where it would be taller than the other."""
_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_GREY, _COLOURS = 0, 2


def painter() -> Callable[..., bytes]:
    """Made once in each confined process."""
    with suppress(Refused):
        paint(SMALLEST, 1)  # so that everything is loaded before the process confines itself
    return paint


def paint(data: bytes, page: int) -> bytes:
    """A page, 1 the first, as a PNG. Nothing that moves, fills in or calls is drawn. Raises Refused for a page that cannot be drawn."""
    with open_document(data) as document:
        if not 0 < page <= len(document):
            raise RefusedInside(codes.STATEMENT_INVALID, f"there is no page {page}")
        try:
            with opened_page(document, page - 1) as opened:
                return _painted(opened)
        except pdfium.PdfiumError as error:
            raise RefusedInside(codes.STATEMENT_INVALID, f"page {page} cannot be drawn: {error}") from error


def _painted(page: pdfium.PdfPage) -> bytes:
    page.set_rotation(0)  # words are read that way up, and marks are laid over it
    width, height = page.get_size()
    if not (width > 0 and height > 0):
        raise RefusedInside(codes.STATEMENT_INVALID, "a page without a size")
    bitmap = page.render(scale=min(WIDTH / width, TALLEST / height), may_draw_forms=False, rev_byteorder=True)
    pixels, channels = bytes(bitmap.buffer), bitmap.n_channels
    rows = [pixels[start : start + bitmap.width * channels] for start in range(0, bitmap.height * bitmap.stride, bitmap.stride)]
    if channels == 3 and all(row[0::3] == row[1::3] == row[2::3] for row in rows):
        rows, channels = [row[0::3] for row in rows], 1
    return _png(bitmap.width, bitmap.height, _GREY if channels == 1 else _COLOURS, rows)


def _png(width: int, height: int, colours: int, rows: list[bytes]) -> bytes:
    head = struct.pack(">IIBBBBB", width, height, 8, colours, 0, 0, 0)
    body = zlib.compress(b"".join(b"\0" + row for row in rows))
    return _SIGNATURE + _chunk(b"IHDR", head) + _chunk(b"IDAT", body) + _chunk(b"IEND", b"")


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
