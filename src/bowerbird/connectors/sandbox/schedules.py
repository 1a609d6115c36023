"""When something recurs: on a day of every so-many-th month, or on a weekday of every so-many-th week."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from bowerbird.connectors.sandbox.days import clamped, first_day, length

ALL_YEAR = frozenset(range(1, 13))


@dataclass(frozen=True, slots=True)
class Monthly:
    """A day (1 to 31, clamped to the month's end) of every `every`-th month, those where month % every == phase."""

    day: int
    every: int = 1
    phase: int = 0

    @property
    def period(self) -> str:
        return f"P{self.every}M"

    def days(self, month: int) -> list[date]:
        return [clamped(month, self.day)] if month % self.every == self.phase else []


@dataclass(frozen=True, slots=True)
class Weekly:
    """A weekday (Monday is 0) of every `every`-th week, weeks being counted from Monday, 1 January of year 1."""

    weekday: int
    every: int = 1
    phase: int = 0

    @property
    def period(self) -> str:
        return f"P{self.every}W"

    def days(self, month: int) -> list[date]:
        start = first_day(month).toordinal()
        step = 7 * self.every
        offset = (self.weekday + 7 * self.phase + 1 - start) % step
        return [date.fromordinal(ordinal) for ordinal in range(start + offset, start + length(month), step)]


Schedule = Monthly | Weekly
