"""A line of a file of text, as a page shows it."""

from __future__ import annotations

from typing import NamedTuple


class FileLine(NamedTuple):
    """`text` is at most 400 characters of it; a row of a CSV file may hold line breaks."""

    number: int
    text: str
