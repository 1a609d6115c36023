"""Counts in memory what is read of people, until `reading_log` writes the counts down."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from threading import Lock
from typing import NamedTuple

from bowerbird.model.days import day_number
from bowerbird.model.reading import Reader, ReadKind


class ReadKey(NamedTuple):
    """What reads are counted by. `day` is a day in UTC. `consent_id` is empty for a user without a consent, None where the latest one
    is meant that they have when the counts are written down."""

    application_id: str
    user_id: str
    day: int
    kind: ReadKind
    reader: Reader
    consent_id: str | None


class ReadCounter:
    """Of one process and one database. From any thread. Who writes the counts down holds `writing` until they are committed."""

    def __init__(self) -> None:
        self.writing = Lock()
        self._counts: dict[ReadKey, int] = {}
        self._lock = Lock()

    def record(
        self, now: datetime, application_id: str, user_id: str, kind: ReadKind, reader: Reader = Reader.APPLICATION,
        consent_id: str | None = None,
    ) -> None:  # fmt: skip
        """Count a read of now."""
        key = ReadKey(application_id, user_id, day_number(now), kind, reader, consent_id)
        with self._lock:
            self._counts[key] = self._counts.get(key, 0) + 1

    def take(self) -> Mapping[ReadKey, int]:
        """Everything counted so far, which is counted no more."""
        if not self._counts:
            return {}
        with self._lock:
            counts, self._counts = self._counts, {}
        return counts

    def put_back(self, counts: Mapping[ReadKey, int]) -> None:
        """Count again what could not be written down."""
        with self._lock:
            for key, count in counts.items():
                self._counts[key] = self._counts.get(key, 0) + count
