"""Prints of every layout, of which any page is taken away: never read as whole where they count their pages."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bowerbird.plugins.registry import statement_layouts
from bowerbird.statements.pdf.statement import read_pdf
from bowerbird.statements.refusal import StatementRefused
from tests.statement_factory.catalogue import PRINTERS, specimen
from tests.statement_factory.pdf_canvas import HEIGHT, Item, Specimen, Text

LAYOUTS = statement_layouts()
FORMS = ("Page {} of {}", "page {} / {}", "{} of {}", "P a ge {} o f {}")


def counted(printed: Specimen, form: str) -> Specimen:
    """The print with the number of each page at its foot, and no other."""
    rest = [item for item in printed.items if "Page" not in item.text.text]
    feet = [Item(page, HEIGHT - 20, 9_000 + page, None, Text(480, form.format(page + 1, printed.pages))) for page in range(printed.pages)]
    return replace(printed, items=(*rest, *feet))


def without(printed: Specimen, page: int) -> Specimen:
    kept = (item for item in printed.items if item.page != page)
    return replace(printed, items=tuple(replace(item, page=item.page - (item.page > page)) for item in kept))


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("layout", PRINTERS)
def test_the_page_that_is_missing_by_its_number_is_named(layout: str, form: str) -> None:
    printed = counted(specimen(layout, 4, 90), form)
    assert printed.pages > 2
    assert len(read_pdf(printed.pdf(), printed.institution, LAYOUTS).transactions) == len(printed.expected)
    for page in range(1, printed.pages):
        with pytest.raises(StatementRefused) as refused:
            read_pdf(without(printed, page).pdf(), printed.institution, LAYOUTS)
        assert refused.value.reason == f"page {page + 1} of {printed.pages} is not in this file"


@pytest.mark.parametrize("layout", PRINTERS)
def test_a_print_without_one_of_its_pages_is_refused(layout: str) -> None:
    for seed in (3, 4, 5):
        printed = specimen(layout, seed, 60)
        for page in range(printed.pages):
            with pytest.raises(StatementRefused):
                read_pdf(without(printed, page).pdf(), printed.institution, LAYOUTS)


@pytest.mark.parametrize("layout", PRINTERS)
def test_a_last_page_that_adds_nothing_is_missed_by_its_number(layout: str) -> None:
    printed = specimen(layout, 4, 12)
    alone = Item(printed.pages, 60, 9_999, None, Text(50, "Terms and conditions"))
    whole = counted(replace(printed, items=(*printed.items, alone)), "Page {} of {}")
    assert len(read_pdf(whole.pdf(), printed.institution, LAYOUTS).transactions) == len(printed.expected)
    with pytest.raises(StatementRefused) as refused:
        read_pdf(without(whole, whole.pages - 1).pdf(), printed.institution, LAYOUTS)
    assert refused.value.reason == f"page {whole.pages} of {whole.pages} is not in this file"
