"""A bank transaction. In this project `Transaction` is the bank's; the database's is a unit of work."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

import msgspec


class Status(StrEnum):
    PENDING = "pending"
    POSTED = "posted"


class Direction(StrEnum):
    DEBIT = "debit"
    CREDIT = "credit"


class TransactionClass(StrEnum):
    """The wire's transaction types (OpenAPI `TransactionData.class`)."""

    BANK_FEE = "bank-fee"
    PAYMENT = "payment"
    CASH_WITHDRAWAL = "cash-withdrawal"
    TRANSFER = "transfer"
    LOAN_INTEREST = "loan-interest"
    REFUND = "refund"
    DIRECT_CREDIT = "direct-credit"
    INTEREST = "interest"
    LOAN_REPAYMENT = "loan-repayment"


class BankTransaction(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """One movement of one account.

    `amount` in cents, negative when money leaves. `posted` is the day on the statement, None while pending. `made` is the day
    the customer acted, where the source says. `balance` in cents after this movement, where the source says.
    `upstream_id` only where the bank's own ids are stable; it then recognises the transaction again. `pending_id` on a posted
    transaction names the upstream id it had while pending, where the bank says so. `subclass` is (ANZSIC group code, title).
    `bpay` is (biller code, biller name, customer reference number).

    A msgspec struct, because statements make them by the hundred thousand and a frozen dataclass costs ten times as much to make.
    """

    amount: int
    description: str
    posted: date | None
    made: date | None = None
    balance: int | None = None
    upstream_id: str | None = None
    pending_id: str | None = None
    kind: TransactionClass | None = None
    subclass: tuple[str, str] | None = None
    reference: str = ""
    currency: str | None = None
    bpay: tuple[str, str, str] | None = None

    @property
    def status(self) -> Status:
        return Status.PENDING if self.posted is None else Status.POSTED

    @property
    def direction(self) -> Direction:
        return Direction.DEBIT if self.amount < 0 else Direction.CREDIT
