"""Events: written in the unit of work of the change they tell of, together with a message to the webhook that wants to know.

An event is there if and only if the change is: a step that is undone by a crash takes its events with it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, NamedTuple

from bowerbird import codes
from bowerbird.domain import filters
from bowerbird.domain.filters import FilterOperator
from bowerbird.domain.paging import ListPage, Paging
from bowerbird.domain.services import Session
from bowerbird.model.clock import to_milliseconds
from bowerbird.model.event import EventType, MessageState
from bowerbird.model.ids import is_id, new_id
from bowerbird.model.problem import Problem
from bowerbird.storage.rows import events as rows
from bowerbird.storage.rows import messages, webhooks
from bowerbird.storage.rows.events import EventSelection

DESCRIPTIONS: dict[EventType, str] = {
    EventType.ACCOUNT_UPDATED: "when an account is updated",
    EventType.CONNECTION_ACTIVATED: "when a connection is activated",
    EventType.CONNECTION_CREATED: "when a connection is created",
    EventType.CONNECTION_DELETED: "when a connection is deleted",
    EventType.CONNECTION_INVALIDATED: "when a connection is invalidated",
    EventType.CONSENT_CREATED: "when a consent is created",
    EventType.CONSENT_EXPIRED: "when a consent is expired",
    EventType.CONSENT_REMINDER: "when a consent has been active for 90 days since the last update",
    EventType.CONSENT_REVOKED: "when a consent is revoked",
    EventType.CONSENT_UPDATED: "when a consent is updated",
    EventType.CONSENT_WARNING: "when a consent is about to expire",
    EventType.TRANSACTIONS_UPDATED: "when transactions are updated",
    EventType.USER_CREATED: "when an user is created",
    EventType.USER_DELETED: "when an user is deleted",
    EventType.USER_UPDATED: "when an user is updated",
}
"""In the words of the published description."""

_ALLOWED = {"user.id": filters.EQUALITY, "event.entity": filters.EQUALITY, "event.type": filters.EQUALITY}


class Happened(NamedTuple):
    """What an event says. `path` leads to what it is about, without the public URL; `data` is that, as the wire shows it.

    Links in `data` are paths too. Nothing personal belongs into it: it outlives the person's data. A path may lead nowhere later.
    """

    type: EventType
    path: str
    data: Mapping[str, object]


def record_event(session: Session, happened: Happened) -> None:
    """Write an event about something of a user's, and its message."""
    record_events(session, [happened])


def record_events(session: Session, happened: Sequence[Happened]) -> None:
    """Write several events of one moment, in their order."""
    if not happened:
        return
    now = to_milliseconds(session.services.clock.now())
    subscribers = webhooks.subscribers(session.uow, session.tenant.application_id)
    told, sent = [], []
    for each in happened:
        event_id, kind = new_id(), str(each.type)
        told.append((event_id, *session.tenant, kind, each.path, json.dumps(each.data, separators=(",", ":")), now))
        if kind in subscribers:
            about = (session.tenant.user_id, event_id, kind, each.path, None)
            sent.append((new_id(), session.tenant.application_id, subscribers[kind], *about, str(MessageState.PENDING), 0, now, now))
    rows.insert_events(session.uow, told)
    if sent:
        messages.insert_messages(session.uow, sent)
        session.uow.after_commit(session.services.wake)


def forget_user(session: Session) -> None:
    """Take what was told of a user away with the user: what waits to be sent is not sent any more."""
    messages.forget_user(session.uow, *session.tenant)
    rows.forget_user(session.uow, *session.tenant)


def list_events(session: Session, filter: str | None, paging: Paging) -> ListPage:
    """The application's events of the last days, newest first."""
    since = to_milliseconds(session.services.clock.now() - timedelta(seconds=session.services.limits.events_shown_seconds))
    selection = _selected(filter, since)
    found = rows.list_events(session.uow, session.application_id, selection, paging.before, paging.limit)
    return ListPage(found.rows, rows.count_events(session.uow, session.application_id, selection), found.next)


def _selected(filter: str | None, since: int) -> EventSelection:
    users: set[str] | None = None
    not_users: list[str] = []
    types = [str(each) for each in EventType]
    for condition in filters.accept(filter, _ALLOWED):
        wanted, equal = condition.values[0], condition.operator is FilterOperator.EQ
        if condition.property == "user.id":
            if equal:
                users = {wanted} if users is None else users & {wanted}
            else:
                not_users.append(wanted)
            continue
        entity = condition.property == "event.entity"
        types = [kind for kind in types if _is(EventType(kind), wanted, entity=entity) is equal]
    every = len(types) == len(EventType)
    return EventSelection(since, None if users is None else tuple(users), tuple(not_users), None if every else tuple(types))


def _is(kind: EventType, wanted: str, *, entity: bool) -> bool:
    """A type is named whole ("user.created"), as webhooks do, or by what happened ("created"), as events do."""
    return wanted == kind.entity if entity else wanted in (kind.value, kind.verb)


def get_event(session: Session, event_id: str) -> Any:
    """Raises Problem when the application has no such event, or it has been kept for long enough."""
    if not is_id(event_id):
        raise Problem(codes.PATH_PARAMETER_NOT_VALID, parameter="id", pointer="path/id", noun="Event")
    row = rows.find_event(session.uow, session.application_id, event_id)
    if row is None:
        raise Problem(codes.EVENT_NOT_FOUND, parameter="id")
    return row


def get_event_type(type_id: str) -> EventType:
    """Raises Problem for what is no type, or none there is."""
    entity, dot, verb = type_id.partition(".")
    if not (dot and entity.isascii() and entity.isalpha() and verb.isascii() and verb.isalpha()):
        raise Problem(codes.EVENT_TYPE_NOT_VALID, parameter="eventTypeId", pointer="path/id")
    try:
        return EventType(type_id)
    except ValueError:
        raise Problem(codes.EVENT_TYPE_NOT_FOUND, parameter="eventTypeId") from None
