"""Webhooks."""

from __future__ import annotations

from typing import Any

from bowerbird import codes
from bowerbird.api.call import Call
from bowerbird.api.reply import NO_CONTENT, Reply, as_json
from bowerbird.api.shapes import SelfLink, Webhook, WebhookList, WebhookWish
from bowerbird.domain import webhooks
from bowerbird.domain.webhooks import WebhookView, Wish
from bowerbird.model.problem import Problem
from bowerbird.storage.unit_of_work import UnitOfWork


def find_webhook(call: Call, uow: UnitOfWork) -> Any:
    """The webhook the path names."""
    return webhooks.find_webhook(uow, call.token.application_id, call.path["webhookId"])


def webhook_url(call: Call, webhook_id: str) -> str:
    return f"{call.base}/notifications/webhooks/{webhook_id}"


def _webhook(call: Call, view: WebhookView) -> Webhook:
    row = view.row
    return Webhook(
        type="webhook",
        id=row.id,
        name=row.name,
        description=row.description,
        url=row.url,
        status=row.status,
        secret=view.secret or None,
        subscribed_events=view.types,
        links=SelfLink(self_=webhook_url(call, row.id)),
    )


def _wish(body: WebhookWish) -> Wish:
    if not body.url:
        raise Problem(codes.REQUEST_BODY_NOT_VALID, parameter="url", pointer="webhook/url")
    types = [body.subscribed_events] if isinstance(body.subscribed_events, str) else body.subscribed_events
    return Wish(body.url, body.name, body.description, types)


async def create_webhook(call: Call) -> Reply:
    wish = _wish(call.body)
    return await call.create(
        lambda uow: webhooks.create_webhook(call.world, uow, call.token.application_id, wish),
        lambda view: as_json(_webhook(call, view), 201),
    )


async def list_webhooks(call: Call) -> Reply:
    views = await call.read(lambda uow: webhooks.list_webhooks(uow, call.token.application_id))
    data = [_webhook(call, view) for view in views]
    links = SelfLink(self_=f"{call.base}/notifications/webhooks")
    return as_json(WebhookList(type="list", size=len(data), count=len(data), data=data, links=links))


async def get_webhook(call: Call) -> Reply:
    return as_json(_webhook(call, await call.read(lambda uow: webhooks.get_webhook(uow, call.found))))


async def update_webhook(call: Call) -> Reply:
    wish = _wish(call.body)
    return as_json(_webhook(call, await call.write(lambda uow: webhooks.update_webhook(call.world, uow, call.found, wish))))


async def delete_webhook(call: Call) -> Reply:
    await call.write(lambda uow: webhooks.delete_webhook(uow, call.found))
    return NO_CONTENT
