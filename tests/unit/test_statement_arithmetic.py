"""Prints of many countries read by their arithmetic alone: to exactly their rows, or refused with what is ambiguous."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace
from datetime import date
from typing import NamedTuple

import pytest

from bowerbird.statements.arithmetic.printed_days import NumberOrder, days_in
from bowerbird.statements.arithmetic.printed_sums import Decimals, Mark, sums_in
from bowerbird.statements.pdf.words import read_words
from bowerbird.statements.refusal import StatementRefused
from bowerbird.statements.search.without_layout import read_without_layout
from tests.statement_factory.around_the_world import world_statement
from tests.statement_factory.corrupter import CORRUPTIONS
from tests.statement_factory.kinds_of_print import KINDS, Kind
from tests.statement_factory.pdf_canvas import Specimen, drawn

BY_NAME = {kind.name: kind for kind in KINDS}


class Read(NamedTuple):
    """Days, sums, words and balances of the rows, and the currency; `why` is the refusal's reason."""

    rows: Counter[tuple[date | None, int, str, int | None]]
    currency: str
    why: str = ""


def read(data: bytes) -> Read:
    try:
        found = read_without_layout(read_words(data))
    except StatementRefused as refused:
        return Read(Counter(), "", refused.reason)
    rows = Counter((row.posted, row.amount, row.description, row.balance) for row in found.transactions)
    return Read(rows, found.account.currency)


def printed(whole: Specimen) -> Counter[tuple[date | None, int, str, int | None]]:
    return Counter((row.day, row.amount, row.description, row.balance) for row in whole.expected)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_a_print_of_any_country_is_read(kind: Kind) -> None:
    for seed, size in ((2, 14), (3, 60)):
        whole = world_statement(kind, seed, size)
        assert read(whole.pdf()) == Read(printed(whole), kind.currency)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_a_spoiled_print_is_never_read_with_a_changed_row(kind: Kind) -> None:
    whole = world_statement(kind, 4, 14)
    for name, corrupt in CORRUPTIONS.items():
        items = corrupt(random.Random(f"{name} {kind.name}"), whole)
        if items and items != whole.items:
            found = read(drawn(items))
            assert found.why or found.rows == printed(whole), name


@pytest.mark.soak
@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_many_prints_and_many_spoiled_ones(kind: Kind) -> None:
    counts: Counter[str] = Counter()
    for seed in range(40):
        whole = world_statement(kind, seed, 18)
        found = read(whole.pdf())
        assert found.why or found == Read(printed(whole), kind.currency), seed
        counts["read"] += not found.why
        for name, corrupt in CORRUPTIONS.items():
            items = corrupt(random.Random(f"{name} {seed}"), whole)
            if items and items != whole.items:
                spoiled = read(drawn(items))
                assert spoiled.why or spoiled.rows == printed(whole), (seed, name)
    assert counts["read"] >= 36


def test_a_balance_in_another_column_is_no_word() -> None:
    """The balance of a row whose day goes on, moved under the credits of which there are none: the rest looks like balances once a day."""
    kind = BY_NAME["CH apostrophe"]
    whole = world_statement(kind, 20, 14)
    items = CORRUPTIONS["a figure in another column"](random.Random(f"a figure in another column 20 {kind.name}"), whole)
    assert items
    assert read(drawn(items)).why


def test_days_whose_order_nothing_tells_are_named_twice() -> None:
    """Days and months up to 12, in a period that is printed the same way."""
    whole = world_statement(BY_NAME["US signed"], 2, 14)
    rows = sorted({item.line for item in whole.items if item.row is not None and item.text.text[2:3] == "/"})
    early = {line: f"01/{min(place, 12):02d}/2025" for place, line in enumerate(rows, 1)}
    items = []
    for item in whole.items:
        text = "01/01/2025 - 01/12/2025" if " - " in item.text.text else item.text.text
        text = early[item.line] if item.text.text[2:3] == "/" and item.line in early else text
        items.append(replace(item, text=replace(item.text, text=text)))
    assert "the day of page 1, row 12 is 2025-02-01 or 2025-01-02" in read(drawn(tuple(items))).why


@pytest.mark.parametrize(
    ("text", "decimals", "cents"),
    [
        ("1,234.56", Decimals.POINT, [123456]),
        ("1.234,56", Decimals.COMMA, [123456]),
        ("1'234.56", Decimals.POINT, [123456]),
        ("1 234,56 €", Decimals.COMMA, [123456]),
        ("2,39,410.94", Decimals.POINT, [23941094]),
        ("¥12,345", Decimals.NONE, [1234500]),
        ("R 1 234.56", Decimals.POINT, [123456]),
        ("4.50% 12:30 1.2.3 12/13", Decimals.POINT, []),
        ("12,345.6", Decimals.POINT, []),
    ],
)
def test_sums_in_the_systems_of_many_countries(text: str, decimals: Decimals, cents: list[int]) -> None:
    assert [found.cents for found in sums_in(text, decimals)] == cents


@pytest.mark.parametrize(
    ("text", "mark"),
    [("12.00-", Mark.MINUS), ("(12.00)", Mark.MINUS), ("-$12.00", Mark.MINUS), ("12.00 CR", Mark.CREDIT), ("12.00 Dr", Mark.DEBIT)],
)
def test_signs_of_sums(text: str, mark: Mark) -> None:
    assert [found.mark for found in sums_in(text, Decimals.POINT)] == [mark]


@pytest.mark.parametrize(
    ("text", "order", "day"),
    [
        ("03/04/2025", NumberOrder.DAY_FIRST, date(2025, 4, 3)),
        ("03/04/2025", NumberOrder.MONTH_FIRST, date(2025, 3, 4)),
        ("25/04/03", NumberOrder.YEAR_FIRST, date(2025, 4, 3)),
        ("2025-04-03", NumberOrder.DAY_FIRST, date(2025, 4, 3)),
        ("3. März 2025", NumberOrder.DAY_FIRST, date(2025, 3, 3)),
        ("1er févr. 2025", NumberOrder.DAY_FIRST, date(2025, 2, 1)),
        ("3 de agosto de 2025", NumberOrder.DAY_FIRST, date(2025, 8, 3)),
        ("April 3, 2025", NumberOrder.DAY_FIRST, date(2025, 4, 3)),
        ("2025年4月3日", NumberOrder.DAY_FIRST, date(2025, 4, 3)),
        ("令和7年4月3日", NumberOrder.DAY_FIRST, date(2025, 4, 3)),
        ("03APR25", NumberOrder.DAY_FIRST, date(2025, 4, 3)),
    ],
)
def test_days_in_the_forms_of_many_countries(text: str, order: NumberOrder, day: date) -> None:
    assert [found.day(order) for found in days_in(text)] == [day]
