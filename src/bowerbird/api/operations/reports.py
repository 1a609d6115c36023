"""Reports: affordability in 46 metrics and the groups, and statements reprinted from an account's rows, made by jobs."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

import msgspec

from bowerbird.api.http.request import ApiRequest
from bowerbird.api.http.response import JSON, NO_CONTENT, ApiResponse, as_json, in_portions
from bowerbird.api.operations.jobs import job_reference
from bowerbird.api.operations.summaries import PDF, rows_as_csv
from bowerbird.api.schemas.accounts import AccountClassView, TransactionInterval
from bowerbird.api.schemas.connections import PhysicalAddress
from bowerbird.api.schemas.reports import (
    ReportAccount,
    ReportAccountLinks,
    ReportData,
    ReportFilterView,
    ReportList,
    ReportSummary,
    ReportTypeDetails,
    ReportTypeFilter,
    ReportTypeList,
    ReportView,
    StatementAccreditation,
    StatementIdentity,
    StatementInstitution,
    StatementReport,
    StatementReportData,
)
from bowerbird.api.schemas.wire import SelfLink
from bowerbird.domain.access.applications import find_application
from bowerbird.domain.insights import reports
from bowerbird.domain.insights.printing.paper import Made
from bowerbird.domain.insights.printing.report import print_report, print_statement
from bowerbird.domain.insights.report_rows import ReportRowPage, list_rows
from bowerbird.domain.insights.reports import ReportRequest, ReportType
from bowerbird.domain.insights.snapshots import HeadedSnapshot, OpenedSnapshot, get_snapshot, list_report_snapshots
from bowerbird.domain.insights.statement_report import StatementFigures
from bowerbird.domain.ledger import documents
from bowerbird.domain.services import Session
from bowerbird.insights.reports.inputs import SnapshotAccount
from bowerbird.insights.reports.report import ReportFigures
from bowerbird.model.clock import from_milliseconds, wire_time
from bowerbird.model.insights.snapshot import ReportFilter, SnapshotKind
from bowerbird.model.money import format_optional_cents

EVIDENCE = "evidence"
"""What a client may ask for in a header `Bowerbird-Extras`: where each figure comes from."""


async def create_report(request: ApiRequest) -> ApiResponse:
    body = request.body
    filters = tuple(ReportFilter(each.name, tuple(each.value) if isinstance(each.value, list) else each.value) for each in body.filters)
    asked = ReportRequest(body.report_type, body.title, filters)
    return await request.create(
        lambda session: reports.create_report(session, asked),
        lambda made: as_json(job_reference(request, made.job_id), 202),
        lambda made: made.user_id,
    )


async def list_reports(request: ApiRequest) -> ApiResponse:
    found, by = await request.read_aside(_listed)
    data = await in_portions(found, lambda each: _summary(request, each, by))
    return as_json(ReportList(type="list", count=len(data), size=len(data), data=data, links=SelfLink(self_=f"{request.base}/reports")))


def _listed(session: Session) -> tuple[list[HeadedSnapshot], str]:
    return list_report_snapshots(session), _name(session)


def _name(session: Session) -> str:
    """The application by its name: who created its reports."""
    application = find_application(session)
    return "" if application is None else application.name


def _summary(request: ApiRequest, found: HeadedSnapshot, by: str) -> ReportSummary:
    return ReportSummary(
        type="report",
        id=found.id,
        title=found.heading.title,
        report_type=found.heading.report_type,
        created_date=wire_time(from_milliseconds(found.created_at_ms)),
        expires_at=wire_time(from_milliseconds(found.expires_at_ms or found.created_at_ms)),
        created_by=by,
        filters=_filters(found.heading.filters),
        links=SelfLink(self_=f"{request.base}/reports/{found.id}"),
    )


def _filters(filters: tuple[ReportFilter, ...]) -> list[ReportFilterView]:
    return [ReportFilterView(name=each.name, value=list(each.value) if isinstance(each.value, tuple) else each.value) for each in filters]


def _found(session: Session, report_id: str) -> tuple[OpenedSnapshot, str]:
    return get_snapshot(session, SnapshotKind.REPORT, report_id), _name(session)


async def get_report(request: ApiRequest) -> ApiResponse:
    snapshot, by = await request.read_aside(_found, request.path["reportId"])
    request.read_of = snapshot.user_ids
    is_statement = "statement" in snapshot.content.figures
    if request.media_type == PDF:
        made = Made(from_milliseconds(snapshot.created_at_ms), by)
        printed = print_statement if is_statement else print_report
        return ApiResponse(200, await asyncio.to_thread(printed, snapshot.heading, snapshot.content, made), PDF)
    head: Mapping[str, Any] = {
        "type": "report",
        "id": snapshot.id,
        "title": snapshot.heading.title,
        "report_type": snapshot.heading.report_type,
        "created_date": wire_time(from_milliseconds(snapshot.created_at_ms)),
        "created_by": by,
        "filters": _filters(snapshot.heading.filters),
        "links": SelfLink(self_=f"{request.base}/reports/{snapshot.id}"),
    }
    if is_statement:
        return as_json(StatementReport(**head, data=_statement(request, snapshot)))
    report = ReportView(**head, data=_data(request, snapshot))
    if EVIDENCE in request.headers.get("bowerbird-extras", ""):
        return as_json({**msgspec.to_builtins(report), "bowerbird": _evidence(snapshot)})
    return as_json(report)


def _data(request: ApiRequest, snapshot: OpenedSnapshot) -> ReportData:
    figures = msgspec.json.decode(snapshot.content.figures["report"], type=ReportFigures)
    return ReportData(
        metrics=figures.metrics,
        groups=figures.groups,
        accounts=[_account(request, account) for account in snapshot.content.accounts],
        transactions=f"{request.base}/reports/{snapshot.id}/transactions",
    )


def _evidence(snapshot: OpenedSnapshot) -> dict[str, Any]:
    """Where each figure comes from: formula and rows, each with its group and why; what no figure counts; the accounting identity."""
    content = snapshot.content
    return {
        "rulesVersion": content.rules_version,
        "identity": msgspec.json.decode(content.figures["identity"]),
        "metrics": msgspec.json.decode(content.figures["evidence"]),
        "rows": [{"id": row.id, "group": row.group, "why": row.why, "otherSide": row.pair or None} for row in content.rows],
        "leftOut": [{"id": each.id, "why": each.why} for each in content.left_out],
    }


def _account(request: ApiRequest, account: SnapshotAccount) -> ReportAccount:
    user = f"{request.base}/users/{account.user_id}"
    links = ReportAccountLinks(
        self_=f"{user}/accounts/{account.id}",
        transactions=f"{user}/transactions?filter=account.id.eq('{account.id}')",
        institution=f"{request.base}/institutions/{account.institution_id}",
    )
    return ReportAccount(
        id=account.id,
        account_no=account.number,
        name=account.name,
        currency=account.currency,
        balance=format_optional_cents(account.balance_cents),
        available_funds=format_optional_cents(account.available_cents),
        last_updated=wire_time(from_milliseconds(account.last_updated_ms)),
        institution=account.institution_id,
        connection=account.connection_id,
        class_=AccountClassView(type=account.account_class, product=account.product),
        transaction_intervals=[TransactionInterval(from_=first, to=last) for first, last in account.intervals],
        account_holder=account.holder,
        account_ownership=account.ownership,
        status="unavailable" if account.status == "unavailable" else "available",
        credit_limit=format_optional_cents(account.limit_cents),
        links=links,
    )


def _statement(request: ApiRequest, snapshot: OpenedSnapshot) -> StatementReportData:
    figures = msgspec.json.decode(snapshot.content.figures["statement"], type=StatementFigures)
    account, profile = figures.account, figures.profile
    identity = StatementIdentity(
        customer_type="person",
        full_name=profile.full_name if profile else "",
        first_name=profile.first_name if profile else "",
        last_name=profile.last_name if profile else "",
        phone_numbers=list(profile.phone_numbers) if profile else [],
        emails=list(profile.email_addresses) if profile else [],
        physical_addresses=[msgspec.convert(address, PhysicalAddress, from_attributes=True) for address in profile.physical_addresses]
        if profile
        else [],
    )
    return StatementReportData(
        institution=StatementInstitution(logo=f"{request.base}/public/logos/{account.institution_id}.svg", name=account.institution),
        identity=identity,
        accreditation=StatementAccreditation(
            cdr_access_model="",
            entity_name="Bowerbird",
            title="Reprinted by Bowerbird",
            licence_no="",
            description="Not a bank's document.",
        ),
        account=[_account(request, account)],
        transactions=f"{request.base}/reports/{snapshot.id}/transactions",
    )


async def delete_report(request: ApiRequest) -> ApiResponse:
    await request.write(reports.delete_report, request.path["reportId"])
    return NO_CONTENT


async def list_report_transactions(request: ApiRequest) -> ApiResponse:
    """The rows that a report was made from, newest first, as they were."""
    asked = request.one("filter"), request.one("limit"), request.one("next")
    snapshot, _ = await request.read_aside(_found, request.path["reportId"])
    request.read_of = snapshot.user_ids
    page = list_rows(snapshot, *asked, request.services.limits.page_size)
    if request.media_type != JSON:
        return ApiResponse(200, rows_as_csv(page.every), request.media_type)
    return ApiResponse(200, _page(request, snapshot, page))


def _page(request: ApiRequest, snapshot: OpenedSnapshot, page: ReportRowPage) -> bytes:
    url = f"{request.base}/reports/{snapshot.id}/transactions"
    following = f',"next":"{url}?{page.next}"' if page.next else ""
    head = f'{{"type":"list","count":{len(page.rows)},"size":{page.size},"data":['
    tail = f'],"links":{{"self":"{url}"{following}}}}}'
    fronts = {
        number: documents.front(request.base, account.user_id, account.id, account.institution_id, account.connection_id)
        for number, account in enumerate(snapshot.content.accounts)
    }
    numbers = {account.id: number for number, account in enumerate(snapshot.content.accounts)}
    rows = [(row.document, numbers[row.account], place, row.enrichment[1]) for place, row in enumerate(page.rows)]
    meanings: dict[int | None, documents.SharedPart] = {place: row.enrichment[0] for place, row in enumerate(page.rows)}
    return documents.join(rows, fronts, meanings, head.encode(), tail.encode())


async def list_report_types(request: ApiRequest) -> ApiResponse:
    data = [_type(each) for each in reports.REPORT_TYPES]
    return as_json(ReportTypeList(type="list", count=len(data), data=data))


async def get_report_type(request: ApiRequest) -> ApiResponse:
    return as_json(_type(reports.get_report_type(request.path["reportTypeId"])))


def _type(found: ReportType) -> ReportTypeDetails:
    filters = [ReportTypeFilter(name=each.name, type=each.type, required=each.required) for each in found.filters]
    return ReportTypeDetails(type="report", id=found.id, name=found.name, description=found.description, filters=filters)
