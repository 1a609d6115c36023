"""What a statement holds, the same for every kind of file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from bowerbird.model.account import BankAccount
from bowerbird.model.transaction import BankTransaction


@dataclass(frozen=True, slots=True)
class StatementAccount:
    """One account of a statement and its transactions in the order they happened.

    `proved` counts the balances that arithmetic has confirmed; 0 says that nothing is proven but the form. `numbered` is False where
    the statement does not say which account it is of: its number is then UNKNOWN_NUMBER, and so is any other such account's.
    `lines` are where a file of text has the first of the transactions, in their order. `ends_known` is False where balances prove both
    orders of a day and the bank's is not known: then it is not known either with which balance the file begins and ends. `notes` say what
    a person who opened the file may not have seen.
    """

    account: BankAccount
    transactions: list[BankTransaction]
    proved: int = field(default=0, compare=False)
    numbered: bool = field(default=True, compare=False)
    lines: Sequence[int] = field(default=(), compare=False)
    ends_known: bool = field(default=True, compare=False)
    notes: tuple[str, ...] = field(default=(), compare=False)


WRONG_CHECK_DIGITS = "the account's number has the form of an IBAN, and its check digits do not hold: it is kept as it is printed"
"""What is noted of such a number. Banks print numbers of accounts that are none, and samples do; a number that was typed over fails too."""
WITHOUT_CLOSING = "no closing balance is printed: a row that is missing behind the last one could not be seen"
"""What is noted of a print whose last row, or newest one where that stands first, no printed balance confirms as the last."""
UNKNOWN_NUMBER = "unknown"
UNKNOWN_PRODUCT = "unknown"
UNKNOWN_NAME = "Account without a number"

MAX_LINES = 2_000
"""Transactions of an account whose lines are recorded."""


def missing_statements(before: int, after: int) -> str:
    """What is noted where a bank counts its statements and those between two numbers are not in the file, though balances show no gap."""
    many = f"statement {before + 1}" if after == before + 2 else f"statements {before + 1} to {after - 1}"
    return f"not in the file, by the numbers of the others: {many}; no balance shows that anything is missing"


def lines_of(read: Sequence[BankTransaction], numbers: Sequence[int], ordered: Sequence[BankTransaction]) -> list[int]:
    """The numbers that transactions were read with, in the order in which they happened."""
    wanted = set(map(id, ordered[:MAX_LINES]))
    known = {id(transaction): number for transaction, number in zip(read, numbers, strict=True) if id(transaction) in wanted}
    return [known[id(transaction)] for transaction in ordered[:MAX_LINES]]
