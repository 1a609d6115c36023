"""Events as rows: written with the change they record, read newest first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec
from sqlalchemy import and_, delete, select, update

from bowerbird.model.event import EventType
from bowerbird.model.json_value import JsonObject
from bowerbird.storage.database.keyset import ColumnCondition, KeyedRow, Keyset, KeysetPage, ListCursor
from bowerbird.storage.database.tables import events, messages
from bowerbird.storage.database.unit_of_work import ManyRows, UnitOfWork

_e = events.c


class EventRow(KeyedRow, frozen=True):
    """An event. `path` leads to what it is about, without the public URL; `data` is that as the wire shows it, links as paths."""

    application_id: str
    user_id: str
    type: EventType
    path: str
    data: JsonObject
    created: int


_EVENT = select(*EventRow.columns(events))
_COLUMNS = EventRow.__struct_fields__
_ROWS = ManyRows(events, _COLUMNS)


@dataclass(frozen=True, slots=True)
class EventSelection:
    """Which of an application's events: every condition must hold. None means all; `types` are whole types, `users` is one at most."""

    since: int
    users: tuple[str, ...] | None = None
    not_users: tuple[str, ...] = ()
    types: tuple[str, ...] | None = None

    @property
    def is_empty(self) -> bool:
        """Whether no event can meet the conditions."""
        return () in (self.users, self.types)

    def keyset(self, application_id: str) -> Keyset[EventRow]:
        equal = {"application_id": application_id} | ({"user_id": self.users[0]} if self.users else {})
        types = None if self.types is None else ColumnCondition("type", self.types)
        if types is None or self.users or self.not_users:
            others = ColumnCondition("user_id", self.not_users, negated=True) if self.not_users else None
            return Keyset(EventRow, events, equal, since=self.since, filtered=[each for each in (types, others) if each])
        return Keyset(EventRow, events, equal, types, self.since)


def insert_events(uow: UnitOfWork, rows: Sequence[EventRow]) -> None:
    uow.insert_many(_ROWS, [_stored(row) for row in rows])


def _stored(row: EventRow) -> tuple[str | int, ...]:
    """An event as the driver takes it, in the order of its columns."""
    data = msgspec.json.encode(row.data).decode()
    return row.id, row.application_id, row.user_id, row.type.value, row.path, data, row.created


def find_event(uow: UnitOfWork, application_id: str, event_id: str) -> EventRow | None:
    return uow.one(EventRow, _EVENT.where(_e.application_id == application_id, _e.id == event_id))


def events_of_user(uow: UnitOfWork, application_id: str, user_id: str) -> list[EventRow]:
    """All that are kept, newest first."""
    own = _EVENT.where(_e.application_id == application_id, _e.user_id == user_id)
    return uow.all(EventRow, own.order_by(_e.created.desc(), _e.position.desc()))


def list_events(
    uow: UnitOfWork, application_id: str, selection: EventSelection, seen: ListCursor | None, limit: int
) -> KeysetPage[EventRow]:
    """Newest first; `seen` is the last one already seen."""
    return KeysetPage([], None) if selection.is_empty else selection.keyset(application_id).page(uow, seen, limit)


def count_events(uow: UnitOfWork, application_id: str, selection: EventSelection) -> int:
    """Counted as far as a Keyset counts."""
    return 0 if selection.is_empty else selection.keyset(application_id).count(uow)


def missed_events(uow: UnitOfWork, application_id: str, webhook_id: str, types: Sequence[EventType], since: int) -> list[EventRow]:
    """Events of some types since a moment (milliseconds) for which a webhook has no message, oldest first."""
    sent = select(messages.c.id).where(messages.c.event_id == _e.id, messages.c.webhook_id == webhook_id).exists()
    wanted = and_(_e.application_id == application_id, _e.created >= since, _e.type.in_(types), ~sent)
    return uow.all(EventRow, _EVENT.where(wanted).order_by(_e.position))


def delete_events_of_user(uow: UnitOfWork, application_id: str, user_id: str) -> None:
    uow.execute(delete(events).where(_e.application_id == application_id, _e.user_id == user_id))


def delete_descriptions(uow: UnitOfWork, application_id: str, user_id: str) -> None:
    """Take from a user's events about accounts what an account is, which the user does not share any more."""
    own = (_e.application_id == application_id, _e.user_id == user_id, _e.type == EventType.ACCOUNT_UPDATED)
    for event in uow.all(EventRow, _EVENT.where(*own)):
        kept = {name: value for name, value in event.data.items() if name != "class"}
        uow.execute(update(events).where(_e.application_id == application_id, _e.id == event.id).values(data=kept))


def delete_old_events(uow: UnitOfWork, before: int, most: int) -> int:
    """Delete up to `most` events from before a moment (milliseconds), of every application; how many were deleted."""
    oldest = select(_e.position).where(_e.created < before).order_by(_e.created).limit(most)
    return uow.execute(delete(events).where(_e.position.in_(oldest))).rowcount
