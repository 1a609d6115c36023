"""Events: written in the unit of work of the change they record, together with a message to the webhook that subscribes to them.

An event is there if and only if the change is: a step that is undone by a crash takes its events with it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import NamedTuple

from bowerbird import codes
from bowerbird.domain import filters
from bowerbird.domain.filters import FilterOperator
from bowerbird.domain.paging import ListPage, Paging, cursor_of, next_of
from bowerbird.domain.services import Session
from bowerbird.model.clock import to_milliseconds
from bowerbird.model.event import EventType, MessageState
from bowerbird.model.ids import is_id, new_id
from bowerbird.model.json_value import JsonObject
from bowerbird.model.problem import Problem
from bowerbird.storage.rows import events as rows
from bowerbird.storage.rows import messages, webhooks
from bowerbird.storage.rows.events import EventRow as EventRow  # noqa: PLC0414  (for those who read events)
from bowerbird.storage.rows.events import EventSelection
from bowerbird.storage.rows.messages import MessageRow

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
    """An event to record. `path` leads to what it is about, without the public URL; `data` is that, as the wire shows it.

    Links in `data` are paths too. Nothing personal belongs into it: it outlives the person's data. A path may lead nowhere later.
    """

    type: EventType
    path: str
    data: JsonObject


def record_event(session: Session, happened: Happened) -> None:
    """Write an event about something of a user's, and its message."""
    record_events(session, [happened])


def record_events(session: Session, happened: Sequence[Happened]) -> None:
    """Write several events of one moment, in their order."""
    if not happened:
        return
    now = to_milliseconds(session.services.clock.now())
    events = [EventRow(new_id(), *session.tenant, change.type, change.path, change.data, now) for change in happened]
    rows.insert_events(session.uow, events)
    subscriptions = webhooks.active_subscriptions(session.uow, session.application_id)
    about = [message_about(event, subscriptions[event.type], now) for event in events if event.type in subscriptions]
    if about:
        messages.insert_messages(session.uow, about)
        session.uow.after_commit(session.services.wake)


def message_about(event: EventRow, webhook_id: str, now: int) -> MessageRow:
    """The message that sends an event to a webhook, due now (milliseconds)."""
    return MessageRow(
        id=new_id(), application_id=event.application_id, webhook_id=webhook_id, user_id=event.user_id, event_id=event.id, type=event.type,
        path=event.path, text=None, state=MessageState.PENDING, attempts=0, due_at=now, created=now,
    )  # fmt: skip


def delete_events_of_user(session: Session) -> None:
    """Delete a user's events, and the messages about them: those that are pending are not sent any more."""
    messages.delete_messages_of_user(session.uow, *session.tenant)
    rows.delete_events_of_user(session.uow, *session.tenant)


def list_events(session: Session, filter: str | None, paging: Paging) -> ListPage[EventRow]:
    """The application's events of the last days, newest first."""
    since = to_milliseconds(session.services.clock.now() - timedelta(seconds=session.services.limits.events_shown_seconds))
    selection = _selected(filter, since)
    before = cursor_of(session.services.vault, paging.before)
    page = rows.list_events(session.uow, session.application_id, selection, before, paging.limit)
    return ListPage(
        page.rows, rows.count_events(session.uow, session.application_id, selection), next_of(session.services.vault, page.next)
    )


def _selected(filter: str | None, since: int) -> EventSelection:
    users: set[str] | None = None
    not_users: list[str] = []
    types = list(EventType)
    for condition in filters.accept(filter, _ALLOWED):
        wanted, equal = condition.values[0], condition.operator is FilterOperator.EQ
        if condition.property == "user.id":
            if equal:
                users = {wanted} if users is None else users & {wanted}
            else:
                not_users.append(wanted)
            continue
        entity = condition.property == "event.entity"
        types = [kind for kind in types if _is(kind, wanted, entity=entity) is equal]
    every = len(types) == len(EventType)
    return EventSelection(since, None if users is None else tuple(users), tuple(not_users), None if every else tuple(types))


def _is(kind: EventType, wanted: str, *, entity: bool) -> bool:
    """A type is named whole ("user.created"), as webhooks do, or by what happened ("created"), as events do."""
    return wanted == kind.entity if entity else wanted in (kind.value, kind.verb)


def get_event(session: Session, event_id: str) -> EventRow:
    """Raises Problem when the application has no such event, or it was deleted because of its age."""
    if not is_id(event_id):
        raise Problem(codes.PATH_PARAMETER_NOT_VALID, parameter="id", pointer="path/id", noun="Event")
    row = rows.find_event(session.uow, session.application_id, event_id)
    if row is None:
        raise Problem(codes.EVENT_NOT_FOUND, parameter="id")
    return row


def find_event(session: Session, event_id: str) -> EventRow | None:
    return rows.find_event(session.uow, session.application_id, event_id)


def get_event_type(type_id: str) -> EventType:
    """Raises Problem for what is no type, or none there is."""
    entity, dot, verb = type_id.partition(".")
    if not (dot and entity.isascii() and entity.isalpha() and verb.isascii() and verb.isalpha()):
        raise Problem(codes.EVENT_TYPE_NOT_VALID, parameter="eventTypeId", pointer="path/id")
    try:
        return EventType(type_id)
    except ValueError:
        raise Problem(codes.EVENT_TYPE_NOT_FOUND, parameter="eventTypeId") from None
