"""Whether the statements of one account join: what the first leaves is what the next begins with.

A gap or a contradiction is nobody's fault that this server could mend, so nothing is refused for it; it is kept, logged and shown.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from bowerbird.model.days import day_of_number
from bowerbird.model.money import format_cents


class StatementPeriod(NamedTuple):
    """A statement's days (both inside) and balances in cents; None where the file prints none."""

    first_day: int
    last_day: int
    opening: int | None
    closing: int | None


class Break(NamedTuple):
    """Where two statements that follow one another do not join."""

    after: int
    before: int
    what: str

    def __str__(self) -> str:
        return f"{day_of_number(self.after)} to {day_of_number(self.before)}: {self.what}"


def breaks_of(periods: Sequence[StatementPeriod]) -> list[Break]:
    """Gaps and contradictions between statements of one account, oldest first.

    Statements that overlap are compared only where they end on the same day: in between, their transactions are the proof.
    """
    found: list[Break] = []
    for before, after in pairwise(sorted(set(periods), key=lambda period: (period.last_day, period.first_day))):
        missing = after.first_day - before.last_day - 1
        if missing > 0:
            found.append(Break(before.last_day, after.first_day, f"{missing} days without a statement"))
        elif missing == 0 and _differ(before.closing, after.opening):
            found.append(Break(before.last_day, after.first_day, _contradiction("closes", before.closing, "the next opens", after.opening)))
        elif before.last_day == after.last_day and _differ(before.closing, after.closing):
            found.append(Break(before.last_day, after.last_day, _contradiction("closes", before.closing, "another closes", after.closing)))
    return found


def overlaps_of(periods: Sequence[StatementPeriod]) -> list[tuple[int, int]]:
    """The days, first and last, that one statement speaks of after another already has; oldest first."""
    found: list[tuple[int, int]] = []
    covered: int | None = None
    for period in sorted(periods, key=lambda period: (period.first_day, period.last_day)):
        if covered is not None and period.first_day <= covered:
            found.append((period.first_day, min(covered, period.last_day)))
        covered = period.last_day if covered is None else max(covered, period.last_day)
    return found


def _differ(one: int | None, other: int | None) -> bool:
    return one is not None and other is not None and one != other


def _contradiction(first: str, one: int | None, second: str, other: int | None) -> str:
    return f"one statement {first} with {format_cents(one or 0)}, {second} with {format_cents(other or 0)}"
