"""Prints of which a page is missing, by its number or where its first balance is brought forward; and loans that are paid off."""

from __future__ import annotations

import pytest

from bowerbird.statements.pdf.words import read_words
from bowerbird.statements.refusal import StatementRefused
from bowerbird.statements.search.without_layout import read_without_layout
from tests.statement_factory.pdf_canvas import Item, Text, drawn
from tests.unit.test_prints_of_several import read, why

SPANISH = ("Caja Ejemplo", "Cuenta 11112222 EUR", "Del 01.06.2026 al 30.06.2026")
HEADER = "Fecha|Concepto|Importe|Saldo"
DAYS = (
    ("01.06.26|Nomina|300,00|800,00", "02.06.26|Alquiler|-100,00|700,00", "03.06.26|Pan|-20,00|680,00"),
    ("10.06.26|Nomina|300,00|980,00", "11.06.26|Alquiler|-100,00|880,00", "12.06.26|Pan|-20,00|860,00"),
    ("18.06.26|Nomina|300,00|1.160,00", "24.06.26|Alquiler|-100,00|1.060,00", "30.06.26|Pan|-20,00|1.040,00"),
)
BALANCES = ("500,00", "680,00", "860,00", "1.040,00")


def page(number: int, label: str = "") -> list[str]:
    """A page of three of one account; its number is printed where `label` has a place for it."""
    begin = "SALDO INICIAL" if number == 1 else "SUMA ANTERIOR"
    end = "SALDO FINAL" if number == 3 else "SUMA Y SIGUE"
    numbered = [label.format(number)] if label else []
    return [*SPANISH, *numbered, HEADER, f"|{begin}||{BALANCES[number - 1]}", *DAYS[number - 1], f"|{end}||{BALANCES[number]}"]


def of_pages(*pages: list[str]) -> bytes:
    """A PDF of pages, the texts of whose lines are parted by bars."""
    return drawn(
        tuple(
            Item(number, 60 + 14 * row, row, None, Text(x, text, "right" if place > 1 else "left"))
            for number, lines in enumerate(pages)
            for row, line in enumerate(lines)
            for place, (x, text) in enumerate(zip((50, 130, 430, 520), line.split("|"), strict=False))
            if text
        )
    )


def why_of(*pages: list[str]) -> str:
    with pytest.raises(StatementRefused) as refused:
        read_without_layout(read_words(of_pages(*pages)))
    return refused.value.reason


LABELS = (
    "Pág. {} de 3", "Page {} of 3", "Seite {} von 3", "Página {} de 3", "Pagina {} di 3", "Side {} af 3", "Strona {} z 3", "Blatt {}/3",
    "{} / 3", "{} of 3", "Auszug 6 Seite: {} / 3",
)  # fmt: skip


@pytest.mark.parametrize("label", ["", *LABELS, "Page {}"])
def test_a_whole_print_is_read(label: str) -> None:
    found = read_without_layout(read_words(of_pages(page(1, label), page(2, label), page(3, label))))
    assert (found.opening, found.closing, len(found.transactions)) == (50000, 104000, 9)


@pytest.mark.parametrize("label", LABELS)
@pytest.mark.parametrize("there", [(1, 2), (1, 3), (2, 3), (1,), (2,), (3,)])
def test_the_page_that_is_missing_by_its_number_is_named(label: str, there: tuple[int, ...]) -> None:
    missing = min({1, 2, 3} - set(there))
    assert why_of(*(page(number, label) for number in there)) == f"page {missing} of 3 is not in this file"


def test_a_first_or_middle_page_is_missing_where_no_page_says_how_many_there_are() -> None:
    assert why_of(page(2, "Page {}"), page(3, "Page {}")) == "page 1 is not in this file"
    assert why_of(page(1, "Page {}"), page(3, "Page {}")) == "page 2 is not in this file"


@pytest.mark.parametrize("there", [(2, 3), (3,)])
@pytest.mark.parametrize("label", ["SUMA ANTERIOR", "Balance brought forward", "Übertrag", "Solde précédent", "Report"])
def test_a_balance_that_is_brought_forward_long_after_the_period_begins_is_no_opening_one(label: str, there: tuple[int, ...]) -> None:
    pages = [[line.replace("SUMA ANTERIOR", label) for line in page(number)] for number in there]
    assert "no page is missing before" in why_of(*pages)


def test_a_balance_that_is_brought_forward_opens_a_print_that_shows_its_beginning() -> None:
    first = [line.replace("SALDO INICIAL", "SUMA ANTERIOR") for line in page(1)]
    assert read_without_layout(read_words(of_pages(first, page(2), page(3)))).opening == 50000
    dated = [line.replace("|SUMA ANTERIOR", "01.06.26|SALDO ANTERIOR") for line in page(3)]
    assert read_without_layout(read_words(of_pages(dated))).opening == 86000
    numbered = [*page(3)[:3], "Page 1 of 1", *page(3)[3:]]
    assert read_without_layout(read_words(of_pages(numbered))).opening == 86000


def test_the_pages_of_the_first_of_two_accounts_are_missing() -> None:
    last = [line.replace("11112222", "33334444") for line in page(3, "Page {} of 3")]
    assert why_of(last) == "page 1 of 3 is not in this file"


LOAN = ("Example Credit Union, Member FDIC", "{title}", "Statement period 06/01/2026 - 06/30/2026", "Date|Description|{amount}|{balance}")
PAID = (
    "06/01/2026|Beginning balance||10,000.00", "06/13/2026|{words}|-200.00|9,800.00", "06/20/2026|{words}|-300.00|9,500.00",
    "06/29/2026|{words}|-100.00|9,400.00", "06/30/2026|Ending balance||9,400.00",
)  # fmt: skip


def loan(
    title: str = "Auto Loan L1111-02", amount: str = "Amount", balance: str = "Balance", words: str = "Payment by transfer"
) -> list[str]:
    return [line.format(title=title, amount=amount, balance=balance, words=words) for line in (*LOAN, *PAID)]


@pytest.mark.parametrize(
    "lines",
    [
        loan(),
        loan(amount="Principal", words="Transfer"),
        loan("Account 1111-02", balance="Balance owed"),
        loan(title="Autokredit 1111"),
    ],
)
def test_a_loan_that_is_paid_off_is_money_owed(lines: list[str]) -> None:
    found = read(*lines)
    assert (found.opening, found.closing) == (-1000000, -940000)
    assert [row.amount for row in found.transactions] == [20000, 30000, 10000]


def test_payments_in_a_column_of_their_own_are_no_debits_of_a_loan() -> None:
    lines = [line.replace("-", "", 1) if "Transfer" in line else line for line in loan(amount="Payment", words="Transfer payment")]
    assert read(*lines).opening == -1000000


def test_a_loan_of_which_nothing_says_that_it_is_paid_off_is_refused() -> None:
    assert "money held, or money owed" in why(*loan(words="Grocery store"))


def test_an_account_that_is_no_loan_is_money_held() -> None:
    assert read(*loan(title="Share Draft 1111-02")).opening == 1000000
    assert read(*loan(title="Sloane Savings and Loan 1111-02")).opening == 1000000
