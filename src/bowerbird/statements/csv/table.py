"""How the text of a table is split: the character between its cells, and what spreadsheets add to a file.

A file may begin with Excel's line `sep=;`, and write a cell as ="0123" to keep its zeros. Which of comma, semicolon, tab and bar stands
between cells is decided by the first rows: of those that give most of them the same number of cells, the one that gives the most cells. A
comma before the decimals parts rows too, and titles, and gives fewer.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from bowerbird.statements.csv.rows import rows_of

_SEPARATORS = ",;\t|"
_HINT = re.compile(r'"?sep=(?P<separator>[^\r\n])"?[,;\t|]*(?:\r\n|\r|\n|\Z)', re.IGNORECASE)
_LOOKED_AT = 30
"""Rows that decide the separator. Titles above a table are few, so the rows of the table outnumber them."""
_MIN_SHARE = 0.8  # not money: of the rows that the most regular separator parts alike
_MAX_LOOKED_AT = 1 << 18
"""The most characters in which these rows are looked for."""


@dataclass(frozen=True, slots=True)
class CsvTable:
    """A text that is split at `separator`. Its rows begin at `start`; `rows_before` is the number of rows above them, a hint of Excel's."""

    text: str
    separator: str = ","
    start: int = 0
    rows_before: int = 0

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """Every row that is not blank, with the number a spreadsheet shows. Raises Refused (invalid-csv-row)."""
        text = self.text[self.start :] if self.start else self.text
        numbered = rows_of(text, self.separator)
        if self.rows_before:
            numbered = ((number + self.rows_before, cells) for number, cells in numbered)
        return map(_without_guards, numbered) if "=" in self.text and '="' in self.text else numbered


def table_of(text: str) -> CsvTable:
    """The table in the text of a file."""
    hint = _HINT.match(text)
    if hint is not None:
        return CsvTable(text, hint["separator"], hint.end(), 1)
    return CsvTable(text, _separator_of(text))


def _separator_of(text: str) -> str:
    """The separator of most of the first rows; a comma where none splits anything."""
    lines = "".join(islice(io.StringIO(text[:_MAX_LOOKED_AT], newline=""), _LOOKED_AT * 2))
    found = {separator: _regularity(lines, separator) for separator in _SEPARATORS}
    enough = max(rows for rows, _ in found.values()) * _MIN_SHARE
    return max(_SEPARATORS, key=lambda separator: found[separator][::-1] if found[separator][0] >= enough else (0, 0))


def _regularity(lines: str, separator: str) -> tuple[int, int]:
    """Rows that have the commonest number of cells above one, and that number."""
    counts: Counter[int] = Counter()
    try:
        for cells in islice(csv.reader(io.StringIO(lines, newline=""), delimiter=separator, skipinitialspace=True), _LOOKED_AT):
            counts[len(cells)] += len(cells) > 1
    except csv.Error:
        return 0, 0
    width, rows = max(counts.items(), key=lambda item: (item[1], item[0]), default=(0, 0))
    return rows, width


def _without_guards(row: tuple[int, list[str]]) -> tuple[int, list[str]]:
    number, cells = row
    return number, [cell[2:-1] if cell.startswith('="') and cell.endswith('"') and len(cell) > 2 else cell for cell in cells]
