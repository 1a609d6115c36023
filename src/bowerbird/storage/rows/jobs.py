"""Jobs and their steps: the queue is these rows, whoever advances them."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import BindParameter, and_, bindparam, func, insert, or_, select, update

from bowerbird.model.job import UNFINISHED, JobKind, JobState, StepStatus
from bowerbird.storage.database import queue
from bowerbird.storage.database.keyset import count_up_to
from bowerbird.storage.database.tables import connections, job_steps, jobs
from bowerbird.storage.database.unit_of_work import AnyRow, UnitOfWork

_states: BindParameter[list[str]] = bindparam("unfinished", [state.value for state in UNFINISHED], expanding=True, literal_execute=True)
is_unfinished = jobs.c.state.in_(_states)
"""Written out in the SQL word for word as in the partial indexes: with parameters instead, SQLite would not use them."""


def insert_job(uow: UnitOfWork, values: dict[str, object], titles: Sequence[str]) -> None:
    uow.execute(insert(jobs), values)
    steps = [
        {
            "job_id": values["id"],
            "position": position,
            "application_id": values["application_id"],
            "title": title,
            "status": StepStatus.PENDING,
            "result": None,
        }
        for position, title in enumerate(titles)
    ]
    uow.execute(insert(job_steps), steps)
    if values["waits_for"] is None:
        queue.announce(uow, [str(values["id"])])


def find_job(uow: UnitOfWork, application_id: str, job_id: str, *, hold: bool = False) -> AnyRow | None:
    """`hold` keeps others from changing the job until this unit of work ends."""
    found = select(jobs).where(jobs.c.application_id == application_id, jobs.c.id == job_id)
    return uow.row(found.with_for_update() if hold else found)


def steps_of_job(uow: UnitOfWork, application_id: str, job_id: str) -> Sequence[AnyRow]:
    own = and_(job_steps.c.application_id == application_id, job_steps.c.job_id == job_id)
    return uow.rows(select(job_steps).where(own).order_by(job_steps.c.position))


def jobs_of_user(uow: UnitOfWork, application_id: str, user_id: str, since: int, most: int) -> Sequence[AnyRow]:
    """Newest first."""
    own = and_(jobs.c.application_id == application_id, jobs.c.user_id == user_id, jobs.c.created >= since)
    return uow.rows(select(jobs).where(own).order_by(jobs.c.created.desc(), jobs.c.id.desc()).limit(most))


def steps_of_jobs(uow: UnitOfWork, application_id: str, job_ids: Sequence[str]) -> Sequence[AnyRow]:
    own = and_(job_steps.c.application_id == application_id, job_steps.c.job_id.in_(job_ids))
    return uow.rows(select(job_steps).where(own).order_by(job_steps.c.job_id, job_steps.c.position))


def unfinished_job(uow: UnitOfWork, application_id: str, connection_id: str) -> AnyRow | None:
    own = and_(jobs.c.application_id == application_id, jobs.c.connection_id == connection_id, is_unfinished)
    return uow.row(select(jobs).where(own))


def count_unfinished(uow: UnitOfWork, application_id: str, most: int) -> int:
    """Counted up to `most`."""
    return count_up_to(uow, select(jobs.c.application_id).where(jobs.c.application_id == application_id, is_unfinished), most)


def last_in_line(uow: UnitOfWork, application_id: str, user_id: str, *, fingerprint: str = "", connection_id: str = "") -> str | None:
    """The unfinished job with the same login, or of the same connection, that no other job waits for: a new one waits for it."""
    followers = jobs.alias()
    same = connections.c.fingerprint == fingerprint if fingerprint else jobs.c.connection_id == connection_id
    own = and_(jobs.c.application_id == application_id, jobs.c.user_id == user_id, same, is_unfinished)
    has_no_follower = ~select(followers.c.id).where(followers.c.waits_for == jobs.c.id).exists()
    joined = jobs.join(connections, connections.c.id == jobs.c.connection_id)
    last = select(jobs.c.id).select_from(joined).where(own, has_no_follower).limit(1).with_for_update(of=jobs)
    found, before = uow.row(last), None
    while found is not None and found != before and uow.dialect == "postgresql":
        found, before = uow.row(last), found  # while its lock was waited for, it may have ended or got a follower
    return None if found is None else str(found[0])


def count_other_jobs(uow: UnitOfWork, application_id: str, connection_id: str, job_id: str) -> int:
    """Counted up to MOST_COUNTED."""
    own = and_(jobs.c.application_id == application_id, jobs.c.connection_id == connection_id, jobs.c.id != job_id)
    return count_up_to(uow, select(jobs.c.id).where(own))


def refreshes_since(uow: UnitOfWork, application_id: str, connection_id: str, since: int) -> tuple[int, int | None]:
    """How many refreshes of a connection were asked for since a moment, and when the oldest of them was."""
    own = and_(
        jobs.c.application_id == application_id,
        jobs.c.connection_id == connection_id,
        jobs.c.kind == JobKind.REFRESH,
        jobs.c.created >= since,
    )
    counted = uow.row(select(func.count(), func.min(jobs.c.created)).select_from(jobs).where(own))
    return (int(counted[0]), counted[1]) if counted else (0, None)


# ── The queue: across tenants on purpose, since whoever advances jobs serves all of them ─────────────────────────────────────


def due_jobs(uow: UnitOfWork, now: int, lease_now: int, limit: int) -> list[str]:
    """Ids of jobs that can be claimed now, the longest due first. Leases are told by a clock of their own."""
    ready = and_(
        is_unfinished,
        jobs.c.due_at <= now,
        jobs.c.waits_for.is_(None),
        or_(jobs.c.lease_until.is_(None), jobs.c.lease_until <= lease_now),
    )
    return [str(row[0]) for row in uow.rows(select(jobs.c.id).where(ready).order_by(jobs.c.due_at).limit(limit))]


def first_due(uow: UnitOfWork) -> int | None:
    """The earliest moment at which an unfinished job is or was due, at work or not."""
    found = uow.row(select(func.min(jobs.c.due_at)).where(is_unfinished, jobs.c.waits_for.is_(None)))
    return None if found is None else found[0]


def next_due(uow: UnitOfWork) -> tuple[int | None, int | None]:
    """When the next job wants attention: the first is due, by the clock, and the first lease is over, by that of the leases.

    Leased jobs are due, so that they stand before the first idle one unless that is due itself: nothing behind it is looked at.
    """
    waiting = and_(is_unfinished, jobs.c.waits_for.is_(None))
    idle = uow.row(select(func.min(jobs.c.due_at)).where(waiting, jobs.c.lease_until.is_(None)))
    before = [jobs.c.due_at < idle[0]] if idle is not None and idle[0] is not None else []
    leased = uow.row(select(func.min(jobs.c.lease_until)).where(waiting, jobs.c.lease_until.is_not(None), *before))
    return (idle[0] if idle else None), (leased[0] if leased else None)


def claim(uow: UnitOfWork, job_id: str, owner: str, now: int, lease_now: int, lease_until: int) -> AnyRow | None:
    """Take a lease on a due job. None when someone else has it or is just writing it, or nothing is left to do."""
    ready = and_(
        jobs.c.id == job_id,
        is_unfinished,
        jobs.c.due_at <= now,
        jobs.c.waits_for.is_(None),
        or_(jobs.c.lease_until.is_(None), jobs.c.lease_until <= lease_now),
    )
    if uow.row(select(jobs.c.id).where(ready).with_for_update(skip_locked=True)) is None:
        return None
    lease = {"lease_owner": owner, "lease_until": lease_until, "attempts": jobs.c.attempts + 1}
    uow.execute(update(jobs).where(jobs.c.id == job_id).values(lease))
    return uow.row(select(jobs).where(jobs.c.id == job_id))


def still_leased(uow: UnitOfWork, job_id: str, owner: str, now: int) -> bool:
    """The fence: whether the lease under which a step was run is still this owner's. It stays so until this unit of work is over."""
    mine = and_(jobs.c.id == job_id, jobs.c.lease_owner == owner, jobs.c.lease_until > now)
    return uow.row(select(jobs.c.id).where(mine).with_for_update()) is not None


def renew(uow: UnitOfWork, owner: str, job_ids: Sequence[str], now: int, lease_until: int) -> None:
    """Say that an owner is alive and still at these jobs. A lease that is over stays over."""
    mine = and_(jobs.c.id.in_(job_ids), jobs.c.lease_owner == owner, jobs.c.lease_until > now)
    uow.execute(update(jobs).where(mine).values(lease_until=lease_until))


def give_back(uow: UnitOfWork, owner: str, job_ids: Sequence[str]) -> None:
    """End an owner's leases before their time: it will not finish these jobs."""
    mine = and_(jobs.c.id.in_(job_ids), jobs.c.lease_owner == owner)
    uow.execute(update(jobs).where(mine).values(lease_owner=None, lease_until=None))
    queue.announce(uow, job_ids)


def settle(uow: UnitOfWork, job_id: str, now: int, **values: object) -> None:
    """Write a job's new state and give the lease back."""
    uow.execute(update(jobs).where(jobs.c.id == job_id).values(lease_owner=None, lease_until=None, updated=now, **values))
    if values.get("due_at") == now:
        queue.announce(uow, [job_id])


def extend(uow: UnitOfWork, job_id: str, lease_until: int, now: int, **values: object) -> None:
    """Keep the lease and go on with the next step."""
    uow.execute(update(jobs).where(jobs.c.id == job_id).values(lease_until=lease_until, updated=now, **values))


def release_waiting(uow: UnitOfWork, job_id: str, now: int) -> None:
    """Let the jobs go on that waited for this one."""
    waiting = [str(row[0]) for row in uow.rows(select(jobs.c.id).where(jobs.c.waits_for == job_id))]
    if waiting:
        uow.execute(update(jobs).where(jobs.c.id.in_(waiting)).values(waits_for=None, due_at=now))
        queue.announce(uow, waiting)


def set_step(uow: UnitOfWork, job_id: str, position: int, status: StepStatus, result: str | None) -> None:
    uow.execute(
        update(job_steps).where(job_steps.c.job_id == job_id, job_steps.c.position == position).values(status=status, result=result)
    )


def steps_at_work(uow: UnitOfWork, job_id: str) -> Sequence[AnyRow]:
    return uow.rows(select(job_steps).where(job_steps.c.job_id == job_id).order_by(job_steps.c.position))


def count_by_state(uow: UnitOfWork) -> dict[str, int]:
    """Unfinished jobs of every tenant by state, each state counted up to MOST_COUNTED; a state without any is missing."""
    chosen = select(jobs.c.state).where(is_unfinished)
    counted = {state.value: count_up_to(uow, chosen.where(jobs.c.state == state.value)) for state in UNFINISHED}
    return {state: count for state, count in counted.items() if count}


def fail_unfinished(uow: UnitOfWork, application_id: str, connection_id: str, result: str, now: int) -> list[str]:
    """End the unfinished jobs of a connection that is being deleted; their leases are void, so a late write lands nowhere. Their ids."""
    own = and_(jobs.c.application_id == application_id, jobs.c.connection_id == connection_id, is_unfinished)
    ended = uow.rows(select(jobs).where(own).with_for_update())
    for job in ended:
        for step in steps_at_work(uow, job.id):
            if step.status in (StepStatus.PENDING, StepStatus.IN_PROGRESS):
                set_step(uow, job.id, step.position, StepStatus.FAILED, result)
                break
        settle(uow, job.id, now, state=JobState.FAILED, note=None)
        release_waiting(uow, job.id, now)
    return [str(job.id) for job in ended]
