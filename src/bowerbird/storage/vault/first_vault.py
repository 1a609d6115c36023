"""Databases of before keys had owners: their records were sealed under the master key itself, bound to a label without the tenant.

Such a database is taken over at its first start, in one unit of work. What signed tokens and made fingerprints stays what it was, so
that nobody is logged out and every login is recognised.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import Column, Table, select, update

from bowerbird.storage.database.tables import applications, connections, jobs, uploads, users
from bowerbird.storage.database.unit_of_work import UnitOfWork
from bowerbird.storage.vault import key_rows as rows
from bowerbird.storage.vault.envelope import SealContext, VaultError
from bowerbird.storage.vault.key_rows import Owner
from bowerbird.storage.vault.master_keys import MasterKeys, derive

_CHECK: Final = "key-check"
_VERSION: Final = b"\x01"
_NONCE: Final = 12
_WRAPPED: Final = 48
_BODY: Final = 1 + _NONCE + _WRAPPED


class FirstVault:
    """Opens what the first form of the vault sealed."""

    def __init__(self, master_key: bytes) -> None:
        self._cipher = AESGCM(derive(master_key, "wrap data keys"))
        self.token_key = derive(master_key, "sign tokens")
        self.fingerprint_key = derive(master_key, "fingerprints")

    @classmethod
    def of(cls, uow: UnitOfWork, masters: MasterKeys) -> FirstVault | None:
        """The vault a database was written with, None for a new database. Raises VaultError when none of the keys opens it."""
        check = rows.find_fact(uow, _CHECK)
        if check is None:
            return None
        for candidate in map(cls, masters.raw):
            try:
                candidate.open(check, f"marks.value:{_CHECK}")
            except VaultError:
                continue
            rows.delete_fact(uow, _CHECK)
            return candidate
        raise VaultError("no master key here is the one this database was written under: bring back the key it began with")

    def open(self, sealed: bytes, label: str) -> bytes:
        bound = label.encode()
        try:
            if sealed[:1] != _VERSION:
                raise VaultError(f"not a sealed value: {label.split(':', 1)[0]}")
            data_key = self._cipher.decrypt(sealed[1 : 1 + _NONCE], sealed[1 + _NONCE : _BODY], bound)
            return AESGCM(data_key).decrypt(sealed[_BODY : _BODY + _NONCE], sealed[_BODY + _NONCE :], bound)
        except InvalidTag as error:
            raise VaultError(f"a sealed value does not open: {label.split(':', 1)[0]}") from error


def adopt_records(
    uow: UnitOfWork,
    first: FirstVault,
    create_key: Callable[[UnitOfWork, Owner], None],
    seal: Callable[[UnitOfWork, bytes, SealContext], bytes],
) -> None:
    """Give every application and user a key, and seal every record anew."""
    for row in uow.rows(select(applications.c.id)):
        create_key(uow, Owner(row.id, ""))
    for row in uow.rows(select(users.c.application_id, users.c.id)):
        create_key(uow, Owner(row.application_id, row.id))
    sealed_columns: tuple[tuple[Table, str, Column[str], Column[str]], ...] = (
        (users, "details", users.c.id, users.c.id),
        (connections, "login", connections.c.id, connections.c.user_id),
        (connections, "profile", connections.c.id, connections.c.user_id),
        (jobs, "note", jobs.c.id, jobs.c.user_id),
        (uploads, "content", uploads.c.job_id, uploads.c.user_id),
    )
    for table, column, row_id, user_id in sealed_columns:
        stored = table.c[column]
        for row in uow.rows(
            select(table.c.application_id, user_id.label("owner"), row_id.label("row"), stored.label("value")).where(stored.is_not(None))
        ):
            plain = first.open(bytes(row.value), f"{table.name}.{column}:{row.row}")
            place = SealContext(row.application_id, row.owner, table.name, row.row, column)
            uow.execute(update(table).where(row_id == row.row).values({column: seal(uow, plain, place)}))
