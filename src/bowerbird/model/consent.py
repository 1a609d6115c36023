"""Consents: what a person agreed to share, and the policy that asked for it.

The scopes and the states are those of the published description (`core.yml`, UserConsentGetResponses).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import msgspec


class ConsentStatus(StrEnum):
    ACTIVE = "active"
    REVOKED = "revoked"
    EXPIRED = "expired"


class LinkState(StrEnum):
    """`OPEN` until the person has finished, or the application has deleted the link."""

    OPEN = "open"
    USED = "used"
    DELETED = "deleted"


class DeletionReason(StrEnum):
    """Why data of a person was deleted: their consent was withdrawn, has expired, or was given again for less; or they were deleted."""

    REVOKED = "revoked"
    EXPIRED = "expired"
    NARROWED = "narrowed"
    USER_DELETED = "user-deleted"


class Action(StrEnum):
    """What an application sends a person to the consent pages for (contract §10). `START` is sent as an empty text."""

    START = ""
    CONNECT = "connect"
    MANAGE = "manage"
    EXTEND = "extend"
    UPDATE = "update"
    REAUTHORISE = "reauthorise"


@dataclass(frozen=True, slots=True)
class Information:
    """What a scope gives access to, in words a person can check."""

    entity: str
    name: str
    description: str
    attributes: tuple[str, ...]


ACCOUNT_BASIC = "account.basic"
ACCOUNT_DETAIL = "account.detail"
TRANSACTION_DETAIL = "transaction.detail"
PERSON_DETAIL = "customer.person.detail"

SCOPES: dict[str, Information] = {
    ACCOUNT_BASIC: Information(
        "account", "Names, types and balances", "A list of your accounts and their balances.", ("Account name", "Account type", "Balance")
    ),
    ACCOUNT_DETAIL: Information(
        "account",
        "Account numbers and terms",
        "The details of each account.",
        ("Account number", "Credit limit", "Interest rates", "Fees", "Terms"),
    ),
    TRANSACTION_DETAIL: Information(
        "transaction",
        "Transactions",
        "Money in and out of your accounts.",
        ("Dates", "Amounts", "Descriptions", "Who you paid and who paid you"),
    ),
    PERSON_DETAIL: Information(
        "connection",
        "Your name and contact details",
        "Your details as held by your bank.",
        ("Name", "Phone numbers", "Email addresses", "Postal addresses"),
    ),
}
"""Every scope there is."""


class Way(StrEnum):
    """How a person connects a bank: a login that is entered here, the bank's own pages, or files that they upload."""

    LOGIN = "login"
    BANK_PAGES = "bank-pages"
    FILES = "files"


class Branding(msgspec.Struct, frozen=True, kw_only=True):
    """How an application looks and what it offers on the consent pages.

    `name`, where it is not empty, stands in place of the application's own name, `accent` (`#rrggbb`) colours buttons and links, `welcome`
    stands above the request and `farewell` on the last page. `contact` is how people reach the application, `privacy_url` leads to its
    privacy policy. `institutions` (ids) come first and in this order; `only_listed`: no other is offered. `skips_success`: a person goes
    back as soon as a bank is connected. `several_banks` False: a person connects one bank.
    """

    name: str = ""
    accent: str = ""
    welcome: str = ""
    farewell: str = ""
    contact: str = ""
    privacy_url: str = ""
    institutions: tuple[str, ...] = ()
    only_listed: bool = False
    ways: tuple[Way, ...] = tuple(Way)
    skips_success: bool = False
    several_banks: bool = True


class AskedScope(msgspec.Struct, frozen=True, kw_only=True):
    """A scope that a policy asks for, and why. One that is not required may be refused by the person."""

    scope: str
    title: str
    description: str
    required: bool = True


class Policy(msgspec.Struct, frozen=True, kw_only=True):
    """What an application asks of its users.

    `days` is how long a consent lasts, `retrieval_days` how many days before it data reaches back. `retains_data` True: the
    accounts and transactions that were read stay readable when the consent ends; else they are deleted. `cdr` True: the policy is
    under the Consumer Data Right, so that a consent lasts 12 months at most.
    """

    title: str
    description: str
    scopes: tuple[AskedScope, ...]
    days: int = 365
    retains_data: bool = False
    retrieval_days: int = 730
    cdr: bool = False


DEFAULT_POLICY = Policy(
    title="Share your bank data",
    description="We read your accounts and transactions to give you the service you asked for.",
    scopes=(
        AskedScope(scope=ACCOUNT_BASIC, title="To show your accounts", description="We list your accounts and their balances."),
        AskedScope(scope=ACCOUNT_DETAIL, title="To identify your accounts", description="We use account numbers and terms."),
        AskedScope(
            scope=TRANSACTION_DETAIL,
            title="To understand your income and spending",
            description="We read the money in and out of your accounts.",
        ),
        AskedScope(
            scope=PERSON_DETAIL,
            title="To confirm your identity",
            description="We compare your name with the name your bank holds.",
        ),
    ),
)
"""In force for an application that has set no policy of its own."""
