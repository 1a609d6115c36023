"""Income as the older operation shows it: sources that are regular, irregular or neither. Each row of income is in one source.

What is regular: five credits or more over 90 days or more at regular intervals that go on; irregular: as many without an interval
(docs/Data of basiqio-oss/Basiq-docs, and affordability.yml). Everything else is another credit, with a label that says why.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, timedelta
from fractions import Fraction
from typing import TypedDict

import msgspec

from bowerbird.insights.figures import FigureRow, median_of, per_month
from bowerbird.insights.metrics import INCOME
from bowerbird.insights.periods import PER_MONTH
from bowerbird.insights.reports.inputs import FigureInputs, month_of, months_between
from bowerbird.insights.streams import Stream, payer_of
from bowerbird.model.days import wire_midnight
from bowerbird.model.money import format_cents

MIN_CREDITS, MIN_DAYS = 5, 90
RECENT_DAYS = 92
"""Three months."""

FREQUENCIES = {
    "P1W": "weekly", "P2W": "bi-weekly", "P4W": "monthly", "P15D": "monthly", "P1M": "monthly", "P2M": "bi-monthly",
    "P3M": "quarterly", "P6M": "half-year", "P1Y": "yearly",
}  # fmt: skip
"""The wire has no word for every four weeks or twice a month (ADR 60)."""

SMALL = frozenset({"INC-004", "INC-007"})
"""Groups that are no regular income however regular they are: interest, and small credits."""

FORMER, SMALL_LABEL, NEW, OTHER = "former regular income", "regular income small amount", "new regular income", "other credit"
_FINANCIAL_YEAR_BEGINS = 7


class Shape(msgspec.Struct, rename="camel", frozen=True, kw_only=True):
    """A part of an answer. Money is text with two decimals, as on the wire."""


class CreditRow(Shape, frozen=True):
    amount: str
    date: str
    source: str


class LatestPayment(Shape, frozen=True):
    amount: str
    date: str
    next_date: str | None


class LatestIrregular(Shape, frozen=True):
    amount: str
    date: str


class LatestOther(Shape, frozen=True):
    amount: str
    date: str
    other_credit_label: str


class Irregularity(Shape, frozen=True):
    """`stability` is the share of expected payments that came, in percent; `gaps` are the months without one."""

    gaps: list[str]
    stability: str


class LastThreeMonths(Shape, frozen=True):
    """`amount_avg` is the median of the payments; `variance` the largest minus the smallest."""

    amount_avg: str
    amount_avg_monthly: str
    variance: str


class RegularSource(Shape, frozen=True):
    source: str
    age_days: int
    frequency: str
    change_history: list[CreditRow]
    current: LatestPayment
    irregularity: Irregularity
    previous3_months: LastThreeMonths = msgspec.field(name="previous3Months")


class IrregularSource(Shape, frozen=True):
    source: str
    age_days: int
    amount_avg: str
    avg_monthly_occurence: str
    change_history: list[CreditRow]
    current: LatestIrregular
    frequency: str
    no_occurrences: int


class OtherCredit(Shape, frozen=True):
    source: str
    age_days: int
    amount_avg: str
    avg_monthly_occurence: str
    change_history: list[CreditRow]
    current: LatestOther
    frequency: str
    no_occurrences: int


class IncomeTotals(Shape, frozen=True):
    """`regular_income_year` is a forecast that the published service announces: null."""

    regular_income_avg: str
    irregular_income_avg: str
    regular_income_ytd: str = msgspec.field(name="regularIncomeYTD")
    regular_income_year: str | None


class IncomeFigures(Shape, frozen=True):
    regular: list[RegularSource]
    irregular: list[IrregularSource]
    other_credit: list[OtherCredit]
    summary: IncomeTotals


def income_figures(inputs: FigureInputs) -> IncomeFigures:
    """Every row of income in one source."""
    regular: list[RegularSource] = []
    irregular: list[IrregularSource] = []
    other: list[OtherCredit] = []
    monthly, irregular_cents, this_year = Fraction(0), 0, 0
    year_began = _financial_year(inputs.period.last)
    for stream, rows in _sources(inputs):
        if stream is not None and is_regular(stream, rows):
            source, amount = _regular(stream, rows, inputs.period.last)
            regular.append(source)
            monthly += amount
            this_year += sum(row.cents for row in rows if row.day >= year_began)
        elif stream is None and _spans(rows):
            irregular.append(IrregularSource(**_common(rows), frequency="irregular", current=_latest(rows)))
            irregular_cents += sum(row.cents for row in rows)
        else:
            other.append(_other(stream, rows))
    summary = IncomeTotals(
        regular_income_avg=format_cents(round(monthly)),
        irregular_income_avg=format_cents(per_month(irregular_cents, inputs.period.days)),
        regular_income_ytd=format_cents(this_year),
        regular_income_year=None,
    )
    return IncomeFigures(regular=regular, irregular=irregular, other_credit=other, summary=summary)


def is_regular(stream: Stream, rows: list[FigureRow]) -> bool:
    return stream.ongoing and _spans(rows) and not all(row.group in SMALL for row in rows)


def _sources(inputs: FigureInputs) -> Iterable[tuple[Stream | None, list[FigureRow]]]:
    """The rows of income by source: a stream, or the other rows of a payer; those of the largest sum first."""
    of_streams: dict[Stream, list[FigureRow]] = defaultdict(list)
    of_payers: dict[tuple[str, str], list[FigureRow]] = defaultdict(list)
    for row in sorted(inputs.partition.of(INCOME), key=lambda row: (row.day, row.id)):
        stream = inputs.streams.get(row.id)
        if stream is None:
            of_payers[row.account, payer_of(row.text)].append(row)
        else:
            of_streams[stream].append(row)
    found: list[tuple[Stream | None, list[FigureRow]]] = list(of_streams.items())
    found += [(None, rows) for rows in of_payers.values()]
    return sorted(found, key=lambda each: (-sum(row.cents for row in each[1]), each[1][0].id))


def _spans(rows: list[FigureRow]) -> bool:
    return len(rows) >= MIN_CREDITS and (rows[-1].day - rows[0].day).days >= MIN_DAYS


def _financial_year(day: date) -> date:
    """The first of July on or before a day."""
    return date(day.year if day.month >= _FINANCIAL_YEAR_BEGINS else day.year - 1, _FINANCIAL_YEAR_BEGINS, 1)


def _regular(stream: Stream, rows: list[FigureRow], until: date) -> tuple[RegularSource, Fraction]:
    """A regular source, and what it is in a month in cents."""
    recent = [row.cents for row in rows if (until - row.day).days < RECENT_DAYS] or [rows[-1].cents]
    usual = median_of(recent)
    monthly = usual * PER_MONTH[stream.period]
    last = rows[-1]
    source = RegularSource(
        source=last.text,
        age_days=(last.day - rows[0].day).days,
        frequency=FREQUENCIES[stream.period],
        change_history=history(rows),
        current=LatestPayment(
            amount=format_cents(last.cents), date=wire_midnight(last.day), next_date=wire_midnight(next_day(last.day, stream.period))
        ),
        irregularity=Irregularity(gaps=_gaps(stream.period, rows), stability=f"{float(stream.stability * 100):.2f}"),  # not money: percent
        previous3_months=LastThreeMonths(
            amount_avg=format_cents(round(usual)),
            amount_avg_monthly=format_cents(round(monthly)),
            variance=format_cents(max(recent) - min(recent)),
        ),
    )
    return source, Fraction(round(monthly))


def _gaps(period: str, rows: list[FigureRow]) -> list[str]:
    """The months without a payment, of what is paid at least monthly."""
    if PER_MONTH[period] < 1:
        return []
    paid = {month_of(row.day) for row in rows}
    return [month for month in months_between(rows[0].day, rows[-1].day) if month not in paid]


def next_day(last: date, period: str) -> date:
    """The day on which the next payment is due."""
    if period.endswith("W"):
        return last + timedelta(weeks=int(period[1:-1]))
    if period == "P15D":
        return last + timedelta(days=15)
    months = int(period[1:-1]) * (12 if period.endswith("Y") else 1)
    number = last.year * 12 + last.month - 1 + months
    year, month = divmod(number, 12)
    following = date(year + (month + 1) // 12, (month + 1) % 12 + 1, 1)
    return date(year, month + 1, min(last.day, (following - timedelta(days=1)).day))


def history(rows: Iterable[FigureRow]) -> list[CreditRow]:
    """Rows, the most recent first."""
    return [CreditRow(amount=format_cents(row.cents), date=wire_midnight(row.day), source=row.text) for row in reversed(list(rows))]


class _CreditSource(TypedDict):
    source: str
    age_days: int
    amount_avg: str
    avg_monthly_occurence: str
    change_history: list[CreditRow]
    no_occurrences: int


def _common(rows: list[FigureRow]) -> _CreditSource:
    months = len(months_between(rows[0].day, rows[-1].day))
    return {
        "source": rows[-1].text,
        "age_days": (rows[-1].day - rows[0].day).days,
        "amount_avg": format_cents(round(Fraction(sum(row.cents for row in rows), len(rows)))),
        "avg_monthly_occurence": f"{round(Fraction(len(rows), months))}",
        "change_history": history(rows),
        "no_occurrences": len(rows),
    }


def _latest(rows: list[FigureRow]) -> LatestIrregular:
    return LatestIrregular(amount=format_cents(rows[-1].cents), date=wire_midnight(rows[-1].day))


def _other(stream: Stream | None, rows: list[FigureRow]) -> OtherCredit:
    if stream is None:
        label, frequency = OTHER, "other"
    else:
        label = FORMER if not stream.ongoing else SMALL_LABEL if all(row.group in SMALL for row in rows) else NEW
        frequency = FREQUENCIES[stream.period]
    current = LatestOther(amount=format_cents(rows[-1].cents), date=wire_midnight(rows[-1].day), other_credit_label=label)
    return OtherCredit(**_common(rows), frequency=frequency, current=current)
