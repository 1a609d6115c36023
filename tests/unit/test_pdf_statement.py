"""Statements of every shipped layout are read to exactly their rows, or refused with the right one of the four answers and a place."""

from __future__ import annotations

import pickle
import random
from collections import Counter
from dataclasses import replace
from datetime import date

import pytest

from bowerbird import codes
from bowerbird.model.account import AccountClass
from bowerbird.model.connection import Method
from bowerbird.plugins.institutions import load
from bowerbird.plugins.registry import statement_layouts
from bowerbird.statements.pdf.issuers import UNKNOWN_INSTITUTION, known_issuers
from bowerbird.statements.pdf.proven import ProvenStatement
from bowerbird.statements.pdf.statement import read_pdf
from bowerbird.statements.pdf.task import read_or_search
from bowerbird.statements.pdf.words import read_words
from bowerbird.statements.refusal import Broken, StatementRefused
from tests.statement_factory.catalogue import PRINTERS, specimen
from tests.statement_factory.corrupter import rows_swapped
from tests.statement_factory.pdf_canvas import Expected, Item, Manner, Specimen, Text, drawn

LAYOUTS = statement_layouts()
COMMBANK = "AU04301"


def rows_of(statement: ProvenStatement) -> list[Expected]:
    return [Expected(row.posted or date.min, row.amount, row.description, row.balance, row.made) for row in statement.transactions]


def assert_read(printed: Specimen, manner: Manner = "plain") -> ProvenStatement:
    statement = read_pdf(printed.pdf(manner), printed.institution, LAYOUTS)
    assert rows_of(statement) == list(printed.expected)
    assert (statement.layout_id, statement.period) == (printed.layout, printed.period)
    assert (statement.opening, statement.closing, statement.account.balance) == (printed.opening, printed.closing, printed.closing)
    return statement


def refusal(items: tuple[Item, ...], institution: str = COMMBANK) -> StatementRefused:
    with pytest.raises(StatementRefused) as refused:
        read_pdf(drawn(items), institution, LAYOUTS)
    return refused.value


def of_product(printed: Specimen, product: str) -> tuple[Item, ...]:
    """A CommBank deposit statement of another product: the one text in bold is its name."""
    return tuple(
        replace(item, text=replace(item.text, text=product)) if item.text.font.endswith("Bold") else item
        for item in printed.items
        if not item.text.text.endswith("helps you with the money of every day.")
    )


@pytest.mark.parametrize("seed", [0, 1, 7])
@pytest.mark.parametrize("layout", PRINTERS)
def test_a_statement_is_read_to_exactly_its_rows(layout: str, seed: int) -> None:
    """Seed 1 runs over a new year, seed 7 holds no transaction."""
    assert_read(specimen(layout, seed))


@pytest.mark.slow
@pytest.mark.parametrize("manner", ["plain", "shuffled", "letters"])
@pytest.mark.parametrize("layout", PRINTERS)
def test_statements_are_read_however_they_are_drawn(layout: str, manner: Manner) -> None:
    for seed in range(100, 108 if manner == "letters" else 130):
        assert_read(specimen(layout, seed), manner)


@pytest.mark.slow
def test_two_hundred_pages_are_read() -> None:
    printed = specimen("cba.deposit.2017", 3, 3_000)
    assert printed.pages >= 200
    assert len(assert_read(printed).certificate.facts) > 2_800


@pytest.mark.soak
@pytest.mark.parametrize("layout", PRINTERS)
def test_a_thousand_statements_are_read(layout: str) -> None:
    for seed in range(1_000, 2_000):
        assert_read(specimen(layout, seed))


def test_the_account_is_described() -> None:
    printed = specimen("cba.deposit.2017", 0)
    account = assert_read(printed).account
    assert account.bsb is not None
    assert (account.bsb[:2], len(account.number), account.number[:6], account.currency) == ("06", 14, account.bsb, "AUD")
    assert account.account_class in {AccountClass.TRANSACTION, AccountClass.SAVINGS}
    assert (account.last_updated and account.last_updated.date()) == printed.period[1]
    assert account.holder


def test_a_whole_card_number_is_not_kept() -> None:
    account = assert_read(specimen("cba.card.2017", 0)).account
    assert account.number[:12] == "x" * 12
    assert account.account_class is AccountClass.CREDIT_CARD


def test_the_certificate_lists_what_was_proved() -> None:
    statement = assert_read(specimen("ing.deposit.2021", 0))
    kinds = [fact.what for fact in statement.certificate.facts]
    assert {kind: kinds.count(kind) for kind in kinds} == {
        "opening": 1, "running balance": len(statement.transactions), "closing": 1, "total debits": 1, "total credits": 1,
    }  # fmt: skip
    assert str(statement.certificate) == f"{len(kinds)} facts proved"


# ── Refusals, in the order in which they are looked for ──────────────────────────────────────────────────────────────────────


def texts(*lines: str) -> tuple[Item, ...]:
    return tuple(Item(0, 60 + 14 * row, row, None, Text(50, line)) for row, line in enumerate(lines))


ABN = "Commonwealth Bank of Australia ABN 48 123 123 124"


@pytest.mark.parametrize(
    ("items", "institution", "entry", "reason"),
    [
        (texts("A letter from a stranger"), COMMBANK, codes.STATEMENT_INVALID, "no known bank has printed this"),
        (
            texts("Transaction Summary v2.1", "Date Transaction details Amount Balance", "The CommBank Team", ABN), COMMBANK,
            codes.STATEMENT_INVALID, "a document of Commonwealth Bank of Australia that is not a statement",
        ),
        (
            texts("This provisional list is not a statement of account", "ABN 12 004 044 937"), "AU01001",
            codes.STATEMENT_INVALID, "a document of National Australia Bank that is not a statement",
        ),
        (
            specimen("westpac.deposit.2025", 0).items, COMMBANK,
            codes.STATEMENT_NOT_SUPPORTED, "printed by Westpac Banking Corporation, uploaded for AU04301",
        ),
        (
            specimen("bankwest.deposit.2022", 0).items, COMMBANK,
            codes.STATEMENT_NOT_SUPPORTED, "printed by Bankwest, uploaded for AU04301",
        ),
        (
            texts("suncorpbank.com.au", "Statement"), COMMBANK, codes.STATEMENT_NOT_SUPPORTED,
            "printed by Suncorp, uploaded for AU04301",
        ),
        (
            of_product(specimen("cba.deposit.2017", 2), "Moonshot Account"), COMMBANK, codes.STATEMENT_NEW_PRODUCT,
            "the product is not mapped: Moonshot Account",
        ),
        (texts("Your Statement", ABN), COMMBANK, codes.STATEMENT_PARSING_ERROR, "none of the institution's layouts fits"),
    ],
)  # fmt: skip
def test_a_document_is_refused(items: tuple[Item, ...], institution: str, entry: codes.Entry, reason: str) -> None:
    refused = refusal(items, institution)
    assert (refused.entry, refused.reason) == (entry, reason)


def test_a_bank_without_a_layout_is_not_supported() -> None:
    with pytest.raises(StatementRefused) as refused:
        read_pdf(specimen("cba.deposit.2017", 0).pdf(), COMMBANK, [layout for layout in LAYOUTS if layout.institution != COMMBANK])
    assert refused.value.entry is codes.STATEMENT_NOT_SUPPORTED


def test_a_broken_fact_is_named() -> None:
    printed = specimen("cba.deposit.2017", 0)
    third = next(item for item in printed.items if item.row == 2 and item.text.column == "balance")
    spoiled = tuple(replace(item, text=replace(item.text, text="$1.00 CR")) if item is third else item for item in printed.items)
    broken = refusal(spoiled).broken
    assert broken == Broken(1, broken.row if broken else 0, "running balance", "1.00", f"{(printed.expected[2].balance or 0) / 100:.2f}")


def test_a_refusal_survives_the_way_out_of_another_process() -> None:
    refused = refusal(texts("A letter from a stranger"))
    again = pickle.loads(pickle.dumps(refused))
    assert (again.reason, again.broken, str(again)) == (refused.reason, refused.broken, str(refused))
    assert refused.reason not in str(refused)


def extra(printed: Specimen, *wanted: Text, row: int = 1, below: float = 0) -> tuple[Item, ...]:
    """The statement with texts added on the last line of one of its rows, or below it."""
    last = [item for item in printed.items if item.row == row][-1]
    return (*printed.items, *(replace(last, y=last.y + below, text=text) for text in wanted))


def test_undated_interest_stands_below_all_dated_rows() -> None:
    """Else it would take the day of the row it stands below."""
    swapped = rows_swapped(random.Random("two rows swapped 1015"), specimen("cba.card.2017", 1015, 18))
    broken = refusal(swapped or ()).broken
    assert broken is not None
    assert broken.what == "a dated row below undated ones"


@pytest.mark.parametrize(
    ("layout", "institution", "wanted", "below", "what"),
    [
        ("cba.deposit.2017", COMMBANK, Text(300, "12.34", "right"), 0, None),  # money in a description is text
        ("cba.deposit.2017", COMMBANK, Text(388, "12.34", "right"), 5, "a figure that belongs to no row"),
        ("ing.deposit.2021", "AU00201", Text(465, "12.34", "right"), 5, "a figure that belongs to no row"),
        ("bankwest.deposit.2022", "AU00401", Text(550, "$12.34", "right"), 3, "a second figure under balance"),
        ("westpac.deposit.2025", "AU14201", Text(428, "12.34", "right"), 0, "the figure 12.34 stands under no column"),
        ("westpac.deposit.2025", "AU14201", Text(430, "A12.34", "right"), 0, "the word A12.34 holds money and is no figure"),
    ],
)
def test_money_that_nothing_explains_is_refused(layout: str, institution: str, wanted: Text, below: float, what: str | None) -> None:
    items = extra(specimen(layout, 4), wanted, below=below)
    if what is None:
        assert len(read_pdf(drawn(items), institution, LAYOUTS).transactions) > 1
    else:
        broken = refusal(items, institution).broken
        assert broken is not None
        assert broken.what == what


def test_every_bank_of_the_catalogue_is_known_by_what_it_prints() -> None:
    known = {issuer.origin for issuer in known_issuers()}
    assert {bank.origin for bank in load() if not (bank.sandbox or bank.disabled) and bank.channel(Method.PDF)} <= known


def test_an_unknown_product_of_a_guessed_bank_is_read_without_a_layout_and_of_a_named_one_is_refused() -> None:
    """Whose layout it is, is guessed with the bank; a sum that is wrong refuses either way."""
    printed = specimen("cba.deposit.2017", 2)
    items = of_product(printed, "Moonshot Account")
    found, finding = read_or_search(read_words(drawn(items)), UNKNOWN_INSTITUTION, LAYOUTS, {}, searches=True)
    assert Counter((row.posted, row.amount) for row in found.transactions) == Counter((row.day, row.amount) for row in printed.expected)
    assert finding.new == "layout"
    third = next(item for item in items if item.row == 2 and item.text.column == "balance")
    spoiled = drawn(tuple(replace(item, text=replace(item.text, text="$1.00 CR")) if item is third else item for item in items))
    for institution, data in ((COMMBANK, drawn(items)), (UNKNOWN_INSTITUTION, spoiled)):
        with pytest.raises(StatementRefused):
            read_or_search(read_words(data), institution, LAYOUTS, {}, searches=True)
