"""Transactions as the wire's JSON, rendered once at import and joined as bytes when read.

A stored document is the back of the JSON object: everything the transaction itself decides, its id first. What its account
decides (its id, institution, connection, links on the public URL) is the same for all its rows and is put in front when a page is
joined, so a changed public URL or a renewed connection needs no new rendering. That is why `links` stands before `id`. Last comes
`subClass`, open: what is not the bank's there is the enrichment's. Behind it stands `enrich`, so that what rows share of an enrichment
closes the one and opens the other: a page joins four pieces a row.

Only this module knows where in a document its id and its object stand.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from functools import lru_cache
from json.encoder import encode_basestring
from operator import itemgetter
from typing import Final, NamedTuple, TypeAlias

import msgspec

from bowerbird.model.days import wire_midnight
from bowerbird.model.money import parse_cents
from bowerbird.model.transaction import BankTransaction, Direction, TransactionClass

_quote = encode_basestring
_day = lru_cache(maxsize=4096)(wire_midnight)

_ID: Final = slice(0, 36)
_OBJECT: Final = 36 + len('"},"')
"""Where the first key of the transaction's own object stands, behind the quote that opens it."""
_CONTENT: Final = len('"},"id":"",') + 72
_document_of, _account_of = itemgetter(0), itemgetter(1)
_EMPTY: Final = '""'
_KIND: Final = {
    is_debit: {
        kind: f',"direction":"{"debit" if is_debit else "credit"}","class":"{kind.value}","transactionDate":"' for kind in TransactionClass
    }
    for is_debit in (True, False)
}
_CENTS: Final = tuple(f".{cents:02d}" for cents in range(100))


SharedPart: TypeAlias = bytes
"""What rows share of an enrichment: the end of their `subClass`, and how their `enrich` opens, up to its clean text."""

Stored = tuple[bytes, int]
"""A document, and the reference of its account."""

StoredEnriched = tuple[bytes, int, int | None, bytes | None]
"""The same with the reference of its enrichment and the part of that which is the transaction's own; None for both while it waits."""

_END: Final = b"}}"
_ENRICH: Final = b'},"enrich":'
_NO_SUBCLASS: Final = b',"subClass":{'
_PAYMENT: Final = b'","class":"payment","'
WAITING: Final[SharedPart] = _ENRICH + b'{"category":{"matchType":"none"},"location":null,"merchant":null,"tags":[],"cleanDescription":'
_NO_WORDS: Final = b'""}'
"""The enrichment of a transaction that waits for it."""


def render(transaction: BankTransaction, transaction_id: str, currency: str, kind: TransactionClass) -> bytes:
    """A transaction's document."""
    return render_all([transaction], [transaction_id], currency, [kind])[0]


def render_all(
    transactions: Sequence[BankTransaction], ids: Sequence[str], currency: str, kinds: Sequence[TransactionClass]
) -> list[bytes]:
    """The documents of many transactions: what is the same for all of them is looked up once."""
    texts = []
    for transaction, transaction_id, kind in zip(transactions, ids, kinds, strict=True):
        amount, posted, balance, made = transaction.amount, transaction.posted, transaction.balance, transaction.made
        texts.append(
            f'{transaction_id}"}},"id":"{transaction_id}","postDate":'
            f"{_post_date(posted)}"
            f'"description":{_quote(transaction.description)},"reference":'
            f"{_quote(transaction.reference) if transaction.reference else _EMPTY},"
            f'"amount":"{cents_text(amount)}","currency":"{transaction.currency or currency}"'
            f"{_balance(balance, posted)}{_KIND[amount < 0][kind]}"
            f'{"" if made is None else _day(made)}"{_rare(transaction)}'
        )
    return [text.encode("utf-8", "replace") for text in texts]


def cents_text(cents: int) -> str:
    """What model.money.format_cents writes, at half its cost: a statement asks for it by the hundred thousand."""
    return f"-{-cents // 100}{_CENTS[-cents % 100]}" if cents < 0 else f"{cents // 100}{_CENTS[cents % 100]}"


@lru_cache(maxsize=4096)
def _post_date(posted: date | None) -> str:
    return 'null,"status":"pending",' if posted is None else f'"{wire_midnight(posted)}","status":"posted",'


def _balance(balance: int | None, posted: date | None) -> str:
    """Empty while a transaction is pending: published clients read it of each one."""
    if balance is None:
        return ',"balance":""' if posted is None else ""
    return f',"balance":"{cents_text(balance)}"'


def _rare(transaction: BankTransaction) -> str:
    if transaction.bpay is None and transaction.subclass is None:
        return ',"subClass":{'
    text = ""
    if transaction.bpay is not None:
        code, name, reference = map(_quote, transaction.bpay)
        text = f',"paymentDetails":{{"bpay":{{"billerCode":{code},"billerName":{name},"crn":{reference}}}}}'
    code, title = map(_quote, transaction.subclass) if transaction.subclass else ("", "")
    return text + (f',"subClass":{{"code":{code},"title":{title}' if title else ',"subClass":{')


def front(base_url: str, user_id: str, account_id: str, institution_id: str, connection_id: str) -> tuple[bytes, bytes]:
    """What stands before every document of an account: the account, and links to it."""
    user = f"{base_url}/users/{user_id}"
    head = f'{{"type":"transaction","account":"{account_id}","institution":"{institution_id}","connection":"{connection_id}"'
    links = (
        f',"links":{{"account":"{user}/accounts/{account_id}","institution":"{base_url}/institutions/{institution_id}","connection":null,'
        f'"self":"{user}/transactions/'
    )
    return head.encode(), links.encode()


def join(
    documents: Sequence[Stored | StoredEnriched],
    fronts: Mapping[int, tuple[bytes, bytes]],
    enrichments: Mapping[int | None, SharedPart] | None,
    head: bytes = b"",
    tail: bytes = b"",
) -> bytes:
    """Documents as the inside of a JSON list, between `head` and `tail`. `fronts` by the reference of an account.

    `enrichments` by their references, with that of rows that wait under None; without them every enrichment is null.
    The hot path of the product: every loop over the documents is one of C, and the page is copied once.
    """
    if not documents:
        return head + tail
    if enrichments is None:
        pieces = [b""] * (2 * len(documents))
        whole = {ref: b"}}," + front + b',"enrich":null' + back for ref, (front, back) in fronts.items()}
        pieces[::2] = map(whole.__getitem__, map(_account_of, documents))
        pieces[1::2] = map(_document_of, documents)
        last = _END
    else:
        pieces = [b""] * (4 * len(documents))
        whole = {ref: b"}," + front + back for ref, (front, back) in fronts.items()}
        stored, accounts, refs, owns = zip(*documents, strict=True)
        pieces[::4] = map(whole.__getitem__, accounts)
        pieces[1::4] = stored
        pieces[2::4] = map(enrichments.__getitem__, refs)
        pieces[3::4] = owns if None not in owns else [own or _NO_WORDS for own in owns]
        last = b"}"
    pieces[0] = head + pieces[0][pieces[0].index(b"{") :]
    pieces.append(last + tail)
    return b"".join(pieces)


_OPENING: Final = b'{"type":"transaction","account":"'
_NEXT: Final = _END[:1] + b"," + _OPENING
"""Where an object ends and the next one begins: no text of a transaction holds it, whose quotes are all escaped."""
_SELF: Final = b'"self":"'


def separators(fronts: Mapping[int, tuple[bytes, bytes]]) -> dict[int, bytes]:
    """What stands between a document with its enrichment and the next one, by the reference of the next one's account."""
    return {ref: _END[:1] + b"," + front + back for ref, (front, back) in fronts.items()}


class JoinedDocuments(NamedTuple):
    """So many documents with their enrichments, joined up to `end` of a text; `front` is what stands before the first."""

    rows: int
    front: bytes
    text: bytes
    end: int

    @property
    def last(self) -> TransactionDocument:
        """The last document."""
        begins = self.text.index(b'"},"', max(self.text.rfind(_SELF, 0, self.end), 0)) + len('"},')
        return _read_whole(b"{" + self.text[begins : self.end] + b"}")

    def between(self, head: bytes, tail: bytes) -> bytes:
        """As the inside of a JSON list."""
        return b"".join((head, self.front, memoryview(self.text)[: self.end], b"}", tail))


def of_joined(text: bytes, separator: bytes, found: int, most: int) -> JoinedDocuments:
    """The first `most` of the documents that were found and joined with their separators. `separator` is that of the first one."""
    front = separator[separator.index(b"{") :]
    return JoinedDocuments(found, front, text, len(text)) if found <= most else JoinedDocuments(most, front, text, text.rindex(_NEXT))


def opening_of(shared_part: SharedPart) -> bytes:
    """How an `enrich` opens, up to its clean text."""
    return shared_part[shared_part.index(_ENRICH) + len(_ENRICH) :]


def shared_part(document: bytes, opening: bytes) -> SharedPart:
    """What is stored of an enrichment for a document: of a payment whose bank names no `subClass`, with the ANZSIC group that it names."""
    takes = document.endswith(_NO_SUBCLASS) and _PAYMENT in document
    return (_subclass_of(opening) if takes else b"") + _ENRICH + opening


def id_of(document: bytes) -> str:
    return document[_ID].decode()


class DocumentFields(msgspec.Struct, gc=False, rename="camel"):
    """What distinguishes a document's transaction from another: text, `balance` as the wire writes it, and its days, if any."""

    description: str
    post_date: str | None = None
    transaction_date: str = ""
    balance: str = ""

    @property
    def balance_cents(self) -> int | None:
        """The balance after the transaction, None where it is not known."""
        return parse_cents(self.balance) if self.balance else None

    @property
    def posted(self) -> date | None:
        """The day it was posted, None while pending."""
        return None if self.post_date is None else date.fromisoformat(self.post_date[:10])

    @property
    def made(self) -> date | None:
        """The day it was made, None where the bank does not say."""
        return date.fromisoformat(self.transaction_date[:10]) if self.transaction_date else None


class _Bpay(msgspec.Struct, rename="camel"):
    biller_code: str
    biller_name: str
    crn: str


class _PaymentDetails(msgspec.Struct):
    bpay: _Bpay | None = None


class _SubClass(msgspec.Struct):
    code: str = ""
    title: str = ""


class TransactionDocument(DocumentFields, kw_only=True, rename="camel"):
    """A whole document, its amounts as the wire writes them."""

    id: str
    amount: str
    currency: str
    direction: Direction
    class_: TransactionClass = msgspec.field(name="class")
    reference: str = ""
    payment_details: _PaymentDetails = msgspec.field(default_factory=_PaymentDetails)
    sub_class: _SubClass = msgspec.field(default_factory=_SubClass)

    @property
    def amount_cents(self) -> int:
        """Negative for a debit."""
        return parse_cents(self.amount)


class _Titled(msgspec.Struct):
    code: str
    title: str


class _Levels(msgspec.Struct):
    group: _Titled


class _Category(msgspec.Struct):
    anzsic: _Levels | None = None


class _SharedPart(msgspec.Struct):
    category: _Category


_read_shared = msgspec.json.Decoder(_SharedPart).decode
_read_fields, _read_whole = msgspec.json.Decoder(DocumentFields).decode, msgspec.json.Decoder(TransactionDocument).decode


def _object(document: bytes) -> bytes:
    """The JSON object of what the transaction itself decides."""
    return b'{"' + document[_OBJECT:] + _END


@lru_cache(maxsize=4096)
def category_title(opening: bytes) -> str:
    """The title of the ANZSIC group in what opens an enrichment, empty without one."""
    levels = _read_shared(opening + _NO_WORDS).category.anzsic
    return levels.group.title if levels else ""


@lru_cache(maxsize=4096)
def _subclass_of(opening: bytes) -> bytes:
    """The inside of a `subClass`: the ANZSIC group in what opens an enrichment, empty without one."""
    levels = _read_shared(opening + _NO_WORDS).category.anzsic
    return msgspec.json.encode(levels.group)[1:-1] if levels else b""


def fields_of(document: bytes) -> DocumentFields:
    return _read_fields(_object(document))


def read(document: bytes) -> TransactionDocument:
    return _read_whole(_object(document))


def biller_code(document: bytes) -> str:
    """The code of the BPAY biller that a transaction pays, "" where the bank names none."""
    bpay = read(document).payment_details.bpay
    return "" if bpay is None else bpay.biller_code


def parse(document: bytes) -> BankTransaction:
    """The transaction that a document was rendered from, without the ids of its bank."""
    whole = read(document)
    bpay, subclass = whole.payment_details.bpay, whole.sub_class
    return BankTransaction(
        amount=whole.amount_cents,
        description=whole.description,
        posted=whole.posted,
        made=whole.made,
        balance=whole.balance_cents,
        kind=whole.class_,
        subclass=(subclass.code, subclass.title) if subclass.title else None,
        reference=whole.reference,
        currency=whole.currency,
        bpay=None if bpay is None else (bpay.biller_code, bpay.biller_name, bpay.crn),
    )


def content_of(document: bytes) -> bytes:
    """What of a document the bank decides: all but the ids. Two documents of equal content need no rewriting."""
    return document[_CONTENT:]
