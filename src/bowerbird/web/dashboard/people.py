"""Users of an application: found, created, and everything that hangs on one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from bowerbird.domain import accounts, auth_links, users
from bowerbird.domain.applications import takes_statements
from bowerbird.domain.auth_links import AuthLink
from bowerbird.domain.jobs import list_jobs
from bowerbird.domain.tenant import Tenant
from bowerbird.domain.users import UserDetails
from bowerbird.model.connection import Method
from bowerbird.model.ids import is_id
from bowerbird.model.institution import Institution
from bowerbird.model.problem import Problem, Problems
from bowerbird.sdk.connector import CastMember
from bowerbird.storage import census
from bowerbird.storage import connections as connection_rows
from bowerbird.storage import users as rows
from bowerbird.storage.census import Place
from bowerbird.storage.unit_of_work import AnyRow, UnitOfWork
from bowerbird.web import trying
from bowerbird.web.dashboard import applications
from bowerbird.web.refusal import not_found
from bowerbird.web.reply import Reply
from bowerbird.web.visit import Visit

_PAGE = 25
_SEARCHED = 2000
"""Newest users that a search opens: their particulars are sealed, so each is opened to be read."""


class Person(NamedTuple):
    """A user as people call them. `name` is never empty."""

    id: str
    created: int
    name: str
    email: str
    mobile: str


def person_of(visit: Visit, uow: UnitOfWork, row: AnyRow) -> Person:
    details = users.details_of(visit.world, uow, row)
    parts = (details.first_name, details.middle_name, details.last_name)
    name = " ".join(filter(None, parts)) or details.business_name or details.email or f"+{details.mobile}"
    return Person(row.id, row.created, name, details.email or "", f"+{details.mobile}" if details.mobile else "")


def tenant_of(visit: Visit) -> Tenant:
    return Tenant(visit.path["application_id"], visit.path["user_id"])


def address(tenant: Tenant) -> str:
    return f"/dashboard/applications/{tenant.application_id}/users/{tenant.user_id}"


def find(visit: Visit, uow: UnitOfWork) -> Person:
    """The user that the path names. Raises Refusal."""
    row = rows.find_user(uow, *tenant_of(visit))
    if row is None:
        raise not_found("user")
    return person_of(visit, uow, row)


def show_users(visit: Visit) -> Reply:
    return _list(visit, 200, {}, [])


def _list(visit: Visit, status: int, typed: dict[str, str], wrong: list[str]) -> Reply:
    known, application = applications.chosen(visit)
    people: list[Person] = []
    following = ""
    if application is not None:
        people, following = visit.read(lambda uow: _found(visit, uow, application.id), tenant=application.id)
    return visit.show(
        "dashboard/users.html", status, applications=known, application=application, people=people, following=following,
        search=visit.one("search"), searched=_SEARCHED, typed=typed, wrong=wrong,
    )  # fmt: skip


def _found(visit: Visit, uow: UnitOfWork, application_id: str) -> tuple[list[Person], str]:
    """A page of users and where the next begins; of a search, whatever of the newest users has the words."""
    if search := visit.one("search").casefold():
        if is_id(search):
            row = rows.find_user(uow, application_id, search)
            return ([person_of(visit, uow, row)] if row else []), ""
        newest = (person_of(visit, uow, row) for row in census.users_page(uow, application_id, None, _SEARCHED))
        return [person for person in newest if search in " ".join((person.name, person.email, person.mobile)).casefold()][:_PAGE], ""
    created, _, user_id = visit.one("after").partition(".")
    after = Place(int(created), user_id) if created.isdecimal() and len(created) < 16 else None
    found = census.users_page(uow, application_id, after, _PAGE + 1)
    people = [person_of(visit, uow, row) for row in found[:_PAGE]]
    return people, f"{people[-1].created}.{people[-1].id}" if len(found) > _PAGE else ""


def create_user(visit: Visit) -> Reply:
    application = applications.find(visit)
    typed = {name: visit.form.text(name) for name in ("email", "mobile", "first_name", "last_name")}
    email, mobile, first_name, last_name = (value or None for value in typed.values())
    details = UserDetails(email=email, mobile=mobile, first_name=first_name, last_name=last_name)
    try:
        made = visit.write(lambda uow: users.create_user(visit.world, uow, application.id, details)[0], tenant=application.id)
    except Problem as problem:
        return _list(visit, 400, typed, [problem.detail])
    except Problems as several:
        return _list(visit, 400, typed, [problem.detail for problem in several.problems])
    return visit.go(f"{address(Tenant(application.id, made))}?done=created")


def delete_user(visit: Visit) -> Reply:
    tenant = tenant_of(visit)
    visit.write(lambda uow: users.delete_user(visit.world, uow, tenant), tenant=tenant.application_id)
    return visit.go(f"/dashboard/users?application={tenant.application_id}&done=deleted")


def show_user(visit: Visit) -> Reply:
    return user_page(visit, 200, [])


def user_page(visit: Visit, status: int, wrong: list[str]) -> Reply:
    """A user with connections, jobs and accounts; `wrong` says in place why a form on it was refused."""
    application, tenant = applications.find(visit), tenant_of(visit)

    def read(uow: UnitOfWork) -> dict[str, Any]:
        return {
            "person": find(visit, uow),
            "connections": connection_rows.connections_of_user(uow, *tenant),
            "jobs": list_jobs(visit.world, uow, tenant)[:10],
            "accounts": accounts.list_accounts(uow, tenant, None),
            "link": _link(visit, uow, tenant),
        }

    found = visit.read(read, tenant=tenant.application_id)
    open_to = [each for each in visit.world.institutions if not each.disabled and (each.sandbox or application.production)]
    logins = [each for each in open_to if each.channel(Method.WEB) and visit.world.plugins.connector_for(each.origin)]
    uploads = [
        each for each in visit.world.institutions
        if not each.disabled and not each.sandbox and (each.channel(Method.PDF) or each.channel(Method.CSV))
    ]  # fmt: skip
    return visit.show(
        "dashboard/user.html", status, application=application, here_path=address(tenant), logins=logins, uploads=uploads,
        institutions=visit.world.institutions, wrong=wrong, public_url=visit.desk.public_url,
        takes_statements=takes_statements(bool(application.production), application.products),
        may_rehearse=trying.may_rehearse(visit, application), samples=trying.samples_for(application), suggested=trying.COMMBANK,
        cast=_cast(visit, logins), **found,
    )  # fmt: skip


def _link(visit: Visit, uow: UnitOfWork, tenant: Tenant) -> AuthLink | None:
    """The link that leads this user to their consent page, while there is one that works."""
    try:
        return auth_links.get_auth_link(visit.world, uow, tenant)
    except Problem:
        return None


def _cast(visit: Visit, logins: list[Institution]) -> Sequence[CastMember]:
    """The customers of the test banks: the same ones live at each."""
    return next(filter(None, (trying.cast_of(visit, each) for each in logins)), ())
