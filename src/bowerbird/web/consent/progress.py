"""A job as the person waits for it: steps in plain words, questions of the bank, and how it ended."""

from __future__ import annotations

from contextlib import suppress
from typing import Any, NamedTuple

from bowerbird.domain.jobs import jobs
from bowerbird.domain.jobs.jobs import JobRow, JobWithSteps
from bowerbird.domain.ledger import accounts
from bowerbird.domain.services import Session
from bowerbird.model.clock import to_milliseconds
from bowerbird.model.connection import Method
from bowerbird.model.days import day_of_number
from bowerbird.model.job import UNFINISHED, JobKind, JobState, JobStepResult, StepStatus, StepTitle
from bowerbird.model.problem import Problem
from bowerbird.storage.rows import connections as connection_rows
from bowerbird.storage.rows import statements as statement_rows
from bowerbird.storage.rows.connections import ConnectionRow
from bowerbird.web.consent.plain_words import Explanation, explain
from bowerbird.web.consent.sign_in import page_context
from bowerbird.web.kernel import samples
from bowerbird.web.kernel.not_found import not_found
from bowerbird.web.kernel.request import PageRequest
from bowerbird.web.kernel.response import PageResponse

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


class ProgressStep(NamedTuple):
    """A step in words; `text` says more where there is more to say."""

    title: str
    kind: str
    text: str = ""


class ProofView(NamedTuple):
    """What is known of an uploaded statement: money in cents, days as dates; None where the file says nothing."""

    account: str
    first: Any
    last: Any
    opening: int | None
    closing: int | None
    proved: int
    is_pdf: bool


def _find(request: PageRequest, session: Session) -> JobWithSteps:
    """The job that the path names, if it is this person's. Raises Refusal."""
    tenant = request.person.tenant
    try:
        view = jobs.get_job(session.in_application(tenant.application_id), request.path["job_id"])
    except Problem:
        raise not_found("page") from None
    if view.job.user_id != tenant.user_id:
        raise not_found("page")
    return view


def show_job(request: PageRequest) -> PageResponse:
    return _page(request, 200, "")


def _page(request: PageRequest, status: int, wrong: str) -> PageResponse:
    tenant = request.person.tenant

    def read(session: Session) -> dict[str, Any]:
        view = _find(request, session)
        job = view.job
        done = job.state == JobState.SUCCEEDED
        found = accounts.list_accounts(session.of(tenant), f"connection.id.eq('{job.connection_id}')") if done else []
        names, kept = {each.id: each.name for each in found}, statement_rows.statements_of_job(session.uow, tenant.application_id, job.id)
        return {
            "view": view,
            "connection": connection_rows.find_connection(session.uow, *tenant, job.connection_id),
            "accounts": found,
            "proofs": [_proof(row, names) for row in kept] if done else [],
            **page_context(request, session),
        }

    found = request.read(read, tenant=tenant.application_id)
    job, connection = found["view"].job, found["connection"]
    bank = request.services.institutions.find(job.institution_id)
    bank_name = bank.short_name if bank else "Your bank"
    words = _STATEMENT_STEPS if job.kind == JobKind.STATEMENT else _LOGIN_STEPS
    challenge, failure = _asked(found["view"]), _failure(found["view"], bank_name)
    kinds = {**_KINDS, StepStatus.IN_PROGRESS: "ask"} if challenge else _KINDS
    steps = [ProgressStep(words[step.title], kinds.get(step.status, "")) for step in found["view"].steps]
    return request.show(
        "consent/job_part.html" if request.partial else "consent/job.html", status, job=job, steps=steps, bank=bank, bank_name=bank_name,
        challenge=challenge, failure=failure, wrong=wrong, live=job.state in UNFINISHED, waiting=challenge is not None,
        by_login=connection is not None and connection.method == Method.WEB, is_upload=job.kind == JobKind.STATEMENT,
        again=_again(job, connection), seconds=max(0, -(-(job.due_at_ms - to_milliseconds(request.services.clock.now())) // 1000)),
        here=f"/home/jobs/{job.id}", answers=samples.answers_to(request, bank, challenge.input) if challenge else [], **found,
    )  # fmt: skip


def _asked(view: JobWithSteps) -> JobStepResult | None:
    """What the bank asks while it waits for an answer."""
    if view.job.state != JobState.WAITING:
        return None
    waiting = (step.result for step in view.steps if step.status == StepStatus.IN_PROGRESS and step.result)
    return next((result for result in waiting if result.type == "mfa"), None)


def _failure(view: JobWithSteps, bank_name: str) -> Explanation | None:
    failed = next((step for step in view.steps if step.status == StepStatus.FAILED), None)
    return explain(failed.result, view.job.failure_reason, bank_name) if failed is not None and failed.result is not None else None


def _again(job: JobRow, connection: ConnectionRow | None) -> str:
    """Where a person goes for other details of the login: the connection's, if it ever worked; else they begin anew."""
    if connection is not None and connection.method == Method.WEB and connection.last_used_at_ms is not None:
        return f"/home/connections/{connection.id}/login"
    return f"/home/institutions/{job.institution_id}{'/statement' if job.kind == JobKind.STATEMENT else ''}"


def _proof(row: Any, names: dict[str, str]) -> ProofView:
    return ProofView(
        names.get(row.account_id, ""),
        day_of_number(row.first_day),
        day_of_number(row.last_day),
        row.opening,
        row.closing,
        row.proved,
        row.layout is not None,
    )


def answer_challenge(request: PageRequest) -> PageResponse:
    """Answers to the bank's questions, in the order they were asked."""
    application_id, answers = request.person.tenant.application_id, [answer.strip() for answer in request.form.all("answer")]
    if not answers or not all(answers):
        return _page(request, 400, "Answer every question.")

    def work(session: Session) -> None:
        _find(request, session)
        jobs.create_mfa_response(session.in_application(application_id), request.path["job_id"], answers)

    with suppress(Problem):  # answered already, or too late: the page says how it stands
        request.write(work, tenant=application_id)
    return request.go(f"/home/jobs/{request.path['job_id']}")
