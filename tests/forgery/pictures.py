"""Statements with pictures over their words: every form of picture in every place, and what an examiner must see of each.

A paint is a picture's XObject, a place is the operators that put it over the figure a forger is after.
"""

from __future__ import annotations

import random
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from io import BytesIO
from math import cos, radians, sin
from typing import Any, Literal

import pikepdf
from pikepdf import Array, Dictionary, Name, Pdf, Stream
from PIL import Image

from tests.forgery.forgeries import Box, victim
from tests.forgery.originals import ORIGINALS

Outcome = Literal["hidden", "visible", "answered"]
"""A figure that is hidden, one that is still seen, or a file whose picture is broken: any answer but a crash."""
SIDE = 24


@dataclass(frozen=True)
class Paint:
    """A picture in one file: `operators` come before it is drawn, such as the state it is drawn in."""

    picture: Stream
    operators: bytes = b""
    states: Dictionary | None = None


def _image(pdf: Pdf, data: bytes, **entries: object) -> Stream:
    usual = {"Width": SIDE, "Height": SIDE, "ColorSpace": Name.DeviceRGB, "BitsPerComponent": 8}
    named: dict[str, Any] = {key: value for key, value in {**usual, **entries}.items() if value is not None}
    stream = Stream(pdf, data)
    stream.stream_dict = Dictionary(Type=Name.XObject, Subtype=Name.Image, **named)
    return pdf.make_indirect(stream)


def _white(pdf: Pdf, **entries: object) -> Stream:
    return _image(pdf, b"\xff" * SIDE * SIDE * 3, **entries)


def _grey(pdf: Pdf, alpha: bytes, **entries: object) -> Stream:
    return _image(pdf, alpha, ColorSpace=Name.DeviceGray, **entries)


def _masked(pdf: Pdf, alpha: bytes) -> Paint:
    return Paint(_white(pdf, SMask=_grey(pdf, alpha)))


def _alike(alpha: int) -> bytes:
    return bytes([alpha]) * SIDE * SIDE


def _jpeg(mode: str, colour: object) -> bytes:
    to = BytesIO()
    Image.new(mode, (SIDE, SIDE), colour).save(to, "JPEG")  # type: ignore[arg-type]
    return to.getvalue()


def _jpeg2000() -> bytes:
    to = BytesIO()
    Image.new("RGB", (SIDE, SIDE), "white").save(to, "JPEG2000")
    return to.getvalue()


def _in_state(pdf: Pdf, **entries: Any) -> Paint:
    return Paint(_white(pdf), b"/State gs ", Dictionary(State=Dictionary(Type=Name.ExtGState, **entries)))


def _in_masked_state(pdf: Pdf, grey: float) -> Paint:  # not money: light
    """The mask is a form that fills the page: what it leaves black is see-through."""
    form = Stream(pdf, b"%f g 0 0 600 850 re f" % grey)
    form.stream_dict = Dictionary(
        Type=Name.XObject, Subtype=Name.Form, BBox=Array([0, 0, 600, 850]), Group=Dictionary(S=Name.Transparency, CS=Name.DeviceGray)
    )
    return _in_state(pdf, SMask=Dictionary(S=Name.Luminosity, G=pdf.make_indirect(form)))


PACKED_BITS = (SIDE + 7) // 8 * SIDE
HIDING: dict[str, Callable[[Pdf], Paint]] = {
    "rgb": lambda pdf: Paint(_white(pdf)),
    "soft mask, opaque": lambda pdf: _masked(pdf, _alike(255)),
    "soft mask, nearly opaque": lambda pdf: _masked(pdf, _alike(240)),
    "soft mask, one clear pixel": lambda pdf: _masked(pdf, b"\0" + _alike(255)[1:]),
    "grey": lambda pdf: Paint(_grey(pdf, _alike(255))),
    "sixteen bits": lambda pdf: Paint(_grey(pdf, _alike(255) * 2, BitsPerComponent=16)),
    "one bit": lambda pdf: Paint(_image(pdf, b"\xff" * PACKED_BITS, ColorSpace=Name.DeviceGray, BitsPerComponent=1)),
    "stencil": lambda pdf: Paint(_image(pdf, bytes(PACKED_BITS), ImageMask=True, ColorSpace=None, BitsPerComponent=1), b"1 g "),
    "indexed": lambda pdf: Paint(_image(pdf, _alike(0), ColorSpace=Array([Name.Indexed, Name.DeviceRGB, 0, pikepdf.String(b"\xff" * 3)]))),
    "jpeg": lambda pdf: Paint(_image(pdf, _jpeg("RGB", "white"), Filter=Name.DCTDecode)),
    "grey jpeg": lambda pdf: Paint(_image(pdf, _jpeg("L", 255), Filter=Name.DCTDecode, ColorSpace=Name.DeviceGray)),
    "cmyk": lambda pdf: Paint(_image(pdf, bytes(SIDE * SIDE * 4), ColorSpace=Name.DeviceCMYK)),
    "cmyk jpeg": lambda pdf: Paint(_image(pdf, _jpeg("CMYK", (0, 0, 0, 0)), Filter=Name.DCTDecode, ColorSpace=Name.DeviceCMYK)),
    "jpeg 2000": lambda pdf: Paint(_image(pdf, _jpeg2000(), Filter=Name.JPXDecode)),
    "hard mask": lambda pdf: Paint(_white(pdf, Mask=_image(pdf, bytes(PACKED_BITS), ImageMask=True, ColorSpace=None, BitsPerComponent=1))),
    "alpha of 0.95": lambda pdf: _in_state(pdf, ca=0.95),
    "masked state, opaque": lambda pdf: _in_masked_state(pdf, 1),
}
SHOWING: dict[str, Callable[[Pdf], Paint]] = {
    "soft mask, clear": lambda pdf: _masked(pdf, _alike(0)),
    "soft mask, veil": lambda pdf: _masked(pdf, _alike(40)),
    "jpeg, clear": lambda pdf: Paint(_image(pdf, _jpeg("RGB", "white"), Filter=Name.DCTDecode, SMask=_grey(pdf, _alike(0)))),
    "stencil, empty": lambda pdf: Paint(_image(pdf, b"\xff" * PACKED_BITS, ImageMask=True, ColorSpace=None, BitsPerComponent=1), b"1 g "),
    "hard mask, clear": lambda pdf: Paint(
        _white(pdf, Mask=_image(pdf, b"\xff" * PACKED_BITS, ImageMask=True, ColorSpace=None, BitsPerComponent=1))
    ),
    "colour key": lambda pdf: Paint(_white(pdf, Mask=Array([250, 255] * 3))),
    "alpha of 0.2": lambda pdf: _in_state(pdf, ca=0.2),
    "multiplied": lambda pdf: _in_state(pdf, BM=Name.Multiply),
    "masked state, clear": lambda pdf: _in_masked_state(pdf, 0),
}


def _looped(pdf: Pdf) -> Stream:
    image = _white(pdf)
    image.stream_dict.SMask = image
    return image


BROKEN: dict[str, Callable[[Pdf], Stream]] = {
    "cut": lambda pdf: _image(pdf, b"\xff" * 100),
    "empty": lambda pdf: _image(pdf, b""),
    "mask cut": lambda pdf: _white(pdf, SMask=_grey(pdf, b"\x7f" * 10)),
    "mask of another size": lambda pdf: _white(pdf, SMask=_grey(pdf, bytes(range(256)), Width=256, Height=1)),
    "mask is itself": _looped,
    "no width": lambda pdf: _white(pdf, Width=0),
    "negative width": lambda pdf: _white(pdf, Width=-SIDE),
    "huge": lambda pdf: _white(pdf, Width=100_000, Height=100_000),
    "huge, one bit": lambda pdf: _image(
        pdf, zlib.compress(bytes(20_000 * 2_500)), Width=20_000, Height=20_000, Filter=Name.FlateDecode,
        ColorSpace=Name.DeviceGray, BitsPerComponent=1,
    ),
    "more than memory": lambda pdf: _white(pdf, Width=2_000_000_000, Height=2_000_000_000),
    "huge mask": lambda pdf: _white(pdf, SMask=_grey(pdf, b"\x7f", Width=60_000, Height=60_000)),
    "seven bits": lambda pdf: _white(pdf, BitsPerComponent=7),
    "no colour space": lambda pdf: _white(pdf, ColorSpace=None),
    "colour space unknown": lambda pdf: _white(pdf, ColorSpace=Name.Unknown),
    "palette too short": lambda pdf: _image(pdf, _alike(200), ColorSpace=Array([Name.Indexed, Name.DeviceRGB, 255, pikepdf.String(b"\1")])),
    "filter unknown": lambda pdf: _white(pdf, Filter=Name.Unknown),
    "no flate": lambda pdf: _white(pdf, Filter=Name.FlateDecode),
    "jpeg cut": lambda pdf: _image(pdf, _jpeg("RGB", "white")[:200], Filter=Name.DCTDecode),
    "jpeg of noise": lambda pdf: _image(pdf, b"\xff\xd8" + random.Random(1).randbytes(500), Filter=Name.DCTDecode),
    "jpeg of other colours": lambda pdf: _image(pdf, _jpeg("CMYK", (0, 0, 0, 0)), Filter=Name.DCTDecode),
    "jpeg 2000 cut": lambda pdf: _image(pdf, _jpeg2000()[:90], Filter=Name.JPXDecode),
    "fax of noise": lambda pdf: _image(pdf, random.Random(2).randbytes(300), Filter=Name.CCITTFaxDecode, BitsPerComponent=1),
    "jbig2 of noise": lambda pdf: _image(pdf, random.Random(3).randbytes(300), Filter=Name.JBIG2Decode, BitsPerComponent=1),
}  # fmt: skip


# ── Places ───────────────────────────────────────────────────────────────────────────────────────────────────────────────────

Place = Callable[[Pdf, Box, bytes], tuple[bytes, dict[str, Stream]]]
"""Of the operators that draw the unit square: those that draw it over a box, and the forms they name."""


def _matrix(draw: bytes, *numbers: float) -> bytes:  # not money: a matrix
    return b"q " + b" ".join(b"%f" % number for number in numbers) + b" cm " + draw + b" Q "


def _turned(degrees: float) -> Place:  # not money: an angle
    """A square around the box, turned; large enough to hold the box at any angle."""

    def place(pdf: Pdf, box: Box, draw: bytes) -> tuple[bytes, dict[str, Stream]]:
        x, y, side = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2, (box[2] - box[0] + box[3] - box[1]) * 1.5
        c, s = cos(radians(degrees)) * side, sin(radians(degrees)) * side
        return _matrix(draw, c, s, -s, c, x - (c - s) / 2, y - (s + c) / 2), {}

    return place


def _stretched(across: int = 1, up: int = 1, margin: float = 1) -> Place:  # not money: points
    """The box with a margin; mirrored where a direction is -1."""

    def place(pdf: Pdf, box: Box, draw: bytes) -> tuple[bytes, dict[str, Stream]]:
        left, bottom, right, top = box[0] - margin, box[1] - margin, box[2] + margin, box[3] + margin
        width, height = right - left, top - bottom
        at = (left if across > 0 else right, bottom if up > 0 else top)
        return _matrix(draw, across * width, 0, 0, up * height, *at), {}

    return place


def _in_forms(depth: int) -> Place:
    """In a form in a form, each a tenth of the one around it and the innermost as much larger."""

    def place(pdf: Pdf, box: Box, draw: bytes) -> tuple[bytes, dict[str, Stream]]:
        content, forms = _matrix(_stretched()(pdf, box, draw)[0], *_scale(10.0**depth)), {}
        for level in range(depth):
            form = Stream(pdf, content)
            wide = Array([-1e6, -1e6, 1e6, 1e6])
            form.stream_dict = Dictionary(
                Type=Name.XObject, Subtype=Name.Form, BBox=wide, Matrix=Array([0.1, 0, 0, 0.1, 0, 0]), Resources=Dictionary()
            )
            forms[f"Form{level}"] = pdf.make_indirect(form)
            content = b"/Form%d Do " % level
        return content, forms

    return place


def _scale(times: float) -> tuple[float, ...]:  # not money: a matrix
    return times, 0, 0, times, 0, 0


def _several(pdf: Pdf, box: Box, draw: bytes) -> tuple[bytes, dict[str, Stream]]:
    """Twenty strips, side by side."""
    width = (box[2] - box[0] + 2) / 20
    strips = (_matrix(draw, width * 1.05, 0, 0, box[3] - box[1] + 2, box[0] - 1 + width * number, box[1] - 1) for number in range(20))
    return b"".join(strips), {}


PLACES: dict[str, Place] = {
    "straight": _stretched(),
    "upside down": _stretched(up=-1),
    "mirrored": _stretched(across=-1),
    "both": _stretched(across=-1, up=-1),
    "turned by 90": _turned(90),
    "turned by 45": _turned(45),
    "turned by 200": _turned(200),
    "far wider": _stretched(margin=3_000),
    "in a form": _in_forms(1),
    "in three forms": _in_forms(3),
    "in strips": _several,
}


def over_figure(paint: Callable[[Pdf], Paint], place: Place, original: str = "plain") -> bytes:
    """A statement with a picture over the figure a forger is after."""
    data = ORIGINALS[original]()
    number, _, box = victim(data)
    pdf = pikepdf.open(BytesIO(data))
    made = paint(pdf)
    content, forms = place(pdf, box, made.operators + b"/Over Do")
    added: dict[str, dict[str, Any]] = {"/XObject": {"/Over": made.picture, **{f"/{name}": form for name, form in forms.items()}}}
    if made.states is not None:
        added["/ExtGState"] = dict(made.states.items())
    resources = _with(pdf.pages[number].obj.Resources, added)
    for form in forms.values():
        form.stream_dict.Resources = Dictionary({name: Dictionary(parts) for name, parts in added.items()})
    pdf.pages[number].obj.Resources = resources
    return _appended(pdf, number, content)


def inline_over_figure(original: str = "plain", grey: int = 255) -> bytes:
    """The same with the picture in the page's own operators."""
    data = ORIGINALS[original]()
    number, _, box = victim(data)
    pdf = pikepdf.open(BytesIO(data))
    inline = b"BI /W 4 /H 4 /CS /G /BPC 8 ID " + bytes([grey]) * 16 + b"\nEI"
    return _appended(pdf, number, _stretched()(pdf, box, inline)[0])


def patterned(original: str = "plain") -> bytes:
    """A shape over the figure, filled with a pattern of pictures."""
    data = ORIGINALS[original]()
    number, _, box = victim(data)
    pdf = pikepdf.open(BytesIO(data))
    tile = Stream(pdf, b"q 4 0 0 4 0 0 cm /Over Do Q")
    tile.stream_dict = Dictionary(
        Type=Name.Pattern, PatternType=1, PaintType=1, TilingType=1, BBox=Array([0, 0, 4, 4]), XStep=4, YStep=4,
        Resources=Dictionary(XObject=Dictionary(Over=_white(pdf))),
    )  # fmt: skip
    page = pdf.pages[number].obj
    page.Resources = _with(page.Resources, {"/Pattern": {"/Tile": pdf.make_indirect(tile)}})
    size = (box[0] - 1, box[1] - 1, box[2] - box[0] + 2, box[3] - box[1] + 2)
    return _appended(pdf, number, b"q /Pattern cs /Tile scn %f %f %f %f re f Q" % size)


def _with(resources: Any, added: dict[str, dict[str, Any]]) -> Dictionary:
    """A page's resources and more."""
    merged = {name: Dictionary({**dict(resources.get(name, Dictionary()).items()), **parts}) for name, parts in added.items()}
    return Dictionary({**dict(resources.items()), **merged})


def _appended(pdf: Pdf, number: int, content: bytes) -> bytes:
    page = pdf.pages[number]
    page.contents_add(b"q", prepend=True)
    page.contents_add(b"Q " + content)
    to = BytesIO()
    pdf.save(to, deterministic_id=True)
    return to.getvalue()


def _holding(picture: Callable[[Pdf], Stream]) -> Callable[[Pdf], Paint]:
    return lambda pdf: Paint(picture(pdf))


def every_case() -> Iterator[tuple[str, Outcome, Callable[[], bytes]]]:
    """Every paint in every place, by name, with what must come of it."""
    paints: list[tuple[str, Outcome, Callable[[Pdf], Paint]]] = [
        *((name, "hidden", paint) for name, paint in HIDING.items()),
        *((name, "visible", paint) for name, paint in SHOWING.items()),
        *((name, "answered", _holding(picture)) for name, picture in BROKEN.items()),
    ]
    for name, outcome, paint in paints:
        for where, place in PLACES.items():
            yield f"{name}, {where}", outcome, lambda paint=paint, place=place: over_figure(paint, place)  # type: ignore[misc]
    nowhere = {"flat": lambda pdf, box, draw: (_matrix(draw, 60, 0, 0, 0, box[0], box[1]), {}), "beside the page": _stretched()}
    yield "rgb, flat", "visible", lambda: over_figure(HIDING["rgb"], nowhere["flat"])
    for name, paint in {**HIDING, **SHOWING}.items():
        yield f"{name}, as a million points", "hidden", lambda paint=paint: over_figure(paint, _stretched(margin=1_000_000))  # type: ignore[misc]
    yield "inline", "hidden", inline_over_figure
    yield "pattern", "answered", patterned
