"""The JWT that each request to Enable Banking carries, signed with the operator's key."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING

from bowerbird.sdk.failures import NotUnderstood

if TYPE_CHECKING:
    from joserfc.jwk import RSAKey

VALID_S = 300


@lru_cache(maxsize=4)
def _key(pem: str) -> RSAKey:
    """Read once: checking a key takes longer than signing with it."""
    from joserfc.jwk import RSAKey  # noqa: PLC0415

    return RSAKey.import_key(pem)


def signed(settings: Mapping[str, str], now: datetime) -> str:
    """A JWT of the operator's application, good for five minutes. Raises NotUnderstood for a key that cannot be used."""
    from joserfc import jwt  # noqa: PLC0415  (loaded with the first request)
    from joserfc.errors import JoseError  # noqa: PLC0415

    header = {"typ": "JWT", "alg": "RS256", "kid": settings.get("application", "")}
    issued_s = int(now.timestamp())
    claims = {"iss": "enablebanking.com", "aud": "api.enablebanking.com", "iat": issued_s, "exp": issued_s + VALID_S}
    try:
        return jwt.encode(header, claims, _key(settings.get("key", "")))
    except (JoseError, ValueError) as error:
        raise NotUnderstood("the key of the connector's settings is no RSA key in PEM") from error
