"""Reading a list that a bank gives out in pages: banks send a page twice, let pages overlap, and send one round and round.

A connector of such a bank hands `read_pages` a function that fetches a page. What comes out is the list as it was meant, or
NotUnderstood: half a list is never taken for a whole one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from itertools import islice
from types import MappingProxyType
from typing import NamedTuple

from bowerbird.model.transaction import BankTransaction
from bowerbird.sdk.failures import NotUnderstood

MAX_PAGES = 10_000
RECHECKED_DAYS = 45
"""How far before what is known a listing is asked for: a hold may last that long before it posts, and banks correct rows."""
_STANDSTILL = 3
"""Pages in a row whose rows are all known: the bank sends them in a circle."""
_MOST_EMPTY = 100
"""Pages in a row without a row: spans of days in which a quiet account has none."""


class TransactionsPage(NamedTuple):
    """Rows, and the word that asks for the next page; None on the last. A connector answers one where the server reads page by page.

    `beside` are pages that came with the same request: of the bank's other accounts, by their `upstream_id`, for the same word.
    """

    rows: list[BankTransaction]
    next: str | None
    beside: Mapping[str, TransactionsPage] = MappingProxyType({})


def page_of(listed: Iterable[BankTransaction] | TransactionsPage, most: int) -> TransactionsPage:
    """What a connector answers, as a page: of one that answers all rows at once it is the only one, with `most` rows and one."""
    return listed if isinstance(listed, TransactionsPage) else TransactionsPage(list(islice(listed, most + 1)), None)


def read_pages(fetch: Callable[[str | None], TransactionsPage]) -> list[BankTransaction]:
    """All rows. `fetch` is asked with None first. Raises NotUnderstood when the pages come to no end.

    Rows at the edge of a page that stand at the end of what came before are the same rows, unless nothing could tell them from
    equal purchases: without an id and a balance, equal rows are taken for as many purchases.
    """
    found: list[BankTransaction] = []
    asked: set[str | None] = set()
    word: str | None = None
    idle = empty = 0
    while word not in asked and len(asked) < MAX_PAGES:
        asked.add(word)
        page = fetch(word)
        new = page.rows[_overlap(found, page.rows) :]
        idle, empty = (0, 0) if new else (idle + bool(page.rows), empty + (not page.rows))
        if idle == _STANDSTILL or empty == _MOST_EMPTY:
            raise NotUnderstood("page after page brings nothing new")
        found += new
        if page.next is None:
            return found
        word = page.next
    raise NotUnderstood("the pages come to no end")


def _overlap(found: list[BankTransaction], rows: list[BankTransaction]) -> int:
    """How many rows at the beginning of a page repeat the end of what was found, in time that grows with the page's length only.

    What is found is searched as in Knuth, Morris and Pratt: `back` says, for each row of the page, how many rows at the page's beginning
    end there as well.
    """
    if not found:
        return 0
    first = next((place for place, row in enumerate(rows) if row.upstream_id is not None or row.balance is not None), None)
    if first is None:
        return 0
    back = [0] * len(rows)

    def step(length: int, row: BankTransaction) -> int:
        while length and (length == len(rows) or rows[length] != row):
            length = back[length - 1]
        return length + 1 if rows[length] == row else 0

    for place in range(1, len(rows)):
        back[place] = step(back[place - 1], rows[place])
    length = 0
    for row in found[-len(rows) :]:
        length = step(length, row)
    return length if length > first else 0
