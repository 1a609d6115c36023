"""The first and the last day of a file, which may be cut: how its rows lie beside those that are stored of the day.

Where every row has a balance, the day is one chain: each balance is the one before it and the amount. Two pieces of it are then laid
beside one another as a whole, so that a purchase, its refund and the purchase again stay three although the first and the last are equal
in day, amount and balance.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import NamedTuple

_MAX_ROWS, _MAX_ORDERS, _MAX_STEPS = 200, 50, 5_000
"""Rows of a day that are compared, orders of them that are tried, and steps in which those are looked for."""


class DayRow(NamedTuple):
    """A row of a day, cents."""

    amount: int
    balance: int


class Piece(NamedTuple):
    """The rows of a day on one side; whether the side lists the day from its start, and to its end.

    `imports` numbers what brought each row: rows of one import are in their order, those of several may lie between one another. Rows of
    a file whose balances prove them in either order have a number each.
    """

    rows: list[DayRow]
    imports: list[int]
    from_start: bool
    to_end: bool

    def ways(self) -> list[list[int]]:
        """The orders in which its rows make a chain, as places among them."""
        return list(islice(orders(self.rows, self.imports), _MAX_ORDERS))


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
    mine, theirs = new.ways(), stored.ways()
    fitting = [found for my in mine for their in theirs for found in _lay(new, my, stored, their)]
    is_middle = not new.from_start and not new.to_end
    if not fitting or is_middle:
        fitting += _insert(new, mine, stored)
    if not fitting:
        return None
    best = max(fitting, key=len)
    has_all = len(best) == len(stored.rows)
    may_all_be_further = is_middle and (stored.from_start != stored.to_end if has_all else is_closed(stored))
    return Alignment(best, len(best) - (0 if may_all_be_further else min(map(len, fitting))))


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


def _insert(new: Piece, ways: list[list[int]], stored: Piece) -> list[dict[int, int]]:
    """Every way to put the new rows between the stored ones that leaves fewest gaps there; none where it leaves more than there are.

    Files bring parts of a day in any order, so the stored rows may be those before the new ones and those behind them.
    """
    fewest, found = max(1, _chains(stored.rows)), list[dict[int, int]]()
    for common in islice((each for way in ways for each in _commons(new.rows, way, stored.rows)), _MAX_ORDERS):
        union = [*stored.rows, *(row for place, row in enumerate(new.rows) if place not in common)]
        gaps = _chains(union)
        if gaps > fewest or (is_closed(stored) and _ends(union) != _ends(stored.rows)):
            continue
        found = [*found, common] if gaps == fewest else [common]
        fewest = gaps
    return found


def _commons(new: Sequence[DayRow], way: Sequence[int], stored: Sequence[DayRow]) -> Iterator[dict[int, int]]:
    """Which rows may be common: all that are equal, none, or so many of the first and the last of a way."""
    yield _equal_rows(new, way, stored)
    yield {}
    ends = ((first, last) for count in range(len(way) - 1, 0, -1) for first in range(count, -1, -1) for last in (count - first,))
    for first, last in ends:
        places = [*way[:first], *way[len(way) - last :]]
        if len(pairs := _equal_rows(new, places, stored)) == len(places):
            yield pairs


def _equal_rows(new: Sequence[DayRow], places: Sequence[int], stored: Sequence[DayRow]) -> dict[int, int]:
    """A stored row for each of some new ones that has an equal one, by their places."""
    left: defaultdict[DayRow, list[int]] = defaultdict(list)
    for place in range(len(stored) - 1, -1, -1):
        left[stored[place]].append(place)
    return {place: left[new[place]].pop() for place in places if left[new[place]]}


def is_closed(stored: Piece) -> bool:
    """Whether the rows go on from the day's start to its end, so that what is put between them comes to 0.00."""
    return stored.from_start and stored.to_end and _chains(stored.rows) == 1


def _chains(rows: Sequence[DayRow]) -> int:
    """How many chains the rows make at least."""
    groups: dict[int, int] = {}

    def group_of(balance: int) -> int:
        while (other := groups.setdefault(balance, balance)) != balance:
            balance = other
        return balance

    for row in rows:
        groups[group_of(row.balance)] = group_of(row.balance - row.amount)
    starts: Counter[int] = Counter()
    for balance, count in _ends(rows).items():
        starts[group_of(balance)] += max(0, count)
    return sum(max(1, starts[group]) for group in {group_of(balance) for balance in list(groups)})


def _ends(rows: Sequence[DayRow]) -> dict[int, int]:
    """How many more rows begin at a balance than end there, for each where that differs."""
    ends = Counter(row.balance - row.amount for row in rows)
    ends.subtract(row.balance for row in rows)
    return {balance: count for balance, count in ends.items() if count}


def orders(rows: Sequence[DayRow], imports: Sequence[int]) -> Iterator[list[int]]:
    """The orders in which all rows make one chain, as places among them; the one in which they are stored first.

    Rows of one import that follow one another keep their order. Any other is possible: files that list parts of a day come in any order,
    and where a day's rows come to 0.00, any of them may be its first.
    """
    if _chains(rows) > 1:
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
        row, is_last = rows[queue[taken[nth]]], taken[nth] == len(queue) - 1
        if balance not in (None, row.balance - row.amount) or (is_last and row in last_rows):
            continue
        nexts.append(nth)
        if is_last:
            last_rows.add(row)
    return nexts
