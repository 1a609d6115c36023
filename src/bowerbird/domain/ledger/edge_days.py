"""The first and the last day of a file, which may be cut: how its rows lie beside those that are stored of the day.

Where every row has a balance, the day is one chain: each balance is the one before it and the amount. Two pieces of it are then laid
beside one another as a whole, so that a purchase, its refund and the purchase again stay three although the first and the last are equal
in day, amount and balance.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise, permutations
from typing import NamedTuple

_MOST_RUNS, _MOST_ROWS = 5, 200
"""Pieces of a day that are put in order, and rows of a day that are compared."""


class DayRow(NamedTuple):
    """A row of a day, cents."""

    amount: int
    balance: int


class Piece(NamedTuple):
    """The rows of a day on one side, in order; whether the side lists the day from its start, and to its end.

    Where it is not `is_ordered`, the rows may as well have happened the other way round.
    """

    rows: list[DayRow]
    from_start: bool
    to_end: bool
    is_ordered: bool = True

    def ways(self) -> list[list[int]]:
        """The orders in which its rows make a chain, as places among them."""
        places = in_order(self.rows)
        orders = [places] if self.is_ordered else [places, places[::-1]]
        return [order for order in orders if _is_chain([self.rows[place] for place in order])]


class Alignment(NamedTuple):
    """Which stored row each new one is, by their places. So many more new rows may be further ones as are `undecided`."""

    pairs: dict[int, int]
    undecided: int


def align(new: Piece, stored: Piece) -> Alignment | None:
    """How the new rows lie beside the stored ones; None where nothing fits, as where the bank orders the day otherwise.

    Of several ways the one with most in common is chosen. The rows that another one would add come to 0.00 where both sides go on to
    other days, because the balances around them are the same: no sum can decide it.
    """
    if max(len(new.rows), len(stored.rows)) > _MOST_ROWS:
        return None
    fitting = [found for mine in new.ways() for theirs in stored.ways() for found in _lay(new, mine, stored, theirs)]
    if not fitting:
        return None
    best = max(fitting, key=len)
    return Alignment(best, len(best) - min(map(len, fitting)))


def _lay(new: Piece, mine: list[int], stored: Piece, theirs: list[int]) -> Iterator[dict[int, int]]:
    """Every way to lay two chains beside one another."""
    ours, others = [new.rows[place] for place in mine], [stored.rows[place] for place in theirs]
    for offset in range(-len(ours), len(others) + 1):
        if _reaches(new, stored, offset) and _fits(ours, others, offset):
            yield {place: theirs[nth + offset] for nth, place in enumerate(mine) if 0 <= nth + offset < len(others)}


def _reaches(new: Piece, stored: Piece, offset: int) -> bool:
    """Whether no side that lists the day from its start, or to its end, lacks a row of the other there."""
    end = offset + len(new.rows)
    starts = (offset <= 0 or not new.from_start) and (offset >= 0 or not stored.from_start)
    return starts and (end >= len(stored.rows) or not new.to_end) and (end <= len(stored.rows) or not stored.to_end)


def _fits(new: Sequence[DayRow], stored: Sequence[DayRow], offset: int) -> bool:
    """Whether both have the same rows where they overlap, and join where they only touch."""
    if offset == len(stored):
        return new[0].balance - new[0].amount == stored[-1].balance
    if offset == -len(new):
        return stored[0].balance - stored[0].amount == new[-1].balance
    return new[max(0, -offset) : len(stored) - offset] == stored[max(0, offset) : offset + len(new)]


def _is_chain(rows: Sequence[DayRow]) -> bool:
    return bool(rows) and all(before.balance + after.amount == after.balance for before, after in pairwise(rows))


def in_order(rows: Sequence[DayRow]) -> list[int]:
    """The places of rows in the order of the day: the pieces that follow one another already, put in the order in which they join.

    As they are where no order joins them all.
    """
    runs: list[list[int]] = []
    for place, row in enumerate(rows):
        if runs and rows[runs[-1][-1]].balance + row.amount == row.balance:
            runs[-1].append(place)
        else:
            runs.append([place])
    if 1 < len(runs) <= _MOST_RUNS:
        for order in permutations(runs):
            places = [place for run in order for place in run]
            if _is_chain([rows[place] for place in places]):
                return places
    return list(range(len(rows)))
