"""What a job's steps do. A step asks the bank or reads the upload outside any transaction and returns an outcome.

Its writes happen later, together with the step's status, if the lease still holds.
"""

from __future__ import annotations

from datetime import timedelta
from functools import partial

from bowerbird import codes
from bowerbird.domain.connections.bank_steps import BANK_STEPS, wait_for_answer
from bowerbird.domain.connections.quotas import QuotaSpent
from bowerbird.domain.insights.report_steps import REPORT_STEPS
from bowerbird.domain.jobs.work import Outcome, StepFailed, TryAgainAt, Work
from bowerbird.domain.services import Services
from bowerbird.domain.statements.parsed_statements import record_refusal
from bowerbird.domain.statements.statement_steps import STATEMENT_STEPS
from bowerbird.logs import log
from bowerbird.model.clock import from_milliseconds, to_milliseconds
from bowerbird.model.days import DAY_S
from bowerbird.model.job import JobKind, StepTitle
from bowerbird.plugins.guard import ConnectorBusy, ConnectorTimeout
from bowerbird.sdk.failures import ChallengeRaised, Failure, Gone, RateLimited, Unavailable
from bowerbird.statements.confined.outcomes import NoReader, NotConfined
from bowerbird.statements.refusal import Refused
from bowerbird.storage.database.unit_of_work import StorageUnavailable

_AGAIN_SECONDS = 5
_BUSY_SECONDS, _LONGEST_BUSY_SECONDS = 2, 60
"""Until a job whose connector is busy is looked at again: a quarter of the time it has waited, between these."""
_MAX_PERSON_WAITS_S = 60

_STEPS = {JobKind.STATEMENT: STATEMENT_STEPS, JobKind.REPORT: REPORT_STEPS}
"""What the steps of a kind of job do, where that is not to ask a bank."""


def run(services: Services, work: Work, title: StepTitle) -> Outcome:
    """Do one step. Every failure of the bank, the file or the connector comes back as an outcome."""
    steps = _STEPS.get(work.job.kind, BANK_STEPS)
    try:
        if (failed := services.hooks.before_step(services, work, title)) is not None:
            return _retry_or_fail(services, work, failed.entry) if failed.entry is Unavailable.entry else failed
        return steps[title](services, work)
    except (RateLimited, ConnectorBusy, Unavailable) as failure:
        return _wait_for_bank(services, work, failure)
    except Failure as failure:
        return _failed(work, title, failure)
    except ConnectorTimeout as failure:
        return StepFailed(codes.STEP_TIMED_OUT, {"seconds": failure.seconds})
    except (NoReader, StorageUnavailable) as error:
        log.warning("step_waits", job=work.job.id, step=title, reason=str(error)[:200])
        return TryAgainAt(to_milliseconds(services.clock.now() + timedelta(seconds=_AGAIN_SECONDS)))
    except Refused as refused:
        return refusal(services, work, refused)


def _failed(work: Work, title: StepTitle, failure: Failure) -> Outcome:
    if isinstance(failure, ChallengeRaised):
        return wait_for_answer(work, title, failure.challenge)
    return StepFailed(failure.entry, failure.values(work.job.id))


def refusal(services: Services, work: Work, refused: Refused) -> StepFailed:
    """The outcome of a step whose file is not accepted, or was not looked at."""
    if isinstance(refused, NotConfined):
        return StepFailed(refused.entry, reason=refused.reason)
    reason, work.finding = str(getattr(refused, "reason", ""))[:300], refused.finding
    return StepFailed(refused.entry, dict(refused.values), reason, partial(record_refusal, work=work, refused=refused))


def _wait_for_bank(services: Services, work: Work, why: RateLimited | ConnectorBusy | Unavailable) -> Outcome:
    """A job waits without a thread: until the bank wants requests again, but not longer than a day; or until its connector is free.

    Where the bank's quota is used up the job goes on when the bank accepts requests again, up to a week: what it has read is kept.
    A person who is there is kept waiting for a minute at most.
    """
    if isinstance(why, Gone):
        return StepFailed(why.entry)
    if isinstance(why, Unavailable):
        return _retry_or_fail(services, work, why.entry)
    now = services.clock.now()
    if isinstance(why, ConnectorBusy):
        waited_s = (now - from_milliseconds(work.job.created_at_ms)).total_seconds()
        return TryAgainAt(to_milliseconds(now + timedelta(seconds=min(_LONGEST_BUSY_SECONDS, max(_BUSY_SECONDS, waited_s / 4)))))
    if _is_person_there(work) and why.seconds > _MAX_PERSON_WAITS_S:
        return StepFailed(why.entry)
    again = now + timedelta(seconds=max(1, why.seconds))
    longest_s = services.limits.retry_for_seconds if isinstance(why, QuotaSpent) else DAY_S
    if again <= from_milliseconds(work.job.created_at_ms) + timedelta(seconds=longest_s):
        log.info("bank_wants_pause", job=work.job.id, seconds=why.seconds)
        return TryAgainAt(to_milliseconds(again))
    return StepFailed(why.entry)


def _retry_or_fail(services: Services, work: Work, entry: codes.Entry) -> Outcome:
    """New credentials are worth keeping while the bank is away: tried every two hours, for seven days.

    A real bank is sent a password no longer than a day by one job; the schedule goes on more slowly. A person who is there is not kept
    waiting.
    """
    now, longest_s = services.clock.now(), services.limits.retry_for_seconds
    if work.connection is not None and not work.connection.sandbox:
        longest_s = min(longest_s, DAY_S)
    until = from_milliseconds(work.job.created_at_ms) + timedelta(seconds=longest_s)
    again = now + timedelta(seconds=services.limits.retry_after_seconds)
    if work.job.kind == JobKind.UPDATE and not _is_person_there(work) and again <= until:
        return TryAgainAt(to_milliseconds(again))
    return StepFailed(entry)


def _is_person_there(work: Work) -> bool:
    """Whether a person logs in at the bank's own pages, or has answered what the bank asked: their answer is good for some minutes.

    So is their approval in the bank's app.
    """
    checkpoint = work.checkpoint
    return checkpoint.browser is not None or checkpoint.answers is not None or checkpoint.approval is not None
