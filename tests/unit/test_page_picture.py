"""Pages drawn as pictures, by files made to be hard to draw."""

from __future__ import annotations

import struct
import zlib
from io import BytesIO

import pikepdf
import pytest
from PIL import Image
from reportlab.pdfgen.canvas import Canvas

from bowerbird.statements.pdf.page_picture import TALLEST, WIDTH, paint
from bowerbird.statements.refusal import Refused
from tests.statement_factory.catalogue import specimen


def drawn(width: int, height: int, colour: tuple[int, int, int] = (0, 0, 0)) -> bytes:
    to = BytesIO()
    canvas = Canvas(to, (width, height))
    canvas.setFillColorRGB(*colour)
    canvas.rect(0, height / 2, width / 2, height / 2, stroke=0, fill=1)
    canvas.showPage()
    canvas.save()
    return to.getvalue()


def picture(data: bytes, page: int = 1) -> Image.Image:
    found = Image.open(BytesIO(paint(data, page)))
    found.load()
    return found


def test_a_page_of_black_on_white_is_grey_and_light() -> None:
    data = specimen("cba.deposit.2017", 3).pdf()
    found = picture(data)
    assert (found.mode, found.width) == ("L", WIDTH)
    assert found.height == round(WIDTH * 842 / 595)
    assert min(found.tobytes()) < 60
    assert max(found.tobytes()) == 255
    assert len(paint(data, 1)) < 200_000


def test_colours_stay_colours() -> None:
    found = picture(drawn(600, 800, (1, 0, 0)))
    assert (found.mode, found.getpixel((10, 10)), found.getpixel((WIDTH - 10, 10))) == ("RGB", (255, 0, 0), (255, 255, 255))


@pytest.mark.parametrize(("width", "height"), [(14_400, 14_400), (72, 14_400), (14_400, 72), (1, 1)])
def test_no_page_is_larger_than_the_bound(width: int, height: int) -> None:
    found = picture(drawn(width, height))
    assert 0 < found.width <= WIDTH + 1
    assert 0 < found.height <= TALLEST + 1


def test_a_turned_page_is_drawn_as_its_words_are_read() -> None:
    data, to = drawn(600, 800), BytesIO()
    with pikepdf.open(BytesIO(data)) as document:
        document.pages[0].Rotate = 90
        document.save(to)
    assert paint(to.getvalue(), 1) == paint(data, 1)


@pytest.mark.parametrize("page", [0, -1, 2, 10_000])
def test_a_page_that_is_not_there_is_refused(page: int) -> None:
    with pytest.raises(Refused, match="bank statement"):
        paint(drawn(600, 800), page)


@pytest.mark.parametrize("data", [b"", b"%PDF-1.7\nnothing", drawn(600, 800)[:200]])
def test_what_is_no_document_is_refused(data: bytes) -> None:
    with pytest.raises(Refused):
        paint(data, 1)


def test_the_chunks_of_the_picture_are_whole() -> None:
    data, at = paint(drawn(600, 800), 1), 8
    while at < len(data):
        length = struct.unpack(">I", data[at : at + 4])[0]
        assert zlib.crc32(data[at + 4 : at + 8 + length]) == struct.unpack(">I", data[at + 8 + length : at + 12 + length])[0]
        at += 12 + length
    assert at == len(data)
