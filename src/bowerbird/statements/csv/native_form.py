"""Which of an institution's own export forms a CSV file has: recognised by its header, or by the shape of its first rows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TypeAlias

from bowerbird.codes import CSV_INVALID_ROW
from bowerbird.sdk.native_layout import NativeColumn, NativeColumnKind, NativeCsvLayout
from bowerbird.statements.csv.cells import FormCells
from bowerbird.statements.csv.values import LONGEST_TEXT, account_number, as_money, day_reader
from bowerbird.statements.refusal import Refused

Row = tuple[int, list[str]]
NativeCells: TypeAlias = FormCells[NativeColumnKind]
SHAPE_ROWS = 3
"""Rows of which one must have the shape of a form without a header; the others may be what is then refused."""


@dataclass(slots=True)
class NativeForm:
    """A layout as one file has it: `positions` of the cells that say something, in the order of the file.

    `read_day` and `read_money` read its cells; `amount_sign` is -1 where the file writes what leaves the account as positive.
    """

    layout: NativeCsvLayout
    columns: list[NativeColumn]
    fewest: int
    most: int
    first_data: int
    positions: dict[NativeColumnKind, tuple[int, ...]] = field(init=False)
    read_day: Callable[[str], date] = field(init=False)
    read_money: Callable[[str], int] = as_money
    amount_sign: int = 1

    def __post_init__(self) -> None:
        self.positions = {}
        for position, column in enumerate(self.columns):
            self.positions[column.says] = (*self.positions.get(column.says, ()), position)
        self.read_day = day_reader(self.layout.dates)

    def has(self, what: NativeColumnKind) -> bool:
        return what in self.positions

    def name(self, says: NativeColumnKind) -> str:
        return self.columns[self.positions[says][0]].name

    def text(self, cells: list[str], says: NativeColumnKind) -> str:
        """The filled cells that say it, joined by spaces."""
        positions = self.positions.get(says, ())
        if len(positions) == 1:
            return cells[positions[0]].strip()
        return " ".join(filter(None, (cells[position].strip() for position in positions)))

    def longest(self, _: NativeColumnKind) -> int:
        return LONGEST_TEXT


def row_of(form: NativeForm, number: int, cells: list[str]) -> NativeCells:
    """Raises Refused (invalid-csv-row) when a row has more or fewer cells than the form allows. Empty ones at its end do not count."""
    count = len(cells)
    while count > form.most and not cells[count - 1].strip():
        count -= 1
    if not form.fewest <= count <= form.most:
        allowed = str(form.most) if form.fewest == form.most else f"{form.fewest} to {form.most}"
        raise Refused(CSV_INVALID_ROW, row=number, reason=f"it has {count} fields, this form has {allowed}.")
    return FormCells(form, number, cells + [""] * (len(form.columns) - len(cells)))


def find_form(first_rows: Sequence[Row], layouts: Iterable[NativeCsvLayout]) -> NativeForm | None:
    """The form of a file that begins with these rows, None when it has none of these layouts."""
    for layout in layouts:
        form = _by_header(first_rows[: layout.lines_before + 1], layout) if layout.header else _by_shape(first_rows[:SHAPE_ROWS], layout)
        if form is not None:
            return form
    return None


def _by_header(first_rows: Sequence[Row], layout: NativeCsvLayout) -> NativeForm | None:
    """A header holds every column that is not optional, none twice and none that is unknown; their order is free."""
    known = {column.name.lower(): column for column in layout.columns if column.name}
    required = {name for name, column in known.items() if not column.optional}
    for place, (_, cells) in enumerate(first_rows):
        names = [cell.strip().lower() for cell in cells]
        named = [name for name in names if name]
        if required <= set(named) <= known.keys() and len(named) == len(set(named)):
            columns = [known.get(name) or NativeColumn("", NativeColumnKind.IGNORED) for name in names]
            return NativeForm(layout, columns, len(columns) - layout.short_by, len(columns) + layout.long_by, place + 1)
    return None


def _by_shape(first_rows: Sequence[Row], layout: NativeCsvLayout) -> NativeForm | None:
    columns = list(layout.columns)
    fewest = sum(not column.optional for column in columns) - layout.short_by
    form = NativeForm(layout, columns, fewest, len(columns) + layout.long_by, 0)
    return form if any(_has_shape(form, row) for row in first_rows) else None


def _has_shape(form: NativeForm, row: Row) -> bool:
    try:
        cells = row_of(form, *row)
        form.read_day(cells.text(NativeColumnKind.POSTED))
        for what in (NativeColumnKind.AMOUNT, NativeColumnKind.DEBIT, NativeColumnKind.CREDIT, NativeColumnKind.BALANCE):
            if text := cells.text(what):
                form.read_money(text)
        if form.has(NativeColumnKind.NUMBER):
            account_number(cells.text(NativeColumnKind.BSB), cells.text(NativeColumnKind.NUMBER))
    except (Refused, ValueError):
        return False
    return True
