"""Lists and counts for the operator's pages: of one application each."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import case, func, select

from bowerbird.storage.database import keyset
from bowerbird.storage.database.keyset import count_up_to
from bowerbird.storage.database.tables import applications, connections, jobs, transactions, users
from bowerbird.storage.database.unit_of_work import UnitOfWork
from bowerbird.storage.rows.jobs import is_unfinished


def count_users(uow: UnitOfWork, application_id: str) -> int:
    """Counted up to MOST_COUNTED."""
    return count_up_to(uow, select(users.c.application_id).where(users.c.application_id == application_id))


def connections_by_status(uow: UnitOfWork, application_id: str) -> dict[str, int]:
    """Of as many as are counted, at most MOST_COUNTED together."""
    some = select(connections.c.status).where(connections.c.application_id == application_id).limit(keyset.MOST_COUNTED).subquery()
    counted = uow.rows(select(some.c.status, func.count()).group_by(some.c.status))
    return {str(status): int(count) for status, count in counted}


class StatisticsTotals(NamedTuple):
    """How much there is on the whole server, each counted up to MOST_COUNTED."""

    applications: int
    users: int
    connections: int
    jobs_at_work: int


def totals(uow: UnitOfWork) -> StatisticsTotals:
    there, people, banks = (count_up_to(uow, select(table.c.id)) for table in (applications, users, connections))
    return StatisticsTotals(there, people, banks, count_up_to(uow, select(jobs.c.state).where(is_unfinished)))


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
