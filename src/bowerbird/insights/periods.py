"""Which period a list of days keeps, on windows of bank days: a payment due on a day arrives between the bank day before it and three days
after the bank day that follows. Bank days are weekdays that are no holiday. Where a payer is, no statement says: a day that is a holiday in
one state may be one for them or not, and both are on time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from functools import cache, lru_cache, partial
from itertools import pairwise
from operator import attrgetter
from typing import NamedTuple

LATE_DAYS = 3
HOLE = 3
"""So many windows missed in a row are a break in the stream, not payments that failed to come."""

PER_MONTH = {
    "P1W": Fraction(36525, 100 * 12 * 7),
    "P2W": Fraction(36525, 100 * 12 * 14),
    "P4W": Fraction(36525, 100 * 12 * 28),
    "P15D": Fraction(2),
    "P1M": Fraction(1),
    "P2M": Fraction(1, 2),
    "P3M": Fraction(1, 3),
    "P6M": Fraction(1, 6),
    "P1Y": Fraction(1, 12),
}
"""Payments of a period in an average month; P15D is twice a month."""

DAYS = {"P1W": 7, "P2W": 14, "P4W": 28, "P15D": 16, "P1M": 31, "P2M": 62, "P3M": 92, "P6M": 184, "P1Y": 366}
"""How far apart two payments of a period are at most, where both are on their days."""

_COMMON = frozenset({"P1W", "P2W", "P1M", "P3M"})
_WEEKS = {"P1W": 7, "P2W": 14, "P4W": 28}
_MONTHS = {"P1M": 1, "P2M": 2, "P3M": 3, "P6M": 6, "P1Y": 12}
_TYPICAL_GAP_DAYS = {
    "P1W": (4, 10),
    "P2W": (10, 20),
    "P15D": (11, 20),
    "P4W": (22, 34),
    "P1M": (22, 38),
    "P2M": (50, 72),
    "P3M": (78, 105),
    "P6M": (160, 205),
    "P1Y": (340, 390),
}


@dataclass(frozen=True, slots=True)
class Fit:
    """How well days keep a period: `met` are the indices of the days that meet a window; `score` is the smaller of the shares of windows
    met and of days that meet one, `covered` the latter; `off_days` is the mean distance of these from the due day or its bank days.
    """

    period: str
    met: tuple[int, ...]
    expected: int
    score: Fraction
    covered: Fraction
    off_days: Fraction

    @property
    def rank(self) -> Fraction:
        """Better fits first; of two equal ones the period that is more common."""
        return self.score + self.covered / 4 - self.off_days / 25 + (Fraction(1, 50) if self.period in _COMMON else 0)


def longest_days(period: str) -> int:
    """After so many days without a payment one has failed to come: the period has ended or pauses."""
    return DAYS[period] * 9 // 5 + 4


class _PhaseFit(NamedTuple):
    """A period with one of its phases: the indices of the days that meet a window, of `days` in all, and by how many days they miss it."""

    period: str
    met: list[int]
    expected: int
    off: int
    days: int

    @property
    def rank(self) -> float:  # not money: the order of `Fit.rank`, at a tenth of its cost
        met = len(self.met)
        if not met:
            return -1.0
        covered = met / self.days
        common = 0.02 if self.period in _COMMON else 0.0
        return min(met / max(self.expected, met), covered) + covered / 4 - self.off / (25 * met) + common


@lru_cache(maxsize=64)
def best_fit(days: tuple[date, ...], weights: tuple[int, ...]) -> Fit | None:
    """The period that sorted days keep best, None for fewer than two days. Of two days in one window the smaller weight is taken."""
    if len(days) < 2:
        return None
    numbers = [day.toordinal() for day in days]
    gaps = sorted(later - earlier for earlier, later in pairwise(numbers))
    typical = gaps[len(gaps) // 2] or max(gaps)
    tried = [
        _try(numbers, weights, period, due)
        for period, (least, most) in _TYPICAL_GAP_DAYS.items()
        if least <= typical <= most
        for due in _dues(period, days)
    ]
    best = max(tried, key=attrgetter("rank"), default=None)
    return None if best is None else _fit(best)


def _fit(best: _PhaseFit) -> Fit:
    met = len(best.met)
    if not met:
        return Fit(best.period, (), best.expected, Fraction(0), Fraction(0), Fraction(0))
    covered = Fraction(met, best.days)
    score = min(Fraction(met, max(best.expected, met)), covered)
    return Fit(best.period, tuple(best.met), best.expected, score, covered, Fraction(best.off, met))


def _dues(period: str, days: Sequence[date]) -> Iterator[list[int]]:
    """Lists of due days by their ordinals, one for each phase a period may have."""
    first, last = days[0].toordinal() - 6, days[-1].toordinal() + 6
    if period in _WEEKS:
        step = _WEEKS[period]
        for phase in sorted({day.toordinal() % step for day in days}):
            yield list(range(first + (phase - first) % step, last + 1, step))
        return
    step = _MONTHS.get(period, 1)
    for phase in range(step):
        if step > 1 and not any((day.month - phase) % step in (0, 1, step - 1) for day in days):
            continue
        for day in range(1, 32):
            if period != "P15D":
                yield _monthly(first, last, (day,), step, phase)
            elif day <= 16:
                for other in (day + 14, day + 15, day + 16):
                    if other <= 31:
                        yield _monthly(first, last, (day, other), 1, 0)


def _monthly(first: int, last: int, month_days: tuple[int, ...], step: int, phase: int) -> list[int]:
    begin, end = date.fromordinal(first), date.fromordinal(last)
    found: list[int] = []
    for number in range(begin.year * 12 + begin.month - 1, end.year * 12 + end.month):
        if (number % 12 + 1 - phase) % step == 0:
            found += [due for due in _in_month(number, month_days) if first <= due <= last]
    return found


@cache
def _in_month(number: int, month_days: tuple[int, ...]) -> tuple[int, ...]:
    """Days of a month by their ordinals: a day that the month does not have is its last. `number` counts months from year 0."""
    year, month = divmod(number, 12)
    begin, following = date(year, month + 1, 1), date(year + (month + 1) // 12, (month + 1) % 12 + 1, 1)
    length = (following - begin).days
    return tuple(sorted({begin.toordinal() + min(day, length) - 1 for day in month_days}))


@cache
def _on_time(due: int) -> tuple[int, ...]:
    """The days on which a payment due on a day is on time, the earliest first: wherever the payer is."""
    day, open_days = date.fromordinal(due), (is_bank_day, _is_open_everywhere)
    moved = (nearest(day, step, is_open) for step in (-_DAY, _DAY) for is_open in open_days)
    return tuple(sorted({due, *(each.toordinal() for each in moved)}))


def _try(days: Sequence[int], weights: Sequence[int], period: str, dues: list[int]) -> _PhaseFit:
    met: list[int] = []
    windows: list[bool] = []
    off, begin, count = 0, 0, len(days)
    for due in dues:
        on_time = _on_time(due)
        late = on_time[-1] + LATE_DAYS
        while begin < count and days[begin] < on_time[0] - 1:
            begin += 1
        end = begin
        while end < count and days[end] <= late:
            end += 1
        windows.append(end > begin)
        if end > begin:
            index, missed = _best_of(days, weights, range(begin, end), on_time)
            met.append(index)
            off += missed
            begin = index + 1
    return _PhaseFit(period, met, _expected(windows), off, count)


def _best_of(days: Sequence[int], weights: Sequence[int], places: range, on_time: tuple[int, ...]) -> tuple[int, int]:
    """Of some days in one window that with the smallest weight, then the nearest, and by how many days it misses."""
    found = [(weights[place], min([abs(days[place] - day) for day in on_time]), place) for place in places]
    _, missed, index = min(found)
    return index, missed


def _expected(windows: list[bool]) -> int:
    """Windows between the first and the last that was met, without breaks."""
    if True not in windows:
        return 0
    inner = windows[windows.index(True) : len(windows) - windows[::-1].index(True)]
    expected = missed = 0
    for is_met in inner:
        if is_met:
            expected += 1 + (missed if missed < HOLE else 0)
            missed = 0
        else:
            missed += 1
    return expected


# ── Bank days ────────────────────────────────────────────────────────────────────────────────────────────────────────────────

_DAY = timedelta(days=1)
_MONDAY, _TUESDAY, _WEDNESDAY, _FRIDAY, _SATURDAY = 0, 1, 2, 4, 5

_OF_STATES = (
    (3, 1, _MONDAY),  # Western Australia: Labour Day
    (3, 8, _MONDAY),  # Victoria: Labour Day; Tasmania: Eight Hours Day; ACT: Canberra Day; South Australia: Adelaide Cup
    (5, 1, _MONDAY),  # Queensland: Labour Day; Northern Territory: May Day
    (5, 27, _MONDAY),  # ACT: Reconciliation Day
    (6, 1, _MONDAY),  # Western Australia Day
    (6, 8, _MONDAY),  # the King's Birthday but in Queensland and Western Australia
    (8, 1, _MONDAY),  # New South Wales, ACT: Bank Holiday; Northern Territory: Picnic Day
    (8, 10, _WEDNESDAY),  # Brisbane: Royal Queensland Show
    (9, 23, _FRIDAY),  # Victoria: Friday before the Grand Final
    (9, 22, _MONDAY),  # Western Australia: the King's Birthday, by proclamation
    (9, 28, _MONDAY),  # the same, where the last Monday is later
    (10, 1, _MONDAY),  # New South Wales, ACT, South Australia: Labour Day; Queensland: the King's Birthday
    (11, 1, _TUESDAY),  # Victoria: Melbourne Cup
)
"""(month, day, weekday): that weekday on the day or after it. Source: the states' acts on public holidays, as their governments publish
them; 2016 to 2035 compared with the package holidays 0.109, from which a few proclaimed days of single years differ.
"""

_DAY_OF_MOURNING = date(2022, 9, 22)


@cache
def _holidays(year: int) -> frozenset[date]:
    """Those of the whole country. One that falls on a weekend is kept on the next weekday too, but the 25th of April."""
    easter, found = _easter_sunday(year), {date(year, 4, 25)}
    for day in (date(year, 1, 1), date(year, 1, 26), date(year, 12, 25), date(year, 12, 26)):
        kept = day
        while kept.weekday() >= _SATURDAY or kept in found or (kept != day and kept == date(year, 12, 26)):
            kept += _DAY
        found |= {day, kept}
    return frozenset(found | {easter - 2 * _DAY, easter + _DAY, _DAY_OF_MOURNING})


@cache
def _state_holidays(year: int) -> frozenset[date]:
    """Those of single states, and the 25th of April where one keeps it on a Monday."""
    found = {nearest(date(year, month, day), _DAY, partial(_is_weekday, weekday)) for month, day, weekday in _OF_STATES}
    anzac = date(year, 4, 25)
    return frozenset(found | {nearest(anzac, _DAY, partial(_is_weekday, _MONDAY))} if anzac.weekday() >= _SATURDAY else found)


def _is_weekday(weekday: int, day: date) -> bool:
    return day.weekday() == weekday


def _easter_sunday(year: int) -> date:
    """By the Gregorian rule (Meeus, Jones and Butcher)."""
    century, rest = divmod(year, 100)
    golden = year % 19
    epact = (19 * golden + century - century // 4 - (century - (century + 8) // 25 + 1) // 3 + 15) % 30
    weekday = (32 + 2 * (century % 4) + 2 * (rest // 4) - epact - rest % 4) % 7
    correction = (golden + 11 * epact + 22 * weekday) // 451
    month, day = divmod(epact + weekday - 7 * correction + 114, 31)
    return date(year, month, day + 1)


@cache
def is_bank_day(day: date) -> bool:
    """Whether banks of the whole country are open."""
    return day.weekday() < _SATURDAY and day not in _holidays(day.year)


def _is_open_everywhere(day: date) -> bool:
    return is_bank_day(day) and day not in _state_holidays(day.year)


def nearest(day: date, step: timedelta, is_meant: Callable[[date], bool]) -> date:
    """The day itself, or the first in steps from it that is meant."""
    while not is_meant(day):
        day += step
    return day


def bank_day_before(day: date) -> date:
    """The day itself, or the last bank day before it."""
    return nearest(day, -_DAY, is_bank_day)


def bank_day_after(day: date) -> date:
    """The day itself, or the first bank day after it."""
    return nearest(day, _DAY, is_bank_day)
