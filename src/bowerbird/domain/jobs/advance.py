"""Moving a job on: claim it, run its steps one by one, commit each with its writes under the lease.

One idempotent function. If the process dies on any line, the lease runs out, another process claims the job and runs the step
that had not been committed again; what it writes was either never there or is recognised.
"""

from __future__ import annotations

import json
from typing import Any

import structlog

from bowerbird import codes
from bowerbird.domain.jobs import jobs, steps
from bowerbird.domain.jobs.work import Outcome, StepFailed, StepSucceeded, TryAgainAt, WaitForPerson, Work
from bowerbird.domain.notifications.announcements import announce_connection
from bowerbird.domain.sandbox.banks import scenario_for
from bowerbird.domain.services import Services, Session
from bowerbird.domain.statements.files import let_go
from bowerbird.model.card_numbers import cut_card_numbers
from bowerbird.model.clock import to_milliseconds
from bowerbird.model.connection import ConnectionStatus
from bowerbird.model.event import EventType
from bowerbird.model.ids import drawn_from
from bowerbird.model.job import JobState, StepStatus, StepTitle
from bowerbird.sdk.challenges import Challenge
from bowerbird.statements.refusal import Refused
from bowerbird.storage.database.unit_of_work import EVERY_TENANT, StorageUnavailable
from bowerbird.storage.rows import connections as connection_rows
from bowerbird.storage.rows import jobs as rows
from bowerbird.storage.rows import users

log = structlog.get_logger()

_UNDONE = (StepStatus.PENDING, StepStatus.IN_PROGRESS)


class LeaseLost(Exception):
    """Another process took the job over: nothing of this step is written."""


def advance(services: Services, owner: str, job_id: str) -> None:
    """Run a job's steps until it is finished, waits for a person, or is due later. Nothing happens when it cannot be claimed.

    `owner` names the caller in the lease; two callers with the same name would not see each other.
    """
    run = _Run(services, owner, job_id)
    work = services.write_from_thread(run.claim, tenant=EVERY_TENANT)
    try:
        while work is not None and run.step is not None:
            if not services.deterministic:
                run.finish_step(work, run.do_step(work))
                continue
            with drawn_from(f"{services.sandbox_seed}:{job_id}:{run.step.position}"):
                run.finish_step(work, run.do_step(work))
    except LeaseLost:
        log.warning("lease_lost", job=job_id)


class _Run:
    """One owner's way through one job. `step` is the row of the step at work, None when there is nothing more to do now."""

    def __init__(self, services: Services, owner: str, job_id: str) -> None:
        self.services, self.owner, self.job_id = services, owner, job_id
        self.step: Any = None

    def _now(self) -> int:
        return to_milliseconds(self.services.clock.now())

    def _lease_now(self) -> int:
        return to_milliseconds(self.services.lease_clock.now())

    def _lease_until(self) -> int:
        return self._lease_now() + self.services.limits.lease_seconds * 1000

    def claim(self, session: Session) -> Work | None:
        job = rows.claim(session.uow, self.job_id, self.owner, self._now(), self._lease_now(), self._lease_until())
        if job is None:
            return None
        connection = connection_rows.find_connection(session.uow, job.application_id, job.user_id, job.connection_id)
        if connection is not None and connection.status == ConnectionStatus.INITIATED:
            connection_rows.update_connection(session.uow, job.application_id, connection.id, status=ConnectionStatus.PENDING)
        earlier = rows.count_other_jobs(session.uow, job.application_id, job.connection_id, job.id)
        self.step = next(step for step in rows.steps_at_work(session.uow, job.id) if step.status in _UNDONE)
        if self.step.title != StepTitle.MFA_CHALLENGE:  # a challenge stays readable while it is being answered
            rows.set_step(session.uow, job.id, self.step.position, StepStatus.IN_PROGRESS, None)
        scenario = scenario_for(session, job, self._now()) if connection is not None and connection.sandbox else None
        return Work(job, connection, earlier, jobs.open_checkpoint(session, job), scenario)

    def do_step(self, work: Work) -> Outcome:
        """Ask the bank or read the upload; no database is held meanwhile."""
        if work.connection is None:
            return StepFailed(codes.INVALID_CONNECTION)
        try:
            return steps.run(self.services, work, StepTitle(self.step.title))
        except Exception as error:  # whatever a step did, the job ends with an answer
            log.exception("step_failed", job=self.job_id, step=self.step.title, error=type(error).__name__)
            return StepFailed(codes.UNKNOWN_ERROR, {"job": self.job_id})

    def finish_step(self, work: Work, outcome: Outcome) -> None:
        """Commit an outcome. What cannot be written, and never could be, ends the job; a database that is away leaves it to be found."""
        step, note = self.step, work.note

        def write(session: Session) -> None:
            self.step, work.note = step, note  # it may be written more than once, until nobody else was first
            self.commit(session, work, outcome)

        try:
            self.services.write_from_thread(write, tenant=work.job.application_id)
        except (LeaseLost, StorageUnavailable):
            raise
        except Refused as refused:  # another file of the account was read since this one was verified
            outcome = steps.refusal(self.services, work, refused)
            self.services.write_from_thread(write, tenant=work.job.application_id)
        except Exception as error:
            log.exception("commit_failed", job=self.job_id, step=step.title, error=type(error).__name__)
            outcome = StepFailed(codes.UNKNOWN_ERROR, {"job": self.job_id})
            self.services.write_from_thread(write, tenant=work.job.application_id)

    def commit(self, session: Session, work: Work, outcome: Outcome) -> None:
        """Write a step's outcome, fenced by the lease. Raises LeaseLost, and then nothing is written."""
        users.hold_user(session.uow, *work.tenant)
        if not rows.still_leased(session.uow, self.job_id, self.owner, self._lease_now()):
            raise LeaseLost
        step = self.step
        try:
            self._write_outcome(session, work, outcome)
        except BaseException:
            self.step = step  # nothing of it stays, and it may be written again
            raise

    def _write_outcome(self, session: Session, work: Work, outcome: Outcome) -> None:
        match outcome:
            case TryAgainAt(due_at):
                rows.set_step(session.uow, self.job_id, self.step.position, StepStatus.PENDING, None)
                rows.settle(session.uow, self.job_id, self._now(), due_at=due_at)
                self.step = None
            case StepFailed(entry, values, reason, writes):
                writes(session)
                self._fail(session, work, entry, values, reason)
            case WaitForPerson(challenge, path):
                self._succeed(session, path)
                self._wait_for_person(session, work, challenge)
            case StepSucceeded(path, note, writes):
                writes(session)
                self._succeed(session, path)
                self._next(session, work, note)

    def _succeed(self, session: Session, path: str) -> None:
        """A step links to what it made; an answered challenge keeps what it showed."""
        result = json.dumps({"type": "link", "url": path}) if path else self.step.result
        rows.set_step(session.uow, self.job_id, self.step.position, StepStatus.SUCCESS, result)

    def _next(self, session: Session, work: Work, note: dict[str, Any] | None) -> None:
        following = [step for step in rows.steps_at_work(session.uow, self.job_id) if step.position == self.step.position + 1]
        if not following:
            self._end(session, JobState.SUCCEEDED)
            return
        self.step, work.note = following[0], note or {}
        rows.set_step(session.uow, self.job_id, self.step.position, StepStatus.IN_PROGRESS, None)
        sealed = jobs.seal_checkpoint(session, work.job, work.note)
        rows.extend(session.uow, self.job_id, self._lease_until(), self._now(), note=sealed)

    def _wait_for_person(self, session: Session, work: Work, challenge: Challenge) -> None:
        """Show the challenge in the next step and put the job aside until it is answered or expires."""
        expiry_ms = self.services.limits.mfa_expiry_seconds * 1000
        shown = {
            "type": "mfa",
            "method": challenge.method,
            "description": cut_card_numbers(challenge.description),
            "input": [cut_card_numbers(prompt) for prompt in challenge.prompts],
            "expiryMs": expiry_ms,
        }
        rows.set_step(session.uow, self.job_id, self.step.position + 1, StepStatus.IN_PROGRESS, json.dumps(shown))
        note = jobs.seal_checkpoint(session, work.job, {"challenge": challenge.state, "prompts": list(challenge.prompts)})
        rows.settle(session.uow, self.job_id, self._now(), state=JobState.WAITING, due_at=self._now() + expiry_ms, note=note)
        self.step = None

    def _fail(self, session: Session, work: Work, entry: codes.Entry, values: dict[str, object], reason: str) -> None:
        rows.set_step(session.uow, self.job_id, self.step.position, StepStatus.FAILED, jobs.failure(entry, values))
        let_go(session.of(work.tenant), self.job_id)
        if entry.code == codes.INVALID_CREDENTIALS.code and self.step.title == StepTitle.VERIFY_CREDENTIALS:
            connection_rows.update_connection(session.uow, work.job.application_id, work.job.connection_id, status=ConnectionStatus.INVALID)
            users.touch_user(session.uow, *work.tenant)
            if work.connection is not None and work.connection.status != ConnectionStatus.INVALID:
                told = (EventType.CONNECTION_INVALIDATED, work.connection)
                announce_connection(session.of(work.tenant), *told, status=ConnectionStatus.INVALID)
        self._end(session, JobState.FAILED, reason or None)

    def _end(self, session: Session, state: JobState, reason: str | None = None) -> None:
        rows.settle(session.uow, self.job_id, self._now(), state=state, note=None, reason=reason)
        rows.release_waiting(session.uow, self.job_id, self._now())
        session.uow.after_commit(self.services.wake)
        self.step = None
