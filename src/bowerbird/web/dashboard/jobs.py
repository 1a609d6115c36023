"""A job, live: its steps, what each came to, and every failure explained from the catalogue."""

from __future__ import annotations

import json
from typing import Any, NamedTuple

from bowerbird import codes
from bowerbird.codes import Actor, Retry
from bowerbird.domain import jobs
from bowerbird.domain.jobs import JobView
from bowerbird.domain.tenant import Tenant
from bowerbird.model.clock import to_milliseconds
from bowerbird.model.job import UNFINISHED, JobState, StepStatus
from bowerbird.storage.unit_of_work import UnitOfWork
from bowerbird.web import trying
from bowerbird.web.dashboard import people
from bowerbird.web.dashboard.people import Person
from bowerbird.web.reply import Reply
from bowerbird.web.visit import Visit

ACTS = {
    Actor.DEVELOPER: "Whoever wrote the client",
    Actor.USER: "The user",
    Actor.OPERATOR: "Whoever runs this server",
    Actor.INSTITUTION: "The institution",
}
"""Who can make an answer go away."""

NEXT = {
    Retry.NO: "Trying again changes nothing.",
    Retry.AFTER_CHANGE: "Change what is wrong, then try again.",
    Retry.LATER: "Try again later: nothing needs to change.",
}
_DOING = {
    "verify-credentials": "The institution is asked whether the login is right.",
    "mfa-challenge": "The institution asks the person for a second proof.",
    "retrieve-accounts": "The accounts are read.",
    "retrieve-transactions": "The transactions are read.",
}
_KINDS = {StepStatus.SUCCESS: "good", StepStatus.FAILED: "bad", StepStatus.IN_PROGRESS: "busy"}


class Explained(NamedTuple):
    """A failure: what happened, who acts, what to do next."""

    code: str
    title: str
    detail: str
    meaning: str
    who: str
    next: str


class ShownStep(NamedTuple):
    """A step in words; `challenge` while it waits for a person."""

    title: str
    kind: str
    text: str
    failure: Explained | None
    challenge: dict[str, Any] | None


def explain(result: dict[str, Any]) -> Explained:
    slug = codes.SLUGS[result["code"]]
    return Explained(slug.code, result["title"], result["detail"], slug.description, ACTS[slug.actor], NEXT[slug.retry])


def shown_step(step: Any) -> ShownStep:
    """A stored step as the page says it. Also what the next pages may use for the same steps."""
    result: dict[str, Any] = json.loads(step.result) if step.result else {}
    failure = explain(result) if step.status == StepStatus.FAILED and "code" in result else None
    challenge = result if step.status == StepStatus.IN_PROGRESS and result.get("type") == "mfa" else None
    kind = "ask" if challenge else _KINDS.get(step.status, "")
    return ShownStep(step.title, kind, _DOING[step.title] if kind == "busy" else "", failure, challenge)


def show_job(visit: Visit) -> Reply:
    """The whole page, or for the page's own polling only the part that changes."""
    return _page(visit, 200, "")


def _page(visit: Visit, status: int, wrong: str) -> Reply:
    application_id = visit.path["application_id"]

    def read(uow: UnitOfWork) -> tuple[JobView, Person]:
        view = jobs.get_job(uow, application_id, visit.path["job_id"])
        visit.path = {**visit.path, "user_id": view.job.user_id}
        return view, people.find(visit, uow)

    view, person = visit.read(read, tenant=application_id)
    job = view.job
    steps, bank = [shown_step(step) for step in view.steps], visit.world.institutions.find(job.institution_id)
    asked = next((step.challenge for step in steps if step.challenge), None)
    template = "dashboard/job_part.html" if visit.partial else "dashboard/job.html"
    return visit.show(
        template, status, job=job, person=person, steps=steps, wrong=wrong, institution=bank,
        answers=trying.answers_to(visit, bank, asked["input"]) if asked else [],
        live=job.state in UNFINISHED, waiting=job.state == JobState.WAITING,
        seconds=max(0, -(-(job.due_at - to_milliseconds(visit.world.clock.now())) // 1000)),
        user_path=people.address(Tenant(application_id, job.user_id)),
        own_path=f"/dashboard/applications/{application_id}/jobs/{job.id}",
    )  # fmt: skip


def answer_challenge(visit: Visit) -> Reply:
    """Answers to a second factor, in the order they were asked."""
    application_id, job_id = visit.path["application_id"], visit.path["job_id"]
    answers = [answer.strip() for answer in visit.form.all("answer")]
    if not answers or not all(answers):
        return _page(visit, 400, "Answer every question.")
    visit.write(lambda uow: jobs.create_mfa_response(visit.world, uow, application_id, job_id, answers), tenant=application_id)
    return visit.go(f"/dashboard/applications/{application_id}/jobs/{job_id}")
