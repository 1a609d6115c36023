"""When connections are refreshed by themselves."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import bindparam, func, select

from bowerbird.storage.database.tables import applications, connections
from bowerbird.storage.database.unit_of_work import Prepared, UnitOfWork


class DueConnection(NamedTuple):
    """A connection whose moment has come."""

    application_id: str
    user_id: str
    connection_id: str


_FIRST = Prepared(select(func.min(connections.c.refresh_at_ms)).where(connections.c.refresh_at_ms.is_not(None)))
_DUE = Prepared(
    select(connections.c.application_id, connections.c.user_id, connections.c.id)
    .where(connections.c.refresh_at_ms.is_not(None), connections.c.refresh_at_ms <= bindparam("now_ms"))
    .order_by(connections.c.refresh_at_ms)
    .limit(bindparam("most"))
)
_HOURS = Prepared(select(applications.c.refresh_hours).where(applications.c.id == bindparam("application_id")))


def first_due(uow: UnitOfWork) -> int | None:
    """The earliest moment, in milliseconds, across tenants."""
    first: int | None = uow.fetch(_FIRST, {})[0][0]
    return first


def due_connections(uow: UnitOfWork, now_ms: int, most: int) -> list[DueConnection]:
    """The longest due first, across tenants."""
    return [DueConnection(*row) for row in uow.fetch(_DUE, {"now_ms": now_ms, "most": most})]


def refresh_hours(uow: UnitOfWork, application_id: str) -> int | None:
    """What an application has set: hours between refreshes, 0 for none; None where it has set nothing."""
    return next((row[0] for row in uow.fetch(_HOURS, {"application_id": application_id})), None)
