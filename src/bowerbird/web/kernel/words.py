"""How pages write amounts, times and names: as text, so that a page reads well without scripts."""

from __future__ import annotations

from datetime import UTC, date, datetime
from urllib.parse import quote

from bowerbird.domain.institutions.institutions import logo_svg
from bowerbird.model.clock import from_milliseconds, wire_time
from bowerbird.model.institution import Institution
from bowerbird.model.money import format_cents
from bowerbird.storage.database.keyset import MAX_COUNTED, MAX_EXAMINED
from bowerbird.web.kernel.languages import written_day, written_moment, written_number

_MINUS = "\u2212"
_UNKNOWN = "–"


def money(cents: int | None) -> str:
    """-1234567 → "−12,345.67", with a typographic minus; a dash for an unknown amount, never 0."""
    if cents is None:
        return _UNKNOWN
    whole, _, part = format_cents(abs(cents)).partition(".")
    return f"{_MINUS if cents < 0 else ''}{written_number(f'{int(whole):,}.{part}')}"


def number(count: int) -> str:
    return written_number(f"{count:,}")


def counted_to(count: int, end: int = MAX_COUNTED) -> str:
    """A count that ends at `end`: "10,000 or more"."""
    return f"{number(count)} or more" if count >= end else number(count)


def listed(size: int) -> str:
    """The size of a list, counted up to the number of rows that one request examines."""
    return counted_to(size, MAX_EXAMINED)


def moment(value: int | datetime | None) -> str:
    """A time (milliseconds) → "18 Mar 2026, 12:00 UTC". The page's script converts it to the viewer's time zone."""
    if value is None:
        return _UNKNOWN
    at = _moment_of(value)
    return written_moment(at) or f"{at.day} {at:%b %Y, %H:%M} UTC"


def exact(value: int | datetime) -> str:
    """To the second: "18 Mar, 12:00:05 UTC"."""
    at = _moment_of(value)
    return f"{at.day} {at:%b, %H:%M:%S} UTC"


def iso(value: int | datetime | None) -> str:
    """The value of <time datetime>."""
    return "" if value is None else wire_time(_moment_of(value))


def day(value: date | None) -> str:
    """ "18 Mar 2026"; a day has no time zone."""
    return _UNKNOWN if value is None else written_day(value) or f"{value.day} {value:%b %Y}"


def date_of(value: int | datetime | None) -> str:
    """The day of a time, in UTC: "18 Mar 2026". The page's script converts it to the viewer's time zone."""
    return _UNKNOWN if value is None else day(_moment_of(value).date())


_UNITS = ((86_400, "d"), (3600, "h"), (60, "min"), (1, "s"))


def span(seconds: int) -> str:
    """18000 → "5 h": in the largest unit without a remainder."""
    size, unit = next((size, unit) for size, unit in _UNITS if seconds % size == 0)
    return f"{seconds // size:,} {unit}"


def size(count: int) -> str:
    """A size in bytes: 1536 → "1.5 KiB"."""
    if count < 1024:
        return f"{count} bytes"
    units = ("KiB", "MiB", "GiB", "TiB")
    power = min((count.bit_length() - 1) // 10, len(units))
    return f"{count / 1024**power:,.1f} {units[power - 1]}"


_STRETCHES = ((365 * 86_400, "year"), (86_400, "day"), (3600, "hour"), (60, "minute"), (1, "second"))


def stretch(seconds: int) -> str:
    """A duration in its two largest units: 90061 → "1 day 1 hour"."""
    left, parts = abs(seconds), []
    for length, unit in _STRETCHES:
        count, left = divmod(left, length)
        if count:
            parts.append(f"{count} {unit}{'' if count == 1 else 's'}")
    return " ".join(parts[:2]) or "0 seconds"


_ABBREVIATED = {
    "bnpl": "Buy now, pay later",
    "sacc": "Small loan",
    "p2p": "Peer to peer loan",
    "unshared_own_account": "Own account that is not shared",
}
"""Words of the wire that no reader need know."""


def label(word: str) -> str:
    """A word of the wire as a label: "verify-credentials" → "Verify credentials", "mfa-challenge" → "MFA challenge"."""
    if word in _ABBREVIATED:
        return _ABBREVIATED[word]
    spaced = word.replace("-", " ").replace("_", " ").replace(".", " ").replace("mfa", "MFA")
    return spaced[:1].upper() + spaced[1:]


def _moment_of(value: int | datetime) -> datetime:
    return (from_milliseconds(value) if isinstance(value, int) else value).astimezone(UTC)


def drawn(institution: Institution) -> str:
    """An institution's initials as a picture inside the page, so that a list needs no request for each."""
    return f"data:image/svg+xml,{quote(logo_svg(institution, full=False))}"


def month_name(month: str) -> str:
    """ "2026-03" → "Mar 2026"."""
    return f"{date.fromisoformat(f'{month}-01'):%b %Y}"
