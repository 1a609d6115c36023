"""Days on which Australian banks move money: weekdays that are no national holiday. Holidays of one state are not among them."""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache

DAY = timedelta(days=1)


@cache
def _holidays(year: int) -> frozenset[date]:
    easter = _easter_sunday(year)
    fixed = {date(year, 1, 1), date(year, 1, 26), date(year, 4, 25), date(year, 12, 25), date(year, 12, 26)}
    moved = {day + timedelta(days=(7 - day.weekday()) % 7) for day in fixed if day.weekday() >= 5}
    return frozenset(fixed | moved | {easter - 2 * DAY, easter + DAY})


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
        day -= DAY
    return day


@cache
def bank_day_after(day: date) -> date:
    """The day itself, or the first bank day after it."""
    while not is_bank_day(day):
        day += DAY
    return day
