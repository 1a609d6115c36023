"""A user's statements: every file that was uploaded with what came of it, and whether an account's statements join."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import Any, NamedTuple

from bowerbird.domain.services import Session
from bowerbird.domain.statements import files
from bowerbird.domain.statements.continuity import StatementPeriod
from bowerbird.model.days import day_of_number
from bowerbird.model.job import JobState
from bowerbird.storage.rows import parsed_statements as rows
from bowerbird.web.dashboard import applications, users
from bowerbird.web.kernel.request import PageRequest
from bowerbird.web.kernel.response import PageResponse
from bowerbird.web.kernel.timeline import Covered, Timeline, said

_MOST = 200
KINDS = {"pdf": "PDF", "csv": "CSV", "ofx": "OFX"}


class StatementVerdict(NamedTuple):
    """What became of a file: the kind of a badge, and words."""

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


def verdict_of(job: Any, proven: list[Any]) -> StatementVerdict:
    """`proven` are the job's records, one an account."""
    if job.state == JobState.FAILED:
        return StatementVerdict("bad", "Refused")
    if job.state != JobState.SUCCEEDED:
        return StatementVerdict("busy", "Being read")
    if any(row.layout for row in proven):
        return StatementVerdict("good", "Proven")
    return (
        StatementVerdict("good", "Balances agree") if any(row.proved for row in proven) else StatementVerdict("ask", "Read, not provable")
    )


def show_statements(request: PageRequest) -> PageResponse:
    application, tenant, wanted = applications.find(request), users.tenant_of(request), request.one("account")

    def read(session: Session) -> dict[str, Any]:
        return {
            "person": users.find(request, session),
            "uploads": rows.uploads_of_user(session.uow, *tenant, _MOST),
            "proven": rows.statements_of_user(session.uow, *tenant),
            "kept": files.kept_until(session.of(tenant)),
        }

    found = request.read(read, tenant=tenant.application_id)
    proven = [row for row in found.pop("proven") if wanted in ("", row.account_id)]
    by_job: dict[str, list[Any]] = {}
    for row in proven:
        by_job.setdefault(row.job_id, []).append(row)
    uploads = [row for row in found.pop("uploads") if not wanted or row.id in by_job]
    return request.show(
        "dashboard/statements.html", application=application, user_path=users.address(tenant), by_job=by_job,
        uploads=[(row, verdict_of(row, by_job.get(row.id, []))) for row in uploads], joined=joined_of(proven), kinds=KINDS, most=_MOST,
        institutions=request.services.institutions, wanted=wanted, day_of=day_of_number, **found,
    )  # fmt: skip


def joined_of(proven: list[Any]) -> list[JoinedStatements]:
    """The accounts of these records, by name."""
    found = []
    for account_id, group in groupby(
        sorted(proven, key=lambda row: (row.account_name, row.account_id, row.first_day)), lambda row: row.account_id
    ):
        records = list(group)[-_MOST:]
        line = Timeline([Covered(StatementPeriod(row.first_day, row.last_day, row.opening, row.closing), row.job_id) for row in records])
        first = records[0]
        found.append(
            JoinedStatements(account_id, first.account_name, first.number, len(records), line, [said(each) for each in line.breaks])
        )
    return found
