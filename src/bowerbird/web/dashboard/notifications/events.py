"""Events of an application: what happened to which user's data, and the webhooks it was sent to."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple
from urllib.parse import urlencode, urlsplit

from bowerbird.domain.access.tenant import Tenant
from bowerbird.domain.notifications import event_data, events, messages, webhooks
from bowerbird.domain.notifications.events import EventRow
from bowerbird.domain.notifications.messages import MessageRow
from bowerbird.domain.notifications.webhooks import WebhookRow
from bowerbird.domain.paging import paging_of
from bowerbird.domain.services import Session
from bowerbird.domain.users import users
from bowerbird.model.days import DAY_S
from bowerbird.model.event import EventType
from bowerbird.model.json_value import JsonObject
from bowerbird.model.problem import Problem
from bowerbird.web.dashboard import applications
from bowerbird.web.dashboard import users as people
from bowerbird.web.dashboard.money import quoted
from bowerbird.web.dashboard.users import Person
from bowerbird.web.kernel.request import PageRequest
from bowerbird.web.kernel.response import PageResponse, not_found

_PAGE = 50
_TYPES = [("", "All"), *((str(kind), str(kind)) for kind in EventType)]
_FILTERS = {"type": "event.type", "user": "user.id"}


@dataclass(frozen=True, slots=True)
class EventsShown:
    """A page of events with the users that still exist, and for each event the page of what it is about (name, address)."""

    events: Sequence[EventRow] = ()
    size: int = 0
    following: str = ""
    people: Mapping[str, Person] = field(default_factory=dict)
    about: Mapping[str, tuple[str, str]] = field(default_factory=dict)


def show_events(request: PageRequest) -> PageResponse:
    known, application = applications.chosen(request)
    chosen = {name: request.one(name) for name in _FILTERS}
    conditions = ",".join(f"{_FILTERS[name]}.eq({quoted(value)})" for name, value in chosen.items() if value)
    page, wrong = EventsShown(), ""
    if application is not None:
        try:
            request.concerns(application_id=application.id)
            page = request.read(_list_events, request, conditions, tenant=application.id)
        except Problem as problem:
            wrong = problem.detail
    query = urlencode({"application": application.id if application else "", **{name: value for name, value in chosen.items() if value}})
    return request.show(
        "dashboard/events.html", 400 if wrong else 200, applications=known, application=application, chosen=chosen, types=_TYPES,
        wrong=wrong, query=query, filter=conditions, days=request.services.limits.events_shown_seconds // DAY_S,
        kept=request.services.limits.events_kept_days, page=page,
    )  # fmt: skip


def _list_events(session: Session, request: PageRequest, conditions: str) -> EventsShown:
    paging = paging_of(str(_PAGE), request.one("next") or None, _PAGE)
    page = events.list_events(session, conditions or None, paging)
    known = _people(session, {row.user_id for row in page.rows})
    about = {row.id: entity_page(Tenant(session.application_id, row.user_id), row.path) for row in page.rows}
    return EventsShown(page.rows, page.size, page.next, known, about)


def _people(session: Session, user_ids: Collection[str]) -> dict[str, Person]:
    """Those of the users that still exist, by id."""
    return {user.id: people.person_of(user) for user in users.find_users(session, user_ids)}


def entity_page(tenant: Tenant, path: str) -> tuple[str, str]:
    """The page nearest to what an event is about, with its name; the user's, where that has none of its own."""
    parts, user = urlsplit(path).path.split("/")[3:], people.address(tenant)
    if parts[:1] == ["transactions"]:
        return "Transactions", f"{user}/transactions"
    if parts[:1] == ["accounts"] and len(parts) == 2:
        return "Account", f"{user}/accounts/{parts[1]}"
    return ("Connection", user) if parts[:1] == ["connections"] else ("User", user)


class EventShown(NamedTuple):
    """An event with its data as the API shows it, the user where it still exists, and the messages about it with their webhooks."""

    row: EventRow
    data: JsonObject
    person: Person | None
    messages: list[MessageRow]
    webhooks: dict[str, WebhookRow]


def _get_event(session: Session, request: PageRequest) -> EventShown:
    try:
        row = events.get_event(session, request.path["event_id"])
    except Problem:
        raise not_found("event") from None
    details = event_data.personal_details_of(session, [row])
    return EventShown(
        row,
        event_data.data_of(row, request.context.public_url, details),
        _people(session, [row.user_id]).get(row.user_id),
        messages.list_messages_of_event(session, row.id),
        {view.row.id: view.row for view in webhooks.list_webhooks(session)},
    )


def show_event(request: PageRequest) -> PageResponse:
    application, event = applications.find(request), request.read(_get_event, request)
    request.concerns(user_id=event.row.user_id)
    return request.show(
        "dashboard/event.html", application=application, event=event.row, person=event.person, messages=event.messages,
        webhooks=event.webhooks, about=entity_page(Tenant(application.id, event.row.user_id), event.row.path),
        meaning=events.DESCRIPTIONS[event.row.type], address=f"{request.context.public_url}/events/{event.row.id}",
        data=json.dumps(event.data, indent=2, ensure_ascii=False), kept=request.services.limits.events_kept_days,
    )  # fmt: skip
