"""What an uploaded file is, by its bytes and never by its name, and the text inside it."""

from __future__ import annotations

import codecs
import re
from itertools import islice

from bowerbird.model.statement import WORKBOOKS, FileKind
from bowerbird.statements.formats import text_kind

_CONTROL = bytes(code for code in (*range(32), 127) if code not in b"\t\r\n")
_WIDE_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_HEAD = 4096
"""Bytes that decide which format a text has; all of them are ASCII."""
_FIRST_CONTROL = re.compile(b"[" + re.escape(_CONTROL) + b"]")
_HIGH = bytes(range(128, 256))
_ENOUGH_LETTERS = 10_000
"""Letters beside ASCII that tell a text's language: the first of them, since each costs a string of its own."""
_MAX_OF_IT = 0.9  # not money: the share of Japanese among what is not ASCII


class NotText(ValueError):
    """Bytes that are no text. `position` is the offset of the first offending byte; `str()` says what is wrong there."""

    def __init__(self, position: int, reason: str) -> None:
        super().__init__(reason)
        self.position = position


def kind_of(data: bytes) -> FileKind | None:
    """PDF where `%PDF-` lies within the first 1024 bytes; XLSX or XLS by the names in its package; of text the format that it begins like,
    CSV where that is none; otherwise None, as for no bytes at all.

    Text is UTF-8, UTF-16 or UTF-32 (with or without BOM) or else cp1252 or Shift JIS, without control characters other than tab
    and line breaks.
    Blank text is a CSV: that it has no rows is for the reader to say.
    """
    if b"%PDF-" in data[:1024]:
        return FileKind.PDF
    if (workbook := _workbook_kind(data)) is not None:
        return workbook
    if _wide_encoding(data):
        return None if (wide := _wide_text(data)) is None else text_kind(wide)
    if not data or _control_at(data) is not None:
        return None
    if not (_decodes(data, "utf-8") or _decodes(data, "cp1252") or _japanese(data)):
        return None
    return text_kind(data.removeprefix(codecs.BOM_UTF8)[:_HEAD].decode("latin-1"))


def workbook_kind(data: bytes) -> FileKind | None:
    """The kind of a workbook, None for any other file. Looks at the whole of a file only where it begins like one."""
    head = data.removeprefix(codecs.BOM_UTF8)[:_HEAD].decode("latin-1")
    kind = kind_of(data) if data.startswith((_ZIP, _OLE)) or _wide_encoding(data) or text_kind(head) in WORKBOOKS else None
    return kind if kind in WORKBOOKS else None


_OLE, _ZIP = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"PK\x03\x04"
"""How the packages of XLS and XLSX files begin, and those of other files of Office."""
LOCKED = "EncryptedPackage".encode("utf-16-le")
"""The name of the one part of a workbook that has a password."""


def _workbook_kind(data: bytes) -> FileKind | None:
    """XLSX or XLS by the names of a package's parts, which no package hides; None for a document of another kind, or with a password."""
    if data.startswith(_ZIP):
        return FileKind.XLSX if b"xl/workbook.xml" in data else None
    if not data.startswith(_OLE) or LOCKED in data:
        return None
    names = ("Workbook".encode("utf-16-le"), "Book".encode("utf-16-le"))
    return FileKind.XLS if any(name + b"\0\0" in data for name in names) else None


def text_of(data: bytes) -> str:
    """The text of a CSV file, without BOM.

    Raises NotText for control characters, for bytes that neither encoding has, and for a file that is UTF-8 but for a few bytes:
    read as cp1252, every accented letter in it would silently turn into two others.
    """
    if (wide := _wide_text(data)) is not None:
        return wide
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
        if japanese := _japanese(data):
            return japanese
        raise NotText(error.start, f"the byte 0x{data[error.start]:02X} is no text, neither in UTF-8 nor in Windows-1252.") from None


_BOMS = {
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
"""The longer ones first: the shorter of each order begins the longer one."""
_ZEROS = {b"\0\1\1\1": "utf-32-le", b"\1\1\1\0": "utf-32-be", b"\0\1\0\1": "utf-16-le", b"\1\0\1\0": "utf-16-be"}
"""Which of the first four bytes are zero (1) where each holds two ASCII characters, or one."""


def _wide_encoding(data: bytes) -> str:
    """The encoding of a text with two or four bytes a character; empty for any other file."""
    marked = next((encoding for bom, encoding in _BOMS.items() if data.startswith(bom)), "")
    return marked or _ZEROS.get(bytes(byte == 0 for byte in data[:4]), "")


def _wide_text(data: bytes) -> str | None:
    """The text of such a file; None for one that is none, or that holds what no text does."""
    try:
        text = data.decode(encoding) if (encoding := _wide_encoding(data)) else None
    except UnicodeDecodeError:
        return None
    return text if text is not None and _is_plain(text) else None


def _is_plain(text: str) -> bool:
    """Whether a text has no control characters other than tab and line breaks."""
    return _WIDE_CONTROL.search(text) is None


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


_EAST_ASIAN = re.compile("[\u3000-\u30ff\u4e00-\u9fff\uff01-\uff9f]")


def _japanese(data: bytes) -> str:
    """The text of a file in Shift JIS; empty where it is none, or where most of what it has beside ASCII is not Japanese."""
    try:
        text = data.decode("cp932")
    except UnicodeDecodeError:
        return ""
    wide = list(islice((char for char in text if not char.isascii()), _ENOUGH_LETTERS))
    return text if wide and sum(_EAST_ASIAN.match(char) is not None for char in wide) >= len(wide) * _MAX_OF_IT else ""


def central_european(data: bytes, text: str) -> str:
    """A file that was read as Windows-1252, as Windows-1250: Czech, Hungarian or Polish; empty where it is neither."""
    try:
        return data.decode("cp1250") if data.isascii() is False and data.decode("cp1252") == text else ""
    except UnicodeDecodeError:
        return ""


def _mostly_utf8(data: bytes) -> bool:
    """Whether well-formed UTF-8 sequences outnumber the bytes that are none, or equal them."""
    text = data.decode("utf-8", "replace")
    ill_formed = text.count("\N{REPLACEMENT CHARACTER}")
    well_formed = len(text) - ill_formed - len(data.translate(None, _HIGH))
    return 0 < well_formed >= ill_formed


_NO_STATEMENTS: tuple[tuple[bytes, str], ...] = (
    (b"\xff\xd8\xff", "a photo (JPEG)"),
    (b"\x89PNG", "a picture (PNG)"),
    (b"GIF8", "a picture (GIF)"),
    (b"II*\x00", "a picture (TIFF)"),
    (b"MM\x00*", "a picture (TIFF)"),
    (b"BM", "a picture (BMP)"),
    (b"\xd0\xcf\x11\xe0", "a file of an older Office program, such as Word"),
    (b"{\\rtf", "a text document (RTF)"),
    (b"Rar!", "an archive (RAR)"),
    (b"7z\xbc\xaf", "an archive (7z)"),
    (b"\x1f\x8b", "a compressed file (gzip)"),
)


_ARCHIVES: tuple[tuple[bytes, str], ...] = (
    (b"xl/", "a binary Excel file (XLSB)"),
    (b"opendocument.spreadsheet", "an OpenDocument spreadsheet (ODS)"),
    (b"word/", "a Word file (DOCX)"),
    (b"Payload/", "an archive"),
)
KINDS: tuple[str, ...] = (
    "empty", "a photo (HEIC)", "a video", "an Office file protected by a password", "an archive (ZIP)",
    *(kind for _, kind in (*_NO_STATEMENTS, *_ARCHIVES)),
)  # fmt: skip
"""What a file may be called that is no statement."""


def kind_in_words(data: bytes) -> str:
    """What a file is that is neither PDF nor text; empty where that is not known."""
    if not data:
        return "empty"
    if data[4:8] == b"ftyp":
        return "a photo (HEIC)" if data[8:12] in (b"heic", b"heix", b"mif1", b"heif") else "a video"
    if LOCKED in data and data.startswith(b"\xd0\xcf\x11\xe0"):
        return "an Office file protected by a password"
    if data.startswith(b"PK"):
        return next((kind for name, kind in _ARCHIVES if name in data[:4096]), "an archive (ZIP)")
    return next((kind for start, kind in _NO_STATEMENTS if data.startswith(start)), "")
