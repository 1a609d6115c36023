"""Finding a pending transaction again once it has posted, where the bank gives it a new id.

Each match carries how it was found and how sure that is; both are kept with the transaction.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import msgspec

from bowerbird.model.transaction import BankTransaction
from bowerbird.storage.transactions import Known

BY_PENDING_ID = "pending-id 1.00"
BY_DESCRIPTION = "amount-and-description 0.95"
BY_FIRST_WORD = "amount-and-first-word 0.80"


class Match(NamedTuple):
    known: Known
    how: str


class _Described(msgspec.Struct):
    description: str


_read = msgspec.json.Decoder(_Described).decode


def _words(text: str) -> str:
    return " ".join(text.casefold().replace("pending", " ").split()).lstrip("-: ")


def _score(posted: str, pending: str) -> str | None:
    ours, theirs = _words(posted), _words(pending)
    if ours == theirs or ours.startswith(theirs) or theirs.startswith(ours):
        return BY_DESCRIPTION
    return BY_FIRST_WORD if ours.split(" ", 1)[0] == theirs.split(" ", 1)[0] else None


def find_pending(transaction: BankTransaction, pending: Iterable[Known]) -> Match | None:
    """The pending transaction of the same amount whose description fits best, or None."""
    matches = [
        Match(known, how)
        for known in pending
        if known.amount == transaction.amount
        and (how := _score(transaction.description, _read(b'{"' + known.document[40:]).description)) is not None
    ]
    return min(matches, key=lambda match: match.how != BY_DESCRIPTION, default=None)
