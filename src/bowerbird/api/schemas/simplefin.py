"""The shapes of SimpleFIN's answers. `domain` is required by programs: where no bank's own is known, it is a name that can be no one's."""

from __future__ import annotations

import msgspec


class OrganizationView(msgspec.Struct, rename="kebab"):
    """The institution of an account."""

    id: str
    name: str
    domain: str
    sfin_url: str


class FeedTransactionView(msgspec.Struct, omit_defaults=True):
    """A transaction. Moments in seconds since 1970; `posted` is 0 while it is pending."""

    id: str
    posted: int
    transacted_at: int
    amount: str
    description: str
    payee: str
    memo: str
    pending: bool = False


class FeedAccountView(msgspec.Struct, rename="kebab"):
    """An account. `balance_date` in seconds since 1970."""

    org: OrganizationView
    id: str
    name: str
    currency: str
    balance: str
    available_balance: str
    balance_date: int
    transactions: list[FeedTransactionView]


class AccountSetView(msgspec.Struct):
    """The answer of a feed. `errors` are sentences for the person."""

    errors: list[str]
    accounts: list[FeedAccountView]
