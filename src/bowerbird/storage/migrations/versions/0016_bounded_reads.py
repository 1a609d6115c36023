"""Indexes along which a page is read and a figure counted without looking at what is not asked for."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

_REPLACED = {
    "events_of_application": ("events", ["application_id", "created", "position"]),
    "events_of_user": ("events", ["application_id", "user_id", "created", "position"]),
    "messages_of_webhook": ("messages", ["application_id", "webhook_id", "created", "position"]),
    "connections_of_application": ("connections", ["application_id", "sandbox", "status"]),
}
_NEW = {
    "events_of_type": ("events", ["application_id", "type", "created", "position"]),
    "messages_of_type": ("messages", ["application_id", "webhook_id", "type", "created", "position"]),
    "messages_of_state": ("messages", ["application_id", "webhook_id", "state", "created", "position"]),
    "attempts_by_age": ("message_attempts", ["moment"]),
    "jobs_by_change": ("jobs", ["updated"]),
    "uploads_by_size": ("uploads", ["size"]),
}
_UNFINISHED = {"jobs_unfinished": ["application_id", "user_id"], "jobs_unfinished_by_state": ["state"]}


def upgrade() -> None:
    for name, (table, _) in _REPLACED.items():
        op.drop_index(name, table)
    op.drop_index("jobs_unfinished", "jobs")
    for name, (table, columns) in {**_REPLACED, **_NEW}.items():
        op.create_index(name, table, columns, unique=False)
    unfinished = sa.text("state IN ('queued', 'waiting')")
    for name, columns in _UNFINISHED.items():
        op.create_index(name, "jobs", columns, unique=False, sqlite_where=unfinished, postgresql_where=unfinished)
