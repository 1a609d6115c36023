"""A person's money as PDF: the months, incomes, commitments and flags of the pages and what the person says, before the report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import NamedTuple

from bowerbird.domain.insights.printing.paper import Made, Paper, TableColumn, amount, day_text
from bowerbird.domain.insights.printing.report import print_report
from bowerbird.domain.insights.snapshots import SnapshotContent
from bowerbird.insights.groups import OWN
from bowerbird.insights.money import MoneyFigures, MoneySource
from bowerbird.insights.money_kinds import MONEY_IN, MONEY_OUT, TITLES, MoneyKind
from bowerbird.model.insights.correction import Correction
from bowerbird.model.insights.snapshot import SnapshotHeading

COMMITMENT_NOTE = (
    "A month is the usual payment, the median of the last three, by its interval, or what was paid on average where none is kept. Loans "
    "and cards together were {} a month on average over the whole period, with those that have ended."
)
"""Why the months of commitments do not add up to the average of loans and cards."""


class MoneyReport(NamedTuple):
    """A report of present figures, not stored; `corrections` is what the person says, by the ids of transactions."""

    heading: SnapshotHeading
    content: SnapshotContent
    money: MoneyFigures
    corrections: Mapping[str, Correction]
    made: Made


def print_money(report: MoneyReport) -> bytes:
    def front(paper: Paper) -> None:
        _print_month(paper, report.money)
        _print_income(paper, report.money.income)
        _print_commitments(paper, report.money)
        _print_flags(paper, report.money)
        _print_corrections(paper, report)

    return print_report(report.heading, report.content, report.made, front)


def _print_month(paper: Paper, money: MoneyFigures) -> None:
    paper.heading("In an average month")
    columns = (TableColumn(40, 200), TableColumn(340, 90, right=True), TableColumn(450, 90, right=True))
    names = [(kind.value, TITLES[kind]) for kind in (*MONEY_IN, *MONEY_OUT)]
    last = "In less out" if money.total("left") >= 0 else "In less out: more went out than came in"
    rows = [(title, amount(money.a_month(name)), amount(money.total(name))) for name, title in [*names, ("left", last)]]
    paper.table(columns, ("Money", "A month", f"In {money.inputs.period.days} days"), rows)
    if money.card_payments_cents:
        paper.line(
            f"What was bought with a shared card is money out; the {amount(money.card_payments_cents)} paid to shared cards is not, so "
            "that nothing counts twice."
        )
    _print_balances(paper, money)


def _print_balances(paper: Paper, money: MoneyFigures) -> None:
    """Why what is left over is not the change of all balances, in numbers."""
    everything = sum(row.cents for row in money.rows)
    arrived = sum(row.cents for row in money.rows if row.is_received and money.kinds[row.id] is MoneyKind.DEBTS)
    interest = sum(row.cents for row in money.rows if row.group == OWN and row.leaf == "loan_interest")
    others = everything - money.total("left") - arrived - interest
    if everything == money.total("left"):
        return
    paper.line(
        f"All transactions together are {amount(everything)} (see Accounting identity), which differs from in less out."
        + (f" Repayments of shared loans, {amount(arrived)}, are counted as money out." if arrived else "")
        + (f" The interest that loans add to themselves, {amount(interest)}, is not counted." if interest else "")
        + (f" Movements between own accounts whose other side is not in the period or not shared are {amount(others)}." if others else "")
    )


def _print_income(paper: Paper, income: Sequence[MoneySource]) -> None:
    paper.heading("Income, after tax")
    if not income:
        paper.line("No income was seen.")
        return
    columns = (TableColumn(40, 150), TableColumn(195, 75), TableColumn(275, 135), TableColumn(480, 65, right=True),
               TableColumn(555, 65, right=True))  # fmt: skip
    rows = [(each.name, each.kind, _rhythm(each), amount(each.monthly_cents) or "Paid once", amount(each.total_cents)) for each in income]
    paper.table(columns, ("From", "Kind", "How often", "A month, as paid last", "In all"), rows)
    for each in income:
        if each.gaps:
            paper.line(
                f"{each.name}: no payment between {', between '.join(f'{day_text(one)} and {day_text(two)}' for one, two in each.gaps)}."
            )


def _rhythm(source: MoneySource) -> str:
    """How often, how many times, between which days."""
    if len(source.rows) == 1:
        return f"Once, on {day_text(source.rows[0].day)}"
    paid = f"{len(source.rows)} from {day_text(source.rows[0].day)} to {day_text(source.rows[-1].day)}"
    return f"{source.how_often}{'' if source.is_ongoing else ', ended'}: {paid}"


def _print_commitments(paper: Paper, money: MoneyFigures) -> None:
    paper.heading("Commitments")
    if not money.commitments:
        paper.line("Nothing is paid again and again: no loan, rent, insurance, phone or subscription was seen.")
        return
    columns = (TableColumn(40, 120), TableColumn(165, 90), TableColumn(260, 70), TableColumn(380, 48, right=True),
               TableColumn(436, 50, right=True), TableColumn(492, 50, right=True), TableColumn(555, 58, right=True))  # fmt: skip
    rows = [
        (each.name, each.kind, each.how_often, amount(each.rows[-1].counted_cents),
         amount(round(Fraction(each.total_cents, len(each.rows)))), amount(each.monthly_cents) or "Paid once",
         amount(each.total_cents))
        for each in money.commitments
    ]  # fmt: skip
    paper.table(columns, ("To", "Kind", "How often", "Last paid", "On average", "A month", "In all"), rows)
    paper.line(COMMITMENT_NOTE.format(amount(money.repaid_a_month)))


def _print_flags(paper: Paper, money: MoneyFigures) -> None:
    paper.heading("Risk flags")
    raised = [flag for flag in money.flags if flag.is_raised]
    columns = (TableColumn(40, 150), TableColumn(195, 240), TableColumn(470, 25, right=True), TableColumn(555, 65, right=True))
    rows = [(each.title, each.meaning, str(len(each.rows) or ""), amount(each.cents) if each.rows else "") for each in raised]
    if rows:
        paper.table(columns, ("Flag", "What it counts", "Times", "In all"), rows)
    else:
        paper.line("None was seen.")
    missing = ", ".join(flag.title.lower() for flag in money.flags if not flag.is_raised)
    paper.line(f"Looked for and not seen: {missing}. A flag is a fact about the rows, not a decision.")


def _print_corrections(paper: Paper, report: MoneyReport) -> None:
    """What the person says stands beside the figures, which count the rows all the same."""
    rows = [row for row in reversed(report.money.rows) if row.id in report.corrections]
    if not rows:
        return
    paper.heading("What the person says")
    paper.line("The figures count these transactions all the same, unless the application has decided otherwise, which stands with each.")
    columns = (TableColumn(40, 50), TableColumn(95, 175), TableColumn(335, 60, right=True), TableColumn(345, 210))
    said = [(day_text(row.day), row.text, amount(row.cents), _words_of(report.corrections[row.id])) for row in rows]
    paper.table(columns, ("Day", "Transaction", "Amount", "Their words"), said)


def _words_of(correction: Correction) -> str:
    if correction.decided is None:
        return correction.sentence
    return f"{correction.sentence} Decided by the application: {correction.decided.replace('_', ' ') or 'what its text says'}."
