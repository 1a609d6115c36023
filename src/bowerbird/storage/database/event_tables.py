"""Tables of events, of the webhooks that receive them, and of the messages to these."""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, String, Table, Text, text

from bowerbird.model.event import EventType, MessageState, WebhookStatus
from bowerbird.storage.database.schema import EnumWord, Json, metadata
from bowerbird.storage.database.schema import id_column as _id

_POSITION = BigInteger().with_variant(Integer, "sqlite")
"""Counts up: the order in which things were written."""
_PENDING = text("state = 'pending'")

events = Table(
    "events",
    metadata,
    Column("position", _POSITION, primary_key=True, autoincrement=True),
    _id(unique=True),
    _id("application_id"),
    _id("user_id"),
    Column("type", EnumWord(EventType, 32), nullable=False),
    Column("path", Text, nullable=False),  # of what the event is about, without the public URL
    Column("data", Json(dict[str, Any]), nullable=False),  # the wire's object at that moment, links as paths; nothing personal
    Column("created", BigInteger, nullable=False),
    Index("events_of_application", "application_id", "created", "position"),
    Index("events_of_type", "application_id", "type", "created", "position"),
    Index("events_of_user", "application_id", "user_id", "created", "position"),
    Index("events_by_age", "created"),
)

webhooks = Table(
    "webhooks",
    metadata,
    _id(primary_key=True),
    _id("application_id"),
    Column("name", Text, nullable=False),
    Column("description", Text, nullable=False),
    Column("url", Text, nullable=False),
    Column("status", EnumWord(WebhookStatus, 16), nullable=False),
    Column("secret", LargeBinary, nullable=False),  # sealed
    Column("lease_owner", String(64)),  # who delivers its messages now: one at a time, so that their order is kept
    Column("lease_until", BigInteger),
    Column("created", BigInteger, nullable=False),
    Column("updated", BigInteger, nullable=False),
    Index("one_webhook_an_address", "application_id", "url", unique=True),
)

subscriptions = Table(
    "subscriptions",
    metadata,
    Column("application_id", String(36), primary_key=True),
    Column("type", EnumWord(EventType, 32), primary_key=True),  # of an application's events, each type goes to one webhook at most
    Column("webhook_id", String(36), nullable=False, index=True),
    sqlite_with_rowid=False,
)

messages = Table(
    "messages",
    metadata,
    Column("position", _POSITION, primary_key=True, autoincrement=True),
    _id(unique=True),
    _id("application_id"),
    _id("webhook_id"),
    Column("user_id", String(36)),  # None for a test message
    Column("event_id", String(36), nullable=False),
    Column("type", EnumWord(EventType, 32), nullable=False),
    Column("path", Text),  # of what the event is about; None for a test message
    Column("text", Text),  # of a test message
    Column("state", EnumWord(MessageState, 16), nullable=False),
    Column("attempts", Integer, nullable=False),  # since it was last queued
    Column("due_at", BigInteger, nullable=False),
    Column("created", BigInteger, nullable=False),
    Index("messages_due", "webhook_id", "due_at", "position", sqlite_where=_PENDING, postgresql_where=_PENDING),
    Index("messages_of_webhook", "application_id", "webhook_id", "created", "position"),
    Index("messages_of_type", "application_id", "webhook_id", "type", "created", "position"),
    Index("messages_of_state", "application_id", "webhook_id", "state", "created", "position"),
    Index("one_message_an_event", "event_id", "webhook_id", unique=True),
    Index("messages_of_user", "user_id"),
    Index("messages_by_age", "created"),
)

message_attempts = Table(
    "message_attempts",
    metadata,
    _id(primary_key=True),
    _id("application_id"),
    Column("message_id", String(36), nullable=False, index=True),
    Column("url", Text, nullable=False),
    Column("status", Integer),  # of the answer; None where there was none
    Column("response", Text, nullable=False),  # the status in words, or why there was no answer
    Column("moment", BigInteger, nullable=False),
    Column("milliseconds", Integer),  # it took; None where it was not measured
    Column("answer", Text),  # how a refusal's body began, in its receiver's own words: for operators only
    Index("attempts_by_age", "moment"),
)
