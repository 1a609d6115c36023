"""Events and event types."""

from __future__ import annotations

from urllib.parse import urlencode

from bowerbird.api.http.request import ApiRequest
from bowerbird.api.http.response import ApiResponse, as_json, in_portions
from bowerbird.api.schemas import EventList, EventTypeDescription, EventTypeList, EventView, PageLinks, SelfLink
from bowerbird.domain.notifications import event_data, events
from bowerbird.domain.notifications.events import EventRow
from bowerbird.domain.paging import ListPage, Paging, paging_of
from bowerbird.domain.services import Session
from bowerbird.model.clock import from_milliseconds, wire_time
from bowerbird.model.event import EventType

PersonalDetails = dict[str, dict[str, str]]
"""E-mail and mobile by user."""


def find_event(request: ApiRequest, session: Session) -> tuple[EventRow, PersonalDetails]:
    """The event the path names, with the contact details of the user it is about."""
    row = events.get_event(session, request.path["id"])
    return row, event_data.personal_details_of(session, [row])


def _event(request: ApiRequest, row: EventRow, personal_details: PersonalDetails) -> EventView:
    return EventView(
        type="event",
        id=row.id,
        created_date=wire_time(from_milliseconds(row.created)),
        entity=row.type.entity,
        event_type=row.type.verb,
        user_id=row.user_id,
        data_ref=f"{request.base}{row.path}",
        data=dict(event_data.data_of(row, request.base, personal_details)),
        links=SelfLink(self_=f"{request.base}/events/{row.id}"),
    )


def _list_events(session: Session, filter: str | None, paging: Paging) -> tuple[ListPage[EventRow], PersonalDetails]:
    page = events.list_events(session, filter, paging)
    return page, event_data.personal_details_of(session, page.rows)


async def list_events(request: ApiRequest) -> ApiResponse:
    paging = paging_of(request.one("limit"), request.one("next"), request.services.limits.page_size)
    page, personal_details = await request.read_aside(_list_events, request.one("filter"), paging)
    request.read_of = {row.user_id for row in page.rows}
    data = await in_portions(page.rows, lambda row: _event(request, row, personal_details))
    links = page_links(request, "/events", page.next, paging)
    return as_json(EventList(type="list", count=len(data), size=page.size, data=data, links=links))


def page_links(request: ApiRequest, path: str, next: str, paging: Paging) -> PageLinks:
    """A page's own address and the next one's, which asks the same. `next` is empty on the last page."""
    url = f"{request.base}{path}"
    asked = {"filter": request.one("filter"), "limit": str(paging.limit) if request.one("limit") else None, "next": next}
    following = f"{url}?{urlencode({name: text for name, text in asked.items() if text})}" if next else None
    return PageLinks(self_=url, next=following)


async def get_event(request: ApiRequest) -> ApiResponse:
    row, personal_details = request.found
    request.read_of = (row.user_id,)
    return as_json(_event(request, row, personal_details))


def _described(request: ApiRequest, kind: EventType) -> EventTypeDescription:
    link = SelfLink(self_=f"{request.base}/events/types/{kind}")
    return EventTypeDescription(type="eventType", id=str(kind), description=events.DESCRIPTIONS[kind], links=link)


async def list_event_types(request: ApiRequest) -> ApiResponse:
    data = [_described(request, kind) for kind in EventType]
    links = SelfLink(self_=f"{request.base}/events/types")
    return as_json(EventTypeList(type="list", size=len(data), count=len(data), data=data, links=links))


async def get_event_type(request: ApiRequest) -> ApiResponse:
    return as_json(_described(request, events.get_event_type(request.path["id"])))
