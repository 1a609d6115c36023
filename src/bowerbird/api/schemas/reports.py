"""Reports (OpenAPI `reports.yml`). Metrics and groups are those of `insights`, with the wire's own names."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from bowerbird.api.schemas.accounts import AccountClassView, TransactionInterval
from bowerbird.api.schemas.connections import PhysicalAddress
from bowerbird.api.schemas.wire import REQUIRED, Currency, Id, InstitutionId, Moment, Money, SelfLink, Url, Wire, words
from bowerbird.insights.reports.report import ReportGroup, ReportMetric
from bowerbird.model import account


class ReportFilterBody(Wire, kw_only=True):
    """A day, an id, a list of ids, or null for none."""

    name: Annotated[str, REQUIRED] = ""
    value: str | list[str] | None = None


class ReportBody(Wire, kw_only=True):
    """What a report is made of; `GET /reports/types` says which filters a type has."""

    report_type: Annotated[str, REQUIRED] = ""
    title: Annotated[str, REQUIRED] = ""
    filters: Annotated[list[ReportFilterBody], REQUIRED] = msgspec.field(default_factory=list)


class ReportFilterView(Wire, omit_defaults=False, kw_only=True):
    name: str
    value: str | list[str] | None


class ReportSummary(Wire, kw_only=True):
    type: Literal["report"]
    id: Id
    title: str
    report_type: str
    created_date: Moment
    expires_at: Moment
    created_by: str
    filters: list[ReportFilterView]
    links: SelfLink


class ReportList(Wire, kw_only=True):
    """The newest 500 that are finished and kept, newest first."""

    type: Literal["list"]
    count: int
    size: int
    data: list[ReportSummary]
    links: SelfLink


class ReportAccountLinks(Wire, kw_only=True):
    self_: Url = msgspec.field(name="self")
    transactions: Url
    institution: Url


class ReportAccount(Wire, omit_defaults=False, kw_only=True):
    """An account as it was when the report was made."""

    id: Id
    account_no: str
    name: str
    currency: Currency
    balance: Money | None
    available_funds: Money | None
    last_updated: Moment
    institution: InstitutionId
    connection: Id
    class_: AccountClassView = msgspec.field(name="class")
    transaction_intervals: list[TransactionInterval]
    account_holder: str | None
    account_ownership: Annotated[str, words(account.Ownership)]
    status: Literal["available", "unavailable"]
    credit_limit: Money | None
    links: ReportAccountLinks


class ReportData(Wire, kw_only=True):
    metrics: list[ReportMetric]
    groups: list[ReportGroup]
    accounts: list[ReportAccount]
    transactions: Url


class _ReportHead(Wire, kw_only=True):
    type: Literal["report"]
    id: Id
    title: str
    report_type: str
    created_date: Moment
    created_by: str
    filters: list[ReportFilterView]
    links: SelfLink


class ReportView(_ReportHead, kw_only=True):
    data: ReportData


class StatementInstitution(Wire, kw_only=True):
    logo: Url
    name: str


class StatementIdentity(Wire, omit_defaults=False, kw_only=True):
    """Texts that are not known are empty."""

    customer_type: str
    full_name: str
    first_name: str
    last_name: str
    phone_numbers: list[str]
    emails: list[str]
    physical_addresses: list[PhysicalAddress]


class StatementAccreditation(Wire, omit_defaults=False, kw_only=True):
    """Who reprints the statement: this server has no accreditation of its own."""

    cdr_access_model: str
    entity_name: str
    title: str
    licence_no: str
    description: str


class StatementReportData(Wire, kw_only=True):
    institution: StatementInstitution
    identity: StatementIdentity
    accreditation: StatementAccreditation
    account: list[ReportAccount]
    transactions: Url


class StatementReport(_ReportHead, kw_only=True):
    data: StatementReportData


class ReportTypeFilter(Wire, kw_only=True):
    name: str
    type: Literal["string", "array"]
    required: bool


class ReportTypeDetails(Wire, kw_only=True):
    type: Literal["report"]
    id: str
    name: str
    description: str
    filters: list[ReportTypeFilter]


class ReportTypeList(Wire, kw_only=True):
    type: Literal["list"]
    count: int
    data: list[ReportTypeDetails]
