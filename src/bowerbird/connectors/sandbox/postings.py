"""A posting: one movement of one account in the sandbox bank's books, before it is shown to anyone."""

from __future__ import annotations

from datetime import date

import msgspec

from bowerbird.model.transaction import TransactionClass

Anzsic = tuple[str, str]
"""ANZSIC group code and title, such as ("451", "Cafes, Restaurants and Takeaway Food Services")."""


class Posting(msgspec.Struct, frozen=True, gc=False):
    """`account` is the persona's own word for the account, `amount` cents, negative when money leaves it.

    `identity` is unique within the account and the same however often the books are written again. `held` postings are card
    purchases: pending from the day they were `made` until the day before they are `posted`.
    """

    account: str
    identity: str
    posted: date
    amount: int
    text: str
    kind: TransactionClass
    made: date | None = None
    subclass: Anzsic | None = None
    bpay: tuple[str, str, str] | None = None
    reference: str = ""
    held: bool = False


def both_sides(out: Posting, account: str, text: str, kind: TransactionClass | None = None) -> tuple[Posting, Posting]:
    """A movement between two accounts of one person: what leaves one on a day arrives in the other on that day."""
    return out, Posting(account, out.identity, out.posted, -out.amount, text, kind or out.kind, made=out.made)
