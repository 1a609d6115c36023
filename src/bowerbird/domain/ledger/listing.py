"""A bank's listing as it was meant: in the order things happened, each row once.

Banks list newest first, show a purchase as pending and as posted on the same day, and give one id to several rows. None of that
is a reason to refuse what they say.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec

from bowerbird.model.transaction import BankTransaction


def set_right(listing: list[BankTransaction]) -> list[BankTransaction]:
    """The same listing, oldest first, without the pending rows that it also shows posted, and with an id for each row that has one."""
    days = [transaction.posted for transaction in listing if transaction.posted is not None]
    if days and days[0] > days[-1]:
        listing.reverse()
    settled = {each.upstream_id for each in listing if each.posted} | {each.pending_id for each in listing if each.posted}
    settled.discard(None)
    return list(_told_apart(each for each in listing if each.posted is not None or each.upstream_id not in settled))


def _told_apart(listing: Iterable[BankTransaction]) -> Iterator[BankTransaction]:
    """One id shown twice with the same words is one row shown twice. With other words, they are two rows; the later get a number."""
    seen: dict[str, list[BankTransaction]] = {}
    for transaction in listing:
        if transaction.upstream_id is None:
            yield transaction
            continue
        same = seen.setdefault(transaction.upstream_id, [])
        if transaction in same:
            continue
        same.append(transaction)
        if len(same) == 1:
            yield transaction
        else:
            yield msgspec.structs.replace(transaction, upstream_id=f"{transaction.upstream_id}\0{len(same)}")
