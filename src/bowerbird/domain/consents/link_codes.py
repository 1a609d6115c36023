"""The code that protects an auth link: six digits sent to the person's mobile, with a limit on codes and on guesses at each."""

from __future__ import annotations

from typing import NamedTuple

from bowerbird import codes
from bowerbird.domain.access.real_data import is_sandbox
from bowerbird.domain.access.tenant import Tenant
from bowerbird.domain.consents import one_time_codes, person_sessions
from bowerbird.domain.consents.auth_links import is_open, seal_context
from bowerbird.domain.consents.one_time_codes import ATTEMPTS, CodeVerdict
from bowerbird.domain.consents.person_sessions import Intent
from bowerbird.domain.services import Session
from bowerbird.model.consent import LinkState
from bowerbird.model.problem import Problem
from bowerbird.model.secrets import hash_of
from bowerbird.storage.rows import consents as rows
from bowerbird.storage.rows.consents import AuthLinkRow

CODES = 5
"""Codes of one link: with `ATTEMPTS` guesses at each, a thief of the link guesses right once in 40,000 links."""


def find_link(session: Session, secret: str) -> AuthLinkRow | None:
    """The link of an address, in any state; None for an unknown secret."""
    return rows.find_auth_link_by_secret(session.uow, hash_of(secret))


def tenant_of(link: AuthLinkRow) -> Tenant:
    return Tenant(link.application_id, link.user_id)


def mobile_of(session: Session, link: AuthLinkRow) -> str:
    return session.services.vault.open(session.uow, link.mobile, seal_context(tenant_of(link), link.id, "mobile")).decode()


def current_code(session: Session, link: AuthLinkRow) -> str:
    """The code that was sent last; empty where none is valid."""
    if link.code is None:
        return ""
    return session.services.vault.open(session.uow, link.code, seal_context(tenant_of(link), link.id, "code")).decode()


def is_used_up(link: AuthLinkRow) -> bool:
    """Whether every code of a link was sent and the last one has had all its guesses."""
    return link.codes_sent >= CODES and link.attempts >= ATTEMPTS


class NoCodeSender(Exception):
    """No code can be sent: `BOWERBIRD_CODE_SENDER` is the log, and the database holds real data."""


def create_code(session: Session, link: AuthLinkRow) -> str | None:
    """A new code to send; the one before becomes invalid. None when all codes were sent, or the last one less than 30 s ago.

    Raises NoCodeSender.
    """
    if session.services.code_sender.for_sandbox and not is_sandbox(session.uow):
        raise NoCodeSender
    if not is_open(session.services, link) or link.codes_sent >= CODES or one_time_codes.wait_s(session.services, link) > 0:
        return None
    code = one_time_codes.new_code()
    sealed = session.services.vault.seal(session.uow, code.encode(), seal_context(tenant_of(link), link.id, "code"))
    return code if rows.replace_code(session.uow, link, sealed, one_time_codes.expires_at_ms(session.services)) else None


class OpenedSession(NamedTuple):
    """What the right code opens: the secret of a person's session."""

    secret: str


def open_session(session: Session, link: AuthLinkRow, guess: str, now_ms: int) -> OpenedSession | CodeVerdict:
    """Open a person's session with the code of a link that was read before, once: deciding and opening are one unit of work.

    `now_ms` is the real time, not the sandbox clock's. Raises Problem when the link is not open any more.
    """
    person_sessions.hold_access(session)
    require_open(session, link.id)
    verdict = _check_code(session, link, guess)
    if verdict is not CodeVerdict.RIGHT:
        return verdict
    return OpenedSession(person_sessions.create_session(session, Intent(), now_ms, link.id))


def _check_code(session: Session, link: AuthLinkRow, guess: str) -> CodeVerdict:
    """The result of a guess, which is counted. A right code becomes invalid."""

    def count() -> bool:
        return rows.count_attempt(session.uow, link, ATTEMPTS)

    def use() -> bool:
        return rows.use_code(session.uow, link)

    return one_time_codes.judge(session.services, link, guess, count=count, code=current_code(session, link), use=use)


def require_open(session: Session, link_id: str) -> None:
    """Raises Problem where a link of the user is not open any more."""
    link = rows.find_auth_link(session.uow, *session.tenant)
    if link is None or link.id != link_id or not is_open(session.services, link):
        raise Problem(codes.AUTH_LINK_GONE)


def use_link(session: Session, link_id: str) -> None:
    """Mark a link as used once its person has finished; a newer link of the user stays open."""
    link = rows.find_auth_link(session.uow, *session.tenant)
    if link is not None and link.id == link_id:
        rows.close_auth_link(session.uow, *session.tenant, LinkState.USED)
