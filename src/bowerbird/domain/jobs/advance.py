"""Advancing a job: claim it, run its steps one by one, commit each with its writes under the lease.

One idempotent function. If the process dies on any line, the lease runs out, another process claims the job and runs the step
that had not been committed again; what it writes was either never there or is recognised.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

import msgspec

from bowerbird import codes
from bowerbird.domain.access.tenant import Tenant
from bowerbird.domain.connections.schedule import schedule_next
from bowerbird.domain.consents.gate import read_scope, with_scope
from bowerbird.domain.institutions.hourly import BANK_JOBS, record_outcome
from bowerbird.domain.jobs import jobs, steps
from bowerbird.domain.jobs.returns import RETURN_SECONDS
from bowerbird.domain.jobs.work import LeaseLost, Outcome, StepFailed, StepSucceeded, TryAgainAt, WaitForPerson, WaitForReturn, Work
from bowerbird.domain.notifications.announcements import announce_connection
from bowerbird.domain.operators.outcomes import SUCCEEDED
from bowerbird.domain.services import Services, Session
from bowerbird.domain.statements.files import keep_or_delete_file
from bowerbird.logs import log
from bowerbird.model.card_numbers import mask_card_numbers
from bowerbird.model.clock import to_milliseconds
from bowerbird.model.connection import ConnectionStatus
from bowerbird.model.event import EventType
from bowerbird.model.job import (
    UNFINISHED_STEPS,
    Checkpoint,
    JobKind,
    JobState,
    JobStepResult,
    PendingApproval,
    PendingRedirect,
    StepStatus,
    StepTitle,
)
from bowerbird.sdk.challenges import AwaitApproval, Challenge
from bowerbird.sdk.failures import Failure
from bowerbird.statements.confined.pool import Caller
from bowerbird.statements.refusal import Refused
from bowerbird.storage.database.unit_of_work import EVERY_TENANT, StorageUnavailable
from bowerbird.storage.rows import connections as connection_rows
from bowerbird.storage.rows import users
from bowerbird.storage.rows.banks.pages import delete_pages
from bowerbird.storage.rows.connections import ConnectionRow
from bowerbird.storage.rows.jobs import claims
from bowerbird.storage.rows.jobs import jobs as rows
from bowerbird.storage.rows.jobs.jobs import JobStepRow

_MAX_APPROVAL_S = 3600
"""For an approval in a bank's app at most, whatever its connector says."""
MAX_ATTEMPTS = 5
"""Readings of a file in one step that may end with their process before the file counts as what ended it."""


def advance(services: Services, owner: str, job_id: str) -> bool:
    """Run a job's steps until it is finished, waits for a person, or is due later. Nothing happens when it cannot be claimed.

    `owner` names the caller in the lease; two callers with the same name would not see each other. Whether it was claimed.
    """
    run = _Run(services, owner, job_id)
    work = services.write_from_thread(run.claim, tenant=EVERY_TENANT)
    is_claimed = work is not None
    try:
        while work is not None and (step := run.step) is not None:
            with services.hooks.ids_of_step(services, job_id, step.position):
                run.finish_step(work, step, run.do_step(work, step))
    except LeaseLost:
        log.warning("lease_lost", job=job_id)
    return is_claimed


_FOR_PERSONS = {
    codes.INVALID_CREDENTIALS.code,
    codes.USER_ACTION_REQUIRED_AT_BANK.code,
    codes.AUTHORIZATION_FAILED.code,
    codes.USER_ACTION_REQUIRED.code,
}
"""Codes of failures that asking again does not mend: the person has to do something first."""
_NO_ANSWER = {codes.MFA_EXPIRED.key, codes.BROWSER_EXPIRED.key}


def _invalidates(entry: codes.Entry, connection: ConnectionRow | None) -> bool:
    """Whether a login that failed makes its connection invalid.

    A person who does not renew access at the bank leaves the access that is there as it is.
    """
    if entry.code == codes.AUTHORIZATION_FAILED.code:
        return connection is not None and connection.last_used_at_ms is None
    return entry.code in (codes.INVALID_CREDENTIALS.code, codes.USER_ACTION_REQUIRED.code)


def _left_by(step: JobStepRow, path: str) -> JobStepResult | None:
    """A step links to what it made; an answered challenge keeps what it showed."""
    return JobStepResult(type="link", url=path) if path else step.result


class _Run:
    """One owner's run of one job. `step` is the step to do next, None when there is nothing more to do now."""

    def __init__(self, services: Services, owner: str, job_id: str) -> None:
        self.services, self.owner, self.job_id = services, owner, job_id
        self.step: JobStepRow | None = None
        self._is_counted = False

    def _now(self) -> int:
        return to_milliseconds(self.services.clock.now())

    def _lease_now(self) -> int:
        return to_milliseconds(self.services.lease_clock.now())

    def _lease_expires_at_ms(self) -> int:
        return self._lease_now() + self.services.limits.lease_seconds * 1000

    def claim(self, session: Session) -> Work | None:
        job = claims.claim(session.uow, self.job_id, self.owner, self._now(), self._lease_now(), self._lease_expires_at_ms())
        if job is None:
            return None
        ended = read_scope(session.of(Tenant(job.application_id, job.user_id))).ended
        connection = None if ended else connection_rows.find_connection(session.uow, job.application_id, job.user_id, job.connection_id)
        if connection is not None and connection.status == ConnectionStatus.INITIATED:
            connection_rows.update_connection(session.uow, job.application_id, connection.id, status=ConnectionStatus.PENDING)
        earlier = rows.count_other_jobs(session.uow, job.application_id, job.connection_id, job.id)
        listed = claims.steps_of_claimed_job(session.uow, job.id)
        step = self.step = next(step for step in listed if step.status in UNFINISHED_STEPS)
        if step.title != StepTitle.MFA_CHALLENGE:  # a challenge stays readable while it is being answered
            claims.set_step(session.uow, job.id, step.position, StepStatus.IN_PROGRESS, None)
        misbehaves = connection is not None and connection.sandbox
        scenario = self.services.hooks.scenario_of(session, job, self._now()) if misbehaves else None
        self._is_counted = job.attempts == 0
        reader = Caller(job.application_id, partial(self.count_reading, job.application_id))
        secret = None if connection is None else connection.secret
        return Work(job, connection, earlier, jobs.open_checkpoint(session, job), scenario, self.owner, reader, steps=listed, secret=secret)

    def count_reading(self, application_id: str) -> None:
        """Count that a process begins to read the file of a job that was claimed before: it may end this one too.

        A first claim counts when the next one follows, so that a file that is read at once costs no write more.
        """
        if not self._is_counted:
            self._is_counted = True
            count = partial(claims.count_attempt, job_id=self.job_id, owner=self.owner, lease_now_ms=self._lease_now())
            self.services.storage.write_from_thread(count, tenant=application_id)

    def do_step(self, work: Work, step: JobStepRow) -> Outcome:
        """Ask the bank or read the upload, outside any transaction."""
        if work.connection is None and work.job.kind is not JobKind.REPORT:
            return StepFailed(codes.INVALID_CONNECTION)
        if work.job.kind == JobKind.STATEMENT and work.job.attempts >= MAX_ATTEMPTS:
            log.error("file_stopped_processes", job=self.job_id, step=step.title, attempts=MAX_ATTEMPTS)
            return StepFailed(codes.UNKNOWN_ERROR, {"job": self.job_id}, f"The server stopped {MAX_ATTEMPTS} times while it read the file.")
        try:
            return steps.run(self.services, work, step.title)
        except LeaseLost:
            raise
        except Exception as error:  # the job ends with an answer in any case
            log.exception("step_failed", job=self.job_id, step=step.title, error=type(error).__name__)
            return self._unknown(work)

    def _unknown(self, work: Work) -> StepFailed:
        """The outcome of a step that fails in a way that no one foresaw."""
        entry = codes.REPORT_NOT_CREATED if work.job.kind is JobKind.REPORT else codes.UNKNOWN_ERROR
        return StepFailed(entry, {"job": self.job_id})

    def finish_step(self, work: Work, step: JobStepRow, outcome: Outcome) -> None:
        """Commit an outcome and go to the next step.

        An outcome that cannot be written, and never could be, fails the job. When the database is away, the job is found again once
        its lease is over.
        """
        try:
            self.step = self._commit(work, step, outcome)
        except (LeaseLost, StorageUnavailable):
            raise
        except Refused as refused:  # another file of the account was read since this one was verified
            self.step = self._commit(work, step, steps.refusal(self.services, work, refused))
        except Failure as failure:
            self.step = self._commit(work, step, StepFailed(failure.entry, failure.values(self.job_id)))
        except Exception as error:
            log.exception("commit_failed", job=self.job_id, step=step.title, error=type(error).__name__)
            self.step = self._commit(work, step, self._unknown(work))

    def _commit(self, work: Work, step: JobStepRow, outcome: Outcome) -> JobStepRow | None:
        following = self.services.write_from_thread(self.write_outcome, work, step, outcome, tenant=work.job.application_id)
        if isinstance(outcome, StepSucceeded):
            work.checkpoint = outcome.checkpoint
        return following

    def write_outcome(self, session: Session, work: Work, step: JobStepRow, outcome: Outcome) -> JobStepRow | None:
        """Write a step's outcome, fenced by the lease; the step that follows at once. Raises LeaseLost, and then nothing is written."""
        users.hold_user(session.uow, *work.tenant)
        session = with_scope(session.of(work.tenant))
        leased = claims.leased_secret(session.uow, self.job_id, self.owner, self._lease_now())
        if leased is None:
            raise LeaseLost
        (work.secret,) = leased
        match outcome:
            case TryAgainAt(due_at_ms):
                if work.checkpoint.approval is None:  # what the person is to approve stays readable
                    claims.set_step(session.uow, self.job_id, step.position, StepStatus.PENDING, None)
                claims.settle(session.uow, self.job_id, self._now(), due_at_ms=due_at_ms)
                return None
            case StepFailed(entry, values, reason, writes):
                writes(session)
                self._fail(session, work, step, entry, values, reason)
                return None
            case WaitForPerson(challenge, path):
                self._wait_for_person(session, work, step, challenge, path)
                return None
            case WaitForReturn(redirect):
                self._wait_for_return(session, work, redirect)
                return None
            case StepSucceeded() if read_scope(session).ended and work.job.kind is not JobKind.REPORT:
                self._fail(session, work, step, codes.INVALID_CONNECTION, {}, "")
                return None
            case StepSucceeded(path, checkpoint, writes, shows_accounts):
                writes(session)
                is_shown = read_scope(session).accounts or not shows_accounts
                return self._next(session, work, step, path if is_shown else "", checkpoint)

    def _next(self, session: Session, work: Work, step: JobStepRow, path: str, checkpoint: Checkpoint) -> JobStepRow | None:
        result = _left_by(step, path)
        following = next((later for later in work.steps if later.position == step.position + 1), None)
        if following is None:
            claims.set_step(session.uow, self.job_id, step.position, StepStatus.SUCCESS, result)
            self._schedule(session, work, None)
            record_outcome(session, work.job, None)
            self._end(session, work, SUCCEEDED)
            return None
        claims.begin_next(session.uow, self.job_id, step.position, result)
        sealed = jobs.seal_checkpoint(session, work.job, checkpoint)
        claims.extend(session.uow, self.job_id, self._lease_expires_at_ms(), self._now(), sealed)
        return following

    def _wait_for_person(self, session: Session, work: Work, step: JobStepRow, challenge: Challenge | AwaitApproval, path: str) -> None:
        """Show the challenge in its step and put the job aside until it is answered or expires, or until the bank is asked again.

        What comes after that step is done again. A job without such a step ends: no one could answer.
        """
        asking = next((each for each in work.steps if each.title == StepTitle.MFA_CHALLENGE), None)
        if asking is None:
            entry = codes.MFA_NOT_SUPPORTED if step.title == StepTitle.VERIFY_CREDENTIALS else codes.USER_ACTION_REQUIRED_AT_BANK
            self._fail(session, work, step, entry, {}, "")
            return
        if step.position < asking.position:
            claims.set_step(session.uow, self.job_id, step.position, StepStatus.SUCCESS, _left_by(step, path))
        for later in work.steps[asking.position + 1 :]:
            claims.set_step(session.uow, self.job_id, later.position, StepStatus.PENDING, None)
        asked, expiry_ms = Checkpoint(challenge=challenge.state, picture=challenge.picture), self.services.limits.mfa_expiry_seconds * 1000
        due_at_ms = self._now() + expiry_ms
        if isinstance(challenge, AwaitApproval):
            approval = work.checkpoint.approval or self._begin_approval(challenge)
            asked, expiry_ms = msgspec.structs.replace(asked, approval=approval), approval.seconds * 1000
            due_at_ms = min(self._now() + approval.poll_s * 1000, approval.until_ms)
            result = JobStepResult(type="mfa", method="token")
        else:
            asked = msgspec.structs.replace(asked, prompts=challenge.prompts)
            result = JobStepResult(type="mfa", method=challenge.method.value, input=[mask_card_numbers(each) for each in challenge.prompts])
        result = msgspec.structs.replace(result, description=mask_card_numbers(challenge.description), expiry_ms=expiry_ms)
        claims.set_step(session.uow, self.job_id, asking.position, StepStatus.IN_PROGRESS, result)
        sealed = jobs.seal_checkpoint(session, work.job, asked)
        claims.settle(session.uow, self.job_id, self._now(), state=JobState.WAITING, due_at_ms=due_at_ms, checkpoint=sealed)

    def _begin_approval(self, asked: AwaitApproval) -> PendingApproval:
        """How long and how often a bank is asked, within what this server holds a job for."""
        seconds = max(1, min(asked.seconds, _MAX_APPROVAL_S))
        return PendingApproval(max(1, min(asked.poll_s, seconds)), seconds, self._now() + seconds * 1000)

    def _wait_for_return(self, session: Session, work: Work, redirect: PendingRedirect) -> None:
        """Put the job aside until the person comes back from the bank's pages, or does not. Its step stays in progress, as it is."""
        sealed = jobs.seal_checkpoint(session, work.job, msgspec.structs.replace(work.checkpoint, redirect=redirect))
        due_at_ms = self._now() + RETURN_SECONDS * 1000
        claims.settle(session.uow, self.job_id, self._now(), state=JobState.WAITING, due_at_ms=due_at_ms, checkpoint=sealed)

    def _fail(self, session: Session, work: Work, step: JobStepRow, entry: codes.Entry, values: Mapping[str, object], reason: str) -> None:
        claims.set_step(session.uow, self.job_id, step.position, StepStatus.FAILED, jobs.failure(entry, values))
        keep_or_delete_file(session.of(work.tenant), self.job_id, is_mappable=work.finding.new == "columns")
        if step.title == StepTitle.VERIFY_CREDENTIALS and _invalidates(entry, work.connection):
            connection_rows.update_connection(session.uow, work.job.application_id, work.job.connection_id, status=ConnectionStatus.INVALID)
            users.touch_user(session.uow, *work.tenant)
            if work.connection is not None and work.connection.status != ConnectionStatus.INVALID:
                changed = msgspec.structs.replace(work.connection, status=ConnectionStatus.INVALID)
                announce_connection(session.of(work.tenant), EventType.CONNECTION_INVALIDATED, changed)
        self._schedule(session, work, entry)
        record_outcome(session, work.job, entry)
        self._end(session, work, entry.key, reason or None)

    def _schedule(self, session: Session, work: Work, entry: codes.Entry | None) -> None:
        """Decide when a bank is asked again by itself; `entry` is what its job failed with.

        A renewal that did not come about at the bank's own pages changes nothing: the access that is there is used as before.
        """
        if work.connection is not None and work.job.kind in BANK_JOBS:
            was_read = work.connection.last_used_at_ms is not None
            if entry is not None and work.checkpoint.browser is not None and was_read and not _invalidates(entry, work.connection):
                return
            needs_person = entry is not None and (entry.code in _FOR_PERSONS or entry.key in _NO_ANSWER)
            schedule_next(session.of(work.tenant), work.connection, succeeded=entry is None, needs_person=needs_person)

    def _end(self, session: Session, work: Work, outcome: str, reason: str | None = None) -> None:
        state = JobState.SUCCEEDED if outcome == SUCCEEDED else JobState.FAILED
        claims.settle(session.uow, self.job_id, self._now(), state=state, checkpoint=None, failure_reason=reason)
        claims.release_waiting(session.uow, self.job_id, self._now())
        if work.may_have_pages:
            delete_pages(session.uow, session.application_id, self.job_id)
        session.uow.after_commit(partial(self.services.outcomes.count_job, work.job.institution_id, outcome))
        session.uow.after_commit(self.services.wake)
