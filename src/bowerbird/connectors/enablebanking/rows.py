"""What Enable Banking answers, and the accounts and transactions that it means."""

from __future__ import annotations

from datetime import date, datetime

import msgspec

from bowerbird.model.account import AccountClass, BankAccount
from bowerbird.model.money import parse_cents
from bowerbird.model.transaction import BankTransaction
from bowerbird.sdk.failures import NotUnderstood

LISTED = {"BOOK", "PDNG"}
"""States of a transaction that count; others are announced, refused or cancelled."""
_CLASSES = {"CACC": AccountClass.TRANSACTION, "SVGS": AccountClass.SAVINGS, "CARD": AccountClass.CREDIT_CARD, "LOAN": AccountClass.LOAN}
_CURRENT, _AVAILABLE = ("ITBD", "CLBD", "XPCD"), ("ITAV", "CLAV")
"""Kinds of balances, the best first: booked now, at the last close, expected; available now, at the last close."""
_LONGEST_TEXT = 1000


class _Other(msgspec.Struct, frozen=True):
    identification: str = ""


class _Identification(msgspec.Struct, frozen=True):
    iban: str | None = None
    other: _Other | None = None


class SharedAccount(msgspec.Struct, frozen=True):
    """An account as a session lists it. `uid` changes with each session, `identification_hash` does not."""

    uid: str
    currency: str
    identification_hash: str = ""
    account_id: _Identification | None = None
    name: str | None = None
    cash_account_type: str = ""
    product: str | None = None

    @property
    def number(self) -> str:
        found = self.account_id or _Identification()
        return (found.iban or (found.other.identification if found.other else "") or self.identification_hash or self.uid).replace(" ", "")

    @property
    def key(self) -> str:
        """What recognises the account again in another session."""
        return self.identification_hash or self.number


class _Amount(msgspec.Struct, frozen=True):
    currency: str
    amount: str


class _Balance(msgspec.Struct, frozen=True):
    balance_type: str
    balance_amount: _Amount


class Balances(msgspec.Struct, frozen=True):
    balances: list[_Balance]


class _Party(msgspec.Struct, frozen=True):
    name: str | None = None


class _BankRow(msgspec.Struct, frozen=True):
    transaction_amount: _Amount
    credit_debit_indicator: str
    status: str
    entry_reference: str | None = None
    booking_date: date | None = None
    value_date: date | None = None
    transaction_date: date | None = None
    remittance_information: list[str] | None = None
    creditor: _Party | None = None
    debtor: _Party | None = None


class Transactions(msgspec.Struct, frozen=True):
    transactions: list[_BankRow]
    continuation_key: str | None = None


def account_of(account: SharedAccount, balances: Balances, bank: str | None, now: datetime) -> BankAccount:
    """Raises NotUnderstood for an amount that cannot be read."""
    return BankAccount(
        number=account.number,
        name=account.name or account.product or account.number[-4:],
        holder=None,
        currency=account.currency,
        account_class=_CLASSES.get(account.cash_account_type, AccountClass.UNKNOWN),
        product=account.product or account.name or "",
        balance=_balance(balances, _CURRENT, account.currency),
        available=_balance(balances, _AVAILABLE, account.currency),
        last_updated=now,
        upstream_id=account.key,
        institution=bank,
    )


def _balance(balances: Balances, kinds: tuple[str, ...], currency: str) -> int | None:
    """The best of these kinds, in cents; None where the bank gives none of them."""
    found = {each.balance_type: each.balance_amount for each in balances.balances if each.balance_amount.currency == currency}
    return next((_cents(found[kind].amount) for kind in kinds if kind in found), None)


def transaction_of(row: _BankRow, account: BankAccount) -> BankTransaction:
    """A booked row has the bank's reference as its id; that of a pending one may change. Raises NotUnderstood."""
    amount, direction = row.transaction_amount, row.credit_debit_indicator
    if amount.currency != account.currency or direction not in {"CRDT", "DBIT"} or amount.amount.startswith("-"):
        raise NotUnderstood("a transaction of another currency or direction")
    is_booked, other = row.status == "BOOK", row.creditor if direction == "DBIT" else row.debtor
    posted = row.booking_date or row.value_date
    if is_booked and posted is None:
        raise NotUnderstood("a booked transaction without its day")
    texts = [other.name if other else None, *(row.remittance_information or [])]
    return BankTransaction(
        amount=_cents(amount.amount) * (1 if direction == "CRDT" else -1),
        description=" ".join(" ".join(filter(None, texts)).split())[:_LONGEST_TEXT],
        posted=posted if is_booked else None,
        made=row.transaction_date or row.value_date,
        upstream_id=row.entry_reference if is_booked else None,
        currency=amount.currency,
    )


def _cents(text: str) -> int:
    try:
        return parse_cents(text)
    except ValueError as error:
        raise NotUnderstood("an amount that cannot be read") from error
