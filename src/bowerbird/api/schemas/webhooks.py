"""Events, their types, and the webhooks that deliver them (OpenAPI `core.yml`)."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec

from bowerbird.api.schemas.accounts import PageLinks
from bowerbird.api.schemas.wire import REQUIRED, Id, Moment, SelfLink, Url, Wire, words
from bowerbird.model.event import EventType, WebhookStatus

_Type = Annotated[str, words(EventType)]


class EventView(Wire, kw_only=True):
    """Something that happened. `data` is what it happened to, as it was then; of a user, as it is now."""

    type: Literal["event"]
    id: Id
    created_date: Moment
    entity: Annotated[str, words(sorted({each.entity for each in EventType}))]
    event_type: Annotated[str, words(sorted({each.verb for each in EventType}))]
    user_id: Id
    data_ref: Url
    data: dict[str, Any]
    links: SelfLink


class EventList(Wire, kw_only=True):
    """A page: `count` events of `size` in the last seven days, newest first.

    Counting ends at 1,000; a page with a `next` is not the last, however short it is.
    """

    type: Literal["list"]
    count: int
    size: int
    data: list[EventView]
    links: PageLinks


class EventTypeDescription(Wire, kw_only=True):
    type: Literal["eventType"]
    id: _Type
    description: str
    links: SelfLink


class EventTypeList(Wire, kw_only=True):
    type: Literal["list"]
    size: int
    count: int
    data: list[EventTypeDescription]
    links: SelfLink


class WebhookBody(Wire, kw_only=True):
    """A webhook to create or change. `subscribed_events` is one type or several; without any, a new webhook receives all."""

    url: Annotated[str | None, REQUIRED] = None
    name: str | None = None
    description: str | None = None
    subscribed_events: list[str] | str | None = None


class WebhookView(Wire, kw_only=True):
    """`secret` only in the answer to its creation and to an update."""

    type: Literal["webhook"]
    id: Id
    name: str
    description: str
    url: Url
    status: Annotated[str, words(WebhookStatus)]
    secret: str | None = None
    subscribed_events: list[_Type]
    links: SelfLink


class WebhookList(Wire, kw_only=True):
    type: Literal["list"]
    size: int
    count: int
    data: list[WebhookView]
    links: SelfLink


class PayloadLinks(Wire, kw_only=True):
    """Empty for a test message, behind which there is no event."""

    event: Url | None = None
    event_entity: Url | None = None


class Payload(Wire, kw_only=True):
    """The body that a receiver is sent. `text` only of a test message."""

    event_type_id: _Type
    event_id: Id
    text: str | None = None
    links: PayloadLinks


class AttemptView(Wire, kw_only=True):
    """One delivery that was tried; `response_status_code` is missing where no answer came, and `response` says why."""

    id: Id
    url: Url
    response: str
    response_status_code: int | None = None
    timestamp: Moment
    status: Literal["Success", "Failed"]


class MessageLinks(Wire, kw_only=True):
    self_: Url = msgspec.field(name="self")
    webhook: Url


class MessageView(Wire, kw_only=True):
    """`attempts`, newest first, only where one message is read."""

    id: Id
    payload: Payload
    attempts: list[AttemptView] | None = None
    links: MessageLinks


class MessageList(Wire, kw_only=True):
    """A page: `count` messages of `size`, newest first.

    Counting ends at 1,000; a page with a `next` is not the last, however short it is.
    """

    type: Literal["list"]
    size: int
    count: int
    data: list[MessageView]
    links: PageLinks


class TestMessageBody(Wire, kw_only=True):
    """`text` comes back in the message."""

    event_type_id: Annotated[str | None, REQUIRED] = None
    text: str | None = msgspec.field(name="Text", default=None)


class ReplayBody(Wire, kw_only=True):
    """The moment since which a receiver missed what it was sent (RFC 3339)."""

    since: Annotated[str | None, REQUIRED] = None


class Replayed(Wire, kw_only=True):
    """How many messages are sent again."""

    type: Literal["replay"]
    count: int
    links: MessageLinks
