"""The way in: a token or the right code becomes a session of a cookie, and the errand says which page comes first; and the way out."""

from __future__ import annotations

from typing import Any

from bowerbird import codes
from bowerbird.domain import consents, link_codes
from bowerbird.domain import person_sessions as sessions
from bowerbird.domain.person_sessions import Action, Errand, PersonSession
from bowerbird.domain.tenant import Tenant
from bowerbird.domain.users import get_user
from bowerbird.model.clock import to_milliseconds
from bowerbird.model.problem import Problem
from bowerbird.storage import applications as application_rows
from bowerbird.storage.unit_of_work import EVERY_TENANT, UnitOfWork
from bowerbird.web.cookies import Cookie
from bowerbird.web.page import Page
from bowerbird.web.refusal import Refusal
from bowerbird.web.reply import Reply
from bowerbird.web.visit import Visit

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


def know(visit: Visit) -> PersonSession:
    """The person of this browser. Raises Refusal when there is none, or their time is over."""
    secret, now = visit.cookie(PERSON), to_milliseconds(visit.desk.clock.now())
    found = visit.read(lambda uow: sessions.find_session(uow, secret, now), tenant=EVERY_TENANT) if secret else None
    if found is None:
        raise Refusal(
            403, "Your visit here is over", f"These pages close by themselves after a while, to keep your data safe. {_START_AGAIN}"
        )
    visit.known_person, visit.secret = found, secret
    return found


def let_in(visit: Visit, page: Page) -> Reply | None:
    """Who has finished sees only that; nobody else's browser goes on with it."""
    if not know(visit).finished or page.name == show_done.__name__:
        return None
    if page.method == "GET" and not visit.partial:
        return visit.go("/home/done")
    raise Refusal(403, "You have finished here", _START_AGAIN)


def open_home(visit: Visit) -> Reply:
    """With a token: into a cookie with it, and here again without it. Without one: the page that the errand begins with."""
    token = visit.one("token")
    if not token:
        session = know(visit)
        return visit.go("/home/done" if session.finished else _first_page(visit, session))
    errand = sessions.errand_of(visit.one("action"), visit.one("state"), visit.one("institutionId"), visit.one("connectionId"))
    if errand is None:
        return visit.go("/home/sorry?why=errand")
    try:
        claims = visit.desk.tokens.read(f"Bearer {token}")
        tenant = visit.read(lambda uow: sessions.tenant_of(uow, claims), tenant=EVERY_TENANT)
    except Problem as problem:
        why = "expired" if problem.entry is codes.TOKEN_EXPIRED else "closed" if problem.entry.key in _CLOSED else "token"
        return visit.go(f"/home/sorry?why={why}")
    return begin(visit, tenant, errand)


def begin(visit: Visit, tenant: Tenant, errand: Errand, link_id: str = "") -> Reply:
    """A session for somebody who has shown who sent them."""
    now = to_milliseconds(visit.desk.clock.now())
    secret = visit.write(lambda uow: sessions.create_session(visit.world, uow, tenant, errand, now, link_id), tenant=tenant.application_id)
    visit.new_cookies.append(Cookie(PERSON, secret, visit.world.limits.person_session_seconds, arriving=True))
    return visit.go("/home")


def show_sorry(visit: Visit) -> Reply:
    raise Refusal(*_SORRY.get(visit.one("why"), _SORRY["token"]))


def _first_page(visit: Visit, session: PersonSession) -> str:
    errand = session.errand
    if errand.action is Action.MANAGE:
        return "/home/manage"
    if errand.action is Action.EXTEND:
        return "/home/extend"
    if errand.action is Action.UPDATE:
        return next_page(session)
    view = visit.read(lambda uow: consents.active_consent(uow, session.tenant), tenant=session.tenant.application_id)
    agreed = view is not None and (errand.action is Action.CONNECT or view.row.policy_id == view.latest_policy_id)
    return next_page(session) if agreed and errand.action is not Action.REAUTHORISE else "/home/consent"


def next_page(session: PersonSession) -> str:
    """Where an errand goes on once there is an agreement."""
    errand = session.errand
    if errand.action in (Action.UPDATE, Action.REAUTHORISE):
        return f"/home/connections/{errand.connection_id}/login" if errand.connection_id else "/home/manage"
    return f"/home/institutions/{errand.institution_id}" if errand.institution_id else "/home/institutions"


def frame(visit: Visit, uow: UnitOfWork) -> dict[str, Any]:
    """What every page of a person shows: who asks, and for whom it is."""
    session = visit.person
    application = application_rows.find_application(uow, session.tenant.application_id)
    details = get_user(visit.world, uow, session.tenant)
    name = (
        details.first_name
        or details.business_name
        or details.email
        or (f"the mobile ending in {details.mobile[-3:]}" if details.mobile else "")
    )
    return {"application": application, "person_name": name, "by_link": bool(session.link_id)}


# ── The way out ──────────────────────────────────────────────────────────────────────────────────────────────────────────────


def finish(visit: Visit) -> Reply:
    """The end of a visit; who came by an auth link has said that this is all, and the link is used."""
    session = visit.person

    def work(uow: UnitOfWork) -> None:
        sessions.finish_session(uow, session)
        if session.link_id:
            link_codes.use_link(uow, session.tenant, session.link_id)

    visit.write(work, tenant=session.tenant.application_id)
    return visit.go("/home/done")


def show_done(visit: Visit) -> Reply:
    """Back to the application, by a page of ours: a form may lead nowhere else, and a person sees where they go."""
    session = visit.person
    if not session.finished:
        return visit.go("/home")
    found = visit.read(lambda uow: frame(visit, uow), tenant=session.tenant.application_id)
    address = sessions.return_address(found["application"], session)
    return visit.show("consent/done.html", address=address, connected=bool(session.job_ids), **found)
