"""Time is injected: this module is the only one that asks the machine what time it is."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    def now(self) -> datetime:
        """The present moment, timezone-aware, in UTC."""
        ...


class SystemClock:
    def now(self) -> datetime:
        return datetime.now(UTC)


class ManualClock:
    """A clock that stands still until it is moved. For tests and for a sandbox that plays a year in seconds."""

    def __init__(self, start: datetime) -> None:
        self._now = start
        self._lock = threading.Lock()

    def now(self) -> datetime:
        with self._lock:
            return self._now

    def advance(self, by: timedelta) -> None:
        with self._lock:
            self._now += by


_SECONDS = len("2026-11-22T21:05:09")


def wire_time(moment: datetime) -> str:
    """RFC 3339 in UTC with Z and whole seconds: 2026-11-22T21:05:09Z."""
    in_utc = moment if moment.tzinfo is UTC else moment.astimezone(UTC)
    return f"{in_utc.isoformat()[:_SECONDS]}Z"


def from_milliseconds(value: int) -> datetime:
    return datetime.fromtimestamp(value / 1000, UTC)


def to_milliseconds(moment: datetime) -> int:
    """Milliseconds since 1970: how the database keeps moments, so that both engines compare them alike."""
    return round(moment.timestamp() * 1000)
