"""Secrets at rest: AES-256-GCM envelopes, a data key a record, bound to where the record lies.

A sealed value is `version(1) | nonce(12) | wrapped data key(48) | nonce(12) | ciphertext`. The master key wraps the data key, the
data key seals the value, and both are bound to a label such as "connections.login:<application>:<row>", so that a ciphertext
copied to another row or column does not open.
"""

from __future__ import annotations

import hashlib
import hmac
import os
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_VERSION = b"\x01"
_NONCE = 12
_WRAPPED = 48
KEY_BYTES = 32


class VaultError(Exception):
    """A sealed value does not open: wrong master key, altered bytes, or bytes of another record."""


class Vault:
    """Seals and opens with one master key of 32 bytes."""

    def __init__(self, master_key: bytes) -> None:
        if len(master_key) != KEY_BYTES:
            raise VaultError(f"the master key must be {KEY_BYTES} bytes, got {len(master_key)}")
        self._master = AESGCM(self._derive(master_key, b"wrap data keys"))
        self._fingerprint_key = self._derive(master_key, b"fingerprints")
        self.token_key = self._derive(master_key, b"sign tokens")

    @staticmethod
    def _derive(master_key: bytes, purpose: bytes) -> bytes:
        return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=b"bowerbird " + purpose).derive(master_key)

    def seal(self, plain: bytes, label: str) -> bytes:
        bound = label.encode()
        data_key = os.urandom(KEY_BYTES)
        nonce, data_nonce = os.urandom(_NONCE), os.urandom(_NONCE)
        wrapped = self._master.encrypt(nonce, data_key, bound)
        return _VERSION + nonce + wrapped + data_nonce + AESGCM(data_key).encrypt(data_nonce, plain, bound)

    def open(self, sealed: bytes, label: str) -> bytes:
        """The plain value. Raises VaultError."""
        bound = label.encode()
        body = 1 + _NONCE + _WRAPPED
        if sealed[:1] != _VERSION or len(sealed) < body + _NONCE:
            raise VaultError(f"not a sealed value: {label.split(':', 1)[0]}")
        try:
            data_key = self._master.decrypt(sealed[1 : 1 + _NONCE], sealed[1 + _NONCE : body], bound)
            return AESGCM(data_key).decrypt(sealed[body : body + _NONCE], sealed[body + _NONCE :], bound)
        except InvalidTag as error:
            raise VaultError(f"a sealed value does not open: {label.split(':', 1)[0]}") from error

    def fingerprint(self, *parts: str) -> str:
        """A keyed hash that tells whether two secrets are equal without showing either."""
        text = "\0".join(parts).encode()
        return hmac.new(self._fingerprint_key, text, hashlib.sha256).hexdigest()


def load_or_create_master_key(path: Path) -> bytes:
    """The key file beside an embedded database, made on first start and readable by its owner only.

    Raises VaultError when the file is there but holds no key.
    """
    try:
        key = bytes.fromhex(path.read_text().strip())
    except FileNotFoundError:
        key = os.urandom(KEY_BYTES)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(key.hex() + "\n")
        return key
    except ValueError as error:
        raise VaultError(f"{path} is not a master key: expected {KEY_BYTES * 2} hexadecimal digits") from error
    if len(key) != KEY_BYTES:
        raise VaultError(f"{path} is not a master key: expected {KEY_BYTES * 2} hexadecimal digits")
    return key
