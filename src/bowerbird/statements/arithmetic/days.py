"""The days of the rows: in the one order of numbers and of rows that every other day of the document allows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from itertools import pairwise
from typing import NamedTuple

from bowerbird.statements.arithmetic.marked_lines import MarkedLine, PlacedDay
from bowerbird.statements.arithmetic.printed_days import NumberOrder, PrintedDay
from bowerbird.statements.arithmetic.refusals import refused
from bowerbird.statements.arithmetic.tables import RowTable
from bowerbird.statements.arithmetic.vocabulary import ACTED, POSTED, VALUE, folded

_LONGEST = timedelta(days=400)
"""Days between the first and the last row of a statement, and of a printed period."""
_FIRST_YEAR, _LAST_YEAR = 1985, 2060
_HEADER_LINES = 4
_NO_YEAR = "the days of the rows have no year, and no period and no day near them is found that gives them one"
_NO_ORDER = "no order of numbers makes a day of every row"
_NEAR = timedelta(days=183)
"""A day with a year that is no period's gives rows their year only where they end or begin within half a year of it."""


class Dating(NamedTuple):
    """The day of every row, and the period that the document names, else from the first to the last. `order` is what their numbers mean."""

    days: list[date]
    period: tuple[date, date]
    is_printed: bool
    order: NumberOrder


def datings_of(rows: Sequence[tuple[PlacedDay, ...]], table: RowTable, outside: Sequence[MarkedLine]) -> list[Dating]:
    """Every way to read the days. `rows` are those of the movements as they happened. Raises StatementRefused where there is none."""
    found: list[Dating] = []
    reasons: list[str] = []
    printed: list[PrintedDay] = []
    for place in _places(rows, table, outside):
        printed = [days[min(place, len(days) - 1)].day for days in rows]
        attempts = list(_attempts(printed, outside, reasons))
        if attempts:
            found += attempts
            break
    if not found:
        raise refused(reasons[0] if reasons else _NO_YEAR if not printed[0].has_year else _NO_ORDER)
    distinct = {(dating.order, *dating.days): dating for dating in found}
    return list(distinct.values())


def _places(rows: Sequence[tuple[PlacedDay, ...]], table: RowTable, outside: Sequence[MarkedLine]) -> list[int]:
    """Which of two columns of days is the posting's, the likeliest first: by its heading, else the first."""
    most = max(len(days) for days in rows)
    if most < 2:
        return [0]
    full = next(days for days in rows if len(days) == most)
    ranks = [_rank(day, table, outside) for day in full]
    return sorted(range(most), key=lambda place: (ranks[place], place))


def _rank(day: PlacedDay, table: RowTable, outside: Sequence[MarkedLine]) -> int:
    first = table.lines[0].line
    text = ""
    for line in outside:
        if not (first.number - _HEADER_LINES <= line.number < first.number):
            continue
        place = 0
        for part in line.text.split("\t"):
            begin, place = place, place + len(part) + 1
            if part.strip() and line.left(begin) <= day.right and line.right(begin + len(part)) >= day.left:
                text += part
    squeezed = folded(text)
    if POSTED.search(squeezed):
        return 0
    return 3 if VALUE.search(squeezed) else 2 if ACTED.search(squeezed) else 1


def _attempts(printed: list[PrintedDay], outside: Sequence[MarkedLine], reasons: list[str]) -> Iterator[Dating]:
    others = [found.day for line in outside for found in line.days]
    orders = [order for order in printed[0].orders() if all(order in day.orders() for day in printed)]
    if not all(day.has_year is printed[0].has_year for day in printed):
        reasons.append("some days have a year and some have none")
        return
    for order in orders:
        if not _fits(order, printed[0], others):
            continue
        periods = list(_periods(outside, order))
        for days in _dated(printed, order, periods, others):
            dating = _placed(days, periods, reasons, order)
            if dating and periods and not dating.is_printed and not printed[0].has_year:
                reasons.append(f"no period that is printed holds the days {days[0]} to {days[-1]}, which have no year")
            elif dating:
                yield dating


def _fits(order: NumberOrder, like: PrintedDay, others: Sequence[PrintedDay]) -> bool:
    """Whether the days outside the rows that are printed in numbers exist in an order, where they exist in any."""
    if not like.is_open:
        return True
    for day in others:
        alike = day.is_open and day.separator == like.separator and day.has_year and order in day.orders()
        if alike and not _plausible(day.day(order)) and any(_plausible(day.day(other)) for other in day.orders()):
            return False
    return True


def _plausible(day: date | None) -> bool:
    return day is not None and _FIRST_YEAR <= day.year <= _LAST_YEAR


def _periods(outside: Sequence[MarkedLine], order: NumberOrder) -> Iterator[tuple[date, date]]:
    """Two days that follow each other outside the rows, on a line or on two."""
    days: list[tuple[int, date]] = []
    for line in outside:
        for found in line.days:
            day = found.day.day(order)
            if found.day.has_year and day is not None and _plausible(day):
                days.append((line.number, day))
            elif not found.day.has_year and len(line.days) > 1 and line.days[-1].day.has_year:
                end = line.days[-1].day.day(order)
                begin = found.day.day(order, end.year) if end else None
                if begin and end:
                    days.append((line.number, begin if begin <= end else begin.replace(year=end.year - 1)))
            elif days and days[-1][0] == line.number and (end := _following(found.day, order, days[-1][1])):
                days.append((line.number, end))
    for (at, first), (other, last) in pairwise(days):
        if other - at <= 1 and first <= last <= first + _LONGEST:
            yield first, last


def _dated(
    printed: list[PrintedDay], order: NumberOrder, periods: Sequence[tuple[date, date]], others: Sequence[PrintedDay]
) -> Iterator[list[date]]:
    if printed[0].has_year:
        dated = [day.day(order) for day in printed]
        if all(_plausible(day) for day in dated):
            yield [day for day in dated if day]
        return
    found = {tuple(days) for _, last in periods if (days := _backwards(printed, order, last))}
    if not periods:
        found = {tuple(days) for other in others if other.has_year and (day := other.day(order)) for days in _beside(printed, order, day)}
    yield from (list(days) for days in sorted(found))


def _beside(printed: list[PrintedDay], order: NumberOrder, day: date) -> Iterator[list[date]]:
    """The rows before a day and after it, where they are near it."""
    if not _plausible(day):
        return
    if (before := _backwards(printed, order, day)) and day - before[-1] <= _NEAR:
        yield before
    if (after := _onwards(printed, order, day)) and after[0] - day <= _NEAR:
        yield after


def _following(entry: PrintedDay, order: NumberOrder, begin: date) -> date | None:
    """The first date from `begin` on that a day without a year can be."""
    return next((day for year in (begin.year, begin.year + 1) if (day := entry.day(order, year)) and day >= begin), None)


def _onwards(printed: list[PrintedDay], order: NumberOrder, begin: date) -> list[date] | None:
    """The earliest days from a beginning that never fall."""
    days: list[date] = []
    for entry in printed:
        day = _following(entry, order, begin)
        if day is None:
            return None
        days.append(day)
        begin = day
    return days


def _backwards(printed: list[PrintedDay], order: NumberOrder, end: date) -> list[date] | None:
    """The latest days up to an end that never rise on the way back."""
    days: list[date] = []
    for entry in reversed(printed):
        day = next((day for year in (end.year, end.year - 1) if (day := entry.day(order, year)) and day <= end), None)
        if day is None:
            return None
        days.append(day)
        end = day
    return days[::-1]


def _placed(days: list[date], periods: Sequence[tuple[date, date]], reasons: list[str], order: NumberOrder) -> Dating | None:
    """The days with the period around them, None where they do not follow one another."""
    for before, day in pairwise(days):
        if day < before:
            reasons.append(f"the day {day} comes after {before}")
            return None
    first, last = days[0], days[-1]
    if last - first > _LONGEST:
        reasons.append(f"the rows span the days {first} to {last}")
        return None
    around = [period for period in periods if period[0] <= first and last <= period[1]]
    if around:
        return Dating(days, min(around, key=lambda period: period[1] - period[0]), True, order)
    if beside := next((period for period in periods if period[0] <= last and first <= period[1] and period[0] < period[1]), None):
        reasons.append(f"rows from {first} to {last} leave the printed period {beside[0]} to {beside[1]}")
        return None
    return Dating(days, (first, last), False, order)
