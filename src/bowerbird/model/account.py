"""A bank account as an institution or a statement shows it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

import msgspec


class AccountClass(StrEnum):
    """The wire's account types (OpenAPI `AccountResponseResource.class`)."""

    TRANSACTION = "transaction"
    SAVINGS = "savings"
    CREDIT_CARD = "credit-card"
    MORTGAGE = "mortgage"
    LOAN = "loan"
    INVESTMENT = "investment"
    TERM_DEPOSIT = "term-deposit"
    INSURANCE = "insurance"
    FOREIGN = "foreign"
    UNKNOWN = "unknown"


class Ownership(StrEnum):
    UNKNOWN = "UNKNOWN"
    ONE_PARTY = "ONE_PARTY"
    TWO_PARTY = "TWO_PARTY"
    MANY_PARTY = "MANY_PARTY"
    OTHER = "OTHER"


@dataclass(frozen=True, slots=True)
class BankAccount:
    """One account at one moment. Money in cents, None where the source does not say.

    `number` is the account's number as the source prints it, without spaces (BSB + account number for Australian deposit
    accounts, the masked PAN for cards: a whole card number never enters this type). With institution and currency it is what
    recognises the account again. `unavailable` accounts are listed by the bank but not shared. `meta` is the wire's `meta`
    object (OpenAPI `Metadata`), ready to serialise. `upstream_id` is the source's own id of the account, where that never changes: it then
    recognises the account also under another number. `institution` is the name of its bank, or the bank's id in the catalogue, where one
    login shows accounts of several banks.
    """

    number: str
    name: str
    holder: str | None
    currency: str
    account_class: AccountClass
    product: str
    balance: int | None
    available: int | None
    credit_limit: int | None = None
    bsb: str | None = None
    unmasked_number: str | None = None
    masked_number: str | None = None
    ownership: Ownership = Ownership.UNKNOWN
    is_owned: bool = True
    opened: str | None = None
    unavailable: bool = False
    last_updated: datetime | None = None
    meta: dict[str, Any] = field(default_factory=dict)
    upstream_id: str | None = None
    institution: str | None = None


@dataclass(frozen=True, slots=True)
class PostalAddress:
    """An address of a customer. `formatted_address` is the whole of it in one line; `country_code` has two letters."""

    address_line1: str
    city: str
    state: str
    postcode: str
    country_code: str
    formatted_address: str
    address_line2: str | None = None
    address_line3: str | None = None
    country: str | None = None


class AccountDetails(msgspec.Struct, frozen=True):
    """The rarer fields of an account; `opened` is a day as the wire writes it, `meta` the wire's object."""

    bsb: str | None
    institution: str | None
    is_owned: bool
    masked_number: str | None
    meta: dict[str, Any]
    opened: str | None
    ownership: Ownership
    unmasked_number: str | None


@dataclass(frozen=True, slots=True)
class Profile:
    """The customer's personal details as the institution holds them (OpenAPI `ConnectionProfile`)."""

    full_name: str
    first_name: str
    middle_name: str
    last_name: str
    email_addresses: tuple[str, ...] = ()
    phone_numbers: tuple[str, ...] = ()
    physical_addresses: tuple[PostalAddress, ...] = ()
