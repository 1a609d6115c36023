"""Reports: what an application asks for, judged at once; a job makes it, and it is kept for a day with the rows it was made from."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Literal, NamedTuple

from bowerbird import codes
from bowerbird.domain.access.tenant import Tenant
from bowerbird.domain.insights.inputs import chosen_accounts
from bowerbird.domain.insights.quota import count_made
from bowerbird.domain.insights.snapshots import create_snapshot, delete_snapshot, get_snapshot_row, require_insights
from bowerbird.domain.jobs.jobs import create_job
from bowerbird.domain.services import Session
from bowerbird.insights.groups import GROUPS
from bowerbird.insights.reports.metric_titles import METRICS
from bowerbird.model.ids import is_id
from bowerbird.model.insights.snapshot import ReportFilter, SnapshotHeading, SnapshotKind
from bowerbird.model.job import JobKind
from bowerbird.model.problem import Problem
from bowerbird.storage.rows import users
from bowerbird.storage.rows.accounts import AccountRow

AFFORDABILITY, STATEMENT = "CON_AFFOR_01", "STATEMENT_01"
MAX_USERS, LONGEST_TITLE = 5, 50
_DAY = re.compile(r"\d{4}-\d\d-\d\d\Z", re.ASCII)
_MASKED = re.compile(r"[xX*]")
_IGNORED = frozenset({"reportSubType"})
"""Filters that published applications send and no report knows: they change nothing."""


class ReportFilterType(NamedTuple):
    name: str
    type: Literal["string", "array"]
    required: bool


class ReportType(NamedTuple):
    id: str
    name: str
    description: str
    filters: tuple[ReportFilterType, ...]


REPORT_TYPES = (
    ReportType(
        AFFORDABILITY,
        "Consumer Affordability Report",
        "In depth consumer affordability assessment.",
        (
            ReportFilterType("fromDate", "string", True),
            ReportFilterType("toDate", "string", True),
            ReportFilterType("accounts", "array", True),
            ReportFilterType("users", "array", True),
            ReportFilterType("includeGroups", "array", False),
            ReportFilterType("includeMetrics", "array", False),
        ),
    ),
    ReportType(
        STATEMENT,
        "Bank Statement",
        "Generates a bank statement for a specified account and date range, providing transaction details, balances, and more in a "
        "standard format.",
        (
            ReportFilterType("fromDate", "string", True),
            ReportFilterType("toDate", "string", False),
            ReportFilterType("account", "string", True),
            ReportFilterType("user", "string", True),
        ),
    ),
)


class ReportRequest(NamedTuple):
    """What a client asks, as it sent it."""

    report_type: str
    title: str
    filters: tuple[ReportFilter, ...]


class CreatedReport(NamedTuple):
    """The job that makes a report, and the user whose job it is."""

    job_id: str
    user_id: str


class ReportPlan(NamedTuple):
    """A request that can be met: the days, both included, and the ids; no accounts where it is of all that the users have."""

    first: date
    last: date
    users: tuple[str, ...]
    accounts: tuple[str, ...]


def get_report_type(id: str) -> ReportType:
    """Raises Problem for an unknown one."""
    found = next((each for each in REPORT_TYPES if each.id == id), None)
    if found is None:
        raise Problem(codes.REPORT_TYPE_NOT_FOUND, parameter="reportType")
    return found


def create_report(session: Session, asked: ReportRequest) -> CreatedReport:
    """Judge a request and create the job that meets it. Raises Problem."""
    plan = plan_of(session, asked)
    for user_id in plan.users:
        if not users.find_users(session.uow, session.application_id, [user_id]):
            raise Problem(codes.USER_NOT_FOUND, parameter="users")
    require_insights(session, plan.users)
    accounts = chosen_accounts(session, plan.users, plan.accounts or None)
    _require_once(accounts)
    count_made(session, codes.TOO_MANY_REPORTS, "reports")
    heading = SnapshotHeading(
        first=plan.first,
        last=plan.last,
        institutions=tuple(sorted({account.institution_id for of_user in accounts.values() for account in of_user})),
        accounts=plan.accounts or tuple(account.id for of_user in accounts.values() for account in of_user),
        report_type=asked.report_type,
        title=asked.title,
        filters=asked.filters,
    )
    report_id = create_snapshot(session, SnapshotKind.REPORT, plan.users, heading, None)
    owner = session.of(Tenant(session.application_id, plan.users[0]))
    return CreatedReport(create_job(owner, report_id, "", JobKind.REPORT), plan.users[0])


def delete_report(session: Session, report_id: str) -> None:
    """Delete a report with its rows. Raises Problem when there is none."""
    get_snapshot_row(session, SnapshotKind.REPORT, report_id)
    delete_snapshot(session, report_id)


def plan_of(session: Session, asked: ReportRequest) -> ReportPlan:
    """Raises Problem for the first thing in a request that is missing or not valid."""
    kind = get_report_type(asked.report_type)
    if not asked.title.strip() or len(asked.title) > LONGEST_TITLE or not asked.title.isprintable():
        raise _not_valid("title")
    given = {each.name: each.value for each in asked.filters}
    if len(given) < len(asked.filters):
        raise _not_valid("filters")
    for known in kind.filters:
        is_all = known.name == "accounts" and given.get(known.name) == ()
        if known.required and not given.get(known.name) and not is_all:
            raise Problem(codes.REPORT_PARAMETER_MISSING, parameter=known.name, field=known.name)
    for name in given.keys() - {known.name for known in kind.filters} - _IGNORED:
        raise _not_valid(name)
    first = _day(given["fromDate"], "fromDate")
    last = _day(given["toDate"], "toDate") if given.get("toDate") else session.services.clock.now().date()
    if last < first:
        raise Problem(codes.PERIOD_BACKWARDS, parameter="toDate")
    plural = kind.id == AFFORDABILITY
    user_ids = _ids(given["users" if plural else "user"], "users" if plural else "user", plural=plural)
    account_ids = _ids(given["accounts" if plural else "account"], "accounts" if plural else "account", plural=plural)
    if len(user_ids) > MAX_USERS:
        raise Problem(codes.TOO_MANY_REPORT_USERS, parameter="users")
    if repeated := [id for ids in (user_ids, account_ids) for id, times in Counter(ids).items() for _ in range(times) if times > 1]:
        raise Problem(codes.REPORT_IDS_REPEATED, parameter="users", ids="[" + ", ".join(f'"{id[:40]}"' for id in repeated[:20]) + "]")
    _known(given, "includeMetrics", METRICS)
    _known(given, "includeGroups", GROUPS)
    if not all(map(is_id, user_ids)):
        raise Problem(codes.USER_NOT_FOUND, parameter="users")
    return ReportPlan(first, last, user_ids, account_ids)


def included(filters: Sequence[ReportFilter], name: str) -> frozenset[str] | None:
    """The ids of metrics or groups that a report shows: None for all, where the filter is absent or an empty list; none for null."""
    for each in filters:
        if each.name == name:
            if each.value is None or each.value == "null":
                return frozenset()
            return frozenset(each.value) if isinstance(each.value, tuple) and each.value else None
    return None


def _not_valid(name: str) -> Problem:
    return Problem(codes.FIELD_NOT_VALID, parameter=name[:40], field=name[:40])


def _day(value: str | tuple[str, ...] | None, name: str) -> date:
    try:
        if not (isinstance(value, str) and _DAY.match(value)):
            raise ValueError("not a day")
        return date.fromisoformat(value)
    except ValueError:
        raise Problem(codes.DATE_NOT_VALID, parameter=name, field=name, form="yyyy-mm-dd") from None


def _ids(value: str | tuple[str, ...] | None, name: str, *, plural: bool) -> tuple[str, ...]:
    """A list where several are allowed; a single text stands for itself in both."""
    found = (value,) if isinstance(value, str) else value or ()
    if not plural and len(found) != 1:
        raise _not_valid(name)
    return tuple(found)


def _known(given: Mapping[str, str | tuple[str, ...] | None], name: str, known: Mapping[str, object]) -> None:
    value = given.get(name)
    if value is None or value == "null":
        return
    if not isinstance(value, tuple) or any(id not in known for id in value):
        raise _not_valid(name)


def _require_once(accounts: Mapping[str, list[AccountRow]]) -> None:
    """The same bank account may be shared by two users, but not counted twice. A masked number cannot be compared."""
    same: dict[tuple[str, str | None, str, str], list[str]] = defaultdict(list)
    for of_user in accounts.values():
        for account in of_user:
            if account.number and not _MASKED.search(account.number):
                same[account.institution_id, account.details.institution, account.number, account.currency].append(account.id)
    if twice := [ids for ids in same.values() if len(ids) > 1]:
        listed = ", ".join("[" + ", ".join(f"'{id}'" for id in ids) + "]" for ids in twice)
        raise Problem(codes.REPORT_ACCOUNTS_DUPLICATED, parameter="accounts", accounts=listed)
