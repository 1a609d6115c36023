"""An account's statements on a timeline, as geometry for SVG: bars in lanes, with gaps, overlaps and contradictions."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from bowerbird.domain.statements.continuity import Break, StatementPeriod, breaks_of, overlaps_of
from bowerbird.model.days import day_number, day_of_number
from bowerbird.web.kernel.charts import WIDTH, Tick
from bowerbird.web.kernel.words import day, money

_MARGIN, _BAR, _GAP, _AXIS, _NARROWEST, _THIN = 8, 20, 4, 22, 3, 3
_MAX_LABELS = 12


class Span(NamedTuple):
    """A rectangle of days: a statement, which links to its page, or a gap, an overlap or a contradiction, without a link."""

    x: int
    y: int
    width: int
    height: int
    kind: str
    title: str
    job_id: str = ""


class Covered(NamedTuple):
    """A statement on the timeline: its period and the job that read it."""

    period: StatementPeriod
    job_id: str


class Timeline:
    """One account's statements, oldest first. `breaks` and `overlaps` describe the drawing in words."""

    def __init__(self, statements: Sequence[Covered]) -> None:
        periods = [statement.period for statement in statements]
        self._first, self._days = periods[0].first_day, max(period.last_day for period in periods) - periods[0].first_day + 1
        self.breaks, self.overlaps = breaks_of(periods), [_between(*days) for days in overlaps_of(periods)]
        lanes = _lanes(periods)
        self.bottom = (max(lanes) + 1) * (_BAR + _GAP)
        self.height = self.bottom + _AXIS
        self.spans = [self._bar(statement, lane) for statement, lane in zip(statements, lanes, strict=True)]
        self.spans += [self._break(gap) for gap in self.breaks]
        self.spans += [self._overlap(*days) for days in overlaps_of(periods)]
        self.months = self._months()
        self.summary = f"{len(periods)} statements from {_between(self._first, self._first + self._days - 1)}"

    def _x(self, number: int) -> int:
        return _MARGIN + (number - self._first) * (WIDTH - 2 * _MARGIN) // self._days

    def _across(self, first: int, last: int) -> tuple[int, int]:
        """The left edge and the width of days."""
        left = self._x(first)
        return left, max(self._x(last + 1) - left - 1, _NARROWEST)

    def _bar(self, statement: Covered, lane: int) -> Span:
        period = statement.period
        title = f"{_between(period.first_day, period.last_day)}: opens {money(period.opening)}, closes {money(period.closing)}"
        left, width = self._across(period.first_day, period.last_day)
        return Span(left, lane * (_BAR + _GAP), width, _BAR, "statement", title, statement.job_id)

    def _overlap(self, first: int, last: int) -> Span:
        left, width = self._across(first, last)
        return Span(left, self.bottom - 1, width, _THIN, "overlap", _between(first, last))

    def _break(self, gap: Break) -> Span:
        if gap.before - gap.after > 1:
            left, width = self._across(gap.after + 1, gap.before - 1)
            return Span(left, 0, width, _BAR, "gap", break_text(gap))
        return Span(self._x(gap.before) - 2, 0, _NARROWEST, self.bottom - _GAP, "contradiction", break_text(gap))

    def _months(self) -> list[Tick]:
        """First days of months, at most twelve at equal distances, however long the period that a file claims."""
        start, end = day_of_number(self._first), day_of_number(self._first + self._days - 1)
        first_month, last_month = start.year * 12 + start.month - (start.day == 1), end.year * 12 + end.month - 1
        step = max(1, -(-(last_month - first_month + 1) // _MAX_LABELS))
        days = (date(month // 12, month % 12 + 1, 1) for month in range(first_month, last_month + 1, step))
        return [Tick(self._x(day_number(first)), _month(first, start.year != end.year)) for first in days]


def break_text(gap: Break) -> str:
    """A break in words: "31 Jan 2026 to 1 Mar 2026: 28 days without a statement"."""
    return f"{_between(gap.after, gap.before)}: {gap.what}"


def _between(first: int, last: int) -> str:
    return f"{day(day_of_number(first))} to {day(day_of_number(last))}"


def _month(first: date, years: bool) -> str:
    return f"{first:%b} {first.year}" if years and first.month == 1 else f"{first:%b}"


def _lanes(periods: Sequence[StatementPeriod]) -> list[int]:
    """The lane of each statement: the first in which it touches no other. Oldest first."""
    ends: list[int] = []
    lanes = []
    for period in periods:
        lane = next((lane for lane, end in enumerate(ends) if end < period.first_day), len(ends))
        ends[lane : lane + 1] = [period.last_day]
        lanes.append(lane)
    return lanes
