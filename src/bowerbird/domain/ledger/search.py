"""Searching a user's transactions by words and amounts, for people: rows are looked at in pieces, newest first, up to a limit."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum
from itertools import islice
from typing import Final, NamedTuple

from bowerbird.domain.consents.gate import read_scope
from bowerbird.domain.ledger import documents
from bowerbird.domain.ledger.documents import TransactionDocument
from bowerbird.domain.ledger.transactions import list_transactions, next_after
from bowerbird.domain.services import Session
from bowerbird.storage.rows.transactions import StoredDocument

LOOKED_AT: Final = 5_000
"""Rows of one search; the next page continues behind them."""
_PIECE: Final = 500


class Wanted(NamedTuple):
    """Which transactions: all `words` stand in the text, capital letters or not; the amount without its sign lies between two, in cents.

    All words of `category` stand in what the page shows as the category.
    """

    words: tuple[str, ...] = ()
    least_cents: int | None = None
    most_cents: int | None = None
    category: tuple[str, ...] = ()

    def meets(self, row: FoundRow) -> bool:
        text, cents = row.transaction.description.casefold(), abs(row.transaction.amount_cents)
        category = (row.category or row.transaction.class_).casefold() if self.category else ""
        return (
            (self.least_cents is None or cents >= self.least_cents)
            and (self.most_cents is None or cents <= self.most_cents)
            and all(word in text for word in self.words)
            and all(word in category for word in self.category)
        )


class Order(StrEnum):
    """The order of a list of transactions; by amount, it is the amount without its sign."""

    NEWEST = "newest"
    OLDEST = "oldest"
    LARGEST = "largest"
    SMALLEST = "smallest"


class FoundRow(NamedTuple):
    """`category` is the title of its ANZSIC group, empty where there is none or it may not be shown."""

    transaction: TransactionDocument
    account_ref: int
    category: str


class FoundPage(NamedTuple):
    """`size` is how many meet the filter in all; None for a search by words or amounts, which does not count. `next` is None at the end."""

    found: list[FoundRow]
    size: int | None
    next: str | None


def search_transactions(session: Session, filter_text: str | None, wanted: Wanted, next_text: str | None, limit: int) -> FoundPage:
    """A page of a user's transactions, newest first. Raises Problem for a filter or next that cannot be read."""
    scope = read_scope(session)
    enriched = scope.accounts and scope.transactions
    if wanted == Wanted():
        page = list_transactions(session, filter_text, str(limit), next_text, limit, enriched=enriched)
        return FoundPage(list(_read(page.documents, page.enrichments)), page.size, page.next)
    found: list[FoundRow] = []
    for _ in range(LOOKED_AT // _PIECE):
        page = list_transactions(session, filter_text, str(_PIECE), next_text, _PIECE, enriched=enriched)
        for document, row in zip(page.documents, _read(page.documents, page.enrichments), strict=True):
            if wanted.meets(row):
                found.append(row)
                if len(found) == limit:
                    is_last = page.next is None and document is page.documents[-1]
                    return FoundPage(found, None, None if is_last else next_after(document, page.size, _PIECE, filter_text))
        next_text = page.next
        if next_text is None:
            break
    return FoundPage(found, None, next_text)


class FoundList(NamedTuple):
    """`is_all` False: there are more rows than were looked at."""

    found: list[FoundRow]
    is_all: bool


def list_found(session: Session, filter_text: str | None, wanted: Wanted, order: Order = Order.NEWEST) -> FoundList:
    """What meets a search among the newest `LOOKED_AT` rows, in an order. Raises Problem for a filter that cannot be read."""
    pages = list(islice(_pages(session, filter_text), LOOKED_AT // _PIECE))
    found = [row for rows, _ in pages for row in rows if wanted.meets(row)]
    if order is Order.OLDEST:
        found.reverse()
    elif order is not Order.NEWEST:
        found.sort(key=lambda row: abs(row.transaction.amount_cents), reverse=order is Order.LARGEST)
    return FoundList(found, pages[-1][1])


def find_ids(session: Session, filter_text: str | None, wanted: Wanted) -> frozenset[str]:
    """The ids of all transactions that meet a search, for a file of them. Raises Problem for a filter that cannot be read."""
    return frozenset(row.transaction.id for rows, _ in _pages(session, filter_text) for row in rows if wanted.meets(row))


def _pages(session: Session, filter_text: str | None) -> Iterator[tuple[list[FoundRow], bool]]:
    """The rows that meet a filter of the API, newest first, in pieces, each with whether it is the last."""
    scope, next_text = read_scope(session), None
    enriched = scope.accounts and scope.transactions
    while True:
        page = list_transactions(session, filter_text, str(_PIECE), next_text, _PIECE, enriched=enriched)
        yield list(_read(page.documents, page.enrichments)), page.next is None
        next_text = page.next
        if next_text is None:
            return


def _read(stored: Iterable[StoredDocument], enrichments: Mapping[int | None, documents.SharedPart] | None) -> Iterable[FoundRow]:
    for document in stored:
        category = (
            documents.category_title(documents.opening_of(enrichments[document[2]]))
            if enrichments is not None and len(document) == 4
            else ""
        )
        yield FoundRow(documents.read(document[0]), document[1], category)
