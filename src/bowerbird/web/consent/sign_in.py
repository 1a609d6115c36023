"""The way in and out of the consent pages: a token or a code opens a session, the intent decides the first page, and the way back."""

from __future__ import annotations

from functools import partial
from typing import NamedTuple

from bowerbird import codes
from bowerbird.domain.access.applications import ApplicationRow, find_application
from bowerbird.domain.consents import consents, link_codes
from bowerbird.domain.consents import person_sessions as sessions
from bowerbird.domain.consents.person_sessions import PersonSession
from bowerbird.domain.jobs import jobs
from bowerbird.domain.services import Session
from bowerbird.domain.users.users import get_user
from bowerbird.model.clock import to_milliseconds
from bowerbird.model.consent import Action
from bowerbird.model.problem import Problem
from bowerbird.web.consent.branding import as_people_see
from bowerbird.web.kernel.cookies import Cookie
from bowerbird.web.kernel.page import Page
from bowerbird.web.kernel.request import PageRequest
from bowerbird.web.kernel.response import PageRefused, PageResponse, is_local

PERSON = "person"
"""The cookie of a person's session."""
START_AGAIN = "Please go back to the app that sent you here and start again. Anything you have already shared is saved."
SESSION_ENDED = f"For your security, sessions end after a while. {START_AGAIN}"
ERRORS = {
    "expired": (403, "This link has expired", f"For your security, it was valid for one hour. {START_AGAIN}"),
    "token": (401, "This link is not valid", f"It may be incomplete. {START_AGAIN}"),
    "closed": (
        403,
        "This service is not available",
        "The app that sent you here cannot use it at the moment. Please contact the app's support team.",
    ),
    "action": (
        400,
        "This link is not valid",
        "The app that sent you here asked for something that we do not support. Please contact the app's support team.",
    ),
}
"""Why a person cannot come in: (status, title, text) by the `why` of the error page's address, which carries no token."""
_CLOSED = (codes.ACCOUNT_DISABLED.key, codes.PRODUCT_NOT_ENABLED.key)


class PageFrame(NamedTuple):
    """What every page of a person shows: the application that asks, and the person it is for; without a name, the end of their mobile."""

    application: ApplicationRow
    person_name: str
    by_link: bool
    mobile_end: str = ""


def require_person(request: PageRequest) -> PersonSession:
    """The session of this browser. Raises PageRefused without one, or when it has expired."""
    secret, now_ms = request.cookie(PERSON), to_milliseconds(request.context.clock.now())
    person = request.read_across(sessions.find_session, secret, now_ms) if secret else None
    if person is None:
        raise PageRefused(403, "Your session has ended", SESSION_ENDED)
    request.known_person, request.secret = person, secret
    return person


def let_in(request: PageRequest, page: Page) -> PageResponse | None:
    """Let a person with an open session in; a finished session sees its last page only."""
    if not require_person(request).finished or page.name == show_done.__name__:
        return None
    if page.method == "GET" and not request.partial:
        return request.go("/home/done")
    raise PageRefused(403, "You have already finished", START_AGAIN)


def open_home(request: PageRequest) -> PageResponse:
    """With a token: move it into a session's cookie and come back without it. Without one: the first page of the session's intent."""
    token = request.one("token")
    if not token:
        person = require_person(request)
        return request.go("/home/done" if person.finished else _first_page(request, person))
    intent = sessions.intent_of(request.one("action"), request.one("state"), request.one("institutionId"), request.one("connectionId"))
    if intent is None:
        return request.go("/home/sorry?why=action")
    try:
        claims = request.context.tokens.read(f"Bearer {token}")
        tenant = request.read(sessions.tenant_of, claims, tenant=claims.application_id)
        now_ms = to_milliseconds(request.context.clock.now())
        return begin(request, request.write(sessions.create_session_for_token, claims, intent, now_ms, tenant=tenant))
    except Problem as problem:
        why = "expired" if problem.entry is codes.TOKEN_EXPIRED else "closed" if problem.entry.key in _CLOSED else "token"
        return request.go(f"/home/sorry?why={why}")


def begin(request: PageRequest, secret: str) -> PageResponse:
    """Give this browser the secret of a person's session that was opened."""
    request.new_cookies.append(Cookie(PERSON, secret, request.services.limits.person_session_seconds, arriving=True))
    return request.go("/home")


def show_error(request: PageRequest) -> PageResponse:
    raise PageRefused(*ERRORS.get(request.one("why"), ERRORS["token"]))


def _first_page(request: PageRequest, person: PersonSession) -> str:
    intent = person.intent
    if intent.action is Action.MANAGE:
        return "/home/manage"
    if intent.action is Action.EXTEND:
        return "/home/extend"
    consent = request.read(consents.active_consent)
    if consent is not None and intent.action in (Action.START, Action.CONNECT) and (open_question := _resume(request, person)):
        return open_question
    is_current = consent is not None and consent.row.policy_id == consent.latest_policy_id
    if intent.action is Action.UPDATE:
        return "/home/extend" if is_current else "/home/consent"
    agreed = consent is not None and (intent.action in (Action.CONNECT, Action.REAUTHORISE) or is_current)
    return next_page(person) if agreed else "/home/consent"


def _resume(request: PageRequest, person: PersonSession) -> str:
    """The page of the job whose bank waits for an answer of this person, which becomes a job of this session; empty without one."""
    job = request.read(jobs.find_open_question)
    if job is None:
        return ""
    request.write(sessions.record_job, person, job.id)
    return f"/home/jobs/{job.id}"


def next_page(person: PersonSession) -> str:
    """The page that follows the consent."""
    intent = person.intent
    if intent.action in (Action.START, Action.REAUTHORISE) and intent.connection_id:
        return f"/home/connections/{intent.connection_id}/login"
    if intent.action in (Action.UPDATE, Action.REAUTHORISE):
        return "/home/manage"
    return f"/home/institutions/{intent.institution_id}" if intent.institution_id else "/home/institutions"


def page_frame(request: PageRequest, session: Session) -> PageFrame:
    """What every page of this person shows. Raises Problem for a deleted user."""
    application = find_application(session)
    if application is None:
        raise Problem(codes.TOKEN_USER_UNKNOWN)
    details = get_user(session)
    name = details.first_name or details.business_name or details.email or ""
    mobile_end = details.mobile[-3:] if details.mobile and not name else ""
    return PageFrame(as_people_see(application), name, bool(request.person.link_id), mobile_end)


def set_language(request: PageRequest) -> PageResponse:
    """Show the customer's pages in a language from now on, and the page they came from."""
    request.set_language(request.path["language"])
    back = request.one("back")
    return request.go(back if is_local(back) and back.startswith(("/home", "/links")) else "/home")


# ── The way out ──────────────────────────────────────────────────────────────────────────────────────────────────────────────


def finish(request: PageRequest) -> PageResponse:
    """End the session; an auth link that opened it is used up."""
    request.write(_finish, request.person)
    return request.go("/home/done")


def _finish(session: Session, person: PersonSession) -> None:
    sessions.finish_session(session, person)
    if person.link_id:
        link_codes.use_link(session, person.link_id)


def show_done(request: PageRequest) -> PageResponse:
    """The last page, which leads back to the application: a form's answer may not redirect to another site."""
    person = request.person
    if not person.finished:
        return request.go("/home")
    frame = request.read(partial(page_frame, request))
    address = sessions.return_address(frame.application.redirect_url, person)
    return request.show("consent/done.html", address=address, connected=bool(person.job_ids), **frame._asdict())
