"""Master keys: one or several of 32 bytes, known by an id each. They wrap the keys of owners, and nothing else.

A key's id is derived from it one way, so that a wrapped key can say which master key opens it without telling anything about that one.
"""

from __future__ import annotations

from collections.abc import Callable

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from bowerbird.storage.vault.envelope import KEY_BYTES, VaultError, unwrap, wrap

ID_BYTES = 8


def derive(master_key: bytes, purpose: str, length: int = KEY_BYTES) -> bytes:
    """A key for one purpose."""
    return HKDF(algorithm=SHA256(), length=length, salt=None, info=b"bowerbird " + purpose.encode()).derive(master_key)


def read_keys(text: str) -> list[bytes]:
    """Keys as people write them: 64 hexadecimal digits each, apart by blanks, commas or new lines. Raises VaultError."""
    words = text.replace(",", " ").split()
    try:
        keys = [bytes.fromhex(word) for word in words]
    except ValueError:
        keys = []
    if not keys or any(len(key) != KEY_BYTES for key in keys):
        raise VaultError(f"expected {KEY_BYTES * 2} hexadecimal digits, or several such keys, the one to seal with first")
    return keys


class MasterKeys:
    """The master keys a process knows. `read` gives their text, again whenever an unknown one is asked for.

    `first` is the id of the key its owner wants to seal with; which one does is written in the database (see `vault_rows`).
    """

    def __init__(self, read: Callable[[], str]) -> None:
        self._read = read
        self.reload()

    def reload(self) -> None:
        """Raises VaultError."""
        self.raw = list(dict.fromkeys(read_keys(self._read())))
        ids = [derive(key, "key id", ID_BYTES).hex() for key in self.raw]
        self._ciphers = {name: AESGCM(derive(key, "wrap owner keys")) for name, key in zip(ids, self.raw, strict=True)}
        self.first = ids[0]

    @property
    def ids(self) -> list[str]:
        return list(self._ciphers)

    def wrap(self, name: str, key: bytes, owner: str) -> bytes:
        """Raises VaultError."""
        return wrap(self._cipher(name), key, _bound(name, owner))

    def unwrap(self, name: str, wrapped: bytes, owner: str) -> bytes:
        """Raises VaultError."""
        cipher = self._cipher(name)
        try:
            return unwrap(cipher, wrapped, _bound(name, owner))
        except InvalidTag as error:
            raise VaultError(f"a wrapped key does not open under master key {name}: its bytes were altered or moved") from error

    def _cipher(self, name: str) -> AESGCM:
        found = self._ciphers.get(name)
        if found is None:  # a rotation may have brought a key since this process began
            self.reload()
            found = self._ciphers.get(name)
        if found is None:
            raise VaultError(
                f"no master key here is the one this database was written under: it needs key {name}, known are {', '.join(self.ids)}. "
                "Bring that key back beside these"
            )
        return found


def _bound(name: str, owner: str) -> bytes:
    return f"vault_keys\0{name}\0{owner}".encode()
