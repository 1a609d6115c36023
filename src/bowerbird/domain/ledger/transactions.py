"""Transactions of a user: pages of documents, newest first, pending ones leading.

A page's `next` is opaque to clients: it carries the last row, the size counted once, and the limit and filter it belongs to,
because old clients follow it without repeating them.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache, partial
from operator import itemgetter
from typing import Final, NamedTuple

import msgspec

from bowerbird import codes
from bowerbird.domain import filters
from bowerbird.domain.consents.gate import read_scope
from bowerbird.domain.filters import EQUALITY, ORDER, Condition, FilterOperator
from bowerbird.domain.ledger import documents, shared_parts
from bowerbird.domain.ledger.documents import DocumentFields, JoinedDocuments, SharedPart
from bowerbird.domain.services import Session
from bowerbird.model.days import day_number
from bowerbird.model.ids import is_id
from bowerbird.model.problem import Problem
from bowerbird.model.transaction import Direction, Status, TransactionClass
from bowerbird.storage.database.tables import PENDING_DAY
from bowerbird.storage.rows import transactions as rows
from bowerbird.storage.rows.insights.enrichments import enrichment_documents
from bowerbird.storage.rows.transactions import AccountFacts, Cursor, StoredDocument, TransactionSelection

_OF_ACCOUNTS = {"account.id": "id", "connection.id": "connection_id", "institution.id": "institution_id"}
_OF_ROWS = {"transaction.id": "id", "transaction.status": "status", "transaction.direction": "direction", "transaction.class": "class"}
ALLOWED = {
    **dict.fromkeys(_OF_ACCOUNTS, EQUALITY),
    **dict.fromkeys(_OF_ROWS, EQUALITY),
    "transaction.postDate": ORDER | {FilterOperator.NE},
}
READERS = {
    "transaction.postDate": filters.day,
    "transaction.status": filters.one_of(Status),
    "transaction.direction": filters.one_of(Direction),
    "transaction.class": filters.one_of(TransactionClass),
}


@dataclass(frozen=True, slots=True)
class TransactionPage:
    """One page. `next` is None on the last one; `enrichments` are by reference, None where they are not shown.

    `joined` are the documents where the database joined them. `is_whole` False: what rows share of an enrichment is lost.
    """

    documents: list[StoredDocument]
    accounts: list[AccountFacts]
    enrichments: Mapping[int | None, SharedPart] | None
    size: int
    next: str | None
    joined: JoinedDocuments | None = None
    is_whole: bool = True


FEW: Final = 2_000
"""Rows that a filtered page may look at where others wait for it: it costs them less than a thread of its own costs the server."""

_enrichment_ref = itemgetter(2)


class _Next(msgspec.Struct, array_like=True):
    day: int
    id: str
    size: int
    limit: int
    filter: str


def _pack(following: _Next) -> str:
    return base64.urlsafe_b64encode(msgspec.json.encode(following)).decode().rstrip("=")


def _unpack(text: str) -> _Next:
    try:
        data = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        following = msgspec.json.decode(data, type=_Next)
    except (binascii.Error, msgspec.MsgspecError, UnicodeError, ValueError) as error:
        raise Problem(codes.NEXT_NOT_VALID, parameter="next") from error
    if not (0 <= following.size < 2**62 and abs(following.day) <= PENDING_DAY and is_id(following.id)):
        raise Problem(codes.NEXT_NOT_VALID, parameter="next")
    return following


def limit_of(text: str | None, maximum: int) -> int:
    """The page size a client asks for; the maximum where it says nothing. Raises Problem."""
    if text is None:
        return maximum
    if not (text.isascii() and text.isdigit() and len(text) <= 18 and int(text) > 0):
        raise Problem(codes.LIMIT_NOT_VALID, parameter="limit")
    if int(text) > maximum:
        raise Problem(codes.LIMIT_TOO_HIGH, parameter="limit", maximum=maximum)
    return int(text)


class _AskedPage(NamedTuple):
    """What a client asks for, read: the conditions of the filter and its text, how many rows, and the page before, if any."""

    conditions: Sequence[Condition]
    filter: str | None
    limit: int
    following: _Next | None


def _asked(filter_text: str | None, limit_text: str | None, next_text: str | None, maximum: int) -> _AskedPage:
    limit = limit_of(limit_text, maximum)
    following = _unpack(next_text) if next_text is not None else None
    if following is not None:
        filter_text = filter_text or following.filter
        limit = limit if limit_text is not None else min(max(following.limit, 1), maximum)
    return _AskedPage(_conditions(filter_text), filter_text, limit, following)


@lru_cache(maxsize=256)
def _conditions(filter_text: str | None) -> Sequence[Condition]:
    """Read once: a client asks with the same filter again and again. Raises Problem."""
    return filters.accept(filter_text, ALLOWED, READERS)


def list_transactions(
    session: Session,
    filter_text: str | None,
    limit_text: str | None,
    next_text: str | None,
    maximum: int,
    *,
    enriched: bool = False,
    base_url: str | None = None,
) -> TransactionPage:
    """A page of a user's transactions, with their enrichments; `base_url`: joined, where every one is enriched.

    Raises Problem for a filter, limit or next that cannot be read.
    """
    return _page(session, _asked(filter_text, limit_text, next_text, maximum), _accounts(session), base_url, enriched=enriched)


def list_few_transactions(
    session: Session,
    filter_text: str | None,
    limit_text: str | None,
    next_text: str | None,
    maximum: int,
    *,
    enriched: bool = False,
    base_url: str | None = None,
) -> TransactionPage | None:
    """The same page where finding it is short; None where a filter may look at more than `FEW` rows. Raises Problem as that does."""
    asked, accounts = _asked(filter_text, limit_text, next_text, maximum), _accounts(session)
    if asked.conditions and sum(account.transaction_count for account in accounts) > FEW:
        return None
    return _page(session, asked, accounts, base_url, enriched=enriched)


def _page(session: Session, asked: _AskedPage, accounts: list[AccountFacts], base_url: str | None, *, enriched: bool) -> TransactionPage:
    selection, following, limit = _selection(asked.conditions, accounts), asked.following, asked.limit
    after = Cursor(following.day, following.id) if following is not None else None
    if accounts and enriched and base_url is not None:
        page = _joined_page(session, asked, selection, after, accounts, base_url)
        if page is not None:
            return page
    rendered = rows.page(session.uow, accounts[0].user_ref, selection, after, limit + 1, enriched=enriched) if accounts else []
    found = rendered[:limit]
    known = _enrichments(session, found) if enriched else None
    shown = found if known is None else _as_known(found, known)
    is_last = len(rendered) <= limit
    last = None if is_last else _place(shown[-1])
    size, next_text = _ending(session, asked, selection, accounts, len(shown), last)
    return TransactionPage(shown, accounts, known, size, next_text, is_whole=shown is found)


def _joined_page(
    session: Session,
    asked: _AskedPage,
    selection: TransactionSelection | None,
    after: Cursor | None,
    accounts: list[AccountFacts],
    base_url: str,
) -> TransactionPage | None:
    """The page as the database joins it; None where there is no row, or one that is not enriched."""
    separators = documents.separators(fronts(accounts, base_url, session.user_id))
    page = rows.find_joined_page(session.uow, accounts[0].user_ref, selection, after, asked.limit + 1, separators)
    if page is None:
        return None
    joined = documents.of_joined(page.text, separators[page.first_account], page.rows, asked.limit)
    last = joined.last if page.rows > asked.limit else None
    place = None if last is None else Cursor(_day_of_fields(last), last.id)
    size, following = _ending(session, asked, selection, accounts, joined.rows, place)
    return TransactionPage([], accounts, None, size, following, joined)


def _ending(
    session: Session,
    asked: _AskedPage,
    selection: TransactionSelection | None,
    accounts: list[AccountFacts],
    count: int,
    last: Cursor | None,
) -> tuple[int, str | None]:
    """How many rows there are in all, and the page's `next`; `last` is its last row, None on the last page."""
    if asked.following is not None:
        size = asked.following.size
    else:
        size = count if last is None else _size(session, selection, accounts, count, last)
    return size, None if last is None else _pack(_Next(*last, size, asked.limit, asked.filter or ""))


def next_after(last: StoredDocument, size: int, limit: int, filter_text: str | None) -> str:
    """The `next` of a page that ends with this document."""
    return _pack(_Next(*_place(last), size, limit, filter_text or ""))


def _place(row: StoredDocument) -> Cursor:
    return Cursor(day_of(row[0]), documents.id_of(row[0]))


def _as_known(found: list[StoredDocument], known: Mapping[int | None, SharedPart]) -> list[StoredDocument]:
    """Rows of which a part is lost, as they were before they were enriched."""
    if all(map(known.__contains__, map(_enrichment_ref, found))):
        return found
    return [row if _enrichment_ref(row) in known else (row[0], row[1], None, None) for row in found]


def _enrichments(session: Session, shown: list[StoredDocument]) -> Mapping[int | None, SharedPart]:
    """The parts of enrichments that rows share."""
    refs = set(map(_enrichment_ref, shown)) - {None}
    return shared_parts.find(refs, partial(enrichment_documents, session.uow))


def _accounts(session: Session) -> list[AccountFacts]:
    """The accounts whose transactions may be read: none where the user did not agree to share transactions."""
    return rows.account_facts(session.uow, *session.tenant) if read_scope(session).transactions else []


def day_of(document: bytes) -> int:
    """The day under which a document's transaction is stored."""
    return _day_of_fields(documents.fields_of(document))


def _day_of_fields(fields: DocumentFields) -> int:
    return PENDING_DAY if fields.posted is None else day_number(fields.posted)


def _size(session: Session, selection: TransactionSelection | None, accounts: list[AccountFacts], count: int, last: Cursor) -> int:
    """How many there are in all: a kept number where whole accounts are asked for, else those behind the first page are counted."""
    if selection is None or selection.only_accounts:
        chosen = None if selection is None else selection.accounts
        return sum(account.transaction_count for account in accounts if chosen is None or account.ref in chosen)
    return count + rows.count_after(session.uow, accounts[0].user_ref, selection, last)


def _selection(conditions: Sequence[Condition], accounts: list[AccountFacts]) -> TransactionSelection | None:
    if not conditions:
        return None
    of_accounts = [condition for condition in conditions if condition.property in _OF_ACCOUNTS]
    of_rows = [condition for condition in conditions if condition.property in _OF_ROWS]
    days = tuple(pair for condition in conditions if condition.property == "transaction.postDate" for pair in _days(condition))
    chosen = tuple(account.ref for account in accounts if filters.matches(of_accounts, _facts(account)))
    return TransactionSelection(
        accounts=chosen if of_accounts else None,
        days=days,
        equal=tuple((_OF_ROWS[wanted.property], wanted.values[0]) for wanted in of_rows if wanted.operator is FilterOperator.EQ),
        differ=tuple((_OF_ROWS[wanted.property], wanted.values[0]) for wanted in of_rows if wanted.operator is FilterOperator.NE),
    )


def _facts(account: AccountFacts) -> dict[str, tuple[str, ...]]:
    return {property_name: (getattr(account, field),) for property_name, field in _OF_ACCOUNTS.items()}


def _days(condition: Condition) -> list[tuple[str, int]]:
    numbers = [day_number(date.fromisoformat(value)) for value in condition.values]
    if condition.operator is FilterOperator.BT:
        return [("gteq", numbers[0]), ("lteq", numbers[1])]
    return [(condition.operator.value, numbers[0])]


class FoundTransaction(NamedTuple):
    """A document, its user's accounts, and its enrichment. `is_whole` False: what rows share of that is lost."""

    document: StoredDocument
    accounts: list[AccountFacts]
    enrichments: Mapping[int | None, SharedPart]
    is_whole: bool


def get_transaction(session: Session, transaction_id: str) -> FoundTransaction:
    """A transaction's document, its user's accounts, and its enrichment. Raises Problem when this user has no such transaction."""
    accounts = _accounts(session)
    document = rows.find_document(session.uow, accounts[0].user_ref, transaction_id) if accounts else None
    if document is None:
        raise Problem(codes.TRANSACTION_NOT_FOUND, parameter="transactionId")
    known = _enrichments(session, [document])
    (shown,) = _as_known([document], known)
    return FoundTransaction(shown, accounts, known, is_whole=shown is document)


def fronts(accounts: list[AccountFacts], base_url: str, user_id: str) -> dict[int, tuple[bytes, bytes]]:
    """What stands around the enrichments of each account's documents, before these."""
    return {
        account.ref: documents.front(base_url, user_id, account.id, account.institution_id, account.connection_id) for account in accounts
    }
