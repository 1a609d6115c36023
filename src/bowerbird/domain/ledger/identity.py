"""What makes a transaction the same transaction when it is seen again.

By the bank's own id where the bank has stable ones, else by (day, amount, description, nth of that kind on that day): two equal
coffees stay two, and the same file read twice adds nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from functools import lru_cache
from hashlib import blake2b

from bowerbird.model.days import day_of_number
from bowerbird.model.transaction import BankTransaction
from bowerbird.storage.database.tables import PENDING_DAY


def of_upstream_id(upstream_id: str) -> bytes:
    return blake2b(b"id\0" + upstream_id.encode("utf-8", "replace"), digest_size=16).digest()


def identities(transactions: Iterable[BankTransaction]) -> Iterator[bytes]:
    """An identity for each transaction of one account's listing, in its order: 16 bytes.

    One that names a day begins with it, because the index of identities is then written along its edge, as a listing runs, instead
    of all over the place: that halves the cost of storing a large statement.
    """
    seen: dict[str, int] = {}
    for transaction in transactions:
        if transaction.upstream_id is not None:
            yield of_upstream_id(transaction.upstream_id)
            continue
        posted = transaction.posted
        kind = f"{posted or transaction.made}\0{transaction.amount}\0{transaction.description}"
        nth = seen[kind] = seen.get(kind, -1) + 1
        text = f"{nth}\0{kind}".encode("utf-8", "replace")
        yield (_PENDING if posted is None else _first_bytes(posted)) + blake2b(text, digest_size=12).digest()


def is_of_content(identity: bytes, post_day: int) -> bool:
    """Whether an identity was made from what a transaction says, because its source has no ids."""
    return identity[:4] == (_PENDING if post_day == PENDING_DAY else _first_bytes(day_of_number(post_day)))


_PENDING = b"\xff\xff\xff\xff"


@lru_cache(maxsize=4096)
def _first_bytes(day: date) -> bytes:
    return day.toordinal().to_bytes(4)
