"""The sandbox's money adds up at every step, on any date, and time only ever adds to it."""

from __future__ import annotations

import threading
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bowerbird.connectors.sandbox import CONNECTOR, history
from bowerbird.connectors.sandbox.books import play
from bowerbird.connectors.sandbox.days import month_number
from bowerbird.connectors.sandbox.deposits import Everyday
from bowerbird.connectors.sandbox.lending import instalment_of, owed_after
from bowerbird.connectors.sandbox.personas import PERSONAS
from bowerbird.connectors.sandbox.seed_accounts import monthly, salary
from bowerbird.model.account import AccountClass, BankAccount
from bowerbird.model.transaction import BankTransaction, TransactionClass
from bowerbird.sdk.connector import ConnectorContext
from bowerbird.sdk.failures import NotUnderstood

DAY = timedelta(days=1)
WINDOW = timedelta(days=400)
TELLING = sorted(PERSONAS.keys() - {"jackBarker"})
DATES = [date(2023, 12, 31), date(2024, 2, 29), date(2024, 9, 1), date(2025, 7, 1), date(2026, 5, 30), date(2026, 11, 22)]
DEAREST_REFUND = 890_00
IN_PLUS = {AccountClass.TRANSACTION, AccountClass.SAVINGS, AccountClass.TERM_DEPOSIT}


def visit(day: date, seed: int = 20) -> ConnectorContext:
    return ConnectorContext(datetime(day.year, day.month, day.day, 13, 5, tzinfo=UTC), seed, 1)


def shared_accounts(session: str, day: date, seed: int = 20) -> list[BankAccount]:
    return [account for account in CONNECTOR.accounts(session, visit(day, seed))[1] if not account.unavailable]


def split(session: str, account: BankAccount, day: date, seed: int = 20) -> tuple[list[BankTransaction], list[BankTransaction]]:
    """Posted and pending, having seen that the pending ones come last."""
    listing = list(CONNECTOR.transactions(session, account, None, visit(day, seed)))
    posted = [each for each in listing if each.posted is not None]
    pending = [each for each in listing if each.posted is None]
    assert listing == posted + pending
    return posted, pending


def posted_day(transaction: BankTransaction) -> date:
    assert transaction.posted is not None
    return transaction.posted


def check_reconciles(session: str, account: BankAccount, day: date, seed: int) -> None:
    posted, pending = split(session, account, day, seed)
    assert posted
    for earlier, later in pairwise(posted):
        assert earlier.balance is not None
        assert later.balance == earlier.balance + later.amount
        assert posted_day(earlier) <= posted_day(later)
    assert day - WINDOW <= posted_day(posted[0])
    assert posted_day(posted[-1]) <= day
    assert account.balance == posted[-1].balance
    if account.account_class in IN_PLUS:
        assert all(transaction.balance is not None and transaction.balance >= 0 for transaction in posted)
    else:
        most = DEAREST_REFUND if account.account_class is AccountClass.CREDIT_CARD else 0
        assert all(transaction.balance is not None and transaction.balance <= most for transaction in posted)
    assert all(each.balance is None and each.amount < 0 and each.made and each.made <= day for each in pending)
    ids = [each.upstream_id for each in posted + pending] + [transaction.pending_id for transaction in posted if transaction.pending_id]
    assert len(set(ids)) == len(ids)


@pytest.mark.parametrize("login", TELLING)
def test_every_account_reconciles_at_every_step(login: str) -> None:
    for institution, seed in (("AU00000", 20), ("AU00005", 7)):
        for day in DATES:
            session = f"{institution}/{login}"
            for account in shared_accounts(session, day, seed):
                check_reconciles(session, account, day, seed)


@given(day=st.dates(date(2012, 1, 1), date(2055, 1, 1)), seed=st.integers(0, 10**6), login=st.sampled_from(TELLING))
@settings(max_examples=40, deadline=None)
def test_any_date_and_seed_reconciles(day: date, seed: int, login: str) -> None:
    for account in shared_accounts(f"AU00003/{login}", day, seed):
        check_reconciles(f"AU00003/{login}", account, day, seed)


@pytest.mark.parametrize("login", TELLING)
@pytest.mark.parametrize(("institution", "start"), [("AU00000", date(2025, 11, 15)), ("AU00002", date(2024, 5, 3))])
def test_time_only_adds(login: str, institution: str, start: date) -> None:
    """Day by day for 120 days, over a half-year's end: nothing posted changes, and what was pending posts once."""
    session = f"{institution}/{login}"
    for account in shared_accounts(session, start):
        posted, pending = split(session, account, start)
        for step in range(1, 121):
            today = start + step * DAY
            before, waiting = posted, pending
            posted, pending = split(session, account, today)
            still_shown = [each for each in before if posted_day(each) >= today - WINDOW]
            assert posted[: len(still_shown)] == still_shown
            new = posted[len(still_shown) :]
            assert all(each.posted == today for each in new)
            check_pending_posts_once(waiting, pending, new, today)


def check_pending_posts_once(
    waiting: list[BankTransaction], pending: list[BankTransaction], new: list[BankTransaction], today: date
) -> None:
    arrived = {each.pending_id: each for each in new if each.pending_id}
    assert set(arrived) <= {each.upstream_id for each in waiting}
    for each in waiting:
        assert each.made is not None
        assert each.upstream_id is not None
        if each not in pending:
            now_posted = arrived.pop(each.upstream_id)
            assert (now_posted.amount, now_posted.description, now_posted.made) == (each.amount, each.description, each.made)
            assert DAY <= today - each.made <= 3 * DAY
    assert not arrived
    assert all(each.made == today for each in pending if each not in waiting)


@pytest.mark.parametrize("login", TELLING)
def test_far_later_visits_agree_on_the_common_past(login: str) -> None:
    """From different opening moments the same cents are reached."""
    session, early, late = f"AU00001/{login}", date(2025, 4, 11), date(2026, 3, 2)
    for account in shared_accounts(session, early):
        then = [each for each in split(session, account, early)[0] if posted_day(each) >= late - WINDOW]
        assert then or account.account_class is AccountClass.TERM_DEPOSIT
        assert split(session, account, late)[0][: len(then)] == then


def test_the_same_arguments_give_equal_results() -> None:
    session, day = "AU00000/richard", date(2026, 6, 30)
    first = (CONNECTOR.accounts(session, visit(day)), [split(session, account, day) for account in shared_accounts(session, day)])
    history.ledgers.cache_clear()
    history.entries.cache_clear()
    assert first == (CONNECTOR.accounts(session, visit(day)), [split(session, each, day) for each in shared_accounts(session, day)])


def test_seed_institution_and_persona_change_what_is_spent() -> None:
    day = date(2026, 6, 30)
    worlds = [("AU00000/jared", 1), ("AU00000/jared", 2), ("AU00001/jared", 1), ("AU00000/Whistler", 1)]
    spent = [[each.amount for each in split(session, shared_accounts(session, day, seed)[0], day, seed)[0]] for session, seed in worlds]
    assert len({tuple(amounts) for amounts in spent}) == len(worlds)


def test_visits_at_once_agree() -> None:
    """Two threads asking for the same ledger get equal ones: nothing half-made is shared."""
    history.ledgers.cache_clear()
    history.entries.cache_clear()
    day, got = date(2025, 10, 3), []
    account = shared_accounts("AU00000/Gilfoyle", day)[0]
    threads = [threading.Thread(target=lambda: got.append(split("AU00000/Gilfoyle", account, day))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(got) == 4
    assert all(each == got[0] for each in got)


def test_since_leaves_out_what_is_older() -> None:
    day, since = date(2026, 6, 30), date(2026, 6, 1)
    account = shared_accounts("AU00000/jared", day)[0]
    everything = list(CONNECTOR.transactions("AU00000/jared", account, None, visit(day)))
    recent = list(CONNECTOR.transactions("AU00000/jared", account, since, visit(day)))
    assert recent == [each for each in everything if each.posted is None or each.posted >= since]
    assert list(CONNECTOR.transactions("AU00000/jared", account, date(2001, 1, 1), visit(day))) == everything


@pytest.mark.parametrize("login", TELLING)
def test_transfers_between_own_accounts_stand_on_both_sides(login: str) -> None:
    day, session = date(2026, 7, 2), f"AU00000/{login}"
    accounts = shared_accounts(session, day)
    books = {account.name: split(session, account, day)[0] for account in accounts}
    everyday = books[accounts[0].name]
    opposite = {(each.posted, -each.amount) for account in accounts[1:] for each in books[account.name]}
    own = [each for each in everyday if each.description.startswith(("AUTOMATIC TRANSFER", "CREDIT CARD PAYMENT", "LOAN REPAYMENT"))]
    at_home = [each for each in own if "OTHER BANK" not in each.description and login != "richard"]
    assert own
    assert all((each.posted, each.amount) in opposite for each in at_home)


def test_whistlers_transfers_are_jareds_credits() -> None:
    for seed, institution in ((20, "AU00000"), (3, "AU00002")):
        day = date(2026, 4, 25)
        sides = []
        for login, words in (("Whistler", "TRANSFER TO JARED DUNN"), ("jared", "TRANSFER FROM WES WHISTLER")):
            session = f"{institution}/{login}"
            posted, _ = split(session, shared_accounts(session, day, seed)[0], day, seed)
            sides.append([(transaction.posted, abs(transaction.amount)) for transaction in posted if transaction.description == words])
        assert len(sides[0]) >= 12
        assert sides[0] == sides[1]


def test_an_account_of_someone_else_is_not_understood() -> None:
    day = date(2026, 4, 25)
    foreign = shared_accounts("AU00000/jared", day)[0]
    with pytest.raises(NotUnderstood):
        CONNECTOR.transactions("AU00000/richard", foreign, None, visit(day))


@given(principal=st.integers(20_000_00, 2_000_000_00), rate=st.integers(1, 1200), months=st.integers(2, 360))
@settings(deadline=None)
def test_loans_are_repaid_in_equal_instalments(principal: int, rate: int, months: int) -> None:
    """One instalment before the end, what is left with its interest is not more than an instalment, and still something."""
    part = instalment_of(principal, rate, months)
    left = owed_after(principal, rate, months, months - 1)
    assert 0 < left + left * rate // 120_000 <= part


def test_loan_interest_is_a_twelfth_of_the_rate_on_what_is_owed() -> None:
    day = date(2026, 10, 20)
    loan = next(each for each in shared_accounts("AU00000/gavinBelson", day) if each.account_class is AccountClass.LOAN)
    posted, _ = split("AU00000/gavinBelson", loan, day)
    charged = [transaction for transaction in posted if transaction.kind is TransactionClass.LOAN_INTEREST]
    assert len(charged) >= 12
    for each in charged:
        assert each.balance is not None
        assert -each.amount == (each.amount - each.balance) * 949 // 120_000


@pytest.mark.parametrize(("login", "rate"), [("Whistler", 350), ("Gilfoyle", 310)])
def test_savings_earn_interest_on_each_days_balance(login: str, rate: int) -> None:
    day, session = date(2026, 9, 30), f"AU00000/{login}"
    savings = next(each for each in shared_accounts(session, day) if each.account_class is AccountClass.SAVINGS)
    posted, _ = split(session, savings, day)
    paid = [transaction for transaction in posted if transaction.kind is TransactionClass.INTEREST]
    assert len(paid) >= 12
    for last, this in pairwise(paid):
        start, end = posted_day(last) + DAY, posted_day(this)
        closings = [balance_at_end_of(start + n * DAY, posted) for n in range((end - start).days)]
        before_interest = this.balance - this.amount if this.balance is not None else 0
        assert this.amount == (sum(closings) + before_interest) * rate // (10_000 * 365)


def balance_at_end_of(day: date, posted: list[BankTransaction]) -> int:
    balance = next(transaction.balance for transaction in reversed(posted) if posted_day(transaction) <= day)
    assert balance is not None
    return balance


def test_savings_grow_for_half_a_year_and_are_then_invested() -> None:
    day = date(2026, 9, 30)
    savings = next(each for each in shared_accounts("AU00000/jared", day) if each.account_class is AccountClass.SAVINGS)
    posted, _ = split("AU00000/jared", savings, day)
    drawn = [transaction for transaction in posted if "MANAGED INVESTMENT" in transaction.description]
    assert [each.posted for each in drawn] == [date(2025, 12, 31), date(2026, 6, 30)]
    assert {each.balance for each in drawn} == {9_300_00}


def test_a_late_card_pays_interest_on_the_statement_it_missed() -> None:
    day = date(2026, 11, 22)
    card = next(each for each in shared_accounts("AU00000/Gilfoyle", day) if each.account_class is AccountClass.CREDIT_CARD)
    posted, _ = split("AU00000/Gilfoyle", card, day)
    charged = {
        posted_day(transaction).month: -transaction.amount for transaction in posted if transaction.kind is TransactionClass.LOAN_INTEREST
    }
    carried_only = 1_850_00 * 1999 // 120_000
    assert {month for month, cents in charged.items() if cents > carried_only} == {8, 9, 10}
    assert {cents for month, cents in charged.items() if month not in {8, 9, 10}} == {carried_only}
    late = {
        posted_day(transaction).month: posted_day(transaction).day
        for transaction in posted
        if transaction.description.startswith("PAYMENT RECEIVED")
    }
    assert {day for month, day in late.items() if month in {8, 9, 10}} == {20}


def test_a_salary_due_on_a_sunday_the_first_is_paid_in_the_month_before() -> None:
    """In the last month played, too: the flow belongs to a month that is not."""
    october = month_number(2026, 10)
    wages = salary("everyday", "WAGES", 1_000_00, monthly(1))
    ledger = play("1|AU00000", (wages,), (Everyday("everyday", "Everyday", "Everyday", 0),), october, october, "someone")["everyday"]
    assert [posting.posted for posting in ledger.postings if posting.text == "WAGES"] == [date(2026, 10, 1), date(2026, 10, 30)]
