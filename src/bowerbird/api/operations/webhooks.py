"""Webhooks."""

from __future__ import annotations

from functools import partial

from bowerbird import codes
from bowerbird.api.http.request import ApiRequest
from bowerbird.api.http.response import NO_CONTENT, ApiResponse, as_json
from bowerbird.api.schemas import SelfLink, WebhookBody, WebhookList, WebhookView
from bowerbird.domain.notifications import webhooks
from bowerbird.domain.notifications.webhooks import WebhookChanges, WebhookRow, WebhookWithEvents
from bowerbird.domain.services import Session
from bowerbird.model.problem import Problem


def find_webhook(request: ApiRequest, session: Session) -> WebhookRow:
    """The webhook the path names."""
    return webhooks.find_webhook(session, request.path["webhookId"])


def webhook_url(request: ApiRequest, webhook_id: str) -> str:
    return f"{request.base}/notifications/webhooks/{webhook_id}"


def _webhook(request: ApiRequest, view: WebhookWithEvents) -> WebhookView:
    row = view.row
    return WebhookView(
        type="webhook",
        id=row.id,
        name=row.name,
        description=row.description,
        url=row.url,
        status=row.status.value,
        secret=view.secret or None,
        subscribed_events=[kind.value for kind in view.types],
        links=SelfLink(self_=webhook_url(request, row.id)),
    )


def _changes(body: WebhookBody) -> WebhookChanges:
    if not body.url:
        raise Problem(codes.REQUEST_BODY_NOT_VALID, parameter="url", pointer="webhook/url")
    types = [body.subscribed_events] if isinstance(body.subscribed_events, str) else body.subscribed_events
    return WebhookChanges(body.url, body.name, body.description, types)


async def create_webhook(request: ApiRequest) -> ApiResponse:
    changes = _changes(request.body)
    return await request.create(partial(webhooks.create_webhook, wanted=changes), lambda view: as_json(_webhook(request, view), 201))


async def list_webhooks(request: ApiRequest) -> ApiResponse:
    views = await request.read(webhooks.list_webhooks)
    data = [_webhook(request, view) for view in views]
    links = SelfLink(self_=f"{request.base}/notifications/webhooks")
    return as_json(WebhookList(type="list", size=len(data), count=len(data), data=data, links=links))


async def get_webhook(request: ApiRequest) -> ApiResponse:
    return as_json(_webhook(request, await request.read(webhooks.get_webhook, request.found)))


async def update_webhook(request: ApiRequest) -> ApiResponse:
    changes = _changes(request.body)
    return as_json(_webhook(request, await request.write(webhooks.update_webhook, request.found, changes)))


async def delete_webhook(request: ApiRequest) -> ApiResponse:
    await request.write(webhooks.delete_webhook, request.found)
    return NO_CONTENT
