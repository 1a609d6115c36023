"""How pages spell amounts, moments and names: text first, so that a page reads well before any script has run."""

from __future__ import annotations

from datetime import UTC, date, datetime

from bowerbird.model.clock import from_milliseconds, wire_time
from bowerbird.model.money import format_cents

_MINUS = "\u2212"
_UNKNOWN = "–"


def money(cents: int | None) -> str:
    """-1234567 → "−12,345.67", with the sign of typography; unknown is a dash, never nought."""
    if cents is None:
        return _UNKNOWN
    whole, _, part = format_cents(abs(cents)).partition(".")
    return f"{_MINUS if cents < 0 else ''}{int(whole):,}.{part}"


def number(count: int) -> str:
    return f"{count:,}"


def moment(value: int | datetime | None) -> str:
    """Milliseconds or a moment → "18 Mar 2026, 12:00 UTC". The page's script puts it into the viewer's zone."""
    if value is None:
        return _UNKNOWN
    at = _moment_of(value)
    return f"{at.day} {at:%b %Y, %H:%M} UTC"


def iso(value: int | datetime | None) -> str:
    """What <time datetime> takes."""
    return "" if value is None else wire_time(_moment_of(value))


def day(value: date | None) -> str:
    """ "18 Mar 2026"; a day has no zone."""
    return _UNKNOWN if value is None else f"{value.day} {value:%b %Y}"


def date_of(value: int | datetime | None) -> str:
    """The day of a moment, in UTC: "18 Mar 2026". The page's script puts it into the viewer's zone."""
    return _UNKNOWN if value is None else day(_moment_of(value).date())


_UNITS = ((86_400, "d"), (3600, "h"), (60, "min"), (1, "s"))


def span(seconds: int) -> str:
    """18000 → "5 h": in the largest unit that says it whole."""
    size, unit = next(each for each in _UNITS if seconds % each[0] == 0)
    return f"{seconds // size:,} {unit}"


def label(word: str) -> str:
    """A word of the wire as people read it: "verify-credentials" → "Verify credentials"."""
    spaced = word.replace("-", " ").replace("_", " ")
    return spaced[:1].upper() + spaced[1:]


def _moment_of(value: int | datetime) -> datetime:
    return (from_milliseconds(value) if isinstance(value, int) else value).astimezone(UTC)
