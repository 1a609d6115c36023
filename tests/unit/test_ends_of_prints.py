"""Prints that say otherwise than by a closing balance that no row is missing, and what else a fourth unseen set of prints asked for."""

from __future__ import annotations

import pytest

from bowerbird.statements.arithmetic.printed_sums import Decimals, sums_in
from bowerbird.statements.arithmetic.room import COUNTED, DATED
from tests.unit.test_prints_of_several import AMERICAN, BANK, HEADER, ROWS, read, sums, why

EARLY = (*ROWS[:-1], ROWS[-1].replace("30 Jun", "20 Jun").replace("Fuel", "Oil"))
NEWEST = (
    "20 Jun 2026|Fuel|-80.00|1,000.00", "10 Jun 2026|Salary|1,000.00|1,080.00", "03 Jun 2026|Coffee|-20.00|80.00",
    "01 Jun 2026|Opening balance||100.00",
)  # fmt: skip


def test_pages_that_are_counted_and_all_in_the_file_end_a_print() -> None:
    head = *BANK, "Account number 11112222", "Page 1 of 1", HEADER
    found = read(*head, *NEWEST)
    assert (found.opening, found.closing, found.certificate.facts[-1].what) == (10000, 100000, COUNTED)


@pytest.mark.parametrize("page", ["Page 1", "P. 1/1", "Page 1 of 2", "Page 2 of 2"])
def test_pages_that_are_not_counted_or_not_all_here_end_none(page: str) -> None:
    assert why(*BANK, "Account number 11112222", page, HEADER, *NEWEST)


def test_two_numbers_that_end_the_first_line_of_a_page_count_it() -> None:
    """A balance of the day before the first row would else open the print."""
    lines = *BANK[1:], "Account number 11112222", HEADER, "20 Jun 2026|Balance||500.00", *ROWS[2:3], "29 Jun 2026|Closing balance||100.00"
    assert "page 1 of 2" in why("Example Bank Australia||2/2", *lines)


@pytest.mark.parametrize("counter", ["1/1", "1 of 1"])
def test_one_of_one_that_names_no_page_may_count_copies_and_ends_no_print(counter: str) -> None:
    """It stands on each of several pages too."""
    head = *BANK, "Account number 11112222", HEADER
    assert "no closing balance" in why(*head, *NEWEST, f"Example Bank||{counter}")
    assert "no closing balance" in why(*head, *NEWEST, "Page 1", f"Example Bank||{counter}")


def test_a_page_that_is_named_goes_before_two_other_numbers() -> None:
    lines = *BANK, "Account number 11112222", HEADER, "20 Jun 2026|Balance brought forward||480.00", *ROWS[1:]
    closed = *lines, "30 Jun 2026|Closing balance||1,000.00"
    assert "page 1 " in why(*closed, "Page 2", "Example Bank||1/1")
    assert "page 1 of 3" in why(*closed, "Page 2", "Example Bank||2/3")


def carried(day: str) -> tuple[str, ...]:
    first = "01 Jun 2026|Balance brought forward||500.00"
    return (*BANK, "Account number 11112222", HEADER, first, *ROWS[:-2], f"{day}|Balance carried forward||1,480.00")


def test_a_carried_balance_of_the_last_day_of_the_period_closes_it() -> None:
    found = read(*carried("30 Jun 2026"))
    assert (found.closing, found.certificate.facts[-1].what) == (148000, DATED)


@pytest.mark.parametrize("day", ["10 Jun 2026", "29 Jun 2026", ""])
def test_a_carried_balance_of_another_day_or_none_closes_nothing(day: str) -> None:
    assert "no closing balance" in why(*carried(day))


def test_stars_before_a_figure_are_no_part_of_it() -> None:
    assert [found.cents for found in sums_in("*1,234.50 ***12.00CR (*3.00)", Decimals.POINT)] == [123450, 1200]


ITALIAN = (
    "BANCA ESEMPIO", "Estratto conto al 30.06.2026 - Conto corrente 1000/00012345", "Data|Descrizione|Addebiti|Accrediti",
    "31.05.2026|Saldo iniziale||500,00", "02.06.2026|Stipendio||300,00", "14.06.2026|Affitto|100,00", "20.06.2026|Pane|20,00",
    "|Totale|120,00|300,00", "30.06.2026|Saldo finale||680,00",
)  # fmt: skip


def test_the_capital_of_an_italian_bank_is_in_its_accounts_currency_where_no_other_is_named() -> None:
    found = read(*ITALIAN, "Capitale sociale Euro 10.000.000,00")
    assert (found.account.currency, found.account.number) == ("EUR", "100000012345")
    assert "currency" in why(*ITALIAN)
    assert "currency" in why(*ITALIAN, "Capitale sociale Euro 10.000.000,00", "Conto in franchi: cambio in pounds")


def dollars(words: str, foot: str = "") -> tuple[str, ...]:
    head = "Example Bank", "Statement period 1 June 2026 to 30 June 2026", "Account number 11112222", "Opening balance||||$500.00"
    return (*head, HEADER, f"03 Jun 2026|{words}|-20.00|480.00", *ROWS[1:], "Closing balance||||$1,000.00", foot)


def test_a_network_of_one_country_says_whose_dollars_they_are() -> None:
    assert read(*dollars("BPAY Water 1234")).account.currency == "AUD"
    assert read(*dollars("Zelle payment to Sam")).account.currency == "USD"
    assert "currency" in why(*dollars("Zelle the baker"))
    assert "currency" in why(*dollars("BPAY Water 1234", "Foreign currency account"))


def test_the_title_of_an_account_may_end_in_its_number() -> None:
    rows = "06/03/2026|Coffee|-20.00|480.00", "06/10/2026|Salary|1,000.00|1,480.00"
    one = ("360 Checking - 36000011112", HEADER, "06/01/2026|Opening balance||500.00", *rows, "06/30/2026|Closing balance||1,480.00")
    more = "06/05/2026|Gift|100.00|100.00", "06/20/2026|Toy|-40.00|60.00"
    two = ("360 Savings - 36000022223", HEADER, "06/01/2026|Opening balance||0.00", *more, "06/30/2026|Closing balance||60.00")
    assert sums(read(*AMERICAN, "", *one, "", *two)) == [("36000011112", 50000, 148000, 2), ("36000022223", 0, 6000, 2)]


def card(payment: str, purchases: str) -> tuple[str, ...]:
    return (
        *AMERICAN, "Account number: 12345678", "Previous balance||$500.00", "Payment, Credits||-$100.00", "Purchases||+$70.00",
        "Interest charged||+$5.00", "New balance||$475.00", "Minimum payment due||$40.00",
        "PAYMENTS AND OTHER CREDITS", "Date|Description|||Amount", f"06/07/2026|Thank you|||{payment}",
        purchases, "Date|Description|||Amount", "06/09/2026|Grocer|||30.00", "06/15/2026|Fuel|||40.00",
        "INTEREST CHARGED", "Date|Description|||Amount", "06/30/2026|Interest|||5.00",
    )  # fmt: skip


def test_sections_of_a_card_say_that_its_balance_is_owed() -> None:
    found = read(*card("-100.00", "PURCHASE"))
    assert (found.opening, found.closing) == (-50000, -47500)
    assert [row.amount for row in found.transactions] == [10000, -3000, -4000, -500]
    assert why(*card("-100.01", "PURCHASE"))
    assert why(*card("-100.00", "CREDITS"))


def test_a_balance_from_the_previous_statement_is_no_row() -> None:
    found = read("Example Bank plc", "Card number: 5434 4520 9294 9189", "Statement date 30 June 2026", "Previous balance||£500.00",
                 "Payments and credits||£100.00CR", "Purchases||£70.00", "New balance||£470.00", "Credit limit||£900.00",
                 "Received|Details|||Amount", "|Balance from previous statement|||500.00", "07 JUN|Payment|||100.00CR",
                 "09 JUN|Grocer|||30.00", "15 JUN|Fuel|||40.00", "|New balance|||470.00")  # fmt: skip
    assert (found.opening, found.closing, len(found.transactions)) == (-50000, -47000, 3)
