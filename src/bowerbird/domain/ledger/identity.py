"""What makes a transaction the same transaction when it is seen again.

In a feed by the bank's own id, where the bank has stable ones. In a file by the bank's id, day and amount together, because some banks
give an id out again in the next file. Else by (day, amount, description, nth of that kind on that day): two equal coffees stay two, and
the same file read twice adds nothing. What has another identity may still be the same transaction: `overlap` and `matching` find it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from datetime import date
from functools import lru_cache
from hashlib import blake2b

from bowerbird.model.days import day_of_number
from bowerbird.model.transaction import BankTransaction
from bowerbird.storage.database.tables import PENDING_DAY


def of_upstream_id(upstream_id: str) -> bytes:
    """The identity of a transaction of a feed."""
    return blake2b(b"id\0" + upstream_id.encode("utf-8", "replace"), digest_size=16).digest()


def identities(transactions: Iterable[BankTransaction], *, in_file: bool) -> Iterator[bytes]:
    """An identity for each transaction of one account's listing, in its order: 16 bytes. `in_file` says that a person uploaded it.

    One that names a day begins with it, because the index of identities is then written along its edge, as a listing runs, instead
    of all over the place: that halves the cost of storing a large statement.
    """
    seen: dict[str, int] = {}
    for transaction in transactions:
        if transaction.upstream_id is not None:
            yield _of_file_id(transaction, transaction.upstream_id) if in_file else of_upstream_id(transaction.upstream_id)
            continue
        posted = transaction.posted
        first, day = _of_day(posted or transaction.made)
        kind = f"{day}\0{transaction.amount}\0{transaction.description}"
        nth = seen[kind] = seen.get(kind, -1) + 1
        text = f"{nth}\0{kind}".encode("utf-8", "replace")
        yield (_PENDING if posted is None else first) + blake2b(text, digest_size=12).digest()


def is_of_content(identity: bytes, post_day: int) -> bool:
    """Whether an identity was made from what a transaction says, because its source has no ids."""
    return identity[:4] == (_PENDING if post_day == PENDING_DAY else _first_bytes(day_of_number(post_day)))


def is_of_file_id(identity: bytes, post_day: int) -> bool:
    """Whether an identity was made from an id that a file gives."""
    return identity[:4] == (_PENDING_ID if post_day == PENDING_DAY else _first_bytes_of_id(day_of_number(post_day)))


def free_identity(identity: bytes, taken: Collection[bytes]) -> bytes:
    """An identity, or the next one of its day that no other row has."""
    while identity in taken:
        identity = identity[:4] + blake2b(identity, digest_size=12).digest()
    return identity


def _of_file_id(transaction: BankTransaction, upstream_id: str) -> bytes:
    text = f"{upstream_id}\0{transaction.amount}".encode("utf-8", "replace")
    first = _PENDING_ID if transaction.posted is None else _first_bytes_of_id(transaction.posted)
    return first + blake2b(text, digest_size=12).digest()


_PENDING, _PENDING_ID = b"\xff\xff\xff\xff", b"\x7f\xff\xff\xff"
_OF_ID = 1 << 30
"""Tells the first bytes of an identity by a file's id from those of one by content."""


@lru_cache(maxsize=4096)
def _of_day(day: date | None) -> tuple[bytes, str]:
    """How an identity of that day begins, and the day as a text."""
    return (_PENDING if day is None else _first_bytes(day)), str(day)


@lru_cache(maxsize=4096)
def _first_bytes(day: date) -> bytes:
    return day.toordinal().to_bytes(4)


@lru_cache(maxsize=4096)
def _first_bytes_of_id(day: date) -> bytes:
    return (day.toordinal() | _OF_ID).to_bytes(4)
