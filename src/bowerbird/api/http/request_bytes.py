"""The one count of the bytes that a connection receives: how many each part of a request may have, and where the parser is fed to.

The parser accepts endless headers, chunk extensions and trailers, and many requests at once. So it gets what arrived in pieces that end
where the headers or the body of a request end, and every piece is counted before it is parsed.
"""

from __future__ import annotations

from collections.abc import Iterable

from bowerbird import codes
from bowerbird.model.problem import Problem

HEADER_LIMIT = 65_536
"""Bytes of request line and headers together, blank lines before them included."""

FIELD_BYTES = 32
"""Bytes that a header field counts besides its own: what keeping it costs. HTTP/2 counts the same (RFC 9113, 6.5.2)."""

FRAMING_LIMIT = 16_384
"""Bytes of chunk sizes and extensions by which a body may exceed `_FRAMING_RATIO` times its content."""

_FRAMING_RATIO = 8  # a chunk of one byte has five bytes of framing
_CHUNKED_PIECE_BYTES = 1024  # the end of a chunked body is not known before it was parsed
_BLANK_LINE = b"\r\n\r\n"


class RequestBytes:
    """The counts of the request that a connection receives now. `content` is its body without framing.

    `body_limit` bounds body and framing together, before the response and after it.
    """

    __slots__ = ("_body", "_excess", "_last", "_length", "body_limit", "content", "head")

    def __init__(self, body_limit: int) -> None:
        self.body_limit = body_limit
        self.head = self.content = self._body = self._excess = 0
        self._last = b""
        self._length: int | None = None

    def begin_body(self, headers: Iterable[tuple[bytes, bytes]]) -> None:
        """The headers are complete and a body follows them, of the length that they declare."""
        declared = next((value for name, value in headers if name == b"content-length"), None)
        self._length = int(declared) if declared is not None else None
        self.content = self._body = self._excess = 0

    def end_head(self) -> None:
        self.head, self._last = 0, b""

    def add_field(self) -> None:
        """Count what keeping a header field costs. Raises Problem."""
        self._add_head(FIELD_BYTES)

    def take_head(self, data: bytes, start: int) -> int:
        """Count a piece of the head; where it ends: behind a blank line, or with the data. Raises Problem."""
        first = start
        if self.head == 0 and data[start] in _BLANK_LINE:
            first = len(data) - len(data[start:].lstrip(_BLANK_LINE))  # blank lines before a request are one piece
        seam = (self._last + data[start : start + 3]).find(_BLANK_LINE) if self._last else -1
        if seam >= 0:  # a blank line that came in two pieces
            end = start + seam + 4 - len(self._last)
        else:
            found = data.find(_BLANK_LINE, first)
            end = found + 4 if found >= 0 else len(data)
        self._last = (self._last + data[max(start, end - 3) : end])[-3:]
        self._add_head(end - start)
        return end

    def take_body(self, data: bytes, start: int) -> int:
        """Count a piece of the body; where it ends. Raises Problem."""
        size = _CHUNKED_PIECE_BYTES if self._length is None else max(1, self._length - self._body)
        end = min(start + size, len(data))
        self._body += end - start
        if self._body > self.body_limit:
            raise Problem(codes.BODY_TOO_LONG, limit=self.body_limit)
        return end

    def check_framing(self, size: int, content: int) -> None:
        """A piece of `size` bytes held `content` bytes of the body itself. Raises Problem for one that is mostly something else."""
        self._excess = max(0, self._excess + size - content - _FRAMING_RATIO * content)
        if self._excess > FRAMING_LIMIT:
            raise Problem(codes.INVALID_HTTP)

    def _add_head(self, size: int) -> None:
        self.head += size
        if self.head > HEADER_LIMIT:
            raise Problem(codes.HEADERS_TOO_LONG, limit=HEADER_LIMIT)
