"""Everything a person has agreed to and connected, and what they can do with it."""

from __future__ import annotations

from typing import Any

from bowerbird.domain.connections import connections
from bowerbird.domain.connections.connections import ConnectionRow
from bowerbird.domain.consents import consents
from bowerbird.domain.ledger import accounts
from bowerbird.domain.services import Session
from bowerbird.model.connection import Method
from bowerbird.model.problem import Problem
from bowerbird.storage.rows import connections as connection_rows
from bowerbird.web.consent import banks
from bowerbird.web.consent.agreement import shown
from bowerbird.web.consent.sign_in import page_context
from bowerbird.web.kernel.not_found import PageRefused
from bowerbird.web.kernel.request import PageRequest
from bowerbird.web.kernel.response import PageResponse


def show_connected_banks(request: PageRequest) -> PageResponse:
    tenant = request.person.tenant

    def read(session: Session) -> dict[str, Any]:
        given = consents.list_consents(session.of(tenant))
        active = next((view for view in given if view.row.status == "active"), None)
        return {
            "active": active,
            "scopes": [each for each in shown(active.policy) if each.asked.scope in active.row.scopes] if active else [],
            "given": given,
            "connections": connection_rows.connections_of_user(session.uow, *tenant),
            "accounts": accounts.list_accounts(session.of(tenant), None),
            **page_context(request, session),
        }

    found = request.read(read, tenant=tenant.application_id)
    return request.show("consent/manage.html", institutions=request.services.institutions, **found)


def _find(request: PageRequest, session: Session) -> ConnectionRow:
    """The connection that the path names, if it is this person's. Raises Refusal."""
    try:
        return connections.get_connection(session.of(request.person.tenant), request.path["connection_id"])
    except Problem:
        text = "It was removed, or the app that sent you here named one that is not yours. Here is what there is."
        raise PageRefused(404, "There is no such connection", text, ("See your connections", "/home/manage")) from None


def refresh_connection(request: PageRequest) -> PageResponse:
    def start(session: Session) -> str:
        return connections.refresh_connection(session.of(request.person.tenant), _find(request, session).id)[0]

    def again(said: dict[str, str]) -> PageResponse:
        raise PageRefused(409, "It cannot be read again right now", " ".join(said.values()), ("See your connections", "/home/manage"))

    return banks.begin_job(request, start, again)


def remove_connection(request: PageRequest) -> PageResponse:
    tenant = request.person.tenant
    request.write(
        lambda session: connections.delete_connection(session.of(tenant), _find(request, session).id), tenant=tenant.application_id
    )
    return request.go("/home/manage?done=removed")


def show_login(request: PageRequest) -> PageResponse:
    return _login_page(request, 200, {})


def _login_page(request: PageRequest, status: int, wrong: dict[str, str]) -> PageResponse:
    def read(session: Session) -> dict[str, Any]:
        row = _find(request, session)
        agreed = consents.active_consent(session.of(request.person.tenant)) is not None
        known = connections.login_of(session, row).login_id if row.method == Method.WEB else ""
        return {"connection": row, "agreed": agreed, "login_id": known, **page_context(request, session)}

    found = request.read(read, tenant=request.person.tenant.application_id)
    connection = found["connection"]
    bank = request.services.institutions.find(connection.institution_id)
    if not found["agreed"]:
        return request.go("/home/consent")
    if connection.method != Method.WEB:
        text = "This bank is shared by statements, so it has no login. Upload a newer statement instead."
        raise PageRefused(
            409, "There is no login to change", text, ("Upload a statement", f"/home/institutions/{connection.institution_id}/statement")
        )
    return request.show(
        "consent/login.html", status, bank=bank, captions=banks.captions_of(bank), wrong=wrong,
        here=f"/home/connections/{connection.id}/login",
        **found,
    )  # fmt: skip


def update_connection(request: PageRequest) -> PageResponse:
    form = request.form
    fields = {
        "login_id": form.text("login_id"),
        "secondary_login_id": form.text("secondary_login_id"),
        "security_code": form.text("security_code"),
    }
    changes = {name: value for name, value in fields.items() if value}
    password = form.raw("password")
    if not password:
        return _login_page(request, 400, {"password": "Type the password: it is never shown, so it must be typed again."})

    def start(session: Session) -> str:
        row = _find(request, session)
        return connections.update_connection(session.of(request.person.tenant), row.id, password, changes)[0]

    return banks.begin_job(request, start, lambda said: _login_page(request, 400, said))
