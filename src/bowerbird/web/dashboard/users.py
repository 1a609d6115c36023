"""Users of an application: searching, creating, and everything that belongs to one."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import NamedTuple

from bowerbird.domain.access.applications import takes_statements
from bowerbird.domain.access.tenant import Tenant
from bowerbird.domain.connections import connections, schedule
from bowerbird.domain.connections.bank_access import access_end
from bowerbird.domain.connections.bank_messages import messages_of
from bowerbird.domain.connections.quotas import QuotaLeft, quota_left, quota_of
from bowerbird.domain.consents import auth_links
from bowerbird.domain.consents import person_sessions as sessions
from bowerbird.domain.consents.auth_links import AuthLink
from bowerbird.domain.consents.person_sessions import Intent
from bowerbird.domain.feeds.feeds import list_feeds
from bowerbird.domain.jobs.jobs import find_last_job, list_jobs
from bowerbird.domain.ledger import accounts
from bowerbird.domain.operators import server
from bowerbird.domain.services import Session
from bowerbird.domain.statements.statements import files_of
from bowerbird.domain.users import users
from bowerbird.domain.users.users import User, UserDetails, UsersCursor
from bowerbird.model.clock import to_milliseconds
from bowerbird.model.connection import Method
from bowerbird.model.ids import is_id
from bowerbird.model.institution import Institution
from bowerbird.model.problem import Problem, Problems
from bowerbird.sdk.connector import DemoUser
from bowerbird.web.consent import sign_in
from bowerbird.web.consent.banks import captions_of
from bowerbird.web.dashboard import applications
from bowerbird.web.kernel import samples as trying
from bowerbird.web.kernel.request import PageRequest
from bowerbird.web.kernel.response import PageRefused, PageResponse, not_found

_PAGE = 25
_JOBS_SHOWN = 10
_SEARCHED = 2000
"""Newest users that a search looks at: their personal details are sealed, so that each must be opened."""


class Person(NamedTuple):
    """A user as a page shows them. `name` is never empty."""

    id: str
    created: int
    name: str
    email: str
    mobile: str


def person_of(user: User) -> Person:
    details = user.details
    parts = (details.first_name, details.middle_name, details.last_name)
    name = " ".join(filter(None, parts)) or details.business_name or details.email or f"+{details.mobile}"
    return Person(user.id, user.created, name, details.email or "", f"+{details.mobile}" if details.mobile else "")


def tenant_of(request: PageRequest) -> Tenant:
    return Tenant(request.path["application_id"], request.path["user_id"])


def address(tenant: Tenant) -> str:
    return f"/dashboard/applications/{tenant.application_id}/users/{tenant.user_id}"


def find(request: PageRequest, session: Session) -> Person:
    """The user that the path names, whom the page shows. Raises PageRefused."""
    user = users.find_user(session.of(tenant_of(request)))
    if user is None:
        raise not_found("user")
    request.concerns(user_id=user.id)
    return person_of(user)


def show_users(request: PageRequest) -> PageResponse:
    return _list(request, 200, {}, [])


def search_users(request: PageRequest) -> PageResponse:
    """Those of the newest users who match. The words come in a form, so that no email stands in an address."""
    return _list(request, 200, {}, [])


def _list(request: PageRequest, status: int, typed: dict[str, str], wrong: list[str]) -> PageResponse:
    known, application = applications.chosen(request)
    people: list[Person] = []
    following = ""
    if application is not None:
        request.concerns(application_id=application.id)
        people, following = request.read(_find_people, request, tenant=application.id)
    return request.show(
        "dashboard/users.html", status, applications=known, application=application, people=people, following=following,
        search=request.form.text("search"), searched=_SEARCHED, typed=typed, wrong=wrong,
    )  # fmt: skip


def _find_people(session: Session, request: PageRequest) -> tuple[list[Person], str]:
    """A page of users and where the next begins; of a search, those of the newest users that match."""
    if search := request.form.text("search").casefold():
        if is_id(search):
            user = users.find_user(session.of(Tenant(session.application_id, search)))
            return ([person_of(user)] if user else []), ""
        newest = [person_of(user) for user in users.newest_users(session, None, _SEARCHED)]
        return [person for person in newest if search in " ".join((person.name, person.email, person.mobile)).casefold()][:_PAGE], ""
    created, _, user_id = request.one("after").partition(".")
    after = UsersCursor(int(created), user_id) if created.isdecimal() and len(created) < 16 else None
    people = [person_of(user) for user in users.newest_users(session, after, _PAGE + 1)]
    if len(people) <= _PAGE:
        return people, ""
    return people[:_PAGE], f"{people[_PAGE - 1].created}.{people[_PAGE - 1].id}"


def create_user(request: PageRequest) -> PageResponse:
    application = applications.find(request)
    typed = {name: request.form.text(name) for name in ("email", "mobile", "first_name", "last_name")}
    email, mobile, first_name, last_name = (value or None for value in typed.values())
    details = UserDetails(email=email, mobile=mobile, first_name=first_name, last_name=last_name)
    try:
        user_id = request.write(_create_user, request, details)
    except Problem as problem:
        return _list(request, 400, typed, [problem.detail])
    except Problems as several:
        return _list(request, 400, typed, [problem.detail for problem in several.problems])
    return request.go(f"{address(Tenant(application.id, user_id))}?done=created")


def _create_user(session: Session, request: PageRequest, details: UserDetails) -> str:
    user_id, _ = users.create_user(session, details)
    request.concerns(user_id=user_id)
    return user_id


def delete_user(request: PageRequest) -> PageResponse:
    tenant = tenant_of(request)
    request.write(users.delete_user)
    return request.go(f"/dashboard/users?application={tenant.application_id}&done=deleted")


def show_user(request: PageRequest) -> PageResponse:
    return user_page(request, 200, [])


def user_page(request: PageRequest, status: int, wrong: list[str]) -> PageResponse:
    """A user with connections, jobs and accounts; `wrong` says in place why a form on it was refused."""
    application, tenant = applications.find(request), tenant_of(request)

    def read(session: Session) -> dict[str, object]:
        connected = connections.list_connections(session)
        return {
            "person": find(request, session),
            "connections": connected,
            "last_jobs": {each.id: find_last_job(session, each.id) for each in connected},
            "schedule": schedule.get_schedule(session),
            "jobs": list_jobs(session, most=_JOBS_SHOWN),
            "accounts": accounts.list_accounts(session, None),
            "messages": {each.id: messages_of(session, each) for each in connected},
            "link": _find_link(session),
            "feeds": list_feeds(session),
            "quotas": _quotas(session),
        }

    belongings = request.read(read)
    ends = {bank.id: access_end(request.services, bank.id) for bank in request.services.institutions if not bank.sandbox}
    banks = [bank for bank in request.services.institutions if not bank.disabled]
    household = request.services.household is not None
    logins = [
        bank for bank in banks
        if (not household if bank.sandbox else application.production)
        and bank.channel(Method.WEB) and connections.can_be_asked(request.services, bank)
    ]  # fmt: skip
    uploads = [bank for bank in banks if files_of(request.services, bank)]
    wanted = request.one("bank") or request.form.text("institution")
    login_bank = next((bank for bank in logins if bank.id == wanted and not bank.sandbox), None)
    return request.show(
        "dashboard/user.html", status, application=application, here_path=address(tenant), logins=logins, uploads=uploads,
        login_bank=login_bank, captions=captions_of(login_bank),
        institutions=request.services.institutions, wrong=wrong, public_url=request.context.public_url,
        takes_statements=takes_statements(application.production, application.products),
        may_be_opened=server.is_sandbox(request.services), may_rehearse=trying.may_rehearse(request, application),
        samples=trying.samples_for(request, application), suggested=trying.COMMBANK,
        demo_users=_demo_users(request, logins), ends=ends, **belongings,
    )  # fmt: skip


def _quotas(session: Session) -> dict[str, tuple[QuotaLeft, int]]:
    """Connection → what is left of its bank's quota, and the requests of that; of connections to banks that have one."""
    rows = [(each.id, quota_of(session.services, each.institution_id)) for each in connections.list_connections(session)]
    return {id_: (quota_left(session, id_, quota), quota.requests) for id_, quota in rows if quota is not None}


def _find_link(session: Session) -> AuthLink | None:
    """The user's auth link, while it works."""
    try:
        return auth_links.get_auth_link(session)
    except Problem:
        return None


def _demo_users(request: PageRequest, logins: list[Institution]) -> Sequence[DemoUser]:
    """The customers of the test banks, the same at each of them."""
    return next(filter(None, (trying.demo_users_of(request, bank) for bank in logins)), ())


def open_consent_page(request: PageRequest) -> PageResponse:
    """Open the consent page as the user. In a sandbox only: no operator agrees on behalf of a real person."""
    tenant = tenant_of(request)
    request.read(partial(find, request), tenant=tenant.application_id)
    if why := server.why_closed(request.services):
        text = f"{why} Users of this server may be real people. Send them a link instead: only they can agree."
        raise PageRefused(403, "Only they can open it", text, ("Back", address(tenant)))
    request.read(sessions.require_open)
    now_ms = to_milliseconds(request.context.clock.now())
    return sign_in.begin(request, request.write(sessions.create_session_for_operator, Intent(), now_ms))


def create_auth_link(request: PageRequest) -> PageResponse:
    """A link to send; without a mobile typed, its code goes to the user's own."""
    tenant, mobile = tenant_of(request), request.form.text("mobile") or None

    def make(session: Session) -> None:
        find(request, session)
        auth_links.create_auth_link(session.of(tenant), mobile)

    try:
        request.write(make, tenant=tenant.application_id)
    except Problem as problem:
        return user_page(request, 400, [problem.detail])
    except Problems as several:
        return user_page(request, 400, [problem.detail for problem in several.problems])
    return request.go(f"{address(tenant)}?done=linked")


def delete_auth_link(request: PageRequest) -> PageResponse:
    tenant = tenant_of(request)
    request.write(auth_links.delete_auth_link)
    return request.go(f"{address(tenant)}?done=unlinked")
