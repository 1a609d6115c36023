"""Which period a list of days keeps, on windows of bank days: a payment due on a day arrives between the bank day before it and three days
after the bank day that follows. Bank days are those on which Australian banks move money: weekdays that are no national holiday; holidays
of one state are not among them.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from functools import cache
from itertools import pairwise

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


def best_fit(days: Sequence[date], weights: Sequence[int]) -> Fit | None:
    """The period that sorted days keep best, None for fewer than two days. Of two days in one window the smaller weight is taken."""
    if len(days) < 2:
        return None
    gaps = sorted((later - earlier).days for earlier, later in pairwise(days))
    typical = gaps[len(gaps) // 2] or max(gaps)
    fits = [
        _fit(days, weights, period, due)
        for period, (least, most) in _TYPICAL_GAP_DAYS.items()
        if least <= typical <= most
        for due in _dues(period, days)
    ]
    return max(fits, key=lambda fit: fit.rank, default=None)


def _dues(period: str, days: Sequence[date]) -> Iterator[list[date]]:
    """Lists of due days, one for each phase a period may have."""
    first, last = days[0] - timedelta(days=6), days[-1] + timedelta(days=6)
    if period in _WEEKS:
        step = _WEEKS[period]
        for phase in sorted({day.toordinal() % step for day in days}):
            start = first.toordinal() + (phase - first.toordinal()) % step
            yield [date.fromordinal(number) for number in range(start, last.toordinal() + 1, step)]
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


def _monthly(first: date, last: date, month_days: tuple[int, ...], step: int, phase: int) -> list[date]:
    found: list[date] = []
    for number in range(first.year * 12 + first.month - 1, last.year * 12 + last.month):
        year, month = divmod(number, 12)
        if (month + 1 - phase) % step:
            continue
        length = _length(year, month + 1)
        found.extend(due for due in sorted({date(year, month + 1, min(day, length)) for day in month_days}) if first <= due <= last)
    return found


@cache
def _length(year: int, month: int) -> int:
    return (date(year + month // 12, month % 12 + 1, 1) - date(year, month, 1)).days


@cache
def _window(due: date) -> tuple[date, date, date]:
    before, after = bank_day_before(due), bank_day_after(due)
    return before, after, after + timedelta(days=LATE_DAYS)


def _fit(days: Sequence[date], weights: Sequence[int], period: str, dues: list[date]) -> Fit:
    met: list[int] = []
    windows: list[bool] = []
    off, begin = 0, 0
    for due in dues:
        before, after, late = _window(due)
        begin = max(begin, bisect_left(days, before - timedelta(days=1), begin))
        candidates = (
            [index for index in range(begin, len(days)) if days[index] <= late] if begin < len(days) and days[begin] <= late else []
        )
        windows.append(bool(candidates))
        if candidates:
            index = min(candidates, key=lambda place: (weights[place], _off(days[place], before, due, after)))
            met.append(index)
            off += _off(days[index], before, due, after)
            begin = index + 1
    expected = _expected(windows)
    if not met:
        return Fit(period, (), expected, Fraction(0), Fraction(0), Fraction(0))
    covered = Fraction(len(met), len(days))
    score = min(Fraction(len(met), max(expected, len(met))), covered)
    return Fit(period, tuple(met), expected, score, covered, Fraction(off, len(met)))


def _off(day: date, before: date, due: date, after: date) -> int:
    return min(abs((day - place).days) for place in (before, due, after))


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


@cache
def _holidays(year: int) -> frozenset[date]:
    easter = _easter_sunday(year)
    fixed = {date(year, 1, 1), date(year, 1, 26), date(year, 4, 25), date(year, 12, 25), date(year, 12, 26)}
    moved = {day + timedelta(days=(7 - day.weekday()) % 7) for day in fixed if day.weekday() >= 5}
    return frozenset(fixed | moved | {easter - 2 * _DAY, easter + _DAY})


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
    return day.weekday() < 5 and day not in _holidays(day.year)


@cache
def bank_day_before(day: date) -> date:
    """The day itself, or the last bank day before it."""
    while not is_bank_day(day):
        day -= _DAY
    return day


@cache
def bank_day_after(day: date) -> date:
    """The day itself, or the first bank day after it."""
    while not is_bank_day(day):
        day += _DAY
    return day
