"""Operators: signing in and out, the one-time link that sets a password, their sessions and passwords."""

from __future__ import annotations

from urllib.parse import quote

from bowerbird.domain.access.tenant import NO_APPLICATION
from bowerbird.domain.operators import operators, sign_in_limits
from bowerbird.domain.operators.operators import Operator
from bowerbird.model.clock import to_milliseconds
from bowerbird.web.kernel.cookies import YEAR_SECONDS, Cookie
from bowerbird.web.kernel.page import Page, PageAccess
from bowerbird.web.kernel.request import SESSION, TRYING, PageRequest
from bowerbird.web.kernel.response import PageRefused, PageResponse, is_local

_LINK = "link"
_LINK_COOKIE_SECONDS = 1800
_SIGN_IN = "/dashboard/sign-in"
_DEVICE = "device"
"""The cookie of a browser that an operator has signed in with, so that a stranger's guesses never lock that browser out."""
_WRONG = "The name or the password is wrong."


def let_in(request: PageRequest, page: Page) -> PageResponse | None:
    """Find the operator by their session. The response instead of the page where it needs an operator and there is none."""
    secret = request.cookie(SESSION)
    operator = _find_operator(request, secret) if secret else None
    if operator is not None:
        request.operator, request.secret = operator, secret
        return None
    if page.access is not PageAccess.OPERATOR:
        return None
    if request.partial or page.method == "GET":
        return request.go(f"{_SIGN_IN}?next={quote(request.url)}" if page.method == "GET" and not request.partial else _SIGN_IN)
    raise PageRefused(401, "You are signed out", "Nothing was changed. Sign in, then send the form again.", ("Sign in", _SIGN_IN))


def _find_operator(request: PageRequest, secret: str) -> Operator | None:
    now = to_milliseconds(request.context.clock.now())
    found = request.read(operators.find_session, secret, now, tenant=NO_APPLICATION)
    if found is None:
        return None
    operator, is_recorded = found
    if is_recorded and not request.services.storage.damage:
        request.write(operators.record_use, operator.session, now, tenant=NO_APPLICATION)
    return operator


def show_sign_in(request: PageRequest) -> PageResponse:
    if request.operator is not None:
        return request.go("/dashboard")
    known = request.read(operators.has_operator, tenant=NO_APPLICATION)
    return request.show("dashboard/sign_in.html", known=known, name="", next=_next(request.one("next")), wrong="")


def sign_in(request: PageRequest) -> PageResponse:
    """The same response for a wrong name and a wrong password, after the same time."""
    name, address, now = operators.name_of(request.form.text("name")), request.client, to_milliseconds(request.context.clock.now())
    device = request.cookie(_DEVICE)
    if wait := request.write(sign_in_limits.record_attempt, name, address, device, now, tenant=NO_APPLICATION):
        raise PageRefused(
            429,
            "Too many attempts",
            f"Try again in {_in_words(wait)}, or use a browser that you have signed in with before. With access to the server's machine, "
            "sign in at once with a link from `bowerbird admin link`.",
            ("Back", _SIGN_IN),
            wait,
        )
    known = request.read(operators.stored_password, name, tenant=NO_APPLICATION)
    if not operators.is_right(request.form.raw("password"), known[1] if known else None) or known is None:
        next_page = _next(request.form.text("next"))
        return request.show("dashboard/sign_in.html", 401, known=True, name=request.form.text("name"), next=next_page, wrong=_WRONG)
    request.write(sign_in_limits.delete_attempts, name, address, device, tenant=NO_APPLICATION)
    return _signed_in(request, known[0], name, _next(request.form.text("next")))


def _next(path: str) -> str:
    return path if is_local(path) and path.startswith("/dashboard") else "/dashboard"


def _in_words(seconds: int) -> str:
    minutes = -(-seconds // 60)
    return f"{minutes} minutes" if minutes > 1 else "a minute"


def _signed_in(request: PageRequest, operator_id: str, name: str, path: str) -> PageResponse:
    device, now = request.headers.get("user-agent", ""), to_milliseconds(request.context.clock.now())
    limits = request.services.limits
    secret = request.write(operators.create_session, operator_id, device, now, tenant=NO_APPLICATION)
    request.new_cookies.append(Cookie(SESSION, secret, limits.operator_session_seconds))
    if not sign_in_limits.is_known_device(request.services, name, request.cookie(_DEVICE)):
        request.new_cookies.append(Cookie(_DEVICE, sign_in_limits.create_device(request.services, name), YEAR_SECONDS))
    request.forget_visitor()
    return request.go(path)


def sign_out(request: PageRequest) -> PageResponse:
    """End this session, or with `everywhere` every session of the operator."""
    operator = request.signed_in
    if request.form.text("everywhere"):
        request.write(operators.delete_sessions, operator.id, tenant=NO_APPLICATION)
    else:
        request.write(operators.delete_session, operator.session, tenant=NO_APPLICATION)
    request.new_cookies += [Cookie(SESSION, "", 0), Cookie(TRYING, "", 0)]
    return request.go(_SIGN_IN)


# ── The one-time link ────────────────────────────────────────────────────────────────────────────────────────────────────────


def open_link(request: PageRequest) -> PageResponse:
    """Move the secret from the address into a cookie, so that no history keeps it, and show the page that uses it."""
    _require_link(request, request.path["secret"])
    request.new_cookies.append(Cookie(_LINK, request.path["secret"], _LINK_COOKIE_SECONDS))
    return request.go("/dashboard/welcome")


def _require_link(request: PageRequest, secret: str) -> None:
    now = to_milliseconds(request.context.clock.now())
    if not secret or not request.read(operators.is_link_valid, secret, now, tenant=NO_APPLICATION):
        text = "A link works once, for a day. Run `bowerbird admin link` on the server's machine to get another."
        raise PageRefused(404, "This link has expired", text, ("Sign in", _SIGN_IN))


def show_welcome(request: PageRequest) -> PageResponse:
    _require_link(request, request.cookie(_LINK))
    return request.show("dashboard/welcome.html", name="", wrong_name="", wrong_password="")


def use_link(request: PageRequest) -> PageResponse:
    secret, name, password = request.cookie(_LINK), operators.name_of(request.form.text("name")), request.form.raw("password")
    _require_link(request, secret)
    wrong_name = "" if name else "Choose a name of at most 100 characters. You sign in with it."
    wrong_password = operators.weakness(password, name) or ""
    if not wrong_password and password != request.form.raw("again"):
        wrong_password = "The passwords do not match."
    if wrong_name or wrong_password:
        typed = request.form.text("name")
        return request.show("dashboard/welcome.html", 400, name=typed, wrong_name=wrong_name, wrong_password=wrong_password)
    hashed, now = operators.hash_password(password), to_milliseconds(request.context.clock.now())
    operator_id = request.write(operators.use_link, secret, name, hashed, now, tenant=NO_APPLICATION)
    if operator_id is None:
        _require_link(request, "")
    request.new_cookies.append(Cookie(_LINK, "", 0))
    return _signed_in(request, operator_id or "", name, "/dashboard")


def show_account(request: PageRequest) -> PageResponse:
    return _page(request, 200, "", "")


def _page(request: PageRequest, status: int, wrong_old: str, wrong_new: str) -> PageResponse:
    me, now = request.signed_in, to_milliseconds(request.context.clock.now())
    sessions = request.read(operators.list_sessions, me.id, now, tenant=NO_APPLICATION)
    return request.show("dashboard/account.html", status, sessions=sessions, wrong_old=wrong_old, wrong_new=wrong_new)


def change_password(request: PageRequest) -> PageResponse:
    """Check the old password under the limits of signing in. Every other session ends, and this one gets a new secret."""
    me, now, address = request.signed_in, to_milliseconds(request.context.clock.now()), request.client
    if request.write(sign_in_limits.record_attempt, me.name, address, request.cookie(_DEVICE), now, tenant=NO_APPLICATION):
        return _page(request, 429, "Too many attempts. Try again in 15 minutes.", "")
    known = request.read(operators.stored_password, me.name, tenant=NO_APPLICATION)
    if not operators.is_right(request.form.raw("old"), known[1] if known else None):
        return _page(request, 401, "The current password is wrong.", "")
    new = request.form.raw("password")
    wrong = operators.weakness(new, me.name) or ("" if new == request.form.raw("again") else "The passwords do not match.")
    if wrong:
        return _page(request, 400, "", wrong)
    hashed, limits, device = operators.hash_password(new), request.services.limits, request.headers.get("user-agent", "")
    request.write(operators.change_password, me.id, hashed, now, tenant=NO_APPLICATION)
    secret = request.write(operators.create_session, me.id, device, now, tenant=NO_APPLICATION)
    request.new_cookies.append(Cookie(SESSION, secret, limits.operator_session_seconds))
    return request.go("/dashboard/account?done=password")
