"""Whether the statements of one account join: what the first leaves is what the next begins with.

A gap or a contradiction refuses nothing: the missing statement may still come. It is logged and shown.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from bowerbird.model.days import UndecidedDay, day_of_number
from bowerbird.model.money import format_cents


class StatementPeriod(NamedTuple):
    """A statement's days (both inside) and balances in cents; None where the file prints none.

    `mismatch` is by how much its account's transactions of these days come to more than its balances say. `undecided` are its days on which
    another file met it, where some rows may be the same as the other's, or further ones.
    """

    first_day: int
    last_day: int
    opening: int | None
    closing: int | None
    mismatch: int = 0
    undecided: tuple[UndecidedDay, ...] = ()

    def since(self, earliest_day: int) -> StatementPeriod | None:
        """The days that are not before a day, without the balance before them; None where all are."""
        if self.first_day >= earliest_day:
            return self
        return self._replace(first_day=earliest_day, opening=None) if self.last_day >= earliest_day else None


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
    breaks: list[Break] = []
    for before, after in pairwise(sorted(set(periods), key=lambda period: (period.last_day, period.first_day))):
        missing = after.first_day - before.last_day - 1
        if missing > 0:
            breaks.append(Break(before.last_day, after.first_day, f"{missing} days without a statement"))
        elif missing == 0 and _differ(before.closing, after.opening):
            what = _contradiction("closes", before.closing, "the next opens", after.opening)
            breaks.append(Break(before.last_day, after.first_day, what))
        elif before.last_day == after.last_day and _differ(before.closing, after.closing):
            what = _contradiction("closes", before.closing, "another closes", after.closing)
            breaks.append(Break(before.last_day, after.last_day, what))
    broken = [period for period in set(periods) if period.mismatch]
    breaks += [Break(each.first_day, each.last_day, _sum_text(each.mismatch)) for each in broken]
    breaks += _undecided(periods)
    return sorted(breaks, key=lambda each: (each.before, each.after))


def _undecided(periods: Sequence[StatementPeriod]) -> list[Break]:
    """Days on which two files meet and nothing says which rows they share, as long as no file lists all of the day."""
    counts: dict[int, int] = {}
    for day, count in (each for period in periods for each in period.undecided):
        counts[day] = max(count, counts.get(day, 0))
    open_days = [day for day in sorted(counts) if not any(period.first_day < day < period.last_day for period in periods)]
    return [Break(day, day, _undecided_text(counts[day])) for day in open_days]


def _undecided_text(count: int) -> str:
    rows = "1 transaction is" if count == 1 else f"{count} transactions are"
    return f"two files meet on this day, and {rows} equal in both: only a file that lists the whole day tells how often that happened"


def mismatch_text(first_day: int, last_day: int, difference: int) -> str:
    """What the sum of a statement's days says against its balances; `difference` in cents."""
    return str(Break(first_day, last_day, _sum_text(difference)))


def _sum_text(difference: int) -> str:
    kind = "more" if difference > 0 else "less"
    return f"the transactions come to {format_cents(abs(difference))} {kind} than the balances of the statement say"


def overlaps_of(periods: Sequence[StatementPeriod]) -> list[tuple[int, int]]:
    """The days, first and last, that a statement covers after another already did; oldest first."""
    overlaps: list[tuple[int, int]] = []
    covered: int | None = None
    for period in sorted(periods, key=lambda period: (period.first_day, period.last_day)):
        if covered is not None and period.first_day <= covered:
            overlaps.append((period.first_day, min(covered, period.last_day)))
        covered = period.last_day if covered is None else max(covered, period.last_day)
    return overlaps


def _differ(one: int | None, other: int | None) -> bool:
    return one is not None and other is not None and one != other


def _contradiction(first: str, one: int | None, second: str, other: int | None) -> str:
    return f"one statement {first} with {format_cents(one or 0)}, {second} with {format_cents(other or 0)}"
