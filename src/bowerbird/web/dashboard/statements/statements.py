"""A user's statements: every uploaded file with its result, and whether an account's statements join."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import NamedTuple

from bowerbird.domain.services import Session
from bowerbird.domain.statements.files import kept_until
from bowerbird.domain.statements.records import NamedStatementRow, list_statements, period_of_record
from bowerbird.domain.statements.statements import UploadedFileRow, list_uploaded_files
from bowerbird.model.days import day_of_number
from bowerbird.model.job import JobState
from bowerbird.model.statement import FileKind
from bowerbird.web.dashboard import applications, users
from bowerbird.web.dashboard.users import Person
from bowerbird.web.kernel.request import PageRequest
from bowerbird.web.kernel.response import PageResponse
from bowerbird.web.kernel.timeline import Covered, Timeline, break_text

_MOST = 200
KINDS = {kind: kind.value.upper() for kind in FileKind}


class StatementVerdict(NamedTuple):
    """The result of a file: the kind of a badge, and its text."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class JoinedStatements:
    """An account with its statements on a line."""

    account_id: str
    name: str
    number: str
    count: int
    line: Timeline
    breaks: list[str]


class UserStatements(NamedTuple):
    """What the page shows of a user; `kept` are the jobs whose files are kept, with the moment they are deleted."""

    person: Person
    uploads: list[UploadedFileRow]
    proven: list[NamedStatementRow]
    kept: dict[str, int]


def verdict_of(state: JobState, proven: Sequence[NamedStatementRow]) -> StatementVerdict:
    """`proven` are the job's records, one an account."""
    if state == JobState.FAILED:
        return StatementVerdict("bad", "Refused")
    if state != JobState.SUCCEEDED:
        return StatementVerdict("busy", "Being read")
    if any(row.layout for row in proven):
        return StatementVerdict("good", "Proven")
    return (
        StatementVerdict("good", "Balances agree") if any(row.proved for row in proven) else StatementVerdict("ask", "Read, not provable")
    )


def show_statements(request: PageRequest) -> PageResponse:
    application, tenant, account_id = applications.find(request), users.tenant_of(request), request.one("account")
    data = request.read(_read, request)
    proven = [row for row in data.proven if account_id in ("", row.account_id)]
    by_job: dict[str, list[NamedStatementRow]] = {}
    for row in proven:
        by_job.setdefault(row.job_id, []).append(row)
    uploads = [(row, verdict_of(row.state, by_job.get(row.id, []))) for row in data.uploads if not account_id or row.id in by_job]
    return request.show(
        "dashboard/statements.html", application=application, user_path=users.address(tenant), by_job=by_job, person=data.person,
        uploads=uploads, joined=joined_of(proven), kinds=KINDS, most=_MOST, institutions=request.services.institutions,
        wanted=account_id, day_of=day_of_number, kept=data.kept,
    )  # fmt: skip


def _read(session: Session, request: PageRequest) -> UserStatements:
    person = users.find(request, session)
    return UserStatements(person, list_uploaded_files(session, _MOST), list_statements(session), kept_until(session))


def joined_of(proven: list[NamedStatementRow]) -> list[JoinedStatements]:
    """The accounts of these records, by name."""
    joined = []
    ordered = sorted(proven, key=lambda row: (row.account_name, row.account_id, row.first_day))
    for account_id, group in groupby(ordered, lambda row: row.account_id):
        records = list(group)[-_MOST:]
        line = Timeline([Covered(period_of_record(row), row.job_id) for row in records])
        first, breaks = records[0], [break_text(gap) for gap in line.breaks]
        joined.append(JoinedStatements(account_id, first.account_name, first.number, len(records), line, breaks))
    return joined
