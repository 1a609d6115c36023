"""A story written for the sandbox: accounts and what happens on them, on days past and to come.

The balance of an account is proven or unknown: with an opening balance every later one follows from it, and a balance that is
written beside a transaction must be the one that follows.
"""

from __future__ import annotations

from datetime import date

import msgspec

from bowerbird.model.account import AccountClass
from bowerbird.model.money import parse_cents
from bowerbird.model.transaction import TransactionClass

_LONGEST_NUMBER, _LONGEST_TEXT = 64, 1000


class SeedError(Exception):
    """What is written cannot be: where, what stands there, and what is expected."""

    def __init__(self, path: str, value: object, expected: str) -> None:
        super().__init__(f"{path} is {str(value)[:80]!r}: {expected}")


class SeedTransaction(msgspec.Struct, kw_only=True, rename="camel", forbid_unknown_fields=True, frozen=True):
    """`amount` is decimal, negative when money leaves. One that was `made` before it is `posted` is pending in between."""

    posted: date
    amount: str
    description: str
    made: date | None = None
    balance: str | None = None
    kind: TransactionClass | None = msgspec.field(default=None, name="class")


class SeedAccount(msgspec.Struct, kw_only=True, rename="camel", forbid_unknown_fields=True, frozen=True):
    """`opening` is the balance before the first transaction; without it balances are unknown."""

    number: str
    name: str
    account_class: AccountClass = msgspec.field(default=AccountClass.TRANSACTION, name="class")
    product: str = "Seeded account"
    currency: str = "AUD"
    opening: str | None = None
    transactions: tuple[SeedTransaction, ...] = ()


class SeedAccounts(msgspec.Struct, kw_only=True, rename="camel", forbid_unknown_fields=True, frozen=True):
    """What a bank knows of a customer."""

    holder: str
    password: str
    accounts: tuple[SeedAccount, ...] = ()


def cents(text: str, path: str) -> int:
    """Raises StoryError."""
    try:
        return parse_cents(text)
    except ValueError as error:
        raise SeedError(path, text, 'expected an amount such as "-4.50", in quotes') from error


def check_account(account: SeedAccount, path: str) -> None:
    """Raises StoryError for what no bank could show."""
    if not 0 < len(account.number) <= _LONGEST_NUMBER:
        raise SeedError(f"{path}.number", account.number, f"expected 1 to {_LONGEST_NUMBER} characters")
    if len(account.currency) != 3 or not account.currency.isupper():
        raise SeedError(f"{path}.currency", account.currency, "expected three capitals, such as AUD")
    balance = None if account.opening is None else cents(account.opening, f"{path}.opening")
    last = date.min
    for place, each in enumerate(account.transactions):
        at = f"{path}.transactions[{place}]"
        if each.posted < last:
            raise SeedError(f"{at}.posted", each.posted, f"expected {last} or later: transactions stand in the order they are posted in")
        if each.made is not None and each.made > each.posted:
            raise SeedError(f"{at}.made", each.made, f"expected {each.posted} or earlier, the day it is posted")
        if len(each.description) > _LONGEST_TEXT:
            raise SeedError(f"{at}.description", each.description, f"expected at most {_LONGEST_TEXT} characters")
        last = each.posted
        amount = cents(each.amount, f"{at}.amount")
        balance = None if balance is None else balance + amount
        if each.balance is not None and cents(each.balance, f"{at}.balance") != balance:
            what = "no balance, since the account has no opening" if balance is None else f"{balance // 100}.{balance % 100:02d}"
            raise SeedError(f"{at}.balance", each.balance, f"expected {what}")
