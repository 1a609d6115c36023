"""The prints before they are written, with their right answers, as their makers' generator left them.

`prints.json.xz` holds them. All of it is synthetic: banks, people, numbers of accounts and sums are made up, and the file has the licence
of this repository. The generator drew from a random number per kind and number of rows (13, 44).
"""

from __future__ import annotations

import lzma
from datetime import date
from functools import cache
from pathlib import Path
from typing import Literal

import msgspec

from tests.held_back.kind import AccountSides, Answer, Expected
from tests.held_back.ledger import Row
from tests.held_back.prints.model import Maker

FILE = Path(__file__).parent / "prints.json.xz"


class Placed(msgspec.Struct, frozen=True, array_like=True):
    """A text at its place: points from the left and from the bottom; at its right end where `right`."""

    left: float
    bottom: float
    words: str
    right: bool
    font: str
    points: float


class Pages(msgspec.Struct, frozen=True, tag_field="is", tag="pages"):
    """Pages of placed texts."""

    paper: Literal["A4", "LETTER"]
    pages: tuple[tuple[Placed, ...], ...]


class Source(msgspec.Struct, frozen=True, tag_field="is", tag="source"):
    """What a browser or Typst makes a PDF of."""

    text: str


class Account(msgspec.Struct, frozen=True):
    """The right answer for one account: rows are day, cents, words and the balance in cents after them."""

    currency: str
    opening_cents: int
    closing_cents: int
    rows: tuple[tuple[date, int, str, int], ...]


class FourthPrint(msgspec.Struct, frozen=True):
    """A print of so many rows and its right answer."""

    rows: int
    document: Pages | Source
    accounts: tuple[Account, ...]


class FourthKind(msgspec.Struct, frozen=True):
    """A kind: the program that writes it, what decides its reading, and whether it must be refused."""

    name: str
    maker: Maker
    fact: str
    is_refused: bool
    prints: tuple[FourthPrint, ...]

    def expected(self, one: FourthPrint) -> Expected:
        """The right answer to one of its prints."""
        rows = tuple(Row(day, amount, words, balance) for account in one.accounts for day, amount, words, balance in account.rows)
        if self.is_refused:
            return Expected(Answer.REFUSE, rows)
        sides = tuple(AccountSides(account.currency, account.opening_cents, account.closing_cents) for account in one.accounts)
        return Expected(Answer.READ, rows, accounts=len(one.accounts), sides=sides)


@cache
def kinds() -> tuple[FourthKind, ...]:
    """Every kind with its two prints."""
    return msgspec.json.decode(lzma.decompress(FILE.read_bytes()), type=tuple[FourthKind, ...])
