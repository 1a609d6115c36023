"""Jobs: creating, reading and answering them, and what is due when. `advance` runs their steps."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from functools import partial
from time import monotonic
from typing import NamedTuple

import msgspec

from bowerbird import codes
from bowerbird.domain.access.tenant import Tenant
from bowerbird.domain.filters import Condition, FilterOperator
from bowerbird.domain.services import Session
from bowerbird.domain.statements.uploads import delete_upload
from bowerbird.model.card_numbers import mask_card_numbers
from bowerbird.model.clock import to_milliseconds
from bowerbird.model.ids import new_id
from bowerbird.model.job import NO_CHECKPOINT, Checkpoint, JobKind, JobState, JobStepResult, ReturnAddress, StepStatus, StepTitle
from bowerbird.model.problem import Problem
from bowerbird.storage.database.unit_of_work import UnitOfWork
from bowerbird.storage.rows import consents, messages
from bowerbird.storage.rows.banks import endings, schedule
from bowerbird.storage.rows.banks.pages import delete_pages
from bowerbird.storage.rows.jobs import claims
from bowerbird.storage.rows.jobs import jobs as rows
from bowerbird.storage.rows.jobs.jobs import JobPlace, JobSelection
from bowerbird.storage.rows.jobs.jobs import JobRow as JobRow  # noqa: PLC0414  (what these verbs return)
from bowerbird.storage.rows.jobs.jobs import JobStepRow as JobStepRow  # noqa: PLC0414
from bowerbird.storage.vault.envelope import SealContext

_COUNTED_S = 1
RETRY_SECONDS = 60
"""After which an application with too many unfinished jobs may find some ended."""


class JobWithSteps(NamedTuple):
    """A job with its steps, in their order."""

    job: JobRow
    steps: list[JobStepRow]

    @property
    def code(self) -> str:
        """The response code of the step that failed; empty where none did."""
        return next((step.result.code or "" for step in self.steps if step.status == StepStatus.FAILED and step.result), "")


def titles_of(kind: JobKind, with_mfa: bool) -> list[StepTitle]:
    if kind is JobKind.REPORT:
        return [StepTitle.CREATE_REPORT]
    steps = [StepTitle.VERIFY_CREDENTIALS, StepTitle.RETRIEVE_ACCOUNTS, StepTitle.RETRIEVE_TRANSACTIONS]
    if with_mfa:
        steps.insert(1, StepTitle.MFA_CHALLENGE)
    return steps


def create_job(
    session: Session,
    connection_id: str,
    institution_id: str,
    kind: JobKind,
    *,
    with_mfa: bool = False,
    waits_for: str | None = None,
    job_id: str = "",
    browser: ReturnAddress | None = None,
) -> str:
    """Create a job that can be claimed at once, unless it waits for an earlier one with the same login; the job's id.

    `job_id` is an id that was drawn before. A report's job has no institution, and the report's id in place of a
    connection's. `browser` is the person's who is there to log in at the bank's own pages.
    Raises Problem when the application has too many unfinished jobs.
    """
    _require_room(session)
    now_ms = to_milliseconds(session.services.clock.now())
    job = JobRow(
        id=job_id or new_id(),
        application_id=session.application_id,
        user_id=session.user_id,
        connection_id=connection_id,
        institution_id=institution_id,
        kind=kind,
        state=JobState.QUEUED,
        due_at_ms=now_ms,
        waits_for=waits_for,
        created_at_ms=now_ms,
        updated_at_ms=now_ms,
    )
    if browser is not None:
        job = msgspec.structs.replace(job, checkpoint=seal_checkpoint(session, job, Checkpoint(browser=browser)))
    rows.insert_job(session.uow, job, titles_of(kind, with_mfa))
    session.uow.after_commit(session.services.wake)
    return job.id


def _require_room(session: Session) -> None:
    """Count a job that is about to be created. Raises Problem when the application has too many unfinished ones.

    Rows are counted once a second, and where the limit seems to be reached; in between, the jobs that this process creates are added.
    """
    most, known = session.services.limits.jobs_waiting_per_application, session.services.unfinished_jobs
    count, counted_s = known.get(session.application_id, (most, 0.0))  # not money: seconds
    if count >= most or monotonic() - counted_s > _COUNTED_S:
        count, counted_s = rows.count_unfinished(session.uow, session.application_id, most), monotonic()
    if count >= most:
        raise Problem(codes.SERVICE_UNAVAILABLE, retry_after=RETRY_SECONDS)
    known[session.application_id] = count + 1, counted_s


def get_job_row(session: Session, job_id: str, *, hold: bool = False) -> JobRow:
    """A job without its steps. `hold` locks it until this unit of work ends. Raises Problem when the application has no such job."""
    row = rows.find_job(session.uow, session.application_id, job_id, hold=hold)
    if row is None:
        raise _not_found()
    return row


def get_job(session: Session, job_id: str) -> JobWithSteps:
    """Raises Problem when the application has no such job."""
    found = rows.find_job_with_steps(session.uow, session.application_id, job_id)
    if found is None:
        raise _not_found()
    return JobWithSteps(*found)


def _not_found() -> Problem:
    return Problem(codes.JOB_NOT_FOUND, parameter="jobId")


def list_jobs(
    session: Session, conditions: Sequence[Condition] = (), most: int | None = None, before: JobRow | None = None
) -> list[JobWithSteps]:
    """The newest jobs of the last days that meet the conditions, newest first: `most`, else as many as a page of transactions holds.

    `before`: only those that stand behind this one.
    """
    since_ms = to_milliseconds(session.services.clock.now() - timedelta(seconds=session.services.limits.jobs_shown_seconds))
    place = None if before is None else JobPlace(before.created_at_ms, before.id)
    selection = _selected(session.tenant, conditions, since_ms)._replace(before=place)
    return [JobWithSteps(*each) for each in rows.jobs_of_user(session.uow, selection, most or session.services.limits.page_size)]


def find_last_job(session: Session, connection_id: str) -> JobWithSteps | None:
    """The newest job of a connection, while jobs of its day are shown."""
    found = list_jobs(session, [Condition("connection.id", FilterOperator.EQ, (connection_id,))], most=1)
    return found[0] if found else None


def find_open_question(session: Session) -> JobRow | None:
    """The user's newest job whose bank waits for an answer of the person; None without one.

    A job whose person is at the bank's own pages is for the browser that went there.
    """
    now_ms = to_milliseconds(session.services.clock.now())
    waiting = (job for job in rows.waiting_jobs(session.uow, *session.tenant) if job.due_at_ms > now_ms)
    return next((job for job in waiting if open_checkpoint(session, job).redirect is None), None)


def _selected(tenant: Tenant, conditions: Sequence[Condition], since_ms: int) -> JobSelection:
    """The conditions are equalities of `connection.id`."""
    equal = [frozenset(each.values) for each in conditions if each.operator is FilterOperator.EQ]
    unequal = [value for each in conditions if each.operator is FilterOperator.NE for value in each.values]
    return JobSelection(*tenant, since_ms, frozenset.intersection(*equal) if equal else None, frozenset(unequal))


def _seal_context(job: JobRow) -> SealContext:
    return SealContext(job.application_id, job.user_id, "jobs", job.id, "checkpoint")


def open_checkpoint(session: Session, job: JobRow) -> Checkpoint:
    """What an earlier step of a job left for the next one."""
    if job.checkpoint is None:
        return NO_CHECKPOINT
    opened = session.services.vault.open(session.uow, job.checkpoint, _seal_context(job))
    return msgspec.json.decode(opened, type=Checkpoint)


def seal_checkpoint(session: Session, job: JobRow, checkpoint: Checkpoint) -> bytes:
    return session.services.vault.seal(session.uow, msgspec.json.encode(checkpoint), _seal_context(job))


def challenge_picture(session: Session, job: JobRow) -> bytes:
    """The PNG that belongs to what a bank asks of a person for whom the job waits; empty without one."""
    return open_checkpoint(session, job).picture if job.state is JobState.WAITING else b""


def create_mfa_response(session: Session, job_id: str, answers: Sequence[str]) -> None:
    """Record a person's answers and let the job go on. Raises Problem when it is not waiting for them."""
    job = get_job_row(session, job_id, hold=True)
    now_ms = to_milliseconds(session.services.clock.now())
    if job.state != JobState.WAITING or job.due_at_ms <= now_ms:
        raise Problem(codes.MFA_NOT_AWAITED, parameter="jobId")
    checkpoint = open_checkpoint(session, job)
    if checkpoint.redirect is not None or checkpoint.approval is not None:
        raise Problem(codes.MFA_NOT_AWAITED, parameter="jobId")
    expected = len(checkpoint.prompts)
    if len(answers) != expected:
        raise Problem(codes.MFA_ANSWERS_COUNT, parameter="mfa-response", pointer="mfa-response", expected=expected)
    sealed = seal_checkpoint(session, job, msgspec.structs.replace(checkpoint, answers=tuple(answers)))
    claims.settle(session.uow, job_id, now_ms, state=JobState.QUEUED, due_at_ms=now_ms, checkpoint=sealed)
    session.uow.after_commit(session.services.wake)


def cancel_approval(session: Session, job_id: str) -> None:
    """End a job that waits for an approval in the bank's app: its step fails at once. Nothing happens where it waits for none."""
    job = get_job_row(session, job_id, hold=True)
    checkpoint, now_ms = open_checkpoint(session, job), to_milliseconds(session.services.clock.now())
    if job.state is not JobState.WAITING or checkpoint.approval is None:
        return
    cancelled = msgspec.structs.replace(checkpoint.approval, is_cancelled=True)
    sealed = seal_checkpoint(session, job, msgspec.structs.replace(checkpoint, approval=cancelled))
    claims.settle(session.uow, job_id, now_ms, due_at_ms=now_ms, checkpoint=sealed)
    session.uow.after_commit(session.services.wake)


def restart_job(session: Session, job_id: str, checkpoint: Checkpoint = NO_CHECKPOINT, *, fingerprint: str | None = None) -> None:
    """Let an unfinished job of a user who is held begin anew with what is stored now; what it has read so far is not written.

    A process that runs it loses its lease. With the `fingerprint` of another login it waits for the jobs of that login, and those that
    waited for it wait no more than it did.
    """
    job, now_ms = get_job_row(session, job_id, hold=True), to_milliseconds(session.services.clock.now())
    if fingerprint is not None:
        claims.leave_line(session.uow, job, now_ms)
        claims.wait_for(session.uow, job_id, rows.last_in_line(session.uow, *session.tenant, fingerprint=fingerprint, besides=job_id))
    for step in claims.steps_of_claimed_job(session.uow, job_id):
        claims.set_step(session.uow, job_id, step.position, StepStatus.PENDING, None)
    delete_pages(session.uow, session.application_id, job_id)
    sealed = None if checkpoint == NO_CHECKPOINT else seal_checkpoint(session, job, checkpoint)
    claims.settle(session.uow, job_id, now_ms, state=JobState.QUEUED, due_at_ms=now_ms, checkpoint=sealed)
    session.uow.after_commit(session.services.wake)


def failure(entry: codes.Entry, values: Mapping[str, object]) -> JobStepResult:
    """The result of a step that fails with an entry of the catalogue."""
    title, detail = entry.answer(values)
    return JobStepResult(code=entry.code, title=title, detail=mask_card_numbers(detail))


def end_for_deleted_connection(session: Session, connection_id: str) -> None:
    """Fail the unfinished jobs of a connection that is being deleted, and delete their uploads."""
    now_ms = to_milliseconds(session.services.clock.now())
    result = failure(codes.INVALID_CONNECTION, {})
    for job in claims.fail_unfinished(session.uow, session.application_id, connection_id, result, now_ms):
        delete_upload(session, job.id)
        delete_pages(session.uow, session.application_id, job.id)
        session.uow.after_commit(partial(session.services.outcomes.count_job, job.institution_id, codes.INVALID_CONNECTION.key))
    session.uow.after_commit(session.services.wake)


SOURCES: dict[str, Callable[[UnitOfWork], int | None]] = {
    "job": claims.first_due,
    "message": messages.first_due,
    "consent": consents.first_due,
    "refresh": schedule.first_due,
    "access": endings.first_due,
}
"""Each answers the earliest moment (milliseconds) at which one of its rows is or was due and has not been dealt with."""


def due_next(session: Session) -> list[tuple[int, str]]:
    """What is due first of each kind: (moment, kind), the earliest first."""
    return sorted((moment, kind) for kind, source in SOURCES.items() if (moment := source(session.uow)) is not None)


def first_due(session: Session) -> int | None:
    """The earliest of all moments, past ones included: what was due and is still being worked on."""
    return min((moment for moment, _ in due_next(session)), default=None)
