"""The operator's own page: their sessions, and changing the password."""

from __future__ import annotations

from bowerbird.domain.access.tenant import NO_APPLICATION
from bowerbird.domain.operators import operators, passwords
from bowerbird.model.clock import to_milliseconds
from bowerbird.web.kernel.cookies import Cookie
from bowerbird.web.kernel.request import SESSION, PageRequest
from bowerbird.web.kernel.response import PageResponse


def show_account(request: PageRequest) -> PageResponse:
    return _page(request, 200, "", "")


def _page(request: PageRequest, status: int, wrong_old: str, wrong_new: str) -> PageResponse:
    me, now = request.signed_in, to_milliseconds(request.context.clock.now())
    sessions = request.read(operators.list_sessions, me.id, now, tenant=NO_APPLICATION)
    return request.show("dashboard/account.html", status, sessions=sessions, wrong_old=wrong_old, wrong_new=wrong_new)


def change_password(request: PageRequest) -> PageResponse:
    """Check the old password under the limits of signing in. Every other session ends, and this one gets a new secret."""
    me, now, address = request.signed_in, to_milliseconds(request.context.clock.now()), request.client
    if request.write(operators.record_attempt, me.name, address, now, tenant=NO_APPLICATION):
        return _page(request, 429, "Too many attempts. Try again in 15 minutes.", "")
    known = request.read(operators.stored_password, me.name, tenant=NO_APPLICATION)
    if not passwords.is_right(request.form.raw("old"), known[1] if known else None):
        return _page(request, 401, "The current password is wrong.", "")
    new = request.form.raw("password")
    wrong = passwords.weakness(new, me.name) or ("" if new == request.form.raw("again") else "The passwords do not match.")
    if wrong:
        return _page(request, 400, "", wrong)
    hashed, limits, device = passwords.hash_password(new), request.services.limits, request.headers.get("user-agent", "")
    request.write(operators.change_password, me.id, hashed, now, tenant=NO_APPLICATION)
    secret = request.write(operators.create_session, me.id, device, now, tenant=NO_APPLICATION)
    request.new_cookies.append(Cookie(SESSION, secret, limits.operator_session_seconds))
    return request.go("/dashboard/account?done=password")
