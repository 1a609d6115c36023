"""The sandbox's accounts as they are shown: numbers, masks, funds, terms and people."""

from __future__ import annotations

import json
import re
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from stdnum import luhn

from bowerbird.connectors.sandbox import CONNECTOR, days
from bowerbird.connectors.sandbox.deposits import Unshared
from bowerbird.connectors.sandbox.personas import PERSONAS
from bowerbird.connectors.sandbox.schedules import Monthly, Weekly
from bowerbird.model.account import AccountClass, BankAccount
from bowerbird.model.money import format_cents, parse_cents
from bowerbird.sdk.connector import ConnectorContext

NOW = datetime(2026, 8, 8, 22, 15, tzinfo=UTC)


def accounts_of(login: str, institution: str = "AU00000", seed: int = 5, now: datetime = NOW) -> list[BankAccount]:
    return CONNECTOR.accounts(f"{institution}/{login}", ConnectorContext(now, seed, 1))[1]


def find(login: str, kind: AccountClass, now: datetime = NOW) -> BankAccount:
    return next(account for account in accounts_of(login, now=now) if account.account_class is kind and not account.unavailable)


def test_numbers_are_unique_and_do_not_depend_on_the_seed() -> None:
    numbers = [
        (institution, account.number)
        for institution in sorted(CONNECTOR.institutions)
        for login in PERSONAS
        for account in accounts_of(login, institution)
    ]
    assert len(set(numbers)) == len(numbers)
    for login in PERSONAS:
        assert [each.number for each in accounts_of(login)] == [each.number for each in accounts_of(login, seed=6)]


@pytest.mark.parametrize("login", PERSONAS)
def test_numbers_and_masks_have_the_wires_form(login: str) -> None:
    for account in accounts_of(login):
        assert account.masked_number
        assert account.masked_number.endswith(account.number[-4:])
        if account.account_class is AccountClass.CREDIT_CARD:
            assert re.fullmatch("x{12}[0-9]{4}", account.number)
            assert account.bsb is account.unmasked_number is None
            assert not luhn.is_valid(account.number)
        else:
            assert account.bsb == "600000"
            assert account.unmasked_number
            assert re.fullmatch("[0-9]{9}", account.unmasked_number)
            assert account.number == account.bsb + account.unmasked_number


@pytest.mark.parametrize("login", PERSONAS)
def test_terms_are_plain_json_with_money_as_text(login: str) -> None:
    for account in accounts_of(login):
        assert json.loads(json.dumps(account.meta)) == account.meta
        assert bool(account.meta) is not account.unavailable
        rates = [each["rate"] for key in ("depositRates", "lendingRates") for each in account.meta.get(key, ())]
        assert all(re.fullmatch(r"0\.[0-9]{4}", rate) for rate in rates)
        assert account.last_updated == NOW
        assert account.product.startswith("Hooli ")


@pytest.mark.parametrize("login", sorted(PERSONAS.keys() - {"jackBarker"}))
@pytest.mark.parametrize("offset", range(0, 40, 3))
def test_available_funds_follow_balance_pending_and_limit(login: str, offset: int) -> None:
    now = NOW + timedelta(days=offset)
    for account in accounts_of(login, now=now):
        if account.unavailable:
            assert account.balance is account.available is None
            continue
        listing = CONNECTOR.transactions(f"AU00000/{login}", account, None, ConnectorContext(now, 5, 1))
        held = sum(each.amount for each in listing if each.posted is None)
        assert account.balance is not None
        match account.account_class:
            case AccountClass.LOAN | AccountClass.MORTGAGE | AccountClass.TERM_DEPOSIT:
                assert account.available == held == 0
            case AccountClass.CREDIT_CARD:
                assert account.credit_limit
                assert account.available == account.balance + held + account.credit_limit
                assert account.available > 0
            case _:
                assert account.available == account.balance + held


def test_a_loan_says_when_it_ends_and_what_comes_next() -> None:
    loan = find("gavinBelson", AccountClass.LOAN)
    assert loan.opened == loan.meta["loan"]["startDate"] == "2023-05-21"
    assert loan.meta["loan"]["endDate"] == "2028-05-21"
    assert loan.meta["loan"]["nextInstalmentDate"] == "2026-08-21"
    assert loan.meta["loan"]["originalLoanAmount"] == "28000.00"
    assert loan.credit_limit == 28_000_00
    later = find("gavinBelson", AccountClass.LOAN, datetime(2026, 8, 21, tzinfo=UTC))
    assert later.meta["loan"]["nextInstalmentDate"] == "2026-09-21"
    renewed = find("gavinBelson", AccountClass.LOAN, datetime(2028, 5, 21, tzinfo=UTC))
    assert (renewed.balance, renewed.opened) == (-28_000_00, "2028-05-21")


def test_a_term_deposit_matures_and_rolls_over() -> None:
    before, on_the_day = (find("jared", AccountClass.TERM_DEPOSIT, datetime(2026, 7, day, tzinfo=UTC)) for day in (11, 12))
    assert before.balance == on_the_day.balance == 40_000_00
    terms = [account.meta["termDeposit"][0] for account in (before, on_the_day)]
    assert [(each["lodgementDate"], each["maturityDate"]) for each in terms] == [("2026-01-12", "2026-07-12"), ("2026-07-12", "2027-01-12")]
    assert terms[0]["maturityAmount"] == "40880.00"


def test_a_card_asks_for_its_last_statement_until_it_is_paid() -> None:
    asked = {day: find("gavinBelson", AccountClass.CREDIT_CARD, datetime(2026, 8, day, tzinfo=UTC)) for day in (1, 13, 14)}
    closing = find("gavinBelson", AccountClass.CREDIT_CARD, datetime(2026, 7, 31, tzinfo=UTC))
    assert closing.balance is not None
    for day in (1, 13):
        assert asked[day].meta["creditCard"]["paymentDueAmount"] == format_cents(-closing.balance)
        assert asked[day].meta["creditCard"]["paymentDueDate"] == "2026-08-14"
        assert 0 < parse_cents(asked[day].meta["creditCard"]["minPaymentAmount"]) <= -closing.balance
    assert asked[14].meta["creditCard"]["paymentDueAmount"] == "0.00"
    assert asked[14].meta["creditCard"]["paymentDueDate"] == "2026-09-14"


def test_profiles_have_the_wires_address() -> None:
    profile, _ = CONNECTOR.accounts("AU00000/gavinBelson", ConnectorContext(NOW, 5, 1))
    assert (profile.full_name, profile.email_addresses, profile.phone_numbers) == ("Gavin Belson", ("gavin@hooli.com",), ("XXXX 888 991",))
    (address,) = profile.physical_addresses
    assert address.formatted_address == "13/91 Fisher Rd, Dee Why NSW 2099, Australia"
    assert (address.address_line2, address.address_line3) == (None, None)


def test_unshared_accounts_are_listed_as_unavailable() -> None:
    for login, persona in PERSONAS.items():
        shown = accounts_of(login)
        assert [account.unavailable for account in shown] == [isinstance(account, Unshared) for account in persona.accounts]


@pytest.mark.parametrize(
    ("made", "fast", "slow"),
    [(2, 3, 4), (3, 4, 5), (4, 5, 6), (5, 6, 6), (6, 9, 9), (7, 9, 10), (8, 9, 10)],  # Monday 2 to Sunday 8 March 2026
)
def test_purchases_post_on_weekdays(made: int, fast: int, slow: int) -> None:
    day = date(2026, 3, made)
    assert (days.posting_day(day, slow=False).day, days.posting_day(day, slow=True).day) == (fast, slow)


@pytest.mark.parametrize(("due", "paid"), [(6, 6), (7, 6), (8, 6), (9, 9)])
def test_weekend_salaries_come_on_friday(due: int, paid: int) -> None:
    assert days.paid_by(date(2026, 3, due)).day == paid


def test_months_end_clamps() -> None:
    february = 2028 * 12 + 1
    assert Monthly(31).days(february) == [date(2028, 2, 29)]
    assert Monthly(30).days(february + 12) == [date(2029, 2, 28)]
    assert days.last_day(february + 2) == date(2028, 4, 30)
    assert days.length(february) == 29


def test_fortnights_run_through_months_and_years() -> None:
    seen = [day for month in range(2025 * 12, 2027 * 12) for day in Weekly(3, 2, 1).days(month)]
    assert {(later - earlier).days for earlier, later in pairwise(seen)} == {14}
    assert {day.weekday() for day in seen} == {3}


def test_the_bank_day_is_the_utc_date() -> None:
    ahead = datetime.fromisoformat("2026-08-09T08:00:00+10:00")
    assert days.bank_day(ahead) == date(2026, 8, 8)
