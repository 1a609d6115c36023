"""CSV text → numbered rows of cells, as RFC 4180 splits them; and the numbered lines of a file, as a person sees them.

A row's number is the one a spreadsheet shows: the first row is 1, blank rows count, and a quoted line break does not begin a row.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from itertools import chain, islice

from bowerbird.codes import CSV_INVALID_ROW, CSV_TOO_MANY_ROWS
from bowerbird.model.statement import FileKind
from bowerbird.statements.file_line import FileLine
from bowerbird.statements.files import NotText, text_of
from bowerbird.statements.refusal import Refused

LONGEST_CELL = 131_072
"""Characters one cell may hold; it bounds what an unclosed quote can swallow. The limit belongs to the whole process."""

csv.field_size_limit(LONGEST_CELL)

_REASONS = {
    "unexpected end of data": "a quote is opened and never closed.",
    "expected after": "text follows a closing quote.",
    "field larger": f"a field is longer than {LONGEST_CELL} characters.",
}


def csv_text(data: bytes) -> str:
    """The file's text. Raises Refused (invalid-csv-row) with the line of the first byte that is no text."""
    try:
        return text_of(data)
    except NotText as error:
        raise Refused(CSV_INVALID_ROW, row=data.count(b"\n", 0, error.position) + 1, reason=str(error)) from None


_BLOCK = 1 << 16


def _blocks(text: str) -> Iterator[io.StringIO]:
    """The lines of a text in pieces that fit a processor's cache: a `StringIO` takes four bytes a character."""
    start = 0
    while start < len(text):
        end = text.find("\n", start + _BLOCK) + 1 or len(text)
        yield io.StringIO(text[start:end], newline="")
        start = end


def rows_of(text: str, separator: str = ",") -> Iterator[tuple[int, list[str]]]:
    """Every row that is not blank, with its number. Raises Refused (invalid-csv-row) where the text cannot be split any further."""
    number = 0
    try:
        lines = chain.from_iterable(_blocks(text))
        for number, cells in enumerate(csv.reader(lines, delimiter=separator, strict=True, skipinitialspace=True), 1):
            if any(cells):
                yield number, cells
    except csv.Error as error:
        reason = next((ours for theirs, ours in _REASONS.items() if theirs in str(error)), "its quotes or line breaks do not add up.")
        raise Refused(CSV_INVALID_ROW, row=number + 1, reason=reason) from None


def refuse_too_many(text: str, max_rows: int, header_rows: int) -> None:
    """Raises Refused (row-count-exceeded) when more than `max_rows` rows follow the header's.

    Counts line breaks, which bound the rows from above, and splits the text only where that bound is too high: up to the first
    row beyond the limit, or up to where it cannot be split (for the reader proper to tell).
    """
    breaks = text.count("\n") + (text.count("\r") - text.count("\r\n") if "\r" in text else 0)
    if breaks + 1 - text.endswith(("\n", "\r")) - header_rows <= max_rows:
        return
    try:
        for count, _ in enumerate(rows_of(text), 1 - header_rows):
            if count > max_rows:
                raise Refused(CSV_TOO_MANY_ROWS, limit=max_rows)
    except Refused as refusal:
        if refusal.entry is not CSV_INVALID_ROW:
            raise


_LONGEST = 400


def file_lines(kind: FileKind, data: bytes, first: int, last: int) -> list[FileLine]:
    """Lines `first` to `last`: of a CSV file its rows, as a spreadsheet counts them. Bytes that are no text are read as Latin-1."""
    try:
        text = csv_text(data)
    except Refused:
        text = data.decode("latin-1")
    numbered = _records(text) if kind is FileKind.CSV else enumerate(text.split("\n"), 1)
    return [FileLine(number, line[:_LONGEST]) for number, line in islice(numbered, last) if number >= first]


def _records(text: str) -> Iterator[tuple[int, str]]:
    """The rows of a CSV text as they are written; from a row that cannot be split on, line by line."""
    lines = [line.rstrip("\r\n") for line in io.StringIO(text, newline="")]
    reader, done, number = csv.reader(io.StringIO(text, newline=""), strict=True, skipinitialspace=True), 0, 0
    try:
        for number, _ in enumerate(reader, 1):
            yield number, "\n".join(lines[done : reader.line_num])
            done = reader.line_num
    except csv.Error:
        yield from enumerate(lines[done:], number + 1)
