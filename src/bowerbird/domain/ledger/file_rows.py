"""The rows that are compared when a file is read, and what a stored row gains from another report of the same transaction."""

from __future__ import annotations

import re
from datetime import date
from typing import NamedTuple, TypedDict

import msgspec

from bowerbird.domain.ledger import documents
from bowerbird.model.days import day_number
from bowerbird.model.transaction import BankTransaction, TransactionClass
from bowerbird.storage.rows.transactions import KnownTransaction

_APART = re.compile(r"[\W_]+")


class Gain(TypedDict, total=False):
    """What a file changes of a stored transaction, by the fields of BankTransaction; `balance` in cents."""

    balance: int
    made: date
    posted: date | None
    description: str
    kind: TransactionClass | None


class FileRow(NamedTuple):
    """A posted row of a file. `place` counts the file's rows of this account; `day` is the day posted; cents."""

    place: int
    day: int
    amount: int
    balance: int | None
    words: str
    by_id: bool


class KnownRow(NamedTuple):
    """A stored posted row."""

    known: KnownTransaction
    day: int
    amount: int
    balance: int | None
    words: str


def file_row(place: int, _identity: bytes, transaction: BankTransaction) -> FileRow:
    day = day_number(transaction.posted or date.max)
    words = _words(transaction.description)
    return FileRow(place, day, transaction.amount, transaction.balance, words, transaction.upstream_id is not None)


def known_row(known: KnownTransaction) -> KnownRow:
    fields = documents.fields_of(known.document)
    return KnownRow(known, known.post_day, known.amount, fields.balance_cents, _words(fields.description))


def begins_alike(new: FileRow, old: KnownRow) -> bool:
    """Whether one text is the other, cut short; blanks do not count, because a cut may fall into a word."""
    one, other = new.words.replace(" ", ""), old.words.replace(" ", "")
    return one.startswith(other) or other.startswith(one)


def shares_words(new: FileRow, old: KnownRow) -> bool:
    """Whether all words of one text are among the other's, in any order."""
    one, other = set(new.words.split()), set(old.words.split())
    return one <= other or other <= one


def has_other_balance(stored: documents.DocumentFields, transaction: BankTransaction) -> bool:
    """Whether both say a balance, and not the same one."""
    return bool(stored.balance) and transaction.balance is not None and stored.balance != documents.cents_text(transaction.balance)


def gain_of(stored: documents.DocumentFields, transaction: BankTransaction, *, corrects: bool = False) -> Gain:
    """What a file adds to a stored transaction: the values of its fields that change.

    A balance and the day it was made are added where they were unknown, a text where it goes on behind the known one, or where the
    bank's id says that it `corrects` it.
    """
    gain: Gain = {}
    if not stored.balance and transaction.balance is not None:
        gain["balance"] = transaction.balance
    if not stored.transaction_date and transaction.made is not None:
        gain["made"] = transaction.made
    new, old = transaction.description, stored.description
    if new != old and _completes(new, old, corrects=corrects and transaction.upstream_id is not None):
        gain["description"], gain["kind"] = new, transaction.kind
    return gain


def with_gain(known: KnownTransaction, gain: Gain) -> BankTransaction:
    """A stored transaction with what a file adds to it."""
    return msgspec.structs.replace(documents.parse(known.document), **gain)


def with_known_balance(known: KnownTransaction, transaction: BankTransaction) -> BankTransaction:
    """What a feed shows of a stored posted transaction, with the balance that a file showed after it where the feed shows none."""
    if transaction.balance is not None or transaction.posted is None or transaction.amount != known.amount:
        return transaction
    return msgspec.structs.replace(transaction, balance=documents.fields_of(known.document).balance_cents)


def _completes(new: str, old: str, *, corrects: bool) -> bool:
    one, other = _words(new), _words(old)
    if one == other:
        return len(new) < len(old)
    if one.startswith(other):
        return True
    return corrects and not other.startswith(one)


def _words(text: str) -> str:
    return " ".join(word for word in _APART.split(text.casefold()) if word and word != "pending")
