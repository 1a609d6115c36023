"""The baseline's answers: the same JSON as ours, described in pydantic."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel


class Wire(BaseModel):
    """Camel case outside, Python's names inside."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True)


class SelfLink(Wire):
    self_: str = Field(alias="self")


class SubClass(Wire):
    code: str | None = None
    title: str | None = None


class Enrich(Wire):
    clean_description: str
    tags: list[str]
    merchant: dict[str, Any] | None
    location: dict[str, Any] | None
    category: dict[str, Any] | None


class TransactionLinks(SelfLink):
    account: str
    institution: str
    connection: str | None


class Transaction(Wire):
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
    class_: str = Field(alias="class")
    institution: str
    connection: str
    transaction_date: str
    post_date: str | None
    sub_class: SubClass
    enrich: Enrich
    links: TransactionLinks


class PageLinks(SelfLink):
    next: str | None = None


class TransactionList(Wire):
    type: Literal["list"]
    count: int
    size: int
    data: list[Transaction]
    links: PageLinks


class Reference(Wire):
    type: str
    id: str
    links: SelfLink


class References(Wire):
    type: Literal["list"]
    count: int
    data: list[Reference]
    links: SelfLink


class UserLinks(SelfLink):
    accounts: str
    connections: str
    transactions: str
    auth_link: str = Field(alias="auth_link")


class User(Wire):
    type: Literal["user"]
    id: str
    email: str
    mobile: str
    name: str
    first_name: str
    middle_name: str
    last_name: str
    connections: References
    accounts: References
    links: UserLinks


class Interval(Wire):
    from_: str = Field(alias="from")
    to: str


class AccountLinks(SelfLink):
    transactions: str
    institution: str
    connection: str


class AccountClass(Wire):
    type: str
    product: str


class Account(Wire):
    type: Literal["account"]
    id: str
    name: str
    account_holder: str | None
    account_no: str
    account_ownership: str
    available_funds: str | None
    balance: str | None
    bsb: str | None = None
    class_: AccountClass = Field(alias="class")
    connection: str
    credit_limit: str | None
    currency: str
    institution: str
    is_owned: bool
    last_updated: str
    status: Literal["available", "unavailable"]
    transaction_intervals: list[Interval]
    links: AccountLinks


class StepResult(Wire):
    type: Literal["link"]
    url: str


class Step(Wire):
    title: str
    status: Literal["pending", "in-progress", "success", "failed"]
    result: StepResult | None


class JobLinks(SelfLink):
    source: str


class Job(Wire):
    type: Literal["job"]
    id: str
    created: str
    updated: str
    job_type: Literal["connection"]
    institution: Reference
    steps: list[Step]
    links: JobLinks
