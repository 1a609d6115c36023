"""The rows of jobs as the queue: what is due, who holds which job for how long, and how a job goes on. A worker serves all tenants."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, TypedDict, Unpack

import msgspec
from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Select,
    and_,
    bindparam,
    case,
    func,
    or_,
    select,
    update,
)

from bowerbird.model.job import UNFINISHED_STEPS, JobState, JobStepResult, StepStatus
from bowerbird.storage.database import queue
from bowerbird.storage.database.tables import connections, job_steps, jobs
from bowerbird.storage.database.unit_of_work import Prepared, UnitOfWork
from bowerbird.storage.rows.jobs.jobs import JobRow, JobStepRow, is_unfinished

_APPLICATIONS_A_LOOK = 16
"""A look for due jobs asks so many applications for their first one, and the next look the ones behind them."""


class JobChanges(TypedDict, total=False):
    """The columns of a job that change when a step ends."""

    state: JobState
    due_at_ms: int
    checkpoint: bytes | None
    failure_reason: str | None


class NextDue(NamedTuple):
    """`due_at_ms` of the first job without a lease, by the clock, and the end of the first lease, by the lease clock; None without any."""

    due_at_ms: int | None
    lease_expires_at_ms: int | None


def _is_claimable(now_ms: BindParameter[int], lease_now_ms: BindParameter[int]) -> ColumnElement[bool]:
    is_free = or_(jobs.c.lease_expires_at_ms.is_(None), jobs.c.lease_expires_at_ms <= lease_now_ms)
    return and_(is_unfinished, jobs.c.due_at_ms <= now_ms, jobs.c.waits_for.is_(None), is_free)


_in_line = and_(is_unfinished, jobs.c.waits_for.is_(None))
_first_leased = select(func.min(jobs.c.lease_expires_at_ms)).where(_in_line, jobs.c.lease_expires_at_ms.is_not(None))
_FIRST_DUE = Prepared(select(func.min(jobs.c.due_at_ms)).where(_in_line))
_FIRST_IDLE = Prepared(select(func.min(jobs.c.due_at_ms)).where(_in_line, jobs.c.lease_expires_at_ms.is_(None)))
_FIRST_LEASED = Prepared(_first_leased)
_FIRST_LEASED_BEFORE = Prepared(_first_leased.where(jobs.c.due_at_ms < bindparam("before_ms")))
_A_JOB = jobs.c.id == bindparam("job_id")
_CLAIMABLE = Prepared(
    select(*JobRow.columns(jobs))
    .where(_A_JOB, _is_claimable(bindparam("now_ms"), bindparam("lease_now_ms")))
    .with_for_update(skip_locked=True),
    typed=True,
)
_DUE = Prepared(
    select(jobs.c.id, jobs.c.application_id)
    .where(_is_claimable(bindparam("now_ms"), bindparam("lease_now_ms")))
    .order_by(jobs.c.due_at_ms)
    .limit(bindparam("most"))
)


def _first_of_each() -> Select[tuple[str, str]]:
    """The first due job of each application behind one: the index of those in line is entered anew for each, however many jobs one has."""
    first_id = func.min(jobs.c.application_id)
    is_behind = jobs.c.application_id > bindparam("after", type_=jobs.c.application_id.type)
    lines = select(first_id.label("application_id")).where(_in_line, is_behind).cte("lines", recursive=True)
    next_id = select(first_id).where(_in_line, jobs.c.application_id > lines.c.application_id)
    lines = lines.union_all(select(next_id.scalar_subquery()).where(lines.c.application_id.is_not(None)))
    claimable = _is_claimable(bindparam("now_ms"), bindparam("lease_now_ms"))
    first = select(jobs.c.id).where(jobs.c.application_id == lines.c.application_id, claimable).order_by(jobs.c.due_at_ms).limit(1)
    return select(first.scalar_subquery().label("id"), lines.c.application_id).limit(bindparam("most"))


_FIRST_OF_EACH = Prepared(_first_of_each())
_STILL_LEASED = Prepared(
    select(jobs.c.id)
    .where(_A_JOB, jobs.c.lease_owner == bindparam("owner"), jobs.c.lease_expires_at_ms > bindparam("lease_now_ms"))
    .with_for_update()
)
_LEASED_SECRET = Prepared(
    select(connections.c.secret)
    .select_from(jobs.outerjoin(connections, connections.c.id == jobs.c.connection_id))
    .where(_A_JOB, jobs.c.lease_owner == bindparam("owner"), jobs.c.lease_expires_at_ms > bindparam("lease_now_ms"))
    .with_for_update(of=jobs)
)
_WAITING_FOR = Prepared(select(jobs.c.id).where(jobs.c.waits_for == bindparam("job_id")))
_CLAIMED_STEPS = Prepared(
    select(*JobStepRow.columns(job_steps)).where(job_steps.c.job_id == bindparam("job_id")).order_by(job_steps.c.position), typed=True
)
_ENDED = job_steps.c.position == bindparam("ended")
_BEGIN_NEXT = Prepared(
    update(job_steps)
    .where(job_steps.c.job_id == bindparam("of_job"), or_(_ENDED, job_steps.c.position == bindparam("begun")))
    .values(
        status=case(
            (_ENDED, bindparam("status_ended", type_=job_steps.c.status.type)),
            else_=bindparam("status_begun", type_=job_steps.c.status.type),
        ),
        result=case((_ENDED, bindparam("left", type_=job_steps.c.result.type)), else_=None),
    ),
    typed=True,
)


class DueJob(NamedTuple):
    """A job that can be claimed now."""

    id: str
    application_id: str


class EndedJob(NamedTuple):
    """A job that was ended from outside."""

    id: str
    institution_id: str


class DueJobs(NamedTuple):
    """What a look found, and the applications it asked for their first job, those without one included, in the order of asking."""

    jobs: list[DueJob]
    asked: list[str]


def due_jobs(uow: UnitOfWork, now_ms: int, lease_now_ms: int, limit: int) -> list[DueJob]:
    """Jobs that can be claimed now, the longest due first. `lease_now_ms` is by the lease clock."""
    return [DueJob(*row) for row in uow.fetch(_DUE, {"now_ms": now_ms, "lease_now_ms": lease_now_ms, "most": limit})]


def due_jobs_of_all(uow: UnitOfWork, now_ms: int, lease_now_ms: int, limit: int, after: str = "") -> DueJobs:
    """The same. Where there may be more of them, before them the first of a few applications, so that none stands behind all of another's.

    These are the ones behind `after`, in the order of their ids, which goes round: a look costs the same among any number of them.
    """
    due = due_jobs(uow, now_ms, lease_now_ms, limit)
    if len(due) < limit:
        return DueJobs(due, [])
    values = {"now_ms": now_ms, "lease_now_ms": lease_now_ms, "most": _APPLICATIONS_A_LOOK}
    firsts = uow.fetch(_FIRST_OF_EACH, {**values, "after": after})
    if len(firsts) < _APPLICATIONS_A_LOOK and after:
        firsts = [*firsts, *uow.fetch(_FIRST_OF_EACH, {**values, "after": ""})]
    jobs = dict.fromkeys([*(DueJob(*row) for row in firsts if row[0] is not None), *due])
    return DueJobs(list(jobs), list(dict.fromkeys(row[1] for row in firsts if row[1] is not None)))


def first_due(uow: UnitOfWork) -> int | None:
    """The earliest moment at which an unfinished job is or was due, leased or not, in milliseconds."""
    first: int | None = uow.fetch(_FIRST_DUE, {})[0][0]
    return first


def next_due(uow: UnitOfWork) -> NextDue:
    """When the next job can be claimed.

    Leased jobs are due, so that they stand before the first idle one unless that is due itself: nothing behind it is looked at.
    """
    idle: int | None = uow.fetch(_FIRST_IDLE, {})[0][0]
    leased = uow.fetch(_FIRST_LEASED, {}) if idle is None else uow.fetch(_FIRST_LEASED_BEFORE, {"before_ms": idle})
    return NextDue(idle, leased[0][0])


def claim(uow: UnitOfWork, job_id: str, owner: str, now_ms: int, lease_now_ms: int, lease_expires_at_ms: int) -> JobRow | None:
    """Take a lease on a due job. None when another owner has it or is just writing it, or nothing is left to do.

    `attempts` of the row are those before this claim: 0 at the first one since the job's last step or wait. That one counts as a reading of
    the file that ended with its process when another follows; later ones count where a process began to read (`count_attempt`).
    """
    job = uow.one(JobRow, _CLAIMABLE, {"job_id": job_id, "now_ms": now_ms, "lease_now_ms": lease_now_ms})
    if job is None:
        return None
    lease = {"lease_owner": owner, "lease_expires_at_ms": lease_expires_at_ms}
    uow.update(jobs, {"id": job_id}, {**lease, "attempts": max(job.attempts, 1)})
    queue.withdraw(uow, job_id)
    return msgspec.structs.replace(job, **lease)


def count_attempt(uow: UnitOfWork, job_id: str, owner: str, lease_now_ms: int) -> None:
    """Count one more reading of a job's file, where the owner's lease still holds."""
    mine = and_(jobs.c.id == job_id, jobs.c.lease_owner == owner, jobs.c.lease_expires_at_ms > lease_now_ms)
    uow.execute(update(jobs).where(mine).values(attempts=jobs.c.attempts + 1))


def still_leased(uow: UnitOfWork, job_id: str, owner: str, lease_now_ms: int) -> bool:
    """The fence: whether the lease under which a step was run is still this owner's. It stays so until this unit of work is over."""
    return bool(uow.fetch(_STILL_LEASED, {"job_id": job_id, "owner": owner, "lease_now_ms": lease_now_ms}))


def leased_secret(uow: UnitOfWork, job_id: str, owner: str, lease_now_ms: int) -> tuple[bytes | None] | None:
    """The same fence, with what the connector remembers of the job's connection, sealed; None where the lease is lost."""
    found = uow.fetch(_LEASED_SECRET, {"job_id": job_id, "owner": owner, "lease_now_ms": lease_now_ms})
    return (found[0][0],) if found else None


def renew(uow: UnitOfWork, owner: str, job_ids: Sequence[str], lease_now_ms: int, lease_expires_at_ms: int) -> None:
    """Extend an owner's leases on these jobs. A lease that is over stays over."""
    mine = and_(jobs.c.id.in_(job_ids), jobs.c.lease_owner == owner, jobs.c.lease_expires_at_ms > lease_now_ms)
    uow.execute(update(jobs).where(mine).values(lease_expires_at_ms=lease_expires_at_ms))


def give_back(uow: UnitOfWork, owner: str, job_ids: Sequence[str]) -> None:
    """End an owner's leases before their time: it will not finish these jobs."""
    mine = and_(jobs.c.id.in_(job_ids), jobs.c.lease_owner == owner)
    uow.execute(update(jobs).where(mine).values(lease_owner=None, lease_expires_at_ms=None))
    queue.announce(uow, job_ids)


def settle(uow: UnitOfWork, job_id: str, now_ms: int, **changes: Unpack[JobChanges]) -> None:
    """Write a job's new state and give the lease back."""
    given_back = {"lease_owner": None, "lease_expires_at_ms": None, "attempts": 0}
    uow.update(jobs, {"id": job_id}, {**given_back, "updated_at_ms": now_ms, **changes})
    if changes.get("due_at_ms") == now_ms:
        queue.announce(uow, [job_id])


def extend(uow: UnitOfWork, job_id: str, lease_expires_at_ms: int, now_ms: int, checkpoint: bytes) -> None:
    """Keep the lease and go on with the next step."""
    values = {"lease_expires_at_ms": lease_expires_at_ms, "updated_at_ms": now_ms, "checkpoint": checkpoint, "attempts": 1}
    uow.update(jobs, {"id": job_id}, values)


def release_waiting(uow: UnitOfWork, job_id: str, now_ms: int) -> None:
    """Let the jobs go on that waited for this one."""
    waiting = [str(row[0]) for row in uow.fetch(_WAITING_FOR, {"job_id": job_id})]
    if waiting:
        uow.execute(update(jobs).where(jobs.c.id.in_(waiting)).values(waits_for=None, due_at_ms=now_ms))
        queue.announce(uow, waiting)


def leave_line(uow: UnitOfWork, job: JobRow, now_ms: int) -> None:
    """Take a job whose user is held out of its line: the one that waited for it waits for what it waited for itself."""
    if job.waits_for is None:
        release_waiting(uow, job.id, now_ms)
        return
    wait_for(uow, job.id, None)
    uow.execute(update(jobs).where(jobs.c.waits_for == job.id).values(waits_for=job.waits_for))


def wait_for(uow: UnitOfWork, job_id: str, earlier_id: str | None) -> None:
    """Let a job wait for an earlier one, or for none."""
    uow.update(jobs, {"id": job_id}, {"waits_for": earlier_id})


def set_step(uow: UnitOfWork, job_id: str, position: int, status: StepStatus, result: JobStepResult | None) -> None:
    uow.update(job_steps, {"job_id": job_id, "position": position}, {"status": status, "result": result})


def begin_next(uow: UnitOfWork, job_id: str, position: int, result: JobStepResult | None) -> None:
    """End a step with success, and begin the one behind it."""
    statuses = {"status_ended": StepStatus.SUCCESS, "status_begun": StepStatus.IN_PROGRESS}
    uow.run(_BEGIN_NEXT, {"of_job": job_id, "ended": position, "begun": position + 1, "left": result, **statuses})


def steps_of_claimed_job(uow: UnitOfWork, job_id: str) -> list[JobStepRow]:
    return uow.all(JobStepRow, _CLAIMED_STEPS, {"job_id": job_id})


def fail_unfinished(uow: UnitOfWork, application_id: str, connection_id: str, result: JobStepResult, now_ms: int) -> list[EndedJob]:
    """End the unfinished jobs of a connection that is being deleted; their leases are void, so a late write lands nowhere."""
    own = and_(jobs.c.application_id == application_id, jobs.c.connection_id == connection_id, is_unfinished)
    ended = [EndedJob(*row) for row in uow.rows(select(jobs.c.id, jobs.c.institution_id).where(own).with_for_update())]
    for job_id, _ in ended:
        for step in steps_of_claimed_job(uow, job_id):
            if step.status in UNFINISHED_STEPS:
                set_step(uow, job_id, step.position, StepStatus.FAILED, result)
                break
        settle(uow, job_id, now_ms, state=JobState.FAILED, checkpoint=None)
        release_waiting(uow, job_id, now_ms)
    return ended
