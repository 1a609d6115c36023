"""What an account and a row of a connector may hold: the server refuses others, and the checks of a connector say so before.

Each sentence names a field, never what it holds.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from bowerbird.model.account import AccountClass, BankAccount
from bowerbird.model.money import MAX_CENTS
from bowerbird.model.transaction import BankTransaction, TransactionClass

MAX_TEXT = 1_000
MAX_NUMBER = 64
_CURRENCY_LETTERS = 3


def account_problem(account: BankAccount) -> str | None:
    """What is wrong with an account; None where nothing is."""
    if not issubclass(type(account), BankAccount):
        return f"an account is {_kind(account)}: give a BankAccount"
    if not issubclass(type(account.number), str) or not 0 < len(account.number) <= MAX_NUMBER:
        return f"`number` of an account must be a text of 1 to {MAX_NUMBER} characters"
    if not issubclass(type(account.currency), str) or len(account.currency) != _CURRENCY_LETTERS:
        return "`currency` of an account must be a code of three letters, such as AUD"
    if not issubclass(type(account.account_class), AccountClass):
        return "`account_class` of an account must be a member of AccountClass"
    if account.last_updated is not None and not issubclass(type(account.last_updated), datetime):
        return "`last_updated` of an account must be a datetime"
    texts = (
        ("name", account.name), ("holder", account.holder), ("product", account.product), ("upstream_id", account.upstream_id),
        ("bsb", account.bsb), ("opened", account.opened), ("unmasked_number", account.unmasked_number),
        ("masked_number", account.masked_number),
    )  # fmt: skip
    sums = (("balance", account.balance), ("available", account.available), ("credit_limit", account.credit_limit))
    wrong = _text_problem(texts) or _cents_problem(sums)
    return wrong and f"{wrong} (of an account)"


def row_problem(row: BankTransaction) -> str | None:
    """The same of a transaction."""
    if not issubclass(type(row), BankTransaction):
        return f"a transaction is {_kind(row)}: give a BankTransaction"
    if row.kind is not None and not issubclass(type(row.kind), TransactionClass):
        return "`kind` of a transaction must be a member of TransactionClass, or None"
    texts = (
        ("description", row.description), ("upstream_id", row.upstream_id), ("pending_id", row.pending_id), ("reference", row.reference),
        ("currency", row.currency), *(("subclass", text) for text in row.subclass or ()), *(("bpay", text) for text in row.bpay or ()),
    )  # fmt: skip
    days, sums = (("posted", row.posted), ("made", row.made)), (("amount", row.amount), ("balance", row.balance))
    wrong = (
        _missing((("amount", row.amount), ("description", row.description)))
        or _text_problem(texts)
        or _cents_problem(sums)
        or _day_problem(days)
    )
    return wrong and f"{wrong} (of a transaction)"


def _missing(fields: Iterable[tuple[str, str | int | None]]) -> str | None:
    return next((f"`{name}` is missing" for name, value in fields if value is None), None)


def _text_problem(fields: Iterable[tuple[str, str | None]]) -> str | None:
    for name, text in fields:
        if text is not None and not issubclass(type(text), str):
            return f"`{name}` is {_kind(text)}: give a text"
        if text is not None and len(text) > MAX_TEXT:
            return f"`{name}` is longer than {MAX_TEXT} characters"
    return None


def _cents_problem(fields: Iterable[tuple[str, int | None]]) -> str | None:
    for name, cents in fields:
        if cents is not None and type(cents) is not int:
            return f"`{name}` is {_kind(cents)}: give cents as int, which parse_cents reads from a text such as -4.50"
        if cents is not None and abs(cents) > MAX_CENTS:
            return f"`{name}` is larger than {MAX_CENTS} cents"
    return None


def _day_problem(fields: Iterable[tuple[str, date | None]]) -> str | None:
    for name, day in fields:
        if day is not None and (not issubclass(type(day), date) or issubclass(type(day), datetime)):
            return f"`{name}` is {_kind(day)}: give a date, the day at the bank"
    return None


def _kind(value: BankAccount | BankTransaction | str | int | date | None) -> str:
    return f"a value of the type {type(value).__name__}"
