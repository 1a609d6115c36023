"""The operators of the server, for owners: who they are, what they may do, inviting and removing them."""

from __future__ import annotations

from collections.abc import Callable

from bowerbird.domain.access.tenant import NO_APPLICATION
from bowerbird.domain.operators import accounts
from bowerbird.domain.operators.accounts import LastOwner, UnknownOperator
from bowerbird.domain.operators.audit import AuditAction
from bowerbird.domain.operators.roles import RIGHTS, Right
from bowerbird.domain.services import Session
from bowerbird.model.clock import to_milliseconds
from bowerbird.model.reading import Role
from bowerbird.web.dashboard.sign_in import is_confirmed
from bowerbird.web.kernel.request import PageRequest
from bowerbird.web.kernel.response import PageRefused, PageResponse, not_found

PATH = "/dashboard/operators"
_LAST = "A server needs an owner: give another operator the role first. Nothing was changed."


def show_operators(request: PageRequest) -> PageResponse:
    return _page(request, 200)


def _page(request: PageRequest, status: int, *, wrong: str = "", link: str = "", invited: str = "") -> PageResponse:
    known = request.read(accounts.list_accounts, to_milliseconds(request.context.clock.now()), tenant=NO_APPLICATION)
    return request.show(
        "dashboard/operators.html", status, accounts=known, roles=[(role.value, role.value.capitalize()) for role in Role],
        rights=[(role.value, list(Right)[len(RIGHTS[role]) - 1].value) for role in Role], wrong=wrong, link=link, invited=invited,
    )  # fmt: skip


def _by(request: PageRequest) -> AuditAction:
    return AuditAction("", request.signed_in.id, request.client)


def _role(request: PageRequest) -> Role:
    try:
        return Role(request.form.text("role"))
    except ValueError:
        raise PageRefused(400, "There is no such role", "Choose one of the list. Nothing was changed.", ("Operators", PATH)) from None


def invite_operator(request: PageRequest) -> PageResponse:
    """A link that makes an operator, shown once. It takes the password, so that a stolen session makes no operator."""
    role = _role(request)
    if wrong := is_confirmed(request):
        return _page(request, 401, wrong=wrong)
    now = to_milliseconds(request.context.clock.now())
    secret = request.write(accounts.invite, role, now, _by(request), tenant=NO_APPLICATION)
    return _page(request, 200, link=f"{request.context.public_url}/dashboard/link/{secret}", invited=role)


def change_role(request: PageRequest) -> PageResponse:
    role, now = _role(request), to_milliseconds(request.context.clock.now())
    return _changed(request, lambda session, id: accounts.change_role(session, id, role, now, _by(request)))


def end_sessions(request: PageRequest) -> PageResponse:
    return _changed(request, lambda session, id: accounts.end_sessions(session, id, _by(request)))


def delete_operator(request: PageRequest) -> PageResponse:
    return _changed(request, lambda session, id: accounts.delete_operator(session, id, _by(request)))


def _changed(request: PageRequest, change: Callable[[Session, str], None]) -> PageResponse:
    if wrong := is_confirmed(request):
        return _page(request, 401, wrong=wrong)
    try:
        request.write(change, request.path["operator_id"], tenant=NO_APPLICATION)
    except UnknownOperator:
        raise not_found("operator") from None
    except LastOwner:
        raise PageRefused(409, "This is the last owner", _LAST, ("Operators", PATH)) from None
    return request.go(f"{PATH}?done=saved")
