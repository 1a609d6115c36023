"""Files made to break what reads them, in the forms of a PDF."""

from __future__ import annotations

import random
import zlib
from collections.abc import Callable
from io import BytesIO

import pikepdf
from reportlab.pdfgen.canvas import Canvas

from tests.forgery.originals import plain


def _file(objects: list[bytes], trailer: bytes = b"/Root 1 0 R") -> bytes:
    """Objects numbered from 1, with a table that is right."""
    body, places = bytearray(b"%PDF-1.7\n"), []
    for number, content in enumerate(objects, 1):
        places.append(len(body))
        body += b"%d 0 obj\n" % number + content + b"\nendobj\n"
    start = len(body)
    body += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1) + b"".join(b"%010d 00000 n \n" % place for place in places)
    return bytes(body + b"trailer\n<</Size %d%s>>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, trailer, start))


def _page(
    content: bytes, filters: bytes = b"", resources: bytes = b"<</Font<</F<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>>>"
) -> bytes:
    stream = b"<</Length %d%s>>\nstream\n" % (len(content), filters) + content + b"\nendstream"
    return _file(
        [
            b"<</Type/Catalog/Pages 2 0 R>>",
            b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources " + resources + b">>",
            stream,
        ]
    )


def truncated() -> bytes:
    data = plain()
    return data[: len(data) // 2]


def header_alone() -> bytes:
    return b"%PDF-1.7\n"


def random_bytes() -> bytes:
    return b"%PDF-1.7\n" + random.Random(1).randbytes(500_000)


def user_password() -> bytes:
    to = BytesIO()
    pikepdf.open(BytesIO(plain())).save(to, encryption=pikepdf.Encryption(owner="a", user="b", R=6))
    return to.getvalue()


def claims_many_pages() -> bytes:
    return _file([b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[3 0 R]/Count 2000000000>>", b"<</Type/Page/Parent 2 0 R>>"])


def page_tree_loop() -> bytes:
    return _file(
        [
            b"<</Type/Catalog/Pages 2 0 R>>",
            b"<</Type/Pages/Kids[3 0 R]/Count 9>>",
            b"<</Type/Pages/Parent 2 0 R/Kids[2 0 R 3 0 R]/Count 9>>",
        ]
    )


def table_loop() -> bytes:
    data = plain()
    start = int(data.rsplit(b"startxref", 1)[1].split()[0])
    return data.replace(b"trailer\n<<", b"trailer\n<< /Prev %d " % start)


def _packed(block: bytes, times: int) -> bytes:
    """A block so many times, packed without unpacking it all first: a packed block that refers to none before it, repeated."""
    packer = zlib.compressobj(9)
    head = packer.compress(b"") + packer.flush(zlib.Z_FULL_FLUSH)
    body = packer.compress(block) + packer.flush(zlib.Z_FULL_FLUSH)
    return head + body * times + packer.flush()


def bomb() -> bytes:
    """A page of two gigabytes of strokes in four megabytes."""
    return _page(_packed(b"0 0 m 9 9 l S\n" * 75_000, 2_000), b"/Filter/FlateDecode")


def bomb_in_bomb() -> bytes:
    """A gigabyte of nothing, packed twice."""
    return _page(zlib.compress(_packed(bytes(1 << 20), 1_000), 9), b"/Filter[/FlateDecode/FlateDecode]")


def million_objects() -> bytes:
    return _file([b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[]/Count 0>>", *(b"0" for _ in range(1_000_000))])


def million_texts() -> bytes:
    content = zlib.compress(b"BT /F 9 Tf " + b"1 0 0 1 50 50 Tm (1.00) Tj " * 1_000_000 + b"ET", 9)
    return _page(content, b"/Filter/FlateDecode")


def texts_in_one_place() -> bytes:
    """Fifty thousand texts of other digits on each other, to be compared with each other."""
    content = b"BT /F 9 Tf " + b"".join(b"1 0 0 1 50 50 Tm (%d.00) Tj " % number for number in range(50_000)) + b"ET"
    return _page(zlib.compress(content, 9), b"/Filter/FlateDecode")


def paint_upon_paint() -> bytes:
    """Three thousand texts under three thousand coats of paint that only seem to cover them."""
    texts = b"BT /F 9 Tf " + b"".join(b"1 0 0 1 50 %d Tm (1.00) Tj " % (number % 800) for number in range(3_000)) + b"ET "
    coat = b"0 0 595 842 re W* n 1 1 593 840 re 0 0 595 842 re f*\n"
    return _page(zlib.compress(texts + b"".join(b"q " + coat + b" Q " for _ in range(3_000)), 9), b"/Filter/FlateDecode")


def deep_nesting() -> bytes:
    return _file([b"<</Type/Catalog/Pages 2 0 R/Deep " + b"[" * 300_000 + b"]" * 300_000 + b">>", b"<</Type/Pages/Kids[]/Count 0>>"])


def deep_states() -> bytes:
    return _page(zlib.compress(b"q " * 2_000_000, 9), b"/Filter/FlateDecode")


def form_in_itself() -> bytes:
    form = b"<</Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</X 5 0 R>>>>/Length 11>>\nstream\n/X Do /X Do\nendstream"
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</XObject<</X 5 0 R>>>>>>",
        b"<</Length 5>>\nstream\n/X Do\nendstream",
        form,
    ]
    return _file(objects)


def forms_by_doubling() -> bytes:
    """Thirty forms, each drawing the next one twice: a thousand million strokes."""
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</XObject<</X 5 0 R>>>>>>",
        b"<</Length 5>>\nstream\n/X Do\nendstream",
    ]
    for number in range(6, 36):
        objects.append(
            b"<</Type/XObject/Subtype/Form/BBox[0 0 99 99]/Resources<</XObject<</X %d 0 R>>>>/Length 11>>\nstream\n/X Do /X Do\nendstream"
            % number
        )
    return _file([*objects, b"<</Type/XObject/Subtype/Form/BBox[0 0 9 9]/Length 14>>\nstream\n0 0 m 9 9 l S \nendstream"])


def broken_font() -> bytes:
    """A font program of random bytes, with widths beyond all bounds."""
    program = random.Random(2).randbytes(200_000)
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>>>",
        b"<</Length 33>>\nstream\nBT /F 9 Tf 50 50 Td (1,234) Tj ET \nendstream",
        b"<</Type/Font/Subtype/TrueType/BaseFont/X/FirstChar 0/LastChar 2000000000/Widths[999999999999]/FontDescriptor 6 0 R>>",
        b"<</Type/FontDescriptor/FontName/X/Flags 4/FontFile2 7 0 R>>",
        b"<</Length %d>>\nstream\n" % len(program) + program + b"\nendstream",
    ]
    return _file(objects)


def code_map_bomb() -> bytes:
    """A font whose map of codes to letters unpacks to half a gigabyte."""
    unit = b"100 beginbfrange\n" + b"<0000> <ffff> <0000>\n" * 100 + b"endbfrange\n"
    packed = _packed(unit * 100, 2_500)
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>>>",
        b"<</Length 33>>\nstream\nBT /F 9 Tf 50 50 Td (1,234) Tj ET \nendstream",
        b"<</Type/Font/Subtype/Type0/BaseFont/X/Encoding/Identity-H/ToUnicode 6 0 R/DescendantFonts[7 0 R]>>",
        b"<</Filter/FlateDecode/Length %d>>\nstream\n" % len(packed) + packed + b"\nendstream",
        b"<</Type/Font/Subtype/CIDFontType2/BaseFont/X/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>>>",
    ]
    return _file(objects)


def huge_page() -> bytes:
    return _page(b"BT /F 9 Tf 50 50 Td (1.00) Tj ET").replace(b"[0 0 595 842]", b"[-9e37 -9e37 9e37 9e37]")


def huge_picture() -> bytes:
    picture = (
        b"<</XObject<</P<</Type/XObject/Subtype/Image/Width 2000000000/Height 2000000000/ColorSpace/DeviceRGB/BitsPerComponent 8>>>>>>"
    )
    return _page(b"q 595 0 0 842 0 0 cm /P Do Q", resources=picture)


def many_revisions() -> bytes:
    data = plain()
    return data + b"startxref\n9\n%%EOF\n" * 200_000


def many_pages(pages: int = 420) -> bytes:
    """Honest, and long."""
    to = BytesIO()
    canvas = Canvas(to, invariant=1)
    for page in range(pages):
        canvas.setFont("Helvetica", 8)
        for line in range(40):
            canvas.drawString(50, 790 - line * 18, f"{page} COFFEE")
            canvas.drawRightString(500, 790 - line * 18, f"{page},{line:03}.00")
        canvas.showPage()
    canvas.save()
    return to.getvalue()


def too_many_pages() -> bytes:
    return _file(
        [
            b"<</Type/Catalog/Pages 2 0 R>>",
            b"<</Type/Pages/Kids[" + b"3 0 R " * 50_000 + b"]/Count 50000>>",
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>",
        ]
    )


REFUSED: tuple[Callable[[], bytes], ...] = (
    truncated,
    header_alone,
    random_bytes,
    user_password,
    million_objects,
    deep_nesting,
    too_many_pages,
)
"""What cannot be a statement, and is answered so."""

ANSWERED: tuple[Callable[[], bytes], ...] = (
    claims_many_pages,
    page_tree_loop,
    table_loop,
    bomb,
    bomb_in_bomb,
    million_texts,
    texts_in_one_place,
    paint_upon_paint,
    deep_states,
    form_in_itself,
    forms_by_doubling,
    broken_font,
    code_map_bomb,
    huge_page,
    huge_picture,
    many_revisions,
)
"""What may be read or refused, so long as it is one of them, in time."""
