"""Events as rows: written with the change they tell of, read newest first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Select, and_, bindparam, delete, func, insert, select

from bowerbird.storage.database.event_tables import events, messages
from bowerbird.storage.database.unit_of_work import AnyRow, Prepared, UnitOfWork

_e = events.c
COLUMNS = ("id", "application_id", "user_id", "type", "path", "data", "created")
_INSERT = Prepared(insert(events).values({name: bindparam(name) for name in COLUMNS}))


@dataclass(frozen=True, slots=True)
class EventSelection:
    """Which of an application's events: every condition must hold. `types` and `without` are whole event types, None means all."""

    since: int
    users: tuple[str, ...] | None = None
    not_users: tuple[str, ...] = ()
    types: tuple[str, ...] | None = None

    def narrow(self, application_id: str) -> Select[tuple[object, ...]]:
        statement = select(events).where(_e.application_id == application_id, _e.created >= self.since)
        if self.users is not None:
            statement = statement.where(_e.user_id.in_(self.users))
        if self.not_users:
            statement = statement.where(_e.user_id.not_in(self.not_users))
        if self.types is not None:
            statement = statement.where(_e.type.in_(self.types))
        return statement


def insert_events(uow: UnitOfWork, rows: Sequence[tuple[object, ...]]) -> None:
    """Rows in the order of `COLUMNS`."""
    uow.insert_many(_INSERT, COLUMNS, rows)


def find_event(uow: UnitOfWork, application_id: str, event_id: str) -> AnyRow | None:
    return uow.row(select(events).where(_e.application_id == application_id, _e.id == event_id))


def list_events(uow: UnitOfWork, application_id: str, selection: EventSelection, before: str | None, limit: int) -> Sequence[AnyRow]:
    """Newest first; `before` is the id of the last one already seen."""
    statement = selection.narrow(application_id)
    if before is not None:
        seen = select(_e.position).where(_e.application_id == application_id, _e.id == before)
        statement = statement.where(_e.position < seen.scalar_subquery())
    return uow.rows(statement.order_by(_e.position.desc()).limit(limit))


def count_events(uow: UnitOfWork, application_id: str, selection: EventSelection) -> int:
    counted = uow.row(select(func.count()).select_from(selection.narrow(application_id).subquery()))
    return int(counted[0]) if counted else 0


def untold(uow: UnitOfWork, application_id: str, webhook_id: str, types: Sequence[str], since: int) -> Sequence[AnyRow]:
    """Events of some types since a moment for which a webhook has no message, oldest first."""
    told = select(messages.c.id).where(messages.c.event_id == _e.id, messages.c.webhook_id == webhook_id).exists()
    wanted = and_(_e.application_id == application_id, _e.created >= since, _e.type.in_(types), ~told)
    return uow.rows(select(events).where(wanted).order_by(_e.position))


def forget_user(uow: UnitOfWork, application_id: str, user_id: str) -> None:
    uow.execute(delete(events).where(_e.application_id == application_id, _e.user_id == user_id))


def forget_older(uow: UnitOfWork, before: int, most: int) -> int:
    """Delete up to `most` events from before a moment, of every application; how many went."""
    oldest = select(_e.position).where(_e.created < before).order_by(_e.created).limit(most)
    return uow.execute(delete(events).where(_e.position.in_(oldest))).rowcount
