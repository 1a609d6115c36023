"""What a holder answers about bank accounts, and the accounts and transactions that it means."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

import msgspec

from bowerbird.model.account import AccountClass, BankAccount, Ownership
from bowerbird.model.money import parse_cents
from bowerbird.model.transaction import BankTransaction, TransactionClass
from bowerbird.sdk.failures import NotUnderstood

_CLASSES = {
    "TRANS_AND_SAVINGS_ACCOUNTS": AccountClass.TRANSACTION,
    "REGULATED_TRUST_ACCOUNTS": AccountClass.TRANSACTION,
    "TERM_DEPOSITS": AccountClass.TERM_DEPOSIT,
    "TRAVEL_CARDS": AccountClass.FOREIGN,
    "CRED_AND_CHRG_CARDS": AccountClass.CREDIT_CARD,
    "RESIDENTIAL_MORTGAGES": AccountClass.MORTGAGE,
    "PERS_LOANS": AccountClass.LOAN,
    "BUSINESS_LOANS": AccountClass.LOAN,
    "MARGIN_LOANS": AccountClass.LOAN,
    "OVERDRAFTS": AccountClass.LOAN,
    "LEASES": AccountClass.LOAN,
    "BUY_NOW_PAY_LATER": AccountClass.LOAN,
    "TRADE_FINANCE": AccountClass.LOAN,
}
_KINDS = {
    "FEE": TransactionClass.BANK_FEE,
    "INTEREST_CHARGED": TransactionClass.LOAN_INTEREST,
    "INTEREST_PAID": TransactionClass.INTEREST,
    "PAYMENT": TransactionClass.PAYMENT,
    "DIRECT_DEBIT": TransactionClass.PAYMENT,
    "TRANSFER_INCOMING": TransactionClass.TRANSFER,
    "TRANSFER_OUTGOING": TransactionClass.TRANSFER,
}
_ZONE = ZoneInfo("Australia/Sydney")
"""The day on which a moment falls at the bank."""
_LONGEST_TEXT = 1000


class Links(msgspec.Struct, frozen=True):
    next: str | None = None


class ListedAccount(msgspec.Struct, frozen=True, rename="camel"):
    account_id: str
    display_name: str
    masked_number: str
    product_category: str
    product_name: str
    account_ownership: str = "UNKNOWN"
    nickname: str | None = None
    open_status: str = "OPEN"
    is_owned: bool = True
    creation_date: str | None = None


class ListedAccounts(msgspec.Struct, frozen=True):
    accounts: list[ListedAccount]


class Balance(msgspec.Struct, frozen=True, rename="camel"):
    account_id: str
    current_balance: str
    available_balance: str
    credit_limit: str | None = None
    currency: str = "AUD"


class BalanceList(msgspec.Struct, frozen=True):
    balances: list[Balance]


class AccountDetail(msgspec.Struct, frozen=True, rename="camel"):
    account_id: str
    bsb: str | None = None
    account_number: str | None = None


class _Row(msgspec.Struct, frozen=True, rename="camel"):
    account_id: str
    amount: str
    description: str
    status: str
    type: str
    transaction_id: str | None = None
    posting_date_time: datetime | None = None
    value_date_time: datetime | None = None
    execution_date_time: datetime | None = None
    currency: str = "AUD"
    reference: str = ""


class TransactionRows(msgspec.Struct, frozen=True):
    transactions: list[_Row]


def account_of(listed: ListedAccount, balance: Balance | None, detail: AccountDetail | None, now: datetime) -> BankAccount:
    """Raises NotUnderstood for an amount that cannot be read."""
    bsb, number = (detail.bsb, detail.account_number) if detail else (None, None)
    whole = f"{bsb or ''}{number}" if number else None
    limit = None if balance is None or balance.credit_limit is None else _cents(balance.credit_limit)
    return BankAccount(
        number=(whole or f"{listed.masked_number} {listed.account_id}").replace(" ", "")[:64],
        name=listed.nickname or listed.display_name,
        holder=None,
        currency=balance.currency if balance else "AUD",
        account_class=_CLASSES.get(listed.product_category, AccountClass.UNKNOWN),
        product=listed.product_name,
        balance=None if balance is None else _cents(balance.current_balance),
        available=None if balance is None else _cents(balance.available_balance),
        credit_limit=limit or None,
        bsb=bsb,
        unmasked_number=whole,
        masked_number=listed.masked_number,
        ownership=Ownership(listed.account_ownership) if listed.account_ownership in set(Ownership) else Ownership.UNKNOWN,
        is_owned=listed.is_owned,
        opened=listed.creation_date,
        last_updated=now,
        upstream_id=listed.account_id,
    )


def transaction_of(row: _Row, account: BankAccount) -> BankTransaction:
    """A posted row has the holder's id; that of a pending one need not last. Raises NotUnderstood."""
    posted = _day(row.posting_date_time)
    if row.account_id != account.upstream_id or row.currency != account.currency or row.status not in {"POSTED", "PENDING"}:
        raise NotUnderstood("a transaction of another account, currency or state")
    is_posted = row.status == "POSTED"
    if is_posted and posted is None:
        raise NotUnderstood("a posted transaction without its day")
    return BankTransaction(
        amount=_cents(row.amount),
        description=row.description[:_LONGEST_TEXT],
        posted=posted if is_posted else None,
        made=_day(row.execution_date_time) or _day(row.value_date_time),
        upstream_id=row.transaction_id if is_posted else None,
        kind=_KINDS.get(row.type),
        reference=row.reference[:_LONGEST_TEXT],
        currency=row.currency,
    )


def _day(moment: datetime | None) -> date | None:
    return None if moment is None else moment.astimezone(_ZONE).date()


def _cents(text: str) -> int:
    try:
        return parse_cents(text)
    except ValueError as error:
        raise NotUnderstood("an amount that cannot be read") from error
