"""Which column of a file in the published format means what."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from operator import itemgetter

from bowerbird.codes import CSV_INVALID_ROW, CSV_MISSING_FIELD
from bowerbird.sdk.layout import ACCOUNT_MEANINGS, TRANSACTION_MEANINGS, ColumnMeaning, CsvColumn, CsvLayout
from bowerbird.statements.refusal import Refused

MOST_COLUMNS = 1000
"""Columns a header may have: the published one has 20, and an export may add its own."""


@dataclass(slots=True)
class CsvHeader:
    """A file's header, matched to a layout.

    `positions` maps every meaning to its place in a row; a meaning without a column has the place after the last column, where the
    reader puts an empty cell. `account_cells` and `transaction_cells` pick from such a row the cells that belong to the account and
    to the transaction, in the order of ACCOUNT_MEANINGS and TRANSACTION_MEANINGS; `required` lists what may not be empty.
    """

    width: int
    columns: dict[ColumnMeaning, CsvColumn]
    positions: dict[ColumnMeaning, int]
    account_cells: Callable[[list[str]], tuple[str, ...]] = field(init=False)
    transaction_cells: Callable[[list[str]], tuple[str, ...]] = field(init=False)
    required: tuple[tuple[ColumnMeaning, int], ...] = field(init=False)

    def __post_init__(self) -> None:
        self.account_cells = itemgetter(*(self.positions[meaning] for meaning in ACCOUNT_MEANINGS))
        self.transaction_cells = itemgetter(*(self.positions[meaning] for meaning in TRANSACTION_MEANINGS))
        self.required = tuple((meaning, self.positions[meaning]) for meaning, column in self.columns.items() if column.required)

    def name(self, says: ColumnMeaning) -> str:
        return self.columns[says].name

    def longest(self, says: ColumnMeaning) -> int:
        return self.columns[says].longest

    def text(self, cells: list[str], says: ColumnMeaning) -> str:
        return cells[self.positions[says]].strip()

    def has(self, meaning: ColumnMeaning) -> bool:
        return self.positions[meaning] < self.width


def match_header(number: int, cells: list[str], layout: CsvLayout) -> CsvHeader:
    """The header of a file. Names are compared without case and surrounding space; columns the layout does not know are ignored.

    Raises Refused: missing-required-field, or invalid-csv-row where a column appears twice.
    """
    if len(cells) > MOST_COLUMNS:
        raise Refused(CSV_INVALID_ROW, row=number, reason=f"the header has more than {MOST_COLUMNS} columns.")
    places: dict[str, list[int]] = {}
    for position, cell in enumerate(cells):
        places.setdefault(cell.strip().lower(), []).append(position)
    columns: dict[ColumnMeaning, CsvColumn] = {
        column.meaning: column for column in layout.columns if column.meaning is not ColumnMeaning.IGNORED
    }
    positions = dict.fromkeys((*ACCOUNT_MEANINGS, *TRANSACTION_MEANINGS), len(cells))
    for meaning, column in columns.items():
        matching = places.get(column.name.lower(), [])
        if len(matching) > 1:
            raise Refused(CSV_INVALID_ROW, row=number, reason=f"column {column.name} appears twice.")
        if not matching and column.required:
            raise Refused(CSV_MISSING_FIELD, field=column.name)
        if matching:
            positions[meaning] = matching[0]
    return CsvHeader(len(cells), columns, positions)
