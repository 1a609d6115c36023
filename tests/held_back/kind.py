"""What a held-back file is, and what a reader must answer to it."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from tests.held_back.ledger import Row


class Answer(StrEnum):
    """The right answers to a file."""

    READ = "read"
    """It says one thing: its rows."""
    EITHER = "either"
    """Its rows, or a refusal by its true name."""
    REFUSE = "refuse"
    """A refusal by its true name: it is no statement, or says two things."""


@dataclass(frozen=True, order=True)
class AccountSides:
    """The currency of an account, and its balances in cents before the first row and after the last."""

    currency: str
    opening_cents: int
    closing_cents: int


@dataclass(frozen=True)
class Expected:
    """The right rows, how many accounts, and the words a refusal needs or must not have."""

    answer: Answer
    rows: tuple[Row, ...] = ()
    accounts: int = 1
    reason_any: tuple[str, ...] = ()
    reason_not: tuple[str, ...] = ()
    with_balances: bool = True
    sides: tuple[AccountSides, ...] = ()
    """What each account must be in and begin and end with; empty where that is not compared."""
    any_day: bool = False
    """Two columns of days without headings: either may be the row's, each at most a day from the other."""


@dataclass(frozen=True)
class Sample:
    """One file as a bank writes it."""

    name: str
    content: bytes
    expected: Expected
    institution: str = ""


@dataclass(frozen=True)
class Kind:
    """A way of writing statements: its name, where the fact comes from, and what makes one from a seed."""

    name: str
    source: str
    fact: str
    make: Callable[[str], Sample]
