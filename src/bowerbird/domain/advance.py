"""Moving a job on: claim it, run its steps one by one, commit each with its writes under the lease.

One idempotent function. If the process dies on any line, the lease runs out, another process claims the job and runs the step
that had not been committed again; what it writes was either never there or is recognised.
"""

from __future__ import annotations

import json
from datetime import timedelta

import structlog

from bowerbird import codes
from bowerbird.domain import jobs, steps
from bowerbird.domain.steps import Asks, Done, Failed, Later, Outcome, Work
from bowerbird.domain.world import World
from bowerbird.model.clock import to_milliseconds
from bowerbird.model.connection import ConnectionStatus
from bowerbird.model.job import JobState, StepStatus, StepTitle
from bowerbird.storage import connections as connection_rows
from bowerbird.storage import jobs as rows
from bowerbird.storage import users
from bowerbird.storage.unit_of_work import UnitOfWork

log = structlog.get_logger()


class LeaseLost(Exception):
    """Another process took the job over: nothing of this step is written."""


def advance(world: World, owner: str, job_id: str) -> None:
    """Run a job's steps until it is finished, waits for a person, or is due later. Nothing happens when it cannot be claimed."""
    claimed = world.storage.write_from_thread(lambda uow: _claim(world, uow, owner, job_id))
    if claimed is None:
        return
    work, position, title = claimed
    try:
        while position is not None:
            outcome = _run(world, work, title)
            after = world.storage.write_from_thread(
                lambda uow, at=position, what=outcome, step=title: _commit(world, uow, owner, work, at, step, what)  # type: ignore[misc]
            )
            position, title = after if after is not None else (None, title)
    except LeaseLost:
        log.warning("lease_lost", job=job_id)


def _run(world: World, work: Work, title: StepTitle) -> Outcome:
    if work.connection is None:
        return Failed(codes.INVALID_CONNECTION)
    try:
        return steps.run(world, work, title)
    except Exception as error:
        log.exception("step_failed", job=work.job.id, step=title, error=type(error).__name__)
        return Failed(codes.UNKNOWN_ERROR, {"job": work.job.id})


def _lease_until(world: World) -> int:
    return to_milliseconds(world.clock.now() + timedelta(seconds=world.limits.lease_seconds))


def _claim(world: World, uow: UnitOfWork, owner: str, job_id: str) -> tuple[Work, int | None, StepTitle] | None:
    job = rows.claim(uow, job_id, owner, to_milliseconds(world.clock.now()), _lease_until(world))
    if job is None:
        return None
    connection = connection_rows.find_connection(uow, job.application_id, job.user_id, job.connection_id)
    if connection is not None and connection.status == ConnectionStatus.INITIATED:
        connection_rows.update_connection(uow, job.application_id, connection.id, status=ConnectionStatus.PENDING)
    earlier = rows.count_other_jobs(uow, job.application_id, job.connection_id, job.id)
    step = next(step for step in rows.steps_at_work(uow, job.id) if step.status in (StepStatus.PENDING, StepStatus.IN_PROGRESS))
    if step.title != StepTitle.MFA_CHALLENGE:
        rows.set_step(uow, job.id, step.position, StepStatus.IN_PROGRESS, None)
    return Work(job, connection, earlier, jobs.open_note(world, job)), step.position, StepTitle(step.title)


def _commit(
    world: World, uow: UnitOfWork, owner: str, work: Work, position: int, title: StepTitle, outcome: Outcome
) -> tuple[int, StepTitle] | None:
    """Write a step's outcome, fenced by the lease. The next step's position, or None when there is nothing more to do now."""
    job, now = work.job, to_milliseconds(world.clock.now())
    if not rows.still_leased(uow, job.id, owner, now):
        raise LeaseLost
    match outcome:
        case Later(due_at):
            rows.set_step(uow, job.id, position, StepStatus.PENDING, None)
            rows.settle(uow, job.id, now, due_at=due_at)
            return None
        case Failed(entry, values):
            _fail(world, uow, work, position, entry, values)
            return None
        case Asks():
            outcome.writes(uow)
            rows.set_step(uow, job.id, position, StepStatus.SUCCESS, _link(outcome.path))
            _wait_for_person(world, uow, work, position, outcome)
            return None
        case Done(path, note, writes):
            writes(uow)
            kept = _kept_result(uow, work, position) if title is StepTitle.MFA_CHALLENGE else None
            rows.set_step(uow, job.id, position, StepStatus.SUCCESS, _link(path) if path else kept)
            return _next(world, uow, work, position, note)


def _kept_result(uow: UnitOfWork, work: Work, position: int) -> str | None:
    """An answered challenge stays readable in its step."""
    found: str | None = rows.steps_at_work(uow, work.job.id)[position].result
    return found


def _link(path: str) -> str:
    return json.dumps({"type": "link", "url": path})


def _next(world: World, uow: UnitOfWork, work: Work, position: int, note: dict[str, object] | None) -> tuple[int, StepTitle] | None:
    job, now = work.job, to_milliseconds(world.clock.now())
    following = next((step for step in rows.steps_at_work(uow, job.id) if step.position == position + 1), None)
    if following is None:
        rows.settle(uow, job.id, now, state=JobState.SUCCEEDED, note=None)
        _release(world, uow, work)
        return None
    work.note = note or {}
    sealed = jobs.seal_note(world, job.id, work.note)
    rows.set_step(uow, job.id, following.position, StepStatus.IN_PROGRESS, None)
    rows.extend(uow, job.id, _lease_until(world), now, note=sealed)
    return following.position, StepTitle(following.title)


def _wait_for_person(world: World, uow: UnitOfWork, work: Work, position: int, asks: Asks) -> None:
    """Show the challenge in the next step and put the job aside until it is answered or expires."""
    job, now = work.job, to_milliseconds(world.clock.now())
    challenge, expiry = asks.challenge, world.limits.mfa_expiry_seconds
    shown = {
        "type": "mfa",
        "method": challenge.method,
        "description": challenge.description,
        "input": list(challenge.prompts),
        "expiryMs": expiry * 1000,
    }
    rows.set_step(uow, job.id, position + 1, StepStatus.IN_PROGRESS, json.dumps(shown))
    note = jobs.seal_note(world, job.id, {"challenge": challenge.state, "prompts": list(challenge.prompts)})
    rows.settle(uow, job.id, now, state=JobState.WAITING, due_at=now + expiry * 1000, note=note)


def _fail(world: World, uow: UnitOfWork, work: Work, position: int, entry: codes.Entry, values: dict[str, object]) -> None:
    job, now = work.job, to_milliseconds(world.clock.now())
    rows.set_step(uow, job.id, position, StepStatus.FAILED, jobs.failure(entry, values))
    rows.settle(uow, job.id, now, state=JobState.FAILED, note=None)
    rows.delete_upload(uow, job.application_id, job.id)
    if entry.code == codes.INVALID_CREDENTIALS.code:
        connection_rows.update_connection(uow, job.application_id, job.connection_id, status=ConnectionStatus.INVALID)
        users.touch_user(uow, *work.tenant)
    _release(world, uow, work)


def _release(world: World, uow: UnitOfWork, work: Work) -> None:
    rows.release_waiting(uow, work.job.id, to_milliseconds(world.clock.now()))
    uow.after_commit(world.wake)
