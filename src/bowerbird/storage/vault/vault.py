"""Secrets at rest. Three levels of keys: a master key wraps a key for each owner, that wraps a data key for each record.

An owner is a user, an application, or the server itself. Destroying a user's one wrapped key makes every record of that user
unreadable, wherever a copy of it lies. A new kind of secret needs no registration: seal it with the `SealContext` of its column, as
`vault.seal(uow, secret, SealContext(application_id, user_id, "webhooks", webhook_id, "secret"))` with an empty `user_id` for what belongs
to the application, store the bytes in that column, and open them with the same context.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV

from bowerbird.storage.database.metadata import find_fact, insert_fact
from bowerbird.storage.database.unit_of_work import UnitOfWork
from bowerbird.storage.vault import key_rows as rows
from bowerbird.storage.vault.envelope import SealContext, VaultError, new_key, open_under, seal_under
from bowerbird.storage.vault.key_rows import SERVER, Owner
from bowerbird.storage.vault.master_keys import MasterKeys

_TOKENS, _FINGERPRINTS = "token-key", "fingerprint-key"


class Vault:
    """Seals and opens. `token_key` signs tokens: random, kept sealed in the database, and untouched by a change of the master key."""

    token_key: bytes
    _fingerprint_key: bytes

    def __init__(self, masters: MasterKeys) -> None:
        self.masters = masters

    def create_or_unlock(self, uow: UnitOfWork) -> None:
        """Read the server's own secrets; a new database is given them first. Raises VaultError as `unlock` does."""
        if rows.found_sealing_master(uow, self.masters.first):
            self.create_key(uow, SERVER)
            for name in (_TOKENS, _FINGERPRINTS):
                insert_fact(uow, name, self.seal(uow, new_key(), _mark(name)))
        self.unlock(uow)

    def unlock(self, uow: UnitOfWork) -> None:
        """Read the server's own secrets. This or `create_or_unlock` is called once, before anything else.

        Raises VaultError when the database has none, or was written under a master key that is not known here.
        """
        self.token_key, self._fingerprint_key = self._secret(uow, _TOKENS), self._secret(uow, _FINGERPRINTS)

    def check(self, uow: UnitOfWork) -> None:
        """Whether this vault opens another database: a copy of the same server's. Raises VaultError."""
        if (self._secret(uow, _TOKENS), self._secret(uow, _FINGERPRINTS)) != (self.token_key, self._fingerprint_key):
            raise VaultError("it is another server's")

    def _secret(self, uow: UnitOfWork, name: str) -> bytes:
        sealed = find_fact(uow, name)
        if sealed is None:
            raise VaultError(f"the database holds no {name}: start the server on it once, or restore a backup if it has been served")
        return self.open(uow, sealed, _mark(name))

    def create_key(self, uow: UnitOfWork, owner: Owner) -> None:
        """Give a new owner its key: nothing can be sealed for it before."""
        master = rows.sealing_master(uow, held=True)
        rows.insert_key(uow, owner, master, self.masters.wrap(master, new_key(), owner.bound))

    def destroy_key(self, uow: UnitOfWork, owner: Owner) -> None:
        """From the commit on, nothing that was sealed for this owner opens again."""
        rows.delete_key(uow, owner)

    def seal(self, uow: UnitOfWork, plain: bytes, place: SealContext) -> bytes:
        """Raises VaultError when the owner has no key: it was deleted, or never created."""
        return seal_under(self._key(uow, place), plain, place)

    def open(self, uow: UnitOfWork, sealed: bytes, place: SealContext) -> bytes:
        """The plain value. Raises VaultError."""
        return open_under(self._key(uow, place), sealed, place)

    def open_with(self, wrapped: tuple[str, bytes] | None, sealed: bytes, place: SealContext) -> bytes:
        """The plain value, by the owner's wrapped key where that was read with it. Raises VaultError."""
        return open_under(self._unwrapped(place, wrapped), sealed, place)

    def open_all(self, uow: UnitOfWork, sealed: Mapping[SealContext, bytes]) -> dict[SealContext, bytes]:
        """Several plain values, with one statement for the keys of an application's owners. Raises VaultError."""
        keys = rows.find_keys(uow, {Owner(place.application_id, place.user_id) for place in sealed})
        return {
            place: open_under(self._unwrapped(place, keys.get(Owner(place.application_id, place.user_id))), value, place)
            for place, value in sealed.items()
        }

    def _key(self, uow: UnitOfWork, place: SealContext) -> bytes:
        return self._unwrapped(place, rows.find_key(uow, Owner(place.application_id, place.user_id)))

    def _unwrapped(self, place: SealContext, wrapped: tuple[str, bytes] | None) -> bytes:
        if wrapped is None:
            raise VaultError(f"the owner of {place} has no key: it was deleted")
        return self.masters.unwrap(*wrapped, Owner(place.application_id, place.user_id).bound)

    def user_fingerprint(self, uow: UnitOfWork, application_id: str, user_id: str, *parts: str) -> bytes:
        """16 bytes that tell whether two texts of a user are equal. Once the user's key is destroyed no text can be tried against them.

        Raises VaultError when the user has no key.
        """
        own = self._key(uow, SealContext(application_id, user_id, "", "", ""))
        derived = hmac.digest(own, b"fingerprint", "sha256")
        return hmac.digest(derived, "\0".join(parts).encode(), "sha256")[:16]

    def fingerprint(self, *parts: str) -> str:
        """A keyed hash that tells whether two secrets are equal without showing either."""
        text = "\0".join(parts).encode()
        return hmac.new(self._fingerprint_key, text, hashlib.sha256).hexdigest()

    def seal_cursor(self, cursor: bytes) -> str:
        """Where a list goes on, as a text that shows its reader nothing and stays valid as long as the server's data."""
        return base64.urlsafe_b64encode(self._cursors.encrypt(cursor, None)).decode().rstrip("=")

    def open_cursor(self, text: str) -> bytes | None:
        """None for a text that `seal_cursor` of this server did not write."""
        try:
            sealed = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
            return self._cursors.decrypt(sealed, None)
        except (ValueError, InvalidTag):
            return None

    @property
    def _cursors(self) -> AESSIV:
        return AESSIV(hmac.new(self._fingerprint_key, b"cursors", hashlib.sha256).digest())


def _mark(name: str) -> SealContext:
    return SealContext(*SERVER, "marks", name, "value")
