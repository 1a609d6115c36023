"""Reports recomputed by a checker of their own, which shares nothing with the engine but the table of leaves, on random rows."""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from datetime import date, timedelta
from decimal import ROUND_HALF_EVEN, Decimal
from statistics import median

import msgspec
import pytest

from bowerbird.insights.figures import FigureRow
from bowerbird.insights.groups import GROUPS
from bowerbird.insights.leaves import LEAVES
from bowerbird.insights.metrics import ReportPeriod
from bowerbird.insights.reports.expenses import expense_figures
from bowerbird.insights.reports.income import income_figures
from bowerbird.insights.reports.inputs import FigureInputs, SnapshotAccount
from bowerbird.insights.reports.report import ReportFigures, report_figures
from bowerbird.model.money import parse_cents

FIRST = date(2025, 7, 1)
ARRIVING = {"EXP-056": "mortgage", "EXP-057": "loan", "EXP-061": "credit-card"}
CLASSES = ("transaction", "savings", "credit-card", "mortgage", "loan")


def account(id: str, kind: str) -> SnapshotAccount:
    return SnapshotAccount(
        id=id, user_id="u", institution_id="AU00000", institution="Acme" if kind == "loan" else f"Bank of {kind}", connection_id="c",
        account_class=kind, product="", name="", number="", holder=None, currency="AUD", ownership="UNKNOWN", status="available",
        last_updated_ms=0, balance_cents=-1_000_00,
        available_cents=None, limit_cents=5_000_00 if kind == "credit-card" else None,
    )  # fmt: skip


def inputs(seed: int) -> FigureInputs:
    """Random rows of random leaves, on accounts of every class, in pairs now and then."""
    chance, days = random.Random(seed), 30 + seed % 300
    accounts = tuple(account(kind, kind) for kind in CLASSES if chance.random() < 0.8) or (account("transaction", "transaction"),)
    rows = []
    for number in range(chance.randrange(80)):
        leaf, cents = chance.choice(sorted(LEAVES)), chance.choice((-1, 1)) * chance.randrange(1, 500_000)
        paired = "x" if leaf == "own_transfer" and chance.random() < 0.7 else ""
        merchant = chance.choice(("", "Nimble", "Athena", "Acme"))
        day = FIRST + timedelta(days=chance.randrange(days))
        text = f"{leaf} {chance.randrange(3)}"
        rows.append(FigureRow(str(number), chance.choice(accounts).id, day, cents, leaf, merchant, text, pair=paired))
    return FigureInputs(ReportPeriod(FIRST, FIRST + timedelta(days=days - 1)), accounts, tuple(rows))


def group(row: FigureRow) -> str:
    if row.leaf == "own_transfer" and row.cents < 0 and not row.pair:
        return "EXP-013"
    if row.leaf in ("credit_other", "transfer_in"):
        return "INC-006" if row.cents > 300_00 else "INC-007"
    known = LEAVES[row.leaf].group
    least = {"INC-004": 50_00, "INC-009": 100_00}.get(known)
    return "INC-007" if least is not None and row.cents <= least else known


def counted(row: FigureRow) -> int:
    return -row.cents if group(row) in ARRIVING and row.cents > 0 else row.cents


def money(cents: Decimal) -> str:
    return str((cents / 100).quantize(Decimal("0.01"), ROUND_HALF_EVEN) + 0)


def section(name: str) -> set[str]:
    return {id for id, each in GROUPS.items() if name in each.sections}


INCOME, DEBTS, RISKY = section("Income"), section("Liabilities"), section("High Risk Activities")
WANTS, NEEDS, OTHER = section("Discretionary Expenses"), section("Non-Discretionary Expenses"), section("Other Expenses")
OUT = WANTS | NEEDS | OTHER | DEBTS
AGENCIES = {f"INC-0{number}" for number in ("01", "14", "15", "16", "18", "19", "20", "21")}
PRESENT = {
    "ME023": "INC-021", "ME024": "INC-010", "ME025": "EXP-003", "ME026": "EXP-029", "ME027": "EXP-033", "ME031": "INC-016",
    "ME032": "INC-002",
}  # fmt: skip


def total(given: FigureInputs, groups: set[str]) -> int:
    return sum(counted(row) for row in given.rows if group(row) in groups)


def monthly(given: FigureInputs, groups: set[str], sign: int = 1) -> str:
    return money(Decimal(round_even(abs(total(given, groups)) * 30, given.period.days) * sign))


def share(given: FigureInputs, groups: set[str], whole: set[str]) -> str:
    return str(round_even(100 * abs(total(given, groups)), abs(total(given, whole)))) if total(given, whole) else "0"


def check(given: FigureInputs) -> dict[str, str]:
    """The metrics that need no source, as the wire writes them."""
    return flags(given) | averages(given) | of_accounts_and_moves(given)


def flags(given: FigureInputs) -> dict[str, str]:
    held = Counter(map(group, given.rows))
    found = {id: str(held[of] > 0).lower() for id, of in PRESENT.items()}
    found |= {id: str(held[of] == 0).lower() for id, of in {"ME028": "EXP-016", "ME029": "EXP-036", "ME030": "EXP-040"}.items()}
    shared = any(each.account_class == "mortgage" for each in given.accounts)
    named = {
        debt: {row.merchant for row in given.rows if group(row) in debt and row.merchant} for debt in map(frozenset, (DEBTS, {"EXP-033"}))
    }
    return found | {
        "ME009": str(len(lenders(given))),
        "ME017": str(len(named[frozenset({"EXP-033"})])),
        "ME019": str(held["EXP-009"]),
        "ME047": str(held["EXP-058"] > 0 and not shared).lower(),
    }


def lenders(given: FigureInputs) -> set[str]:
    """Of a repayment where it arrives, who keeps that loan or card; of what was paid to others, whom the text names."""
    keeper = {each.id: each.institution for each in given.accounts}
    owed = [row for row in given.rows if group(row) in DEBTS]
    arrived = {keeper[row.account] for row in owed if row.cents > 0 and group(row) in ARRIVING}
    return arrived | {row.merchant for row in owed if row.merchant and not (row.cents > 0 and group(row) in ARRIVING)}


def averages(given: FigureInputs) -> dict[str, str]:
    return {
        "ME002": monthly(given, {"INC-009"}),
        "ME004": monthly(given, INCOME - AGENCIES - {"INC-009", "INC-012", "INC-013"}),
        "ME005": monthly(given, {"INC-012"}),
        "ME006": monthly(given, {"INC-013"}),
        "ME007": monthly(given, AGENCIES),
        "ME008": monthly(given, DEBTS, -1),
        "ME012": monthly(given, NEEDS, -1),
        "ME013": share(given, NEEDS, OUT),
        "ME014": monthly(given, WANTS, -1),
        "ME015": share(given, WANTS, OUT),
        "ME016": monthly(given, OTHER, -1),
        "ME018": share(given, {"EXP-001"}, INCOME),
        "ME020": share(given, RISKY, INCOME),
        "ME021": money(Decimal(-abs(total(given, RISKY)))),
        "ME034": monthly(given, OUT, -1),
        "ME039": monthly(given, OUT - DEBTS, -1),
    }


def of_accounts_and_moves(given: FigureInputs) -> dict[str, str]:
    rows, days = given.rows, given.period.days
    moves = [row for row in rows if not (group(row) == "OWN" and row.leaf != "loan_interest")]
    forward = [row for row in rows if group(row) in INCOME - {"INC-003", "INC-010"} and row.leaf != "tax_refund"]
    cards = [each for each in given.accounts if each.account_class == "credit-card"]
    by_group: dict[str, list[FigureRow]] = defaultdict(list)
    for row in forward:
        by_group[group(row)].append(row)
    return {
        "ME010": money(Decimal(sum(each.limit_cents or 0 for each in cards))),
        "ME011": money(Decimal(sum(each.balance_cents or 0 for each in cards))),
        "ME033": money(Decimal(round_even(sum(row.cents for row in forward) * 30, days))),
        "ME036": money(Decimal(median_of_months([row for row in rows if group(row) == "INC-009"], given.period))),
        "ME037": money(Decimal(sum(median_of_months(each, given.period) for each in by_group.values()))),
        "ME040": money(Decimal(round_even(sum(row.cents for row in moves if row.cents > 0) * 30, days))),
        "ME041": money(Decimal(-round_even(-sum(row.cents for row in moves if row.cents < 0) * 30, days))),
    }


def round_even(part: int, whole: int) -> int:
    return int((Decimal(part) / Decimal(whole)).quantize(Decimal(1), ROUND_HALF_EVEN))


def median_of_months(rows: list[FigureRow], period: ReportPeriod) -> int:
    day, months = period.first, []
    while day <= period.last:
        months.append((day.year, day.month))
        day = (day.replace(day=1) + timedelta(days=32)).replace(day=1)
    sums = [sum(row.cents for row in rows if (row.day.year, row.day.month) == month) for month in months]
    return int(Decimal(median(map(Decimal, sums))).quantize(Decimal(1), ROUND_HALF_EVEN))


@pytest.mark.parametrize("block", range(5))
def test_a_checker_of_its_own_finds_the_same(block: int) -> None:
    for seed in range(100 * block, 100 * block + 100):
        given = inputs(seed)
        report = report_figures(given)
        values = {metric.id: metric.result.value for metric in report.metrics}
        expected = check(given)
        assert {id: values[id] for id in expected} == expected, seed
        sums: dict[str, int] = defaultdict(int)
        for row in given.rows:
            sums[group(row)] += counted(row)
        totals = {each.id: parse_cents(each.analysis.amount.total) for each in report.groups}
        assert totals == {id: cents for id, cents in sums.items() if id in GROUPS}, seed


@pytest.mark.parametrize("block", range(2))
def test_the_older_operations_agree_to_the_cent(block: int) -> None:
    """200 people: each row of income in one source, each other one in one block, with the totals of the groups."""
    for seed in range(1000 + 100 * block, 1100 + 100 * block):
        given = inputs(seed)
        totals = {each.id: parse_cents(each.analysis.amount.total) for each in report_figures(given).groups}
        income, expenses = income_figures(given), expense_figures(given)
        histories = [each.change_history for each in income.regular] + [each.change_history for each in income.irregular]
        histories += [each.change_history for each in income.other_credit]
        earned = sum(parse_cents(row.amount) for rows in histories for row in rows)
        assert earned == sum(cents for id, cents in totals.items() if id.startswith("INC-")), seed
        blocks = [expenses.bank_fees, expenses.cash_withdrawals, expenses.external_transfers, expenses.loan_interests]
        months = [month for each in (*blocks, expenses.loan_repayments) for month in each.change_history]
        months += [month for division in expenses.payments for part in division.sub_category for month in part.change_history]
        assert sum(parse_cents(month.amount) for month in months) == sum(cents for id, cents in totals.items() if id.startswith("EXP-")), (
            seed
        )


def test_a_row_that_is_dropped_is_noticed() -> None:
    """Wherever balances are known: by the identity of the rows that are left with the balances that were."""
    noticed = 0
    for seed in range(2000, 2100):
        given = inputs(seed)
        if not given.rows:
            noticed += 1
            continue
        moved: dict[str, int] = defaultdict(int)
        for row in given.rows:
            moved[row.account] += row.cents
        known = tuple(msgspec.structs.replace(each, opening_cents=1_000, closing_cents=1_000 + moved[each.id]) for each in given.accounts)
        whole = FigureInputs(given.period, known, given.rows)
        assert whole.identity.holds
        left = tuple(row for number, row in enumerate(given.rows) if number != seed % len(given.rows))
        noticed += int(not FigureInputs(given.period, known, left).identity.holds)
    assert noticed == 100


def test_the_same_inputs_give_the_same_bytes() -> None:
    for seed in range(20):
        assert msgspec.json.encode(report_figures(inputs(seed))) == msgspec.json.encode(report_figures(inputs(seed)))


def test_nothing_gross_scored_or_decided() -> None:
    """Field names of what is answered: no gross income, no score, no verdict."""
    names = str(msgspec.json.schema(ReportFigures)).lower()
    assert not [word for word in ("gross", "score", "affordable", "approve", "decision") if word in names]
