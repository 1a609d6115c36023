"""Sources of income along the days, as geometry for SVG: a lane each, a mark for every payment, and the gaps between them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from bowerbird.insights.metrics import ReportPeriod
from bowerbird.insights.money import MoneySource
from bowerbird.insights.reports.inputs import months_between
from bowerbird.web.kernel.charts import WIDTH, Tick
from bowerbird.web.kernel.words import day, money

_MARGIN, _LANE, _BAR, _TEXT, _AXIS, _MARK = 8, 52, 14, 20, 24, 4
MAX_LANES = 8


class Lane(NamedTuple):
    """A source: the place of its name, its line from the first payment to the last, its payments and gaps as (x, width, title)."""

    name: str
    at: int
    bar: int
    first: int
    last: int
    payments: tuple[tuple[int, int, str], ...]
    gaps: tuple[tuple[int, int, str], ...]


class IncomeTimeline:
    """The largest sources of a period. `summary` says the drawing in words."""

    def __init__(self, sources: Sequence[MoneySource], period: ReportPeriod) -> None:
        self._period = period
        shown = sources[:MAX_LANES]
        self.lanes = [self._lane(number, source) for number, source in enumerate(shown)]
        self.bottom = _LANE * len(shown) + 4
        self.height = self.bottom + _AXIS
        months = months_between(period.first, period.last)
        firsts = [date.fromisoformat(f"{month}-01") for month in months]
        self.months = [Tick(self._x(first), f"{first:%b}") for first in firsts if first >= period.first]
        self.bar_height = _BAR
        self.summary = "Income over time. " + " ".join(_words(source) for source in shown)

    def _x(self, day: date) -> int:
        spanned = max(1, self._period.days - 1)
        return _MARGIN + (day - self._period.first).days * (WIDTH - 2 * _MARGIN - _MARK) // spanned

    def _lane(self, number: int, source: MoneySource) -> Lane:
        top = _LANE * number
        payments = tuple((self._x(row.day), _MARK, f"{day(row.day)}: {money(row.cents)}") for row in source.rows)
        gaps = tuple(
            (self._x(first) + _MARK, self._x(last) - self._x(first) - _MARK, f"No payment between {day(first)} and {day(last)}")
            for first, last in source.gaps
        )
        return Lane(source.name, top + _TEXT, top + _TEXT + 8, payments[0][0], payments[-1][0] + _MARK, payments, gaps)


def _words(source: MoneySource) -> str:
    times = f"{len(source.rows)} payment{'' if len(source.rows) == 1 else 's'}"
    gaps = f", with {len(source.gaps)} gap{'' if len(source.gaps) == 1 else 's'}" if source.gaps else ""
    return f"{source.name}: {times} from {day(source.rows[0].day)} to {day(source.rows[-1].day)}{gaps}."
