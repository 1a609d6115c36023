"""What a person shares, and what they can do with it: update, change the login, disconnect."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import NamedTuple

from bowerbird.domain.connections import bank_access, connections
from bowerbird.domain.connections.bank_access import EndingRow
from bowerbird.domain.connections.bank_messages import messages_of
from bowerbird.domain.connections.connections import ConnectionRow
from bowerbird.domain.consents import consents
from bowerbird.domain.consents.consents import ConsentWithPolicy
from bowerbird.domain.ledger import accounts
from bowerbird.domain.ledger.accounts import AccountRow
from bowerbird.domain.services import Session
from bowerbird.model.connection import Method
from bowerbird.model.consent import ConsentStatus
from bowerbird.model.problem import Problem
from bowerbird.web.consent import banks
from bowerbird.web.consent.agreement import scopes_of
from bowerbird.web.consent.banks import WrongFields
from bowerbird.web.consent.sign_in import PageFrame, page_frame
from bowerbird.web.kernel.languages import say as _
from bowerbird.web.kernel.request import PageRequest
from bowerbird.web.kernel.response import PageRefused, PageResponse

VIEW_CONSENT = ("View your data sharing", "/home/manage")


class _Shared(NamedTuple):
    """Everything a person has given consent to and connected. `messages` is by connection what its bank says."""

    given: list[ConsentWithPolicy]
    connections: list[ConnectionRow]
    accounts: Sequence[AccountRow]
    endings: list[EndingRow]
    messages: dict[str, list[str]]
    frame: PageFrame


def _shared(request: PageRequest, session: Session) -> _Shared:
    connected = connections.list_connections(session)
    return _Shared(
        consents.list_consents(session),
        connected,
        accounts.list_accounts(session, None),
        bank_access.list_endings(session),
        {each.id: messages_of(session, each) for each in connected},
        page_frame(request, session),
    )


def show_connected_banks(request: PageRequest) -> PageResponse:
    shared = request.read(partial(_shared, request))
    active = next((consent for consent in shared.given if consent.row.status is ConsentStatus.ACTIVE), None)
    scopes = [scope for scope in scopes_of(active.policy) if scope.asked.scope in active.row.scopes] if active else []
    banks = {row.institution_id for row in shared.connections} | {row.institution_id for row in shared.endings}
    ends = {bank: end for bank in banks if (end := bank_access.access_end(request.services, bank)) is not None}
    return request.show(
        "consent/manage.html", active=active, scopes=scopes, given=shared.given, connections=shared.connections, endings=shared.endings,
        messages=shared.messages, accounts=shared.accounts, institutions=request.services.institutions, ends=ends, **shared.frame._asdict(),
    )  # fmt: skip


def find_own_connection(request: PageRequest, session: Session) -> ConnectionRow:
    """The connection that the path names. Raises PageRefused when this person has no such connection."""
    try:
        return connections.get_connection(session, request.path["connection_id"])
    except Problem:
        text = _("It may already be disconnected, or the link that you followed may be incorrect.")
        raise PageRefused(404, _("This bank is not connected"), text, VIEW_CONSENT) from None


def refresh_connection(request: PageRequest) -> PageResponse:
    def show_refusal(wrong: WrongFields) -> PageResponse:
        raise PageRefused(409, _("Your data cannot be updated at the moment"), " ".join(wrong.values()), VIEW_CONSENT)

    return banks.start_job(request, partial(_refresh, request), show_refusal)


def _refresh(request: PageRequest, session: Session) -> str:
    return connections.refresh_connection(session, find_own_connection(request, session).id)[0]


def remove_connection(request: PageRequest) -> PageResponse:
    request.write(partial(_remove, request))
    return request.go("/home/manage?done=removed")


def _remove(request: PageRequest, session: Session) -> None:
    connections.delete_connection(session, find_own_connection(request, session).id)


class _LoginPage(NamedTuple):
    """What the page of a connection's login shows. `login_id` is empty where a connection has no login."""

    connection: ConnectionRow
    agreed: bool
    login_id: str
    frame: PageFrame


def show_login(request: PageRequest) -> PageResponse:
    return _login_page(request, 200, {})


def _read_login(request: PageRequest, session: Session) -> _LoginPage:
    row = find_own_connection(request, session)
    login_id = connections.login_of(session, row).login_id if row.method is Method.WEB else ""
    return _LoginPage(row, consents.has_active_consent(session), login_id, page_frame(request, session))


def _login_page(request: PageRequest, status: int, wrong: WrongFields) -> PageResponse:
    connection, agreed, login_id, frame = request.read(partial(_read_login, request))
    if not agreed:
        return request.go("/home/consent")
    bank = request.services.institutions.find(connection.institution_id)
    if connection.method is Method.OPEN_BANKING:
        return request.show(
            "consent/renew.html", status, connection=connection, bank=bank, wrong=wrong, here=f"/home/connections/{connection.id}/renew",
            **frame._asdict(),
        )  # fmt: skip
    if connection.method is not Method.WEB:
        text = _("You share this bank's data by uploading statements, so there is no login to change. You can upload a newer statement.")
        action = (_("Upload a statement"), f"/home/institutions/{connection.institution_id}/statement")
        raise PageRefused(409, _("There is no login for this bank"), text, action)
    return request.show(
        "consent/login.html", status, connection=connection, login_id=login_id, bank=bank, captions=banks.captions_of(bank), wrong=wrong,
        here=f"/home/connections/{connection.id}/login", **frame._asdict(),
    )  # fmt: skip


def update_connection(request: PageRequest) -> PageResponse:
    form, password = request.form, request.form.raw("password")
    fields = {name: form.text(name) for name in ("login_id", "secondary_login_id", "security_code")}
    changes = {name: value for name, value in fields.items() if value}
    if not password:
        return _login_page(request, 400, {"password": _("Enter your password. For your security, it is never shown.")})
    return banks.start_job(request, partial(_update, request, password, changes), partial(_login_page, request, 400))


def _update(request: PageRequest, password: str, changes: dict[str, str], session: Session) -> str:
    return connections.update_connection(session, find_own_connection(request, session).id, password, changes)[0]
