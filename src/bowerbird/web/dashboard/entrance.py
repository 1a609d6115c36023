"""Who is at the door: sessions of operators, signing in and out, and the one-time link that sets a password."""

from __future__ import annotations

from urllib.parse import quote

from bowerbird.domain import operators, passwords
from bowerbird.domain.operators import Operator
from bowerbird.model.clock import to_milliseconds
from bowerbird.storage import operators as rows
from bowerbird.storage.unit_of_work import EVERY_TENANT
from bowerbird.web.cookies import Cookie
from bowerbird.web.page import Access, Page
from bowerbird.web.refusal import Refusal
from bowerbird.web.reply import Reply, is_local
from bowerbird.web.visit import SESSION, TRYING, Visit

_LINK = "link"
_LINK_COOKIE_SECONDS = 1800
_SIGN_IN = "/dashboard/sign-in"
_WRONG = "The name or the password is wrong."


def let_in(visit: Visit, page: Page) -> Reply | None:
    """Know the operator by their session. What to answer instead of the page where one is needed and there is none."""
    secret = visit.cookie(SESSION)
    found = _session(visit, secret) if secret else None
    if found is not None:
        visit.operator, visit.secret = found, secret
        return None
    if page.access is not Access.OPERATOR:
        return None
    if visit.partial or page.method == "GET":
        return visit.go(f"{_SIGN_IN}?next={quote(visit.url)}" if page.method == "GET" and not visit.partial else _SIGN_IN)
    raise Refusal(401, "You are signed out", "Nothing was changed. Sign in, then send the form again.", ("Sign in", _SIGN_IN))


def _session(visit: Visit, secret: str) -> Operator | None:
    now = to_milliseconds(visit.desk.clock.now())
    found = visit.read(lambda uow: operators.find_session(uow, visit.world.limits, secret, now), tenant=EVERY_TENANT)
    if found is None:
        return None
    operator, note = found
    if note:
        visit.write(lambda uow: rows.touch_session(uow, operator.session, now), tenant=EVERY_TENANT)
    return operator


def show_sign_in(visit: Visit) -> Reply:
    if visit.operator is not None:
        return visit.go("/dashboard")
    known = visit.read(rows.any_operator, tenant=EVERY_TENANT)
    return visit.show("dashboard/sign_in.html", known=known, name="", next=_next(visit.one("next")), wrong="")


def sign_in(visit: Visit) -> Reply:
    """One answer for a wrong name and a wrong password, after the same time."""
    name, address, now = operators.name_of(visit.form.text("name")), visit.client, to_milliseconds(visit.desk.clock.now())
    if wait := visit.write(lambda uow: operators.count_attempt(uow, name, address, now), tenant=EVERY_TENANT):
        raise Refusal(
            429,
            "Too many attempts",
            f"Wait {_in_words(wait)} before the next one. Whoever can reach the server's machine gets in at once "
            "with a link from `bowerbird admin link`.",
            ("Back", _SIGN_IN),
            wait,
        )
    known = visit.read(lambda uow: operators.stored_password(uow, name), tenant=EVERY_TENANT)
    if not passwords.is_right(visit.form.raw("password"), known[1] if known else None) or known is None:
        next_page = _next(visit.form.text("next"))
        return visit.show("dashboard/sign_in.html", 401, known=True, name=visit.form.text("name"), next=next_page, wrong=_WRONG)
    visit.write(lambda uow: operators.forget_attempts(uow, name, address), tenant=EVERY_TENANT)
    return _signed_in(visit, known[0], _next(visit.form.text("next")))


def _next(path: str) -> str:
    return path if is_local(path) and path.startswith("/dashboard") else "/dashboard"


def _in_words(seconds: int) -> str:
    minutes = -(-seconds // 60)
    return f"{minutes} minutes" if minutes > 1 else "a minute"


def _signed_in(visit: Visit, operator_id: str, path: str) -> Reply:
    device, now = visit.headers.get("user-agent", ""), to_milliseconds(visit.desk.clock.now())
    limits = visit.world.limits
    secret = visit.write(lambda uow: operators.create_session(uow, limits, operator_id, device, now), tenant=EVERY_TENANT)
    visit.new_cookies.append(Cookie(SESSION, secret, limits.operator_session_seconds))
    visit.forget_visitor()
    return visit.go(path)


def sign_out(visit: Visit) -> Reply:
    """This session, or with `everywhere` every one of the operator."""
    operator = visit.signed_in
    if visit.form.text("everywhere"):
        visit.write(lambda uow: rows.delete_sessions_of(uow, operator.id), tenant=EVERY_TENANT)
    else:
        visit.write(lambda uow: rows.delete_session(uow, operator.session), tenant=EVERY_TENANT)
    visit.new_cookies += [Cookie(SESSION, "", 0), Cookie(TRYING, "", 0)]
    return visit.go(_SIGN_IN)


# ── The one-time link ────────────────────────────────────────────────────────────────────────────────────────────────────────


def open_link(visit: Visit) -> Reply:
    """Move the secret from the address into a cookie, so that it stays in no history, and see the page that uses it."""
    _require_link(visit, visit.path["secret"])
    visit.new_cookies.append(Cookie(_LINK, visit.path["secret"], _LINK_COOKIE_SECONDS))
    return visit.go("/dashboard/welcome")


def _require_link(visit: Visit, secret: str) -> None:
    now = to_milliseconds(visit.desk.clock.now())
    if not secret or not visit.read(lambda uow: operators.is_link_good(uow, secret, now), tenant=EVERY_TENANT):
        text = "It works once, for a day. Run `bowerbird admin link` where the server runs to get another."
        raise Refusal(404, "This link is used up", text, ("Sign in", _SIGN_IN))


def show_welcome(visit: Visit) -> Reply:
    _require_link(visit, visit.cookie(_LINK))
    return visit.show("dashboard/welcome.html", name="", wrong_name="", wrong_password="")


def use_link(visit: Visit) -> Reply:
    secret, name, password = visit.cookie(_LINK), operators.name_of(visit.form.text("name")), visit.form.raw("password")
    _require_link(visit, secret)
    wrong_name = "" if name else "Choose a name of at most 100 characters: you sign in with it."
    wrong_password = passwords.weakness(password, name) or ""
    if not wrong_password and password != visit.form.raw("again"):
        wrong_password = "The two are not the same: type the password again."
    if wrong_name or wrong_password:
        typed = visit.form.text("name")
        return visit.show("dashboard/welcome.html", 400, name=typed, wrong_name=wrong_name, wrong_password=wrong_password)
    hashed, now = passwords.hash_password(password), to_milliseconds(visit.desk.clock.now())
    operator_id = visit.write(lambda uow: operators.use_link(uow, secret, name, hashed, now), tenant=EVERY_TENANT)
    if operator_id is None:
        _require_link(visit, "")
    visit.new_cookies.append(Cookie(_LINK, "", 0))
    return _signed_in(visit, operator_id or "", "/dashboard")
