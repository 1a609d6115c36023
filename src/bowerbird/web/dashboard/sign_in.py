"""Who is at the door: sessions of operators, signing in and out, and the one-time link that sets a password."""

from __future__ import annotations

from urllib.parse import quote

from bowerbird.domain.operators import operators, passwords
from bowerbird.domain.operators.operators import Operator
from bowerbird.model.clock import to_milliseconds
from bowerbird.storage.database.unit_of_work import EVERY_TENANT
from bowerbird.storage.rows import operators as rows
from bowerbird.web.kernel.cookies import Cookie
from bowerbird.web.kernel.not_found import PageRefused
from bowerbird.web.kernel.page import Page, PageAccess
from bowerbird.web.kernel.request import SESSION, TRYING, PageRequest
from bowerbird.web.kernel.response import PageResponse, is_local

_LINK = "link"
_LINK_COOKIE_SECONDS = 1800
_SIGN_IN = "/dashboard/sign-in"
_WRONG = "The name or the password is wrong."


def let_in(request: PageRequest, page: Page) -> PageResponse | None:
    """Know the operator by their session. What to answer instead of the page where one is needed and there is none."""
    secret = request.cookie(SESSION)
    found = _session(request, secret) if secret else None
    if found is not None:
        request.operator, request.secret = found, secret
        return None
    if page.access is not PageAccess.OPERATOR:
        return None
    if request.partial or page.method == "GET":
        return request.go(f"{_SIGN_IN}?next={quote(request.url)}" if page.method == "GET" and not request.partial else _SIGN_IN)
    raise PageRefused(401, "You are signed out", "Nothing was changed. Sign in, then send the form again.", ("Sign in", _SIGN_IN))


def _session(request: PageRequest, secret: str) -> Operator | None:
    now = to_milliseconds(request.context.clock.now())
    found = request.read(operators.find_session, request.services.limits, secret, now, tenant=EVERY_TENANT)
    if found is None:
        return None
    operator, note = found
    if note:
        request.write(lambda session: rows.touch_session(session.uow, operator.session, now), tenant=EVERY_TENANT)
    return operator


def show_sign_in(request: PageRequest) -> PageResponse:
    if request.operator is not None:
        return request.go("/dashboard")
    known = request.read(lambda session: rows.any_operator(session.uow), tenant=EVERY_TENANT)
    return request.show("dashboard/sign_in.html", known=known, name="", next=_next(request.one("next")), wrong="")


def sign_in(request: PageRequest) -> PageResponse:
    """One answer for a wrong name and a wrong password, after the same time."""
    name, address, now = operators.name_of(request.form.text("name")), request.client, to_milliseconds(request.context.clock.now())
    if wait := request.write(operators.count_attempt, name, address, now, tenant=EVERY_TENANT):
        raise PageRefused(
            429,
            "Too many attempts",
            f"Wait {_in_words(wait)} before the next one. Whoever can reach the server's machine gets in at once "
            "with a link from `bowerbird admin link`.",
            ("Back", _SIGN_IN),
            wait,
        )
    known = request.read(operators.stored_password, name, tenant=EVERY_TENANT)
    if not passwords.is_right(request.form.raw("password"), known[1] if known else None) or known is None:
        next_page = _next(request.form.text("next"))
        return request.show("dashboard/sign_in.html", 401, known=True, name=request.form.text("name"), next=next_page, wrong=_WRONG)
    request.write(operators.forget_attempts, name, address, tenant=EVERY_TENANT)
    return _signed_in(request, known[0], _next(request.form.text("next")))


def _next(path: str) -> str:
    return path if is_local(path) and path.startswith("/dashboard") else "/dashboard"


def _in_words(seconds: int) -> str:
    minutes = -(-seconds // 60)
    return f"{minutes} minutes" if minutes > 1 else "a minute"


def _signed_in(request: PageRequest, operator_id: str, path: str) -> PageResponse:
    device, now = request.headers.get("user-agent", ""), to_milliseconds(request.context.clock.now())
    limits = request.services.limits
    secret = request.write(operators.create_session, limits, operator_id, device, now, tenant=EVERY_TENANT)
    request.new_cookies.append(Cookie(SESSION, secret, limits.operator_session_seconds))
    request.forget_visitor()
    return request.go(path)


def sign_out(request: PageRequest) -> PageResponse:
    """This session, or with `everywhere` every one of the operator."""
    operator = request.signed_in
    if request.form.text("everywhere"):
        request.write(lambda session: rows.delete_sessions_of(session.uow, operator.id), tenant=EVERY_TENANT)
    else:
        request.write(lambda session: rows.delete_session(session.uow, operator.session), tenant=EVERY_TENANT)
    request.new_cookies += [Cookie(SESSION, "", 0), Cookie(TRYING, "", 0)]
    return request.go(_SIGN_IN)


# ── The one-time link ────────────────────────────────────────────────────────────────────────────────────────────────────────


def open_link(request: PageRequest) -> PageResponse:
    """Move the secret from the address into a cookie, so that it stays in no history, and see the page that uses it."""
    _require_link(request, request.path["secret"])
    request.new_cookies.append(Cookie(_LINK, request.path["secret"], _LINK_COOKIE_SECONDS))
    return request.go("/dashboard/welcome")


def _require_link(request: PageRequest, secret: str) -> None:
    now = to_milliseconds(request.context.clock.now())
    if not secret or not request.read(operators.is_link_good, secret, now, tenant=EVERY_TENANT):
        text = "It works once, for a day. Run `bowerbird admin link` where the server runs to get another."
        raise PageRefused(404, "This link is used up", text, ("Sign in", _SIGN_IN))


def show_welcome(request: PageRequest) -> PageResponse:
    _require_link(request, request.cookie(_LINK))
    return request.show("dashboard/welcome.html", name="", wrong_name="", wrong_password="")


def use_link(request: PageRequest) -> PageResponse:
    secret, name, password = request.cookie(_LINK), operators.name_of(request.form.text("name")), request.form.raw("password")
    _require_link(request, secret)
    wrong_name = "" if name else "Choose a name of at most 100 characters: you sign in with it."
    wrong_password = passwords.weakness(password, name) or ""
    if not wrong_password and password != request.form.raw("again"):
        wrong_password = "The two are not the same: type the password again."
    if wrong_name or wrong_password:
        typed = request.form.text("name")
        return request.show("dashboard/welcome.html", 400, name=typed, wrong_name=wrong_name, wrong_password=wrong_password)
    hashed, now = passwords.hash_password(password), to_milliseconds(request.context.clock.now())
    operator_id = request.write(operators.use_link, secret, name, hashed, now, tenant=EVERY_TENANT)
    if operator_id is None:
        _require_link(request, "")
    request.new_cookies.append(Cookie(_LINK, "", 0))
    return _signed_in(request, operator_id or "", "/dashboard")
