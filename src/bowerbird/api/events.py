"""Events and event types."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from bowerbird.api.call import Call
from bowerbird.api.reply import Reply, as_json
from bowerbird.api.shapes import Event, EventList, EventTypeDescription, EventTypeList, PageLinks, SelfLink
from bowerbird.domain import event_data, events
from bowerbird.domain.paging import Page, Paging, paging_of
from bowerbird.model.clock import from_milliseconds, wire_time
from bowerbird.model.event import EventType
from bowerbird.storage.unit_of_work import UnitOfWork


def find_event(call: Call, uow: UnitOfWork) -> Any:
    """The event the path names, with the particulars of the user it is about."""
    row = events.get_event(uow, call.token.application_id, call.path["id"])
    return row, event_data.particulars_of(call.world, uow, call.token.application_id, [row])


def _event(call: Call, row: Any, particulars: dict[str, dict[str, str]]) -> Event:
    kind = EventType(row.type)
    return Event(
        type="event",
        id=row.id,
        created_date=wire_time(from_milliseconds(row.created)),
        entity=kind.entity,
        event_type=kind.verb,
        user_id=row.user_id,
        data_ref=f"{call.base}{row.path}",
        data=event_data.data_of(row, call.base, particulars),
        links=SelfLink(self_=f"{call.base}/events/{row.id}"),
    )


async def list_events(call: Call) -> Reply:
    paging = paging_of(call.one("limit"), call.one("next"), call.world.limits.page_size)

    def look(uow: UnitOfWork) -> tuple[Page, dict[str, dict[str, str]]]:
        page = events.list_events(call.world, uow, call.token.application_id, call.one("filter"), paging)
        return page, event_data.particulars_of(call.world, uow, call.token.application_id, page.rows)

    page, particulars = await call.read(look)
    data = [_event(call, row, particulars) for row in page.rows]
    return as_json(EventList(type="list", count=len(data), size=page.size, data=data, links=page_links(call, "/events", page, paging)))


def page_links(call: Call, path: str, page: Page, paging: Paging) -> PageLinks:
    """A page's own address and the next one's, which asks the same."""
    url = f"{call.base}{path}"
    asked = {"filter": call.one("filter"), "limit": str(paging.limit) if call.one("limit") else None, "next": page.next}
    following = f"{url}?{urlencode({name: text for name, text in asked.items() if text})}" if page.next else None
    return PageLinks(self_=url, next=following)


async def get_event(call: Call) -> Reply:
    row, particulars = call.found
    return as_json(_event(call, row, particulars))


def _described(call: Call, kind: EventType) -> EventTypeDescription:
    link = SelfLink(self_=f"{call.base}/events/types/{kind}")
    return EventTypeDescription(type="eventType", id=str(kind), description=events.DESCRIPTIONS[kind], links=link)


async def list_event_types(call: Call) -> Reply:
    data = [_described(call, kind) for kind in EventType]
    links = SelfLink(self_=f"{call.base}/events/types")
    return as_json(EventTypeList(type="list", size=len(data), count=len(data), data=data, links=links))


async def get_event_type(call: Call) -> Reply:
    return as_json(_described(call, events.get_event_type(call.path["id"])))
