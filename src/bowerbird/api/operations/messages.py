"""Messages to webhooks."""

from __future__ import annotations

from functools import partial

import msgspec

from bowerbird import codes
from bowerbird.api.http.request import ApiRequest
from bowerbird.api.http.response import ApiResponse, as_json, in_portions
from bowerbird.api.operations.events import page_links
from bowerbird.api.operations.webhooks import find_webhook, webhook_url
from bowerbird.api.schemas import AttemptView, MessageLinks, MessageList, MessageView, Payload, Replayed
from bowerbird.domain.notifications import messages
from bowerbird.domain.notifications.deliveries import body_of, is_success
from bowerbird.domain.notifications.messages import AttemptRow, MessageRow
from bowerbird.domain.paging import paging_of
from bowerbird.domain.services import Session
from bowerbird.model.clock import from_milliseconds, wire_time
from bowerbird.model.problem import Problem


def find_message(request: ApiRequest, session: Session) -> tuple[MessageRow, list[AttemptRow]]:
    """The message the path names, with its attempts."""
    row = messages.find_message(session, find_webhook(request, session), request.path["messageId"])
    return row, messages.list_attempts(session, row.id)


def _message(request: ApiRequest, row: MessageRow, attempts: list[AttemptView] | None = None) -> MessageView:
    url = webhook_url(request, row.webhook_id)
    payload = msgspec.convert(body_of(row, request.base), Payload)
    return MessageView(id=row.id, payload=payload, attempts=attempts, links=MessageLinks(self_=f"{url}/messages/{row.id}", webhook=url))


def _attempt(row: AttemptRow) -> AttemptView:
    return AttemptView(
        id=row.id,
        url=row.url,
        response=row.response,
        response_status_code=row.status,
        timestamp=wire_time(from_milliseconds(row.moment)),
        status="Success" if is_success(row.status) else "Failed",
    )


async def list_messages(request: ApiRequest) -> ApiResponse:
    paging = paging_of(request.one("limit"), request.one("next"), request.services.limits.page_size)
    page = await request.read_aside(messages.list_messages, request.found, request.one("filter"), paging)
    request.read_of = {row.user_id for row in page.rows if row.user_id is not None}
    data = await in_portions(page.rows, lambda row: _message(request, row))
    links = page_links(request, f"/notifications/webhooks/{request.found.id}/messages", page.next, paging)
    return as_json(MessageList(type="list", size=page.size, count=len(data), data=data, links=links))


async def get_message(request: ApiRequest) -> ApiResponse:
    row, attempts = request.found
    request.read_of = (row.user_id,) if row.user_id else ()
    return as_json(_message(request, row, [_attempt(attempt) for attempt in attempts]))


async def create_test_message(request: ApiRequest) -> ApiResponse:
    kind, text = request.body.event_type_id, request.body.text
    if not kind:
        raise Problem(codes.REQUEST_BODY_NOT_VALID, parameter="eventTypeId", pointer="message/eventTypeId")
    return await request.create(partial(messages.create_test_message, kind=kind, text=text), lambda _: ApiResponse(201))


async def replay_webhook(request: ApiRequest) -> ApiResponse:
    since = request.body.since
    if not since:
        raise Problem(codes.REQUEST_BODY_NOT_VALID, parameter="since", pointer="replay/since")
    url = webhook_url(request, request.found.id)
    links = MessageLinks(self_=f"{url}/messages", webhook=url)
    return await request.create(
        partial(messages.replay_webhook, webhook=request.found, since=since),
        lambda count: as_json(Replayed(type="replay", count=count, links=links), 202),
    )
