"""Every persona's history shows in any twelve months, on any date."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest

from bowerbird.connectors.sandbox import CONNECTOR
from bowerbird.connectors.sandbox.personas import PERSONAS
from bowerbird.model.account import AccountClass, BankAccount, Ownership
from bowerbird.model.transaction import BankTransaction, TransactionClass
from bowerbird.sdk.connector import ConnectorContext

ANY_DATES = [date(2024, 1, 15), date(2024, 11, 3), date(2025, 3, 31), date(2025, 6, 30), date(2026, 8, 9), date(2026, 11, 22)]
at_any_date = pytest.mark.parametrize("day", ANY_DATES, ids=str)


def visit(day: date) -> ConnectorContext:
    return ConnectorContext(datetime(day.year, day.month, day.day, tzinfo=UTC), 42, 1)


def accounts_of(login: str, day: date) -> list[BankAccount]:
    return CONNECTOR.accounts(f"AU00000/{login}", visit(day))[1]


def year_of(login: str, day: date) -> list[BankTransaction]:
    """What was posted to all accounts in the twelve months up to a day."""
    start = day - timedelta(days=365)
    session = f"AU00000/{login}"
    listings = [CONNECTOR.transactions(session, account, start, visit(day)) for account in accounts_of(login, day)]
    return [each for listing in listings for each in listing if each.posted is not None]


def named(transactions: list[BankTransaction], words: str) -> list[BankTransaction]:
    return [transaction for transaction in transactions if words in transaction.description]


def months(transactions: list[BankTransaction]) -> set[tuple[int, int]]:
    return {(transaction.posted.year, transaction.posted.month) for transaction in transactions if transaction.posted}


def counted(accounts: list[BankAccount]) -> tuple[Counter[AccountClass], Counter[AccountClass]]:
    """How many accounts of a class there are, and how many of them are shared."""
    return Counter(account.account_class for account in accounts), Counter(
        account.account_class for account in accounts if not account.unavailable
    )


@at_any_date
def test_wentworth_smith_has_two_salaries_and_a_steady_household(day: date) -> None:
    accounts, year = accounts_of("Wentworth-Smith", day), year_of("Wentworth-Smith", day)
    monthly, fortnightly = named(year, "CASSOWARY ENGINEERING SALARY"), named(year, "NORTH SHORE HEALTH PAYROLL")
    assert len(months(monthly)) >= 12
    assert len(fortnightly) in (26, 27)
    assert all(each.posted and each.posted.weekday() < 5 for each in monthly)
    assert all(account.ownership is Ownership.TWO_PARTY and "&" in str(account.holder) for account in accounts)
    every, _ = counted(accounts)
    assert every[AccountClass.MORTGAGE] == every[AccountClass.LOAN] == every[AccountClass.CREDIT_CARD] == 1
    assert len(named(year, "LOAN REPAYMENT CAR LOAN")) >= 12
    payments = [-each.amount for each in named(year, "CREDIT CARD PAYMENT")]
    assert max(payments) * 2 < min(payments) * 3


@at_any_date
def test_whistler_has_one_salary_instalments_and_a_large_transfer(day: date) -> None:
    year = year_of("Whistler", day)
    wages = [each for each in year if each.kind is TransactionClass.DIRECT_CREDIT]
    assert {each.description for each in wages} == {"SHOWBOX CINEMAS WAGES"}
    assert len(wages) in (26, 27)
    assert len(months(named(year, "LATERBIRD INSTALMENT"))) >= 12
    transfers = named(year, "TRANSFER TO JARED DUNN")
    assert len(transfers) >= 12
    assert all(each.amount <= -1_800_00 for each in transfers)


@at_any_date
def test_gilfoyles_salary_stops_and_benefit_starts(day: date) -> None:
    year = year_of("Gilfoyle", day)
    salary, benefit = months(named(year, "PIED PIPER PTY LTD SALARY")), months(named(year, "JOBSEEKER"))
    assert len(salary) >= 7
    assert len(benefit) >= 4
    assert not salary & benefit
    instalments = Counter((each.posted.year, each.posted.month) for each in named(year, " INSTALMENT ") if each.posted)
    for first, last in pairwise(sorted(month for month in benefit if month[1] in {7, 10})):
        assert first[0] < last[0] or instalments[first] < instalments[last]
    at_work = [instalments[month] for month in salary if 2 <= month[1] <= 6]
    assert max(at_work) < max(instalments[month] for month in benefit)
    late = [each for each in year if each.description == "LATE PAYMENT FEE"]
    assert late
    assert all(each.kind is TransactionClass.BANK_FEE and each.amount == -20_00 for each in late)


@at_any_date
def test_gavins_salary_rises_and_his_tutoring_varies(day: date) -> None:
    year = year_of("gavinBelson", day)
    salary = [each.amount for each in named(year, "HOOLI PTY LTD SALARY")]
    assert len(salary) >= 12
    assert salary == sorted(salary)
    assert len(set(salary)) >= 4
    tutoring = named(year, "TUTORING")
    assert len(tutoring) >= 52
    assert max(each.amount for each in tutoring) > 3 * min(each.amount for each in tutoring)
    every, _ = counted(accounts_of("gavinBelson", day))
    assert every[AccountClass.LOAN] == every[AccountClass.CREDIT_CARD] == 1


@at_any_date
def test_jared_drives_and_does_not_share_his_debts(day: date) -> None:
    accounts, year = accounts_of("jared", day), year_of("jared", day)
    rides = named(year, "DRIVER PAYOUT")
    assert len(rides) >= 52
    assert max(each.amount for each in rides) > 2 * min(each.amount for each in rides)
    assert len(named(year, "TRANSFER FROM WES WHISTLER")) >= 12
    every, shared = counted(accounts)
    assert (every[AccountClass.MORTGAGE], shared[AccountClass.MORTGAGE]) == (1, 0)
    assert (every[AccountClass.LOAN], shared[AccountClass.LOAN]) == (1, 0)
    assert shared[AccountClass.TERM_DEPOSIT] == 1
    assert [each.kind for each in named(year, "TERM DEPOSIT INTEREST PAID")] == [TransactionClass.INTEREST] * 2
    for hidden in (account for account in accounts if account.unavailable):
        assert hidden.balance is hidden.available is hidden.credit_limit is None
        assert not CONNECTOR.transactions("AU00000/jared", hidden, None, visit(day))
    assert len(named(year, "HOME LOAN REPAYMENT")) >= 12


@at_any_date
def test_richard_owns_and_owes_much(day: date) -> None:
    accounts, year = accounts_of("richard", day), year_of("richard", day)
    every, shared = counted(accounts)
    assert (every[AccountClass.MORTGAGE], shared[AccountClass.MORTGAGE]) == (3, 1)
    assert (every[AccountClass.LOAN], shared[AccountClass.LOAN]) == (2, 2)
    assert (every[AccountClass.CREDIT_CARD], shared[AccountClass.CREDIT_CARD]) == (4, 1)
    assert len(named(year, "PIED PIPER PTY LTD SALARY")) in (26, 27)
    assert len({each.description for each in named(year, "RENT RECEIVED")}) == 2


@at_any_date
def test_laurie_runs_a_business(day: date) -> None:
    accounts, year = accounts_of("laurieBream", day), year_of("laurieBream", day)
    assert sum("Business" in account.product for account in accounts) >= 3
    assert 4 <= len(named(year, "BPAY TAX OFFICE")) <= 5
    assert len(named(year, "MERCHANT SETTLEMENT")) >= 52
    assert len(named(year, "WAGES ")) >= 52


@at_any_date
def test_ash_gambles_draws_cash_and_buys_crypto(day: date) -> None:
    year = year_of("ashMann", day)
    assert len(named(year, "HOOLI PTY LTD SALARY")) >= 12
    assert len(named(year, "RENT RECEIVED")) >= 12
    assert len(named(year, "ST KILDA LETTINGS RENT")) >= 52
    groups = Counter(each.subclass[0] for each in year if each.subclass)
    assert groups["920"] >= 100
    assert groups["641"] >= 30
    assert sum(each.kind is TransactionClass.CASH_WITHDRAWAL for each in year) >= 52


@at_any_date
@pytest.mark.parametrize("login", sorted(PERSONAS.keys() - {"jackBarker"}))
def test_every_life_has_twins_refunds_and_marked_payments(login: str, day: date) -> None:
    year = year_of(login, day)
    alike = Counter((each.posted, each.made, each.amount, each.description) for each in year if each.pending_id)
    assert sum(times == 2 for times in alike.values()) >= 6
    for each in year:
        assert each.kind is not None
        assert each.currency == "AUD"
        assert each.amount != 0
        assert (each.subclass is not None) == (each.kind is TransactionClass.PAYMENT)
        assert each.made is None or (each.posted and each.made <= each.posted)
    bills = [each.bpay for each in year if each.bpay]
    assert bills or login in {"nelson", "Gilfoyle"}
    assert all(code.isdigit() and name and crn.isdigit() for code, name, crn in bills)


def test_refunds_give_back_what_a_purchase_took() -> None:
    year = year_of("richard", date(2026, 11, 22))
    bought = Counter((each.description, -each.amount) for each in year if each.kind is TransactionClass.PAYMENT)
    refunds = [each for each in year if each.kind is TransactionClass.REFUND and each.posted and each.posted > date(2025, 12, 15)]
    assert refunds
    assert all(bought[each.description.removeprefix("REFUND "), each.amount] for each in refunds)


@pytest.mark.parametrize("pick", [lambda each: each.kind is TransactionClass.BANK_FEE, lambda each: each.bpay is not None])
def test_fees_and_bpay_bills_occur(pick: Callable[[BankTransaction], bool]) -> None:
    everyone = [each for login in PERSONAS.keys() - {"jackBarker"} for each in year_of(login, date(2026, 11, 22))]
    assert sum(map(pick, everyone)) >= 10


def test_a_persona_with_two_accounts_of_one_name_is_refused() -> None:
    someone = PERSONAS["jared"]
    with pytest.raises(ValueError, match="two accounts or two flows"):
        type(someone)(someone.login, someone.password, someone.profile, (*someone.accounts, someone.accounts[0]), someone.flows)
