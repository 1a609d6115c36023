"""Writes rows as a bank's own export would: the opposite of what the product does with them, from the same declaration."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass

from bowerbird.model.money import format_cents
from bowerbird.model.transaction import BankTransaction
from bowerbird.sdk.native_layout import DateForm, DebitSign, NativeColumn, NativeColumnKind, NativeCsvLayout

DATES = {
    DateForm.SLASHED: "%d/%m/%Y",
    DateForm.DIGITS: "%Y%m%d",
    DateForm.SHORT_YEAR: "%d %b %y",
    DateForm.HYPHENED: "%d-%b-%y",
    DateForm.LONG_YEAR: "%d %b %Y",
    DateForm.MOMENT: "%Y-%m-%dT10:11:12+11:00",
}


@dataclass(frozen=True)
class Style:
    """What a bank's form leaves open."""

    date: DateForm
    newest_first: bool = False
    negative_debits: bool = False
    optional_columns: bool = True
    ragged: bool = False
    plus: bool = False
    line_break: str = "\n"


def columns_of(layout: NativeCsvLayout, style: Style) -> list[NativeColumn]:
    columns = [column for column in layout.columns if style.optional_columns or not column.optional]
    twins = {"Cheque Number"}  # the other spelling of a column that is already there
    return [column for column in columns if column.name not in twins]


def write(layout: NativeCsvLayout, listing: Sequence[tuple[str, str, BankTransaction]], style: Style) -> bytes:
    """A file of (BSB, number, transaction), given oldest first."""
    columns = columns_of(layout, style)
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator=style.line_break)
    writer.writerows([["About this export"], ["made up"]][: layout.lines_before])
    if layout.header:
        writer.writerow(column.name for column in columns)
    for bsb, number, row in listing[:: -1 if style.newest_first else 1]:
        cells = _cells(layout, columns, style, bsb, number, row)
        while style.ragged and layout.short_by and not cells[-1] and len(cells) > len(columns) - layout.short_by:
            cells.pop()
        writer.writerow([*cells, *([""] * layout.long_by if style.ragged and len(cells) == len(columns) else [])])
    return out.getvalue().encode()


def _cells(
    layout: NativeCsvLayout, columns: Sequence[NativeColumn], style: Style, bsb: str, number: str, row: BankTransaction
) -> list[str]:
    assert row.posted
    day, signed = format(row.posted, DATES[style.date]), format_cents(row.amount)
    split = layout.says(NativeColumnKind.BSB)
    values = {
        NativeColumnKind.BSB: bsb,
        NativeColumnKind.NUMBER: number if split or not bsb else f"{bsb} {number}",
        NativeColumnKind.NAME: f"Account {number}",
        NativeColumnKind.POSTED: day,
        NativeColumnKind.MADE: day,
        NativeColumnKind.AMOUNT: f"+{signed}" if style.plus and row.amount >= 0 else signed,
        NativeColumnKind.DEBIT: format_cents(row.amount if negative(layout, style) else -row.amount) if row.amount < 0 else "",
        NativeColumnKind.CREDIT: signed if row.amount >= 0 else "",
        NativeColumnKind.BALANCE: "" if row.balance is None else format_cents(row.balance),
    }
    words = iter(row.description.split(" "))
    texts = sum(column.says is NativeColumnKind.DESCRIPTION for column in columns)
    cells: list[str] = []
    for column in columns:
        if column.says is NativeColumnKind.DESCRIPTION:
            texts -= 1
            cells.append(next(words, "") if texts else " ".join(words))
        else:
            cells.append(values.get(column.says, ""))
    return cells


def negative(layout: NativeCsvLayout, style: Style) -> bool:
    return style.negative_debits if layout.debit is DebitSign.ONE_PER_FILE else layout.debit is DebitSign.NEGATIVE
