"""People who log in at their bank's own pages: the job that waits for them, and their way back."""

from __future__ import annotations

from base64 import urlsafe_b64decode
from collections.abc import Mapping, Sequence

import msgspec

from bowerbird.domain.jobs import jobs
from bowerbird.domain.services import Session
from bowerbird.model.clock import to_milliseconds
from bowerbird.model.job import UNFINISHED, Checkpoint, JobState, ReturnAddress
from bowerbird.model.secrets import hash_of, is_same
from bowerbird.storage.rows.jobs import claims
from bowerbird.storage.rows.jobs import jobs as rows
from bowerbird.storage.rows.jobs.jobs import JobRow

RETURN_SECONDS = 600
"""Until a person must be back from their bank's pages; so long is the address good that leads there."""


class _SignedAnswer(msgspec.Struct, frozen=True):
    state: str


def bank_address(session: Session, job: JobRow, person_session: str) -> str | None:
    """The address of the bank's page for which a job waits; empty in another session than the one that began it.

    None where the job waits for nothing of the kind.
    """
    checkpoint = jobs.open_checkpoint(session, job) if job.state is JobState.WAITING else None
    if checkpoint is None or checkpoint.redirect is None:
        return None
    return checkpoint.redirect.url if _is_of(checkpoint, person_session) else ""


def record_return(session: Session, person_session: str, job_ids: Sequence[str], state: str, answer: Mapping[str, str]) -> str | None:
    """Let the job go on whose person comes back from the bank with `state`: its id; None where none waits for it.

    Only a job of this person's session, once, and in its time. `answer` are the parameters, kept sealed until the step has used them.
    """
    for job_id in reversed(job_ids):
        if _awaited(session, job_id, person_session, state, hold=False) is not None:
            return job_id if _go_on(session, job_id, person_session, state, answer) else None
    return None


def state_of_signed(response: str) -> str:
    """The word in an answer that the bank has signed (JARM); empty where none can be read.

    It only finds the job: the connector checks the signature, and the word once more.
    """
    parts = response.split(".")
    try:
        return msgspec.json.decode(urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)), type=_SignedAnswer).state
    except (IndexError, ValueError, RecursionError, msgspec.DecodeError):
        return ""


def begin_again(session: Session, job_id: str, browser: ReturnAddress) -> None:
    """Let an unfinished job begin anew in the browser where its person is now, unless they have just come back from the bank.

    The word that the bank was given before is good no more.
    """
    job = rows.find_job(session.uow, session.application_id, job_id, hold=True)
    if job is None or job.user_id != session.user_id or job.state not in UNFINISHED:
        return
    redirect = jobs.open_checkpoint(session, job).redirect
    if redirect is None or redirect.answer is None:
        jobs.restart_job(session, job.id, Checkpoint(browser=browser))


def _go_on(session: Session, job_id: str, person_session: str, state: str, answer: Mapping[str, str]) -> bool:
    """The same for one job, looked at again while it is held: of two returns at once one finds that it waits no more."""
    awaited = _awaited(session, job_id, person_session, state, hold=True)
    if awaited is None or awaited[1].redirect is None:
        return False
    job, checkpoint = awaited
    returned = msgspec.structs.replace(awaited[1].redirect, answer=dict(answer))
    _queue(session, job, msgspec.structs.replace(checkpoint, redirect=returned))
    return True


def _queue(session: Session, job: JobRow, checkpoint: Checkpoint) -> None:
    now_ms, sealed = to_milliseconds(session.services.clock.now()), jobs.seal_checkpoint(session, job, checkpoint)
    claims.settle(session.uow, job.id, now_ms, state=JobState.QUEUED, due_at_ms=now_ms, checkpoint=sealed)
    session.uow.after_commit(session.services.wake)


def _awaited(session: Session, job_id: str, person_session: str, state: str, *, hold: bool) -> tuple[JobRow, Checkpoint] | None:
    """A job that waits for this word in this session, with what its step left."""
    job = rows.find_job(session.uow, session.application_id, job_id, hold=hold)
    now_ms = to_milliseconds(session.services.clock.now())
    if job is None or job.user_id != session.user_id or job.state is not JobState.WAITING or job.due_at_ms <= now_ms:
        return None
    checkpoint = jobs.open_checkpoint(session, job)
    if checkpoint.redirect is None or not _is_of(checkpoint, person_session):
        return None
    return (job, checkpoint) if is_same(hash_of(state), checkpoint.redirect.hash) else None


def _is_of(checkpoint: Checkpoint, person_session: str) -> bool:
    return checkpoint.browser is not None and is_same(checkpoint.browser.session, person_session)
