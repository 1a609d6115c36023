"""Messages to webhooks: rows with a moment at which they are due, and a log of what came of each attempt."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import starmap
from typing import Any

from sqlalchemy import and_, bindparam, delete, insert, select, text, update

from bowerbird.model.event import MessageState
from bowerbird.storage.database.event_tables import message_attempts, messages
from bowerbird.storage.database.keyset import Clause, Condition, Found, Keyset
from bowerbird.storage.database.unit_of_work import AnyRow, Prepared, UnitOfWork

_m, _a = messages.c, message_attempts.c
_PENDING = str(MessageState.PENDING)
COLUMNS = (
    "id", "application_id", "webhook_id", "user_id", "event_id", "type", "path", "text", "state", "attempts", "due_at", "created",
)  # fmt: skip
_INSERT = Prepared(insert(messages).values({name: bindparam(name) for name in COLUMNS}))


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

    def keyset(self, application_id: str, webhook_id: str) -> Keyset:
        if () in (self.states, self.types, self.events):
            return Keyset(messages, [])
        own = [_m.application_id == application_id, _m.webhook_id == webhook_id]
        wanted = {"state": self.states, "type": self.types, "event_id": self.events}
        chosen = {name: values for name, values in wanted.items() if values is not None}
        unwanted = {name: values for name, values in {"type": self.not_types, "event_id": self.not_events}.items() if values}
        alone = next(iter(chosen)) if len(chosen) == 1 and not unwanted else "event_id" if self.events else None
        ranges = [own] if alone is None else [[*own, _m[alone] == value] for value in chosen.pop(alone)]
        filtered = [*starmap(_is_one, chosen.items()), *starmap(_is_none, unwanted.items())]
        return Keyset(messages, ranges, self.since, self.before, filtered)


def _is_one(name: str, values: tuple[str, ...]) -> Condition:
    return lambda c: c[name].in_(values)


def _is_none(name: str, values: tuple[str, ...]) -> Condition:
    return lambda c: c[name].not_in(values)


def insert_messages(uow: UnitOfWork, rows: Sequence[tuple[object, ...]]) -> None:
    """Rows in the order of `COLUMNS`."""
    uow.insert_many(_INSERT, COLUMNS, rows)


def find_message(uow: UnitOfWork, application_id: str, webhook_id: str, message_id: str) -> AnyRow | None:
    own = and_(_m.application_id == application_id, _m.webhook_id == webhook_id, _m.id == message_id)
    return uow.row(select(messages).where(own))


def list_messages(
    uow: UnitOfWork, application_id: str, webhook_id: str, selection: MessageSelection, seen: str | None, limit: int
) -> Found:
    """Newest first; `seen` is the id of the last one already seen."""
    return selection.keyset(application_id, webhook_id).page(uow, application_id, seen, limit)


def count_messages(uow: UnitOfWork, application_id: str, webhook_id: str, selection: MessageSelection) -> int:
    """Counted as far as a Keyset counts."""
    return selection.keyset(application_id, webhook_id).count(uow)


def messages_of_event(uow: UnitOfWork, application_id: str, event_id: str) -> Sequence[AnyRow]:
    """To each webhook that was told of an event."""
    return uow.rows(select(messages).where(_m.application_id == application_id, _m.event_id == event_id).order_by(_m.position))


def update_message(uow: UnitOfWork, application_id: str, message_id: str, **values: object) -> None:
    uow.execute(update(messages).where(_m.application_id == application_id, _m.id == message_id).values(**values))


def attempts_of(uow: UnitOfWork, application_id: str, message_id: str) -> Sequence[AnyRow]:
    """Newest first."""
    own = and_(_a.application_id == application_id, _a.message_id == message_id)
    return uow.rows(select(message_attempts).where(own).order_by(_a.moment.desc(), _a.id.desc()))


def _forget(uow: UnitOfWork, chosen: Clause) -> int:
    uow.execute(delete(message_attempts).where(_a.message_id.in_(select(_m.id).where(chosen))))
    return uow.execute(delete(messages).where(chosen)).rowcount


def forget_webhook(uow: UnitOfWork, application_id: str, webhook_id: str) -> None:
    _forget(uow, and_(_m.application_id == application_id, _m.webhook_id == webhook_id))


def forget_user(uow: UnitOfWork, application_id: str, user_id: str) -> None:
    _forget(uow, and_(_m.application_id == application_id, _m.user_id == user_id))


def forget_older(uow: UnitOfWork, before: int, most: int) -> int:
    """Delete up to `most` settled messages from before a moment, of every application; how many went."""
    settled = and_(_m.created < before, _m.state != _PENDING)
    oldest = uow.rows(select(_m.position).where(settled).order_by(_m.created).limit(most))
    return _forget(uow, _m.position.in_([row[0] for row in oldest])) if oldest else 0


def requeue(uow: UnitOfWork, application_id: str, webhook_id: str, since: int, now: int) -> int:
    """Make due again what was not delivered of the messages written since a moment; how many."""
    own = and_(_m.application_id == application_id, _m.webhook_id == webhook_id, _m.created >= since)
    missed = and_(own, _m.state.in_([str(MessageState.FAILED), str(MessageState.HELD)]))
    return uow.execute(update(messages).where(missed).values(state=_PENDING, attempts=0, due_at=now)).rowcount


# ── Delivery: across tenants on purpose, since whoever delivers serves all of them ───────────────────────────────────────────

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


def webhooks_waiting(uow: UnitOfWork) -> Sequence[AnyRow]:
    """Every webhook with pending messages: (id, application_id, lease_until, due_at), the one due first at the head."""
    return sorted(uow.rows(_WAITING), key=lambda row: int(row.due_at))


def first_due(uow: UnitOfWork) -> int | None:
    """The earliest moment at which a pending message is or was due, on its way or not."""
    return min((int(row.due_at) for row in uow.rows(_WAITING)), default=None)


def due_messages(uow: UnitOfWork, webhook_id: str, now: int, most: int) -> Sequence[AnyRow]:
    """In the order they became due, and of those due at once in the order they were written."""
    due = and_(_m.webhook_id == webhook_id, text("state = 'pending'"), _m.due_at <= now)
    return uow.rows(select(messages).where(due).order_by(_m.due_at, _m.position).limit(most))


def settle_message(uow: UnitOfWork, message_id: str, **values: object) -> bool:
    """Write what an attempt led to. False when the message is gone, or no longer waits."""
    pending = and_(_m.id == message_id, _m.state == _PENDING)
    return uow.execute(update(messages).where(pending).values(**values)).rowcount == 1


def insert_attempts(uow: UnitOfWork, rows: list[dict[str, Any]]) -> None:
    uow.execute(insert(message_attempts), rows)


def hold_everything(uow: UnitOfWork) -> None:
    """Stop every message that waits: in a copy of a database, since the original sends them."""
    uow.execute(update(messages).where(text("state = 'pending'")).values(state=str(MessageState.HELD)))


def hold_pending(uow: UnitOfWork, webhook_id: str) -> None:
    """Stop everything that waits for a webhook."""
    waiting = and_(_m.webhook_id == webhook_id, text("state = 'pending'"))
    uow.execute(update(messages).where(waiting).values(state=str(MessageState.HELD)))
