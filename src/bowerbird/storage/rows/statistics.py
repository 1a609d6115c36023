"""Lists and counts for the operator's pages: of one application each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import case, func, select, tuple_

from bowerbird.model.job import UNFINISHED
from bowerbird.storage.database.tables import applications, connections, jobs, transactions, users
from bowerbird.storage.database.unit_of_work import AnyRow, UnitOfWork


class UsersCursor(NamedTuple):
    """Where a page of users ends: the next begins behind it."""

    created: int
    id: str


def users_page(uow: UnitOfWork, application_id: str, after: UsersCursor | None, limit: int) -> Sequence[AnyRow]:
    """Newest first."""
    chosen = select(users).where(users.c.application_id == application_id)
    if after is not None:
        chosen = chosen.where(tuple_(users.c.created, users.c.id) < tuple_(after.created, after.id))
    return uow.rows(chosen.order_by(users.c.created.desc(), users.c.id.desc()).limit(limit))


def count_users(uow: UnitOfWork, application_id: str) -> int:
    return _count(uow.row(select(func.count()).select_from(users).where(users.c.application_id == application_id)))


def connections_by_status(uow: UnitOfWork, application_id: str) -> dict[str, int]:
    own = connections.c.application_id == application_id
    counted = uow.rows(select(connections.c.status, func.count()).where(own).group_by(connections.c.status))
    return {str(status): int(count) for status, count in counted}


def jobs_of_connection(uow: UnitOfWork, application_id: str, connection_id: str, limit: int) -> Sequence[AnyRow]:
    """Newest first."""
    own = (jobs.c.application_id == application_id, jobs.c.connection_id == connection_id)
    return uow.rows(select(jobs).where(*own).order_by(jobs.c.created.desc(), jobs.c.id.desc()).limit(limit))


class StatisticsTotals(NamedTuple):
    """How much there is on the whole server."""

    applications: int
    users: int
    connections: int
    jobs_at_work: int


def totals(uow: UnitOfWork) -> StatisticsTotals:
    at_work = select(func.count()).select_from(jobs).where(jobs.c.state.in_([state.value for state in UNFINISHED]))
    there, people, banks = (_count(uow.row(select(func.count()).select_from(table))) for table in (applications, users, connections))
    return StatisticsTotals(there, people, banks, _count(uow.row(at_work)))


class DayFlow(NamedTuple):
    """What came in and went out of an account on a day, in cents; `out` is not positive."""

    day: int
    came_in: int
    went_out: int


def daily_flows(uow: UnitOfWork, application_id: str, account_id: str, first_day: int, last_day: int) -> list[DayFlow]:
    """Days with posted transactions, oldest first."""
    t = transactions.c
    into = func.sum(case((t.amount > 0, t.amount), else_=0))
    out = func.sum(case((t.amount < 0, t.amount), else_=0))
    own = (t.application_id == application_id, t.account_id == account_id, t.post_day.between(first_day, last_day))
    found = uow.rows(select(t.post_day, into, out).where(*own).group_by(t.post_day).order_by(t.post_day))
    return [DayFlow(int(row[0]), int(row[1]), int(row[2])) for row in found]


def _count(row: AnyRow | None) -> int:
    return int(row[0]) if row else 0
