"""A picture of others as it is shown: a PNG written anew from its checked pixels, without anything else that its file holds.

No picture library looks at it: the parts of a PNG are few, and the size of its pixels is known before they are unpacked.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator, Sequence

MAX_BYTES = 64 * 1024
MAX_SIDE = 512
"""Pixels."""
_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
"""Values of a pixel, by the colour type."""
_DEPTHS = {0: (1, 2, 4, 8, 16), 2: (8, 16), 3: (1, 2, 4, 8), 4: (8, 16), 6: (8, 16)}
_MAX_FILTER = 4
_KEPT = (b"PLTE", b"tRNS")
"""What is written again, in this order, each once."""
_NEXT = "Save it as a PNG and try again"


class PictureNotValid(ValueError):
    """A file that cannot be shown; its text says why and what to do."""


def checked_picture(data: bytes, what: str = "picture") -> bytes:
    """The same picture as a PNG of size, palette and pixels; `what` it is in a refusal. Raises PictureNotValid."""
    try:
        return _rewritten(data)
    except PictureNotValid as error:
        raise PictureNotValid(str(error).replace("picture", what)) from None


_BAR, _GAP, _TALL, _MARK = 28, 14, 96, 12
"""Pixels: a bar and what is between two, their height, and that of the marks above the outer ones."""
_WIDE = 5 * _BAR + 6 * _GAP
MAX_FRAMES = 600
_FRAME_MS = 50
_MOVES = b"acTL"


def moving_bars(frames: Sequence[str]) -> bytes:
    """A flicker code as a PNG that moves by itself, over and over: each frame for 50 ms. Raises PictureNotValid."""
    if not 1 < len(frames) <= MAX_FRAMES or any(len(frame) != 5 or set(frame) - set("01") for frame in frames):
        raise PictureNotValid(f"The bars are no frames of five marks, 2 to {MAX_FRAMES} of them.")
    head = struct.pack(">IIBBBBB", _WIDE, _MARK + _TALL, 1, 0, 0, 0, 0)
    parts, number = [(b"IHDR", head), (_MOVES, struct.pack(">II", len(frames), 0))], 0
    for frame in frames:
        parts.append((b"fcTL", struct.pack(">IIIIIHHBB", number, _WIDE, _MARK + _TALL, 0, 0, _FRAME_MS, 1000, 0, 0)))
        pixels = zlib.compress(_bar_row("10001") * _MARK + _bar_row(frame) * _TALL, 9)
        parts.append((b"fdAT", struct.pack(">I", number + 1) + pixels) if number else (b"IDAT", pixels))
        number += 2 if number else 1
    return _SIGNATURE + b"".join(_chunk(kind, content) for kind, content in [*parts, (b"IEND", b"")])


def is_moving(picture: bytes) -> bool:
    """Whether a picture that was checked or drawn here moves."""
    return picture[37:41] == _MOVES  # behind the signature and the head


def _bar_row(marks: str) -> bytes:
    """A row of pixels, a bit each, 1 for white."""
    bits = "0" * _GAP + "".join(mark * _BAR + "0" * _GAP for mark in marks)
    return b"\0" + int(bits.ljust(-(-_WIDE // 8) * 8, "0"), 2).to_bytes(-(-_WIDE // 8))


def _rewritten(data: bytes) -> bytes:
    if len(data) > MAX_BYTES:
        raise PictureNotValid(f"The picture has {len(data) // 1024} KiB. At most {MAX_BYTES // 1024} KiB are allowed: make it smaller.")
    if not data.startswith(_SIGNATURE):
        raise PictureNotValid(f"The picture is no PNG. {_NEXT}.")
    chunks = list(_chunks(data))
    if not chunks or chunks[0][0] != b"IHDR" or len(chunks[0][1]) != 13:
        raise PictureNotValid(f"The picture has no size. {_NEXT}.")
    head = chunks[0][1]
    pixels = _pixels(head, b"".join(content for kind, content in chunks if kind == b"IDAT"))
    first = {kind: content for kind, content in reversed(chunks) if kind in _KEPT and len(content) <= 768}
    kept = [(kind, first[kind]) for kind in _KEPT if kind in first]
    if head[9] == 3 and (not first.get(b"PLTE") or len(first[b"PLTE"]) % 3):
        raise PictureNotValid(f"The picture has no palette. {_NEXT}.")
    parts = [(b"IHDR", head), *kept, (b"IDAT", zlib.compress(pixels, 9)), (b"IEND", b"")]
    return _SIGNATURE + b"".join(_chunk(kind, content) for kind, content in parts)


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Kind and content of each part up to the end mark. Raises PictureNotValid for one that is cut off or damaged."""
    start = len(_SIGNATURE)
    while start + 12 <= len(data):
        length, kind = struct.unpack_from(">I4s", data, start)
        content, end = data[start + 8 : start + 8 + length], start + 12 + length
        if end > len(data) or struct.unpack_from(">I", data, end - 4)[0] != zlib.crc32(kind + content):
            break
        if kind == b"IEND":
            return
        yield kind, content
        start = end
    raise PictureNotValid(f"The picture is damaged or incomplete. {_NEXT}.")


def _pixels(head: bytes, packed: bytes) -> bytes:
    """The rows of pixels, each with its filter. Raises PictureNotValid where they are not what the head announces."""
    width, height, depth, colours, packing, filtering, interlaced = struct.unpack(">IIBBBBB", head)
    if not (0 < width <= MAX_SIDE and 0 < height <= MAX_SIDE):
        raise PictureNotValid(f"The picture is {width} × {height} pixels. At most {MAX_SIDE} × {MAX_SIDE} are allowed: make it smaller.")
    if packing or filtering or interlaced or depth not in _DEPTHS.get(colours, ()):
        raise PictureNotValid("The picture is a PNG of an unusual form. Save it without interlacing and try again.")
    row = 1 + (width * _CHANNELS[colours] * depth + 7) // 8
    unpacking = zlib.decompressobj()
    try:
        pixels = unpacking.decompress(packed, row * height + 1)
    except zlib.error:
        pixels = b""
    if len(pixels) != row * height or any(kind > _MAX_FILTER for kind in pixels[::row]):
        raise PictureNotValid(f"The pixels of the picture are damaged. {_NEXT}.")
    return pixels


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
