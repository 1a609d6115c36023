"""Income, expenses and affordability of a user's accounts: one snapshot, of which the three operations show a part each."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import NamedTuple

import msgspec

from bowerbird import codes
from bowerbird.domain.insights.inputs import read_inputs
from bowerbird.domain.insights.quota import count_made
from bowerbird.domain.insights.snapshots import SnapshotContent, create_snapshot, require_insights
from bowerbird.domain.services import Session
from bowerbird.insights.metrics import ReportPeriod
from bowerbird.insights.reports.affordability import AffordabilityFigures, affordability_figures
from bowerbird.insights.reports.expenses import ExpenseFigures, expense_figures
from bowerbird.insights.reports.income import IncomeFigures, income_figures
from bowerbird.insights.reports.inputs import FigureInputs
from bowerbird.model.insights.snapshot import SnapshotHeading, SnapshotKind
from bowerbird.model.problem import Problem

MAX_MONTHS = 12
"""Between the first month and the last of a summary (published limit)."""

_MONTH = re.compile(r"(\d{4})-(0[1-9]|1[0-2])\Z", re.ASCII)


class SummaryRequest(NamedTuple):
    """What a client asks: ids of accounts, None for all, and months as YYYY-MM, None for the last thirteen."""

    accounts: list[str] | None
    from_month: str | None
    to_month: str | None


class MadeSummary(NamedTuple):
    """Figures that are not stored yet."""

    kind: SnapshotKind
    user_id: str
    heading: SnapshotHeading
    content: SnapshotContent


def make_summary(session: Session, kind: SnapshotKind, asked: SummaryRequest) -> MadeSummary | None:
    """The figures of the session's user; None where the period has no transactions. Raises Problem for a request that cannot be met."""
    require_insights(session, [session.user_id])
    period = period_of(session, asked)
    inputs = read_inputs(session, [session.user_id], asked.accounts, period)
    if not inputs.rows:
        return None
    inputs = covered(inputs)
    _ = inputs.identity  # raises ValueError where a row is in no account: nothing is stored then
    heading = SnapshotHeading(
        first=inputs.period.first,
        last=inputs.period.last,
        institutions=tuple(sorted({account.institution_id for account in inputs.accounts})),
        accounts=tuple(account.id for account in inputs.accounts),
    )
    content = SnapshotContent(inputs.rules, inputs.accounts, inputs.rows, _figures(kind, inputs), inputs.left_out)
    return MadeSummary(kind, session.user_id, heading, content)


def store_summary(session: Session, made: MadeSummary) -> str:
    """Keep a summary: its id. Raises Problem where the user or their agreement is gone, or too many were made today."""
    count_made(session, codes.TOO_MANY_SUMMARIES, "summaries")
    return create_snapshot(session, made.kind, [made.user_id], made.heading, made.content)


def _figures(kind: SnapshotKind, inputs: FigureInputs) -> dict[str, bytes]:
    """The parts of a summary as JSON, by their names."""
    found: dict[str, msgspec.Struct] = {}
    income = income_figures(inputs)
    if kind in (SnapshotKind.INCOME, SnapshotKind.AFFORDABILITY):
        found["income"] = income
    if kind in (SnapshotKind.EXPENSES, SnapshotKind.AFFORDABILITY):
        found["expenses"] = expense_figures(inputs)
    if kind is SnapshotKind.AFFORDABILITY:
        found["affordability"] = affordability_figures(inputs, income)
    return {name: msgspec.json.encode(figures) for name, figures in found.items()}


def income_of(content: SnapshotContent) -> IncomeFigures:
    return msgspec.json.decode(content.figures["income"], type=IncomeFigures)


def expenses_of(content: SnapshotContent) -> ExpenseFigures:
    return msgspec.json.decode(content.figures["expenses"], type=ExpenseFigures)


def affordability_of(content: SnapshotContent) -> AffordabilityFigures:
    return msgspec.json.decode(content.figures["affordability"], type=AffordabilityFigures)


def covered(inputs: FigureInputs) -> FigureInputs:
    """The same inputs over the days that have data: from the first row on."""
    first = max(inputs.period.first, min(row.day for row in inputs.rows))
    return replace(inputs, period=ReportPeriod(first, inputs.period.last))


def period_of(session: Session, asked: SummaryRequest) -> ReportPeriod:
    """From the first day of the first month to the last day of the last, or today."""
    today = session.services.clock.now().date()
    last = _month(asked.to_month, "toMonth") if asked.to_month else (today.year, today.month)
    first = _month(asked.from_month, "fromMonth") if asked.from_month else _months_before(last, MAX_MONTHS)
    months = (last[0] - first[0]) * 12 + last[1] - first[1]
    if months < 0:
        raise Problem(codes.PERIOD_BACKWARDS, parameter="toMonth")
    if months > MAX_MONTHS:
        raise Problem(codes.PERIOD_TOO_LONG, parameter="fromMonth")
    following = _months_before(last, -1)
    end = min(date(*following, 1) - timedelta(days=1), max(today, date(*first, 1)))
    return ReportPeriod(date(*first, 1), end)


def _month(text: str, name: str) -> tuple[int, int]:
    match = _MONTH.match(text)
    if match is None or int(match[1]) < 1970 or int(match[1]) > 9000:
        raise Problem(codes.DATE_NOT_VALID, parameter=name, field=name, form="yyyy-mm")
    return int(match[1]), int(match[2])


def _months_before(month: tuple[int, int], count: int) -> tuple[int, int]:
    year, number = divmod(month[0] * 12 + month[1] - 1 - count, 12)
    return year, number + 1


def check_accounts(accounts: Sequence[str] | None) -> list[str] | None:
    """Accounts as they are looked for: an empty list means all of them."""
    return list(dict.fromkeys(accounts)) if accounts else None
