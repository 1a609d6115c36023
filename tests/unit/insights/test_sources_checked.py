"""The metrics of sources, recomputed by a checker that knows who pays when because it planted them: it looks for no period itself."""

from __future__ import annotations

import random
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from statistics import median

import pytest

from bowerbird.insights.figures import FigureRow
from bowerbird.insights.metrics import ReportPeriod
from bowerbird.insights.money import MoneyFigures
from bowerbird.insights.reports.inputs import FigureInputs
from bowerbird.insights.reports.metric_titles import METRICS
from bowerbird.insights.reports.report import report_figures
from bowerbird.insights.streams import Stream
from bowerbird.model.money import format_cents
from tests.unit.insights.test_reports_checked import account, check

A_YEAR = Fraction(36525, 100)
WEEKS = {"P1W": 1, "P2W": 2, "P4W": 4}
MONTHS = {"P1M": 1, "P2M": 2, "P3M": 3}
EARNING = (
    "salary",
    "salary",
    "gig",
    "dividend",
    "rent_income",
    "pension",
    "super_credit",
    "insurance_credit",
    "tax_refund",
    "credit_other",
)
OWED = ("motor_finance", "sacc", "mortgage_transfer", "mortgage_repayment", "loan_transfer")
FORWARD = {"salary", "gig", "dividend", "rent_income", "pension", "credit_other"}
MORTGAGES = {"mortgage_transfer", "mortgage_repayment"}


@dataclass(frozen=True)
class Planted:
    """A payer or payee: its rows, and the period they keep as the checker planted it, None for none; `goes_on` until the end."""

    leaf: str
    rows: tuple[FigureRow, ...]
    period: str | None
    goes_on: bool
    again: date | None = None
    """The day it was paid again after three payments that did not come."""

    @property
    def per_month(self) -> Fraction:
        assert self.period
        return A_YEAR / 12 / 7 / WEEKS[self.period] if self.period in WEEKS else Fraction(1, MONTHS[self.period])

    @property
    def due(self) -> date:
        assert self.period
        return after(self.rows[-1].day, self.period)


def after(day: date, period: str) -> date:
    if period in WEEKS:
        return day + timedelta(days=7 * WEEKS[period])
    months = day.year * 12 + day.month - 1 + MONTHS[period]
    return date(months // 12, months % 12 + 1, min(day.day, monthrange(months // 12, months % 12 + 1)[1]))


def plant(chance: random.Random, number: int, leaf: str, period: ReportPeriod, *, may_pause: bool) -> Planted | None:
    """One source: with a period that goes on, with one that ended three periods ago at least, or of a few days beside each other. One with
    a period may pause for three payments.
    """
    kept = chance.choice((*WEEKS, *MONTHS, None))
    if kept is None:
        first = period.first + timedelta(days=chance.randrange(max(1, period.days - 12)))
        days = [first + timedelta(days=2 * step) for step in range(chance.randrange(1, 6))]
        goes_on = False
    else:
        begin = period.first + timedelta(days=chance.randrange(28 if chance.random() < 0.7 else max(1, period.days)))
        days = [begin.replace(day=min(begin.day, 28))]
        while (following := after(days[-1], kept)) <= period.last:
            days.append(following)
        goes_on = chance.random() < 0.6
        if not goes_on:
            days = days[: -chance.randrange(3, 5)]
    days = [day for day in days if period.first <= day <= period.last]
    if not days or (kept and len(days) < 4):
        return None
    again = None
    if may_pause and kept and len(days) > 8 and chance.random() < 0.4:
        pause = chance.randrange(len(days) - 6, len(days) - 3)
        again = days[pause + 3]
        del days[pause : pause + 3]
    usual = chance.randrange(310_00, 4_000_00)
    sign = 1 if leaf in EARNING or leaf == "mortgage_repayment" else -1
    of = "mortgage" if leaf == "mortgage_repayment" else "transaction"
    name = "payer " + "".join(chr(97 + int(digit)) for digit in str(number))
    sums = [sign * usual * chance.choice((97, 100, 100, 112)) // 100 for _ in days]
    rows = [
        FigureRow(f"{number}-{place:03}", of, day, cents, leaf, text=name)
        for place, (day, cents) in enumerate(zip(days, sums, strict=True))
    ]
    return Planted(leaf, tuple(rows), kept, goes_on, again)


def snapshot(seed: int) -> tuple[FigureInputs, list[Planted]]:
    """Up to a dozen sources in 90 to 400 days; in every second snapshot the streams of income are known beforehand."""
    chance = random.Random(seed)
    first = date(2025, chance.randrange(1, 13), chance.choice((1, 1, 9, 28)))
    period = ReportPeriod(first, first + timedelta(days=chance.randrange(90, 400)))
    leaves = [chance.choice((*EARNING, *OWED)) for _ in range(chance.randrange(1, 13))]
    planted = [found for number, leaf in enumerate(leaves) if (found := plant(chance, number, leaf, period, may_pause=seed % 2 == 1))]
    rows = tuple(sorted((row for each in planted for row in each.rows), key=lambda row: (row.day, row.id)))
    streams = {row.id: stream(each) for each in planted if each.period and each.leaf in EARNING for row in each.rows} if seed % 2 else {}
    accounts = (account("transaction", "transaction"), account("mortgage", "mortgage"))
    return FigureInputs(period, accounts, rows, streams), planted


def stream(each: Planted) -> Stream:
    assert each.period
    ids = tuple(row.id for row in each.rows)
    return Stream(
        payer=each.rows[0].text, rows=ids, period=each.period, first=each.rows[0].day, last=each.rows[-1].day, ongoing=each.goes_on,
        monthly_cents=0, low_cents=0, high_cents=0, category="salary", stability=Fraction(1), by_pattern=False,
    )  # fmt: skip


def sources(given: FigureInputs, planted: list[Planted]) -> dict[str, str]:
    """The nine metrics, as the wire writes them."""
    end = given.period.last
    salaries = [each for each in planted if each.leaf == "salary"]
    incomes = [each for each in planted if each.leaf in EARNING]
    recent = [each for each in incomes if each.goes_on or end - each.rows[-1].day < timedelta(days=62)]
    forward = levels(given.period, [each for each in incomes if each.leaf in FORWARD])
    return {
        "ME001": str(len([each for each in recent if each.leaf == "salary"])),
        "ME003": str(alike(levels(given.period, salaries))),
        "ME022": str(any(changed(each, given.period) for each in salaries)).lower(),
        "ME035": str(alike(forward)),
        "ME042": str(len(recent)),
        "ME043": str(len([each for each in incomes if each.goes_on])),
        "ME045": str(rising(forward)),
        "ME046": format_cents(-ongoing([each for each in planted if each.leaf in OWED], end)),
        "ME048": format_cents(ongoing([each for each in planted if each.leaf in MORTGAGES], end)),
    }


def changed(each: Planted, period: ReportPeriod) -> bool:
    since = period.last - timedelta(days=61)
    if period.first < since < each.rows[0].day:
        return True
    if each.again is not None and each.again > since:
        return True
    return each.period is not None and not each.goes_on and since <= each.due <= period.last


def levels(period: ReportPeriod, planted: list[Planted]) -> list[Fraction]:
    """What each calendar month that lies in the period from its first day to its last is worth."""
    found, day = [], period.first.replace(day=1)
    while day <= period.last:
        end = day.replace(day=monthrange(day.year, day.month)[1])
        if day >= period.first and end <= period.last:
            found.append(sum((worth(each, day, end) for each in planted), Fraction(0)))
        day = end + timedelta(days=1)
    return found


def worth(each: Planted, first: date, last: date) -> Fraction:
    sums = [Fraction(row.cents) for row in each.rows if first <= row.day <= last]
    if not sums:
        return Fraction(0)
    return median(sums) * each.per_month if each.period and each.per_month >= 1 else sum(sums, Fraction(0))


def alike(months: list[Fraction]) -> int:
    count = 0
    while count < len(months) and months[-1] and 9 * months[-1] <= 10 * months[-1 - count] <= 11 * months[-1]:
        count += 1
    return count


def rising(months: list[Fraction]) -> int:
    count = int(bool(months and months[-1]))
    while 0 < count < len(months) and 0 < months[-1 - count] * 9 <= months[-count] * 10:
        count += 1
    return count


def ongoing(planted: list[Planted], end: date) -> int:
    total = Fraction(0)
    for each in planted:
        if each.period and each.goes_on:
            total += median(Fraction(abs(row.cents)) for row in each.rows[-3:]).__round__() * each.per_month
        elif not each.period:
            total += Fraction(sum(abs(row.cents) for row in each.rows if end - row.day < timedelta(days=62)), 2)
    return round(total)


@pytest.mark.parametrize("block", range(5))
def test_a_checker_that_planted_the_sources_finds_the_same(block: int) -> None:
    for seed in range(100 * block, 100 * block + 100):
        given, planted = snapshot(seed)
        values = {metric.id: metric.result.value for metric in report_figures(given).metrics}
        expected = check(given) | sources(given, planted)
        assert {id: values[id] for id in expected} == expected, seed


def test_a_benefit_that_ended_is_not_shown_as_going_on() -> None:
    """Also where its last payment was within two months: a period that is not kept has ended."""
    seen = set()
    for seed in range(1, 400, 2):
        given, planted = snapshot(seed)
        goes_on = {each.rows[0].id: each.goes_on for each in planted if each.period and each.leaf == "pension"}
        for source in MoneyFigures(given).income:
            if (first := source.rows[0].id) in goes_on:
                assert source.is_ongoing == goes_on[first], seed
                seen.add((source.is_ongoing, (given.period.last - source.rows[-1].day).days < 62))
    assert (False, True) in seen


def test_a_salary_that_pauses_is_a_risk_with_the_rows_at_which_it_changed() -> None:
    seen = set()
    for seed in range(1, 400, 2):
        given, planted = snapshot(seed)
        flag = next(each for each in MoneyFigures(given).flags if each.id == "salary")
        shown, salaries = {row.id for row in flag.rows}, [each for each in planted if each.leaf == "salary"]
        of_each = [(changed(each, given.period), len(shown & {row.id for row in each.rows})) for each in salaries]
        assert all(has_changed == (0 < count <= 2) for has_changed, count in of_each), seed
        assert flag.is_raised == bool(shown) == any(has_changed for has_changed, _ in of_each), seed
        seen.add(flag.is_raised)
    assert seen == {True, False}


def paid_monthly(name: str, leaf: str, of: str, day: int, cents: int) -> list[FigureRow]:
    months = [date(2025 + month // 12, month % 12 + 1, day) for month in range(12)]
    return [FigureRow(f"{of}-{each:%m}-{day:02}", of, each, cents, leaf, text=name) for each in months]


def test_payments_of_one_name_at_two_banks_are_two_commitments() -> None:
    """Repayments have the same text in every loan; a rent in two halves leaves on the same days: each account has its own."""
    period = ReportPeriod(date(2025, 1, 1), date(2025, 12, 31))
    rows = [
        *paid_monthly("LOAN REPAYMENT RECEIVED", "mortgage_repayment", "mortgage", 5, 3_673_49),
        *paid_monthly("LOAN REPAYMENT RECEIVED", "loan_repayment", "loan", 20, 676_30),
        *paid_monthly("LOAN REPAYMENT RECEIVED", "loan_repayment", "credit-card", 8, 261_20),
        *paid_monthly("REDFERN ROOMS RENT", "rent", "transaction", 1, -1_180_00),
        *paid_monthly("REDFERN ROOMS RENT", "rent", "savings", 1, -1_180_00),
    ]
    accounts = tuple(account(of, of) for of in ("mortgage", "loan", "credit-card", "transaction", "savings"))
    given = FigureInputs(period, accounts, tuple(rows))
    values = {metric.id: metric.result.value for metric in report_figures(given).metrics}
    assert (values["ME046"], values["ME048"], values["ME009"]) == ("-4610.99", "3673.49", "3")
    commitments = MoneyFigures(given).commitments
    assert [(each.every, each.monthly_cents) for each in commitments] == [
        ("Monthly", cents) for cents in (-3_673_49, -1_180_00, -1_180_00, -676_30, -261_20)
    ]
    rents = {each.name for each in commitments if each.monthly_cents == -1_180_00}
    assert rents == {"REDFERN ROOMS RENT, Bank of savings", "REDFERN ROOMS RENT, Bank of transaction"}


def test_every_metric_has_a_checker() -> None:
    given, planted = snapshot(1)
    assert set(check(given) | sources(given, planted)) == set(METRICS)


def test_the_checker_meets_every_answer() -> None:
    """500 snapshots show each flag both ways and each number in many sizes: equal answers are no chance."""
    seen: dict[str, set[str]] = {}
    for seed in range(500):
        for id, value in sources(*snapshot(seed)).items():
            seen.setdefault(id, set()).add(value)
    assert seen["ME022"] == {"true", "false"}
    assert min(len(seen[id]) for id in ("ME001", "ME003", "ME035", "ME042", "ME043", "ME045")) >= 4
    assert min(len(seen[id]) for id in ("ME046", "ME048")) > 100
