"""One sealed value: AES-256-GCM under a data key of its own, bound to the one place it may lie in.

A sealed value is `version(1) | nonce(12) | wrapped data key(48) | nonce(12) | ciphertext`. Its owner's key wraps the data key, the data
key seals the value, and both are bound to the place, so that a sealed value copied to another column, row, table or tenant does not open.
"""

from __future__ import annotations

import os
from typing import Final, NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

KEY_BYTES: Final = 32
_NONCE: Final = 12
_TAG: Final = 16
WRAPPED_BYTES: Final = _NONCE + KEY_BYTES + _TAG
_VERSION: Final = b"\x02"
_BODY: Final = 1 + WRAPPED_BYTES


class VaultError(Exception):
    """A sealed value does not open: wrong master key, altered bytes, bytes of another place, or a key that was destroyed."""


class SealContext(NamedTuple):
    """Where a sealed value lies, and whose key seals it: a user's, or the application's own where `user_id` is empty."""

    application_id: str
    user_id: str
    table: str
    row: str
    column: str

    def __str__(self) -> str:
        return f"{self.table}.{self.column}"

    @property
    def bound(self) -> bytes:
        """What the ciphertext is bound to. No part holds a NUL, so no two places are written alike."""
        return "\0".join(self).encode()


def new_key() -> bytes:
    return os.urandom(KEY_BYTES)


def wrap(cipher: AESGCM, key: bytes, bound: bytes) -> bytes:
    """A key under another key: `nonce(12) | ciphertext(48)`."""
    nonce = os.urandom(_NONCE)
    return nonce + cipher.encrypt(nonce, key, bound)


def unwrap(cipher: AESGCM, wrapped: bytes, bound: bytes) -> bytes:
    """Raises InvalidTag."""
    return cipher.decrypt(wrapped[:_NONCE], wrapped[_NONCE:], bound)


def seal_under(key: bytes, plain: bytes, place: SealContext) -> bytes:
    bound, data_key, nonce = place.bound, new_key(), os.urandom(_NONCE)
    return _VERSION + wrap(AESGCM(key), data_key, bound) + nonce + AESGCM(data_key).encrypt(nonce, plain, bound)


def open_under(key: bytes, sealed: bytes, place: SealContext) -> bytes:
    """Raises VaultError."""
    if sealed[:1] != _VERSION or len(sealed) < _BODY + _NONCE + _TAG:
        raise VaultError(f"not a sealed value: {place}")
    bound = place.bound
    try:
        data_key = unwrap(AESGCM(key), sealed[1:_BODY], bound)
        return AESGCM(data_key).decrypt(sealed[_BODY : _BODY + _NONCE], sealed[_BODY + _NONCE :], bound)
    except InvalidTag as error:
        raise VaultError(f"a sealed value does not open: {place}") from error
