"""Auth links: an address in a message, a code on the mobile, and then the same pages as everybody."""

from __future__ import annotations

from typing import Any, NamedTuple

import structlog

from bowerbird.domain import link_codes
from bowerbird.domain.auth_links import is_open
from bowerbird.domain.link_codes import Verdict
from bowerbird.domain.person_sessions import Errand
from bowerbird.outbound.code_sender import NotSent
from bowerbird.storage import applications as application_rows
from bowerbird.storage.unit_of_work import EVERY_TENANT, UnitOfWork
from bowerbird.web.consent import entrance
from bowerbird.web.cookies import Cookie
from bowerbird.web.refusal import Refusal
from bowerbird.web.reply import Reply
from bowerbird.web.visit import Visit

LINK = "auth-link"
_LINK_SECONDS = 3600
_OVER = "This link does not work any more"
_OVER_TEXT = "A link works for seven days, until it is used or a newer one is sent. Ask the people who sent it for a new one."
_WRONG = {
    Verdict.WRONG: "That is not the code we sent. Look at the newest message and try again.",
    Verdict.EXPIRED: "This code is over. Have a new one sent.",
    Verdict.LOCKED: "That was one try too many for this code. Have a new one sent.",
}
log = structlog.get_logger("bowerbird.page")


class Held(NamedTuple):
    """A link that works: its row, who asks, and the end of the mobile its codes go to."""

    link: Any
    application: Any
    mobile_end: str


def _hold(visit: Visit, secret: str) -> Held:
    """Raises Refusal with one page for a link that is unknown (404), and for one that is over (410)."""

    def read(uow: UnitOfWork) -> Held:
        link = link_codes.link_of(uow, secret) if secret else None
        if link is None:
            raise Refusal(404, _OVER, _OVER_TEXT)
        application = application_rows.find_application(uow, link.application_id)
        if not is_open(visit.world, link) or application is None or application.disabled:
            raise Refusal(410, _OVER, _OVER_TEXT)
        return Held(link, application, link_codes.mobile_of(visit.world, uow, link)[-3:])

    return visit.read(read, tenant=EVERY_TENANT)


def open_auth_link(visit: Visit) -> Reply:
    """Move the secret from the address into a cookie. Looking sends nothing: programs that preview messages open links too."""
    _hold(visit, visit.path["secret"])
    visit.new_cookies.append(Cookie(LINK, visit.path["secret"], _LINK_SECONDS, arriving=True))
    return visit.go("/links")


def show_auth_link(visit: Visit) -> Reply:
    return _page(visit, 200, "")


def _page(visit: Visit, status: int, wrong: str) -> Reply:
    held = _hold(visit, visit.cookie(LINK))
    shown = ""
    if visit.world.controls is not None:  # a sandbox: nobody has that mobile
        shown = visit.read(lambda uow: link_codes.current_code(visit.world, uow, held.link), tenant=held.link.application_id)
    return visit.show(
        "consent/link.html", status, held=held, application=held.application, wrong=wrong, shown=shown, sent=held.link.code is not None,
        wait=link_codes.wait_seconds(visit.world, held.link), spent=held.link.codes_sent >= link_codes.CODES,
        locked=link_codes.is_used_up(held.link), minutes=link_codes.CODE_MINUTES,
    )  # fmt: skip


def send_code(visit: Visit) -> Reply:
    held = _hold(visit, visit.cookie(LINK))
    tenant = link_codes.tenant_of(held.link)

    def work(uow: UnitOfWork) -> tuple[str, str] | None:
        code = link_codes.new_code(visit.world, uow, held.link)
        return None if code is None else (code, link_codes.mobile_of(visit.world, uow, held.link))

    made = visit.write(work, tenant=tenant.application_id)
    if made is None:
        return _page(visit, 429, "No further code can be sent right now.")
    code, mobile = made
    text = f"{code} is your code for {held.application.name}. It works for {link_codes.CODE_MINUTES} minutes. Give it to nobody."
    try:
        visit.world.code_sender.send(mobile, text)
    except NotSent as error:
        log.error("code_not_sent", correlation_id=visit.correlation_id, why=str(error))
        return _page(visit, 502, "The message could not be sent. Wait half a minute and have a new code sent.")
    return visit.go("/links")


def check_code(visit: Visit) -> Reply:
    """The right code opens a session; the link stays open until the person says that this was all."""
    held = _hold(visit, visit.cookie(LINK))
    tenant = link_codes.tenant_of(held.link)
    verdict = visit.write(
        lambda uow: link_codes.check_code(visit.world, uow, held.link, visit.form.text("code")), tenant=tenant.application_id
    )
    if verdict is not Verdict.RIGHT:
        return _page(visit, 400, _WRONG[verdict])
    visit.new_cookies.append(Cookie(LINK, "", 0, arriving=True))
    visit.forget_visitor()
    return entrance.begin(visit, tenant, Errand(), held.link.id)
