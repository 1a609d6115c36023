"""Bearer tokens: made from an API key, bound to a scope, a version and perhaps a user, gone after an hour.

Tokens are signed, not stored: any process with the master key can check one.
"""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum
from typing import Annotated, Final, NamedTuple

import msgspec
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OctKey

from bowerbird import codes
from bowerbird.domain.access.network import network_of
from bowerbird.domain.services import Services, Session
from bowerbird.model.clock import to_milliseconds
from bowerbird.model.ids import is_id, new_id
from bowerbird.model.problem import Problem, ProblemSource
from bowerbird.model.secrets import hash_of
from bowerbird.storage.database.unit_of_work import EVERY_TENANT
from bowerbird.storage.rows import applications, rate_counters, users

VERSIONS = ("2.0", "2.1", "3.0")
_ALGORITHM = "HS256"
_OPERATORS_SECONDS = 60

WINDOW_SECONDS = 300
WINDOW_MS = WINDOW_SECONDS * 1000


class Scope(StrEnum):
    SERVER_ACCESS = "SERVER_ACCESS"
    CLIENT_ACCESS = "CLIENT_ACCESS"


class Claims(NamedTuple):
    """The claims of a token. `user_id` is empty unless it is bound to a user; `expires` in seconds since 1970.

    `production`: whether the application had production access when the token was made.
    """

    application_id: str
    scope: Scope
    user_id: str
    version: str
    expires: int
    production: bool


_WIRE_NAMES: Final = {"application_id": "applicationid", "user_id": "userId", "expires": "exp"}


class _SignedClaims(msgspec.Struct, frozen=True, rename=_WIRE_NAMES):
    """The claims as they stand in a token, each of its own type."""

    application_id: str
    scope: Scope
    version: str
    expires: Annotated[int, msgspec.Meta(ge=0, le=2**40)]
    user_id: str = ""
    production: bool = False


def api_key_of(authorization: str | None) -> str:
    """The key in an Authorization header. Raises Problem: missing, or not "Basic <key>"."""
    if not authorization:
        raise Problem(codes.AUTHORIZATION_REQUIRED, parameter="Authorization", pointer="header/Authorization")
    scheme, _, key = authorization.strip().partition(" ")
    if scheme.lower() != "basic" or not key.strip():
        raise Problem(codes.AUTHORIZATION_NOT_VALID, parameter="Authorization", pointer="header/Authorization")
    return key.strip()


def version_of(header: str | None) -> str:
    """The version in a basiq-version header. Raises Problem: missing, or none of `VERSIONS`."""
    blame = ProblemSource(parameter="basiq-version", pointer="header/basiq-version")
    if not header or not header.strip():
        raise Problem(codes.VERSION_REQUIRED, **blame)
    if header.strip() not in VERSIONS:
        raise Problem(codes.VERSION_NOT_SUPPORTED, **blame, version=header.strip()[:20])
    return header.strip()


async def exchange_key(services: Services, key: str, version: str, scope: str | None, user_id: str | None) -> tuple[str, int]:
    """A signed token for an API key, and its life in seconds. No scope means SERVER_ACCESS: old clients send none. Raises Problem."""
    return await services.read(create_token, key, version, scope, user_id, tenant=EVERY_TENANT)


def create_token(session: Session, key: str, version: str, scope: str | None, user_id: str | None) -> tuple[str, int]:
    """The same in a unit of work across tenants."""
    application = applications.application_of_key(session.uow, hash_of(key), to_milliseconds(session.services.clock.now()))
    if application is None:
        raise Problem(codes.UNKNOWN_API_KEY, parameter="Authorization", pointer="header/Authorization")
    if application.disabled:
        raise Problem(codes.ACCOUNT_DISABLED)
    try:
        granted = Scope(scope) if scope else Scope.SERVER_ACCESS
    except ValueError as error:
        raise Problem(codes.UNKNOWN_SCOPE, parameter="scope", scope=scope) from error
    bound = user_id if granted is Scope.CLIENT_ACCESS and user_id else ""
    if bound and (not is_id(bound) or users.find_user(session.uow, application.id, bound) is None):
        raise Problem(codes.TOKEN_USER_UNKNOWN, parameter="userId")
    ttl = session.services.limits.token_ttl_seconds
    expires = int((session.services.clock.now() + timedelta(seconds=ttl)).timestamp())
    return _sign(session.services, Claims(application.id, granted, bound, version, expires, application.production)), ttl


def token_caller(session: Session, authorization: str | None, address: str) -> str:
    """Whom a token request is counted for: its API key where that is known, else its address, an IPv6 address by its /64 network.

    So that strangers, however many stand behind one proxy, never use up what is left of an application's limit.
    """
    key = authorization.strip().partition(" ")[2].strip() if authorization else ""
    key_hash = hash_of(key)
    if key and applications.application_of_key(session.uow, key_hash, to_milliseconds(session.services.clock.now())) is not None:
        return f"key {key_hash}"
    return f"address {network_of(address)}"


class TooManyTokenRequests(Exception):
    """A key or an address has asked for too many tokens: `seconds` is how long it must wait."""

    def __init__(self, seconds: int) -> None:
        self.seconds = seconds
        super().__init__(seconds)


def record_token_request(session: Session, subject: str, now_ms: int) -> None:
    """Count a token request of a subject, a keyed hash of a key or an address. Raises TooManyTokenRequests, and then nothing was counted.

    Two windows of five minutes count, the earlier one weighted by how much of it lies within the last five minutes.
    """
    ends_ms = window_end(now_ms)
    current = rate_counters.increment_counter(session.uow, ends_ms, subject)
    before = rate_counters.get_count(session.uow, ends_ms - WINDOW_MS, subject)
    if current == 1:
        rate_counters.delete_counters_before(session.uow, ends_ms - WINDOW_MS)
    if seconds := seconds_to_wait(session.services.limits.token_requests_per_5_minutes, before, current - 1, now_ms):
        raise TooManyTokenRequests(seconds)


def window_end(now_ms: int) -> int:
    """When the window that a moment lies in ends, in milliseconds."""
    return now_ms - now_ms % WINDOW_MS + WINDOW_MS


def seconds_to_wait(limit: int, before: int, current: int, now_ms: int) -> int:
    """Seconds until one more is allowed after `current` of this window and `before` of the earlier one; 0 when it is.

    The earlier window counts little enough then, or this one has become the earlier one.
    """
    left_ms = window_end(now_ms) - now_ms
    if before * left_ms // WINDOW_MS + current < limit:
        return 0
    if current >= limit or before == 0:
        return left_ms // 1000 + 1
    return max(1, (left_ms - (limit - current) * WINDOW_MS // before) // 1000 + 1)


def token_of_operator(services: Services, application_id: str, scope: str, user_id: str, version: str) -> str:
    """A token for one request that an operator sends again for an application: the same claims, valid for a minute."""
    expires = int((services.clock.now() + timedelta(seconds=_OPERATORS_SECONDS)).timestamp())
    return _sign(services, Claims(application_id, Scope(scope), user_id, version, expires, production=False))


def _sign(services: Services, claims: Claims) -> str:
    issued = int(services.clock.now().timestamp())
    payload: dict[str, str | int] = {
        "applicationid": claims.application_id,
        "scope": claims.scope,
        "version": claims.version,
        "production": claims.production,
        "iat": issued,
        "exp": claims.expires,
        "jti": new_id(),
    }
    if claims.user_id:
        payload["userId"] = claims.user_id
    return jwt.encode({"alg": _ALGORITHM}, payload, OctKey.import_key(services.vault.token_key))


class TokenReader:
    """Checks tokens. A checked token is remembered, because its signature costs more time than most responses."""

    def __init__(self, services: Services, remembered: int = 4096) -> None:
        self._services = services
        self._key = OctKey.import_key(services.vault.token_key)
        self._remembered: dict[str, Claims] = {}
        self._limit = remembered

    def owner(self, authorization: str | None) -> str:
        """The application of a token that was checked before, empty for any other. Quick, but no proof: `read` checks."""
        known = self._remembered.get(authorization[7:].strip()) if authorization else None
        return known.application_id if known is not None else ""

    def read(self, authorization: str | None) -> Claims:
        """The claims of a "Bearer <token>" header. Raises Problem: missing, malformed, forged (401) or expired (403)."""
        token = authorization[7:].strip() if authorization and authorization[:7].lower() == "bearer " else ""
        claims = self._remembered.get(token)
        if claims is None:
            claims = self._check(token)
            if len(self._remembered) >= self._limit:
                self._remembered.clear()
            self._remembered[token] = claims
        if self._services.clock.now().timestamp() >= claims.expires:
            raise Problem(codes.TOKEN_EXPIRED)
        return claims

    def _check(self, token: str) -> Claims:
        try:
            found = msgspec.convert(jwt.decode(token, self._key, algorithms=[_ALGORITHM]).claims, _SignedClaims)
            return Claims(found.application_id, found.scope, found.user_id, found.version, found.expires, found.production)
        except (JoseError, ValueError, TypeError, msgspec.ValidationError) as error:
            raise Problem(codes.INVALID_TOKEN, parameter="Authorization", pointer="header/Authorization") from error
