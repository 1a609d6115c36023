"""What a FinTS bank says of a row, as a transaction. The codes of business transactions: DFÜ-Abkommen, annex 3, "GVC"."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from bowerbird.model.account import BankAccount
from bowerbird.model.transaction import BankTransaction, TransactionClass
from bowerbird.sdk.failures import NotUnderstood

_LONGEST_TEXT = 1000
_KINDS: Mapping[str, TransactionClass] = {
    **dict.fromkeys(("104", "105", "106", "005", "004"), TransactionClass.PAYMENT),
    **dict.fromkeys(("116", "117", "020", "008", "177"), TransactionClass.TRANSFER),
    **dict.fromkeys(("152", "153", "154", "156", "166", "051", "053"), TransactionClass.DIRECT_CREDIT),
    **dict.fromkeys(("082", "083"), TransactionClass.CASH_WITHDRAWAL),
    **dict.fromkeys(("109", "159", "059"), TransactionClass.REFUND),
    **dict.fromkeys(("808", "807", "805", "804"), TransactionClass.BANK_FEE),
    "814": TransactionClass.INTEREST,
}


class FinTsRow(NamedTuple):
    """A line 61 of MT940 with its line 86. `mark` is C, D, RC or RD, which decides the sign: that of `amount` is not looked at."""

    mark: str
    amount: Decimal
    currency: str | None
    booked: date
    value_day: date
    texts: tuple[str, ...]
    code: str


class TanOrder(NamedTuple):
    """What waits for a TAN: the library's state of the dialog and of the order; `in_app` where the person confirms in an app."""

    dialog: bytes
    request: bytes
    in_app: bool


class Asked(NamedTuple):
    """What a bank asks before it goes on with an order. `picture` is a photoTAN, as the bank sends it; `bars` are a flicker code's frames.

    Where the person confirms in an app, the bank may be asked every `poll_s` seconds, `polls` times: 0 where it wants no such questions.
    """

    text: str
    prompt: str
    order: TanOrder
    picture: bytes
    poll_s: int = 0
    polls: int = 0
    bars: tuple[str, ...] = ()


def row_of(row: FinTsRow, account: BankAccount) -> BankTransaction:
    """Banks give rows no id that stays: they are recognised by what they say. A reversed credit takes money away.

    Raises NotUnderstood for a row of another currency or with parts of a cent.
    """
    cents = abs(row.amount) * 100
    if row.currency not in (None, "", account.currency) or cents != int(cents) or row.mark not in _SIGNS:
        raise NotUnderstood("a row of another currency, with parts of a cent, or neither in nor out")
    return BankTransaction(
        amount=_SIGNS[row.mark] * int(cents),
        description=" ".join(text.strip() for text in row.texts if text.strip())[:_LONGEST_TEXT],
        posted=row.booked,
        made=min(row.value_day, row.booked),
        kind=_KINDS.get(row.code),
        currency=account.currency,
    )


_SIGNS: Mapping[str, int] = {"C": 1, "RD": 1, "D": -1, "RC": -1}
