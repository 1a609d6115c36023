"""Summaries of a user's accounts: income, expenses and affordability, each of a snapshot that stays as it was made."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

from msgspec.structs import asdict

from bowerbird import codes
from bowerbird.api.http.request import ApiRequest
from bowerbird.api.http.response import JSON, NO_CONTENT, ApiResponse, as_json, in_portions
from bowerbird.api.schemas.accounts import PageLinks
from bowerbird.api.schemas.summaries import (
    AffordabilityLinks,
    AffordabilityLinksInList,
    AffordabilityList,
    AffordabilityListEntry,
    AffordabilityView,
    ExpensesView,
    HouseholdSubClass,
    IncomeView,
    SnapshotTransaction,
    SnapshotTransactionLinks,
    SnapshotTransactionList,
    SummaryLinks,
)
from bowerbird.api.schemas.wire import SelfLink
from bowerbird.domain.feeds.tables import harmless_cell
from bowerbird.domain.insights import summaries
from bowerbird.domain.insights.snapshots import HeadedSnapshot, OpenedSnapshot, get_snapshot, list_snapshots
from bowerbird.domain.insights.summaries import SummaryRequest, make_summary, store_summary
from bowerbird.domain.ledger import documents
from bowerbird.domain.ledger.transactions import limit_of
from bowerbird.insights.figures import FigureRow
from bowerbird.insights.reports.hec import household_class
from bowerbird.insights.reports.inputs import month_of
from bowerbird.model.clock import from_milliseconds, wire_time
from bowerbird.model.days import wire_midnight
from bowerbird.model.insights.snapshot import SnapshotHeading, SnapshotKind
from bowerbird.model.money import format_cents
from bowerbird.model.problem import Problem
from bowerbird.model.transaction import Direction, Status, TransactionClass

CSV, OLD_CSV, PDF = "text/csv", "application/csv", "application/pdf"
"""`application/csv` is what the published file of affordability calls it."""


async def create_income(request: ApiRequest) -> ApiResponse:
    return await _create(request, SnapshotKind.INCOME)


async def create_expenses(request: ApiRequest) -> ApiResponse:
    return await _create(request, SnapshotKind.EXPENSES)


async def create_affordability(request: ApiRequest) -> ApiResponse:
    return await _create(request, SnapshotKind.AFFORDABILITY)


async def get_income(request: ApiRequest) -> ApiResponse:
    return _shown(request, SnapshotKind.INCOME, await _find(request, SnapshotKind.INCOME))


async def get_expenses(request: ApiRequest) -> ApiResponse:
    return _shown(request, SnapshotKind.EXPENSES, await _find(request, SnapshotKind.EXPENSES))


async def get_affordability(request: ApiRequest) -> ApiResponse:
    return _shown(request, SnapshotKind.AFFORDABILITY, await _find(request, SnapshotKind.AFFORDABILITY))


async def _create(request: ApiRequest, kind: SnapshotKind) -> ApiResponse:
    """Made from a consistent read, then kept: 204 where the period has no transactions."""
    body = request.body
    asked = SummaryRequest(summaries.check_accounts(body.accounts), body.from_month, body.to_month)
    made = await request.read_aside(make_summary, kind, asked)
    if made is None:
        return NO_CONTENT
    snapshot_id = await request.write(store_summary, made)
    return _shown(request, kind, await request.read_aside(get_snapshot, kind, snapshot_id))


async def _find(request: ApiRequest, kind: SnapshotKind) -> OpenedSnapshot:
    return await request.read_aside(get_snapshot, kind, request.path["snapshotId"])


def _shown(request: ApiRequest, kind: SnapshotKind, snapshot: OpenedSnapshot) -> ApiResponse:
    match kind:
        case SnapshotKind.INCOME:
            return as_json(_income(request, snapshot))
        case SnapshotKind.EXPENSES:
            return as_json(_expenses(request, snapshot))
        case _:
            return as_json(_affordability(request, snapshot))


def _months(heading: SnapshotHeading) -> tuple[str, str]:
    return month_of(heading.first), month_of(heading.last)


def _accounts(request: ApiRequest, heading: SnapshotHeading) -> list[str]:
    return [f"{request.user_url}/accounts/{account}" for account in heading.accounts]


def _income(request: ApiRequest, snapshot: OpenedSnapshot) -> IncomeView:
    first, last = _months(snapshot.heading)
    links = SummaryLinks(self_=f"{request.user_url}/income/{snapshot.id}", accounts=_accounts(request, snapshot.heading))
    return IncomeView(
        type="income",
        id=snapshot.id,
        coverage_days=snapshot.heading.coverage_days,
        from_month=first,
        to_month=last,
        links=links,
        **asdict(summaries.income_of(snapshot.content)),
    )


def _expenses(request: ApiRequest, snapshot: OpenedSnapshot) -> ExpensesView:
    first, last = _months(snapshot.heading)
    links = SummaryLinks(self_=f"{request.user_url}/expenses/{snapshot.id}", accounts=_accounts(request, snapshot.heading))
    return ExpensesView(
        type="expenses",
        id=snapshot.id,
        coverage_days=snapshot.heading.coverage_days,
        from_month=first,
        to_month=last,
        links=links,
        **asdict(summaries.expenses_of(snapshot.content)),
    )


def _affordability(request: ApiRequest, snapshot: OpenedSnapshot) -> AffordabilityView:
    first, last = _months(snapshot.heading)
    links = AffordabilityLinks(
        self_=f"{request.user_url}/affordability/{snapshot.id}",
        accounts=_accounts(request, snapshot.heading),
        expenses=f"{request.user_url}/expenses/{snapshot.id}",
        income=f"{request.user_url}/income/{snapshot.id}",
    )
    return AffordabilityView(
        type="affordability",
        id=snapshot.id,
        coverage_days=snapshot.heading.coverage_days,
        from_month=first,
        to_month=last,
        generated_date=wire_time(from_milliseconds(snapshot.created_at_ms)),
        links=links,
        **asdict(summaries.affordability_of(snapshot.content)),
    )


async def list_affordability(request: ApiRequest) -> ApiResponse:
    found = await request.read_aside(list_snapshots, SnapshotKind.AFFORDABILITY)
    data = await in_portions(found, lambda each: _entry(request, each))
    return as_json(AffordabilityList(type="list", data=data, links=SelfLink(self_=f"{request.user_url}/affordability")))


def _entry(request: ApiRequest, found: HeadedSnapshot) -> AffordabilityListEntry:
    first, last = _months(found.heading)
    links = AffordabilityLinksInList(
        self_=f"{request.user_url}/affordability/{found.id}",
        expenses=f"{request.user_url}/expenses/{found.id}",
        income=f"{request.user_url}/income/{found.id}",
    )
    return AffordabilityListEntry(
        type="affordability",
        id=found.id,
        coverage_days=found.heading.coverage_days,
        from_month=first,
        to_month=last,
        generated_date=wire_time(from_milliseconds(found.created_at_ms)),
        institutions=list(found.heading.institutions),
        links=links,
    )


async def list_affordability_transactions(request: ApiRequest) -> ApiResponse:
    """The rows that affordability was made from, newest first."""
    snapshot = await _find(request, SnapshotKind.AFFORDABILITY)
    limit = limit_of(request.one("limit"), request.services.limits.page_size)
    start = _start(request.one("next"))
    ordered = sorted(snapshot.content.rows, key=lambda row: (row.day, row.id), reverse=True)
    if request.media_type != JSON:
        return ApiResponse(200, rows_as_csv(ordered), request.media_type)
    chosen = ordered[start : start + limit]
    institutions = {account.id: account.institution_id for account in snapshot.content.accounts}
    data = await in_portions(chosen, lambda row: _transaction(request, row, institutions[row.account]))
    url = f"{request.user_url}/affordability/{snapshot.id}/transactions"
    following = f"{url}?limit={limit}&next={start + limit}" if start + limit < len(ordered) else None
    links = PageLinks(self_=url, next=following)
    return as_json(SnapshotTransactionList(type="list", count=len(data), size=len(ordered), data=data, links=links))


def _start(text: str | None) -> int:
    """Where a page begins. Raises Problem for what no answer of ours linked to."""
    if text is None:
        return 0
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise Problem(codes.NEXT_NOT_VALID, parameter="next")
    return int(text)


def _transaction(request: ApiRequest, row: FigureRow, institution: str) -> SnapshotTransaction:
    stored = documents.read(row.document)
    sub_class = HouseholdSubClass()
    if stored.class_ is TransactionClass.PAYMENT:
        found = household_class(row.leaf)
        sub_class = HouseholdSubClass(title=found.title, code=found.code)
    return SnapshotTransaction(
        type="transaction",
        id=row.id,
        account=row.account,
        institution=institution,
        status=Status.POSTED,
        description=stored.description,
        amount=stored.amount,
        balance=stored.balance,
        class_=stored.class_,
        direction=stored.direction,
        post_date=wire_midnight(row.day),
        transaction_date=stored.transaction_date,
        sub_class=sub_class,
        links=SnapshotTransactionLinks(
            account=f"{request.user_url}/accounts/{row.account}", institution=f"{request.base}/institutions/{institution}"
        ),
    )


CSV_COLUMNS = ("id", "account", "postDate", "description", "amount", "direction", "balance", "group", "merchant", "otherSide", "why")


def rows_as_csv(rows: Sequence[FigureRow]) -> bytes:
    """Rows of a snapshot, each with its group and why. A text that a spreadsheet would take for a formula begins with a quote."""
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\r\n")
    table.writerow(CSV_COLUMNS)
    for row in rows:
        direction = Direction.CREDIT if row.cents >= 0 else Direction.DEBIT
        cells = (row.id, row.account, row.day.isoformat(), harmless_cell(row.text), format_cents(row.cents), direction.value, row.balance)
        table.writerow((*cells, row.group, harmless_cell(row.merchant), row.pair, harmless_cell(row.why)))
    return text.getvalue().encode()
