"""Raw blanks in the query of a request line, as a published client sends them: the parser gets them percent-encoded."""

from __future__ import annotations

from enum import Enum, auto

_VERSION = b" HTTP/"


class _Place(Enum):
    START = auto()
    PATH = auto()
    QUERY = auto()
    FIELDS = auto()


class RequestLine:
    """The first line of one request, which may arrive in several pieces."""

    __slots__ = ("_held", "_place")

    def __init__(self) -> None:
        self._place, self._held = _Place.START, b""

    def encode(self, piece: bytes) -> bytes:
        """A piece of a request's head as the parser gets it. The end of it may wait for the next piece: a blank ends the target or not."""
        if self._place is _Place.FIELDS:
            return piece
        if self._place is _Place.QUERY:
            return self._encode_query(self._held + piece)
        blank_lines = len(piece) - len(piece.lstrip(b"\r\n")) if self._place is _Place.START else 0
        if blank_lines == len(piece):
            return piece
        line_end, query = piece.find(b"\n", blank_lines), piece.find(b"?")
        if query < 0 or 0 <= line_end < query:
            self._place = _Place.PATH if line_end < 0 else _Place.FIELDS
            return piece
        self._place = _Place.QUERY
        return piece[:query] + self._encode_query(piece[query:])

    def _encode_query(self, text: bytes) -> bytes:
        line_end, target_end = text.find(b"\n"), text.find(_VERSION)
        if target_end >= 0 and (line_end < 0 or target_end < line_end):
            self._place = _Place.FIELDS
            return text[:target_end].replace(b" ", b"%20") + text[target_end:]
        if line_end >= 0:  # no request line: the parser refuses it
            self._place = _Place.FIELDS
            return text
        held = next((size for size in range(len(_VERSION) - 1, 0, -1) if text.endswith(_VERSION[:size])), 0)
        self._held = text[len(text) - held :]
        return text[: len(text) - held].replace(b" ", b"%20")
