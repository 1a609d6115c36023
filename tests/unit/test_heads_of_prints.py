"""What the head of a print says of its account: number, currency and product, and what is missing where it is refused."""

from __future__ import annotations

import pytest

from bowerbird.model.account import AccountClass
from bowerbird.statements.pdf.task import read_or_search
from bowerbird.statements.pdf.words import read_words
from bowerbird.statements.refusal import StatementRefused
from tests.statement_factory.pdf_canvas import page_of_lines
from tests.unit.test_prints_of_several import read, why

TABLE = (
    "Date|Text|Amount|Balance", "|Opening balance||500,00", "02.06.2026|Loon|300,00|800,00", "14.06.2026|Huur|-100,00|700,00",
    "20.06.2026|Brood|-20,00|680,00", "|Closing balance||680,00",
)  # fmt: skip
POINTS = tuple(line.replace(",", ".") for line in TABLE[:2]) + (
    "02/06/26|STATEMENT VISA PURCHASE|300.00|800.00", "14/06/26|Rent|-100.00|700.00", "20/06/26|Bread|-20.00|680.00",
    "30/06/26|Closing balance||680.00",
)  # fmt: skip


@pytest.mark.parametrize(
    ("printed", "number"),
    [
        ("IBAN NL24 POLD 0588 7141 19", "NL24POLD0588714119"),
        ("IBAN: IT60X3608105138149703637353", "IT60X3608105138149703637353"),
        ("Zichtrekening BE51 4292 3194 4533 munt EUR", "BE51429231944533"),
        ("Numer rachunku 16 1140 2004 0000 7289 4501 7343", "16114020040000728945017343"),
        ("Ref NL24 POLD 0588 7141 19", "unknown"),
        ("IBAN NL24 POLD 0588 7141", "unknown"),
    ],
)
def test_a_number_in_the_form_of_an_iban_behind_a_label_is_the_accounts(printed: str, number: str) -> None:
    """Its check digits do not hold: without a label it would be no account's."""
    assert read("Voorbeeldbank", printed, "01.06.2026 - 30.06.2026 EUR", *TABLE).account.number == number


def test_a_number_stands_below_its_label() -> None:
    head = "Example Bank Australia", "eStatement||BSB Account Number", "MS BRIGGS||032-295 837589", "1 June 2026 - 30 June 2026"
    found = read(*head, *POINTS).account
    assert (found.number, found.product, found.account_class) == ("032295837589", "Account", AccountClass.UNKNOWN)


def test_what_stands_below_another_label_or_beside_the_label_is_no_number() -> None:
    head = "Example Bank Australia", "eStatement||Your account", "MS BRIGGS||1300 123 456", "1 June 2026 - 30 June 2026"
    assert read(*head, *POINTS).account.number == "unknown"
    head = "Example Bank Australia", "Account Number", "MS BRIGGS||1300 123 456", "1 June 2026 - 30 June 2026"
    assert read(*head, *POINTS).account.number == "unknown"


def test_a_heading_names_no_product() -> None:
    lines = ("Example Bank Australia", "1 June 2026 - 30 June 2026", "Account 11112222", "No.|Cheque|Amount|Balance", *POINTS)
    assert read(*lines).account.product == "Account"
    assert read("Cheque Account", *lines).account.product == "Cheque Account"


EUROS = ("Banque Exemple", "Compte n° 01298580773{}", "01.06.2026 - 30.06.2026")
HEADINGS = "Date|Text|Débit {}|Crédit {}"
SIDES = (
    "|SOLDE CREDITEUR AU 31/05/2026||500,00", "02.06.2026|SALAIRE||300,00", "14.06.2026|LOYER|100,00", "20.06.2026|PAIN|20,00",
    "|TOTAL DES OPERATIONS|120,00|300,00", "|SOLDE CREDITEUR AU 30/06/2026||680,00",
)  # fmt: skip


def euros(account: str, heading: str, *tail: str) -> tuple[str, ...]:
    return (EUROS[0], EUROS[1].format(account), EUROS[2], HEADINGS.format(heading, heading), *SIDES, *tail)


@pytest.mark.parametrize(("account", "heading"), [(" en euros", ""), ("", "EUROS"), ("", "(euros)"), ("", "en euro")])
def test_euros_are_named_by_a_heading_or_the_text_of_the_account(account: str, heading: str) -> None:
    assert read(*euros(account, heading)).account.currency == "EUR"


def test_euros_of_a_capital_or_beside_another_account_are_not_the_accounts() -> None:
    assert "the currency is not printed" in why(*euros("", "", "Capital social 10.000 euros"))
    assert "EUR or GBP" in why(*euros(" en euros", "", "Sort code 20-99-17"))


@pytest.mark.parametrize("number", ["Account number: 06-0696-0876709-46", "Free Up account 38-9218-0291265-00"])
def test_the_form_of_a_number_tells_the_country(number: str) -> None:
    head = "Kauri Trust Bank", "1 June 2026 to 30 June 2026"
    assert read(*head, number, *POINTS).account.currency == "NZD"
    assert "the currency is not printed" in why(*head, number, *POINTS, "Foreign currency account")
    assert "the currency is not printed" in why(*head, "Transfer to 06-0696-0876709-46", "Account number: 11112222", *POINTS)


def test_a_period_with_a_short_year_behind_a_stroke_gives_the_rows_their_year() -> None:
    rows = ("Text|Date|Amount|Balance", "STARTING BALANCE|JUN01||500.00", "Pay|JUN02|300.00|800.00", "Rent|JUN14|-100.00|700.00",
            "Bread|JUN20|-20.00|680.00", "CLOSING BALANCE|JUN30||680.00")  # fmt: skip
    head = "Example Trust", "Account No. 5261-5260113", "JUN 01/26 - JUN 30/26", "GST/HST Registration 000000000"
    found = read(*head, *rows)
    assert (found.account.currency, [row.posted.day for row in found.transactions if row.posted]) == ("CAD", [2, 14, 20])
    assert "have no year" in why(head[0], head[1], head[3], *rows)


def test_a_refusal_says_nothing_of_the_forms_that_layouts_have() -> None:
    lines = ("Example Bank USD", "Account number 11112222", "June 2026", "Date|Text|Amount", "4 Jun 2026|Fee|22.91", "9 Jun 2026|Pay|20.99")
    assert why(*lines, "12 Jun 2026|Pay|1.99").partition(",")[0] == "read by arithmetic: no balance stands on the rows"


def test_a_bank_that_is_not_named_has_no_id_in_the_refusal() -> None:
    with pytest.raises(StatementRefused) as refused:
        read_or_search(
            read_words(page_of_lines("Example Bank", "Date|Text|Amount", "4 Jun 2026|Fee|22.91")), "AU00000", (), {}, searches=True
        )
    assert refused.value.reason.startswith("no layout of its bank is known; read by arithmetic: ")
    assert "without a layout" not in refused.value.reason
