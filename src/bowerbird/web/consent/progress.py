"""A job as the person waits for it: steps in plain words, questions of the bank, and how it ended."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any, NamedTuple

from bowerbird.domain import accounts, jobs
from bowerbird.domain.jobs import JobView
from bowerbird.model.clock import to_milliseconds
from bowerbird.model.connection import Method
from bowerbird.model.days import day_of_number
from bowerbird.model.job import UNFINISHED, JobKind, JobState, StepStatus, StepTitle
from bowerbird.model.problem import Problem
from bowerbird.storage import connections as connection_rows
from bowerbird.storage import statements as statement_rows
from bowerbird.storage.unit_of_work import UnitOfWork
from bowerbird.web import trying
from bowerbird.web.consent.entrance import frame
from bowerbird.web.consent.plain_words import Explained, explain
from bowerbird.web.refusal import not_found
from bowerbird.web.reply import Reply
from bowerbird.web.visit import Visit

_LOGIN_STEPS = {
    StepTitle.VERIFY_CREDENTIALS: "Logging in",
    StepTitle.MFA_CHALLENGE: "A second proof that it is you",
    StepTitle.RETRIEVE_ACCOUNTS: "Reading your accounts",
    StepTitle.RETRIEVE_TRANSACTIONS: "Reading your transactions",
}
_STATEMENT_STEPS = {
    StepTitle.VERIFY_CREDENTIALS: "Checking the statement",
    StepTitle.RETRIEVE_ACCOUNTS: "Reading the account",
    StepTitle.RETRIEVE_TRANSACTIONS: "Reading the transactions",
}
_KINDS = {StepStatus.SUCCESS: "good", StepStatus.FAILED: "bad", StepStatus.IN_PROGRESS: "busy"}


class Step(NamedTuple):
    """A step in words; `text` says more where there is more to say."""

    title: str
    kind: str
    text: str = ""


class Proof(NamedTuple):
    """What is known of an uploaded statement: money in cents, days as dates; None where the file says nothing."""

    account: str
    first: Any
    last: Any
    opening: int | None
    closing: int | None
    proved: int
    is_pdf: bool


def _find(visit: Visit, uow: UnitOfWork) -> JobView:
    """The job that the path names, if it is this person's. Raises Refusal."""
    tenant = visit.person.tenant
    try:
        view = jobs.get_job(uow, tenant.application_id, visit.path["job_id"])
    except Problem:
        raise not_found("page") from None
    if view.job.user_id != tenant.user_id:
        raise not_found("page")
    return view


def show_job(visit: Visit) -> Reply:
    return _page(visit, 200, "")


def _page(visit: Visit, status: int, wrong: str) -> Reply:
    tenant = visit.person.tenant

    def read(uow: UnitOfWork) -> dict[str, Any]:
        view = _find(visit, uow)
        job = view.job
        done = job.state == JobState.SUCCEEDED
        found = accounts.list_accounts(uow, tenant, f"connection.id.eq('{job.connection_id}')") if done else []
        names, kept = {each.id: each.name for each in found}, statement_rows.statements_of_job(uow, tenant.application_id, job.id)
        return {
            "view": view,
            "connection": connection_rows.find_connection(uow, *tenant, job.connection_id),
            "accounts": found,
            "proofs": [_proof(row, names) for row in kept] if done else [],
            **frame(visit, uow),
        }

    found = visit.read(read, tenant=tenant.application_id)
    job, connection = found["view"].job, found["connection"]
    bank = visit.world.institutions.find(job.institution_id)
    bank_name = bank.short_name if bank else "Your bank"
    words = _STATEMENT_STEPS if job.kind == JobKind.STATEMENT else _LOGIN_STEPS
    challenge, failure = _asked(found["view"]), _failure(found["view"], bank_name)
    kinds = {**_KINDS, StepStatus.IN_PROGRESS: "ask"} if challenge else _KINDS
    steps = [Step(words[StepTitle(step.title)], kinds.get(step.status, "")) for step in found["view"].steps]
    return visit.show(
        "consent/job_part.html" if visit.partial else "consent/job.html", status, job=job, steps=steps, bank=bank, bank_name=bank_name,
        challenge=challenge, failure=failure, wrong=wrong, live=job.state in UNFINISHED, waiting=challenge is not None,
        by_login=connection is not None and connection.method == Method.WEB, is_upload=job.kind == JobKind.STATEMENT,
        again=_again(job, connection), seconds=max(0, -(-(job.due_at - to_milliseconds(visit.world.clock.now())) // 1000)),
        here=f"/home/jobs/{job.id}", answers=trying.answers_to(visit, bank, challenge["input"]) if challenge else [], **found,
    )  # fmt: skip


def _asked(view: JobView) -> dict[str, Any] | None:
    """What the bank asks while it waits for an answer."""
    if view.job.state != JobState.WAITING:
        return None
    waiting = (json.loads(step.result) for step in view.steps if step.status == StepStatus.IN_PROGRESS and step.result)
    return next((result for result in waiting if result.get("type") == "mfa"), None)


def _failure(view: JobView, bank_name: str) -> Explained | None:
    failed = next((step for step in view.steps if step.status == StepStatus.FAILED), None)
    return explain(json.loads(failed.result), view.job.reason, bank_name) if failed is not None else None


def _again(job: Any, connection: Any) -> str:
    """Where a person goes for other details of the login: the connection's, if it ever worked; else they begin anew."""
    if connection is not None and connection.method == Method.WEB and connection.last_used is not None:
        return f"/home/connections/{connection.id}/login"
    return f"/home/institutions/{job.institution_id}{'/statement' if job.kind == JobKind.STATEMENT else ''}"


def _proof(row: Any, names: dict[str, str]) -> Proof:
    return Proof(
        names.get(row.account_id, ""),
        day_of_number(row.first_day),
        day_of_number(row.last_day),
        row.opening,
        row.closing,
        row.proved,
        row.layout is not None,
    )


def answer_challenge(visit: Visit) -> Reply:
    """Answers to the bank's questions, in the order they were asked."""
    application_id, answers = visit.person.tenant.application_id, [answer.strip() for answer in visit.form.all("answer")]
    if not answers or not all(answers):
        return _page(visit, 400, "Answer every question.")

    def work(uow: UnitOfWork) -> None:
        _find(visit, uow)
        jobs.create_mfa_response(visit.world, uow, application_id, visit.path["job_id"], answers)

    with suppress(Problem):  # answered already, or too late: the page says how it stands
        visit.write(work, tenant=application_id)
    return visit.go(f"/home/jobs/{visit.path['job_id']}")
