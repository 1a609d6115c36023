"""The prints before they are written: texts, facts and tables with their right answers, as their makers' generator left them.

`prints.json.xz` holds them. All of it is synthetic: banks, people, numbers of accounts and sums are made up, and the file has the licence
of this repository. The generator drew from a random number per kind, statement period (0, 1, 2) and number of rows (14, 60).
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
Align = Literal["l", "r", "c"]


class Gap(msgspec.Struct, frozen=True, tag_field="is", tag="gap"):
    """So many points of nothing."""

    points: float


class NewPage(msgspec.Struct, frozen=True, tag_field="is", tag="page"):
    """The next page begins."""


class Text(msgspec.Struct, frozen=True, tag_field="is", tag="text"):
    """Lines of text."""

    words: str
    bold: bool
    points: float
    align: Align


class Facts(msgspec.Struct, frozen=True, tag_field="is", tag="facts"):
    """Names and values, one a line; on the right side of the page where `right`."""

    pairs: tuple[tuple[str, str], ...]
    right: bool
    width: float


class Table(msgspec.Struct, frozen=True, tag_field="is", tag="table"):
    """Columns (heading, width, alignment) and rows (whether bold, cells)."""

    columns: tuple[tuple[str, float, Align], ...]
    rows: tuple[tuple[bool, tuple[str, ...]], ...]


Element = Gap | NewPage | Text | Facts | Table


class Account(msgspec.Struct, frozen=True):
    """The right answer for one account: rows are day, cents, words and the balance in cents after them."""

    currency: str
    opening_cents: int
    closing_cents: int
    rows: tuple[tuple[date, int, str, int], ...]


class UnseenPrint(msgspec.Struct, frozen=True):
    """A print and its right answer; sizes in points. `figures_last`: figures stand on the last line of their row."""

    name: str
    paper: Literal["A4", "LETTER"]
    font: str
    points: float
    lead: float
    zebra: bool
    rules: str
    color: str
    figures_last: bool
    foot: str
    margin: float
    language: str
    elements: tuple[Element, ...]
    accounts: tuple[Account, ...]


class UnseenKind(msgspec.Struct, frozen=True):
    """A kind: the program that writes it, what decides its reading, and whether its days can be read two ways."""

    name: str
    maker: Maker
    fact: str
    is_ambiguous: bool
    prints: tuple[UnseenPrint, ...]

    def expected(self, one: UnseenPrint) -> Expected:
        """The right answer to one of its prints."""
        rows = tuple(Row(day, amount, words, balance) for account in one.accounts for day, amount, words, balance in account.rows)
        if self.is_ambiguous:
            return Expected(Answer.REFUSE, rows, reason_any=("ambiguous",))
        sides = tuple(AccountSides(account.currency, account.opening_cents, account.closing_cents) for account in one.accounts)
        return Expected(Answer.READ, rows, accounts=len(one.accounts), sides=sides)


@cache
def kinds() -> tuple[UnseenKind, ...]:
    """Every kind with its six prints."""
    return msgspec.json.decode(lzma.decompress(FILE.read_bytes()), type=tuple[UnseenKind, ...])
