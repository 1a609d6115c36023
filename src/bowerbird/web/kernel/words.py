"""How pages spell amounts, moments and names: text first, so that a page reads well before any script has run."""

from __future__ import annotations

from datetime import UTC, date, datetime
from urllib.parse import quote

from bowerbird.domain.institutions.institutions import logo_svg
from bowerbird.model.clock import from_milliseconds, wire_time
from bowerbird.model.institution import Institution
from bowerbird.model.money import format_cents
from bowerbird.storage.database.keyset import MOST_COUNTED, MOST_EXAMINED

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


def counted_to(count: int, end: int = MOST_COUNTED) -> str:
    """A number at which counting ends: "10,000 or more"."""
    return f"{number(count)} or more" if count >= end else number(count)


def listed(size: int) -> str:
    """The size of a list, of which as many rows are counted as one request looks at."""
    return counted_to(size, MOST_EXAMINED)


def moment(value: int | datetime | None) -> str:
    """Milliseconds or a moment → "18 Mar 2026, 12:00 UTC". The page's script puts it into the viewer's zone."""
    if value is None:
        return _UNKNOWN
    at = _moment_of(value)
    return f"{at.day} {at:%b %Y, %H:%M} UTC"


def exact(value: int | datetime) -> str:
    """To the second, for what follows closely: "18 Mar, 12:00:05 UTC"."""
    at = _moment_of(value)
    return f"{at.day} {at:%b, %H:%M:%S} UTC"


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


def size(count: int) -> str:
    """Bytes as people read them: 1536 → "1.5 KiB"."""
    if count < 1024:
        return f"{count} bytes"
    units = ("KiB", "MiB", "GiB", "TiB")
    power = min((count.bit_length() - 1) // 10, len(units))
    return f"{count / 1024**power:,.1f} {units[power - 1]}"


_STRETCHES = ((365 * 86_400, "year"), (86_400, "day"), (3600, "hour"), (60, "minute"), (1, "second"))


def stretch(seconds: int) -> str:
    """A stretch of time in its two largest units: 90061 → "1 day 1 hour"."""
    left, parts = abs(seconds), []
    for length, unit in _STRETCHES:
        count, left = divmod(left, length)
        if count:
            parts.append(f"{count} {unit}{'' if count == 1 else 's'}")
    return " ".join(parts[:2]) or "0 seconds"


def label(word: str) -> str:
    """A word of the wire as people read it: "verify-credentials" → "Verify credentials", "mfa-challenge" → "MFA challenge"."""
    spaced = word.replace("-", " ").replace("_", " ").replace(".", " ").replace("mfa", "MFA")
    return spaced[:1].upper() + spaced[1:]


def _moment_of(value: int | datetime) -> datetime:
    return (from_milliseconds(value) if isinstance(value, int) else value).astimezone(UTC)


def drawn(institution: Institution) -> str:
    """An institution's initials as a picture inside the page: a list of twenty needs no twenty requests."""
    return f"data:image/svg+xml,{quote(logo_svg(institution, full=False))}"
