"""Auth links: an address that leads one person to the consent pages, once, within seven days, guarded by a code sent to their mobile."""

from __future__ import annotations

import hashlib
import secrets
from enum import StrEnum
from typing import Any, NamedTuple

from bowerbird import codes
from bowerbird.domain.access.tenant import Tenant
from bowerbird.domain.services import Services, Session
from bowerbird.domain.users.users import get_user, mobile_of
from bowerbird.model.clock import to_milliseconds
from bowerbird.model.ids import new_id
from bowerbird.model.problem import Problem
from bowerbird.storage.rows import auth_links as rows
from bowerbird.storage.vault.envelope import SealContext

LIFE_DAYS = 7
"""How long a link works (contract §10)."""


class LinkState(StrEnum):
    """`OPEN` until the person is through, or it was taken back."""

    OPEN = "open"
    USED = "used"
    DELETED = "deleted"


class AuthLink(NamedTuple):
    """A link as its application reads it. `secret` is what the public address ends in."""

    id: str
    user_id: str
    mobile: str
    secret: str
    expires: int


def place_of(tenant: Tenant, link_id: str, column: str) -> SealContext:
    return SealContext(tenant.application_id, tenant.user_id, "auth_links", link_id, column)


def hash_of(secret: str) -> str:
    """What is kept to find a link by: 256 random bits need no slow hash."""
    return hashlib.sha256(secret.encode()).hexdigest()


def create_auth_link(session: Session, mobile: str | None) -> AuthLink:
    """A new link, which is the only one that works. Without a mobile, the user's own. Raises Problem."""
    known = get_user(session).mobile
    number = mobile_of(mobile, "auth_link/mobile") if mobile else known
    if not number:
        raise Problem(codes.MOBILE_REQUIRED, parameter="mobile", pointer="auth_link/mobile")
    link_id, secret, now = new_id(), secrets.token_urlsafe(32), to_milliseconds(session.services.clock.now())
    expires = now + LIFE_DAYS * 86_400_000
    rows.put_auth_link(
        session.uow,
        {
            "user_id": session.tenant.user_id,
            "application_id": session.tenant.application_id,
            "id": link_id,
            "secret_hash": hash_of(secret),
            "secret": session.services.vault.seal(session.uow, secret.encode(), place_of(session.tenant, link_id, "secret")),
            "mobile": session.services.vault.seal(session.uow, number.encode(), place_of(session.tenant, link_id, "mobile")),
            "state": LinkState.OPEN,
            "created": now,
            "expires": expires,
            "code": None,
            "code_expires": None,
            "codes_sent": 0,
            "attempts": 0,
        },
    )
    return AuthLink(link_id, session.tenant.user_id, number, secret, expires)


def find_auth_link(session: Session) -> Any:
    """The row of a user's link. Raises Problem when there never was one, or it works no longer."""
    row = rows.find_auth_link(session.uow, *session.tenant)
    if row is None:
        raise Problem(codes.AUTH_LINK_NOT_FOUND)
    if not is_open(session.services, row):
        raise Problem(codes.AUTH_LINK_GONE)
    return row


def is_open(services: Services, row: Any) -> bool:
    """Whether a link still leads somewhere."""
    return bool(row.state == LinkState.OPEN and row.expires > to_milliseconds(services.clock.now()))


def get_auth_link(session: Session) -> AuthLink:
    """Raises Problem when there is none that works."""
    row = find_auth_link(session)
    secret = session.services.vault.open(session.uow, row.secret, place_of(session.tenant, row.id, "secret")).decode()
    mobile = session.services.vault.open(session.uow, row.mobile, place_of(session.tenant, row.id, "mobile")).decode()
    return AuthLink(row.id, session.tenant.user_id, mobile, secret, row.expires)


def delete_auth_link(session: Session) -> None:
    """Take a link back. Raises Problem when there is none that works."""
    try:
        find_auth_link(session)
    except Problem as problem:
        if problem.entry is codes.AUTH_LINK_GONE:  # the published description has no 410 here
            raise Problem(codes.AUTH_LINK_NOT_FOUND) from None
        raise
    rows.update_auth_link(session.uow, *session.tenant, state=LinkState.DELETED, code=None)
