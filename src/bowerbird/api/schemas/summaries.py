"""Income, expenses and affordability (OpenAPI `affordability.yml`). Their parts are those of `insights`, with the wire's own names."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from bowerbird.api.schemas.accounts import PageLinks
from bowerbird.api.schemas.wire import Id, InstitutionId, Moment, Money, SelfLink, Url, Wire, words
from bowerbird.insights.reports.affordability import AffordabilityFigures
from bowerbird.insights.reports.expenses import ExpenseFigures
from bowerbird.insights.reports.income import IncomeFigures
from bowerbird.model import transaction


class SummaryBody(Wire, kw_only=True):
    """Accounts by id, all without; months as YYYY-MM, the last thirteen without."""

    accounts: list[str] | None = None
    from_month: str | None = None
    to_month: str | None = None


class SummaryLinks(Wire, kw_only=True):
    self_: Url = msgspec.field(name="self")
    accounts: list[Url]


class IncomeView(IncomeFigures, frozen=True, kw_only=True):
    type: Literal["income"]
    id: Id
    coverage_days: int
    from_month: str
    to_month: str
    links: SummaryLinks


class ExpensesView(ExpenseFigures, frozen=True, kw_only=True):
    type: Literal["expenses"]
    id: Id
    coverage_days: int
    from_month: str
    to_month: str
    links: SummaryLinks


class AffordabilityLinks(Wire, kw_only=True):
    """Income and expenses are those of the same snapshot."""

    self_: Url = msgspec.field(name="self")
    accounts: list[Url]
    expenses: Url
    income: Url


class AffordabilityView(AffordabilityFigures, frozen=True, kw_only=True):
    type: Literal["affordability"]
    id: Id
    coverage_days: int
    from_month: str
    to_month: str
    generated_date: Moment
    links: AffordabilityLinks


class AffordabilityLinksInList(Wire, kw_only=True):
    self_: Url = msgspec.field(name="self")
    expenses: Url
    income: Url


class AffordabilityListEntry(Wire, kw_only=True):
    type: Literal["affordability"]
    id: Id
    coverage_days: int
    from_month: str
    to_month: str
    generated_date: Moment
    institutions: list[InstitutionId]
    links: AffordabilityLinksInList


class AffordabilityList(Wire, kw_only=True):
    """The newest 500, newest first."""

    type: Literal["list"]
    data: list[AffordabilityListEntry]
    links: SelfLink


class HouseholdSubClass(Wire, kw_only=True):
    """The household expenditure class of a payment; empty for all others."""

    title: str | None = None
    code: str | None = msgspec.field(name="Code", default=None)


class SnapshotTransactionLinks(Wire, kw_only=True):
    account: Url
    institution: Url


class SnapshotTransaction(Wire, kw_only=True):
    """A transaction as it was when the snapshot was made."""

    type: Literal["transaction"]
    id: Id
    account: Id
    institution: InstitutionId
    status: Annotated[str, words(transaction.Status)]
    description: str
    amount: Money
    balance: str
    class_: Annotated[str, words(transaction.TransactionClass)] = msgspec.field(name="class")
    direction: Annotated[str, words(transaction.Direction)]
    post_date: Moment
    transaction_date: str
    sub_class: HouseholdSubClass
    links: SnapshotTransactionLinks


class SnapshotTransactionList(Wire, kw_only=True):
    type: Literal["list"]
    count: int
    size: int
    data: list[SnapshotTransaction]
    links: PageLinks
