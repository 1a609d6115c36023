"""A statement of text as the numbered lines that a person sees, by the numbers that refusals and transactions name."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

from bowerbird.statements.csv.rows import csv_text
from bowerbird.statements.refusal import Refused

_LONGEST = 400


class FileLine(NamedTuple):
    """`text` is at most 400 characters of it; a row of a CSV file may hold line breaks."""

    number: int
    text: str


def file_lines(kind: str, data: bytes, first: int, last: int) -> list[FileLine]:
    """Lines `first` to `last`: of a CSV file its rows, as a spreadsheet counts them. Whatever the file is, lines come of it."""
    try:
        text = csv_text(data)
    except Refused:
        text = data.decode("latin-1")
    numbered = _records(text) if kind == "csv" else enumerate(text.split("\n"), 1)
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
