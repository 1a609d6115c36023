"""Everything a person has agreed to and connected, and what they can do with it."""

from __future__ import annotations

from typing import Any

from bowerbird.domain import accounts, connections, consents
from bowerbird.model.connection import Method
from bowerbird.model.problem import Problem
from bowerbird.storage import connections as connection_rows
from bowerbird.storage.unit_of_work import UnitOfWork
from bowerbird.web.consent import banks
from bowerbird.web.consent.agreement import shown
from bowerbird.web.consent.entrance import frame
from bowerbird.web.refusal import Refusal
from bowerbird.web.reply import Reply
from bowerbird.web.visit import Visit


def show_holdings(visit: Visit) -> Reply:
    tenant = visit.person.tenant

    def read(uow: UnitOfWork) -> dict[str, Any]:
        given = consents.list_consents(uow, tenant)
        active = next((view for view in given if view.row.status == "active"), None)
        return {
            "active": active,
            "scopes": [each for each in shown(active.policy) if each.asked.scope in active.row.scopes.split(",")] if active else [],
            "given": given,
            "connections": connection_rows.connections_of_user(uow, *tenant),
            "accounts": accounts.list_accounts(uow, tenant, None),
            **frame(visit, uow),
        }

    found = visit.read(read, tenant=tenant.application_id)
    return visit.show("consent/manage.html", institutions=visit.world.institutions, **found)


def _find(visit: Visit, uow: UnitOfWork) -> Any:
    """The connection that the path names, if it is this person's. Raises Refusal."""
    try:
        return connections.find_connection(uow, visit.person.tenant, visit.path["connection_id"])
    except Problem:
        text = "It was removed, or the app that sent you here named one that is not yours. Here is what there is."
        raise Refusal(404, "There is no such connection", text, ("See your connections", "/home/manage")) from None


def refresh_connection(visit: Visit) -> Reply:
    def start(uow: UnitOfWork) -> str:
        return connections.refresh_connection(visit.world, uow, visit.person.tenant, _find(visit, uow).id)[0]

    def again(said: dict[str, str]) -> Reply:
        raise Refusal(409, "It cannot be read again right now", " ".join(said.values()), ("See your connections", "/home/manage"))

    return banks.begin_job(visit, start, again)


def remove_connection(visit: Visit) -> Reply:
    tenant = visit.person.tenant
    visit.write(lambda uow: connections.delete_connection(visit.world, uow, tenant, _find(visit, uow).id), tenant=tenant.application_id)
    return visit.go("/home/manage?done=removed")


def show_login(visit: Visit) -> Reply:
    return _login_page(visit, 200, {})


def _login_page(visit: Visit, status: int, wrong: dict[str, str]) -> Reply:
    def read(uow: UnitOfWork) -> dict[str, Any]:
        row = _find(visit, uow)
        agreed = consents.active_consent(uow, visit.person.tenant) is not None
        known = connections.login_of(visit.world, uow, row).login_id if row.method == Method.WEB else ""
        return {"connection": row, "agreed": agreed, "login_id": known, **frame(visit, uow)}

    found = visit.read(read, tenant=visit.person.tenant.application_id)
    connection = found["connection"]
    bank = visit.world.institutions.find(connection.institution_id)
    if not found["agreed"]:
        return visit.go("/home/consent")
    if connection.method != Method.WEB:
        text = "This bank is shared by statements, so it has no login. Upload a newer statement instead."
        raise Refusal(
            409, "There is no login to change", text, ("Upload a statement", f"/home/institutions/{connection.institution_id}/statement")
        )
    return visit.show(
        "consent/login.html", status, bank=bank, captions=banks.captions_of(bank), wrong=wrong,
        here=f"/home/connections/{connection.id}/login",
        **found,
    )  # fmt: skip


def update_connection(visit: Visit) -> Reply:
    form = visit.form
    fields = {
        "login_id": form.text("login_id"),
        "secondary_login_id": form.text("secondary_login_id"),
        "security_code": form.text("security_code"),
    }
    changes = {name: value for name, value in fields.items() if value}
    password = form.raw("password")
    if not password:
        return _login_page(visit, 400, {"password": "Type the password: it is never shown, so it must be typed again."})

    def start(uow: UnitOfWork) -> str:
        row = _find(visit, uow)
        return connections.update_connection(visit.world, uow, visit.person.tenant, row.id, password, changes)[0]

    return banks.begin_job(visit, start, lambda said: _login_page(visit, 400, said))
