"""The number that a print's account has: what else is printed beside the word account is none."""

from __future__ import annotations

import pytest

from bowerbird.statements.pdf.lines import lines_of
from bowerbird.statements.pdf.words import read_words
from bowerbird.statements.search.anchors import account_of
from tests.statement_factory.pdf_canvas import page_of_lines
from tests.unit.test_prints_of_several import BANK, HEADER, ROWS, read

POINTS = (HEADER, "01 Jun 2026|Opening balance||500.00", *ROWS)
OWN = "Account number 11112222"


def number(*head: str) -> str:
    return read(*BANK, *head, *POINTS).account.number


@pytest.mark.parametrize(
    "head",
    [
        "Account ending 54129", "Account number ending 4521", "Your account ends with 4321", "Account opened 2019", "Account closed 2026",
        "Account fee 1234", "Account summary 2026", "Account holder since 2012", "Account manager 02 9876 5432",
        "Account enquiries 1300 123 456", "Account statement 0617 2026", "Account group 1234 5678", "Konto-Auszug 06/2026",
        "Bank account for payments 0123456789", "Pay into account 44445555", "Linked account 99998888", "Direct debit account 33334444",
        "Linked account number 99998888", "For payments to us IBAN DE89 3704 0044 0532 0130 00",
    ],
)  # fmt: skip
def test_another_number_beside_the_word_account_is_not_the_accounts(head: str) -> None:
    assert number(head) == "unknown"
    assert number(head, OWN) == "11112222"


@pytest.mark.parametrize("head", [OWN, "Account 11112222", "Everyday account: 11112222", "Compte courant n° 11112222", "Konto 11112222"])
def test_a_label_that_ends_with_the_account_has_its_number(head: str) -> None:
    assert number(head) == "11112222"


def test_the_number_below_its_own_label_is_read_though_another_stands_beside() -> None:
    assert number("Customer number|Account number", "12345678|11112222") == "11112222"


@pytest.mark.parametrize("other", ["Linked account number 99998888", "Membership number 5566 7788", "Nominated account number: 33334444"])
def test_a_proposed_layout_takes_the_label_of_the_account_and_no_other(other: str) -> None:
    for head in ((other, OWN), (OWN, other)):
        (page,) = read_words(page_of_lines(*head, top=60))
        found = account_of(lines_of(page))
        assert found is not None
        assert found[0].label == "Account number"
