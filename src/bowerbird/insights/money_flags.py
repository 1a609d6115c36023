"""Risks that a lender asks about, each with its rows: seen, or looked for and not seen."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from bowerbird.insights.figures import FigureRow
from bowerbird.insights.reports.inputs import FigureInputs
from bowerbird.insights.reports.recurrence import sources_of


class _Risk(NamedTuple):
    id: str
    title: str
    meaning: str
    groups: frozenset[str]
    shared: str = ""
    """The class of account that, where the person shares one, explains the rows."""
    leaf: str = ""
    """Of the groups only rows of this leaf."""
    tag: str = ""
    """Of the groups only rows with this tag on the wire."""


_RISKS = (
    _Risk("dishonours", "Dishonoured payments", "Payments that the bank returned, and its fees for them.", frozenset({"EXP-009"})),
    _Risk("late-fees", "Late fees", "Fees of a bank for a payment that came too late.", frozenset({"EXP-039"}), tag="conduct:late"),
    _Risk("overdrawn", "Overdrawn accounts", "Fees of a bank for an account that was overdrawn.", frozenset({"EXP-039"}),
          tag="conduct:overdrawn"),
    _Risk("small-loans", "Payday lenders", "Payments to lenders of small amounts, up to $2,000.", frozenset({"EXP-033"})),
    _Risk("bnpl", "Buy now, pay later", "Payments to companies that lend the price of a purchase.", frozenset({"EXP-025"}), leaf="bnpl"),
    _Risk("collectors", "Debt collectors", "Payments to debt collection agencies.", frozenset({"EXP-005"})),
    _Risk("insolvency", "Insolvency", "Payments to insolvency or debt agreement administrators.", frozenset({"EXP-020"})),
    _Risk("gambling", "Gambling", "Payments to betting companies, casinos and lotteries.", frozenset({"EXP-014"})),
    _Risk("cash-advances", "Cash advances", "Cash taken from a credit card.", frozenset({"EXP-003"})),
    _Risk("interest", "Interest on cards and overdrafts",
          "Interest that a bank charges on cards or overdrafts. The interest of a loan is in its repayments.", frozenset({"EXP-006"})),
    _Risk("redraws", "Redraws", "Money taken out of a mortgage again.", frozenset({"EXP-029"})),
    _Risk("crisis", "Crisis payments", "Payments of an agency in a crisis.", frozenset({"INC-021"})),
    _Risk("mortgage", "A mortgage without its account", "Repayments, but no mortgage account.", frozenset({"EXP-058"}), "mortgage"),
    _Risk("loan", "A loan without its account", "Repayments, but no loan account.", frozenset({"EXP-063"}), "loan"),
    _Risk("card", "A card without its account", "Repayments, but no card account.", frozenset({"EXP-062"}), "credit-card"),
)  # fmt: skip
_EVERYDAY = {"EXP-016": "groceries", "EXP-036": "phone or internet", "EXP-040": "power, gas or water"}


def _is_of(row: FigureRow, risk: _Risk) -> bool:
    return risk.leaf in ("", row.leaf) and (not risk.tag or any(f'"{risk.tag}"'.encode() in part for part in row.enrichment))


@dataclass(frozen=True, slots=True)
class RiskFlag:
    """A risk: `is_raised` where there are rows of it. What is missing has no rows."""

    id: str
    title: str
    meaning: str
    rows: tuple[FigureRow, ...]
    is_raised: bool

    @property
    def cents(self) -> int:
        return sum(row.counted_cents for row in self.rows)


def _day_text(day: date) -> str:
    return f"{day.day} {day:%b %Y}"


def _day(row: FigureRow) -> tuple[date, str]:
    return row.day, row.id


def risk_flags(inputs: FigureInputs) -> list[RiskFlag]:
    """Every risk, in the order in which lenders ask."""
    shared = {account.account_class for account in inputs.accounts}
    found = []
    for risk in _RISKS:
        seen = [] if risk.shared in shared else [row for row in inputs.partition.of(risk.groups) if _is_of(row, risk)]
        found.append(RiskFlag(risk.id, risk.title, risk.meaning, tuple(sorted(seen, key=_day)), bool(seen)))
    period = inputs.period
    salaries = sources_of(inputs.partition.of({"INC-009"}), inputs.streams, period.last)
    changes = [(each.name.upper(), change) for each in salaries for change in each.changes(period.first, period.last)]
    changed = {change.row.id: change.row for _, change in changes}
    texts = [f"{name} {how} {_day_text(row.day)}" for name, (row, how) in sorted(changes, key=lambda each: _day(each[1].row))]
    meaning = f"In the last two months: {'; '.join(texts)}." if texts else "A salary that began, paused or stopped in the last two months."
    found.append(
        RiskFlag("salary", "A salary that began, paused or stopped", meaning, tuple(sorted(changed.values(), key=_day)), bool(changed))
    )
    missing = [text for group, text in _EVERYDAY.items() if not inputs.partition.of({group})]
    meaning = (
        f"No payment for {', '.join(missing)} was recognised: a text may not be understood, or an account is missing."
        if missing
        else "None is missing."
    )
    return [*found, RiskFlag("everyday", "Everyday costs that are missing", meaning, (), bool(missing))]
