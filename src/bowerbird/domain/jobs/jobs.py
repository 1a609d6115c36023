"""Jobs: their life as rows. `advance` moves one a step; who calls it, and when, is the dispatcher's affair."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any, NamedTuple

from bowerbird import codes
from bowerbird.domain.services import Session
from bowerbird.domain.statements.uploads import delete_upload
from bowerbird.model.card_numbers import cut_card_numbers
from bowerbird.model.clock import to_milliseconds
from bowerbird.model.ids import new_id
from bowerbird.model.job import JobKind, JobState, StepTitle
from bowerbird.model.problem import Problem
from bowerbird.storage.rows import jobs as rows
from bowerbird.storage.vault.envelope import SealContext

_RETRY_SECONDS = 60
"""After which an application with too many unfinished jobs may find some ended."""


class JobWithSteps(NamedTuple):
    """A job with its steps, as it is read."""

    job: Any
    steps: list[Any]


def titles_of(with_mfa: bool) -> list[StepTitle]:
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
) -> str:
    """A job that can be claimed at once, unless it waits for an earlier one with the same login. `job_id`: one that was drawn before."""
    if (
        rows.count_unfinished(session.uow, session.tenant.application_id, most := session.services.limits.jobs_waiting_per_application)
        >= most
    ):
        raise Problem(codes.SERVICE_UNAVAILABLE, retry_after=_RETRY_SECONDS)
    job_id, now = job_id or new_id(), to_milliseconds(session.services.clock.now())
    values = {
        "id": job_id,
        "application_id": session.tenant.application_id,
        "user_id": session.tenant.user_id,
        "connection_id": connection_id,
        "institution_id": institution_id,
        "kind": kind,
        "state": JobState.QUEUED,
        "due_at": now,
        "attempts": 0,
        "lease_owner": None,
        "lease_until": None,
        "waits_for": waits_for,
        "note": None,
        "reason": None,
        "created": now,
        "updated": now,
    }
    rows.insert_job(session.uow, values, titles_of(with_mfa))
    session.uow.after_commit(session.services.wake)
    return job_id


def find_job(session: Session, job_id: str, *, hold: bool = False) -> Any:
    """`hold` keeps others from changing it meanwhile. Raises Problem when the application has no such job."""
    row = rows.find_job(session.uow, session.application_id, job_id, hold=hold)
    if row is None:
        raise Problem(codes.JOB_NOT_FOUND, parameter="jobId")
    return row


def get_job(session: Session, job_id: str) -> JobWithSteps:
    return JobWithSteps(find_job(session, job_id), list(rows.steps_of_job(session.uow, session.application_id, job_id)))


def list_jobs(session: Session, most: int | None = None) -> list[JobWithSteps]:
    """Jobs of the last days, newest first: at most `most`, else as many as a page of transactions holds."""
    since = to_milliseconds(session.services.clock.now() - timedelta(seconds=session.services.limits.jobs_shown_seconds))
    found = rows.jobs_of_user(session.uow, *session.tenant, since, most or session.services.limits.page_size)
    steps: dict[str, list[Any]] = {job.id: [] for job in found}
    for step in rows.steps_of_jobs(session.uow, session.tenant.application_id, list(steps)):
        steps[step.job_id].append(step)
    return [JobWithSteps(job, steps[job.id]) for job in found]


def _note_place(job: Any) -> SealContext:
    return SealContext(job.application_id, job.user_id, "jobs", job.id, "note")


def open_checkpoint(session: Session, job: Any) -> dict[str, Any]:
    """What an earlier step left for the next: the connector's session, or its challenge and the person's answers."""
    if job.note is None:
        return {}
    note: dict[str, Any] = json.loads(session.services.vault.open(session.uow, job.note, _note_place(job)))
    return note


def seal_checkpoint(session: Session, job: Any, note: dict[str, Any]) -> bytes:
    return session.services.vault.seal(session.uow, json.dumps(note).encode(), _note_place(job))


def create_mfa_response(session: Session, job_id: str, answers: list[str]) -> None:
    """Take a person's answers and let the job go on. Raises Problem when it is not waiting for them."""
    job = find_job(session, job_id, hold=True)
    now = to_milliseconds(session.services.clock.now())
    if job.state != JobState.WAITING or job.due_at <= now:
        raise Problem(codes.MFA_NOT_AWAITED, parameter="jobId")
    note = open_checkpoint(session, job)
    expected = len(note["prompts"])
    if len(answers) != expected:
        raise Problem(codes.MFA_ANSWERS_COUNT, parameter="mfa-response", pointer="mfa-response", expected=expected)
    sealed = seal_checkpoint(session, job, {**note, "answers": answers})
    rows.settle(session.uow, job_id, now, state=JobState.QUEUED, due_at=now, note=sealed)
    session.uow.after_commit(session.services.wake)


def failure(entry: codes.Entry, values: dict[str, object]) -> str:
    """A failed step's result as the wire shows it."""
    title, detail = entry.answer(values)
    return json.dumps({"code": entry.code, "title": title, "detail": cut_card_numbers(detail)})


def end_for_deleted_connection(session: Session, connection_id: str) -> None:
    now = to_milliseconds(session.services.clock.now())
    for job_id in rows.fail_unfinished(
        session.uow, session.tenant.application_id, connection_id, failure(codes.INVALID_CONNECTION, {}), now
    ):
        delete_upload(session, job_id)
    session.uow.after_commit(session.services.wake)
