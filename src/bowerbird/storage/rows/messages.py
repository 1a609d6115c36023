"""Messages to webhooks: rows with a moment at which they are due, and a log of what came of each attempt."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import starmap

import msgspec
from sqlalchemy import Select, and_, delete, insert, select, text, update

from bowerbird.model.event import EventType, MessageState
from bowerbird.storage.database.keyset import Clause, ColumnCondition, KeyedRow, Keyset, KeysetPage, ListCursor
from bowerbird.storage.database.schema import unindexed
from bowerbird.storage.database.tables import message_attempts, messages
from bowerbird.storage.database.unit_of_work import ManyRows, StoredRow, UnitOfWork

_m, _a = messages.c, message_attempts.c
_PENDING = text("state = 'pending'")
"""As the indexes of pending messages have it."""
UNDELIVERED = (MessageState.FAILED, MessageState.HELD)
"""States of a message whose delivery was given up."""


class MessageRow(KeyedRow, frozen=True):
    """A message. `path` and `user_id` are None for a test message, `text` for any other; `attempts` counts since it was last queued."""

    application_id: str
    webhook_id: str
    user_id: str | None
    event_id: str
    type: EventType
    path: str | None
    text: str | None
    state: MessageState
    attempts: int
    due_at: int
    created: int


class AttemptRow(StoredRow, frozen=True):
    """One attempt. `status` is None where no answer came, and `response` says why; `answer` is how the body of a refusal began."""

    id: str
    application_id: str
    message_id: str
    url: str
    status: int | None
    response: str
    moment: int
    milliseconds: int | None
    answer: str | None


_MESSAGE = select(*MessageRow.columns(messages))
_COLUMNS = MessageRow.__struct_fields__
_ROWS = ManyRows(messages, _COLUMNS)


@dataclass(frozen=True, slots=True)
class MessageSelection:
    """Which of a webhook's messages: every condition must hold. None means all, `events` is one at most.

    `since` and `before` bound in milliseconds when they were written.
    """

    states: tuple[str, ...] | None = None
    types: tuple[str, ...] | None = None
    events: tuple[str, ...] | None = None
    not_types: tuple[str, ...] = ()
    not_events: tuple[str, ...] = ()
    since: int = 0
    before: int | None = None

    @property
    def is_empty(self) -> bool:
        """Whether no message can meet the conditions."""
        return () in (self.states, self.types, self.events)

    def keyset(self, application_id: str, webhook_id: str) -> Keyset[MessageRow]:
        equal = {"application_id": application_id, "webhook_id": webhook_id}
        wanted = {"state": self.states, "type": self.types, "event_id": self.events}
        chosen = {name: values for name, values in wanted.items() if values is not None}
        unwanted = {name: values for name, values in {"type": self.not_types, "event_id": self.not_events}.items() if values}
        alone = next(iter(chosen)) if len(chosen) == 1 and not unwanted else "event_id" if self.events else None
        ranges = None if alone is None else ColumnCondition(alone, chosen.pop(alone))
        filtered = [
            *starmap(ColumnCondition, chosen.items()),
            *(ColumnCondition(name, values, negated=True) for name, values in unwanted.items()),
        ]
        return Keyset(MessageRow, messages, equal, ranges, self.since, self.before, filtered)


def insert_messages(uow: UnitOfWork, rows: Sequence[MessageRow]) -> None:
    uow.insert_many(_ROWS, [_stored(row) for row in rows])


def _stored(row: MessageRow) -> tuple[str | int | None, ...]:
    """A message as the driver takes it, in the order of its columns."""
    about = (row.id, row.application_id, row.webhook_id, row.user_id, row.event_id, row.type.value, row.path, row.text)
    return *about, row.state.value, row.attempts, row.due_at, row.created


def find_message(uow: UnitOfWork, application_id: str, webhook_id: str, message_id: str) -> MessageRow | None:
    own = and_(_m.application_id == application_id, _m.webhook_id == webhook_id, _m.id == message_id)
    return uow.one(MessageRow, _MESSAGE.where(own))


def list_messages(
    uow: UnitOfWork, application_id: str, webhook_id: str, selection: MessageSelection, seen: ListCursor | None, limit: int
) -> KeysetPage[MessageRow]:
    """Newest first; `seen` is the last one already seen."""
    return KeysetPage([], None) if selection.is_empty else selection.keyset(application_id, webhook_id).page(uow, seen, limit)


def count_messages(uow: UnitOfWork, application_id: str, webhook_id: str, selection: MessageSelection) -> int:
    """Counted as far as a Keyset counts."""
    return 0 if selection.is_empty else selection.keyset(application_id, webhook_id).count(uow)


def list_messages_of_event(uow: UnitOfWork, application_id: str, event_id: str) -> list[MessageRow]:
    """The messages about an event, one for each webhook that it was sent to."""
    return uow.all(
        MessageRow, _MESSAGE.where(unindexed(_m.application_id) == application_id, _m.event_id == event_id).order_by(_m.position)
    )


def update_message(uow: UnitOfWork, application_id: str, message_id: str, **values: object) -> None:
    uow.execute(update(messages).where(_m.application_id == application_id, _m.id == message_id).values(**values))


def list_attempts(uow: UnitOfWork, application_id: str, message_id: str) -> list[AttemptRow]:
    """Newest first."""
    own = and_(_a.application_id == application_id, _a.message_id == message_id)
    return uow.all(AttemptRow, select(*AttemptRow.columns(message_attempts)).where(own).order_by(_a.moment.desc(), _a.id.desc()))


def _delete(uow: UnitOfWork, chosen: Clause) -> int:
    uow.execute(delete(message_attempts).where(_a.message_id.in_(select(_m.id).where(chosen))))
    return uow.execute(delete(messages).where(chosen)).rowcount


def delete_messages_of_webhook(uow: UnitOfWork, application_id: str, webhook_id: str) -> None:
    _delete(uow, and_(_m.application_id == application_id, _m.webhook_id == webhook_id))


def delete_messages_of_user(uow: UnitOfWork, application_id: str, user_id: str) -> None:
    _delete(uow, and_(_m.application_id == application_id, _m.user_id == user_id))


def delete_old_messages(uow: UnitOfWork, before: int, most: int) -> int:
    """Delete up to `most` settled messages from before a moment (milliseconds), of every application; how many were deleted."""
    settled = and_(_m.created < before, _m.state != MessageState.PENDING)
    oldest = uow.rows(select(_m.position).where(settled).order_by(_m.created).limit(most))
    return _delete(uow, _m.position.in_([row[0] for row in oldest])) if oldest else 0


def requeue_messages(uow: UnitOfWork, application_id: str, webhook_id: str, since: int, now: int) -> int:
    """Make due again the messages written since a moment that were not delivered; how many. Moments in milliseconds."""
    own = and_(_m.application_id == application_id, _m.webhook_id == webhook_id, _m.created >= since)
    missed = and_(own, _m.state.in_(UNDELIVERED))
    return uow.execute(update(messages).where(missed).values(state=MessageState.PENDING, attempts=0, due_at=now)).rowcount


def requeue_oldest(uow: UnitOfWork, application_id: str, webhook_id: str, since: int, now: int, most: int) -> int:
    """The same for the oldest `most` of them."""
    own = and_(_m.application_id == application_id, _m.webhook_id == webhook_id, _m.created >= since)
    oldest = [row[0] for state in UNDELIVERED for row in uow.rows(_oldest_of(own, state, most))][:most]
    if not oldest:
        return 0
    chosen = update(messages).where(_m.position.in_(oldest), _m.state.in_(UNDELIVERED))
    return uow.execute(chosen.values(state=MessageState.PENDING, attempts=0, due_at=now)).rowcount


def _oldest_of(own: Clause, state: MessageState, most: int) -> Select[tuple[int]]:
    return select(_m.position).where(own, _m.state == state).order_by(_m.created, _m.position).limit(most)


# ── Delivery: across tenants, since a process delivers the messages of all of them ───────────────────────────────────────────


class WaitingWebhook(StoredRow, frozen=True):
    """A webhook with pending messages: until when another process delivers them, and when the first is or was due (milliseconds)."""

    id: str
    application_id: str
    lease_until: int | None
    due_at: int


_WAITING = text("""
WITH RECURSIVE waiting(webhook_id) AS (
  SELECT min(webhook_id) FROM messages WHERE state = 'pending'
  UNION ALL
  SELECT (SELECT min(m.webhook_id) FROM messages m WHERE m.state = 'pending' AND m.webhook_id > waiting.webhook_id)
  FROM waiting WHERE waiting.webhook_id IS NOT NULL
)
SELECT w.id, w.application_id, w.lease_until,
       (SELECT min(m.due_at) FROM messages m WHERE m.state = 'pending' AND m.webhook_id = w.id) AS due_at
FROM waiting JOIN webhooks w ON w.id = waiting.webhook_id JOIN applications a ON a.id = w.application_id
WHERE w.status = 'active' AND NOT a.disabled
""")
"""Hops from webhook to webhook along the index of pending messages: the cost grows with the webhooks that have some, not with the
messages they have."""


def list_waiting_webhooks(uow: UnitOfWork) -> list[WaitingWebhook]:
    """Every enabled webhook with pending messages, the one due first at the head."""
    return sorted(uow.all(WaitingWebhook, _WAITING), key=lambda row: row.due_at)


def oldest_pending(uow: UnitOfWork, application_id: str, webhook_id: str) -> MessageRow | None:
    """The pending message of a webhook that was written first: `attempts` says how often it has failed."""
    own = and_(_m.application_id == application_id, _m.webhook_id == webhook_id, _m.state == MessageState.PENDING)
    return uow.one(MessageRow, _MESSAGE.where(own).order_by(_m.created, _m.position).limit(1))


def first_due(uow: UnitOfWork) -> int | None:
    """The earliest moment (milliseconds) at which a pending message is or was due, on its way or not."""
    return min((row.due_at for row in uow.all(WaitingWebhook, _WAITING)), default=None)


def due_messages(uow: UnitOfWork, webhook_id: str, now: int, most: int) -> list[MessageRow]:
    """In the order they became due, and of those due at once in the order they were written."""
    due = and_(_m.webhook_id == webhook_id, _PENDING, _m.due_at <= now)
    return uow.all(MessageRow, _MESSAGE.where(due).order_by(_m.due_at, _m.position).limit(most))


def settle_message(uow: UnitOfWork, message_id: str, **values: object) -> bool:
    """Write what an attempt led to. False when the message is gone, or no longer waits."""
    pending = and_(_m.id == message_id, _m.state == MessageState.PENDING)
    return uow.execute(update(messages).where(pending).values(**values)).rowcount == 1


def insert_attempts(uow: UnitOfWork, rows: Sequence[AttemptRow]) -> None:
    uow.execute(insert(message_attempts), [msgspec.structs.asdict(row) for row in rows])


def hold_all_messages(uow: UnitOfWork) -> None:
    """Stop every pending message: in a copy of a database, since the original sends them."""
    uow.execute(update(messages).where(_PENDING).values(state=MessageState.HELD))


def hold_messages(uow: UnitOfWork, webhook_id: str) -> None:
    """Stop every pending message to a webhook."""
    uow.execute(update(messages).where(_m.webhook_id == webhook_id, _PENDING).values(state=MessageState.HELD))
