"""Days and months of the sandbox.

A month is a plain number, year * 12 + month - 1, so that months can be added, subtracted and divided into cycles.
"""

from __future__ import annotations

from calendar import monthrange
from datetime import UTC, date, datetime, timedelta

DAY = timedelta(days=1)
FRIDAY = 4


def bank_day(now: datetime) -> date:
    """The sandbox bank's day: the date in UTC. All that happens on a day is there from its first second."""
    return now.astimezone(UTC).date()


def month_number(year: int, month: int) -> int:
    """`month` is 1 for January."""
    return year * 12 + month - 1


def month_of(day: date) -> int:
    return month_number(day.year, day.month)


def calendar_month(month: int) -> int:
    """1 for January to 12 for December."""
    return month % 12 + 1


def first_day(month: int) -> date:
    return date(month // 12, month % 12 + 1, 1)


def last_day(month: int) -> date:
    return clamped(month, 31)


def length(month: int) -> int:
    """Days in a month."""
    return monthrange(month // 12, month % 12 + 1)[1]


def clamped(month: int, day: int) -> date:
    """A day of a month; the 29th to 31st become the last day where the month is shorter."""
    return date(month // 12, month % 12 + 1, min(day, length(month)) if day > 28 else day)


def paid_by(due: date) -> date:
    """When an employer pays what is due: on a weekend, the Friday before."""
    return due - max(0, due.weekday() - FRIDAY) * DAY


def posting_day(made: date, *, slow: bool) -> date:
    """When a card purchase reaches the statement: the next weekday, or the one after it if `slow`, but within 3 days."""
    weekday = made.weekday()
    days = 1 if weekday < FRIDAY else 7 - weekday
    if slow and weekday not in (FRIDAY - 1, FRIDAY):
        days += 1
    return made + days * DAY
