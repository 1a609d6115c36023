"""What a file of another program is written from: accounts with their posted transactions, all formats alike."""

from __future__ import annotations

import re
from base64 import b32encode
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from hashlib import blake2b
from typing import Final

import msgspec

from bowerbird.model.account import AccountClass
from bowerbird.model.ids import is_institution_id
from bowerbird.storage.rows.accounts import AccountRow

UNKNOWN: Final = "unknown"
"""The category of what no rule recognises."""
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufffe\uffff]+")
"""What ends a line in some program, or may stand in no XML document."""


class ExportedTransaction(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One posted transaction. `cents` is negative for money that leaves, `balance_cents` the balance after it, None where unknown.

    `category` is a leaf of the rule packs, `is_transfer` whether the other side is another account of the same user.
    """

    id: str
    day: date
    text: str
    reference: str
    kind: str
    cents: int
    balance_cents: int | None
    category: str
    is_transfer: bool


@dataclass(frozen=True, slots=True)
class ExportedRows:
    """An account's transactions, oldest first: iterated as often as they are needed and never all in memory.

    `first` and `last` are None without any.
    """

    read: Callable[[], Iterable[ExportedTransaction]] = tuple
    first: ExportedTransaction | None = None
    last: ExportedTransaction | None = None
    total_cents: int = 0

    def __iter__(self) -> Iterator[ExportedTransaction]:
        return iter(self.read())

    def __bool__(self) -> bool:
        return self.first is not None


@dataclass(frozen=True, slots=True)
class ExportedAccount:
    """One account, its transactions oldest first. `balance_cents` is its balance on `balance_day`, None where unknown."""

    id: str
    institution_id: str
    institution: str
    name: str
    number: str
    bsb: str
    account_class: AccountClass
    currency: str
    balance_cents: int | None
    balance_day: date
    transactions: ExportedRows = field(default_factory=ExportedRows)

    @property
    def opening_cents(self) -> int | None:
        """The balance before the first transaction, by the balance after it; None where its bank does not show one."""
        first = self.transactions.first
        return None if first is None or first.balance_cents is None else first.balance_cents - first.cents

    @property
    def proven_cents(self) -> int | None:
        """The balance after the last transaction, where the opening balance and all transactions add up to it; else None."""
        if (opening := self.opening_cents) is None:
            return None
        closing = self.transactions.last.balance_cents if self.transactions.last else None
        return closing if closing == opening + self.transactions.total_cents else None


def bank_id(row: AccountRow) -> str:
    """The id of an account's bank for other programs: one of XX9 and six characters, made of its name, for a bank that has none.

    Two banks behind one login are two, and a name is the same bank in every file and feed.
    """
    named = row.details.institution
    if named is None or is_institution_id(named):
        return named or row.institution_id
    digest = blake2b(" ".join(named.casefold().split()).encode(), digest_size=5).digest()
    return f"XX9{b32encode(digest).decode()[:6]}"


def one_line(text: str) -> str:
    """A text without what ends a line or is no character, single spaces between its words."""
    return " ".join(_CONTROL.sub(" ", text).split())
