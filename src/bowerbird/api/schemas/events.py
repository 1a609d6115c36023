"""Events and their types (OpenAPI `core.yml`)."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from bowerbird.api.schemas.accounts import PageLinks
from bowerbird.api.schemas.wire import Id, Moment, SelfLink, Url, Wire, words
from bowerbird.model.event import EventType

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
