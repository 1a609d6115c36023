"""The second step of signing in, a code of the operator's authenticator; and setting one up on the page of the own account."""

from __future__ import annotations

import io

from bowerbird.domain.access.tenant import NO_APPLICATION
from bowerbird.domain.operators import operators, totp
from bowerbird.domain.services import Session
from bowerbird.model.clock import to_milliseconds
from bowerbird.web.dashboard.sign_in import account_page, in_words, is_confirmed, next_page, signed_in
from bowerbird.web.kernel.cookies import Cookie
from bowerbird.web.kernel.request import SECOND_STEP, PageRequest
from bowerbird.web.kernel.response import PageRefused, PageResponse

PATH = "/dashboard/sign-in/code"
_WRONG = "This code is wrong, too old or was used already. Wait for the next one."
_SIGN_IN = "/dashboard/sign-in"


def _awaiting(request: PageRequest) -> tuple[str, str]:
    """Id and name of the operator who has typed the right password. Raises PageRefused."""
    secret, now = request.cookie(SECOND_STEP), to_milliseconds(request.context.clock.now())
    known = request.read(operators.find_awaiting, secret, now, tenant=NO_APPLICATION) if secret else None
    if known is None:
        raise PageRefused(401, "Please sign in again", "The time to type the code is over.", ("Sign in", _SIGN_IN))
    return known


def show_second_step(request: PageRequest) -> PageResponse:
    _awaiting(request)
    return request.show("dashboard/second_step.html", next=next_page(request.one("next")), wrong="")


def _try_code(session: Session, request: PageRequest, operator_id: str, now: int) -> tuple[bool, int]:
    """Whether the code is right, and otherwise the seconds to wait where too many were tried."""
    if wait := totp.record_attempt(session, operator_id, now):
        return False, wait
    if totp.is_right(session, operator_id, request.form.text("code"), now):
        totp.delete_attempts(session, operator_id)
        return True, 0
    operators.record_refused(session, "sign_in_code", operator_id, request.client)
    return False, 0


def take_second_step(request: PageRequest) -> PageResponse:
    """A right code opens a session with a secret of its own, and is used up."""
    (operator_id, name), now = _awaiting(request), to_milliseconds(request.context.clock.now())
    right, wait = request.write(_try_code, request, operator_id, now, tenant=NO_APPLICATION)
    if wait:
        text = f"Try again in {in_words(wait)}. Who can reach the server's machine runs `bowerbird admin recover NAME` there."
        raise PageRefused(429, "Too many codes", text, ("Back", _SIGN_IN), wait)
    following = next_page(request.form.text("next"))
    if not right:
        return request.show("dashboard/second_step.html", 401, next=following, wrong=_WRONG)
    request.write(operators.end_awaiting, request.cookie(SECOND_STEP), tenant=NO_APPLICATION)
    request.new_cookies.append(Cookie(SECOND_STEP, "", 0))
    return signed_in(request, operator_id, name, following)


# ── Setting up an authenticator ──────────────────────────────────────────────────────────────────────────────────────────────


def offer_totp(request: PageRequest) -> PageResponse:
    """A secret as a picture and as text, after the password: a stolen session cannot bring an authenticator of its own."""
    if wrong := is_confirmed(request):
        return account_page(request, 401, authenticator=wrong)
    try:
        secret = request.write(totp.offer, request.signed_in.id, tenant=NO_APPLICATION)
    except totp.AuthenticatorKept:
        text = "Remove it first, with a code of it. Nothing was changed."
        raise PageRefused(409, "You have an authenticator already", text, ("Your account", "/dashboard/account")) from None
    return _set_up_page(request, 200, secret, "")


def _set_up_page(request: PageRequest, status: int, secret: str, wrong: str) -> PageResponse:
    grouped = " ".join(secret[start : start + 4] for start in range(0, len(secret), 4))
    drawn = picture(totp.address_of(secret, request.signed_in.name))
    return request.show("dashboard/authenticator.html", status, grouped=grouped, picture=drawn, wrong=wrong)


def picture(text: str) -> str:
    """A text as a QR code: the SVG element, black on white in any theme."""
    import segno  # noqa: PLC0415  (a start does without it)

    code, drawn = segno.make_qr(text, error="m"), io.BytesIO()
    code.save(drawn, kind="svg", xmldecl=False, omitsize=True, border=4, dark="#000", light="#fff", svgclass="qr", lineclass=None)
    return drawn.getvalue().decode()


def confirm_totp(request: PageRequest) -> PageResponse:
    """The first code proves that the authenticator has the secret."""
    me, now = request.signed_in, to_milliseconds(request.context.clock.now())
    if wait := request.write(totp.record_attempt, me.id, now, tenant=NO_APPLICATION):
        raise PageRefused(429, "Too many codes", f"Try again in {in_words(wait)}.", ("Back", "/dashboard/account"), wait)
    if request.write(totp.confirm, me.id, request.form.text("code"), now, request.client, tenant=NO_APPLICATION):
        request.write(totp.delete_attempts, me.id, tenant=NO_APPLICATION)
        return request.go("/dashboard/account?done=authenticator")
    secret = request.read(totp.find_offered, me.id, tenant=NO_APPLICATION)
    if secret is None:
        return request.go("/dashboard/account")
    return _set_up_page(request, 400, secret, _WRONG)


def remove_totp(request: PageRequest) -> PageResponse:
    """Takes the password and a code: neither a stolen session nor a known password takes the second step away."""
    me, now = request.signed_in, to_milliseconds(request.context.clock.now())
    if wrong := is_confirmed(request):
        return account_page(request, 401, removal=wrong)
    right, wait = request.write(_try_code, request, me.id, now, tenant=NO_APPLICATION)
    if not right:
        return account_page(request, 429 if wait else 401, removal=f"Too many codes. Try again in {in_words(wait)}." if wait else _WRONG)
    request.write(totp.remove, me.id, now, request.client, tenant=NO_APPLICATION)
    return request.go("/dashboard/account?done=removed")
