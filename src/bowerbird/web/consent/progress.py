"""A job as a customer follows it: steps in plain words, questions of the bank, and the result."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from contextlib import suppress
from datetime import date
from functools import partial
from typing import NamedTuple

from bowerbird.domain.connections import connections
from bowerbird.domain.connections.connections import ConnectionRow
from bowerbird.domain.jobs import jobs
from bowerbird.domain.jobs.jobs import JobRow, JobWithSteps
from bowerbird.domain.jobs.returns import bank_address
from bowerbird.domain.ledger import accounts
from bowerbird.domain.ledger.accounts import AccountRow
from bowerbird.domain.services import Session
from bowerbird.domain.statements.column_mappings import find_waiting_file
from bowerbird.domain.statements.records import StatementRow, list_statements_of_job
from bowerbird.model.clock import to_milliseconds
from bowerbird.model.connection import Method
from bowerbird.model.consent import Action
from bowerbird.model.days import day_of_number
from bowerbird.model.job import UNFINISHED, JobKind, JobState, JobStepResult, StepStatus, StepTitle
from bowerbird.model.problem import Problem
from bowerbird.sdk.pictures import is_moving
from bowerbird.web.consent.plain_words import Explanation, columns_wanted, explain
from bowerbird.web.consent.sign_in import PageFrame, finish, page_frame
from bowerbird.web.kernel import samples
from bowerbird.web.kernel.languages import gettext
from bowerbird.web.kernel.languages import say as _
from bowerbird.web.kernel.request import PageRequest
from bowerbird.web.kernel.response import PageResponse, not_found

LOGIN_STEPS = {
    StepTitle.VERIFY_CREDENTIALS: "Log in",
    StepTitle.MFA_CHALLENGE: "Security check",
    StepTitle.RETRIEVE_ACCOUNTS: "Read your accounts",
    StepTitle.RETRIEVE_TRANSACTIONS: "Read your transactions",
}
STATEMENT_STEPS = {
    StepTitle.VERIFY_CREDENTIALS: "Check the statement",
    StepTitle.RETRIEVE_ACCOUNTS: "Read the account",
    StepTitle.RETRIEVE_TRANSACTIONS: "Read the transactions",
}
_KINDS = {StepStatus.SUCCESS: "good", StepStatus.FAILED: "bad", StepStatus.IN_PROGRESS: "busy"}


class ProgressStep(NamedTuple):
    """A step in words."""

    title: str
    kind: str
    text: str = ""


class StatementSummary(NamedTuple):
    """An uploaded statement: money in cents; None where the file does not give a value."""

    account: str
    first: date
    last: date
    opening: int | None
    closing: int | None
    proved: int
    is_pdf: bool


class _Progress(NamedTuple):
    """What the page of a job shows; accounts and statements once it has succeeded. `question` is a job that waits for the person.

    `bank_address` leads to the bank's own page while the job waits for the person there; empty where another browser went there.
    `picture` is the PNG of what the bank asks.
    """

    job: JobWithSteps
    connection: ConnectionRow | None
    accounts: Sequence[AccountRow]
    statements: list[StatementRow]
    frame: PageFrame
    question: str | None = None
    awaits_mapping: bool = False
    bank_address: str | None = None
    picture: bytes = b""


def find_own_job(request: PageRequest, session: Session) -> JobWithSteps:
    """The job that the path names. Raises PageRefused when this person has no such job, and for a report, which is the application's."""
    try:
        with_steps = jobs.get_job(session, request.path["job_id"])
    except Problem:
        raise not_found("page") from None
    if with_steps.job.user_id != session.user_id or with_steps.job.kind is JobKind.REPORT:
        raise not_found("page")
    return with_steps


def _read(request: PageRequest, session: Session) -> _Progress:
    with_steps, frame = find_own_job(request, session), page_frame(request, session)
    connection = _find_connection(session, with_steps.job.connection_id)
    if with_steps.job.state is not JobState.SUCCEEDED:
        question = jobs.find_open_question(session) if with_steps.job.waits_for is not None else None
        awaits_mapping = with_steps.job.id in request.person.job_ids and find_waiting_file(session, with_steps.job.id) is not None
        address = bank_address(session, with_steps.job, request.person.hash)
        picture = jobs.challenge_picture(session, with_steps.job)
        return _Progress(with_steps, connection, [], [], frame, question.id if question else None, awaits_mapping, address, picture)
    of_connection = accounts.list_accounts(session, f"connection.id.eq('{with_steps.job.connection_id}')")
    return _Progress(
        with_steps,
        connection,
        of_connection,
        list_statements_of_job(session, with_steps.job.id),
        frame,
    )


def _find_connection(session: Session, connection_id: str) -> ConnectionRow | None:
    """A job's connection; None when it was disconnected since."""
    with suppress(Problem):
        return connections.get_connection(session, connection_id)
    return None


def show_job(request: PageRequest) -> PageResponse:
    return _page(request, 200, "")


def _page(request: PageRequest, status: int, wrong: str) -> PageResponse:
    progress = request.read(partial(_read, request))
    if progress.job.job.waits_for is not None and progress.question is not None:
        return request.go(f"/home/jobs/{progress.question}")  # the same login waits for an answer there
    (job, step_rows), connection = progress.job, progress.connection
    if _skips_success(request, progress):
        return finish(request)
    bank = request.services.institutions.find(job.institution_id)
    bank_name = bank.short_name if bank else _("Your bank")
    words = STATEMENT_STEPS if job.kind is JobKind.STATEMENT else LOGIN_STEPS
    challenge = _challenge(progress.job)
    waiting, address = job.state is JobState.WAITING, progress.bank_address
    kinds = {**_KINDS, StepStatus.IN_PROGRESS: "ask"} if waiting else _KINDS
    account_names = {account.id: account.name for account in progress.accounts}
    return request.show(
        "consent/job_part.html" if request.partial else "consent/job.html", status, job=job, bank=bank, bank_name=bank_name,
        steps=[ProgressStep(gettext(words[step.title]), kinds.get(step.status, "")) for step in step_rows], connection=connection,
        picture=b64encode(progress.picture).decode(), moves=is_moving(progress.picture), challenge=challenge,
        failure=_failure(progress, bank_name), wrong=wrong,
        live=job.state in UNFINISHED,
        waiting=waiting, bank_address=address, by_login=_can_refresh(job, connection),
        is_upload=job.kind is JobKind.STATEMENT, again=_again(job, connection),
        seconds=max(0, -(-(job.due_at_ms - to_milliseconds(request.services.clock.now())) // 1000)), here=f"/home/jobs/{job.id}",
        answers=samples.answers_to(request, bank, challenge.input) if challenge else [], accounts=progress.accounts,
        institutions=request.services.institutions,
        statements=[_summary(row, account_names) for row in progress.statements], **progress.frame._asdict(),
    )  # fmt: skip


def _skips_success(request: PageRequest, progress: _Progress) -> bool:
    """Whether a person goes back to the application at once: their bank was connected in this session, and they came for that."""
    job = progress.job.job
    is_first = job.kind is not JobKind.REFRESH and job.id in request.person.job_ids
    came_for_it = request.person.intent.action in (Action.START, Action.CONNECT)
    return job.state is JobState.SUCCEEDED and is_first and came_for_it and progress.frame.application.branding.skips_success


def _challenge(with_steps: JobWithSteps) -> JobStepResult | None:
    """The bank's question while the job waits for an answer."""
    if with_steps.job.state is not JobState.WAITING:
        return None
    results = (step.result for step in with_steps.steps if step.status is StepStatus.IN_PROGRESS and step.result)
    return next((result for result in results if result.type == "mfa"), None)


def _failure(progress: _Progress, bank_name: str) -> Explanation | None:
    with_steps = progress.job
    result = next((step.result for step in with_steps.steps if step.status is StepStatus.FAILED), None)
    of_file = with_steps.job.kind is JobKind.STATEMENT
    failure = explain(result, with_steps.job.failure_reason, bank_name, of_file=of_file) if result is not None else None
    return columns_wanted(failure) if failure is not None and progress.awaits_mapping else failure


def _can_refresh(job: JobRow, connection: ConnectionRow | None) -> bool:
    """Whether trying again needs nothing of the person: no login at the bank's own pages."""
    if connection is None or connection.method is Method.OPEN_BANKING:
        return connection is not None and job.kind is JobKind.REFRESH
    return connection.method is Method.WEB


def _again(job: JobRow, connection: ConnectionRow | None) -> str:
    """The form to try again with: the connection's login if the bank was ever read with it, else the bank's own page."""
    if connection is not None and connection.method in connections.BY_BANK and connection.last_used_at_ms is not None:
        return f"/home/connections/{connection.id}/login"
    return f"/home/institutions/{job.institution_id}{'/statement' if job.kind is JobKind.STATEMENT else ''}"


def _summary(row: StatementRow, account_names: dict[str, str]) -> StatementSummary:
    first, last = day_of_number(row.first_day), day_of_number(row.last_day)
    return StatementSummary(
        account_names.get(row.account_id, ""), first, last, row.opening, row.closing, row.proved, row.layout is not None
    )


def answer_challenge(request: PageRequest) -> PageResponse:
    """Send the answers to the bank's questions, in their order."""
    answers = [answer.strip() for answer in request.form.all("answer")]
    if not answers or not all(answers):
        return _page(request, 400, _("Please answer every question."))
    with suppress(Problem):  # answered already, or too late: the page shows the job's state
        request.write(partial(_answer, request), answers)
    return request.go(f"/home/jobs/{request.path['job_id']}")


def cancel_approval(request: PageRequest) -> PageResponse:
    """End the job of a person who does not approve in their bank's app."""
    request.write(partial(_cancel, request))
    return request.go(f"/home/jobs/{request.path['job_id']}")


def _cancel(request: PageRequest, session: Session) -> None:
    jobs.cancel_approval(session, find_own_job(request, session).job.id)


def _answer(request: PageRequest, session: Session, answers: list[str]) -> None:
    find_own_job(request, session)
    jobs.create_mfa_response(session, request.path["job_id"], answers)
