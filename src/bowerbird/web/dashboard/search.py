"""One search for what an operator has at hand: an id, an address of the API, an email or a mobile, a bank or a response code."""

from __future__ import annotations

import re
from typing import NamedTuple

from bowerbird.codes import CATALOGUE, Entry
from bowerbird.domain.access.tenant import Tenant
from bowerbird.domain.operators import audit, server
from bowerbird.domain.operators.audit import AuditAction
from bowerbird.domain.operators.server import IdOwner
from bowerbird.domain.services import Session
from bowerbird.domain.users import users
from bowerbird.model.institution import Institution
from bowerbird.web.dashboard.users import Person, address, person_of
from bowerbird.web.kernel import recording
from bowerbird.web.kernel.request import PageRequest
from bowerbird.web.kernel.response import PageResponse

PATH = "/dashboard/search"
_MOST = 25
_LONGEST = 2000
_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII)
_OF_USER = re.compile(rf"/users/({_ID.pattern})/transactions/({_ID.pattern})", re.ASCII)


class FoundPerson(NamedTuple):
    """A user with the name of the application they belong to, and the path of their page."""

    person: Person
    application: str
    path: str


def show_search(request: PageRequest) -> PageResponse:
    """The form."""
    return request.show("dashboard/search.html", text="", people=[], institutions=[], entries=[], most=_MOST, names_id=False)


def search(request: PageRequest) -> PageResponse:
    """Go to the page of what an id or an address names; of anything else show what it may mean.

    The text comes in a form, so that no email stands in an address, a history or a log of a proxy.
    """
    text = request.form.text("q").strip()[:_LONGEST]
    if path := _path_of_id(request, text.casefold()):
        return request.go(path)
    people = _find_people(request, text) if text else []
    institutions, entries = _find_institutions(request, text), _find_codes(text)
    if not people and not institutions and len(entries) == 1:
        return request.go(f"/dashboard/codes/{entries[0].key}")
    return request.show(
        "dashboard/search.html",
        text=text,
        people=people,
        institutions=institutions,
        entries=entries,
        most=_MOST,
        names_id=bool(_ID.search(text)),
    )


def _path_of_id(request: PageRequest, text: str) -> str:
    """The page of the innermost thing that the text names, empty where it names nothing of this server.

    Transactions are kept by user: their ids are found in an address that names the user too.
    """
    if named := _OF_USER.search(text):
        owner = request.read_across(server.find_owner, named[1])
        if owner is not None and owner.kind == "user":
            return f"{address(Tenant(owner.application_id, owner.user_id))}/transactions/{named[2]}"
    for id in reversed(_ID.findall(text)[:4]):
        owner = request.read_across(server.find_owner, id)
        if owner is not None:
            return _path(owner, id)
    return ""


def _path(owner: IdOwner, id: str) -> str:
    application = f"/dashboard/applications/{owner.application_id}"
    of_user = f"{application}/users/{owner.user_id}"
    paths = {
        "application": application,
        "webhook": f"{application}/webhooks/{id}",
        "message": f"{application}/webhooks/{owner.webhook_id}/messages/{id}",
        "event": f"{application}/events/{id}",
        "job": f"{application}/jobs/{id}",
        "account": f"{of_user}/accounts/{id}",
        "report": f"{of_user}/money",
    }
    return paths.get(owner.kind, of_user)


def _find_people(request: PageRequest, text: str) -> list[FoundPerson]:
    names = {each.id: each.name for each in server.list_applications(request.services)}
    found = request.read_across(_people_of, text)
    if found:
        shown = recording.action_of(request)
        request.audited = True
        request.write_across(_record, [shown._replace(application_id=tenant.application_id, user_id=tenant.user_id) for tenant, _ in found])
    return [FoundPerson(person, names[tenant.application_id], address(tenant)) for tenant, person in found]


def _record(session: Session, actions: list[AuditAction]) -> None:
    """An entry for each person who is shown."""
    for action in actions:
        audit.record(session, action)


def _people_of(session: Session, text: str) -> list[tuple[Tenant, Person]]:
    return [(tenant, person_of(user)) for tenant, user in users.find_users_by_contact(session, text, _MOST)]


def _find_institutions(request: PageRequest, text: str) -> list[Institution]:
    wanted = text.casefold()
    if len(wanted) < 2:
        return []
    known = request.services.institutions
    return [each for each in known if wanted == each.id.casefold() or wanted in f"{each.name} {each.short_name}".casefold()][:_MOST]


def _find_codes(text: str) -> list[Entry]:
    wanted = text.casefold()
    if len(wanted) < 3:
        return []
    same = [entry for entry in CATALOGUE.values() if wanted == entry.key]
    return same or [entry for entry in CATALOGUE.values() if wanted in entry.key][:_MOST]
