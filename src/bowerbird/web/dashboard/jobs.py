"""A job, live: its steps with their results, and every failure explained from the catalogue."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from bowerbird import codes
from bowerbird.codes import Actor, Retry
from bowerbird.domain.access.tenant import Tenant
from bowerbird.domain.insights.snapshots import get_snapshot_row, heading_of
from bowerbird.domain.jobs import jobs
from bowerbird.domain.jobs.jobs import JobRow, JobStepRow, JobWithSteps
from bowerbird.domain.services import Session
from bowerbird.domain.statements.column_mappings import find_waiting_file
from bowerbird.model.clock import to_milliseconds
from bowerbird.model.insights.snapshot import SnapshotKind
from bowerbird.model.job import UNFINISHED, JobKind, JobState, JobStepResult, StepStatus, StepTitle
from bowerbird.model.problem import Problem
from bowerbird.web.dashboard import users
from bowerbird.web.dashboard.users import Person
from bowerbird.web.kernel import samples
from bowerbird.web.kernel.request import PageRequest
from bowerbird.web.kernel.response import PageResponse

ACTS = {
    Actor.DEVELOPER: "The developer",
    Actor.USER: "The user",
    Actor.OPERATOR: "The operator of this server",
    Actor.INSTITUTION: "The institution",
}
"""Who can resolve a refusal."""

_NEXT = {
    Retry.NO: "Retrying does not help.",
    Retry.AFTER_CHANGE: "Correct the problem, then retry.",
    Retry.LATER: "Retry later. Nothing needs to change.",
}
_NEXT_OF = {
    codes.NO_PRODUCTION_ACCESS.key: (
        "An owner gives the application production access on its page, or makes another one with "
        "bowerbird app create NAME --production. The sandbox's controls are closed then: keep a sandbox in a data folder of its own."
    ),
}
"""Where more can be named than whether to try again."""
_DOING = {
    StepTitle.VERIFY_CREDENTIALS: "Checking the login with the institution.",
    StepTitle.MFA_CHALLENGE: "Waiting for the second factor.",
    StepTitle.RETRIEVE_ACCOUNTS: "Reading accounts.",
    StepTitle.RETRIEVE_TRANSACTIONS: "Reading transactions.",
    StepTitle.CREATE_REPORT: "Making the report.",
}
_KINDS = {StepStatus.SUCCESS: "good", StepStatus.FAILED: "bad", StepStatus.IN_PROGRESS: "busy"}


class FailureExplanation(NamedTuple):
    """A failure: what happened, who acts, what to do next."""

    code: str
    title: str
    detail: str
    meaning: str
    who: str
    next: str


class StepDisplay(NamedTuple):
    """A step in words; `challenge` while it waits for a person."""

    title: str
    kind: str
    text: str
    failure: FailureExplanation | None
    challenge: JobStepResult | None


def next_step(entry: codes.Entry) -> str:
    """What is to do next about a refusal, in a sentence or two."""
    return _NEXT_OF.get(entry.key) or _NEXT[entry.meaning.retry]


def explain(result: JobStepResult) -> FailureExplanation:
    entry = next(each for each in codes.CATALOGUE.values() if each.code == result.code)
    who, then = ACTS[entry.meaning.actor], next_step(entry)
    return FailureExplanation(entry.code, result.title or "", result.detail or "", entry.description, who, then)


def step_display(step: JobStepRow) -> StepDisplay:
    """A stored step as the page shows it."""
    result = step.result
    failure = explain(result) if result is not None and step.status == StepStatus.FAILED and result.code else None
    challenge = result if result is not None and step.status == StepStatus.IN_PROGRESS and result.type == "mfa" else None
    kind = "ask" if challenge else _KINDS.get(step.status, "")
    return StepDisplay(step.title, kind, _DOING[step.title] if kind == "busy" else "", failure, challenge)


_HEADINGS = {
    JobKind.CONNECT: "Connecting",
    JobKind.REFRESH: "Refreshing",
    JobKind.UPDATE: "New credentials for",
    JobKind.STATEMENT: "Statement of",
    JobKind.REPORT: "Report",
}


def _report_title(session: Session, job: JobRow) -> str | None:
    """The title of the report that a job makes, in quotation marks; None where the job makes none or the report is gone."""
    if job.kind is not JobKind.REPORT:
        return None
    try:
        row, user_ids = get_snapshot_row(session, SnapshotKind.REPORT, job.connection_id)
    except Problem:
        return None
    return f"\N{LEFT DOUBLE QUOTATION MARK}{heading_of(session, row, user_ids).title}\N{RIGHT DOUBLE QUOTATION MARK}"


def show_job(request: PageRequest) -> PageResponse:
    """The whole page, or for the page's own polling only the part that changes."""
    return _page(request, 200, "")


def _page(request: PageRequest, status: int, wrong: str) -> PageResponse:
    application_id = request.path["application_id"]

    def read(session: Session) -> tuple[JobWithSteps, Person, bool, str | None]:
        application = session.in_application(application_id)
        view = jobs.get_job(application, request.path["job_id"])
        request.concerns(user_id=view.job.user_id)
        waiting = find_waiting_file(session.of(Tenant(application_id, view.job.user_id)), view.job.id)
        return view, users.find(request, session), waiting is not None, _report_title(application, view.job)

    view, person, awaits_mapping, report = request.read(read, tenant=application_id)
    job = view.job
    steps, bank = [step_display(step) for step in view.steps], request.services.institutions.find(job.institution_id)
    heading = f"{_HEADINGS[job.kind]} {report or (bank.short_name if bank else job.institution_id)}".strip()
    asked = next((step.challenge for step in steps if step.challenge), None)
    template = "dashboard/job_part.html" if request.partial else "dashboard/job.html"
    return request.show(
        template, status, job=job, report=report, heading=heading, person=person, steps=steps, wrong=wrong, institution=bank,
        answers=samples.answers_to(request, bank, asked.input) if asked else [],
        awaits_mapping=awaits_mapping, live=job.state in UNFINISHED, waiting=job.state == JobState.WAITING,
        seconds=max(0, -(-(job.due_at_ms - to_milliseconds(request.services.clock.now())) // 1000)),
        user_path=users.address(Tenant(application_id, job.user_id)),
        own_path=f"/dashboard/applications/{application_id}/jobs/{job.id}",
    )  # fmt: skip


def answer_challenge(request: PageRequest) -> PageResponse:
    """Answers to a second factor, in the order they were asked."""
    application_id, job_id = request.path["application_id"], request.path["job_id"]
    answers = [answer.strip() for answer in request.form.all("answer")]
    if not answers or not all(answers):
        return _page(request, 400, "Answer every question.")
    request.write(_answer, request, answers, tenant=application_id)
    return request.go(f"/dashboard/applications/{application_id}/jobs/{job_id}")


def _answer(session: Session, request: PageRequest, answers: Sequence[str]) -> None:
    job_id = request.path["job_id"]
    request.concerns(user_id=jobs.get_job_row(session, job_id).user_id)
    jobs.create_mfa_response(session, job_id, answers)
