"""Jobs and their steps. These rows are the queue."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    and_,
    bindparam,
    false,
    func,
    insert,
    literal_column,
    select,
    tuple_,
    update,
)

from bowerbird.model.job import UNFINISHED, JobKind, JobState, JobStepResult, StepStatus, StepTitle
from bowerbird.storage.database import queue
from bowerbird.storage.database.keyset import MAX_COUNTED, count_up_to, counted
from bowerbird.storage.database.tables import connections, job_steps, jobs
from bowerbird.storage.database.unit_of_work import Prepared, StoredRow, UnitOfWork

is_unfinished = jobs.c.state.in_([literal_column(f"'{state.value}'") for state in UNFINISHED])
"""Written out in the SQL word for word as in the partial indexes: with parameters instead, SQLite would not use them."""


def _is_in(state: JobState) -> ColumnElement[bool]:
    """Written out as well, for the index of this state."""
    literal: BindParameter[str] = bindparam("state", state.value, literal_execute=True)
    return jobs.c.state == literal


class JobRow(StoredRow, frozen=True):
    """A job. `checkpoint` is sealed; `failure_reason` says why a statement was refused, where the failed step's result says less.

    `lease_expires_at_ms` is by the lease clock, every other moment by the clock of the server or sandbox.
    """

    id: str
    application_id: str
    user_id: str
    connection_id: str
    institution_id: str
    kind: JobKind
    state: JobState
    due_at_ms: int
    created_at_ms: int
    updated_at_ms: int
    waits_for: str | None = None
    attempts: int = 0
    lease_owner: str | None = None
    lease_expires_at_ms: int | None = None
    checkpoint: bytes | None = None
    failure_reason: str | None = None


class JobStepRow(StoredRow, frozen=True):
    """A step of a job. `result` is None until there is something to show."""

    job_id: str
    position: int
    application_id: str
    title: StepTitle
    status: StepStatus
    result: JobStepResult | None


_JOB = select(*JobRow.columns(jobs))
_STEP = select(*JobStepRow.columns(job_steps))
_JOB_OF_APPLICATION = _JOB.where(jobs.c.application_id == bindparam("application_id"), jobs.c.id == bindparam("job_id"))
_READ_JOB = Prepared(_JOB_OF_APPLICATION, typed=True)
_HELD_JOB = Prepared(_JOB_OF_APPLICATION.with_for_update(), typed=True)
_STEP_COLUMNS = JobStepRow.columns(job_steps)
_JOB_WITH_STEPS = Prepared(
    _JOB_OF_APPLICATION.add_columns(*_STEP_COLUMNS)
    .outerjoin(job_steps, and_(job_steps.c.job_id == jobs.c.id, job_steps.c.application_id == jobs.c.application_id))
    .order_by(job_steps.c.position),
    typed=True,
)


_BY_CONNECTION = (jobs.c.application_id == bindparam("application_id"), jobs.c.connection_id == bindparam("connection_id"))
_OTHERS = Prepared(counted(select(jobs.c.id).where(*_BY_CONNECTION, jobs.c.id != bindparam("job_id")), MAX_COUNTED))
_UNFINISHED = Prepared(
    counted(select(jobs.c.application_id).where(jobs.c.application_id == bindparam("application_id"), is_unfinished), bindparam("most"))
)


def insert_job(uow: UnitOfWork, job: JobRow, titles: Sequence[StepTitle]) -> None:
    """Insert a job with its steps, all pending."""
    uow.insert(jobs, job.values())
    steps = [JobStepRow(job.id, position, job.application_id, title, StepStatus.PENDING, None) for position, title in enumerate(titles)]
    uow.execute(insert(job_steps), [step.values() for step in steps])
    if job.waits_for is None:
        queue.announce(uow, [job.id])


def find_job(uow: UnitOfWork, application_id: str, job_id: str, *, hold: bool = False) -> JobRow | None:
    """`hold` locks the row until this unit of work ends."""
    return uow.one(JobRow, _HELD_JOB if hold else _READ_JOB, {"application_id": application_id, "job_id": job_id})


def find_job_with_steps(uow: UnitOfWork, application_id: str, job_id: str) -> tuple[JobRow, list[JobStepRow]] | None:
    """A job with its steps, in their order, by one statement."""
    found = uow.fetch(_JOB_WITH_STEPS, {"application_id": application_id, "job_id": job_id})
    if not found:
        return None
    width = -len(_STEP_COLUMNS)
    return JobRow(*found[0][:width]), [JobStepRow(*row[width:]) for row in found if row[width] is not None]


class JobPlace(NamedTuple):
    """Where a job stands among those of its user: the next portion of a list begins behind it."""

    created_at_ms: int
    id: str


class JobSelection(NamedTuple):
    """Which jobs of a user: every condition must hold. `connection_ids` None means all, and it is one at most.

    `before`: only those that stand behind this place, where the newest come first.
    """

    application_id: str
    user_id: str
    since_ms: int
    connection_ids: frozenset[str] | None = None
    not_connection_ids: frozenset[str] = frozenset()
    before: JobPlace | None = None

    def values(self, most: int) -> dict[str, object]:
        """The parameters of the statements of its shape."""
        ids = [*sorted(self.connection_ids or ()), *sorted(self.not_connection_ids)]
        own = {"application_id": self.application_id, "user_id": self.user_id, "since_ms": self.since_ms, "most": most}
        if self.before is not None:
            own |= {"before_ms": self.before.created_at_ms, "before_id": self.before.id}
        return own | {f"connection_{nth}": connection_id for nth, connection_id in enumerate(ids)}


class _Listed(NamedTuple):
    """The statements of a shape: the newest jobs, and the steps of the same."""

    jobs: Prepared
    steps: Prepared


_BEHIND = tuple_(jobs.c.created_at_ms, jobs.c.id) < tuple_(bindparam("before_ms"), bindparam("before_id", type_=jobs.c.id.type))
_OF_A_CONNECTION = jobs.c.kind != literal_column(f"'{JobKind.REPORT}'")  # a report is of none


@lru_cache(maxsize=64)
def _listed(equal: int | None, unequal: int, *, goes_on: bool) -> _Listed:
    """Built once a shape: the number of connections a job may be of, None for any, and of those it must not be of.

    `goes_on`: only jobs that stand behind a place.
    """
    j, s = jobs.c, job_steps.c
    ids: list[BindParameter[str]] = [bindparam(f"connection_{nth}", type_=j.connection_id.type) for nth in range((equal or 0) + unequal)]
    conditions = [
        j.application_id == bindparam("application_id"),
        j.user_id == bindparam("user_id"),
        j.created_at_ms >= bindparam("since_ms"),
    ]
    if equal is not None:
        conditions += [j.connection_id.in_(ids[:equal]) if equal else false(), _OF_A_CONNECTION]
    if unequal:
        conditions.append(j.connection_id.not_in(ids[equal or 0 :]))
    if goes_on:
        conditions += [j.created_at_ms <= bindparam("before_ms"), _BEHIND]
    newest = (j.created_at_ms.desc(), j.id.desc())
    chosen = select(j.id).where(*conditions).order_by(*newest).limit(bindparam("most")).subquery()
    own_steps = _STEP.join(chosen, chosen.c.id == s.job_id).where(s.application_id == bindparam("application_id"))
    return _Listed(
        Prepared(_JOB.where(*conditions).order_by(*newest).limit(bindparam("most")), typed=True),
        Prepared(own_steps.order_by(s.job_id, s.position), typed=True),
    )


def jobs_of_user(uow: UnitOfWork, selection: JobSelection, most: int) -> list[tuple[JobRow, list[JobStepRow]]]:
    """The newest that are selected, newest first, each with its steps in their order."""
    equal = None if selection.connection_ids is None else len(selection.connection_ids)
    statements, values = _listed(equal, len(selection.not_connection_ids), goes_on=selection.before is not None), selection.values(most)
    listed = [(job, list[JobStepRow]()) for job in uow.all(JobRow, statements.jobs, values)]
    steps = {job.id: of_job for job, of_job in listed}
    for step in uow.all(JobStepRow, statements.steps, values):
        if (of_job := steps.get(step.job_id)) is not None:  # else its job came between the two statements
            of_job.append(step)
    return listed


def last_success_ms(uow: UnitOfWork, application_id: str, connection_id: str) -> int | None:
    """When the newest job of a connection was created that read all of its bank; None before there was one."""
    own = (jobs.c.application_id == application_id, jobs.c.connection_id == connection_id, jobs.c.state == JobState.SUCCEEDED)
    row = uow.row(select(jobs.c.created_at_ms).where(*own).order_by(jobs.c.created_at_ms.desc()).limit(1))
    return None if row is None else int(row[0])


def unfinished_job(uow: UnitOfWork, application_id: str, connection_id: str) -> JobRow | None:
    own = and_(jobs.c.application_id == application_id, jobs.c.connection_id == connection_id, is_unfinished)
    return uow.one(JobRow, _JOB.where(own))


def waiting_jobs(uow: UnitOfWork, application_id: str, user_id: str) -> list[JobRow]:
    """A user's jobs that wait for the person, newest first."""
    own = and_(jobs.c.application_id == application_id, jobs.c.user_id == user_id, jobs.c.state == JobState.WAITING)
    return uow.all(JobRow, _JOB.where(own, is_unfinished).order_by(jobs.c.created_at_ms.desc(), jobs.c.id.desc()))


def count_unfinished(uow: UnitOfWork, application_id: str, most: int) -> int:
    """Counted up to `most`."""
    return int(uow.fetch(_UNFINISHED, {"application_id": application_id, "most": most})[0][0])


def last_in_line(
    uow: UnitOfWork, application_id: str, user_id: str, *, fingerprint: str | None = None, connection_id: str = "", besides: str = ""
) -> str | None:
    """The unfinished job with the same login, or of the same connection, that no other job waits for: a new one waits for it.

    `besides` is a job that is not looked at: the one that is to wait.
    """
    followers = jobs.alias()
    same = connections.c.fingerprint == fingerprint if fingerprint else jobs.c.connection_id == connection_id
    own = and_(jobs.c.application_id == application_id, jobs.c.user_id == user_id, same, is_unfinished, jobs.c.id != besides)
    has_no_follower = ~select(followers.c.id).where(followers.c.waits_for == jobs.c.id).exists()
    joined = jobs.join(connections, connections.c.id == jobs.c.connection_id)
    statement = select(jobs.c.id).select_from(joined).where(own, has_no_follower).limit(1).with_for_update(of=jobs)
    last, before = uow.row(statement), None
    while last is not None and last != before and uow.dialect == "postgresql":
        last, before = uow.row(statement), last  # while its lock was waited for, it may have ended or got a follower
    return None if last is None else str(last[0])


def count_other_jobs(uow: UnitOfWork, application_id: str, connection_id: str, job_id: str) -> int:
    """Counted up to MAX_COUNTED."""
    return int(uow.fetch(_OTHERS, {"application_id": application_id, "connection_id": connection_id, "job_id": job_id})[0][0])


def refreshes_since(uow: UnitOfWork, application_id: str, connection_id: str, since_ms: int) -> tuple[int, int | None]:
    """The number of refreshes of a connection since a moment, and the moment of the oldest of them in milliseconds."""
    own = and_(
        jobs.c.application_id == application_id,
        jobs.c.connection_id == connection_id,
        jobs.c.kind == JobKind.REFRESH,
        jobs.c.created_at_ms >= since_ms,
    )
    counted = uow.row(select(func.count(), func.min(jobs.c.created_at_ms)).select_from(jobs).where(own))
    return (int(counted[0]), counted[1]) if counted else (0, None)


def count_by_state(uow: UnitOfWork) -> dict[str, int]:
    """Unfinished jobs of every tenant by state, each state counted up to MAX_COUNTED; a state without any is missing."""
    counted = {state.value: count_up_to(uow, select(jobs.c.state).where(_is_in(state))) for state in UNFINISHED}
    return {state: count for state, count in counted.items() if count}


def delete_failure_reasons(uow: UnitOfWork, application_id: str, user_id: str) -> None:
    """Delete what the jobs of a user say of the files they refused."""
    own = (jobs.c.application_id == application_id, jobs.c.user_id == user_id, jobs.c.failure_reason.is_not(None))
    uow.execute(update(jobs).where(*own).values(failure_reason=None))
