"""Auth links: an address from a message and a code on the mobile open the consent pages."""

from __future__ import annotations

from typing import NamedTuple

from bowerbird.domain.access.applications import ApplicationRow, find_application
from bowerbird.domain.access.tenant import Tenant
from bowerbird.domain.consents import link_codes, one_time_codes
from bowerbird.domain.consents.auth_links import AuthLinkRow, is_open
from bowerbird.domain.consents.one_time_codes import CodeVerdict
from bowerbird.domain.services import Session
from bowerbird.logs import log
from bowerbird.model.clock import to_milliseconds
from bowerbird.model.problem import Problem
from bowerbird.outbound.code_sender import NotSent
from bowerbird.web.consent import sign_in
from bowerbird.web.consent.branding import as_people_see
from bowerbird.web.kernel.cookies import Cookie
from bowerbird.web.kernel.languages import say as _
from bowerbird.web.kernel.request import PageRequest
from bowerbird.web.kernel.response import PageRefused, PageResponse

LINK = "auth-link"
_LINK_SECONDS = 3600
INVALID = "This link is no longer valid"
INVALID_TEXT = (
    "Links are valid for seven days, until they have been used or a newer link has been sent. Please ask the sender for a new link."
)
WRONG = {
    CodeVerdict.WRONG: "This code is not correct. Check the most recent message and try again.",
    CodeVerdict.EXPIRED: "This code has expired. Please request a new code.",
    CodeVerdict.LOCKED: "Too many incorrect attempts. Please request a new code.",
}


class OpenLink(NamedTuple):
    """A valid link, the application that sent it, and the last digits of the mobile its codes go to."""

    row: AuthLinkRow
    application: ApplicationRow
    mobile_end: str

    @property
    def tenant(self) -> Tenant:
        return link_codes.tenant_of(self.row)


def _require_link(request: PageRequest, secret: str) -> OpenLink:
    """Raises PageRefused, with the same page for an unknown link (404) and for one that is no longer valid (410)."""
    return request.read_across(_read_link, secret)


def _read_link(session: Session, secret: str) -> OpenLink:
    row = link_codes.find_link(session, secret) if secret else None
    if row is None:
        raise PageRefused(404, INVALID, INVALID_TEXT)
    application = find_application(session.in_application(row.application_id))
    if not is_open(session.services, row) or application is None or application.disabled:
        raise PageRefused(410, INVALID, INVALID_TEXT)
    return OpenLink(row, as_people_see(application), link_codes.mobile_of(session, row)[-3:])


def open_auth_link(request: PageRequest) -> PageResponse:
    """Move the secret from the address into a cookie. This sends no code: programs that preview messages open links too."""
    _require_link(request, request.path["secret"])
    request.new_cookies.append(Cookie(LINK, request.path["secret"], _LINK_SECONDS, arriving=True))
    return request.go("/links")


def show_auth_link(request: PageRequest) -> PageResponse:
    return _page(request, 200, "")


def _page(request: PageRequest, status: int, wrong: str) -> PageResponse:
    link = _require_link(request, request.cookie(LINK))
    return request.show(
        "consent/link.html", status, link=link, application=link.application, wrong=wrong, sent=link.row.code is not None,
        in_sandbox=not request.context.hooks.why_unavailable(request), wait=one_time_codes.wait_s(request.services, link.row),
        spent=link.row.codes_sent >= link_codes.CODES, locked=link_codes.is_used_up(link.row), minutes=one_time_codes.CODE_MINUTES,
    )  # fmt: skip


def send_code(request: PageRequest) -> PageResponse:
    link = _require_link(request, request.cookie(LINK))
    try:
        created = request.write(_create_code, link.row, tenant=link.tenant)
    except link_codes.NoCodeSender:
        log.error("code_not_sent", correlation_id=request.correlation_id, why="BOWERBIRD_CODE_SENDER is log, which is for sandboxes")
        return _page(request, 503, "This service cannot send messages at the moment. Please contact the sender of the link.")
    if created is None:
        return _page(request, 429, "A new code cannot be sent yet.")
    code, mobile = created
    minutes = one_time_codes.CODE_MINUTES
    text = _(
        "%(code)s is your code for %(name)s. It is valid for %(minutes)s minutes. Do not share it with anyone.",
        code=code, name=link.application.name, minutes=minutes,
    )  # fmt: skip
    try:
        request.services.code_sender.send(mobile, text)
    except NotSent as error:
        log.error("code_not_sent", correlation_id=request.correlation_id, why=str(error))
        return _page(request, 502, "The message could not be sent. Please wait 30 seconds, then request a new code.")
    return request.go("/links")


def _create_code(session: Session, row: AuthLinkRow) -> tuple[str, str] | None:
    """(code, mobile); None when no further code may be sent now."""
    code = link_codes.create_code(session, row)
    return None if code is None else (code, link_codes.mobile_of(session, row))


def check_code(request: PageRequest) -> PageResponse:
    """The right code opens a session; the link stays valid until the person finishes."""
    link, now_ms = _require_link(request, request.cookie(LINK)), to_milliseconds(request.context.clock.now())
    try:
        opened = request.write(link_codes.open_session, link.row, request.form.text("code"), now_ms, tenant=link.tenant)
    except Problem:  # the link has ended since it was read
        return show_auth_link(request)
    if isinstance(opened, CodeVerdict):
        return _page(request, 400, WRONG[opened])
    request.new_cookies.append(Cookie(LINK, "", 0, arriving=True))
    request.forget_visitor()
    return sign_in.begin(request, opened.secret)
