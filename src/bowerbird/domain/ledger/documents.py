"""Transactions as the wire's JSON, rendered once at import and joined as bytes when read.

A stored document is the back of the JSON object: everything the transaction itself decides, its id first. What its account
decides (institution, connection, links on the public URL) is the same for all its rows and is put in front when a page is
joined, so a changed public URL or a renewed connection needs no new rendering. That is why `links` stands before `id`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from functools import lru_cache
from json.encoder import encode_basestring
from operator import itemgetter
from typing import Final

import msgspec

from bowerbird.model.clock import wire_midnight
from bowerbird.model.transaction import BankTransaction, TransactionClass

_quote = encode_basestring
_day = lru_cache(maxsize=4096)(wire_midnight)

_ID: Final = slice(0, 36)
_ACCOUNT: Final = slice(len('"},"id":"","account":"') + 72, len('"},"id":"","account":"') + 108)
_EMPTY: Final = '""'
_NOT_ENRICHED: Final = '"enrich":{"cleanDescription":"","tags":[],"merchant":null,"location":null,"category":null}'
_KIND: Final = {
    is_debit: {
        kind: f',"direction":"{"debit" if is_debit else "credit"}","class":"{kind.value}","transactionDate":"' for kind in TransactionClass
    }
    for is_debit in (True, False)
}
_CENTS: Final = tuple(f".{cents:02d}" for cents in range(100))


def render(transaction: BankTransaction, transaction_id: str, account_id: str, currency: str, kind: TransactionClass) -> bytes:
    """A transaction's document."""
    amount, posted, balance, made = transaction.amount, transaction.posted, transaction.balance, transaction.made
    return (
        f'{transaction_id}"}},"id":"{transaction_id}","account":"{account_id}","postDate":'
        f"{_post_date(posted)}"
        f'"description":{_quote(transaction.description)},"reference":{_quote(transaction.reference) if transaction.reference else _EMPTY},'
        f'"amount":"{_cents(amount)}","currency":"{transaction.currency or currency}"'
        f"{'' if balance is None else _balance(balance)}{_KIND[amount < 0][kind]}"
        f'{"" if made is None else _day(made)}"{_rare(transaction)}}}'
    ).encode("utf-8", "replace")


def _cents(cents: int) -> str:
    """What model.money.format_cents writes, at half its cost: a statement asks for it by the hundred thousand."""
    return f"-{-cents // 100}{_CENTS[-cents % 100]}" if cents < 0 else f"{cents // 100}{_CENTS[cents % 100]}"


@lru_cache(maxsize=4096)
def _post_date(posted: date | None) -> str:
    return 'null,"status":"pending",' if posted is None else f'"{wire_midnight(posted)}","status":"posted",'


def _balance(balance: int) -> str:
    return f',"balance":"{_cents(balance)}"'


def _rare(transaction: BankTransaction) -> str:
    if transaction.bpay is None and transaction.subclass is None:
        return ',"subClass":{}'
    text = ""
    if transaction.bpay is not None:
        code, name, reference = map(_quote, transaction.bpay)
        text = f',"paymentDetails":{{"bpay":{{"billerCode":{code},"billerName":{name},"crn":{reference}}}}}'
    code, title = map(_quote, transaction.subclass) if transaction.subclass else ("", "")
    return text + (f',"subClass":{{"code":{code},"title":{title}}}' if title else ',"subClass":{}')


def front(base_url: str, user_id: str, account_id: str, institution_id: str, connection_id: str) -> bytes:
    """What stands before every document of an account."""
    user = f"{base_url}/users/{user_id}"
    return (
        f'{{"type":"transaction","institution":"{institution_id}","connection":"{connection_id}",{_NOT_ENRICHED},'
        f'"links":{{"account":"{user}/accounts/{account_id}","institution":"{base_url}/institutions/{institution_id}","connection":null,'
        f'"self":"{user}/transactions/'
    ).encode()


def join(documents: Sequence[bytes], fronts: Mapping[bytes, bytes], head: bytes = b"", tail: bytes = b"") -> bytes:
    """Documents as the inside of a JSON list, between `head` and `tail`. `fronts` by account id.

    The hot path of the product: every loop over the documents is one of C, and the page is copied once.
    """
    if not documents:
        return head + tail
    place = _telling_place(fronts)
    of_account = itemgetter(_ACCOUNT if place is None else _ACCOUNT.start + place)
    following = {account_id if place is None else account_id[place]: b"," + front for account_id, front in fronts.items()}
    pieces = [b""] * (2 * len(documents))
    pieces[::2] = map(following.__getitem__, map(of_account, documents))
    pieces[1::2] = documents
    pieces[0] = head + pieces[0][1:]
    pieces.append(tail)
    return b"".join(pieces)


def _telling_place(ids: Collection[bytes]) -> int | None:
    """A place at which the ids of all of a user's accounts differ, so that one byte tells them apart; most are random digits."""
    return next((place for place in reversed(range(36)) if len({each[place] for each in ids}) == len(ids)), None)


def id_of(document: bytes) -> str:
    return document[_ID].decode()


class _PostDate(msgspec.Struct):
    postDate: str | None  # noqa: N815  (the wire's name)


_read_post_date = msgspec.json.Decoder(_PostDate).decode


def post_date_of(document: bytes) -> date | None:
    """The day a document was posted, None while pending."""
    text = _read_post_date(b'{"' + document[40:]).postDate
    return None if text is None else date.fromisoformat(text[:10])


def content_of(document: bytes) -> bytes:
    """What of a document the bank decides: all but the ids. Two documents with the same content say the same."""
    return document[_ACCOUNT.stop :]
