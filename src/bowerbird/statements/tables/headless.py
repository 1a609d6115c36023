"""What the columns of a table without a header may mean: by their cells, and only where a running balance or signs of both kinds tell."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise, permutations

from bowerbird.model.account_numbers import is_iban
from bowerbird.sdk.native_layout import NativeColumnKind as Kind
from bowerbird.statements.csv.values import as_direction
from bowerbird.statements.sums import NumberSystem, sum_of
from bowerbird.statements.tables.dates import DayOrder
from bowerbird.statements.tables.shapes import TextTable, are_codes, are_days, are_sums, is_sum, looks_like_money

_MIN_TO_TELL = 3
"""Rows whose balances before them tell an amount from its balance."""


def is_direction(cell: str) -> bool:
    try:
        as_direction(cell)
    except ValueError:
        return False
    return True


def tells_directions(cells: Sequence[str]) -> bool:
    """Whether cells say of some rows money in and of others money out, which no heading says of them."""
    return all(map(is_direction, cells)) and len(set(map(as_direction, cells))) > 1


def meanings_by_cells(table: TextTable, order: DayOrder, system: NumberSystem) -> Iterator[list[Kind]]:
    """What the cells allow where no header says it."""
    columns = [table.column(position) for position in range(table.width)]
    days = [position for position, cells in enumerate(columns) if are_days(cells, order) and len(cells) == len(table.rows)]
    money = [
        position for position, cells in enumerate(columns) if are_sums(cells, system) and looks_like_money(cells) and position not in days
    ]
    directions = [position for position, cells in enumerate(columns) if len(cells) == len(table.rows) and tells_directions(cells)]
    texts = [position for position, cells in enumerate(columns) if any(any(map(str.isalpha, cell)) for cell in cells)]
    codes = [position for position in texts if are_codes(columns[position]) and len(columns[position]) * 2 > len(table.rows)]
    own = [position for position in texts if len(columns[position]) == len(table.rows) and _is_one_iban(columns[position])]
    texts = [position for position in texts if position not in (*days, *money, *directions, *codes, *(own if len(own) == 1 else ()))]
    if not days or not texts or wrong_sum(table) is not None:
        return
    for meanings in _of_money(table, money, system):
        kinds = [Kind.DESCRIPTION if position in texts else Kind.IGNORED for position in range(table.width)]
        kinds[days[0]] = Kind.POSTED
        for position, kind in meanings.items():
            kinds[position] = kind
        if Kind.AMOUNT in kinds and len(directions) == 1:
            kinds[directions[0]] = Kind.DIRECTION
        for kind, places in ((Kind.CURRENCY, codes), (Kind.NUMBER, own)):
            if len(places) == 1:
                kinds[places[0]] = kind
        yield kinds


def wrong_sum(table: TextTable) -> tuple[int, int] | None:
    """The row, by its number, and the column of the first cell that is no sum among many that are: the others of its column must not be
    left out with it, and a balance beside them be taken for an amount. None where there is none. Headings of unknown words are no sums."""
    has_headings = bool(table.rows) and not any(any(map(str.isdigit, cell)) for cell in table.rows[0][1])
    rows = table.rows[has_headings:]
    for position in range(table.width):
        cells = [(number, cell) for number, row in rows if (cell := row[position].strip())]
        if len(cells) < _MIN_TO_TELL or not looks_like_money([cell for _, cell in cells]):
            continue
        for system in NumberSystem:
            wrong = [number for number, cell in cells if not is_sum(cell, system)]
            if 0 < len(wrong) * 4 <= len(cells) and not any(are_sums([cell for _, cell in cells], each) for each in NumberSystem):
                return wrong[0], position
    return None


def _is_one_iban(cells: Sequence[str]) -> bool:
    """Whether cells are the number of one account, which then is the file's own."""
    return len(set(cells)) == 1 and is_iban(cells[0])


def _of_money(table: TextTable, money: Sequence[int], system: NumberSystem) -> Iterator[dict[int, Kind]]:
    """What columns of sums may say. Of three, the third may be the balance before: then it and the amount give the one after."""
    if len(money) == 2 and (amount := _beside_balance_before(table, money, system)) is not None:
        yield {amount: Kind.AMOUNT}
    for kinds in ((Kind.AMOUNT,), (Kind.AMOUNT, Kind.BALANCE), (Kind.DEBIT, Kind.CREDIT, Kind.BALANCE)):
        for places in permutations(money, len(kinds)) if len(money) == len(kinds) else ():
            yield dict(zip(places, kinds, strict=True))
    for amount, after, before in permutations(money, 3) if len(money) == 3 else ():
        sums = [[cells[place].strip() for place in (before, amount, after)] for _, cells in table.rows]
        if all(map(all, sums)) and all(sum_of(row[0], system) + sum_of(row[1], system) == sum_of(row[2], system) for row in sums):
            yield {amount: Kind.AMOUNT, after: Kind.BALANCE}


def _beside_balance_before(table: TextTable, money: Sequence[int], system: NumberSystem) -> int | None:
    """Of two columns of sums that of the amounts, where the other is the balance before each of them; None where it is not."""
    for amount, before in permutations(money, 2):
        pairs = [(cells[before].strip(), cells[amount].strip()) for _, cells in table.rows]
        if len(pairs) < _MIN_TO_TELL or not all(map(all, pairs)):
            continue
        sums = [(sum_of(balance, system), sum_of(moved, system)) for balance, moved in pairs]
        for listed in (sums, sums[::-1]):
            if all(balance + moved == after for (balance, moved), (after, _) in pairwise(listed)):
                return amount
    return None
