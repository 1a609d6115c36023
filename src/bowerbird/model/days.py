"""Days as integers since 1970-01-01, and the intervals an account's data covers."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

_EPOCH = date(1970, 1, 1).toordinal()
DAY_S = 86_400
DAY_MS = DAY_S * 1000
HOUR_MS = 3_600_000

Interval = tuple[int, int]
"""First and last day, both inside."""

UndecidedDay = tuple[int, int]
"""A day on which two files meet, and how many of its rows may be the same as others, or further ones."""


def day_number(day: date) -> int:
    return day.toordinal() - _EPOCH


def day_of_number(number: int) -> date:
    return date.fromordinal(number + _EPOCH)


def merge(intervals: Iterable[Interval]) -> list[Interval]:
    """The same days in as few intervals as possible, oldest first; neighbouring days join."""
    merged: list[Interval] = []
    for first, last in sorted(intervals):
        if merged and first <= merged[-1][1] + 1:
            merged[-1] = (merged[-1][0], max(last, merged[-1][1]))
        else:
            merged.append((first, last))
    return merged


def wire_midnight(day: date) -> str:
    """Midnight UTC of a day, for a source that only names the day."""
    return f"{day.isoformat()}T00:00:00Z"
