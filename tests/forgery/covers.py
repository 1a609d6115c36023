"""What can be drawn over the figure a forger is after, other than one picture: some of it hides the figure, some leaves it to be read."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from typing import Any, NamedTuple

import pikepdf
from pikepdf import Array, Dictionary, Name, Pdf, Stream

from tests.forgery.forgeries import victim
from tests.forgery.originals import ORIGINALS


class Place(NamedTuple):
    """The figure's box with a margin of two points, in points from the lower left corner of the page."""

    x: float
    y: float
    width: float
    height: float

    def part(self, left: float, bottom: float, right: float, top: float) -> bytes:  # not money: shares
        """The operators that put the unit square, or a rectangle, on a part of the place, in shares of it."""
        return b"%f %f %f %f" % (
            self.x + left * self.width, self.y + bottom * self.height, (right - left) * self.width, (top - bottom) * self.height,
        )  # fmt: skip


Content = tuple[bytes, dict[str, dict[str, Any]]]
"""Operators, and the resources they name."""
Cover = Callable[[Pdf, Place], Content]


def _rectangle(at: Place, *part: float) -> bytes:  # not money: shares
    return at.part(*(part or (0, 0, 1, 1))) + b" re "


def _white_in_state(**entries: Any) -> Cover:
    def cover(pdf: Pdf, at: Place) -> Content:
        return b"/State gs 1 g " + _rectangle(at) + b"f", {"ExtGState": {"State": Dictionary(Type=Name.ExtGState, **entries)}}

    return cover


def _rectangles(*parts: tuple[float, float, float, float]) -> Cover:
    return lambda pdf, at: (b"1 g " + b" ".join(_rectangle(at, *part) + b"f" for part in parts), {})


def _pictures(*parts: tuple[float, float, float, float]) -> Cover:
    def cover(pdf: Pdf, at: Place) -> Content:
        placed = []
        for part in parts:
            x, y, width, height = at.part(*part).split()
            placed.append(b"q %b 0 0 %b %b %b cm /Over Do Q" % (width, height, x, y))
        return b" ".join(placed), {"XObject": {"Over": _picture(pdf)}}

    return cover


def _picture(pdf: Pdf) -> Stream:
    picture = Stream(pdf, b"\xff")
    picture.stream_dict = Dictionary(
        Type=Name.XObject, Subtype=Name.Image, Width=1, Height=1, ColorSpace=Name.DeviceGray, BitsPerComponent=8
    )
    return pdf.make_indirect(picture)


def _strips(count: int, across: bool = False) -> list[tuple[float, float, float, float]]:
    spans = [(number / count, (number + 1) / count) for number in range(count)]
    return [(start, 0, end, 1) if across else (0, start, 1, end) for start, end in spans]


def _in_forms(depth: int, cover: Cover) -> Cover:
    def nested(pdf: Pdf, at: Place) -> Content:
        content, resources = cover(pdf, at)
        inner = Dictionary({f"/{kind}": Dictionary({f"/{name}": part for name, part in of.items()}) for kind, of in resources.items()})
        for _ in range(depth):
            form = Stream(pdf, content)
            form.stream_dict = Dictionary(Type=Name.XObject, Subtype=Name.Form, BBox=Array([0, 0, 600, 850]), Resources=inner)
            content, inner = b"/Form Do", Dictionary(XObject=Dictionary(Form=pdf.make_indirect(form)))
        return content, {"XObject": {"Form": inner.XObject.Form}}

    return nested


def _see_through_form(pdf: Pdf, at: Place) -> Content:
    """A form with opaque shapes, drawn as a whole at a tenth of its strength."""
    content, resources = _in_forms(1, _rectangles((0, 0, 1, 1)))(pdf, at)
    resources["XObject"]["Form"].Group = Dictionary(S=Name.Transparency)
    return b"/State gs " + content, {**resources, "ExtGState": {"State": Dictionary(Type=Name.ExtGState, ca=0.1)}}


def _line(width: float) -> Cover:  # not money: a share
    def cover(pdf: Pdf, at: Place) -> Content:
        middle = at.y + at.height / 2
        return b"1 G %f w %f %f m %f %f l S" % (width * at.height, at.x, middle, at.x + at.width, middle), {}

    return cover


def _hatched(pdf: Pdf, at: Place) -> Content:
    """One thin line to and fro, as high as the figure."""
    levels = [at.y + at.height * step / 12 for step in range(13)]
    points = [point for level in levels for point in (b"%f %f l" % (at.x, level), b"%f %f l" % (at.x + at.width, level))]
    return b"1 G %f w %f %f m " % (at.height / 11, at.x, at.y) + b" ".join(points) + b" S", {}


def _edged(pdf: Pdf, at: Place) -> Content:
    """A tiny shape with an edge that is as wide as the figure is high."""
    return b"1 g 1 G %f w " % at.height + _rectangle(at, 0.2, 0.5, 0.8, 0.51) + b"B", {}


def _shading(pdf: Pdf) -> Dictionary:
    white = Dictionary(FunctionType=2, Domain=Array([0, 1]), C0=Array([1, 1, 1]), C1=Array([1, 1, 1]), N=1)
    return pdf.make_indirect(
        Dictionary(
            ShadingType=2, ColorSpace=Name.DeviceRGB, Coords=Array([0, 0, 600, 0]), Function=white, Extend=Array([True, True])
        )
    )  # fmt: skip


def _shaded(pdf: Pdf, at: Place) -> Content:
    return _rectangle(at) + b"W n /Shade sh", {"Shading": {"Shade": _shading(pdf)}}


def _shaded_pattern(pdf: Pdf, at: Place) -> Content:
    pattern = pdf.make_indirect(Dictionary(Type=Name.Pattern, PatternType=2, Shading=_shading(pdf)))
    return b"/Pattern cs /Shade scn " + _rectangle(at) + b"f", {"Pattern": {"Shade": pattern}}


def _drawn_letters(pdf: Pdf, at: Place) -> Content:
    """Letters of a font whose every letter is a square."""
    square = pdf.make_indirect(Stream(pdf, b"1000 0 0 0 1000 1000 d1 0 0 1000 1000 re f"))
    font = Dictionary(
        Type=Name.Font, Subtype=Name.Type3, FontBBox=Array([0, 0, 1000, 1000]), FontMatrix=Array([0.001, 0, 0, 0.001, 0, 0]),
        CharProcs=Dictionary(a=square), Encoding=Dictionary(Type=Name.Encoding, Differences=Array([97, Name.a])),
        FirstChar=97, LastChar=97, Widths=Array([1000]), Resources=Dictionary(),
    )  # fmt: skip
    return b"1 g BT /Drawn %f Tf %f %f Td (aaaaaa) Tj ET" % (at.height, at.x, at.y), {"Font": {"Drawn": pdf.make_indirect(font)}}


def _squares(pdf: Pdf, at: Place) -> Content:
    """White squares of a standard font."""
    font = Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.ZapfDingbats)
    size = at.height * 1.3
    return b"1 g BT /Squares %f Tf 60 Tz %f %f Td (nnnnnnnnnn) Tj ET" % (size, at.x, at.y), {"Font": {"Squares": pdf.make_indirect(font)}}


def _text(operators: bytes) -> Cover:
    """Text; in the operators, two numbers stand for the left of the place and its middle."""

    def cover(pdf: Pdf, at: Place) -> Content:
        font = pdf.make_indirect(Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica))
        return operators % (at.x, at.y + at.height / 2), {"Font": {"Words": font}}

    return cover


def _parted(pdf: Pdf, at: Place) -> Content:
    """Two halves with a word elsewhere between them, so that neither follows the other."""
    first, resources = _pictures((0, 0, 1, 0.5))(pdf, at)
    second, _ = _rectangles((0, 0.5, 1, 1))(pdf, at)
    word, fonts = _text(b"BT /Words 8 Tf 20 20 Td (word) Tj ET %% %f %f\n")(pdf, at)
    return first + b" " + word + second, {**resources, **fonts}


def _bait(pdf: Pdf, at: Place) -> Content:
    """A patch, a new figure beside it, and something that can be seen through over both."""
    patch, states = _white_in_state(ca=0.98)(pdf, at)
    word, fonts = _text(b" 0 g BT /Words 8 Tf %f %f Td (     1) Tj ET ")(pdf, at)
    return patch + word + b"/Clear gs 1 g " + _rectangle(at, 0, 0, 2, 1) + b"f", {
        **fonts,
        "ExtGState": {**states["ExtGState"], "Clear": Dictionary(Type=Name.ExtGState, ca=0.05)},
    }


HIDING: dict[str, Cover] = {
    "one rectangle": _rectangles((0, 0, 1, 1)),
    "two rectangles that meet at the middle": _rectangles((0, 0, 1, 0.5), (0, 0.5, 1, 1)),
    "two rectangles that nearly meet": _rectangles((0, 0, 1, 0.47), (0, 0.53, 1, 1)),
    "rectangles side by side": _rectangles(*_strips(30, across=True)),
    "tiles": _rectangles(*((x / 6, y / 5, (x + 1) / 6, (y + 1) / 5) for x in range(6) for y in range(5))),
    "two pictures that meet at the middle": _pictures((0, 0, 1, 0.5), (0, 0.5, 1, 1)),
    "two pictures that nearly meet": _pictures((0, 0, 1, 0.47), (0, 0.53, 1, 1)),
    "pictures in 40 rows": _pictures(*_strips(40)),
    "pictures in 200 rows": _pictures(*_strips(200)),
    "a picture and a rectangle, parted by a word": _parted,
    "half, and half under a veil": lambda pdf, at: (
        _rectangles((0, 0, 1, 0.5))(pdf, at)[0] + b" " + _white_in_state(ca=0.97)(pdf, at)[0],
        _white_in_state(ca=0.97)(pdf, at)[1],
    ),
    "alpha of 0.97": _white_in_state(ca=0.97),
    "alpha of 0.999": _white_in_state(ca=0.999),
    "ten layers of alpha 0.3": lambda pdf, at: (
        b" ".join([_white_in_state(ca=0.3)(pdf, at)[0]] * 10),
        _white_in_state(ca=0.3)(pdf, at)[1],
    ),
    "lighten": _white_in_state(BM=Name.Lighten),
    "screen": _white_in_state(BM=Name.Screen),
    "colour dodge": _white_in_state(BM=Name.ColorDodge),
    "a line as wide as the row": _line(1),
    "a thin line to and fro": _hatched,
    "an edge as wide as the row": _edged,
    "a shading": _shaded,
    "a pattern of a shading": _shaded_pattern,
    "drawn letters": _drawn_letters,
    "white squares": _squares,
    "a rectangle in 5 forms": _in_forms(5, _rectangles((0, 0, 1, 1))),
    "a rectangle in 40 forms": _in_forms(40, _rectangles((0, 0, 1, 1))),
    "a picture in 8 forms": _in_forms(8, _pictures((0, 0, 1, 1))),
    "a patch with a bait over it": _bait,
}
SHOWING: dict[str, Cover] = {
    "alpha of 0.2": _white_in_state(ca=0.2),
    "a tint": lambda pdf, at: (
        b"/State gs 0.2 0.4 0.8 rg " + _rectangle(at) + b"f",
        {"ExtGState": {"State": Dictionary(Type=Name.ExtGState, ca=0.15)}},
    ),
    "marked yellow": lambda pdf, at: (
        b"/State gs 1 1 0 rg " + _rectangle(at) + b"f",
        {"ExtGState": {"State": Dictionary(Type=Name.ExtGState, BM=Name.Multiply)}},
    ),
    "darken": _white_in_state(BM=Name.Darken),
    "a form that is hardly seen": _see_through_form,
    "a rule under the row": lambda pdf, at: (b"0 G 0.7 w %f %f m %f %f l S" % (20, at.y + 1.2, 580, at.y + 1.2), {}),
    "a line through the figure": _line(0.1),
    "a frame around the table": lambda pdf, at: (b"0 G 2 w 20 40 555 780 re S", {}),
    "a frame with a wide edge": lambda pdf, at: (b"1 G 8 w 5 5 585 832 re S", {}),
    "rules between columns": lambda pdf, at: (b"0 G 1 w %f 40 m %f 800 l S" % (at.x - 3, at.x - 3), {}),
    "a rectangle that a clip keeps elsewhere": lambda pdf, at: (b"20 20 10 10 re W n 1 g " + _rectangle(at) + b"f", {}),
    "a watermark": _text(b"0.85 g BT /Words 60 Tf 0.7 0.7 -0.7 0.7 %f %f Tm (COPY) Tj ET"),
    "a word in another colour across": _text(b"0.2 0.2 0.7 rg BT /Words 7 Tf %f %f Td (iiii) Tj ET"),
}  # fmt: skip


def covered(cover: Cover, original: str) -> bytes:
    """A statement with a cover over the figure a forger is after."""
    data = ORIGINALS[original]()
    number, _, (left, bottom, right, top) = victim(data)
    pdf = pikepdf.open(BytesIO(data))
    content, resources = cover(pdf, Place(left - 2, bottom - 2, right - left + 4, top - bottom + 4))
    page = pdf.pages[number]
    own = page.obj.Resources
    kinds = {kind: {f"/{name}": part for name, part in of.items()} for kind, of in resources.items()}
    merged = {f"/{kind}": Dictionary({**dict(own.get(f"/{kind}", Dictionary()).items()), **of}) for kind, of in kinds.items()}
    page.obj.Resources = Dictionary({**dict(own.items()), **merged})
    page.contents_add(b"q", prepend=True)
    page.contents_add(b"Q q " + content + b" Q")
    to = BytesIO()
    pdf.save(to, deterministic_id=True)
    return to.getvalue()
