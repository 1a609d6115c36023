"""Webhooks and what they subscribe to, as rows."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import and_, bindparam, delete, insert, or_, select, update

from bowerbird.model.event import WebhookStatus
from bowerbird.storage.database.event_tables import subscriptions, webhooks
from bowerbird.storage.database.unit_of_work import AnyRow, Prepared, UnitOfWork

_w, _s = webhooks.c, subscriptions.c
_ACTIVE = str(WebhookStatus.ACTIVE)
_SUBSCRIBERS = Prepared(
    select(_s.type, _s.webhook_id)
    .join_from(subscriptions, webhooks, _w.id == _s.webhook_id)
    .where(_s.application_id == bindparam("application_id"), _w.status == _ACTIVE)
)


def insert_webhook(uow: UnitOfWork, values: dict[str, object]) -> None:
    uow.execute(insert(webhooks), values)


def update_webhook(uow: UnitOfWork, application_id: str, webhook_id: str, **values: object) -> None:
    uow.execute(update(webhooks).where(_w.application_id == application_id, _w.id == webhook_id).values(**values))


def delete_webhook(uow: UnitOfWork, application_id: str, webhook_id: str) -> None:
    uow.execute(delete(subscriptions).where(_s.application_id == application_id, _s.webhook_id == webhook_id))
    uow.execute(delete(webhooks).where(_w.application_id == application_id, _w.id == webhook_id))


def find_webhook(uow: UnitOfWork, application_id: str, webhook_id: str) -> AnyRow | None:
    return uow.row(select(webhooks).where(_w.application_id == application_id, _w.id == webhook_id))


def webhook_at(uow: UnitOfWork, application_id: str, url: str) -> str | None:
    """The id of the application's webhook with this address."""
    found = uow.row(select(_w.id).where(_w.application_id == application_id, _w.url == url))
    return None if found is None else str(found[0])


def list_webhooks(uow: UnitOfWork, application_id: str) -> Sequence[AnyRow]:
    """Oldest first."""
    return uow.rows(select(webhooks).where(_w.application_id == application_id).order_by(_w.created, _w.id))


def subscriptions_of(uow: UnitOfWork, application_id: str) -> dict[str, str]:
    """Event type → webhook, of every webhook of an application."""
    found = uow.rows(select(_s.type, _s.webhook_id).where(_s.application_id == application_id).order_by(_s.type))
    return {str(kind): str(webhook_id) for kind, webhook_id in found}


def subscribers(uow: UnitOfWork, application_id: str) -> dict[str, str]:
    """Event type → webhook, of the webhooks that are told now."""
    return dict(uow.fetch(_SUBSCRIBERS, {"application_id": application_id}))


def subscribe(uow: UnitOfWork, application_id: str, webhook_id: str, types: Sequence[str]) -> None:
    """Make these the webhook's event types, whatever they were before."""
    uow.execute(delete(subscriptions).where(_s.application_id == application_id, _s.webhook_id == webhook_id))
    if types:
        uow.execute(insert(subscriptions), [{"application_id": application_id, "type": each, "webhook_id": webhook_id} for each in types])


# ── Delivery: across tenants on purpose, since whoever delivers serves all of them ───────────────────────────────────────────


def claim_webhook(uow: UnitOfWork, webhook_id: str, owner: str, now: int, lease_until: int) -> AnyRow | None:
    """Take the right to deliver a webhook's messages, unless somebody has it or the webhook is disabled."""
    free = or_(_w.lease_until.is_(None), _w.lease_until <= now)
    done = uow.execute(
        update(webhooks).where(_w.id == webhook_id, _w.status == _ACTIVE, free).values(lease_owner=owner, lease_until=lease_until)
    )
    return uow.row(select(webhooks).where(_w.id == webhook_id)) if done.rowcount == 1 else None


def extend_lease(uow: UnitOfWork, webhook_id: str, owner: str, now: int, lease_until: int | None) -> bool:
    """Keep the right until a moment, or give it back (None). False when it was lost: then nothing may be written under it."""
    mine = and_(_w.id == webhook_id, _w.lease_owner == owner, _w.lease_until > now)
    values = {"lease_owner": None if lease_until is None else owner, "lease_until": lease_until}
    return uow.execute(update(webhooks).where(mine).values(**values)).rowcount == 1
