"""The operator's software product: what it signs, and the certificate that its tokens are bound to."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from hashlib import sha256
from typing import TYPE_CHECKING

from bowerbird.connectors.cdr.signed import base64url
from bowerbird.model.json_value import JsonValue
from bowerbird.model.secrets import new_secret
from bowerbird.sdk.failures import NotUnderstood

if TYPE_CHECKING:
    from joserfc.jwk import RSAKey

VALID_S = 300
ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


@lru_cache(maxsize=32)
def _key(pem: str) -> RSAKey:
    """Read once: checking a key takes longer than signing with it."""
    from joserfc.jwk import RSAKey  # noqa: PLC0415

    return RSAKey.import_key(pem)


def sign(claims: Mapping[str, JsonValue], settings: Mapping[str, str], now: datetime) -> str:
    """A JWT with these claims, good for five minutes. Raises NotUnderstood for a key that cannot be used."""
    from joserfc import jwt  # noqa: PLC0415
    from joserfc.errors import JoseError  # noqa: PLC0415

    now_s = int(now.timestamp())
    times = {"iat": now_s, "nbf": now_s, "exp": now_s + VALID_S, "jti": new_secret()}
    try:
        key = _key(settings.get("key", ""))
        header = {"alg": "PS256", "typ": "JWT", "kid": settings.get("key_id") or key.thumbprint()}
        return jwt.encode(header, {**times, **claims}, key, algorithms=["PS256"])
    except (JoseError, ValueError) as error:
        raise NotUnderstood("the `key` of the connector's settings is no RSA key in PEM") from error


def proof_of_client(settings: Mapping[str, str], issuer: str, now: datetime) -> dict[str, str]:
    """The parameters that show a holder who asks (private_key_jwt)."""
    client = settings.get("client_id", "")
    assertion = sign({"iss": client, "sub": client, "aud": issuer}, settings, now)
    return {"client_id": client, "client_assertion_type": ASSERTION_TYPE, "client_assertion": assertion}


def challenge_of(verifier: str) -> str:
    """PKCE's S256."""
    return base64url(sha256(verifier.encode()).digest())


def thumbprint(pem: str) -> str:
    """The `x5t#S256` of a certificate in PEM. Raises NotUnderstood."""
    from cryptography import x509  # noqa: PLC0415
    from cryptography.hazmat.primitives.hashes import SHA256  # noqa: PLC0415

    try:
        return base64url(x509.load_pem_x509_certificate(pem.encode()).fingerprint(SHA256()))
    except ValueError as error:
        raise NotUnderstood("the `certificate` of the connector's settings is none in PEM") from error
