"""The first and the last day of a file, which may be cut: how its rows lie beside those that are stored of the day.

Where every row has a balance, the day is one chain: each balance is the one before it and the amount. Two pieces of it are then laid
beside one another as a whole, so that a purchase, its refund and the purchase again stay three although the first and the last are equal
in day, amount and balance.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import islice, pairwise
from typing import NamedTuple

_MAX_ROWS, _MAX_ORDERS, _MAX_STEPS = 200, 50, 5_000
"""Rows of a day that are compared, orders of them that are tried, and steps in which those are looked for."""


class DayRow(NamedTuple):
    """A row of a day, cents."""

    amount: int
    balance: int


class Piece(NamedTuple):
    """The rows of a day on one side; whether the side lists the day from its start, and to its end.

    `imports` numbers what brought each row: rows of one import are in their order, those of several may lie between one another. Where
    it is not `is_ordered`, the rows may as well have happened the other way round.
    """

    rows: list[DayRow]
    imports: list[int]
    from_start: bool
    to_end: bool
    is_ordered: bool = True

    def ways(self) -> list[list[int]]:
        """The orders in which its rows make a chain, as places among them."""
        ways = list(islice(orders(self.rows, self.imports), _MAX_ORDERS))
        turned = [] if self.is_ordered else [way[::-1] for way in ways or [[*range(len(self.rows))]]]
        return ways + [way for way in turned if _is_chain([self.rows[place] for place in way])]


class Alignment(NamedTuple):
    """Which stored row each new one is, by their places. So many more new rows may be further ones as are `undecided`."""

    pairs: dict[int, int]
    undecided: int


def align(new: Piece, stored: Piece) -> Alignment | None:
    """How the new rows lie beside the stored ones; None where nothing fits, as where the bank orders the day otherwise.

    Of several ways the one with most in common is chosen. The rows that another one would add come to 0.00 where both sides go on to
    other days, because the balances around them are the same: no sum can decide it.
    """
    if max(len(new.rows), len(stored.rows)) > _MAX_ROWS:
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


def orders(rows: Sequence[DayRow], imports: Sequence[int]) -> Iterator[list[int]]:
    """The orders in which all rows make one chain, as places among them; the one in which they are stored first.

    Rows of one import that follow one another keep their order. Any other is possible: files that list parts of a day come in any order,
    and where a day's rows come to 0.00, any of them may be its first.
    """
    if _ends_twice(rows):
        return
    queues = _queues(rows, imports)
    taken, path = [0] * len(queues), list[tuple[int, int]]()
    choices = [_next_queues(rows, queues, taken, None)]
    for _ in range(_MAX_STEPS):
        if not choices[-1]:
            choices.pop()
            if not path:
                return
            taken[path.pop()[0]] -= 1
            continue
        nth = choices[-1].pop(0)
        path.append((nth, queues[nth][taken[nth]]))
        taken[nth] += 1
        choices.append(_next_queues(rows, queues, taken, rows[path[-1][1]].balance))
        if len(path) == len(rows):
            yield [place for _, place in path]


def _ends_twice(rows: Sequence[DayRow]) -> bool:
    """Whether no one chain has all rows, because they begin at several balances."""
    ends = Counter(row.balance - row.amount for row in rows)
    ends.subtract(row.balance for row in rows)
    return sum(count for count in ends.values() if count > 0) > 1


def _queues(rows: Sequence[DayRow], imports: Sequence[int]) -> list[list[int]]:
    """The places of the rows whose order is known: of one import, each going on where the one before it ends."""
    queues: list[list[int]] = []
    of_import: dict[int, list[int]] = {}
    for place, row in enumerate(rows):
        queue = of_import.get(imports[place])
        if queue is None or rows[queue[-1]].balance + row.amount != row.balance:
            queue = of_import[imports[place]] = []
            queues.append(queue)
        queue.append(place)
    return queues


def _next_queues(rows: Sequence[DayRow], queues: list[list[int]], taken: Sequence[int], balance: int | None) -> list[int]:
    """The queues whose next row goes on from a balance, from any where it is None; of equal last rows one."""
    nexts: list[int] = []
    last_rows = set[DayRow]()
    for nth, queue in enumerate(queues):
        if taken[nth] == len(queue):
            continue
        row = rows[queue[taken[nth]]]
        if balance not in (None, row.balance - row.amount) or row in last_rows:
            continue
        nexts.append(nth)
        if taken[nth] == len(queue) - 1:
            last_rows.add(row)
    return nexts
