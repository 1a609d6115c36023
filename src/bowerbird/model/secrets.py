"""Secrets that programs carry: keys, tokens, sessions, links. Each has 256 random bits, so that a plain hash of it can be stored."""

from __future__ import annotations

import hashlib
import hmac
import secrets


def new_secret() -> str:
    """As text that stands in URLs and headers."""
    return secrets.token_urlsafe(32)


def hash_of(secret: str) -> str:
    """What is stored of a secret, and what it is found by."""
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()


def is_same(presented: str, known: str) -> bool:
    """Whether two secrets are the same; takes as long for a wrong one as for the right one."""
    return hmac.compare_digest(presented.encode("utf-8", "surrogatepass"), known.encode("utf-8", "surrogatepass"))
