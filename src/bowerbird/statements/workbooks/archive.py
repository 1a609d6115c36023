"""What the package of an XLSX file says that its cells do not: how large it is, which rows are hidden, from which day it counts."""

from __future__ import annotations

import re
import zipfile
from dataclasses import dataclass
from io import BytesIO

from bowerbird.codes import CSV_INVALID_ROW, CSV_TOO_MANY_ROWS
from bowerbird.statements.refusal import Refused
from bowerbird.statements.tables.mapping import MAX_COLUMNS
from bowerbird.statements.tables.shapes import TITLE_ROWS

MAX_UNPACKED_BYTES = 96 * 1_048_576
"""What all parts of a file may come to: a hundred thousand rows of ten cells come to 40 MB."""
_MAX_PARTS = 2_000
_MAX_SHEETS = 64
_ROW = re.compile(rb"<(?:\w+:)?row\b([^>]{0,500})>")
_NUMBER, _HIDDEN = re.compile(rb'\br="(\d{1,9})"'), re.compile(rb'\bhidden="(?:1|true)"')
_WIDE = re.compile(rb'\br="([A-Z]{3})\d')
_COUNTS_FROM_1904 = re.compile(rb'<(?:\w+:)?workbookPr\b[^>]{0,500}\bdate1904="(?:1|true)"')


@dataclass(frozen=True, slots=True)
class Package:
    """`hidden` counts the hidden rows of all sheets; `counts_from_1904`: from which day numbers count that are days."""

    hidden: int
    counts_from_1904: bool


def opened(data: bytes, max_rows: int) -> Package:
    """What a package says. Raises Refused for one that is damaged, or that comes to more than a statement does."""
    try:
        with zipfile.ZipFile(BytesIO(data)) as package:
            return _looked_through(package, max_rows)
    except (zipfile.BadZipFile, zipfile.LargeZipFile, EOFError, OSError, ValueError, RuntimeError, NotImplementedError) as error:
        raise damaged("its package cannot be opened") from error


def damaged(what: str) -> Refused:
    """The refusal of a file that is no whole workbook."""
    return Refused(CSV_INVALID_ROW, row=1, reason=f"this is a damaged Excel file: {what}. Download it again.")


def _looked_through(package: zipfile.ZipFile, max_rows: int) -> Package:
    parts = package.infolist()
    if len(parts) > _MAX_PARTS or sum(part.file_size for part in parts) > MAX_UNPACKED_BYTES:
        raise Refused(CSV_INVALID_ROW, row=1, reason=f"the workbook comes to more than {MAX_UNPACKED_BYTES // 1_048_576} MB.")
    names = [part.filename for part in parts]
    sheets = [name for name in names if re.match(r"xl/worksheets/[^/]{1,100}\.xml\Z", name)]
    if len(sheets) > _MAX_SHEETS:
        raise Refused(CSV_INVALID_ROW, row=1, reason=f"the workbook has more than {_MAX_SHEETS} sheets.")
    hidden = sum(_hidden_rows(_part(package, name), max_rows) for name in sheets)
    book = _part(package, "xl/workbook.xml") if "xl/workbook.xml" in names else b""
    return Package(hidden, _COUNTS_FROM_1904.search(book) is not None)


def _part(package: zipfile.ZipFile, name: str) -> bytes:
    """A part, unpacked no further than it says it is long."""
    with package.open(name) as part:
        return part.read(package.getinfo(name).file_size)


def _hidden_rows(sheet: bytes, max_rows: int) -> int:
    """How many rows are hidden. Raises Refused for a cell that lies further out than a statement's does, before room is made for it."""
    if _WIDE.search(sheet):
        raise Refused(CSV_INVALID_ROW, row=1, reason=f"a sheet has more than {MAX_COLUMNS} columns.")
    hidden = 0
    for match in _ROW.finditer(sheet):
        number = _NUMBER.search(match[1])
        if number is not None and int(number[1]) > max_rows + TITLE_ROWS:
            raise Refused(CSV_TOO_MANY_ROWS, limit=max_rows)
        hidden += _HIDDEN.search(match[1]) is not None
    return hidden
