"""Users of an application: found, created, and everything that hangs on one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from bowerbird.domain.access.applications import takes_statements
from bowerbird.domain.access.tenant import Tenant
from bowerbird.domain.consents import auth_links
from bowerbird.domain.consents.auth_links import AuthLink
from bowerbird.domain.jobs.jobs import list_jobs
from bowerbird.domain.ledger import accounts
from bowerbird.domain.services import Session
from bowerbird.domain.users import users
from bowerbird.domain.users.users import UserDetails
from bowerbird.model.connection import Method
from bowerbird.model.ids import is_id
from bowerbird.model.institution import Institution
from bowerbird.model.problem import Problem, Problems
from bowerbird.sdk.connector import DemoUser
from bowerbird.storage.database.unit_of_work import AnyRow
from bowerbird.storage.rows import connections as connection_rows
from bowerbird.storage.rows import statistics
from bowerbird.storage.rows import users as rows
from bowerbird.storage.rows.statistics import UsersCursor
from bowerbird.web.controls.access import is_sandbox
from bowerbird.web.dashboard import applications
from bowerbird.web.kernel import samples as trying
from bowerbird.web.kernel.not_found import not_found
from bowerbird.web.kernel.request import PageRequest
from bowerbird.web.kernel.response import PageResponse

_PAGE = 25
_JOBS_SHOWN = 10
_SEARCHED = 2000
"""Newest users that a search opens: their particulars are sealed, so each is opened to be read."""


class Person(NamedTuple):
    """A user as people call them. `name` is never empty."""

    id: str
    created: int
    name: str
    email: str
    mobile: str


def person_of(request: PageRequest, session: Session, row: AnyRow) -> Person:
    return _person(row, users.details_of(session, row))


def people_of(request: PageRequest, session: Session, found: Sequence[AnyRow]) -> list[Person]:
    """Several users in their order, opened together."""
    details = users.details_of_rows(session, found)
    return [_person(row, details[row.id]) for row in found]


def _person(row: AnyRow, details: UserDetails) -> Person:
    parts = (details.first_name, details.middle_name, details.last_name)
    name = " ".join(filter(None, parts)) or details.business_name or details.email or f"+{details.mobile}"
    return Person(row.id, row.created, name, details.email or "", f"+{details.mobile}" if details.mobile else "")


def tenant_of(request: PageRequest) -> Tenant:
    return Tenant(request.path["application_id"], request.path["user_id"])


def address(tenant: Tenant) -> str:
    return f"/dashboard/applications/{tenant.application_id}/users/{tenant.user_id}"


def find(request: PageRequest, session: Session) -> Person:
    """The user that the path names. Raises Refusal."""
    row = rows.find_user(session.uow, *tenant_of(request))
    if row is None:
        raise not_found("user")
    return person_of(request, session, row)


def show_users(request: PageRequest) -> PageResponse:
    return _list(request, 200, {}, [])


def _list(request: PageRequest, status: int, typed: dict[str, str], wrong: list[str]) -> PageResponse:
    known, application = applications.chosen(request)
    people: list[Person] = []
    following = ""
    if application is not None:
        people, following = request.read(lambda session: _found(request, session, application.id), tenant=application.id)
    return request.show(
        "dashboard/users.html", status, applications=known, application=application, people=people, following=following,
        search=request.one("search"), searched=_SEARCHED, typed=typed, wrong=wrong,
    )  # fmt: skip


def _found(request: PageRequest, session: Session, application_id: str) -> tuple[list[Person], str]:
    """A page of users and where the next begins; of a search, whatever of the newest users has the words."""
    if search := request.one("search").casefold():
        if is_id(search):
            row = rows.find_user(session.uow, application_id, search)
            return ([person_of(request, session, row)] if row else []), ""
        newest = people_of(request, session, statistics.users_page(session.uow, application_id, None, _SEARCHED))
        return [person for person in newest if search in " ".join((person.name, person.email, person.mobile)).casefold()][:_PAGE], ""
    created, _, user_id = request.one("after").partition(".")
    after = UsersCursor(int(created), user_id) if created.isdecimal() and len(created) < 16 else None
    found = statistics.users_page(session.uow, application_id, after, _PAGE + 1)
    people = people_of(request, session, found[:_PAGE])
    return people, f"{people[-1].created}.{people[-1].id}" if len(found) > _PAGE else ""


def create_user(request: PageRequest) -> PageResponse:
    application = applications.find(request)
    typed = {name: request.form.text(name) for name in ("email", "mobile", "first_name", "last_name")}
    email, mobile, first_name, last_name = (value or None for value in typed.values())
    details = UserDetails(email=email, mobile=mobile, first_name=first_name, last_name=last_name)
    try:
        made = request.write(lambda session: users.create_user(session.in_application(application.id), details)[0], tenant=application.id)
    except Problem as problem:
        return _list(request, 400, typed, [problem.detail])
    except Problems as several:
        return _list(request, 400, typed, [problem.detail for problem in several.problems])
    return request.go(f"{address(Tenant(application.id, made))}?done=created")


def delete_user(request: PageRequest) -> PageResponse:
    tenant = tenant_of(request)
    request.write(users.delete_user, tenant=tenant)
    return request.go(f"/dashboard/users?application={tenant.application_id}&done=deleted")


def show_user(request: PageRequest) -> PageResponse:
    return user_page(request, 200, [])


def user_page(request: PageRequest, status: int, wrong: list[str]) -> PageResponse:
    """A user with connections, jobs and accounts; `wrong` says in place why a form on it was refused."""
    application, tenant = applications.find(request), tenant_of(request)

    def read(session: Session) -> dict[str, Any]:
        return {
            "person": find(request, session),
            "connections": connection_rows.connections_of_user(session.uow, *tenant),
            "jobs": list_jobs(session.of(tenant), most=_JOBS_SHOWN),
            "accounts": accounts.list_accounts(session.of(tenant), None),
            "link": _link(request, session.of(tenant)),
        }

    found = request.read(read, tenant=tenant.application_id)
    open_to = [each for each in request.services.institutions if not each.disabled and (each.sandbox or application.production)]
    logins = [each for each in open_to if each.channel(Method.WEB) and request.services.plugins.connector_for(each.origin)]
    uploads = [
        each for each in request.services.institutions
        if not each.disabled and not each.sandbox and (each.channel(Method.PDF) or each.channel(Method.CSV))
    ]  # fmt: skip
    return request.show(
        "dashboard/user.html", status, application=application, here_path=address(tenant), logins=logins, uploads=uploads,
        institutions=request.services.institutions, wrong=wrong, public_url=request.context.public_url,
        takes_statements=takes_statements(bool(application.production), application.products),
        may_be_opened=is_sandbox(request), may_rehearse=trying.may_rehearse(request, application),
        samples=trying.samples_for(request, application), suggested=trying.COMMBANK,
        demo_users=_demo_users(request, logins), **found,
    )  # fmt: skip


def _link(request: PageRequest, session: Session) -> AuthLink | None:
    """The link that leads this user to their consent page, while there is one that works."""
    try:
        return auth_links.get_auth_link(session)
    except Problem:
        return None


def _demo_users(request: PageRequest, logins: list[Institution]) -> Sequence[DemoUser]:
    """The customers of the test banks: the same ones live at each."""
    return next(filter(None, (trying.demo_users_of(request, each) for each in logins)), ())
