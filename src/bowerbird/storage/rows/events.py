"""Events as rows: written with the change they tell of, read newest first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import and_, bindparam, delete, insert, select

from bowerbird.storage.database.event_tables import events, messages
from bowerbird.storage.database.keyset import Condition, Found, Keyset
from bowerbird.storage.database.unit_of_work import AnyRow, Prepared, UnitOfWork

_e = events.c
COLUMNS = ("id", "application_id", "user_id", "type", "path", "data", "created")
_INSERT = Prepared(insert(events).values({name: bindparam(name) for name in COLUMNS}))


@dataclass(frozen=True, slots=True)
class EventSelection:
    """Which of an application's events: every condition must hold. None means all; `types` are whole types, `users` is one at most."""

    since: int
    users: tuple[str, ...] | None = None
    not_users: tuple[str, ...] = ()
    types: tuple[str, ...] | None = None

    def keyset(self, application_id: str) -> Keyset:
        own = [_e.application_id == application_id, *([_e.user_id == self.users[0]] if self.users else [])]
        if self.users == () or self.types == ():
            return Keyset(events, [])
        types, others = self.types, self.not_users
        if types is None or self.users or others:
            filtered: list[Condition] = [] if types is None else [lambda c: c.type.in_(types)]
            return Keyset(events, [own], self.since, filtered=[*filtered, *([lambda c: c.user_id.not_in(others)] if others else [])])
        return Keyset(events, [[*own, _e.type == kind] for kind in types], self.since)


def insert_events(uow: UnitOfWork, rows: Sequence[tuple[object, ...]]) -> None:
    """Rows in the order of `COLUMNS`."""
    uow.insert_many(_INSERT, COLUMNS, rows)


def find_event(uow: UnitOfWork, application_id: str, event_id: str) -> AnyRow | None:
    return uow.row(select(events).where(_e.application_id == application_id, _e.id == event_id))


def list_events(uow: UnitOfWork, application_id: str, selection: EventSelection, seen: str | None, limit: int) -> Found:
    """Newest first; `seen` is the id of the last one already seen."""
    return selection.keyset(application_id).page(uow, application_id, seen, limit)


def count_events(uow: UnitOfWork, application_id: str, selection: EventSelection) -> int:
    """Counted as far as a Keyset counts."""
    return selection.keyset(application_id).count(uow)


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
