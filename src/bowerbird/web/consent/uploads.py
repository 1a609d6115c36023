"""The statements that a person uploaded in this session, each with what came of it."""

from __future__ import annotations

from contextlib import suppress
from typing import NamedTuple

from bowerbird.domain.consents.person_sessions import PersonSession
from bowerbird.domain.jobs import jobs
from bowerbird.domain.jobs.jobs import JobWithSteps
from bowerbird.domain.services import Session
from bowerbird.domain.statements.column_mappings import find_waiting_file
from bowerbird.domain.statements.records import list_statements_of_job
from bowerbird.model.days import day_of_number
from bowerbird.model.institution import Institution
from bowerbird.model.job import UNFINISHED, JobKind, JobState, StepStatus
from bowerbird.model.problem import Problem
from bowerbird.web.consent.plain_words import explain
from bowerbird.web.kernel.languages import ngettext, written_day
from bowerbird.web.kernel.languages import say as _

MAX_UPLOADS = 24
"""Files that may be chosen at once, and that are listed: two years of months."""


class UploadedStatement(NamedTuple):
    """A file by the place it was chosen in, the kind of its badge and what came of it."""

    job_id: str
    number: int
    kind: str
    text: str
    awaits_mapping: bool = False

    @property
    def live(self) -> bool:
        return self.kind == "busy"


def list_uploads(session: Session, person: PersonSession, bank: Institution | None) -> list[UploadedStatement]:
    """Statements of a bank uploaded in this session, in the order in which they were chosen, at most the last `MAX_UPLOADS`."""
    if bank is None:
        return []
    found = list[JobWithSteps]()
    for job_id in person.job_ids[-MAX_UPLOADS:]:
        with suppress(Problem):
            view = jobs.get_job(session, job_id)
            if view.job.kind is JobKind.STATEMENT and view.job.institution_id == bank.id:
                found.append(view)
    return [_uploaded(session, view, number, bank) for number, view in enumerate(found, 1)]


def _uploaded(session: Session, view: JobWithSteps, number: int, bank: Institution) -> UploadedStatement:
    job = view.job
    if job.state in UNFINISHED:
        return UploadedStatement(job.id, number, "busy", _("Being read"))
    if job.state is JobState.SUCCEEDED:
        read = list_statements_of_job(session, job.id)
        days = [_("%(first)s to %(last)s", first=_day(row.first_day), last=_day(row.last_day)) for row in read]
        accounts = ngettext("%(num)s account", "%(num)s accounts", len(read)) % {"num": len(read)}
        periods = ", ".join(dict.fromkeys(days)) + (f", {accounts}" if len(read) > 1 else "")
        return UploadedStatement(job.id, number, "good", _("Read: %(periods)s", periods=periods) if periods else _("Read"))
    result = next((step.result for step in view.steps if step.status is StepStatus.FAILED), None)
    if find_waiting_file(session, job.id) is not None:
        return UploadedStatement(job.id, number, "ask", _("Say what its columns mean"), awaits_mapping=True)
    why = explain(result, job.failure_reason, bank.short_name, of_file=True).title if result is not None else _("It could not be read")
    return UploadedStatement(job.id, number, "bad", why)


def _day(number: int) -> str:
    day = day_of_number(number)
    return written_day(day) or f"{day:%-d %b %Y}"
