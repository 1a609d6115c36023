"""Expenses as the older operation shows them: payments by household expenditure division, and five kinds of other outgoings.

Every row that is no income and does not move between own accounts is in one block, so that their total is that of the reports' groups.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from fractions import Fraction

from bowerbird.insights.figures import FigureRow, per_month
from bowerbird.insights.groups import OWN
from bowerbird.insights.leaves import LEAVES, Nature
from bowerbird.insights.metrics import INCOME, ReportPeriod
from bowerbird.insights.reports.hec import HouseholdClass, household_class
from bowerbird.insights.reports.income import Shape
from bowerbird.insights.reports.inputs import FigureInputs, month_of
from bowerbird.model.money import format_cents

_BLOCKS = {
    "bank_fee": "bank_fees", "dishonour": "bank_fees", "atm": "cash_withdrawals", "cash_advance": "cash_withdrawals",
    "debt_interest": "loan_interests", "transfer_out": "external_transfers", "own_transfer": "external_transfers",
    "redraw": "external_transfers",
}  # fmt: skip


class MonthAmount(Shape, frozen=True):
    """What was spent in a month (YYYY-MM)."""

    amount: str
    date: str


class ExpenseBlock(Shape, frozen=True):
    """`avg_monthly` is the total ÷ the days covered × 30."""

    avg_monthly: str
    change_history: list[MonthAmount]
    summary: str


class ExpenseClass(Shape, frozen=True):
    class_code: str
    class_title: str
    division_code: str
    division_title: str


class ExpenseCategory(Shape, frozen=True):
    expense_class: ExpenseClass


class ExpenseSubCategory(Shape, frozen=True):
    category: ExpenseCategory
    change_history: list[MonthAmount]
    summary: str


class ExpensePayments(Shape, frozen=True):
    """A division; `percentage_total` is its share of all expenses."""

    division: str
    avg_monthly: str
    percentage_total: float  # not money: percent
    sub_category: list[ExpenseSubCategory]


class ExpenseFigures(Shape, frozen=True):
    payments: list[ExpensePayments]
    bank_fees: ExpenseBlock
    cash_withdrawals: ExpenseBlock
    external_transfers: ExpenseBlock
    loan_interests: ExpenseBlock
    loan_repayments: ExpenseBlock


def outgoings(inputs: FigureInputs) -> tuple[FigureRow, ...]:
    """Every row that is an expense: of no group of income, and no side of a movement between own accounts but a repayment."""
    return tuple(row for row in inputs.partition.rows if row.group not in INCOME and row.group != OWN)


def expense_figures(inputs: FigureInputs) -> ExpenseFigures:
    blocks: dict[str, list[FigureRow]] = defaultdict(list)
    rows = outgoings(inputs)
    for row in rows:
        blocks[_block(row)].append(row)
    total = sum(row.counted_cents for row in rows)
    period = inputs.period
    return ExpenseFigures(
        payments=_payments(blocks["payments"], total, period),
        bank_fees=_summed(blocks["bank_fees"], period),
        cash_withdrawals=_summed(blocks["cash_withdrawals"], period),
        external_transfers=_summed(blocks["external_transfers"], period),
        loan_interests=_summed(blocks["loan_interests"], period),
        loan_repayments=_summed(blocks["loan_repayments"], period),
    )


def _block(row: FigureRow) -> str:
    if LEAVES[row.leaf].nature is Nature.LIABILITY:
        return "loan_repayments"
    return _BLOCKS.get(row.leaf, "payments")


def _payments(rows: list[FigureRow], total: int, period: ReportPeriod) -> list[ExpensePayments]:
    """By division, the largest first."""
    divisions: dict[tuple[str, str], dict[HouseholdClass, list[FigureRow]]] = defaultdict(lambda: defaultdict(list))
    for row in rows:
        found = household_class(row.leaf)
        divisions[found.division_code, found.division_title][found].append(row)
    summed = {key: sum(row.counted_cents for each in classes.values() for row in each) for key, classes in divisions.items()}
    return [
        ExpensePayments(
            division=key[1],
            avg_monthly=format_cents(per_month(summed[key], period.days)),
            percentage_total=_percent(summed[key], total),
            sub_category=[_sub_category(found, divisions[key][found]) for found in sorted(divisions[key])],
        )
        for key in sorted(divisions, key=lambda key: (summed[key], key))
    ]


def _percent(part: int, whole: int) -> float:  # not money: percent
    return float(round(Fraction(100 * part, whole), 2)) if whole else 0.0  # not money: percent


def _sub_category(found: HouseholdClass, rows: list[FigureRow]) -> ExpenseSubCategory:
    expense_class = ExpenseClass(
        class_code=found.code, class_title=found.title, division_code=found.division_code, division_title=found.division_title
    )
    return ExpenseSubCategory(category=ExpenseCategory(expense_class=expense_class), change_history=_by_month(rows), summary="monthly")


def _summed(rows: list[FigureRow], period: ReportPeriod) -> ExpenseBlock:
    total = sum(row.counted_cents for row in rows)
    return ExpenseBlock(avg_monthly=format_cents(per_month(total, period.days)), change_history=_by_month(rows), summary="monthly")


def _by_month(rows: Iterable[FigureRow]) -> list[MonthAmount]:
    """Months with a row, the most recent first."""
    sums: dict[str, int] = defaultdict(int)
    for row in rows:
        sums[month_of(row.day)] += row.counted_cents
    return [MonthAmount(amount=format_cents(sums[month]), date=month) for month in sorted(sums, reverse=True)]
