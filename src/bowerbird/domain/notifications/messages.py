"""Messages to webhooks: their log, test messages, and sending again what was missed."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from bowerbird import codes
from bowerbird.domain import filters
from bowerbird.domain.filters import Condition, FilterOperator
from bowerbird.domain.notifications.events import message_about
from bowerbird.domain.notifications.webhooks import enable_webhook
from bowerbird.domain.paging import ListPage, Paging, cursor_of, next_of
from bowerbird.domain.services import Services, Session
from bowerbird.model.clock import to_milliseconds
from bowerbird.model.days import DAY_MS
from bowerbird.model.event import EventType, MessageState, WebhookStatus
from bowerbird.model.ids import is_id, new_id
from bowerbird.model.problem import Problem
from bowerbird.storage.rows import events, webhooks
from bowerbird.storage.rows import messages as rows
from bowerbird.storage.rows.messages import UNDELIVERED, MessageSelection
from bowerbird.storage.rows.messages import AttemptRow as AttemptRow  # noqa: PLC0414  (for those who read messages)
from bowerbird.storage.rows.messages import MessageRow as MessageRow  # noqa: PLC0414
from bowerbird.storage.rows.webhooks import WebhookRow

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


def list_messages(session: Session, webhook: WebhookRow, filter: str | None, paging: Paging) -> ListPage[MessageRow]:
    """Messages to a webhook, newest first."""
    readers = dict.fromkeys(("date", "message.date"), _day)
    selection = _selected(webhook.id, filters.accept(filter, _ALLOWED, readers))
    before = cursor_of(session.services.vault, paging.before)
    page = rows.list_messages(session.uow, webhook.application_id, webhook.id, selection, before, paging.limit)
    return ListPage(
        page.rows,
        rows.count_messages(session.uow, webhook.application_id, webhook.id, selection),
        next_of(session.services.vault, page.next),
    )


def list_messages_of_event(session: Session, event_id: str) -> list[MessageRow]:
    """The messages about an event, one for each webhook that it was sent to."""
    return rows.list_messages_of_event(session.uow, session.application_id, event_id)


def list_attempts(session: Session, message_id: str) -> list[AttemptRow]:
    """Newest first."""
    return rows.list_attempts(session.uow, session.application_id, message_id)


def count_pending_messages(session: Session, webhook_id: str) -> int:
    """Counted as far as a Keyset counts."""
    pending = MessageSelection(states=(MessageState.PENDING,))
    return rows.count_messages(session.uow, session.application_id, webhook_id, pending)


def find_disabling_message(session: Session, webhook: WebhookRow) -> MessageRow | None:
    """The message whose last attempt disabled a webhook; None where none has failed since the webhook was last enabled or changed."""
    failed = MessageSelection(states=(MessageState.FAILED,))
    newest = rows.list_messages(session.uow, webhook.application_id, webhook.id, failed, None, 1).rows
    attempts = rows.list_attempts(session.uow, webhook.application_id, newest[0].id) if newest else []
    return newest[0] if attempts and attempts[0].moment >= webhook.updated else None


def _day(operator: FilterOperator, value: str) -> str:
    try:
        return filters.day(operator, value)
    except Problem:  # its text is that of post dates
        raise filters.not_valid() from None


def _selected(webhook_id: str, conditions: list[Condition]) -> MessageSelection:
    """Every condition must hold."""
    selection = MessageSelection()
    for condition in conditions:
        name, value = condition.property.removeprefix("message."), condition.values[0]
        equal = condition.operator is FilterOperator.EQ
        if name == "status":
            states = [state.value for state, shown in SHOWN_STATES.items() if (shown.lower() == value.lower()) is equal]
            selection = replace(selection, states=_both(selection.states, states))
        elif name == "date":
            first, behind = _span(condition.operator, [datetime.fromisoformat(day).replace(tzinfo=UTC) for day in condition.values])
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
    return tuple(value for value in wanted if before is None or value in before)


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


def find_message(session: Session, webhook: WebhookRow, message_id: str) -> MessageRow:
    """Raises Problem when the webhook has no message of that id."""
    if not is_id(message_id):
        raise Problem(codes.PATH_PARAMETER_NOT_VALID, parameter="messageId", pointer="path/messageId", noun="Message")
    row = rows.find_message(session.uow, webhook.application_id, webhook.id, message_id)
    if row is None:
        raise Problem(codes.MESSAGE_NOT_FOUND, parameter="messageId")
    return row


def create_test_message(session: Session, kind: str, text: str | None) -> MessageRow:
    """Queue a message of a type, without an event, to the webhook that subscribes to the type. Raises Problem."""
    if kind not in set(EventType):
        raise Problem(codes.EVENT_TYPE_UNKNOWN, parameter="eventTypeId", pointer="message/eventTypeId")
    if text is not None and len(text) > _LONGEST_TEXT:
        raise Problem(codes.REQUEST_BODY_NOT_VALID, parameter="Text", pointer="message/Text")
    webhook_id = webhooks.active_subscriptions(session.uow, session.application_id).get(kind)
    if webhook_id is None:
        raise Problem(codes.NO_WEBHOOKS_FOUND, application=session.application_id)
    now = to_milliseconds(session.services.clock.now())
    message = MessageRow(
        id=new_id(), application_id=session.application_id, webhook_id=webhook_id, user_id=None, event_id=new_id(), type=EventType(kind),
        path=None, text=text or "", state=MessageState.PENDING, attempts=0, due_at=now, created=now,
    )  # fmt: skip
    rows.insert_messages(session.uow, [message])
    session.uow.after_commit(session.services.wake)
    return message


def resend_message(session: Session, message: MessageRow) -> None:
    """Send a message again, under the same id and with all its attempts; a pending one is sent now instead of later."""
    attempts = message.attempts if message.state is MessageState.PENDING else 0
    now = to_milliseconds(session.services.clock.now())
    rows.update_message(session.uow, message.application_id, message.id, state=MessageState.PENDING, due_at=now, attempts=attempts)
    session.uow.after_commit(session.services.wake)


def replay_webhook(session: Session, webhook: WebhookRow, since: str) -> int:
    """Queue what a webhook has missed since a moment (RFC 3339): messages that failed, and events it got no message about while disabled.

    Returns the number of messages. A disabled webhook is enabled.
    """
    now = to_milliseconds(session.services.clock.now())
    start = _moment(session.services, since)
    count = rows.requeue_messages(session.uow, webhook.application_id, webhook.id, start, now)
    types = [kind for kind, owner in webhooks.list_subscriptions(session.uow, webhook.application_id).items() if owner == webhook.id]
    missed = events.missed_events(session.uow, webhook.application_id, webhook.id, types, start)
    rows.insert_messages(session.uow, [message_about(event, webhook.id, now) for event in missed])
    webhooks.update_webhook(session.uow, webhook.application_id, webhook.id, status=WebhookStatus.ACTIVE)
    session.uow.after_commit(session.services.wake)
    return count + len(missed)


def _moment(services: Services, text: str) -> int:
    """A moment (RFC 3339) since which events are kept, in milliseconds. Raises Problem."""
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


# ── Of all webhooks together ──────────────────────────────────────────────────────────────────────────────────────────────────

MAX_RESENT = 1000
"""Messages of one form, over all webhooks: the oldest first, so that another form goes on behind them."""


class Deliveries(NamedTuple):
    """How the messages to a webhook since a moment stand: `undelivered` were given up, `pending` are on their way.

    Both are counted as far as a list counts. `undelivered` is what a resend would send. `failing` is the oldest pending message where its
    last attempt failed, and `last_attempt` that attempt: those behind it wait too.
    """

    webhook: WebhookRow
    undelivered: int
    pending: int
    failing: MessageRow | None
    last_attempt: AttemptRow | None


def count_deliveries(session: Session, days: int) -> list[Deliveries]:
    """Every webhook of the application, oldest first. Nothing is changed."""
    since = _days_ago(session, days)
    listed = webhooks.list_webhooks(session.uow, session.application_id)
    return [_deliveries_of(session, row, since) for row in listed]


def _deliveries_of(session: Session, row: WebhookRow, since: int) -> Deliveries:
    oldest = rows.oldest_pending(session.uow, session.application_id, row.id)
    attempts = rows.list_attempts(session.uow, session.application_id, oldest.id) if oldest is not None and oldest.attempts else []
    undelivered, pending = _count_of(session, row, UNDELIVERED, since), _count_of(session, row, (MessageState.PENDING,), 0)
    return Deliveries(row, undelivered, pending, oldest if attempts else None, attempts[0] if attempts else None)


def _count_of(session: Session, row: WebhookRow, states: tuple[MessageState, ...], since: int) -> int:
    selection = MessageSelection(states=tuple(state.value for state in states), since=since)
    return rows.count_messages(session.uow, session.application_id, row.id, selection)


def resend_undelivered(session: Session, days: int) -> int:
    """Queue what was given up in the last days, MAX_RESENT messages at most; how many. Their webhooks are enabled where they were not.

    Each message keeps its id and its attempts; the order in which a webhook gets them is that in which they were written.
    """
    now, since, left = to_milliseconds(session.services.clock.now()), _days_ago(session, days), MAX_RESENT
    for row in webhooks.list_webhooks(session.uow, session.application_id):
        queued = rows.requeue_oldest(session.uow, session.application_id, row.id, since, now, left) if left else 0
        left -= queued
        if queued and row.status is WebhookStatus.DISABLED:
            enable_webhook(session, row)
    session.uow.after_commit(session.services.wake)
    return MAX_RESENT - left


def _days_ago(session: Session, days: int) -> int:
    return to_milliseconds(session.services.clock.now()) - days * DAY_MS
