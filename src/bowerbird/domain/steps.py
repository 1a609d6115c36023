"""What a job's steps do. A step asks the bank or reads the upload outside any transaction and answers with an outcome;
its writes happen later, together with the step's status, if the lease still holds.
"""

from __future__ import annotations

from datetime import timedelta
from functools import partial

import structlog

from bowerbird import codes
from bowerbird.domain.bank_steps import BANK_STEPS
from bowerbird.domain.faults import Struck, strike_step
from bowerbird.domain.readings import keep_refusal
from bowerbird.domain.statement_steps import STATEMENT_STEPS
from bowerbird.domain.work import Failed, Later, Outcome, Work
from bowerbird.domain.world import World
from bowerbird.model.clock import from_milliseconds, to_milliseconds
from bowerbird.model.job import JobKind, StepTitle
from bowerbird.plugins.guard import TookTooLong
from bowerbird.sdk.failures import Failure, Unavailable
from bowerbird.statements.readers.outcomes import NoReader
from bowerbird.statements.refusal import Refused
from bowerbird.storage.unit_of_work import StorageUnavailable, UnitOfWork

_AGAIN_SECONDS = 5

log = structlog.get_logger()


def run(world: World, work: Work, title: StepTitle) -> Outcome:
    """Do one step. Every failure of the bank, the file or the connector comes back as an outcome."""
    steps = STATEMENT_STEPS if work.job.kind == JobKind.STATEMENT else BANK_STEPS
    try:
        if world.controls is not None:
            strike_step(world, work, title)
        return steps[title](world, work)
    except Struck as struck:
        return _retry_or_fail(world, work, struck.entry) if struck.entry is Unavailable.entry else Failed(struck.entry, struck.values)
    except Unavailable as failure:
        return _retry_or_fail(world, work, failure.entry)
    except Failure as failure:
        values = {"job": work.job.id} if "job" in failure.entry.placeholders else {}
        return Failed(failure.entry, dict(values))
    except TookTooLong as failure:
        return Failed(codes.STEP_TIMED_OUT, {"seconds": failure.seconds})
    except (NoReader, StorageUnavailable) as error:
        log.warning("step_waits", job=work.job.id, step=title, reason=str(error)[:200])
        return Later(to_milliseconds(world.clock.now() + timedelta(seconds=_AGAIN_SECONDS)))
    except Refused as refused:
        reason = str(getattr(refused, "reason", ""))[:300]
        return Failed(refused.entry, dict(refused.values), reason, partial(_keep_refusal, world, work, refused))


def _keep_refusal(world: World, work: Work, refused: Refused, uow: UnitOfWork) -> None:
    keep_refusal(world, uow, work, refused)


def _retry_or_fail(world: World, work: Work, entry: codes.Entry) -> Outcome:
    """New credentials are worth keeping while the bank is away: tried every two hours, for seven days."""
    now = world.clock.now()
    until = from_milliseconds(work.job.created) + timedelta(seconds=world.limits.retry_for_seconds)
    again = now + timedelta(seconds=world.limits.retry_after_seconds)
    if work.job.kind == JobKind.UPDATE and again <= until:
        return Later(to_milliseconds(again))
    return Failed(entry)
