"""Auth links: an address in a message, a code on the mobile, and then the same pages as everybody."""

from __future__ import annotations

from typing import Any, NamedTuple

import structlog

from bowerbird.domain.consents import link_codes
from bowerbird.domain.consents.auth_links import is_open
from bowerbird.domain.consents.link_codes import CodeVerdict
from bowerbird.domain.consents.person_sessions import Intent
from bowerbird.domain.services import Session
from bowerbird.outbound.code_sender import NotSent
from bowerbird.storage.database.unit_of_work import EVERY_TENANT
from bowerbird.storage.rows import applications as application_rows
from bowerbird.web.consent import sign_in
from bowerbird.web.controls.access import why_unavailable
from bowerbird.web.kernel.cookies import Cookie
from bowerbird.web.kernel.not_found import PageRefused
from bowerbird.web.kernel.request import PageRequest
from bowerbird.web.kernel.response import PageResponse

LINK = "auth-link"
_LINK_SECONDS = 3600
_OVER = "This link does not work any more"
_OVER_TEXT = "A link works for seven days, until it is used or a newer one is sent. Ask the people who sent it for a new one."
_WRONG = {
    CodeVerdict.WRONG: "That is not the code we sent. Look at the newest message and try again.",
    CodeVerdict.EXPIRED: "This code is over. Have a new one sent.",
    CodeVerdict.LOCKED: "That was one try too many for this code. Have a new one sent.",
}
log = structlog.get_logger("bowerbird.page")


class LinkState(NamedTuple):
    """A link that works: its row, who asks, and the end of the mobile its codes go to."""

    link: Any
    application: Any
    mobile_end: str


def _hold(request: PageRequest, secret: str) -> LinkState:
    """Raises Refusal with one page for a link that is unknown (404), and for one that is over (410)."""

    def read(session: Session) -> LinkState:
        link = link_codes.find_link(session, secret) if secret else None
        if link is None:
            raise PageRefused(404, _OVER, _OVER_TEXT)
        application = application_rows.find_application(session.uow, link.application_id)
        if not is_open(request.services, link) or application is None or application.disabled:
            raise PageRefused(410, _OVER, _OVER_TEXT)
        return LinkState(link, application, link_codes.mobile_of(session, link)[-3:])

    return request.read(read, tenant=EVERY_TENANT)


def open_auth_link(request: PageRequest) -> PageResponse:
    """Move the secret from the address into a cookie. Looking sends nothing: programs that preview messages open links too."""
    _hold(request, request.path["secret"])
    request.new_cookies.append(Cookie(LINK, request.path["secret"], _LINK_SECONDS, arriving=True))
    return request.go("/links")


def show_auth_link(request: PageRequest) -> PageResponse:
    return _page(request, 200, "")


def _page(request: PageRequest, status: int, wrong: str) -> PageResponse:
    held = _hold(request, request.cookie(LINK))
    shown = ""
    if not why_unavailable(request):  # a sandbox: nobody has that mobile
        shown = request.read(link_codes.current_code, held.link, tenant=held.link.application_id)
    return request.show(
        "consent/link.html", status, held=held, application=held.application, wrong=wrong, shown=shown, sent=held.link.code is not None,
        wait=link_codes.wait_s(request.services, held.link), spent=held.link.codes_sent >= link_codes.CODES,
        locked=link_codes.is_used_up(held.link), minutes=link_codes.CODE_MINUTES,
    )  # fmt: skip


def send_code(request: PageRequest) -> PageResponse:
    held = _hold(request, request.cookie(LINK))
    tenant = link_codes.tenant_of(held.link)

    def work(session: Session) -> tuple[str, str] | None:
        code = link_codes.create_code(session, held.link)
        return None if code is None else (code, link_codes.mobile_of(session, held.link))

    made = request.write(work, tenant=tenant.application_id)
    if made is None:
        return _page(request, 429, "No further code can be sent right now.")
    code, mobile = made
    text = f"{code} is your code for {held.application.name}. It works for {link_codes.CODE_MINUTES} minutes. Give it to nobody."
    try:
        request.services.code_sender.send(mobile, text)
    except NotSent as error:
        log.error("code_not_sent", correlation_id=request.correlation_id, why=str(error))
        return _page(request, 502, "The message could not be sent. Wait half a minute and have a new code sent.")
    return request.go("/links")


def check_code(request: PageRequest) -> PageResponse:
    """The right code opens a session; the link stays open until the person says that this was all."""
    held = _hold(request, request.cookie(LINK))
    tenant = link_codes.tenant_of(held.link)
    verdict = request.write(link_codes.check_code, held.link, request.form.text("code"), tenant=tenant.application_id)
    if verdict is not CodeVerdict.RIGHT:
        return _page(request, 400, _WRONG[verdict])
    request.new_cookies.append(Cookie(LINK, "", 0, arriving=True))
    request.forget_visitor()
    return sign_in.begin(request, tenant, Intent(), held.link.id)
