"""A layout drafted from several statements of one bank reads each of them, and the next."""

from __future__ import annotations

import pytest

from bowerbird.sdk.statement_layout import read_layout
from bowerbird.statements.pdf.statement import read_pages
from bowerbird.statements.pdf.words import read_words
from bowerbird.statements.refusal import StatementRefused
from bowerbird.statements.search.draft import draft_name
from bowerbird.statements.search.several import draft_of_several
from tests.statement_factory.catalogue import specimen


@pytest.mark.parametrize("layout", ["westpac.deposit.2025", "anz.deposit.2025", "cba.home-loan.2025"])
def test_a_draft_of_several_statements_reads_them_all_and_the_next(layout: str) -> None:
    printed = [specimen(layout, seed) for seed in (2, 3, 4, 5)]
    documents = [read_words(each.pdf()) for each in printed]
    text = draft_of_several(documents[:3])
    assert "from 3 statements that it proves" in text
    drafted = read_layout(text, draft_name(text))
    for each, pages in zip(printed, documents, strict=True):
        found = read_pages(pages, each.institution, [drafted])
        assert [row.posted for row in found.transactions] == [row.day for row in each.expected]


def test_a_statement_that_is_not_of_the_print_is_named() -> None:
    documents = [read_words(specimen(layout, 3).pdf()) for layout in ("westpac.deposit.2025", "ing.deposit.2021")]
    for others, reason in (([documents[1]], "the statements are of several banks"), ([[]], "statement 2: ")):
        with pytest.raises(StatementRefused) as caught:
            draft_of_several([documents[0], *others])
        assert reason in caught.value.reason
