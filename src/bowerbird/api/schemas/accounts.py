"""Accounts and transactions."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec

from bowerbird.api.schemas.enrich import EnrichAnzsic
from bowerbird.api.schemas.wire import Currency, Day, Id, InstitutionId, Moment, Money, SelfLink, Url, Wire, words
from bowerbird.insights.wording import MATCH_TYPES
from bowerbird.model import account, transaction


class AccountClassView(Wire, kw_only=True):
    """`meta` is here for tokens of version 2 only; tokens of version 3.0 find it beside the class."""

    type: Annotated[str, words(account.AccountClass)] = msgspec.field()
    product: str
    meta: dict[str, Any] | None = None


class TransactionInterval(msgspec.Struct):
    """First and last day of the data."""

    from_: Day = msgspec.field(name="from")
    to: Day = msgspec.field()


class AccountLinks(Wire, kw_only=True):
    self_: Url = msgspec.field(name="self")
    transactions: Url
    institution: Url
    connection: Url | None


class AccountView(Wire, kw_only=True):
    """An account for tokens of version 3.0."""

    type: Literal["account"]
    id: Id
    name: str
    account_holder: str | None
    account_no: str
    account_ownership: Annotated[str, words(account.Ownership)]
    available_funds: Money | None
    balance: Money | None
    bsb: str | None = None
    class_: AccountClassView = msgspec.field(name="class")
    connection: Id
    creation_date: Day | None = None
    credit_limit: Money | None
    currency: Currency
    institution: InstitutionId
    is_owned: bool
    last_updated: Moment
    masked_number: str | None = None
    unmasked_acc_num: str | None = None
    meta: dict[str, Any] | None = None
    status: Literal["available", "unavailable"]
    transaction_intervals: list[TransactionInterval]
    links: AccountLinks


class AccountVersion2(Wire, kw_only=True):
    """An account for tokens of version 2.0 and 2.1: `meta` inside `class`, none of the fields 3.0 added."""

    type: Literal["account"]
    id: Id
    name: str
    account_holder: str | None
    account_no: str
    available_funds: Money | None
    balance: Money | None
    class_: AccountClassView = msgspec.field(name="class")
    connection: Id
    currency: Currency
    institution: InstitutionId
    last_updated: Moment
    status: Literal["available", "unavailable"]
    transaction_intervals: list[TransactionInterval]
    links: AccountLinks


class AccountList(Wire, kw_only=True):
    type: Literal["list"]
    data: list[AccountView]
    links: SelfLink


class AccountListVersion2(Wire, kw_only=True):
    """The accounts for tokens of version 2.0 and 2.1."""

    type: Literal["list"]
    data: list[AccountVersion2]
    links: SelfLink


class SubClass(Wire, kw_only=True):
    code: str | None = None
    title: str | None = None


class BillPayment(Wire, kw_only=True):
    """Who a bill was paid to, and the customer reference number it was paid under."""

    biller_code: str
    biller_name: str
    crn: str


class PaymentDetails(Wire, kw_only=True):
    bpay: BillPayment


class TransactionLinks(Wire, kw_only=True):
    """`connection` is null in every recorded answer; the transaction names its connection by id."""

    self_: Url = msgspec.field(name="self")
    account: Url
    institution: Url
    connection: Url | None


class TransactionCategory(Wire, kw_only=True):
    """What was bought. `matchScore` is the share of answers of this kind that are right; both it and the branch are absent for none."""

    match_type: Annotated[str, words([*sorted(set(MATCH_TYPES.values())), "none"])]
    match_score: str | None = None
    anzsic: EnrichAnzsic | None = None


class TransactionPlace(Wire, kw_only=True):
    """What the text itself names of the place."""

    country: str
    suburb: str | None = None
    state: str | None = None


class TransactionMerchant(Wire, kw_only=True):
    """Empty where it is not known; no logo is shipped."""

    id: Id
    business_name: str
    abn: str = msgspec.field(name="ABN")
    website: str
    logo_master: str
    logo_thumb: str


class TransactionEnrich(Wire, kw_only=True):
    """What a transaction's text means. Until that is worked out, and where nothing is known, its parts are empty."""

    category: TransactionCategory
    location: TransactionPlace | None
    merchant: TransactionMerchant | None
    clean_description: str
    tags: list[str]


class TransactionView(Wire, kw_only=True):
    """A transaction as `domain.documents` renders it; here for the description of the wire only."""

    type: Literal["transaction"]
    id: Id
    status: Annotated[str, words(transaction.Status)]
    description: str
    reference: str
    amount: Money
    currency: Currency
    account: Id
    balance: Money | Literal[""] | None = None
    direction: Annotated[str, words(transaction.Direction)]
    class_: Annotated[str, words(transaction.TransactionClass)] = msgspec.field(name="class")
    institution: InstitutionId
    connection: Id
    transaction_date: str
    post_date: Moment | None
    payment_details: PaymentDetails | None = None
    sub_class: SubClass
    enrich: TransactionEnrich | None
    links: TransactionLinks


class PageLinks(Wire, kw_only=True):
    self_: Url = msgspec.field(name="self")
    next: Url | None = None


class TransactionList(Wire, kw_only=True):
    """A page: `count` rows of `size` in all, newest first."""

    type: Literal["list"]
    count: int
    size: int
    data: list[TransactionView]
    links: PageLinks
