"""A statement of a known institution without a layout → its transactions, proved, as the ordinary engine gives them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from bowerbird.statements.pdf.lines import compact, lines_of
from bowerbird.statements.pdf.page_words import PageWords
from bowerbird.statements.pdf.proven import ProvenStatement
from bowerbird.statements.pdf.recognition import Candidate, refuse_other_issuers
from bowerbird.statements.pdf.statement import proven_statement
from bowerbird.statements.search.draft import drafted
from bowerbird.statements.search.products import guessed_product
from bowerbird.statements.search.verdict import search


class SearchResult(NamedTuple):
    """A statement read without a layout, and the layout file that would read it."""

    statement: ProvenStatement
    draft: str


def read_without_layout(pages: Sequence[PageWords], institution_origin: str) -> ProvenStatement:
    """The statement on pages of words. Raises StatementRefused: of another issuer, or with the reason why nothing is proved.

    Product and account class are guessed from the first page; sums, days and texts are what the proof covers.
    """
    return read_and_draft(pages, institution_origin).statement


def read_and_draft(pages: Sequence[PageWords], institution_origin: str) -> SearchResult:
    """As `read_without_layout`, with the layout that was found."""
    lines = [lines_of(page) for page in pages if page.words]
    refuse_other_issuers("".join([line.compact for page in lines for line in page]), institution_origin)
    layout, reading = trial = search(lines, institution_origin)
    product = guessed_product(lines[0], reading.number, frozenset({compact("".join(layout.table.header.values()))}))
    return SearchResult(proven_statement(Candidate(layout, product.name, product.account_class), reading, lines), drafted(lines, trial))
