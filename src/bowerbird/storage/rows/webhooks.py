"""Webhooks and what they subscribe to, as rows."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from sqlalchemy import and_, bindparam, delete, insert, or_, select, update

from bowerbird.model.event import EventType, WebhookStatus
from bowerbird.storage.database.tables import subscriptions, webhooks
from bowerbird.storage.database.unit_of_work import Prepared, StoredRow, UnitOfWork

_w, _s = webhooks.c, subscriptions.c
_SUBSCRIBERS = Prepared(
    select(_s.type, _s.webhook_id)
    .join_from(subscriptions, webhooks, _w.id == _s.webhook_id)
    .where(_s.application_id == bindparam("application_id"), _w.status == WebhookStatus.ACTIVE)
)


class WebhookRow(StoredRow, frozen=True):
    """A webhook. `secret` and `old_secret` are sealed; the latter counts before `old_secret_ends_at_ms`."""

    id: str
    application_id: str
    name: str
    description: str
    url: str
    status: WebhookStatus
    secret: bytes
    created: int
    updated: int
    old_secret: bytes | None = None
    old_secret_ends_at_ms: int | None = None


_WEBHOOK = select(*WebhookRow.columns(webhooks))


def insert_webhook(uow: UnitOfWork, row: WebhookRow) -> None:
    uow.execute(insert(webhooks), msgspec.structs.asdict(row))


def update_webhook(uow: UnitOfWork, application_id: str, webhook_id: str, **values: object) -> None:
    uow.execute(update(webhooks).where(_w.application_id == application_id, _w.id == webhook_id).values(**values))


def delete_webhook(uow: UnitOfWork, application_id: str, webhook_id: str) -> None:
    uow.execute(delete(subscriptions).where(_s.application_id == application_id, _s.webhook_id == webhook_id))
    uow.execute(delete(webhooks).where(_w.application_id == application_id, _w.id == webhook_id))


def find_webhook(uow: UnitOfWork, application_id: str, webhook_id: str, *, hold: bool = False) -> WebhookRow | None:
    """`hold` locks the row until this unit of work ends."""
    chosen = _WEBHOOK.where(_w.application_id == application_id, _w.id == webhook_id)
    return uow.one(WebhookRow, chosen.with_for_update() if hold else chosen)


def find_webhook_at(uow: UnitOfWork, application_id: str, url: str) -> str | None:
    """The id of the application's webhook with this address."""
    row = uow.row(select(_w.id).where(_w.application_id == application_id, _w.url == url))
    return None if row is None else str(row[0])


def list_webhooks(uow: UnitOfWork, application_id: str) -> list[WebhookRow]:
    """Oldest first."""
    return uow.all(WebhookRow, _WEBHOOK.where(_w.application_id == application_id).order_by(_w.created, _w.id))


def list_subscriptions(uow: UnitOfWork, application_id: str) -> dict[EventType, str]:
    """Event type → webhook, of every webhook of an application."""
    chosen = select(_s.type, _s.webhook_id).where(_s.application_id == application_id).order_by(_s.type)
    return {kind: webhook_id for kind, webhook_id in uow.rows(chosen)}  # noqa: C416


def active_subscriptions(uow: UnitOfWork, application_id: str) -> dict[str, str]:
    """Event type → webhook, of the webhooks that are enabled."""
    return dict(uow.fetch(_SUBSCRIBERS, {"application_id": application_id}))


def subscribe(uow: UnitOfWork, application_id: str, webhook_id: str, types: Sequence[EventType]) -> None:
    """Make these the webhook's event types, instead of those it has."""
    uow.execute(delete(subscriptions).where(_s.application_id == application_id, _s.webhook_id == webhook_id))
    if types:
        uow.execute(insert(subscriptions), [{"application_id": application_id, "type": kind, "webhook_id": webhook_id} for kind in types])


# ── Delivery: across tenants, since a process delivers the messages of all of them ───────────────────────────────────────────


def claim_webhook(uow: UnitOfWork, webhook_id: str, owner: str, now: int, lease_until: int) -> WebhookRow | None:
    """Take the right to deliver a webhook's messages, unless another process has it or the webhook is disabled."""
    free = or_(_w.lease_until.is_(None), _w.lease_until <= now)
    active = and_(_w.id == webhook_id, _w.status == WebhookStatus.ACTIVE, free)
    claimed = uow.execute(update(webhooks).where(active).values(lease_owner=owner, lease_until=lease_until))
    return uow.one(WebhookRow, _WEBHOOK.where(_w.id == webhook_id)) if claimed.rowcount == 1 else None


def extend_lease(uow: UnitOfWork, webhook_id: str, owner: str, now: int, lease_until: int | None) -> bool:
    """Keep the right until a moment, or give it back (None). False when it was lost: then nothing may be written under it."""
    own = and_(_w.id == webhook_id, _w.lease_owner == owner, _w.lease_until > now)
    values = {"lease_owner": None if lease_until is None else owner, "lease_until": lease_until}
    return uow.execute(update(webhooks).where(own).values(**values)).rowcount == 1
