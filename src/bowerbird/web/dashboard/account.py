"""The operator's own page: where they are signed in, and another password."""

from __future__ import annotations

from bowerbird.domain.operators import operators, passwords
from bowerbird.model.clock import to_milliseconds
from bowerbird.storage.database.unit_of_work import EVERY_TENANT
from bowerbird.storage.rows import operators as rows
from bowerbird.web.kernel.cookies import Cookie
from bowerbird.web.kernel.request import SESSION, PageRequest
from bowerbird.web.kernel.response import PageResponse


def show_account(request: PageRequest) -> PageResponse:
    return _page(request, 200, "", "")


def _page(request: PageRequest, status: int, wrong_old: str, wrong_new: str) -> PageResponse:
    me, now = request.signed_in, to_milliseconds(request.context.clock.now())
    idle = request.services.limits.operator_idle_seconds * 1000
    sessions = request.read(lambda session: rows.sessions_of(session.uow, me.id), tenant=EVERY_TENANT)
    live = [each for each in sessions if each.expires > now and each.seen + idle > now]
    return request.show("dashboard/account.html", status, sessions=live, wrong_old=wrong_old, wrong_new=wrong_new)


def change_password(request: PageRequest) -> PageResponse:
    """Asks for the old one, as often as signing in would; every other session ends and this one gets a new secret."""
    me, now, address = request.signed_in, to_milliseconds(request.context.clock.now()), request.client
    if request.write(operators.count_attempt, me.name, address, now, tenant=EVERY_TENANT):
        return _page(request, 429, "Too many attempts: wait a quarter of an hour.", "")
    known = request.read(operators.stored_password, me.name, tenant=EVERY_TENANT)
    if not passwords.is_right(request.form.raw("old"), known[1] if known else None):
        return _page(request, 401, "That is not your present password.", "")
    new = request.form.raw("password")
    wrong = passwords.weakness(new, me.name) or ("" if new == request.form.raw("again") else "The two are not the same: type it again.")
    if wrong:
        return _page(request, 400, "", wrong)
    hashed, limits, device = passwords.hash_password(new), request.services.limits, request.headers.get("user-agent", "")
    request.write(operators.change_password, me.id, hashed, now, tenant=EVERY_TENANT)
    secret = request.write(operators.create_session, limits, me.id, device, now, tenant=EVERY_TENANT)
    request.new_cookies.append(Cookie(SESSION, secret, limits.operator_session_seconds))
    return request.go("/dashboard/account?done=password")
