"""The wire's objects (contract, OpenAPI `core.yml` and `data.yml`): what handlers answer and what our own OpenAPI describes."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from bowerbird.domain.users import BusinessAddress


class Wire(msgspec.Struct, rename="camel", omit_defaults=True, kw_only=True):
    """Keys in camel case; a field with a default is left out when it has it."""


class SelfLink(Wire, kw_only=True):
    self_: str = msgspec.field(name="self")


class Reference(Wire, kw_only=True):
    """A resource by its id and address."""

    type: str = msgspec.field()
    id: str
    links: SelfLink


# ── Tokens ───────────────────────────────────────────────────────────────────────────────────────────────────────────────────


class Token(Wire, rename=None, kw_only=True):
    """A bearer token; `expires_in` in seconds."""

    access_token: str
    token_type: str
    expires_in: int


# ── Users ────────────────────────────────────────────────────────────────────────────────────────────────────────────────────


class PostedUser(Wire, kw_only=True):
    """A user as created or updated: what was given, nothing null."""

    type: Literal["user"]
    id: str
    email: str
    mobile: str
    first_name: str | None = None
    middle_name: str | None = None
    last_name: str | None = None
    business_name: str | None = None
    business_id_no: str | None = None
    business_id_no_type: str | None = None
    business_address: BusinessAddress | None = None
    verification_status: bool | None = None
    verification_date: str | None = None
    links: SelfLink


class References(Wire, kw_only=True):
    type: Literal["list"]
    count: int
    data: list[Reference]
    links: SelfLink


class UserLinks(Wire, kw_only=True):
    self_: str = msgspec.field(name="self")
    accounts: str
    connections: str
    transactions: str


class User(Wire, kw_only=True):
    """A user with references to what hangs on it; a text that was never given is empty."""

    type: Literal["user"]
    id: str
    email: str
    mobile: str
    name: str
    first_name: str
    middle_name: str
    last_name: str
    business_name: str | None = None
    business_id_no: str | None = None
    business_id_no_type: str | None = None
    business_address: BusinessAddress | None = None
    verification_status: bool | None = None
    verification_date: str | None = None
    connections: References
    accounts: References
    links: UserLinks


# ── Jobs ─────────────────────────────────────────────────────────────────────────────────────────────────────────────────────


class StepResponseLink(Wire, kw_only=True):
    response: str


class StepResult(Wire, kw_only=True):
    """A link when the step succeeded, a challenge while it waits for a person, a code of the catalogue when it failed."""

    type: str | None = None
    url: str | None = None
    method: Literal["token", "security-questions"] | None = None
    description: str | None = None
    input: list[str] | None = None
    expiry_ms: int | None = None
    links: StepResponseLink | None = None
    code: str | None = None
    title: str | None = None
    detail: str | None = None


class Step(Wire, kw_only=True):
    title: Literal["verify-credentials", "mfa-challenge", "retrieve-accounts", "retrieve-transactions"]
    status: Literal["pending", "in-progress", "success", "failed"]
    result: StepResult | None


class JobLinks(Wire, kw_only=True):
    self_: str = msgspec.field(name="self")
    source: str


class Job(Wire, kw_only=True):
    type: Literal["job"]
    id: str
    created: str
    updated: str
    job_type: Literal["connection"]
    institution: Reference
    steps: list[Step]
    links: JobLinks


class JobList(Wire, kw_only=True):
    type: Literal["list"]
    size: int
    data: list[Job]
    links: SelfLink


class JobReference(Wire, kw_only=True):
    """The job that does what was asked."""

    type: Literal["job"]
    id: str
    links: SelfLink


class JobReferences(Wire, kw_only=True):
    type: Literal["list"]
    data: list[JobReference]


# ── Connections ──────────────────────────────────────────────────────────────────────────────────────────────────────────────


class ConnectionLinks(Wire, kw_only=True):
    self_: str = msgspec.field(name="self")
    accounts: str
    transactions: str
    institution: str | None = None
    user: str | None = None


class AccountClass(Wire, kw_only=True):
    type: str = msgspec.field()
    product: str
    meta: dict[str, Any] | None = None


class ConnectionAccountLinks(Wire, kw_only=True):
    self_: str = msgspec.field(name="self")
    transactions: str


class ConnectionAccount(Wire, kw_only=True):
    """An account as its connection shows it."""

    type: Literal["account"]
    id: str
    name: str
    currency: str
    class_: AccountClass = msgspec.field(name="class")
    account_no: str
    available_funds: str | None
    balance: str | None
    last_updated: str
    status: Literal["available", "unavailable"]
    links: ConnectionAccountLinks


class ConnectionAccounts(Wire, kw_only=True):
    type: Literal["list"]
    data: list[ConnectionAccount]


class Connection(Wire, kw_only=True):
    type: Literal["connection"]
    id: str
    method: str
    status: str
    created_date: str
    expiry_date: str
    last_used: str | None = None
    institution: Reference
    accounts: ConnectionAccounts | None = None
    profile: dict[str, Any] | None = None
    links: ConnectionLinks


class ConnectionList(Wire, kw_only=True):
    type: Literal["list"]
    data: list[Connection]
    links: SelfLink


# ── Accounts and transactions ────────────────────────────────────────────────────────────────────────────────────────────────


class TransactionInterval(msgspec.Struct):
    """First and last day of the data."""

    from_: str = msgspec.field(name="from")
    to: str = msgspec.field()


class AccountLinks(Wire, kw_only=True):
    self_: str = msgspec.field(name="self")
    transactions: str
    institution: str
    connection: str | None


class Account(Wire, kw_only=True):
    """An account for tokens of version 3.0."""

    type: Literal["account"]
    id: str
    name: str
    account_holder: str | None
    account_no: str
    account_ownership: str
    available_funds: str | None
    balance: str | None
    bsb: str | None = None
    class_: AccountClass = msgspec.field(name="class")
    connection: str
    creation_date: str | None = None
    credit_limit: str | None
    currency: str
    institution: str
    is_owned: bool
    last_updated: str
    masked_number: str | None = None
    unmasked_acc_num: str | None = None
    meta: dict[str, Any] | None = None
    status: Literal["available", "unavailable"]
    transaction_intervals: list[TransactionInterval]
    links: AccountLinks


class AccountVersion2(Wire, kw_only=True):
    """An account for tokens of version 2.0 and 2.1: `meta` inside `class`, none of the fields 3.0 added."""

    type: Literal["account"]
    id: str
    name: str
    account_holder: str | None
    account_no: str
    available_funds: str | None
    balance: str | None
    class_: AccountClass = msgspec.field(name="class")
    connection: str
    currency: str
    institution: str
    last_updated: str
    status: Literal["available", "unavailable"]
    transaction_intervals: list[TransactionInterval]
    links: AccountLinks


class AccountList(Wire, kw_only=True):
    type: Literal["list"]
    data: list[Account] | list[AccountVersion2]
    links: SelfLink


class SubClass(Wire, kw_only=True):
    code: str | None = None
    title: str | None = None


class Enrichment(Wire, kw_only=True):
    clean_description: str
    tags: list[str]
    merchant: dict[str, Any] | None
    location: dict[str, Any] | None
    category: dict[str, Any] | None


class TransactionLinks(Wire, kw_only=True):
    self_: str = msgspec.field(name="self")
    account: str
    institution: str


class Transaction(Wire, kw_only=True):
    """A transaction as `domain.documents` renders it; here for the description of the wire only."""

    type: Literal["transaction"]
    id: str
    status: Literal["pending", "posted"]
    description: str
    reference: str
    amount: str
    currency: str
    account: str
    balance: str | None = None
    direction: Literal["debit", "credit"]
    class_: str = msgspec.field(name="class")
    institution: str
    connection: str
    transaction_date: str
    post_date: str | None
    payment_details: dict[str, Any] | None = None
    sub_class: SubClass
    enrich: Enrichment
    links: TransactionLinks


class PageLinks(Wire, kw_only=True):
    self_: str = msgspec.field(name="self")
    next: str | None = None


class TransactionList(Wire, kw_only=True):
    """A page: `count` rows of `size` in all, newest first."""

    type: Literal["list"]
    count: int
    size: int
    data: list[Transaction]
    links: PageLinks


# ── Bodies ───────────────────────────────────────────────────────────────────────────────────────────────────────────────────


class InstitutionChoice(Wire, kw_only=True):
    id: str | None = None


class NewConnection(Wire, kw_only=True):
    """Credentials and where they belong. `secondary_login_id` and `security_code` only where the institution asks for them."""

    login_id: str | None = None
    password: str | None = None
    institution: InstitutionChoice | None = None
    secondary_login_id: str | None = None
    security_code: str | None = None


class ConnectionChange(Wire, kw_only=True):
    """New credentials; what is not given stays as it is."""

    password: str | None = None
    login_id: str | None = None
    secondary_login_id: str | None = None
    security_code: str | None = None


class MfaResponse(Wire, kw_only=True):
    """Answers in the order of the challenge's prompts."""

    mfa_response: list[str] | None = msgspec.field(name="mfa-response", default=None)


# ── Institutions and connectors ──────────────────────────────────────────────────────────────────────────────────────────────


class Connector(Wire, kw_only=True):
    type: Literal["connector"]
    id: str
    method: str
    stage: str
    status: str
    institution: dict[str, Any]
    scopes: list[str]
    authorization: dict[str, Any]
    stats: dict[str, Any]
    links: SelfLink


class ConnectorList(Wire, kw_only=True):
    type: Literal["list"]
    total_count: int
    data: list[Connector]
    links: SelfLink


class Institution(Wire, kw_only=True):
    """An institution as clients of version 2 know it."""

    type: Literal["institution"]
    id: str
    name: str
    short_name: str
    institution_type: str
    country: str
    service_name: str
    service_type: str
    tier: str
    authorization: str
    features: dict[str, Any]
    stage: str
    status: str
    stats: dict[str, Any]
    logo: dict[str, Any]
    login_id_caption: str | None = None
    password_caption: str | None = None
    secondary_login_id_caption: str | None = None
    security_code_caption: str | None = None
    forgotten_password_url: str | None = None
    links: SelfLink


class InstitutionList(Wire, kw_only=True):
    type: Literal["list"]
    total_count: int
    data: list[Institution]
    links: SelfLink


# ── Refusals ─────────────────────────────────────────────────────────────────────────────────────────────────────────────────


class Blame(Wire, kw_only=True):
    parameter: str | None = None
    pointer: str | None = None


class Error(Wire, kw_only=True):
    type: Literal["error"]
    code: str
    title: str
    detail: str
    source: Blame | None = None


class ErrorList(Wire, kw_only=True):
    """The envelope of every refusal."""

    type: Literal["list"]
    correlation_id: str
    data: list[Error]
