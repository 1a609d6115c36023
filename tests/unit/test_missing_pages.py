"""Prints of a fixed number of rows a page, with room below them, of which the last pages are missing: never read as whole."""

from __future__ import annotations

import random

import msgspec
import pytest

from bowerbird.statements.pdf.page_words import PageWords
from bowerbird.statements.pdf.words import read_words
from bowerbird.statements.refusal import StatementRefused
from bowerbird.statements.search.without_layout import read_without_layout
from tests.statement_factory.pdf_canvas import Item, Text, drawn

PLACES = (50, 130, 430, 520)
HEAD = ("Example Bank Australia", "Statement period 1 June 2026 to 30 June 2026", "Account number 11112222", "Opening balance||5,000.00")
STEP = 14


def line(page: int, y: float, row: int, text: str) -> list[Item]:
    cells = zip(PLACES, text.split("|"), strict=False)
    return [Item(page, y, row, None, Text(x, part, "right" if place > 1 else "left")) for place, (x, part) in enumerate(cells) if part]


def cents(amount: int) -> str:
    return f"{amount / 100:,.2f}"


def paged(seed: int, carried: bool) -> tuple[list[PageWords], int]:
    """The pages of a print and how many rows it has. `carried`: each page ends with the balance after its last row."""
    dice = random.Random(seed)
    many, a_page, balance = dice.choice((13, 14, 16, 20, 30, 40)), dice.choice((10, 12, 15)), 500_000
    items = [item for place, text in enumerate(HEAD) for item in line(0, 60 + STEP * place, place, text)]
    for number, day in enumerate(sorted(dice.randrange(1, 31) for _ in range(many))):
        page, place = divmod(number, a_page)
        top = 60 if page else 60 + STEP * len(HEAD)
        amount = dice.randrange(-30_000, 30_000)
        balance += amount
        if not place:
            items += line(page, top, 8, "Date|Description|Amount|Balance")
        items += line(page, top + STEP * (place + 1), 9 + place, f"{day:02} Jun 2026|Row {number}|{cents(amount)}|{cents(balance)}")
        if carried and (place == a_page - 1 or number == many - 1):
            items += line(page, top + STEP * (place + 2), 40, f"|Balance carried forward||{cents(balance)}")
    return read_words(drawn(tuple(items))), many


@pytest.mark.parametrize("carried", [False, True])
def test_a_print_whose_last_pages_are_missing_is_refused(carried: bool) -> None:
    whole = 0
    for seed in range(16):
        pages, many = paged(seed, carried)
        for kept in range(1, len(pages) + 1):
            try:
                found = read_without_layout(pages[:kept])
            except StatementRefused:
                continue
            assert (kept, len(found.transactions)) == (len(pages), many), seed
            whole += 1
    assert whole > 5


def brought(seed: int, *, counts: bool) -> list[PageWords]:
    """The pages of a print each of which begins with the balance of the one before, and says the period. `counts`: and which page it is."""
    dice = random.Random(seed)
    balance, days = 500_000, [1 + number // 2 for number in range(36)]
    items: list[Item] = []
    for page in range(3):
        for place, text in enumerate(HEAD[:3]):
            items += line(page, 60 + STEP * place, place, text)
        items += line(page, 60 + STEP * 3, 3, f"Page {page + 1} of 3" if counts else "Example Bank")
        items += line(page, 60 + STEP * 4, 8, "Date|Description|Amount|Balance")
        items += line(page, 60 + STEP * 5, 9, f"|{'Balance brought forward' if page else 'Opening balance'}||{cents(balance)}")
        for place, day in enumerate(days[12 * page : 12 * page + 12]):
            amount = dice.randrange(-30_000, 30_000)
            balance += amount
            items += line(page, 60 + STEP * (place + 6), 10 + place, f"{day:02} Jun 2026|Row {place}|{cents(amount)}|{cents(balance)}")
    items += line(2, 60 + STEP * 18, 40, f"|Closing balance||{cents(balance)}")
    return read_words(drawn(tuple(items)))


@pytest.mark.parametrize(("counts", "why"), [(True, "page 1 of 3 is not in this file"), (False, "no page is missing before them")])
def test_a_print_whose_first_page_is_missing_is_refused(counts: bool, why: str) -> None:
    pages = brought(3, counts=counts)
    assert len(read_without_layout(pages).transactions) == 36
    rest = [msgspec.structs.replace(page, number=number) for number, page in enumerate(pages[1:], 1)]
    with pytest.raises(StatementRefused) as caught:
        read_without_layout(rest)
    assert why in caught.value.reason
