"""Operators: signing in and out, the one-time link that sets a password, their sessions and passwords."""

from __future__ import annotations

from functools import partial
from urllib.parse import quote

from bowerbird.domain.access.tenant import NO_APPLICATION
from bowerbird.domain.operators import operators, passwords, roles, sign_in_limits
from bowerbird.domain.operators.operators import Invitation, NameTaken, Operator
from bowerbird.domain.operators.roles import Right, RoleRefused
from bowerbird.model.clock import to_milliseconds
from bowerbird.model.reading import ActionOutcome
from bowerbird.web.kernel import recording
from bowerbird.web.kernel.cookies import YEAR_SECONDS, Cookie
from bowerbird.web.kernel.page import Page
from bowerbird.web.kernel.request import SECOND_STEP, SESSION, TRYING, PageRequest
from bowerbird.web.kernel.response import PageRefused, PageResponse, is_local, not_found

_LINK = "link"
_LINK_COOKIE_SECONDS = 1800
_SIGN_IN = "/dashboard/sign-in"
_DEVICE = "device"
"""The cookie of a browser that an operator has signed in with, so that a stranger's guesses never lock that browser out."""
_OWN_PAGES = ("/dashboard/account", "/dashboard/sign-out")
_SET_UP = "/dashboard/account?authenticator=required"
_WRONG = "The name or the password is wrong."


def let_in(request: PageRequest, page: Page) -> PageResponse | None:
    """Find the operator by their session. The response instead of the page where it needs an operator and there is none.

    Raises PageRefused for an operator whose role lacks the page's right.
    """
    secret = request.cookie(SESSION)
    operator = _find_operator(request, secret) if secret else None
    if operator is not None:
        request.operator, request.secret = operator, secret
    if not isinstance(page.access, Right):
        return None
    if operator is not None:
        return _let_operator_in(request, page, page.access, operator)
    if request.partial or page.method == "GET":
        return request.go(f"{_SIGN_IN}?next={quote(request.url)}" if page.method == "GET" and not request.partial else _SIGN_IN)
    raise PageRefused(401, "You are signed out", "Nothing was changed. Sign in, then send the form again.", ("Sign in", _SIGN_IN))


def _let_operator_in(request: PageRequest, page: Page, right: Right, operator: Operator) -> PageResponse | None:
    try:
        roles.authorize(operator.role, right)
    except RoleRefused as refusal:
        recording.record(request, ActionOutcome.REFUSED)
        text = f"Your role is {refusal.role}. To {refusal.right} takes the role {refusal.least}: ask an owner of this server."
        raise PageRefused(403, "Your role does not allow this", text, ("Overview", "/dashboard")) from None
    if operator.needs_totp and not page.path.startswith(_OWN_PAGES):
        return request.go(_SET_UP)
    return None


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
    return request.show("dashboard/sign_in.html", known=known, name="", next=next_page(request.one("next")), wrong="")


def sign_in(request: PageRequest) -> PageResponse:
    """The same response for a wrong name and a wrong password, after the same time."""
    name, address, now = operators.name_of(request.form.text("name")), request.client, to_milliseconds(request.context.clock.now())
    device = request.cookie(_DEVICE)
    if wait := request.write(sign_in_limits.record_attempt, name, address, device, now, tenant=NO_APPLICATION):
        raise PageRefused(
            429,
            "Too many attempts",
            f"Try again in {in_words(wait)}, or use a browser that you have signed in with before. With access to the server's machine, "
            "sign in at once with a link from `bowerbird admin recover NAME`.",
            ("Back", _SIGN_IN),
            wait,
        )
    known = request.read(operators.find_known, name, tenant=NO_APPLICATION)
    if not passwords.is_right(request.form.raw("password"), known.password if known else None) or known is None:
        if known is not None:
            request.write(operators.record_refused, "sign_in", known.id, address, tenant=NO_APPLICATION)
        following = next_page(request.form.text("next"))
        return request.show("dashboard/sign_in.html", 401, known=True, name=request.form.text("name"), next=following, wrong=_WRONG)
    request.write(sign_in_limits.delete_attempts, name, address, device, tenant=NO_APPLICATION)
    path = next_page(request.form.text("next"))
    return ask_for_code(request, known.id, path) if known.has_totp else signed_in(request, known.id, name, path)


def ask_for_code(request: PageRequest, operator_id: str, path: str) -> PageResponse:
    """The password is right: the code of the authenticator comes next."""
    device, now = request.headers.get("user-agent", ""), to_milliseconds(request.context.clock.now())
    secret = request.write(operators.await_code, operator_id, device, now, tenant=NO_APPLICATION)
    request.new_cookies.append(Cookie(SECOND_STEP, secret, operators.CODE_SECONDS))
    return request.go(f"{_SIGN_IN}/code?next={quote(path)}")


def next_page(path: str) -> str:
    return path if is_local(path) and path.startswith("/dashboard") else "/dashboard"


def in_words(seconds: int) -> str:
    minutes = -(-seconds // 60)
    return f"{minutes} minutes" if minutes > 1 else "a minute"


def signed_in(request: PageRequest, operator_id: str, name: str, path: str) -> PageResponse:
    device, now = request.headers.get("user-agent", ""), to_milliseconds(request.context.clock.now())
    limits = request.services.limits
    secret = request.write(operators.sign_in, operator_id, device, now, request.client, tenant=NO_APPLICATION)
    request.new_cookies.append(Cookie(SESSION, secret, limits.operator_session_seconds))
    if not sign_in_limits.is_known_device(request.services, name, request.cookie(_DEVICE)):
        request.new_cookies.append(Cookie(_DEVICE, sign_in_limits.create_device(request.services, name), YEAR_SECONDS))
    request.forget_visitor()
    return request.go(path)


def sign_out(request: PageRequest) -> PageResponse:
    """End this session, or with `everywhere` every session of the operator."""
    everywhere = bool(request.form.text("everywhere"))
    request.write(partial(operators.sign_out, everywhere=everywhere), request.signed_in, request.client, tenant=NO_APPLICATION)
    request.new_cookies += [Cookie(SESSION, "", 0), Cookie(TRYING, "", 0)]
    return request.go(_SIGN_IN)


# ── The one-time link ────────────────────────────────────────────────────────────────────────────────────────────────────────


def open_link(request: PageRequest) -> PageResponse:
    """Move the secret from the address into a cookie, so that no history keeps it, and show the page that uses it."""
    _require_link(request, request.path["secret"])
    request.new_cookies.append(Cookie(_LINK, request.path["secret"], _LINK_COOKIE_SECONDS))
    return request.go("/dashboard/welcome")


def _require_link(request: PageRequest, secret: str) -> Invitation:
    now = to_milliseconds(request.context.clock.now())
    invitation = request.read(operators.find_invitation, secret, now, tenant=NO_APPLICATION) if secret else None
    if invitation is None:
        text = "A link works once, for a day. Run `bowerbird admin link` on the server's machine, or ask an owner, to get another."
        raise PageRefused(404, "This link has expired", text, ("Sign in", _SIGN_IN))
    return invitation


def show_welcome(request: PageRequest) -> PageResponse:
    return _welcome(request, 200, _require_link(request, request.cookie(_LINK)), "", "")


def _welcome(request: PageRequest, status: int, invitation: Invitation, wrong_name: str, wrong_password: str) -> PageResponse:
    return request.show(
        "dashboard/welcome.html", status, invitation=invitation, name=invitation.name or request.form.text("name"), wrong_name=wrong_name,
        wrong_password=wrong_password,
    )  # fmt: skip


def use_link(request: PageRequest) -> PageResponse:
    """A link of a new operator takes over no other one: a name that is taken is refused."""
    secret, password = request.cookie(_LINK), request.form.raw("password")
    invitation = _require_link(request, secret)
    name = invitation.name or operators.name_of(request.form.text("name"))
    wrong_name = "" if name else "Choose a name of at most 100 characters. You sign in with it."
    wrong_password = passwords.weakness(password, name) or ""
    if not wrong_password and password != request.form.raw("again"):
        wrong_password = "The passwords do not match."
    if wrong_name or wrong_password:
        return _welcome(request, 400, invitation, wrong_name, wrong_password)
    hashed, now = passwords.hash_password(password), to_milliseconds(request.context.clock.now())
    try:
        operator_id = request.write(operators.use_link, secret, name, hashed, now, request.client, tenant=NO_APPLICATION)
    except NameTaken:
        return _welcome(request, 400, invitation, "This name is taken. Choose another one.", "")
    if operator_id is None:
        _require_link(request, "")
    request.new_cookies.append(Cookie(_LINK, "", 0))
    return signed_in(request, operator_id or "", name, "/dashboard")


# ── The operator's own account ───────────────────────────────────────────────────────────────────────────────────────────────


def show_account(request: PageRequest) -> PageResponse:
    return account_page(request, 200)


def account_page(request: PageRequest, status: int, **wrong: str) -> PageResponse:
    """The page, with what is wrong by the name of its field: old, password, code, removal."""
    me, now = request.signed_in, to_milliseconds(request.context.clock.now())
    sessions = request.read(operators.list_sessions, me.id, now, tenant=NO_APPLICATION)
    return request.show("dashboard/account.html", status, sessions=sessions, wrong=wrong)


def is_confirmed(request: PageRequest, field: str = "confirm") -> str:
    """Check the operator's password, under the limits of signing in, before what a stolen session must not do: what is wrong, or empty."""
    me, now, address = request.signed_in, to_milliseconds(request.context.clock.now()), request.client
    if wait := request.write(sign_in_limits.record_attempt, me.name, address, request.cookie(_DEVICE), now, tenant=NO_APPLICATION):
        return f"Too many attempts. Try again in {in_words(wait)}."
    known = request.read(operators.find_known, me.name, tenant=NO_APPLICATION)
    if not passwords.is_right(request.form.raw(field), known.password if known else None):
        action = request.page.name if request.page else ""
        request.write(operators.record_refused, action, me.id, address, tenant=NO_APPLICATION)
        return "The current password is wrong."
    request.write(sign_in_limits.delete_attempts, me.name, address, request.cookie(_DEVICE), tenant=NO_APPLICATION)
    return ""


def change_password(request: PageRequest) -> PageResponse:
    """Every other session ends, and this one gets a new secret."""
    me, limits = request.signed_in, request.services.limits
    if wrong := is_confirmed(request, "old"):
        return account_page(request, 429 if wrong.startswith("Too many") else 401, old=wrong)
    new = request.form.raw("password")
    if wrong := passwords.weakness(new, me.name) or ("" if new == request.form.raw("again") else "The passwords do not match."):
        return account_page(request, 400, password=wrong)
    hashed, device = passwords.hash_password(new), request.headers.get("user-agent", "")
    now = to_milliseconds(request.context.clock.now())
    secret = request.write(operators.replace_password, me, hashed, device, now, request.client, tenant=NO_APPLICATION)
    request.new_cookies.append(Cookie(SESSION, secret, limits.operator_session_seconds))
    return request.go("/dashboard/account?done=password")


def revoke_session(request: PageRequest) -> PageResponse:
    """End another session of the same operator."""
    session_id = request.path["session_id"]
    if not request.write(operators.revoke_session, request.signed_in, session_id, request.client, tenant=NO_APPLICATION):
        raise not_found("session")
    return request.go("/dashboard/account?done=revoked")
