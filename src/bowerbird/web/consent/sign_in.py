"""The way in: a token or the right code becomes a session of a cookie, and the errand says which page comes first; and the way out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from bowerbird import codes
from bowerbird.domain.access.tenant import Tenant
from bowerbird.domain.consents import consents, link_codes
from bowerbird.domain.consents import person_sessions as sessions
from bowerbird.domain.consents.person_sessions import Intent, PersonSession
from bowerbird.domain.services import Session
from bowerbird.domain.users.users import get_user
from bowerbird.model.clock import to_milliseconds
from bowerbird.model.consent import Action
from bowerbird.model.problem import Problem
from bowerbird.storage.database.unit_of_work import EVERY_TENANT
from bowerbird.storage.rows import applications as application_rows
from bowerbird.web.kernel.cookies import Cookie
from bowerbird.web.kernel.not_found import PageRefused
from bowerbird.web.kernel.page import Page
from bowerbird.web.kernel.request import PageRequest
from bowerbird.web.kernel.response import PageResponse

PERSON = "person"
"""The cookie of a person's session."""
_START_AGAIN = "Go back to the app that sent you here and start again from there. Nothing of what you did is lost."
_SORRY = {
    "expired": (403, "This link has expired", f"It worked for an hour. {_START_AGAIN}"),
    "token": (401, "This link does not work", f"It is incomplete, or not meant for these pages. {_START_AGAIN}"),
    "closed": (
        403,
        "These pages are closed",
        "The app that sent you here may not use them at present. Ask its people; nothing is wrong on your side.",
    ),
    "errand": (
        400,
        "This link asks for something unknown",
        "The app that sent you here made a mistake in its link. Please tell its people.",
    ),
}
"""Why nobody gets in, with words for the person; the address of that page carries the reason and no token."""
_CLOSED = (codes.ACCOUNT_DISABLED.key, codes.PRODUCT_NOT_ENABLED.key)


def know(request: PageRequest) -> PersonSession:
    """The person of this browser. Raises Refusal when there is none, or their time is over."""
    secret, now = request.cookie(PERSON), to_milliseconds(request.context.clock.now())
    found = request.read(sessions.find_session, secret, now, tenant=EVERY_TENANT) if secret else None
    if found is None:
        raise PageRefused(
            403, "Your visit here is over", f"These pages close by themselves after a while, to keep your data safe. {_START_AGAIN}"
        )
    request.known_person, request.secret = found, secret
    return found


def let_in(request: PageRequest, page: Page) -> PageResponse | None:
    """Who has finished sees only that; nobody else's browser goes on with it."""
    if not know(request).finished or page.name == show_done.__name__:
        return None
    if page.method == "GET" and not request.partial:
        return request.go("/home/done")
    raise PageRefused(403, "You have finished here", _START_AGAIN)


def open_home(request: PageRequest) -> PageResponse:
    """With a token: into a cookie with it, and here again without it. Without one: the page that the errand begins with."""
    token = request.one("token")
    if not token:
        person = know(request)
        return request.go("/home/done" if person.finished else _first_page(request, person))
    intent = sessions.intent_of(request.one("action"), request.one("state"), request.one("institutionId"), request.one("connectionId"))
    if intent is None:
        return request.go("/home/sorry?why=errand")
    try:
        claims = request.context.tokens.read(f"Bearer {token}")
        tenant = request.read(sessions.tenant_of, claims, tenant=EVERY_TENANT)
    except Problem as problem:
        why = "expired" if problem.entry is codes.TOKEN_EXPIRED else "closed" if problem.entry.key in _CLOSED else "token"
        return request.go(f"/home/sorry?why={why}")
    return begin(request, tenant, intent)


def begin(
    request: PageRequest, tenant: Tenant, intent: Intent, link_id: str = "", *, first: Callable[[Session], None] = lambda _: None
) -> PageResponse:
    """A session for a person who has shown who sent them. `first` runs in the same unit of work and may refuse it."""
    now = to_milliseconds(request.context.clock.now())

    def make(session: Session) -> str:
        first(session)
        return sessions.create_session(session.of(tenant), intent, now, link_id)

    secret = request.write(make, tenant=tenant.application_id)
    request.new_cookies.append(Cookie(PERSON, secret, request.services.limits.person_session_seconds, arriving=True))
    return request.go("/home")


def show_error(request: PageRequest) -> PageResponse:
    raise PageRefused(*_SORRY.get(request.one("why"), _SORRY["token"]))


def _first_page(request: PageRequest, person: PersonSession) -> str:
    intent = person.intent
    if intent.action is Action.MANAGE:
        return "/home/manage"
    if intent.action is Action.EXTEND:
        return "/home/extend"
    if intent.action is Action.UPDATE:
        return next_page(person)
    view = request.read(consents.active_consent, tenant=person.tenant)
    agreed = view is not None and (intent.action is Action.CONNECT or view.row.policy_id == view.latest_policy_id)
    return next_page(person) if agreed and intent.action is not Action.REAUTHORISE else "/home/consent"


def next_page(person: PersonSession) -> str:
    """Where an errand goes on once there is an agreement."""
    intent = person.intent
    if intent.action in (Action.UPDATE, Action.REAUTHORISE):
        return f"/home/connections/{intent.connection_id}/login" if intent.connection_id else "/home/manage"
    return f"/home/institutions/{intent.institution_id}" if intent.institution_id else "/home/institutions"


def page_context(request: PageRequest, session: Session) -> dict[str, Any]:
    """What every page of a person shows: who asks, and for whom it is."""
    person = request.person
    application = application_rows.find_application(session.uow, person.tenant.application_id)
    details = get_user(session.of(person.tenant))
    name = (
        details.first_name
        or details.business_name
        or details.email
        or (f"the mobile ending in {details.mobile[-3:]}" if details.mobile else "")
    )
    return {"application": application, "person_name": name, "by_link": bool(person.link_id)}


# ── The way out ──────────────────────────────────────────────────────────────────────────────────────────────────────────────


def finish(request: PageRequest) -> PageResponse:
    """The end of a visit; who came by an auth link has said that this is all, and the link is used."""
    person = request.person

    def work(session: Session) -> None:
        sessions.finish_session(session, person)
        if person.link_id:
            link_codes.use_link(session.of(person.tenant), person.link_id)

    request.write(work, tenant=person.tenant.application_id)
    return request.go("/home/done")


def show_done(request: PageRequest) -> PageResponse:
    """Back to the application, by a page of ours: a form may lead nowhere else, and a person sees where they go."""
    person = request.person
    if not person.finished:
        return request.go("/home")
    found = request.read(lambda session: page_context(request, session), tenant=person.tenant.application_id)
    address = sessions.return_address(found["application"].redirect_url, person)
    return request.show("consent/done.html", address=address, connected=bool(person.job_ids), **found)
