"""What a holder signs, read with the keys that it publishes. What is not exactly as expected is refused with a word that says why."""

from __future__ import annotations

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import datetime
from hashlib import sha256
from typing import TYPE_CHECKING, TypeVar

import msgspec

from bowerbird.sdk.failures import AuthorizationFailed

if TYPE_CHECKING:
    from joserfc.jwk import ECKey, RSAKey

T = TypeVar("T")

SKEW_S = 60
"""How far a holder's clock may be from ours."""
LONGEST_LIFE_S = 3600
_MAX_TOKEN = 12_000
_RSA_BITS = range(2048, 8193)
_COMPACT = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+", re.ASCII)
_KINDS = {"PS256": "RSA", "ES256": "EC"}
"""The algorithms that the standard allows, each with the kind of its key."""
_TYPES = {"JWT", "jwt", "oauth-authz-resp+jwt"}


class PublishedKey(msgspec.Struct, frozen=True, omit_defaults=True):
    kty: str
    kid: str = ""
    use: str = "sig"
    alg: str = ""
    n: str = ""
    e: str = ""
    crv: str = ""
    x: str = ""
    y: str = ""


class KeySet(msgspec.Struct, frozen=True):
    keys: list[PublishedKey]


class _Header(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Nothing else may stand there: no `crit`, no key or address of one, no content that is a JWT again."""

    alg: str
    kid: str
    typ: str = "JWT"


class SignedClaims(msgspec.Struct, frozen=True):
    """What both kinds of answers hold; moments in seconds since 1970."""

    iss: str
    aud: str | list[str]
    exp: int
    nbf: int = 0
    iat: int = 0


class AuthorizationClaims(SignedClaims, frozen=True):
    """The holder's answer that the person brings back (JARM)."""

    state: str = ""
    code: str = ""
    error: str = ""


class IdClaims(SignedClaims, frozen=True):
    """An ID token."""

    sub: str = ""
    nonce: str = ""
    acr: str = ""
    azp: str | None = None
    at_hash: str | None = None
    s_hash: str | None = None


def read_signed(token: str, published: KeySet, kind: type[T]) -> T:
    """The claims of a JWT in compact form. Raises AuthorizationFailed."""
    from joserfc import jws  # noqa: PLC0415  (loaded with the first login)
    from joserfc.errors import JoseError  # noqa: PLC0415

    header = _header(token)
    if header.typ not in _TYPES:
        raise AuthorizationFailed("invalid_token_header")
    if header.alg not in _KINDS:
        raise AuthorizationFailed("invalid_algorithm")
    key = _key(published, header)
    try:
        payload = jws.deserialize_compact(token, key, algorithms=[header.alg]).payload
    except (JoseError, ValueError) as error:
        raise AuthorizationFailed("invalid_signature") from error
    try:
        return msgspec.json.decode(payload, type=kind)
    except (UnicodeDecodeError, msgspec.DecodeError) as error:
        raise AuthorizationFailed("invalid_claims") from error


def names_unknown_key(token: str, published: KeySet) -> bool:
    """Whether a JWT names a key that is not in the set: the holder may have changed its keys since. Raises AuthorizationFailed."""
    return _header(token).kid not in [key.kid for key in published.keys]


def unsigned_part(token: str, place: int, kind: type[T]) -> T:
    """A part of a JWT as it stands, by its place from 0 on: who signed it is not looked at.

    Raises IndexError for a part that is not there, ValueError or msgspec.DecodeError for one that is none of this kind.
    """
    part = token.split(".")[place]
    return msgspec.json.decode(urlsafe_b64decode(part + "=" * (-len(part) % 4)), type=kind)


def unsigned_claims(token: str, kind: type[T]) -> T:
    """What a JWT claims, before anything is fetched to check it with. Raises AuthorizationFailed for one that no key can make good."""
    _header(token)
    try:
        return unsigned_part(token, 1, kind)
    except (ValueError, msgspec.DecodeError) as error:
        raise AuthorizationFailed("invalid_claims") from error


def _header(token: str) -> _Header:
    if len(token) > _MAX_TOKEN or _COMPACT.fullmatch(token) is None:
        raise AuthorizationFailed("invalid_token_form")
    try:
        return unsigned_part(token, 0, _Header)
    except (ValueError, msgspec.DecodeError) as error:
        raise AuthorizationFailed("invalid_token_header") from error


def _key(published: KeySet, header: _Header) -> RSAKey | ECKey:
    """The one key of that name, if it may be used for the algorithm."""
    from joserfc.errors import JoseError  # noqa: PLC0415
    from joserfc.jwk import ECKey, RSAKey  # noqa: PLC0415

    named = [key for key in published.keys if key.kid == header.kid]
    if len(named) != 1:
        raise AuthorizationFailed("unknown_key")
    key = named[0]
    if key.kty != _KINDS[header.alg] or key.use != "sig" or key.alg not in ("", header.alg) or key.crv not in ("", "P-256"):
        raise AuthorizationFailed("invalid_key")
    try:
        if header.alg == "ES256":
            return ECKey.import_key({"kty": "EC", "crv": "P-256", "x": key.x, "y": key.y})
        if int.from_bytes(urlsafe_b64decode(f"{key.n}==")).bit_length() not in _RSA_BITS:
            raise ValueError("a key that is too short, or too long to check in time")
        return RSAKey.import_key({"kty": "RSA", "n": key.n, "e": key.e})
    except (JoseError, ValueError) as error:
        raise AuthorizationFailed("invalid_key") from error


def check_claims(claims: SignedClaims, issuer: str, audience: str, now: datetime) -> None:
    """Who signed it for whom, and when. Raises AuthorizationFailed."""
    if claims.iss != issuer:
        raise AuthorizationFailed("invalid_issuer")
    if claims.aud not in (audience, [audience]):
        raise AuthorizationFailed("invalid_audience")
    now_s = now.timestamp()
    if not now_s - SKEW_S < claims.exp <= now_s + LONGEST_LIFE_S + SKEW_S or max(claims.nbf, claims.iat) > now_s + SKEW_S:
        raise AuthorizationFailed("invalid_time")


def half_hash(value: str) -> str:
    """OpenID's `at_hash` and its like: the left half of the SHA-256."""
    return base64url(sha256(value.encode()).digest()[:16])


def base64url(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()
