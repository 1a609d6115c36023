"""Events of an application: what happened to whose data, and who was told of it."""

from __future__ import annotations

import json
from collections.abc import Collection
from typing import Any
from urllib.parse import urlencode, urlsplit

from bowerbird.domain.access.tenant import Tenant
from bowerbird.domain.notifications import event_data, events
from bowerbird.domain.paging import paging_of
from bowerbird.domain.services import Session
from bowerbird.domain.users import users
from bowerbird.model.event import EventType
from bowerbird.model.problem import Problem
from bowerbird.storage.rows import messages as message_rows
from bowerbird.storage.rows import webhooks as webhook_rows
from bowerbird.web.dashboard import applications
from bowerbird.web.dashboard import users as people
from bowerbird.web.dashboard.money import quoted
from bowerbird.web.dashboard.users import Person
from bowerbird.web.kernel.not_found import not_found
from bowerbird.web.kernel.request import PageRequest
from bowerbird.web.kernel.response import PageResponse

_PAGE = 50
_TYPES = [("", "All"), *((str(kind), str(kind)) for kind in EventType)]
_FILTERS = {"type": "event.type", "user": "user.id"}
_DAY_SECONDS = 86_400


def show_events(request: PageRequest) -> PageResponse:
    known, application = applications.chosen(request)
    chosen = {name: request.one(name) for name in _FILTERS}
    conditions = ",".join(f"{_FILTERS[name]}.eq({quoted(value)})" for name, value in chosen.items() if value)
    shown: dict[str, Any] = {"events": [], "size": 0, "people": {}, "following": ""}
    wrong = ""
    if application is not None:
        try:
            shown = request.read(lambda session: _found(request, session, application.id, conditions), tenant=application.id)
        except Problem as problem:
            wrong = problem.detail
    query = urlencode({"application": application.id if application else "", **{name: value for name, value in chosen.items() if value}})
    return request.show(
        "dashboard/events.html", 400 if wrong else 200, applications=known, application=application, chosen=chosen, types=_TYPES,
        wrong=wrong, query=query, filter=conditions, days=request.services.limits.events_shown_seconds // _DAY_SECONDS,
        kept=request.services.limits.events_kept_days, **shown,
    )  # fmt: skip


def _found(request: PageRequest, session: Session, application_id: str, conditions: str) -> dict[str, Any]:
    paging = paging_of(str(_PAGE), request.one("next") or None, _PAGE)
    page = events.list_events(session.in_application(application_id), conditions or None, paging)
    known = _people(request, session, application_id, {row.user_id for row in page.rows})
    about = {row.id: entity_page(Tenant(application_id, row.user_id), row.path) for row in page.rows}
    return {"events": page.rows, "size": page.size, "people": known, "about": about, "following": page.next}


def _people(request: PageRequest, session: Session, application_id: str, user_ids: Collection[str]) -> dict[str, Person]:
    """Those of the users that are still there."""
    return {user.id: people.person_of(user) for user in users.find_users(session.in_application(application_id), user_ids)}


def entity_page(tenant: Tenant, path: str) -> tuple[str, str]:
    """The page nearest to what an event is about, with its name; the user's, where that has none of its own."""
    parts, user = urlsplit(path).path.split("/")[3:], people.address(tenant)
    if parts[:1] == ["transactions"]:
        return "Transactions", f"{user}/transactions"
    if parts[:1] == ["accounts"] and len(parts) == 2:
        return "Account", f"{user}/accounts/{parts[1]}"
    return ("Connection", user) if parts[:1] == ["connections"] else ("User", user)


def show_event(request: PageRequest) -> PageResponse:
    application, base = applications.find(request), request.context.public_url

    def read(session: Session) -> dict[str, Any]:
        try:
            row = events.get_event(session.in_application(application.id), request.path["event_id"])
        except Problem:
            raise not_found("event") from None
        return {
            "event": row,
            "person": _people(request, session, application.id, [row.user_id]).get(row.user_id),
            "data": event_data.data_of(row, base, event_data.personal_details_of(session.in_application(application.id), [row])),
            "messages": message_rows.messages_of_event(session.uow, application.id, row.id),
            "webhooks": {each.id: each for each in webhook_rows.list_webhooks(session.uow, application.id)},
        }

    found = request.read(read, tenant=application.id)
    row, data = found["event"], found.pop("data")
    return request.show(
        "dashboard/event.html", application=application, about=entity_page(Tenant(application.id, row.user_id), row.path),
        meaning=events.DESCRIPTIONS[EventType(row.type)], address=f"{base}/events/{row.id}",
        data=json.dumps(data, indent=2, ensure_ascii=False), kept=request.services.limits.events_kept_days, **found,
    )  # fmt: skip
