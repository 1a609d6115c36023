"""Charts as geometry for SVG, in whole units, for a template to draw. The style sheet has the colours."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from bowerbird.domain.ledger.history import Month
from bowerbird.insights.money import MoneyMonth
from bowerbird.model.days import day_number, day_of_number
from bowerbird.web.kernel.words import money

WIDTH, HEIGHT = 720, 240
_LEFT, _RIGHT, _TOP, _BOTTOM = 74, 8, 12, 26
_STEPS = (1, 2, 5)
_LINES = 4


class Tick(NamedTuple):
    """A line of the grid: its position and its label; under the first of its year, also the year."""

    at: int
    text: str
    year: str = ""


class Bar(NamedTuple):
    """A rectangle with its tooltip."""

    x: int
    y: int
    width: int
    height: int
    kind: str
    title: str
    value: str


class _Scale:
    """Maps cents to a position on the page, with grid lines at round amounts."""

    def __init__(self, lowest: int, highest: int) -> None:
        step = _round_step(max(highest - lowest, 100))
        self._low = lowest // step * step
        self._high = max(-(-highest // step) * step, self._low + step)
        self.ticks = [Tick(self.place(cents), _short(cents)) for cents in range(self._low, self._high + 1, step)]

    def place(self, cents: int) -> int:
        room = HEIGHT - _TOP - _BOTTOM
        return _TOP + room - (cents - self._low) * room // (self._high - self._low)


def _round_step(spread: int) -> int:
    """The smallest of 1, 2, 5, 10, 20, … dollars that needs no more than `_LINES` steps."""
    power = 100
    while True:
        for step in _STEPS:
            if step * power * _LINES >= spread:
                return step * power
        power *= 10


def _short(cents: int) -> str:
    """12,000 as 12k: the axis is rounded, the table is exact."""
    dollars = abs(cents) // 100
    text = f"{dollars // 1000:,}k" if dollars >= 10_000 and dollars % 1000 == 0 else f"{dollars:,}"
    return f"\N{MINUS SIGN}{text}" if cents < 0 else text


class BalanceChart:
    """Balances at the end of each day, as a line; of two days at least."""

    def __init__(self, balances: list[tuple[int, int]]) -> None:
        scale = _Scale(min(0, *(cents for _, cents in balances)), max(0, *(cents for _, cents in balances)))
        first, last = balances[0][0], balances[-1][0]
        room = WIDTH - _LEFT - _RIGHT
        places = [(_LEFT + (day - first) * room // (last - first), scale.place(cents)) for day, cents in balances]
        self.ticks, self.zero = scale.ticks, scale.place(0)
        self.line = "M" + "L".join(f"{x} {y}" for x, y in places)
        self.area = f"{self.line}L{places[-1][0]} {self.zero}L{places[0][0]} {self.zero}Z"
        days = [day_of_number(day) for day, _ in balances]
        firsts = [(x, day) for (x, _), day in zip(places, days, strict=True) if day.day == 1][:: 1 + len(balances) // 400]
        self.months = _month_ticks(firsts)
        self.summary = f"{_words(days[0])}: {money(balances[0][1])}. {_words(days[-1])}: {money(balances[-1][1])}."
        ends = {(day.year, day.month): (day, cents) for day, (_, cents) in zip(days, balances, strict=True)}
        self.rows = list(ends.values())


def _month_ticks(firsts: Sequence[tuple[int, date]]) -> list[Tick]:
    """Months at their places, the first of each year with its year."""
    before, ticks = 0, []
    for at, day in firsts:
        ticks.append(Tick(at, f"{day:%b}", "" if day.year == before else str(day.year)))
        before = day.year
    return ticks


def _value(cents: int) -> str:
    """An amount above a bar, in at most four characters up to a million: 840, 1.2k, 12k. The table is exact."""
    dollars = cents // 100
    if dollars < 1000:
        return str(dollars)
    return f"{dollars // 1000}.{dollars % 1000 // 100}k" if dollars < 10_000 else f"{dollars // 1000:,}k"


def _words(day: date) -> str:
    return f"{day.day} {day:%b %Y}"


class MonthChart:
    """Money in and out by month, as pairs of bars."""

    def __init__(self, months: list[Month]) -> None:
        months = months[-13:]
        scale = _Scale(0, max(max(month.came_in, -month.went_out) for month in months))
        self.ticks, self.zero = scale.ticks, scale.place(0)
        slot = (WIDTH - _LEFT - _RIGHT) // len(months)
        wide = min(22, slot // 3)
        self.bars: list[Bar] = []
        firsts: list[tuple[int, date]] = []
        self.rows: list[tuple[str, int, int]] = []
        for number, month in enumerate(months):
            middle, name = _LEFT + slot * number + slot // 2, f"{day_of_number(month.first):%b %Y}"
            for left, cents, kind in ((middle - wide - 1, month.came_in, "in"), (middle + 1, -month.went_out, "out")):
                top = scale.place(cents)
                self.bars.append(Bar(left, top, wide, self.zero - top, kind, f"{name}, {kind}: {money(cents)}", _value(cents)))
            firsts.append((middle, day_of_number(month.first)))
            self.rows.append((name, month.came_in, month.went_out))
        self.months = _month_ticks(firsts)


def month_chart(months: Sequence[MoneyMonth]) -> MonthChart:
    """Money in and out of each month; more out than in of a kind is drawn as nothing."""
    drawn = [Month(day_number(date.fromisoformat(f"{each.month}-01")), max(each.in_cents, 0), min(each.out_cents, 0)) for each in months]
    return MonthChart(drawn)
