"""Searching a user's transactions by words and amounts, for people: rows are looked at in pieces, newest first, up to a limit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
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
    """Which transactions: all `words` stand in the text, capital letters or not; the amount without its sign lies between two, in cents."""

    words: tuple[str, ...] = ()
    least_cents: int | None = None
    most_cents: int | None = None

    def meets(self, transaction: TransactionDocument) -> bool:
        text, cents = transaction.description.casefold(), abs(transaction.amount_cents)
        return (
            (self.least_cents is None or cents >= self.least_cents)
            and (self.most_cents is None or cents <= self.most_cents)
            and all(word in text for word in self.words)
        )


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
            if wanted.meets(row.transaction):
                found.append(row)
                if len(found) == limit:
                    is_last = page.next is None and document is page.documents[-1]
                    return FoundPage(found, None, None if is_last else next_after(document, page.size, _PIECE, filter_text))
        next_text = page.next
        if next_text is None:
            break
    return FoundPage(found, None, next_text)


def _read(stored: Iterable[StoredDocument], enrichments: Mapping[int | None, documents.SharedPart] | None) -> Iterable[FoundRow]:
    for document in stored:
        category = documents.category_title(enrichments[document[2]].opening) if enrichments is not None and len(document) == 4 else ""
        yield FoundRow(documents.read(document[0]), document[1], category)
