"""Messages to webhooks: their log, test messages, and sending again what was missed."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from bowerbird import codes
from bowerbird.domain import filters
from bowerbird.domain.filters import Condition, FilterOperator
from bowerbird.domain.paging import ListPage, Paging
from bowerbird.domain.services import Services, Session
from bowerbird.model.clock import to_milliseconds
from bowerbird.model.event import EventType, MessageState, WebhookStatus
from bowerbird.model.ids import is_id, new_id
from bowerbird.model.problem import Problem
from bowerbird.storage.rows import events, webhooks
from bowerbird.storage.rows import messages as rows
from bowerbird.storage.rows.messages import MessageSelection

SHOWN_STATES = {
    MessageState.PENDING: "Pending",
    MessageState.DELIVERED: "Success",
    MessageState.FAILED: "Failed",
    MessageState.HELD: "Failed",
}
"""States in the words that the published description has for attempts."""

_FIELDS = {"eventTypeId": "types", "eventId": "events"}
_ALLOWED = {
    f"{prefix}{name}": operators
    for prefix in ("", "message.")
    for name, operators in {**dict.fromkeys((*_FIELDS, "webhookId", "status"), filters.EQUALITY), "date": filters.ORDER}.items()
}
_LONGEST_TEXT = 1000
_DAY = timedelta(days=1)


def list_messages(session: Session, webhook: Any, filter: str | None, paging: Paging) -> ListPage:
    """Messages to a webhook, newest first."""
    readers = dict.fromkeys(("date", "message.date"), _day)
    selection = _selected(webhook.id, filters.accept(filter, _ALLOWED, readers))
    found = rows.list_messages(session.uow, webhook.application_id, webhook.id, selection, paging.before, paging.limit)
    return ListPage(found.rows, rows.count_messages(session.uow, webhook.application_id, webhook.id, selection), found.next)


def _day(operator: FilterOperator, value: str) -> str:
    try:
        return filters.day(operator, value)
    except Problem:  # its words are those of post dates
        raise filters.not_valid() from None


def _selected(webhook_id: str, conditions: list[Condition]) -> MessageSelection:
    """Every condition must hold."""
    selection = MessageSelection()
    for condition in conditions:
        name, value = condition.property.removeprefix("message."), condition.values[0]
        equal = condition.operator is FilterOperator.EQ
        if name == "status":
            states = [str(state) for state, shown in SHOWN_STATES.items() if (shown.lower() == value.lower()) is equal]
            selection = replace(selection, states=_both(selection.states, states))
        elif name == "date":
            first, behind = _span(condition.operator, [datetime.fromisoformat(each).replace(tzinfo=UTC) for each in condition.values])
            selection = replace(selection, since=max(first, selection.since), before=min(behind, selection.before or behind))
        elif name == "webhookId":
            selection = selection if (value == webhook_id) is equal else replace(selection, states=())
        else:
            field = _FIELDS[name]
            change = (
                {field: _both(getattr(selection, field), [value])}
                if equal
                else {f"not_{field}": (*getattr(selection, f"not_{field}"), value)}
            )
            selection = replace(selection, **change)
    return selection


def _both(before: tuple[str, ...] | None, wanted: list[str]) -> tuple[str, ...]:
    return tuple(each for each in wanted if before is None or each in before)


def _span(operator: FilterOperator, days: list[datetime]) -> tuple[int, int]:
    """First millisecond, and the first one behind, of what a condition on days admits."""
    first, behind = to_milliseconds(days[0]), to_milliseconds(days[-1] + _DAY)
    ends = {
        FilterOperator.LT: (0, first),
        FilterOperator.LTEQ: (0, behind),
        FilterOperator.GT: (behind, 2**62),
        FilterOperator.GTEQ: (first, 2**62),
    }
    return ends.get(operator, (first, behind))


def find_message(session: Session, webhook: Any, message_id: str) -> Any:
    """Raises Problem when nothing of that id was sent to the webhook."""
    if not is_id(message_id):
        raise Problem(codes.PATH_PARAMETER_NOT_VALID, parameter="messageId", pointer="path/messageId", noun="Message")
    row = rows.find_message(session.uow, webhook.application_id, webhook.id, message_id)
    if row is None:
        raise Problem(codes.MESSAGE_NOT_FOUND, parameter="messageId")
    return row


def create_test_message(session: Session, kind: str, text: str | None) -> None:
    """A message of a type to the webhook that is told of it, without an event behind it. Raises Problem."""
    if kind not in set(EventType):
        raise Problem(codes.EVENT_TYPE_UNKNOWN, parameter="eventTypeId", pointer="message/eventTypeId")
    if text is not None and len(text) > _LONGEST_TEXT:
        raise Problem(codes.REQUEST_BODY_NOT_VALID, parameter="Text", pointer="message/Text")
    webhook_id = webhooks.subscribers(session.uow, session.application_id).get(kind)
    if webhook_id is None:
        raise Problem(codes.NO_WEBHOOKS_FOUND, application=session.application_id)
    now = to_milliseconds(session.services.clock.now())
    about = (None, new_id(), kind, None, text or "")
    rows.insert_messages(session.uow, [(new_id(), session.application_id, webhook_id, *about, str(MessageState.PENDING), 0, now, now)])
    session.uow.after_commit(session.services.wake)


def resend_message(session: Session, message: Any) -> None:
    """Send a message again, under the same id and from the ladder's first rung; one that waits goes out now instead of later."""
    fresh = {} if message.state == MessageState.PENDING else {"attempts": 0}
    due = {"state": str(MessageState.PENDING), "due_at": to_milliseconds(session.services.clock.now())}
    rows.update_message(session.uow, message.application_id, message.id, **due, **fresh)
    session.uow.after_commit(session.services.wake)


def replay_webhook(session: Session, webhook: Any, since: str) -> int:
    """Send again what a webhook has missed since a moment: messages that failed, and events it was not told of while disabled.

    How many messages that are. A disabled webhook is active again.
    """
    now = to_milliseconds(session.services.clock.now())
    start = _moment(session.services, since)
    count = rows.requeue(session.uow, webhook.application_id, webhook.id, start, now)
    types = [kind for kind, owner in webhooks.subscriptions_of(session.uow, webhook.application_id).items() if owner == webhook.id]
    missed = events.untold(session.uow, webhook.application_id, webhook.id, types, start)
    pending = (str(MessageState.PENDING), 0, now, now)
    rows.insert_messages(
        session.uow, [(new_id(), row.application_id, webhook.id, row.user_id, row.id, row.type, row.path, None, *pending) for row in missed]
    )
    webhooks.update_webhook(session.uow, webhook.application_id, webhook.id, status=str(WebhookStatus.ACTIVE))
    session.uow.after_commit(session.services.wake)
    return count + len(missed)


def _moment(services: Services, text: str) -> int:
    """An RFC 3339 moment that events are still kept for. Raises Problem."""
    days = services.limits.events_kept_days
    refusal = Problem(codes.SINCE_NOT_VALID, parameter="since", pointer="replay/since", days=days)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise refusal from None
    now = services.clock.now()
    if moment.tzinfo is None or not now - days * _DAY <= moment <= now:
        raise refusal
    return to_milliseconds(moment)
