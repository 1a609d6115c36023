"""Auth links: an address that opens the consent pages for one user, once, within seven days, after a code sent to their mobile."""

from __future__ import annotations

from typing import NamedTuple

from bowerbird import codes
from bowerbird.domain.access.tenant import Tenant
from bowerbird.domain.services import Services, Session
from bowerbird.domain.users.users import get_user, hold_user, mobile_of
from bowerbird.model.clock import to_milliseconds
from bowerbird.model.consent import LinkState
from bowerbird.model.days import DAY_MS
from bowerbird.model.ids import new_id
from bowerbird.model.problem import Problem
from bowerbird.model.secrets import hash_of, new_secret
from bowerbird.storage.rows import consents as rows
from bowerbird.storage.rows.consents import AuthLinkRow as AuthLinkRow  # noqa: PLC0414  (api and web read it)
from bowerbird.storage.vault.envelope import SealContext

VALID_DAYS = 7
"""How long a link is valid (contract §10)."""


class AuthLink(NamedTuple):
    """A link as its application reads it. `secret` is the last part of the public address."""

    id: str
    user_id: str
    mobile: str
    secret: str
    expires_at_ms: int


def seal_context(tenant: Tenant, link_id: str, column: str) -> SealContext:
    """What a sealed column of a link is bound to."""
    return SealContext(tenant.application_id, tenant.user_id, "auth_links", link_id, column)


def create_auth_link(session: Session, mobile: str | None) -> AuthLink:
    """Create a link in place of the user's previous one. `mobile` None: the user's own. Raises Problem."""
    own_mobile = get_user(session).mobile
    number = mobile_of(mobile, "auth_link/mobile") if mobile else own_mobile
    if not number:
        raise Problem(codes.MOBILE_REQUIRED, parameter="mobile", pointer="auth_link/mobile")
    hold_user(session)
    link_id, secret, now_ms = new_id(), new_secret(), to_milliseconds(session.services.clock.now())
    link = AuthLink(link_id, session.user_id, number, secret, now_ms + VALID_DAYS * DAY_MS)
    row = AuthLinkRow(
        id=link_id,
        application_id=session.application_id,
        user_id=session.user_id,
        secret_hash=hash_of(secret),
        secret=session.services.vault.seal(session.uow, secret.encode(), seal_context(session.tenant, link_id, "secret")),
        mobile=session.services.vault.seal(session.uow, number.encode(), seal_context(session.tenant, link_id, "mobile")),
        state=LinkState.OPEN,
        created_at_ms=now_ms,
        expires_at_ms=link.expires_at_ms,
    )
    rows.replace_auth_link(session.uow, row)
    return link


def require_auth_link(session: Session) -> AuthLinkRow:
    """The user's valid link. Raises Problem when the user never had one, or the last one has expired, is used or is deleted."""
    row = rows.find_auth_link(session.uow, *session.tenant)
    if row is None:
        raise Problem(codes.AUTH_LINK_NOT_FOUND)
    if not is_open(session.services, row):
        raise Problem(codes.AUTH_LINK_GONE)
    return row


def is_open(services: Services, row: AuthLinkRow) -> bool:
    """Whether a link is valid: neither used nor deleted nor expired."""
    return row.state is LinkState.OPEN and row.expires_at_ms > to_milliseconds(services.clock.now())


def get_auth_link(session: Session) -> AuthLink:
    """Raises Problem without a valid link."""
    row = require_auth_link(session)
    secret = session.services.vault.open(session.uow, row.secret, seal_context(session.tenant, row.id, "secret")).decode()
    mobile = session.services.vault.open(session.uow, row.mobile, seal_context(session.tenant, row.id, "mobile")).decode()
    return AuthLink(row.id, row.user_id, mobile, secret, row.expires_at_ms)


def delete_auth_link(session: Session) -> None:
    """Delete the user's link, which is invalid from then on. Raises Problem without a valid link."""
    try:
        require_auth_link(session)
    except Problem as problem:
        if problem.entry is codes.AUTH_LINK_GONE:  # the published description has no 410 here
            raise Problem(codes.AUTH_LINK_NOT_FOUND) from None
        raise
    rows.close_auth_link(session.uow, *session.tenant, LinkState.DELETED)
