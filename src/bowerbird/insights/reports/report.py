"""The report of affordability: 46 metrics and the groups, each with the formula and the rows that it comes from."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from fractions import Fraction

from bowerbird.insights.figures import FigureRow, median_month, median_of, per_month
from bowerbird.insights.groups import GROUPS, Group
from bowerbird.insights.metrics import INCOME, LIABILITIES, NOT_FORWARD, counts, flags, groups_of, monthly, shares
from bowerbird.insights.reports.income import Shape
from bowerbird.insights.reports.inputs import CARDS, FigureInputs
from bowerbird.insights.reports.metric_titles import METRICS, MetricFormat
from bowerbird.insights.reports.recurrence import (
    PaymentSource,
    month_levels,
    ongoing_month,
    secure_months,
    sources_of,
    stable_months,
)
from bowerbird.model.days import wire_midnight
from bowerbird.model.ids import id_of_name
from bowerbird.model.money import format_cents

_NEGATIVE = frozenset({"ME008", "ME012", "ME014", "ME016", "ME021", "ME034", "ME039", "ME041", "ME046"})
"""What is paid is negative, as in the published example."""
DISPLAYS = {
    "P1W": "Weekly", "P2W": "Fortnightly", "P4W": "Every four weeks", "P15D": "Twice a month", "P1M": "Monthly",
    "P2M": "Every two months", "P3M": "Quarterly", "P6M": "Half-yearly", "P1Y": "Yearly",
}  # fmt: skip


class MetricResult(Shape, frozen=True):
    value: str
    format: str


class ReportMetric(Shape, frozen=True):
    id: str
    title: str
    description: str
    sections: list[str]
    result: MetricResult


class OverallPercentage(Shape, frozen=True):
    """The share of all credits and of all debits, in percent."""

    credit: int
    debit: int


class GroupSummary(Shape, frozen=True):
    transaction_count: int
    overall_percentage: OverallPercentage


class GroupRange(Shape, frozen=True):
    """The days of the first row and the last; `duration` in days."""

    start_date: str
    end_date: str
    duration: int


class GroupAverages(Shape, frozen=True):
    transaction: str
    month: str
    median_transaction: str
    median_month: str
    ongoing_month: str


class GroupAmount(Shape, frozen=True):
    """Repayments are negative, as what was paid, though they are credits where they arrive.

    `stable_months`: the latest months that are alike; `secure_months`: alike or improving.
    """

    total: str
    min: str
    max: str
    average: GroupAverages
    stable_months: int
    secure_months: int


class NextPayment(Shape, frozen=True):
    """`date` is empty where none is expected."""

    date: str
    amount: str


class GroupFrequency(Shape, frozen=True):
    """`type` is an ISO 8601 period; empty where no source keeps one."""

    type: str
    amount: str
    display: str
    next: NextPayment


_NO_PAYMENT = NextPayment(date="", amount="0.00")
_IRREGULAR = GroupFrequency(type="", amount="0.00", display="Irregular", next=_NO_PAYMENT)
"""Published applications read the frequency of every group, and its next payment, without asking whether there is one."""


class GroupAnalysis(Shape, frozen=True, omit_defaults=True):
    """No `range` without a row."""

    summary: GroupSummary
    amount: GroupAmount
    frequency: GroupFrequency
    range: GroupRange | None = None


class GroupRow(Shape, frozen=True):
    id: str
    date: str
    description: str
    amount: str


class Subgroup(Shape, frozen=True):
    """The rows of one payer or payee."""

    id: str
    name: str
    analysis: GroupAnalysis
    transactions: list[GroupRow]


class ReportGroup(Shape, frozen=True):
    id: str
    title: str
    sections: list[str]
    analysis: GroupAnalysis
    subgroup: list[Subgroup]


class ReportFigures(Shape, frozen=True):
    metrics: list[ReportMetric]
    groups: list[ReportGroup]


class MetricEvidence(Shape, frozen=True):
    """Where a metric comes from: the formula in words, and the ids of the rows it is made from."""

    id: str
    formula: str
    rows: list[str]


def metric_values(inputs: FigureInputs) -> dict[str, int | bool]:
    """Every metric: cents, whole percent, a number or a flag. Sums are positive, whichever way the money went."""
    partition, until = inputs.partition, inputs.period.last
    institutions = {each.id: each.institution for each in inputs.accounts}
    found: dict[str, int | bool] = {**monthly(partition, inputs.period), **shares(partition), **counts(partition, institutions)}
    found |= flags(partition, mortgage_shared=bool(inputs.accounts_of(frozenset({"mortgage"}))))
    salary = sources_of(partition.of({"INC-009"}), inputs.streams, until)
    income = sources_of(partition.of(INCOME), inputs.streams, until)
    forward = sources_of([row for row in partition.of(INCOME - NOT_FORWARD) if row.leaf != "tax_refund"], inputs.streams, until)
    lenders = sources_of(partition.of(LIABILITIES), {}, until)
    mortgages = sources_of(partition.of({"EXP-056", "EXP-058"}), {}, until)
    levels = month_levels(forward, inputs.period)
    cards = inputs.accounts_of(CARDS)
    return found | {
        "ME001": sum(source.is_recent(until) for source in salary),
        "ME003": stable_months(month_levels(salary, inputs.period)),
        "ME010": sum(card.limit_cents or 0 for card in cards),
        "ME011": sum(card.balance_cents or 0 for card in cards),
        "ME022": any(source.changes(inputs.period.first, until) for source in salary),
        "ME035": stable_months(levels),
        "ME042": sum(source.is_recent(until) for source in income),
        "ME043": sum(source.is_ongoing for source in income),
        "ME045": secure_months(levels),
        "ME046": abs(ongoing_month(lenders, until)),
        "ME048": abs(ongoing_month(mortgages, until)),
    }


def report_figures(inputs: FigureInputs, metrics: Collection[str] | None = None, groups: Collection[str] | None = None) -> ReportFigures:
    """Metrics and groups, all of them for None. Groups that are asked for are shown without a row too."""
    values = metric_values(inputs)
    chosen = [GROUPS[id] for id in sorted(GROUPS) if (id in inputs.partition.by_group if groups is None else id in groups)]
    return ReportFigures(
        metrics=[_metric(id, values[id]) for id in sorted(METRICS) if metrics is None or id in metrics],
        groups=[_group(group, inputs) for group in chosen],
    )


def metric_evidence(inputs: FigureInputs) -> list[MetricEvidence]:
    return [
        MetricEvidence(id=id, formula=METRICS[id].formula, rows=[row.id for row in inputs.partition.of(groups_of(id))])
        for id in sorted(METRICS)
    ]


def _metric(id: str, value: int | bool) -> ReportMetric:
    about = METRICS[id]
    result = MetricResult(value=_text(id, value, about.format), format=about.format)
    return ReportMetric(id=id, title=about.title, description=about.description, sections=[about.section], result=result)


def _text(id: str, value: int | bool, kind: MetricFormat) -> str:
    match kind:
        case MetricFormat.MONEY:
            return format_cents(-value if id in _NEGATIVE else value)
        case MetricFormat.BOOLEAN:
            return "true" if value else "false"
        case _:
            return str(int(value))


def _group(group: Group, inputs: FigureInputs) -> ReportGroup:
    rows = inputs.partition.by_group.get(group.id, ())
    streams = inputs.streams if group.id in INCOME else {}
    sources = sources_of(rows, streams, inputs.period.last)
    return ReportGroup(
        id=group.id,
        title=group.title,
        sections=list(group.sections),
        analysis=_analysis(rows, sources, inputs),
        subgroup=[_subgroup(group.id, source, inputs) for source in sources],
    )


def _subgroup(group: str, source: PaymentSource, inputs: FigureInputs) -> Subgroup:
    return Subgroup(
        id=id_of_name("subgroup", f"{group} {source.name} {source.rows[0].id}"),
        name=source.name.upper(),
        analysis=_analysis(source.rows, [source], inputs),
        transactions=[
            GroupRow(id=row.id, date=wire_midnight(row.day), description=row.text, amount=format_cents(row.cents)) for row in source.rows
        ],
    )


def _analysis(rows: Sequence[FigureRow], sources: Sequence[PaymentSource], inputs: FigureInputs) -> GroupAnalysis:
    summary = GroupSummary(transaction_count=len(rows), overall_percentage=_overall(rows, inputs))
    amount = _amount(rows, sources, inputs)
    if not rows:
        return GroupAnalysis(summary=summary, amount=amount, frequency=_IRREGULAR)
    first, last = min(row.day for row in rows), max(row.day for row in rows)
    days = GroupRange(start_date=first.isoformat(), end_date=last.isoformat(), duration=(last - first).days)
    return GroupAnalysis(summary=summary, range=days, amount=amount, frequency=_frequency(sources))


def _overall(rows: Sequence[FigureRow], inputs: FigureInputs) -> OverallPercentage:
    def share(of: Sequence[FigureRow], sign: int) -> int:
        return sum(row.cents for row in of if row.cents * sign > 0)

    every = inputs.partition.rows
    totals = [(share(rows, sign), share(every, sign)) for sign in (1, -1)]
    credit, debit = (round(Fraction(100 * part, whole)) if whole else 0 for part, whole in totals)
    return OverallPercentage(credit=credit, debit=debit)


def _amount(rows: Sequence[FigureRow], sources: Sequence[PaymentSource], inputs: FigureInputs) -> GroupAmount:
    cents = [row.counted_cents for row in rows] or [0]
    total, period = sum(cents), inputs.period
    levels = month_levels(sources, period)
    averages = GroupAverages(
        transaction=format_cents(round(Fraction(total, len(cents)))),
        month=format_cents(per_month(total, period.days)),
        median_transaction=format_cents(round(median_of(cents))),
        median_month=format_cents(median_month(rows, period.first, period.last)),
        ongoing_month=format_cents(ongoing_month(sources, period.last)),
    )
    return GroupAmount(
        total=format_cents(total),
        min=format_cents(min(cents)),
        max=format_cents(max(cents)),
        average=averages,
        stable_months=stable_months(levels),
        secure_months=secure_months(levels),
    )


def _frequency(sources: Sequence[PaymentSource]) -> GroupFrequency:
    """That of the largest source which keeps a period."""
    found = next((source.recurrence for source in sources if source.recurrence is not None), None)
    if found is None:
        return _IRREGULAR
    amount = format_cents(found.cents)
    following = _NO_PAYMENT if found.due is None else NextPayment(date=_day(found.due), amount=amount)
    return GroupFrequency(type=found.period, amount=amount, display=DISPLAYS[found.period], next=following)


def _day(day: date) -> str:
    return day.isoformat()
