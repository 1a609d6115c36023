"""The lines of the tables → transactions, and the balances and totals between them.

A row begins with its date and takes the undated lines below it, over the end of a page too. Where the day is printed once, it begins
with its figure, or with the first words below the last one's figure. What is inside the table is a row, a mark or a declared note: money
or words that are none of these are an error, and so is a row that never gets an amount.
"""

from __future__ import annotations

import re
from datetime import date
from typing import NamedTuple

import msgspec

from bowerbird.sdk.statement_layout import Column, StatementLayout, TableMarker
from bowerbird.statements.pdf.cells import CellReader, Cells
from bowerbird.statements.pdf.figures import Figure
from bowerbird.statements.pdf.labels import any_label, label_pattern
from bowerbird.statements.pdf.lines import Line, compact
from bowerbird.statements.pdf.table import Columns
from bowerbird.statements.refusal import broken

_LINE_GAP = 2
"""A line further below the one before it, in heights of its font, is not part of the same row."""


class Row(msgspec.Struct, frozen=True, gc=False):
    """A transaction as printed, on its lines. `balance` in cents, negative when owed, None where none is printed; `made` a second day."""

    page: int
    row: int
    day: date
    text: str
    amount: int
    balance: int | None
    lines: tuple[Line, ...] = ()
    made: date | None = None


class BalanceLine(NamedTuple):
    """A balance or total between the rows: `after` so many of them, in printed order."""

    what: TableMarker
    page: int
    row: int
    after: int
    figures: dict[Column, Figure]


class Block:
    """A row, mark or note while its lines are read."""

    __slots__ = ("day", "figures", "lines", "made", "mark", "note", "page", "row", "texts")

    def __init__(self, line: Line, cells: Cells, day: date | None = None, mark: TableMarker | None = None, note: bool = False) -> None:
        self.page, self.row, self.day, self.mark, self.note = line.page, line.row, day, mark, note
        self.made = cells.made
        self.texts = [cells.text] if cells.text else []
        self.figures: dict[Column, Figure] = {}
        self.lines = [line]

    @property
    def has_amount(self) -> bool:
        return Column.DEBIT in self.figures or Column.CREDIT in self.figures or Column.AMOUNT in self.figures


class RowReader:
    """Takes the lines of all tables in their order; `rows` and `balance_lines` are what they say."""

    def __init__(self, layout: StatementLayout, period: tuple[date, date]) -> None:
        self.rows: list[Row] = []
        self.balance_lines: list[BalanceLine] = []
        self.cells = CellReader(layout, period)
        self.shape, self.once_a_day = layout.rows.figures, layout.rows.date == "once-a-day"
        self.debits_negative, self.owed = layout.money.debit == "negative", layout.money.balance == "owed"
        self.signed = layout.money.amount == "signed"
        table = layout.table
        self.marks = [(re.compile(rf"(?:20\d\d)?(?:{label_pattern(mark.label).pattern})[:.…]*"), mark.what) for mark in table.marks]
        self.any_mark = re.compile("|".join(pattern.pattern for pattern, _ in self.marks) or r"(?!)")
        self.notes, self.undated, self.skip = any_label(table.notes), any_label(table.undated), any_label(table.skip)
        self.block: Block | None = None
        self.day: date | None = None
        self.last: Line | None = None
        self.undated_begun = False
        self.apart: Line | None = None

    def feed(self, columns: Columns, lines: list[Line]) -> None:
        """Take one table's lines. Raises StatementRefused at the first that cannot be explained."""
        self.apart = None
        for line in lines:
            self._take(line, self.cells.read(line, columns))
            self.last = line

    def finish(self) -> None:
        self._close()

    def _take(self, line: Line, cells: Cells) -> None:
        day, text, figures, _ = cells
        squeezed = compact(text)
        mark = self._mark(squeezed)
        if self.apart is not None and (day or figures):
            raise broken(self.apart, "words that belong to no row")
        if mark is not None:
            self.day = day or self.day
            self._take_mark(line, cells, mark)
        elif self.skip.fullmatch(squeezed) and not figures and not day:
            return
        elif squeezed and self.notes.match(squeezed):
            self._close()
            self.block = Block(line, cells, note=True)
        elif day or (self.once_a_day and self._begins_undated(line, squeezed, figures)):
            if self.undated_begun:
                raise broken(line, "a dated row below undated ones")
            self._begin(line, cells)
        elif squeezed and self.undated.match(squeezed):
            self.undated_begun = True
            self._begin(line, cells)
        else:
            self._continue(line, cells)

    def _begins_undated(self, line: Line, squeezed: str, figures: list[tuple[Column, Figure]]) -> bool:
        """Whether a line without a day begins a row of the day above."""
        if self.shape != "last":
            return _has_amount(figures)
        is_open = self.block is not None and self.block.mark is None and not self.block.has_amount
        return not is_open and bool(squeezed) and self.day is not None and not self._stands_apart(line)

    def _begin(self, line: Line, cells: Cells) -> None:
        self._close()
        self.day = cells.day or self.day
        self.block = Block(line, cells, self.day)
        self._add(line, cells.figures)

    def _mark(self, squeezed: str) -> TableMarker | None:
        if not self.any_mark.fullmatch(squeezed):
            return None
        return next(what for pattern, what in self.marks if pattern.fullmatch(squeezed))

    def _take_mark(self, line: Line, cells: Cells, mark: TableMarker) -> None:
        """A mark with figures on its line. A row may go on below what is carried and brought forward at the end of a page."""
        if mark in {TableMarker.RUNNING, TableMarker.PAGE_TOTALS} and cells.figures:
            begun = self.block is not None and self.block.mark is None and self.block.has_amount
            figures = dict(cells.figures)
            if len(figures) < len(cells.figures):
                raise broken(line, "two figures under one column")
            self.balance_lines.append(BalanceLine(mark, line.page, line.row, len(self.rows) + begun, figures))
            return
        self._close()
        self.block = Block(line, cells, mark=mark)
        self._add(line, cells.figures)

    def _continue(self, line: Line, cells: Cells) -> None:
        """An undated line: part of the block above it, unless it stands too far below."""
        block = self.block
        if block is None:
            if cells.figures:
                raise broken(line, "a figure that belongs to no row", cells.figures[0][1].cents)
            return
        if cells.figures and not block.note:
            if (block.figures and self.shape != "split") or (self.shape == "first" and block.mark is None):
                raise broken(line, "a figure that belongs to no row", cells.figures[0][1].cents)
            self._add(line, cells.figures)
        elif block.note and any(column is Column.BALANCE for column, _ in cells.figures):
            raise broken(line, "a balance beside a note", cells.figures[-1][1].cents)
        elif block.mark is not None:
            return
        elif self._stands_apart(line) or self.apart is not None:
            self.apart = self.apart or line
            return
        block.lines.append(line)
        if cells.text and block.mark is None:
            block.texts.append(cells.text)

    def _stands_apart(self, line: Line) -> bool:
        last = self.last
        return last is not None and last.page == line.page and line.y - last.y > _LINE_GAP * line.words[0].size

    def _add(self, line: Line, figures: list[tuple[Column, Figure]]) -> None:
        block = self.block
        for column, value in figures:
            if block is None or column in block.figures:
                raise broken(line, f"a second figure under {column}", value.cents)
            block.figures[column] = value

    def _close(self) -> None:
        block, self.block = self.block, None
        if block is None or block.note:
            return
        if block.mark is not None:
            if not block.figures:
                raise broken(block, f"the {block.mark} line has no figure")
            self.balance_lines.append(BalanceLine(block.mark, block.page, block.row, len(self.rows), block.figures))
            return
        if block.day is None:
            raise broken(block, "a row without a date")
        balance = block.figures.get(Column.BALANCE)
        signed = balance.held(self.owed) if balance else None
        text, amount = " ".join(block.texts), self._amount(block)
        self.rows.append(Row(block.page, block.row, block.day, text, amount, signed, tuple(block.lines), block.made))

    def _amount(self, block: Block) -> int:
        """The signed amount of a row. Raises StatementRefused where there is none, or two, or a sign this bank does not print."""
        amounts = [(column, figure) for column, figure in block.figures.items() if column is not Column.BALANCE]
        if len(amounts) != 1:
            raise broken(block, "two amounts in one row" if amounts else "a row without an amount")
        column, figure = amounts[0]
        if column is Column.AMOUNT:
            negative = figure.minus if self.signed else not figure.minus
            return -figure.cents if figure.suffix == "DR" or (negative and figure.suffix != "CR") else figure.cents
        if figure.suffix or figure.minus is not (column is Column.DEBIT and self.debits_negative):
            raise broken(block, f"a sign that is not printed under {column}", figure.cents)
        return -figure.cents if column is Column.DEBIT else figure.cents


def _has_amount(figures: list[tuple[Column, Figure]]) -> bool:
    return any(column is not Column.BALANCE for column, _ in figures)
