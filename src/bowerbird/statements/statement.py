"""What a statement says, whatever file it came in."""

from __future__ import annotations

from dataclasses import dataclass

from bowerbird.model.account import BankAccount
from bowerbird.model.transaction import BankTransaction


@dataclass(frozen=True, slots=True)
class StatementAccount:
    """One account of a statement and its transactions in the order they happened."""

    account: BankAccount
    transactions: list[BankTransaction]
