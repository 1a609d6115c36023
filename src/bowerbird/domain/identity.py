"""What makes a transaction the same transaction when it is seen again.

By the bank's own id where the bank has stable ones, else by (day, amount, description, nth of that kind on that day): two equal
coffees stay two, and the same file read twice adds nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from hashlib import blake2b

from bowerbird.model.transaction import BankTransaction


def of_upstream_id(upstream_id: str) -> bytes:
    return blake2b(b"id\0" + upstream_id.encode("utf-8", "replace"), digest_size=16).digest()


def identities(transactions: Iterable[BankTransaction]) -> Iterator[bytes]:
    """An identity for each transaction of one account's listing, in its order."""
    seen: defaultdict[str, int] = defaultdict(int)
    for transaction in transactions:
        if transaction.upstream_id is not None:
            yield of_upstream_id(transaction.upstream_id)
            continue
        day = transaction.posted or f"pending {transaction.made}"
        kind = f"{day}\0{transaction.amount}\0{transaction.description}"
        nth = seen[kind]
        seen[kind] = nth + 1
        yield blake2b(f"{nth}\0{kind}".encode("utf-8", "replace"), digest_size=16).digest()
