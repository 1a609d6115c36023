"""Which source of money keeps a period, and for how many months it has stayed the same or grown."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from itertools import pairwise
from typing import NamedTuple

from bowerbird.insights.figures import FigureRow, median_of
from bowerbird.insights.metrics import ReportPeriod
from bowerbird.insights.periods import PER_MONTH, best_fit, longest_days
from bowerbird.insights.reports.income import next_day
from bowerbird.insights.reports.inputs import by, month_of, months_between
from bowerbird.insights.streams import Stream, payer_of

MIN_ROWS, MIN_SCORE, MAX_ROWS = 3, Fraction(3, 4), 60
"""A period is looked for in so many rows at least, and in the latest so many; that share of them keeps it."""

RECENT_DAYS = 62
"""Two months: what was paid later is recent (the published metrics' own span)."""

CHANGE_DAYS = RECENT_DAYS - 1
"""So many days before the end of a report a change of a salary is recent (the published metric's two months)."""

LIKE = Fraction(1, 10)
"""Months within a tenth of each other are alike."""


@dataclass(frozen=True, slots=True)
class Recurrence:
    """`cents` is what a payment usually is, negative for money that leaves; `due` is the next day, None where it has ended."""

    period: str
    cents: int
    due: date | None

    @property
    def monthly_cents(self) -> Fraction:
        return self.cents * PER_MONTH[self.period]


class SourceChange(NamedTuple):
    """A payment at which a source changed, and how, in words that its day follows."""

    row: FigureRow
    how: str


@dataclass(frozen=True)
class PaymentSource:
    """Rows of one payer or payee, oldest first, and the period they keep, if any."""

    name: str
    rows: tuple[FigureRow, ...]
    recurrence: Recurrence | None

    @property
    def last(self) -> date:
        return self.rows[-1].day

    def is_recent(self, until: date) -> bool:
        return (until - self.last).days < RECENT_DAYS or self.is_ongoing

    @property
    def is_ongoing(self) -> bool:
        return self.recurrence is not None and self.recurrence.due is not None

    def goes_on(self, until: date) -> bool:
        """Whether it is paid still: with a period while that is kept, without one where it was paid in the last two months."""
        return self.is_ongoing if self.recurrence is not None else self.is_recent(until)

    def changes(self, first: date, until: date) -> list[SourceChange]:
        """Where, in the last two months of a report that shows more, it began, came again after a pause, or was due and came no more."""
        since = until - timedelta(days=CHANGE_DAYS)
        found = [SourceChange(self.rows[0], "began on")] if self.rows[0].day > since > first else []
        if self.recurrence is None:
            return found
        longest = longest_days(self.recurrence.period)
        for earlier, later in pairwise(self.rows):
            if later.day > since and (later.day - earlier.day).days > longest:
                found.append(SourceChange(later, "came again after a pause on"))
        if self.recurrence.due is None and since <= next_day(self.last, self.recurrence.period) <= until:
            found.append(SourceChange(self.rows[-1], "has not come since"))
        return found


def sources_of(rows: Sequence[FigureRow], streams: Mapping[str, Stream], until: date) -> list[PaymentSource]:
    """Rows by whom they come from or go to, the largest sum first. Repayments are one source for each loan or card they arrive at."""
    of_streams: dict[Stream, list[FigureRow]] = defaultdict(list)
    others: dict[tuple[str, str], list[FigureRow]] = defaultdict(list)
    for row in sorted(rows, key=lambda row: (row.day, row.id)):
        if stream := streams.get(row.id):
            of_streams[stream].append(row)
        else:
            arrives_at = row.account if row.is_received else ""
            others[row.merchant or payer_of(row.text) or row.text, arrives_at].append(row)
    found = [PaymentSource(stream.payer, tuple(paid), _of_stream(stream, paid)) for stream, paid in of_streams.items()]
    found += [source for (name, _), paid in others.items() for source in _of_name(name, paid, until)]
    return sorted(found, key=lambda source: (-abs(sum(row.counted_cents for row in source.rows)), source.name, source.rows[0].id))


def _of_name(name: str, rows: Sequence[FigureRow], until: date) -> list[PaymentSource]:
    """One source, or one for each account where all rows together keep no period and those of an account do."""
    together = PaymentSource(name, tuple(rows), recurrence_of(rows, until))
    if together.recurrence is not None:
        return [together]
    apart = [PaymentSource(name, tuple(paid), recurrence_of(paid, until)) for paid in by(rows, "account").values()]
    return apart if any(source.recurrence is not None for source in apart) else [together]


def _of_stream(stream: Stream, rows: list[FigureRow]) -> Recurrence:
    usual = round(median_of(row.counted_cents for row in rows[-MIN_ROWS:]))
    return Recurrence(stream.period, usual, next_day(rows[-1].day, stream.period) if stream.ongoing else None)


def recurrence_of(rows: Sequence[FigureRow], until: date) -> Recurrence | None:
    """The period that rows keep, None for none."""
    latest = rows[-MAX_ROWS:]
    if len(latest) < MIN_ROWS:
        return None
    fit = best_fit(tuple(row.day for row in latest), (0,) * len(latest))
    if fit is None or len(fit.met) < MIN_ROWS or fit.score < MIN_SCORE:
        return None
    usual = round(median_of(latest[place].counted_cents for place in fit.met[-MIN_ROWS:]))
    last = latest[-1].day
    is_over = (until - last).days > longest_days(fit.period)
    return Recurrence(fit.period, usual, None if is_over else next_day(last, fit.period))


def whole_months(period: ReportPeriod) -> list[str]:
    """The calendar months that a period covers from their first day to their last."""
    months = months_between(period.first, period.last)
    if period.first.day > 1:
        months = months[1:]
    if (period.last + timedelta(days=1)).day > 1:
        months = months[:-1]
    return months


def month_levels(sources: Sequence[PaymentSource], period: ReportPeriod) -> list[Fraction]:
    """What each whole month is worth: of a source with a period that pays at least monthly, a usual payment of that month × the payments
    of an average month; of any other source, its sum. So a month with three fortnightly wages is worth no more than one with two.
    """
    levels = dict.fromkeys(whole_months(period), Fraction(0))
    for source in sources:
        by_month: dict[str, list[int]] = defaultdict(list)
        for row in source.rows:
            by_month[month_of(row.day)].append(row.counted_cents)
        often = source.recurrence is not None and PER_MONTH[source.recurrence.period] >= 1
        for month, cents in by_month.items():
            if month in levels:
                levels[month] += (
                    median_of(cents) * PER_MONTH[source.recurrence.period] if often and source.recurrence is not None else sum(cents)
                )
    return list(levels.values())


def stable_months(levels: Sequence[Fraction]) -> int:
    """How many of the latest months are within a tenth of the last one; 0 where the last one has nothing."""
    if not levels or not levels[-1]:
        return 0
    last, count = levels[-1], 0
    for level in reversed(levels):
        if abs(level - last) > abs(last) * LIKE:
            break
        count += 1
    return count


def secure_months(levels: Sequence[Fraction]) -> int:
    """How many of the latest months were no less than a tenth below the month before: stable or improving."""
    if not levels or not levels[-1]:
        return 0
    count = 1
    for earlier, later in zip(reversed(levels[:-1]), reversed(levels), strict=False):
        if not earlier or abs(later) < abs(earlier) * (1 - LIKE):
            break
        count += 1
    return count


def ongoing_month(sources: Sequence[PaymentSource], until: date) -> int:
    """What a month takes or brings as it goes on, in cents: of a source with a period its usual payments, of one without that was paid in
    the last two months half of what it was then; nothing of what has ended.
    """
    total = Fraction(0)
    for source in sources:
        if source.recurrence is not None and source.recurrence.due is not None:
            total += source.recurrence.monthly_cents
        elif source.recurrence is None:
            recent = sum(row.counted_cents for row in source.rows if (until - row.day).days < RECENT_DAYS)
            total += Fraction(recent, 2)
    return round(total)
