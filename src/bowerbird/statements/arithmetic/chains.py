"""What the columns of a table mean, by what adds up: which is the balance, which add to it and which take from it.

A chain is one meaning of the columns under which every printed balance follows from the one before. Its sums have the direction of the
printed balance: whether that is money held or owed is for `polarity` to find.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice, product
from typing import NamedTuple

from bowerbird.statements.arithmetic.printed_sums import Mark, PrintedSum
from bowerbird.statements.arithmetic.tables import Cell, RowTable, TableLine, is_total
from bowerbird.statements.arithmetic.vocabulary import CREDIT, DEBIT, folded

MAX_CHAINS = 4000
"""Meanings of the columns that are tried."""
_SPARSE = 5
"""Rows for each sum of a column that is none of the account's."""
MIN_BALANCES = 2
"""Balances that follow from others, to make a chain."""


class CountingRule(NamedTuple):
    """How the sums of a movement's column count: `sign` times the printed one. `unmarked` is what a sum without a mark is where others
    are marked; `is_free` says that only the balances tell the sign, and `sign` that of the first."""

    sign: int
    unmarked: int = 1
    is_free: bool = False

    def value(self, printed: PrintedSum) -> int:
        return self.sign * signed(printed, self.unmarked)


def signed(printed: PrintedSum, unmarked: int = 1) -> int:
    if printed.mark in {Mark.MINUS, Mark.DEBIT}:
        return -printed.cents
    return printed.cents if printed.mark in {Mark.PLUS, Mark.CREDIT} else unmarked * printed.cents


class ChainMovement(NamedTuple):
    """A movement: its line in the table, its cell, and its value in the direction of the balances. `balance` is the one printed with it,
    `charge` the part of the value that stands beside its cell in the column of charges."""

    line: int
    cell: Cell
    value: int
    balance: int | None
    charge: int = 0


class CheckLine(NamedTuple):
    """A line of the table that moves nothing and whose figures agree: a balance, or totals. `after` so many movements."""

    line: int
    after: int
    cents: int
    what: str


class Chain(NamedTuple):
    """A meaning of the columns, and what it makes of the rows, in the order in which they happened. `opening` is None where no balance is
    printed in the table; `begins` says that the first one stands before all movements, `ends` that the last one stands behind them.
    `checked` is how many balances follow from others."""

    balance: int | None
    rules: tuple[tuple[int, CountingRule], ...]
    moves: list[ChainMovement]
    check_lines: list[CheckLine]
    opening: int | None
    closing: int | None
    begins: bool
    ends: bool
    checked: int


def chains_of(table: RowTable, descending: bool, *, has_balances: bool) -> Iterator[Chain]:
    """Every meaning of the columns under which all balances follow, with a column of balances or without one."""
    order = list(range(len(table.lines)))
    if descending:
        order.reverse()
    for balance, rules in islice(_meanings(table, has_balances), MAX_CHAINS):
        for unmarked in _unmarked_balances(table, balance):
            chain = _chained(table, order, balance, dict(rules), unmarked)
            if chain is not None:
                yield chain


def _unmarked_balances(table: RowTable, balance: int | None) -> tuple[int, ...]:
    """What a balance without a mark can be: as printed, or the opposite of those that say Cr."""
    marks = {cell.placed.sum.mark for line in table.lines for cell in line.cells if cell.column == balance and cell.placed.sum.cents}
    return (1, -1) if marks == {Mark.NONE, Mark.CREDIT} else (1,)


def _meanings(table: RowTable, has_balances: bool) -> Iterator[tuple[int | None, tuple[tuple[int, CountingRule], ...]]]:
    """Which column holds the balances, and how those beside it count. What is left out, on the left or the right of
    all these, is part of the words."""
    columns = range(len(table.columns))
    printed = {number: [cell.placed.sum for line in table.lines for cell in line.cells if cell.column == number] for number in columns}
    in_words = {number for number in columns if _is_of_words(table, number)}
    choices_of_balance = [*reversed(columns)] if has_balances else [None]
    for balance in choices_of_balance:
        others = [number for number in columns if number != balance]
        for left_out in range(len(others)):
            for behind in range(left_out + 1):
                kept = others[left_out - behind : len(others) - behind]
                used = kept if balance is None else [*kept, balance]
                if any(min(used) < number < max(used) for number in others if number not in kept):
                    continue
                if balance is None and not _are_sparse([number for number in others if number not in in_words], kept, printed):
                    continue
                choices = [_rules(printed[number], free=len(kept) == 1 and balance is not None) for number in kept]
                marked = any(entry.mark is not Mark.NONE for number in kept for entry in printed[number])
                for rules in product(*choices):
                    if marked or len(kept) != 2 or rules[0].sign != rules[1].sign:
                        yield balance, tuple(zip(kept, rules, strict=True))


def _is_of_words(table: RowTable, column: int) -> bool:
    """Whether each sum of a column is one of its line's words, such as a price abroad: on a line below the row's day, and alone there."""
    return all(
        line.day is None and len(line.cells) == 1 and line.line.is_among_words(cell.placed)
        for line in table.lines
        for cell in line.cells
        if cell.column == column
    )


def _are_sparse(others: Sequence[int], kept: Sequence[int], printed: dict[int, list[PrintedSum]]) -> bool:
    """Whether the columns left out hold no more than a few sums: a column that most rows have is none of words."""
    moves = sum(len(printed[number]) for number in kept)
    return all(number in kept or len(printed[number]) * _SPARSE <= moves for number in others)


def _rules(printed: Sequence[PrintedSum], free: bool) -> list[CountingRule]:
    marks = {entry.mark for entry in printed if entry.cents}
    rules = [CountingRule(1), CountingRule(-1)]
    if Mark.NONE in marks and marks & {Mark.CREDIT, Mark.PLUS} and not marks & {Mark.DEBIT, Mark.MINUS}:
        rules = [CountingRule(1, -1), CountingRule(-1, -1), *rules]
    if free and marks <= {Mark.NONE}:
        rules += [CountingRule(1, 1, True), CountingRule(-1, 1, True)]
    return rules


class _ChainWalk:
    """The state of one walk along the rows."""

    def __init__(self, table: RowTable, balance: int | None, rules: dict[int, CountingRule], unmarked: int) -> None:
        self.lines, self.balance, self.rules, self.unmarked = table.lines, balance, rules, unmarked
        self.charges = table.charges[0] if table.charges else None
        self.moves: list[ChainMovement] = []
        self.check_lines: list[CheckLine] = []
        self.running: int | None = None
        self.pending = 0
        self.opening: int | None = None
        self.begins, self.ends, self.checked = False, False, 0
        self.sums = dict.fromkeys(rules, 0)
        self.since = dict.fromkeys(rules, 0)
        self.whole = {
            column: sum(cell.placed.sum.cents for line in table.lines for cell in line.cells if cell.column == column) for column in rules
        }

    def take(self, number: int) -> bool:
        """One line; False where it contradicts those before."""
        line = self.lines[number]
        moved = [cell for cell in line.cells if cell.column in self.rules]
        balances = [cell for cell in line.cells if cell.column == self.balance]
        if len(balances) > 1:
            return False
        shown = signed(balances[0].placed.sum, self.unmarked) if balances else None
        if not moved:
            return shown is None or (self._is_apart(line) and self._take_balance(number, shown))
        if (line.day is None or len(moved) > 1) and self._are_totals(line, moved):
            self.check_lines.append(CheckLine(number, len(self.moves), moved[0].placed.sum.cents, "total"))
            self.since = dict.fromkeys(self.rules, 0)
            return shown is None or self._take_balance(number, shown)
        if len(moved) > 1:
            moved = [cell for cell in moved if cell.placed.sum.cents]
            own = [cell for cell in moved if cell.column != self.charges]
            if len(moved) == 2 and len(own) == 1 and shown is not None and line.day:
                (charge,) = [cell for cell in moved if cell.column == self.charges]
                return self._take_move(number, own[0], shown, charge)
            if len(moved) != 1:
                return False
        return self._take_move(number, moved[0], shown)

    def _is_apart(self, line: TableLine) -> bool:
        """Whether a balance stands alone: beside another sum on a dated line, or first of all, it would hide a movement."""
        return len(line.cells) == 1 or (self.running is not None and line.day is None)

    def _take_move(self, number: int, cell: Cell, shown: int | None, charged: Cell | None = None) -> bool:
        rule = self.rules[cell.column]
        value = rule.value(cell.placed.sum)
        if rule.is_free:
            if shown is None:
                return False
            if self.running is not None:
                value = cell.placed.sum.cents if shown >= self.running else -cell.placed.sum.cents
        charge = self.rules[charged.column].value(charged.placed.sum) if charged else 0
        self.pending += value + charge
        for each in (cell, charged) if charged else (cell,):
            self.sums[each.column] += each.placed.sum.cents
            self.since[each.column] += each.placed.sum.cents
        self.moves.append(ChainMovement(number, cell, value + charge, shown, charge))
        self.ends = False
        return shown is None or self._take_balance(number, shown, moved=True)

    def _take_balance(self, number: int, shown: int, moved: bool = False) -> bool:
        if self.running is None:
            self.opening, self.begins = shown - self.pending, not self.moves
        elif shown != self.running + self.pending:
            return False
        else:
            self.checked += moved or self.pending != 0
        if not moved:
            self.check_lines.append(CheckLine(number, len(self.moves), shown, "balance"))
        self.running, self.pending, self.ends = shown, 0, bool(self.moves)
        return True

    def _are_totals(self, line: TableLine, moved: list[Cell]) -> bool:
        """Whether the sums of a line are those of their columns so far, or since the last totals: two of them, or by its words."""
        text = folded(line.line.text)
        if len(moved) < 2 and not is_total(text):
            return False
        if len(moved) == 1 and moved[0].placed.sum.cents in self._of_side(text):
            return True
        if all(2 * cell.placed.sum.cents == self.whole[cell.column] for cell in moved):
            return True
        return bool(self.moves) and any(
            all(cell.placed.sum.cents == sums[cell.column] for cell in moved) for sums in (self.sums, self.since)
        )

    def _of_side(self, text: str) -> set[int]:
        """What the movements make that a total of one direction names; where it names none, those of either."""
        is_debit, is_credit = bool(DEBIT.search(text)), bool(CREDIT.search(text))
        sides = [is_debit] if is_debit is not is_credit else [True, False]
        return {abs(sum(move.value for move in self.moves if (move.value < 0) is side)) for side in sides} - {0}


def _chained(table: RowTable, order: Sequence[int], balance: int | None, rules: dict[int, CountingRule], unmarked: int) -> Chain | None:
    walk = _ChainWalk(table, balance, rules, unmarked)
    for number in order:
        if not walk.take(number):
            return None
    if not walk.moves or (balance is not None and walk.checked < MIN_BALANCES and not (walk.checked and walk.begins)):
        return None
    closing = None if walk.running is None else walk.running + walk.pending
    listed = tuple(sorted(rules.items()))
    return Chain(balance, listed, walk.moves, walk.check_lines, walk.opening, closing, walk.begins, walk.ends, walk.checked)
