"""Messages to webhooks."""

from __future__ import annotations

from typing import Any

import msgspec

from bowerbird import codes
from bowerbird.api.call import Call
from bowerbird.api.events import page_links
from bowerbird.api.reply import Reply, as_json
from bowerbird.api.shapes import Attempt, Message, MessageLinks, MessageList, Payload, Replayed
from bowerbird.api.webhooks import find_webhook, webhook_url
from bowerbird.domain import messages
from bowerbird.domain.deliveries import body_of, is_success
from bowerbird.domain.paging import paging_of
from bowerbird.model.clock import from_milliseconds, wire_time
from bowerbird.model.problem import Problem
from bowerbird.storage import messages as rows
from bowerbird.storage.unit_of_work import UnitOfWork


def find_message(call: Call, uow: UnitOfWork) -> Any:
    """The message the path names, with its attempts."""
    row = messages.find_message(uow, find_webhook(call, uow), call.path["messageId"])
    return row, rows.attempts_of(uow, call.token.application_id, row.id)


def _message(call: Call, row: Any, attempts: list[Attempt] | None = None) -> Message:
    url = webhook_url(call, row.webhook_id)
    payload = msgspec.convert(body_of(row, call.base), Payload)
    return Message(id=row.id, payload=payload, attempts=attempts, links=MessageLinks(self_=f"{url}/messages/{row.id}", webhook=url))


def _attempt(row: Any) -> Attempt:
    return Attempt(
        id=row.id,
        url=row.url,
        response=row.response,
        response_status_code=row.status,
        timestamp=wire_time(from_milliseconds(row.moment)),
        status="Success" if is_success(row.status) else "Failed",
    )


async def list_messages(call: Call) -> Reply:
    paging = paging_of(call.one("limit"), call.one("next"), call.world.limits.page_size)
    page = await call.read(lambda uow: messages.list_messages(uow, call.found, call.one("filter"), paging))
    data = [_message(call, row) for row in page.rows]
    links = page_links(call, f"/notifications/webhooks/{call.found.id}/messages", page, paging)
    return as_json(MessageList(type="list", size=page.size, count=len(data), data=data, links=links))


async def get_message(call: Call) -> Reply:
    row, attempts = call.found
    return as_json(_message(call, row, [_attempt(each) for each in attempts]))


async def create_test_message(call: Call) -> Reply:
    kind, text = call.body.event_type_id, call.body.text
    if not kind:
        raise Problem(codes.REQUEST_BODY_NOT_VALID, parameter="eventTypeId", pointer="message/eventTypeId")
    return await call.create(
        lambda uow: messages.create_test_message(call.world, uow, call.token.application_id, kind, text), lambda _: Reply(201)
    )


async def replay_webhook(call: Call) -> Reply:
    since = call.body.since
    if not since:
        raise Problem(codes.REQUEST_BODY_NOT_VALID, parameter="since", pointer="replay/since")
    url = webhook_url(call, call.found.id)
    links = MessageLinks(self_=f"{url}/messages", webhook=url)
    return await call.create(
        lambda uow: messages.replay_webhook(call.world, uow, call.found, since),
        lambda count: as_json(Replayed(type="replay", count=count, links=links), 202),
    )
