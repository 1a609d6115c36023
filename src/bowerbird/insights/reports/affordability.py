"""Affordability as the older operation shows it: what is owned, what is owed, here and elsewhere, and how a month goes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import date, timedelta
from fractions import Fraction

import msgspec

from bowerbird.insights.figures import FigureRow, per_month
from bowerbird.insights.groups import RECEIVED
from bowerbird.insights.leaves import LEAVES, Nature
from bowerbird.insights.reports.expenses import outgoings
from bowerbird.insights.reports.income import IncomeFigures, Shape
from bowerbird.insights.reports.inputs import ASSETS, CARDS, LOANS, FigureInputs, SnapshotAccount, month_of, months_between
from bowerbird.insights.streams import payer_of
from bowerbird.model.money import format_cents, format_optional_cents, parse_cents

_HALF_YEAR_DAYS = 183
_INTEREST = ("debt_interest", "loan_interest")
Balances = dict[str, list[tuple[date, int]]]
"""By account, the balance after each row that says it."""


class AccountKind(Shape, frozen=True):
    product: str
    type: str


class AssetRange(Shape, frozen=True):
    max_balance: str | None
    min_balance: str | None


class OwnedAccount(Shape, frozen=True):
    type: str
    account: AccountKind
    available_funds: str | None
    balance: str | None
    currency: str
    institution: str
    previous6_months: AssetRange = msgspec.field(name="previous6Months")


class LoanChange(Shape, frozen=True):
    amount: str
    date: str
    direction: str
    source: str


class LoanHalfYear(Shape, frozen=True):
    """`arrears`: "true", "false", or null where the rows do not show it."""

    arrears: str | None


class LoanMonth(Shape, frozen=True):
    total_credits: str
    total_debits: str
    total_interest_charged: str
    total_repayments: str


class LoanLiability(Shape, frozen=True):
    account: AccountKind
    available_funds: str | None
    balance: str | None
    change_history: list[LoanChange]
    currency: str
    institution: str
    previous6_months: LoanHalfYear = msgspec.field(name="previous6Months")
    previous_month: LoanMonth


class CreditHalfYear(Shape, frozen=True):
    cash_advances: str


class CreditMonth(Shape, frozen=True):
    max_balance: str | None
    min_balance: str | None
    total_credits: str
    total_debits: str


class CardLiability(Shape, frozen=True):
    account: AccountKind
    available_funds: str | None
    balance: str | None
    credit_limit: str | None
    currency: str
    institution: str
    previous6_months: CreditHalfYear = msgspec.field(name="previous6Months")
    previous_month: CreditMonth


class Liabilities(Shape, frozen=True):
    credit: list[CardLiability]
    loan: list[LoanLiability]


class ExternalChange(Shape, frozen=True):
    amount: str
    date: str
    source: str


class ExternalPayments(Shape, frozen=True):
    amount_avg: str
    amount_avg_monthly: str
    first: str
    last: str
    no_occurrences: int
    total: str


class ExternalLiability(Shape, frozen=True):
    """Payments to a lender whose account was not shared."""

    change_history: list[ExternalChange]
    payments: list[ExternalPayments]
    source: str


class MonthlyAverage(Shape, frozen=True):
    avg_monthly: str | None


class RegularIncome(Shape, frozen=True):
    previous3_months: MonthlyAverage = msgspec.field(name="previous3Months")


class AffordabilityTotals(Shape, frozen=True):
    """What a month takes is negative, as published. `savings` are income minus outgoings, movements between own accounts aside: by how much
    all balances grow in a month."""

    assets: str | None
    credit_limit: str | None
    expenses: str
    liabilities: str | None
    loan_repayment_monthly: str | None
    net_position: str | None
    potential_liabilities_monthly: str | None
    regular_income: RegularIncome
    savings: str | None


class AffordabilityFigures(Shape, frozen=True):
    assets: list[OwnedAccount]
    liabilities: Liabilities
    external: list[ExternalLiability]
    summary: AffordabilityTotals


def affordability_figures(inputs: FigureInputs, income: IncomeFigures) -> AffordabilityFigures:
    """`income` are the figures of income of the same inputs."""
    balances = _balances(inputs)
    external = [row for row in outgoings(inputs) if LEAVES[row.leaf].nature is Nature.LIABILITY and row.group not in RECEIVED]
    return AffordabilityFigures(
        assets=[_asset(inputs, account, balances) for account in inputs.accounts_of(ASSETS)],
        liabilities=Liabilities(
            credit=[_card(inputs, account, balances) for account in inputs.accounts_of(CARDS)],
            loan=[_loan(inputs, account) for account in inputs.accounts_of(LOANS)],
        ),
        external=_externals(external, inputs.period.days),
        summary=_totals(inputs, income, external),
    )


def _totals(inputs: FigureInputs, income: IncomeFigures, external: list[FigureRow]) -> AffordabilityTotals:
    days = inputs.period.days
    assets = _sum(account.balance_cents for account in inputs.accounts_of(ASSETS))
    liabilities = _sum(account.balance_cents for account in inputs.accounts_of(LOANS | CARDS))
    spent = sum(row.counted_cents for row in outgoings(inputs))
    repaid = sum(row.cents for row in inputs.partition.of({"EXP-056", "EXP-057"}))
    regular = income.summary.regular_income_avg if income.regular else None
    return AffordabilityTotals(
        assets=format_optional_cents(assets),
        credit_limit=format_optional_cents(_sum(account.limit_cents for account in inputs.accounts_of(CARDS | {"transaction"}))),
        expenses=format_cents(per_month(spent, days)),
        liabilities=format_optional_cents(liabilities),
        loan_repayment_monthly=format_cents(per_month(repaid, days)),
        net_position=None if assets is None and liabilities is None else format_cents((assets or 0) + (liabilities or 0)),
        potential_liabilities_monthly=format_cents(per_month(sum(row.cents for row in external), days)),
        regular_income=RegularIncome(previous3_months=MonthlyAverage(avg_monthly=regular)),
        savings=format_cents(per_month(inputs.identity.in_cents + inputs.identity.out_cents, days)),
    )


def _sum(values: Iterable[int | None]) -> int | None:
    """The sum of what is known, None where nothing is."""
    known = [value for value in values if value is not None]
    return sum(known) if known else None


def _balances(inputs: FigureInputs) -> Balances:
    found: Balances = defaultdict(list)
    for row in inputs.rows:
        if row.balance:
            found[row.account].append((row.day, parse_cents(row.balance)))
    return found


def _edge(pick: Callable[[list[int]], int], balances: Sequence[tuple[date, int]], since: date, until: date) -> str | None:
    values = [cents for day, cents in balances if since <= day <= until]
    return format_cents(pick(values)) if values else None


def _kind(account: SnapshotAccount) -> AccountKind:
    return AccountKind(product=account.product, type=account.account_class)


def _asset(inputs: FigureInputs, account: SnapshotAccount, balances: Balances) -> OwnedAccount:
    last = inputs.period.last
    since, seen = last - timedelta(days=_HALF_YEAR_DAYS), balances.get(account.id, [])
    return OwnedAccount(
        type="account",
        account=_kind(account),
        available_funds=format_optional_cents(account.available_cents),
        balance=format_optional_cents(account.balance_cents),
        currency=account.currency,
        institution=account.institution,
        previous6_months=AssetRange(max_balance=_edge(max, seen, since, last), min_balance=_edge(min, seen, since, last)),
    )


def _previous_month(last: date) -> tuple[date, date]:
    """The last whole month before the day's own, or its own where the day ends it."""
    following = last + timedelta(days=1)
    first = date(following.year, following.month, 1)
    ended = first - timedelta(days=1)
    return date(ended.year, ended.month, 1), ended


def _card(inputs: FigureInputs, account: SnapshotAccount, balances: Balances) -> CardLiability:
    last = inputs.period.last
    first_day, last_day = _previous_month(last)
    rows, seen = inputs.of_account.get(account.id, []), balances.get(account.id, [])
    month = [row.cents for row in rows if first_day <= row.day <= last_day]
    half_year = last - timedelta(days=_HALF_YEAR_DAYS)
    advances = sum(row.cents for row in rows if row.leaf == "cash_advance" and row.day >= half_year)
    return CardLiability(
        account=_kind(account),
        available_funds=format_optional_cents(account.available_cents),
        balance=format_optional_cents(account.balance_cents),
        credit_limit=format_optional_cents(account.limit_cents),
        currency=account.currency,
        institution=account.institution,
        previous6_months=CreditHalfYear(cash_advances=format_cents(advances)),
        previous_month=CreditMonth(
            max_balance=_edge(max, seen, first_day, last_day),
            min_balance=_edge(min, seen, first_day, last_day),
            total_credits=format_cents(sum(cents for cents in month if cents > 0)),
            total_debits=format_cents(sum(cents for cents in month if cents < 0)),
        ),
    )


def _loan(inputs: FigureInputs, account: SnapshotAccount) -> LoanLiability:
    first_day, last_day = _previous_month(inputs.period.last)
    rows = inputs.of_account.get(account.id, [])
    month = [row for row in rows if first_day <= row.day <= last_day]
    changes = [row for row in rows if _is_repayment(row) or row.leaf in _INTEREST]
    return LoanLiability(
        account=_kind(account),
        available_funds=format_optional_cents(account.available_cents),
        balance=format_optional_cents(account.balance_cents),
        change_history=[
            LoanChange(
                amount=format_cents(row.cents),
                date=row.day.isoformat(),
                direction="credit" if row.cents > 0 else "debit",
                source=row.text,
            )
            for row in reversed(changes)
        ],
        currency=account.currency,
        institution=account.institution,
        previous6_months=LoanHalfYear(arrears=_arrears(rows, inputs)),
        previous_month=LoanMonth(
            total_credits=format_cents(sum(row.cents for row in month if row.cents > 0)),
            total_debits=format_cents(sum(row.cents for row in month if row.cents < 0)),
            total_interest_charged=format_cents(sum(row.cents for row in month if row.leaf in _INTEREST)),
            total_repayments=format_cents(sum(row.cents for row in month if _is_repayment(row))),
        ),
    )


def _is_repayment(row: FigureRow) -> bool:
    return row.cents > 0 and row.group in RECEIVED


def _arrears(rows: list[FigureRow], inputs: FigureInputs) -> str | None:
    """Late where a repayment was dishonoured in the last six months; not late where each whole month of them has one. Else not known."""
    since = inputs.period.last - timedelta(days=_HALF_YEAR_DAYS)
    recent = [row for row in rows if row.day >= since]
    if any(row.leaf == "dishonour" for row in recent):
        return "true"
    paid = {month_of(row.day) for row in recent if _is_repayment(row)}
    whole = months_between(since + timedelta(days=31), _previous_month(inputs.period.last)[1])
    return "false" if whole and paid.issuperset(whole) else None


def _externals(rows: list[FigureRow], days: int) -> list[ExternalLiability]:
    """By lender, whom the most was paid to first."""
    lenders: dict[str, list[FigureRow]] = defaultdict(list)
    for row in sorted(rows, key=lambda row: (row.day, row.id)):
        lenders[row.merchant.lower() or payer_of(row.text)].append(row)
    ordered = sorted(lenders.items(), key=lambda each: (sum(row.cents for row in each[1]), each[0]))
    return [_external(source, paid, days) for source, paid in ordered]


def _external(source: str, rows: list[FigureRow], days: int) -> ExternalLiability:
    total = sum(row.cents for row in rows)
    payments = ExternalPayments(
        amount_avg=format_cents(round(Fraction(total, len(rows)))),
        amount_avg_monthly=format_cents(per_month(total, days)),
        first=rows[0].day.isoformat(),
        last=rows[-1].day.isoformat(),
        no_occurrences=len(rows),
        total=format_cents(total),
    )
    changes = [ExternalChange(amount=format_cents(row.cents), date=row.day.isoformat(), source=row.text) for row in reversed(rows)]
    return ExternalLiability(change_history=changes, payments=[payments], source=source)
