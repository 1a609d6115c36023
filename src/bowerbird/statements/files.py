"""What an uploaded file is, by its bytes and never by its name, and the text inside it."""

from __future__ import annotations

import codecs
import re

from bowerbird.model.statement import FileKind

_CONTROL = bytes(code for code in (*range(32), 127) if code not in b"\t\r\n")
_FIRST_CONTROL = re.compile(b"[" + re.escape(_CONTROL) + b"]")
_HIGH = bytes(range(128, 256))
_OFX = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*(?:OFXHEADER\s*:|(?:<\?[^>]{0,500}>\s*){0,4}<OFX>|(?:<\?[^>]{0,500}>\s*){0,3}<\?OFX\s)", re.IGNORECASE
)
"""How an OFX file begins: with its header of either generation, or with the element that holds all others."""


class NotText(ValueError):
    """Bytes that are no text. `position` is the offset of the first offending byte; `str()` says what is wrong there."""

    def __init__(self, position: int, reason: str) -> None:
        super().__init__(reason)
        self.position = position


def kind_of(data: bytes) -> FileKind | None:
    """PDF where `%PDF-` lies within the first 1024 bytes; OFX where text begins as OFX does, CSV where it is any other text; otherwise
    None, as for no bytes at all.

    Text is UTF-8 (with or without BOM) or else cp1252, without control characters other than tab and line breaks; so UTF-16 is
    none. Blank text is a CSV: that it has no rows is for the reader to say.
    """
    if b"%PDF-" in data[:1024]:
        return FileKind.PDF
    if not data or _control_at(data) is not None:
        return None
    if not (_decodes(data, "utf-8") or _decodes(data, "cp1252")):
        return None
    return FileKind.OFX if is_ofx(data) else FileKind.CSV


def is_ofx(data: bytes) -> bool:
    """Whether text begins as an OFX or QFX file does."""
    return _OFX.match(data) is not None


def text_of(data: bytes) -> str:
    """The text of a CSV file, without BOM.

    Raises NotText for control characters, for bytes that neither encoding has, and for a file that is UTF-8 but for a few bytes:
    read as cp1252, every accented letter in it would silently turn into two others.
    """
    if (position := _control_at(data)) is not None:
        raise NotText(position, f"the file holds the control character 0x{data[position]:02X}.")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        if data.startswith(codecs.BOM_UTF8) or _mostly_utf8(data):
            raise NotText(error.start, f"the byte 0x{data[error.start]:02X} is not UTF-8, as the rest of the file is.") from None
    try:
        return data.decode("cp1252")
    except UnicodeDecodeError as error:
        raise NotText(error.start, f"the byte 0x{data[error.start]:02X} is no text, neither in UTF-8 nor in Windows-1252.") from None


def _control_at(data: bytes) -> int | None:
    """Offset of the first control character that no CSV holds."""
    if len(data.translate(None, _CONTROL)) == len(data):
        return None
    match = _FIRST_CONTROL.search(data)
    return match.start() if match else None


def _decodes(data: bytes, encoding: str) -> bool:
    try:
        data.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _mostly_utf8(data: bytes) -> bool:
    """Whether well-formed UTF-8 sequences outnumber the bytes that are none, or equal them."""
    text = data.decode("utf-8", "replace")
    ill_formed = text.count("\N{REPLACEMENT CHARACTER}")
    well_formed = len(text) - ill_formed - len(data.translate(None, _HIGH))
    return 0 < well_formed >= ill_formed
