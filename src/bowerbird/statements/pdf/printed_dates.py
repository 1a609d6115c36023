"""Dates as statements print them, and the year of those printed without one."""

from __future__ import annotations

import re
from datetime import date, timedelta
from functools import lru_cache

_MONTHS = ("january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december")
_NAMES = "|".join(f"{name[:3]}(?:{'t|' if name == 'september' else ''}{name[3:]})?" for name in _MONTHS)
_TOKENS = {
    "d": r"(?P<day>\d{1,2})",
    "dd": r"(?P<day>\d{1,2})",
    "M": r"(?P<month>\d{1,2})",
    "MM": r"(?P<month>\d{1,2})",
    "MMM": rf"(?P<name>{'|'.join(name[:3] for name in _MONTHS)})",
    "MMMM": rf"(?P<name>{_NAMES})",
    "yy": r"(?P<year>\d{2})(?!\d)",
    "yyyy": r"(?P<year>\d{4})(?!\d)",
}
ANY_DATE = rf"\d{{1,2}}(?:(?:{_NAMES})(?:\d{{4}}|\d{{2}})?|[/.-]\d{{1,2}}[/.-]\d{{2,4}})"
"""A date within compact text, for labels that hold one."""


@lru_cache(maxsize=256)
def date_pattern(form: str, prefix: str = "") -> str:
    """A regular expression of a date form such as `d MMM yyyy`, its groups named day, month or name, year, each with a prefix."""
    parts = re.split(r"([ ./-])", form)
    pattern = "".join(_TOKENS.get(part) or (r"\s*" if part == " " else re.escape(part)) for part in parts)
    return pattern.replace("(?P<", f"(?P<{prefix}")


def matched_date(match: re.Match[str], period: tuple[date, date] | None, prefix: str = "") -> date | None:
    """The date that a pattern of `date_pattern` matched, None for one that does not exist.

    Without a printed year it is the only one that puts the date into the period; None where there is none or more than one.
    """
    groups = match.groupdict()
    name, year = groups.get(f"{prefix}name"), groups.get(f"{prefix}year")
    month = _month(name) if name else int(groups[f"{prefix}month"] or 0)
    return _dated(int(groups[f"{prefix}day"] or 0), month, int(year) if year else None, period)


@lru_cache(maxsize=4096)
def _dated(day: int, month: int, year: int | None, period: tuple[date, date] | None) -> date | None:
    if year is not None:
        return _date(year + 2000 if year < 100 else year, month, day)
    if period is None:
        return None
    first, last = period
    candidates = (_date(candidate, month, day) for candidate in range(first.year, last.year + 1))
    inside = [found for found in candidates if found and first <= found <= last]
    if len(inside) == 1:
        return inside[0]
    return None if inside else _nearest(day, month, period)


def _nearest(day: int, month: int, period: tuple[date, date]) -> date | None:
    """A date outside the period, in the year that brings it nearest: it will be refused, but by what it says."""
    first, last = period
    candidates = (_date(year, month, day) for year in range(first.year - 1, last.year + 2))
    distances = [(min(abs(candidate - first), abs(candidate - last)), candidate) for candidate in candidates if candidate]
    return min(distances, default=(timedelta(), None))[1]


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _month(name: str) -> int:
    return next(number for number, month in enumerate(_MONTHS, 1) if month.startswith(name[:3].casefold()))
