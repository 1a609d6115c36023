"""Columns that their headings set apart: rates, whose figures are no sums, taxes, which are in the sums of their rows, and charges, which
stand beside them."""

from __future__ import annotations

import re

from bowerbird.statements.arithmetic.polarity import header_of, heading_of, texts_over
from bowerbird.statements.arithmetic.printed_sums import Mark
from bowerbird.statements.arithmetic.tables import Cell, RowTable

_RATE = re.compile(r"%|(?<![a-z])(?:interest|exchange)?rates?(?![a-z])|zinssatz|taux|tasso|tasadeinteres|rentesats")
_CHARGES = re.compile(r"^(?:fees?|charges?|bankcharges?|servicefees?|gebuhr(?:en)?|frais|comision(?:es)?|commissioni?|tarifas?)[*]?$")
_TAX = re.compile(
    r"^(?:(?:of)?which|in|incl\.?|including|included|inclusive|davon|dont)?(?:of)?(?:gst|vat|tds|tax|salestax|mwst\.?|ust\.?|tva|iva|btw|moms)"
    r"(?:amount|included|incl\.?|inside)?(?:\W|gbp|eur|inr|aud)*\Z"
)
_HIGHEST = 100_00
"""A rate in hundredths of a percent."""


def without_rates(table: RowTable) -> RowTable:
    """The table without the columns that a heading calls rates, whose figures are bare and below 100, or taxes, which are part of another
    sum of their rows: they are words of their rows."""
    header = [line for line in header_of(table, table.outside) if not line.sums]
    rates = {
        number
        for number, column in enumerate(table.columns)
        if (_RATE.search(heading := heading_of(column, header)) and _are_rates(table, number))
        or (_TAX.match(heading) and _are_parts(table, number))
    }
    if not rates:
        return table
    kept = [number for number in range(len(table.columns)) if number not in rates]
    places = {number: place for place, number in enumerate(kept)}
    lines = [
        line._replace(cells=[Cell(places[cell.column], cell.placed) for cell in line.cells if cell.column in places])
        for line in table.lines
    ]
    return table._replace(lines=lines, columns=[table.columns[number] for number in kept])


def _are_rates(table: RowTable, column: int) -> bool:
    sums = [cell.placed.sum for line in table.lines for cell in line.cells if cell.column == column]
    return all(entry.cents < _HIGHEST and entry.mark is Mark.NONE and not entry.currency for entry in sums)


def _are_parts(table: RowTable, column: int) -> bool:
    """Whether every figure of a column stands beside other sums of its row, and is part of each, since any of them may be the balance."""
    for line in table.lines:
        sums = {cell.column: abs(cell.placed.sum.cents) for cell in line.cells}
        part = sums.pop(column, 0)
        if part and (len(sums) < 2 or part > min(sums.values())):
            return False
    return True


def with_charges(table: RowTable) -> RowTable:
    """The table with its column of charges named, where one heading calls it so and another column holds the sums of rows."""
    header = [line for line in header_of(table, table.outside) if not line.sums]
    found = [number for number, column in enumerate(table.columns) if _CHARGES.search(heading_of(column, header))]
    if len(found) != 1 or len(table.columns) < 3:
        return table
    return table._replace(charges=(found[0], texts_over(table.columns[found[0]], header).strip("* ")))
