"""The code that guards an auth link: six digits, sent to the person's mobile, few of them and few guesses at each."""

from __future__ import annotations

import hmac
import secrets
from enum import StrEnum
from typing import Any

from bowerbird.domain.access.tenant import Tenant
from bowerbird.domain.consents.auth_links import LinkState, hash_of, is_open, place_of
from bowerbird.domain.services import Services, Session
from bowerbird.model.clock import to_milliseconds
from bowerbird.storage.rows import auth_links as rows

CODE_MINUTES = 10
ATTEMPTS = 5
"""Guesses at one code."""
CODES = 5
"""Codes of one link: with the guesses at each, one chance in 40,000 for whoever has the link and not the mobile."""
RESEND_SECONDS = 30
_CODE_MS = CODE_MINUTES * 60_000


class CodeVerdict(StrEnum):
    """What came of a guess."""

    RIGHT = "right"
    WRONG = "wrong"
    EXPIRED = "expired"
    LOCKED = "locked"


def link_of(session: Session, secret: str) -> Any:
    """The row of a link, whatever its state; None for an address nobody was given."""
    return rows.auth_link_of_secret(session.uow, hash_of(secret))


def tenant_of(link: Any) -> Tenant:
    return Tenant(link.application_id, link.user_id)


def mobile_of(session: Session, link: Any) -> str:
    return session.services.vault.open(session.uow, link.mobile, place_of(tenant_of(link), link.id, "mobile")).decode()


def current_code(session: Session, link: Any) -> str:
    """The code that was sent last: for the sandbox, which shows it."""
    return (
        ""
        if link.code is None
        else session.services.vault.open(session.uow, link.code, place_of(tenant_of(link), link.id, "code")).decode()
    )


def wait_seconds(services: Services, link: Any) -> int:
    """Seconds until another code may be sent, 0 when one may be now."""
    if link.code_expires is None:
        return 0
    sent = int(link.code_expires) - _CODE_MS
    return max(0, -(-(sent + RESEND_SECONDS * 1000 - to_milliseconds(services.clock.now())) // 1000))


def is_used_up(link: Any) -> bool:
    """Whether a link has no code left: every one was sent, and the last was guessed at as often as one may."""
    return bool(link.codes_sent >= CODES and link.attempts >= ATTEMPTS)


def new_code(session: Session, link: Any) -> str | None:
    """A code to send, which is the only one that is right from now on; None when too many were sent, or the last just now."""
    if not is_open(session.services, link) or link.codes_sent >= CODES or wait_seconds(session.services, link) > 0:
        return None
    code = f"{secrets.randbelow(1_000_000):06}"
    tenant = tenant_of(link)
    expires = to_milliseconds(session.services.clock.now()) + _CODE_MS
    sealed = session.services.vault.seal(session.uow, code.encode(), place_of(tenant, link.id, "code"))
    changes = {"code": sealed, "code_expires": expires, "codes_sent": link.codes_sent + 1, "attempts": 0}
    return code if rows.replace_code(session.uow, link, changes) else None


def check_code(session: Session, link: Any, guess: str) -> CodeVerdict:
    """Count a guess before it is judged, so that many at once are no way around. A right code is used up."""
    if link.code is None or link.code_expires <= to_milliseconds(session.services.clock.now()):
        return CodeVerdict.EXPIRED
    if not rows.count_attempt(session.uow, link, ATTEMPTS):
        return CodeVerdict.LOCKED
    digits = "".join(char for char in guess if char.isascii() and char.isdigit())
    if not hmac.compare_digest(current_code(session, link).encode(), digits.encode()):
        return CodeVerdict.LOCKED if link.attempts + 1 >= ATTEMPTS else CodeVerdict.WRONG
    rows.update_auth_link(session.uow, *tenant_of(link), code=None, code_expires=None)
    return CodeVerdict.RIGHT


def use_link(session: Session, link_id: str) -> None:
    """The person is through: the link leads nowhere any more."""
    link = rows.find_auth_link(session.uow, *session.tenant)
    if link is not None and link.id == link_id:
        rows.update_auth_link(session.uow, *session.tenant, state=LinkState.USED, code=None, code_expires=None)
