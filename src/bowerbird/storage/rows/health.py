"""What the operators' health page asks the database: across tenants, counts and moments only."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import ColumnElement, and_, or_, select, text

from bowerbird.model.event import WebhookStatus
from bowerbird.storage.database.keyset import count_up_to, sum_up_to
from bowerbird.storage.database.metadata import insert_fact, put_fact
from bowerbird.storage.database.tables import jobs, messages, uploads, webhooks
from bowerbird.storage.database.unit_of_work import StoredRow, UnitOfWork
from bowerbird.storage.rows.jobs.jobs import count_by_state, is_unfinished
from bowerbird.storage.rows.messages import list_waiting_webhooks, oldest_pending

_SIZE = {
    "sqlite": text("SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()"),
    "postgresql": text("SELECT pg_database_size(current_database())"),
}
_WORKERS = text(
    "SELECT count(*) FILTER (WHERE last_heartbeat > now() - make_interval(secs => :silence)), count(*) "
    "FROM procrastinate.procrastinate_workers"
)
_SHOWN_WEBHOOKS = 20
_TIRED_ATTEMPTS = 2
HEALTH_MARK = "written"
"""The mark that a health check writes, to see whether it can."""


class QueueHealth(NamedTuple):
    """Unfinished jobs: by state; those due that no process has claimed, and since when; those left by a process that died.

    Both are counted up to MAX_COUNTED. `idle_since` is in milliseconds.
    """

    states: dict[str, int]
    idle: int
    idle_since: int | None
    abandoned: int


class MessagesHealth(NamedTuple):
    """Pending messages to enabled webhooks: how many, a webhook's counted up to MAX_COUNTED, and when the first is or was due.

    `refusing` counts the webhooks whose oldest message has failed twice or more often.
    """

    waiting: int
    first_due: int | None
    refusing: int = 0


def schema_of(uow: UnitOfWork) -> str:
    row = uow.row(text("SELECT version_num FROM alembic_version"))
    return str(row[0]) if row else ""


def size_of(uow: UnitOfWork) -> int:
    """Bytes of the whole database."""
    row = uow.row(_SIZE[uow.dialect])
    return int(row[0]) if row else 0


def _is_ready(now: int) -> ColumnElement[bool]:
    return and_(is_unfinished, jobs.c.due_at_ms <= now, jobs.c.waits_for.is_(None))


def _is_free(lease_now: int) -> ColumnElement[bool]:
    return or_(jobs.c.lease_expires_at_ms.is_(None), jobs.c.lease_expires_at_ms <= lease_now)


def idle_since(uow: UnitOfWork, now: int, lease_now: int) -> int | None:
    """Since when the first job is due that no process has claimed; None without one. By the clocks of `queue_of`."""
    first = uow.row(select(jobs.c.due_at_ms).where(_is_ready(now), _is_free(lease_now)).order_by(jobs.c.due_at_ms).limit(1))
    return first[0] if first else None


def queue_of(uow: UnitOfWork, now: int, lease_now: int) -> QueueHealth:
    """`now` by the clock of jobs, `lease_now` by that of leases, both in milliseconds."""
    ready, free = _is_ready(now), _is_free(lease_now)
    idle, abandoned = (count_up_to(uow, select(jobs.c.id).where(ready, each)) for each in (free, jobs.c.lease_expires_at_ms <= lease_now))
    return QueueHealth(count_by_state(uow), idle, idle_since(uow, now, lease_now), abandoned)


def workers_of(uow: UnitOfWork, silence_seconds: int) -> tuple[int, int] | None:
    """Processes of the fleet that reported lately, and all that are registered. None where the database is embedded."""
    if uow.dialect != "postgresql":
        return None
    row = uow.row(_WORKERS, {"silence": silence_seconds})
    return (int(row[0]), int(row[1])) if row else (0, 0)


def messages_of(uow: UnitOfWork) -> MessagesHealth:
    waiting, first, refusing = 0, None, 0
    for row in list_waiting_webhooks(uow):
        oldest = oldest_pending(uow, row.application_id, row.id)
        refusing += oldest is not None and oldest.attempts >= _TIRED_ATTEMPTS
        waiting += count_up_to(uow, select(messages.c.webhook_id).where(text("state = 'pending'"), messages.c.webhook_id == row.id))
        first = row.due_at if first is None else first
    return MessagesHealth(waiting, first, refusing)


class DisabledWebhook(StoredRow, frozen=True):
    id: str
    application_id: str
    name: str
    url: str


def disabled_webhooks(uow: UnitOfWork) -> list[DisabledWebhook]:
    """The first of them."""
    disabled = select(*DisabledWebhook.columns(webhooks)).where(webhooks.c.status == WebhookStatus.DISABLED)
    return uow.all(DisabledWebhook, disabled.order_by(webhooks.c.created, webhooks.c.id).limit(_SHOWN_WEBHOOKS))


def uploads_of(uow: UnitOfWork) -> tuple[int, int]:
    """Files kept until they are read, or for operators to see: how many, counted up to MAX_COUNTED, and the bytes of those."""
    return sum_up_to(uow, uploads.c.size)


def record_writable(uow: UnitOfWork, now_ms: int) -> None:
    """Write down that the database could be written to."""
    value = str(now_ms).encode()
    if not insert_fact(uow, HEALTH_MARK, value):
        put_fact(uow, HEALTH_MARK, value)
