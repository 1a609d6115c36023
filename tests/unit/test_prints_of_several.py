"""Prints that arithmetic alone once read wrong: two accounts as one, a card as money held, a print whose end is missing as whole."""

from __future__ import annotations

from datetime import date

import pytest

from bowerbird.model.account import AccountClass
from bowerbird.statements.arithmetic.room import ROOM_BELOW
from bowerbird.statements.pdf.proven import ProvenStatement
from bowerbird.statements.pdf.words import read_words
from bowerbird.statements.refusal import StatementRefused
from bowerbird.statements.search.without_layout import read_without_layout
from tests.statement_factory.pdf_canvas import page_of_lines

BANK = "Example Bank Australia", "Statement period 1 June 2026 to 30 June 2026"
AMERICAN = "Example Bank, Member FDIC", "Statement period June 1, 2026 to June 30, 2026"
HEADER = "Date|Description|Amount|Balance"
SECOND = (
    "10 Jun 2026|Opening balance||0.00",
    "10 Jun 2026|Transfer from old account|480.00|480.00",
    "20 Jun 2026|Salary|1,000.00|1,480.00",
    "25 Jun 2026|Rent|-400.00|1,080.00",
    "30 Jun 2026|Closing balance||1,080.00",
)
FIRST = (
    "01 Jun 2026|Opening balance||500.00",
    "03 Jun 2026|Coffee|-20.00|480.00",
    "10 Jun 2026|Transfer to new account|-480.00|0.00",
    "10 Jun 2026|Closing balance||0.00",
)
ROWS = (
    "03 Jun 2026|Coffee|-20.00|480.00",
    "10 Jun 2026|Salary|1,000.00|1,480.00",
    "29 Jun 2026|Rent|-400.00|1,080.00",
    "30 Jun 2026|Fuel|-80.00|1,000.00",
)


def read(*lines: str, top: int = 60) -> ProvenStatement:
    """The statement of a page whose first line stands `top` points below its edge."""
    return read_without_layout(read_words(page_of_lines(*lines, top=top)))


def why(*lines: str, top: int = 60) -> str:
    with pytest.raises(StatementRefused) as refused:
        read(*lines, top=top)
    return refused.value.reason


def sums(statement: ProvenStatement) -> list[tuple[str, int, int, int]]:
    """Number, opening, closing and how many rows each account has."""
    return [(one.account.number, one.opening, one.closing, len(one.transactions)) for one in statement.accounts]


def test_an_account_that_opens_as_another_closes_is_a_statement_of_its_own() -> None:
    found = read(*BANK, "", "Account number 11112222", HEADER, *FIRST, "", "Account number 33334444", HEADER, *SECOND)
    assert sums(found) == [("11112222", 50000, 0, 2), ("33334444", 0, 108000, 3)]


def test_an_iban_is_the_number_of_an_account() -> None:
    def local(rows: tuple[str, ...]) -> list[str]:
        return [row.replace(" Jun ", ".06.").replace(",", "").replace(".00", ",00") for row in rows]

    ibans = "IBAN DE89 3704 0044 0532 0130 00", "IBAN DE02 1203 0000 0000 2020 51"
    header = "Datum|Text|Betrag|Saldo"
    found = read("Beispielbank", "01.06.2026 bis 30.06.2026", ibans[0], header, *local(FIRST), ibans[1], header, *local(SECOND))
    assert [(one.account.number, one.account.masked_number, one.closing) for one in found.accounts] == [
        ("DE89370400440532013000", None, 0), ("DE02120300000000202051", None, 108000),
    ]  # fmt: skip
    assert {one.account.account_class for one in found.accounts} == {AccountClass.UNKNOWN}


def test_an_iban_among_the_words_of_a_row_begins_no_account() -> None:
    rows = FIRST[:2] + ("|IBAN DE02 1203 0000 0000 2020 51",) + FIRST[2:]
    assert sums(read(*BANK, "Account number 11112222", HEADER, *rows)) == [("11112222", 50000, 0, 2)]


def test_two_accounts_whose_parts_prove_nothing_are_refused() -> None:
    """As one table all balances follow; the first part has no closing balance."""
    assert why(*BANK, "Account number 11112222", HEADER, *FIRST[:-1], "Account number 33334444", HEADER, *SECOND[1:])


@pytest.mark.parametrize("above", [("Account number 11112222", "Savings account"), ("Everyday account", "Savings account"), ("", "")])
def test_an_account_without_a_number_does_not_go_on_with_the_rows_of_another(above: tuple[str, str]) -> None:
    """The second begins with what the first ends with, so all balances follow."""
    assert "several accounts" in why(*BANK, above[0], HEADER, *FIRST, "", above[1], HEADER, *SECOND)


def test_accounts_in_sections_are_not_read_as_one() -> None:
    def account(number: str, paid: str, spent: str) -> tuple[str, ...]:
        return (
            f"Account number {number}", "Beginning balance||$0.00", "Ending balance||$0.00",
            "Deposits", f"06/05/2026|Pay|${paid}", "06/06/2026|Pay|$50.00",
            "Withdrawals", f"06/07/2026|Shop|${spent}", "06/09/2026|Shop|$100.00",
        )  # fmt: skip

    assert why(*AMERICAN, *account("11112222", "200.00", "150.00"), *account("33334444", "70.00", "20.00"))


def test_a_row_that_names_an_account_begins_none() -> None:
    def account(number: str, *rows: str) -> tuple[str, ...]:
        return f"Account number {number}", f"Opening balance||{rows[0]}", f"Closing balance||{rows[-1]}", HEADER, *rows[1:-1]

    first = account(
        "11112222", "$500.00", "03 Jun 2026|Coffee|-20.00|480.00", "04 Jun 2026|Tea|-10.00|470.00",
        "05 Jun 2026|Transfer to account 33334444|-70.00|400.00", "$400.00",
    )  # fmt: skip
    second = account(
        "33334444", "$400.00", "06 Jun 2026|Cake|80.00|480.00", "08 Jun 2026|Tea|-5.00|475.00",
        "09 Jun 2026|Tea|-5.00|470.00", "$470.00",
    )  # fmt: skip
    assert sums(read(*BANK, *first, *second)) == [("11112222", 50000, 40000, 3), ("33334444", 40000, 47000, 3)]


@pytest.mark.parametrize("swapped", [False, True])
def test_each_account_has_the_product_above_it(swapped: bool) -> None:
    loan = (
        "Home Loan", "Account number 11112222", "Opening balance||$500.00 DR", "Closing balance||$430.00 DR", HEADER,
        "03 Jun 2026|Interest|20.00 DR|520.00 DR", "04 Jun 2026|Repayment|100.00 CR|420.00 DR", "05 Jun 2026|Fee|10.00 DR|430.00 DR",
    )  # fmt: skip
    savings = (
        "Savings Account", "Account number 33334444", "Opening balance||$100.00 CR", "Closing balance||$170.00 CR", HEADER,
        "06 Jun 2026|Cake|80.00 CR|180.00 CR", "08 Jun 2026|Tea|5.00 DR|175.00 CR", "09 Jun 2026|Tea|5.00 DR|170.00 CR",
    )  # fmt: skip
    found = read(*BANK, *(savings + loan if swapped else loan + savings))
    classes = {one.account.number: one.account.account_class for one in found.accounts}
    assert classes == {"11112222": AccountClass.MORTGAGE, "33334444": AccountClass.SAVINGS}


def card(closing: str, grocer: str, total: str, title: str = "Credit card statement") -> tuple[str, ...]:
    return (
        *AMERICAN, title, "Account number 4444555566", "Previous balance||$500.00", f"New balance||{closing}",
        "Payments and deposits", "06/05/2026|Payment|$200.00", "06/09/2026|Payment|$100.00", "Total payments and deposits||$300.00",
        "Purchases", f"06/07/2026|Grocer|{grocer}", "06/11/2026|Fuel|$180.00", f"Total purchases||{total}",
    )  # fmt: skip


def test_a_card_whose_month_nets_to_zero_is_not_money_held() -> None:
    assert "money held, or money owed" in why(*card("$500.00", "$120.00", "$300.00"))
    assert read(*card("$520.00", "$140.00", "$320.00")).closing == -52000
    assert read(*card("$500.00", "$120.00", "$300.00", "Everyday account")).closing == 50000


def account_in_sections(day: str, balance: str, *, rest: str = "/2026") -> tuple[str, ...]:
    return (
        *AMERICAN, "Account number 4444555566", "Beginning balance||$500.00", "Ending balance||$560.00",
        "Deposits", f"06/15{rest}|Pay|$200.00", f"06/19{rest}|Gift|$100.00", "Total deposits||$300.00",
        "Withdrawals", f"06/17{rest}|Grocer|$140.00", f"06/21{rest}|Fuel|$100.00", "Total withdrawals||$240.00",
        "Daily ending balance", f"{day}||{balance}", f"06/15{rest}||$700.00", f"06/21{rest}||$560.00",
    )  # fmt: skip


def test_a_list_of_balances_begins_with_the_first_day_of_the_period() -> None:
    assert read(*account_in_sections("06/01", "$500.00", rest="")).closing == 56000
    assert why(*account_in_sections("06/01", "$501.00", rest=""))


def test_one_order_of_days_that_is_refused_leaves_the_other() -> None:
    """All days can be both; balances of days hold in one order only."""
    lines = (
        "Example Bank, Member FDIC", "Account number 4444555566", "Beginning balance||$500.00", "Ending balance||$560.00",
        "Deposits", "01/05/2026|Pay|$200.00", "03/06/2026|Gift|$100.00", "Total deposits||$300.00",
        "Withdrawals", "02/03/2026|Grocer|$140.00", "04/05/2026|Fuel|$100.00", "Total withdrawals||$240.00",
        "Daily ending balance", "01/05/2026||$700.00", "02/03/2026||$560.00", "03/06/2026||$660.00", "04/05/2026||$560.00",
    )  # fmt: skip
    assert [row.posted for row in read(*lines).transactions][-1] == date(2026, 4, 5)


UNENDED = (*BANK, "Account number 11112222", "Opening balance||$500.00", HEADER, *ROWS)


def test_a_print_without_a_closing_balance_ends_with_a_row_that_has_room_below_it() -> None:
    found = read(*UNENDED)
    assert (found.closing, len(found.transactions), found.certificate.facts[-1].what) == (100000, 4, ROOM_BELOW)


@pytest.mark.parametrize(
    "end",
    [
        ("", "", "Page total debits||||$500.00", "Page total credits||||$1,000.00"),
        ("", "", "Continued overleaf"),
        ("", "", "Balance carried forward to next page"),
    ],
)
def test_a_print_that_says_that_more_follows_is_refused(end: tuple[str, ...]) -> None:
    assert "no closing balance" in why(*UNENDED, *end)


CARRIED = ("|Balance carried forward||1,000.00", "|Übertrag||1,000.00", "||C/F BALANCE|1,000.00")


@pytest.mark.parametrize("line", CARRIED)
def test_a_balance_that_is_carried_forward_ends_no_print_behind_which_a_page_may_be_missing(line: str) -> None:
    early = (*UNENDED[:-1], UNENDED[-1].replace("30 Jun", "29 Jun"))
    assert "no closing balance" in why(*early, line)
    assert read(*UNENDED, line).closing == 100000
    assert read(*early, line, "", "", "Closing balance||||$1,000.00").closing == 100000


def test_a_print_of_one_page_whose_last_row_is_not_of_the_last_day_is_refused() -> None:
    assert "no closing balance" in why(*UNENDED[:-1], UNENDED[-1].replace("30 Jun", "29 Jun"))


def test_a_print_whose_rows_reach_the_bottom_of_the_page_is_refused() -> None:
    """Others may have stood on the next page, even of the last day of the period."""
    assert "no closing balance" in why(*UNENDED, top=640)


def test_a_print_whose_last_row_is_far_from_the_end_of_the_period_is_refused() -> None:
    early = [f"{place:02} Jun{row[6:]}" for place, row in enumerate(ROWS, 3)]
    assert "no closing balance" in why(*UNENDED[: -len(ROWS)], *early)


@pytest.mark.parametrize("place", range(len(ROWS)))
def test_a_changed_row_of_a_print_without_a_closing_balance_is_refused(place: int) -> None:
    row = ROWS[place]
    for worse in (row.replace("0.00|", "1.00|"), row.replace("0|", "0|1", 1), row[:-4] + "9.00"):
        assert worse != row
        assert why(*UNENDED[: 5 + place], worse, *UNENDED[6 + place :])


@pytest.mark.parametrize("place", range(len(ROWS) - 1))
def test_a_row_that_is_missing_before_the_last_is_refused(place: int) -> None:
    assert why(*UNENDED[: 5 + place], *UNENDED[6 + place :])


def test_totals_of_all_rows_or_a_closing_balance_make_a_print_whole() -> None:
    top = *BANK, "Account number 11112222", "Opening balance||$500.00"
    for end in (("Total debits||||$500.00", "Total credits||||$1,000.00"), ("Closing balance||||$1,000.00",)):
        found = read(*top, HEADER, *ROWS, "", "", *end)
        assert (found.closing, found.period) == (100000, (date(2026, 6, 1), date(2026, 6, 30)))
