"""When a bank that fails is tried again: soon at first, then daily, for a week."""

from __future__ import annotations

from bowerbird.model.days import DAY_MS

HOUR_MS = 3_600_000
_FIRST_MS = (5 * 60_000, HOUR_MS, 6 * HOUR_MS)
"""After the first failures; after these, daily."""
MAX_FAILURES = len(_FIRST_MS) + 7
"""In a row, after which it is not tried again by itself: a week of daily tries."""


def retry_ms(failures: int) -> int:
    """Until the next try after so many failures in a row, at least one."""
    return _FIRST_MS[failures - 1] if failures <= len(_FIRST_MS) else DAY_MS
