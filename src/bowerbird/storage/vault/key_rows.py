"""Rows of the vault: a wrapped key for each user, each application and the server itself, and which master key seals new ones."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import NamedTuple

from sqlalchemy import bindparam, delete, func, insert, or_, select, text, update

from bowerbird.storage.database.keyset import count_up_to
from bowerbird.storage.database.metadata import find_fact, insert_fact
from bowerbird.storage.database.tables import database_facts, vault_keys
from bowerbird.storage.database.unit_of_work import AnyRow, Prepared, UnitOfWork

_SEALING = "master-key"
_KEPT = "key"


class Owner(NamedTuple):
    """Whose key: a user's; an application's own where `user_id` is empty; the server's own where both are."""

    application_id: str
    user_id: str

    @property
    def bound(self) -> str:
        return "\0".join(self)


SERVER = Owner("", "")

_KEY = Prepared(
    select(vault_keys.c.master, vault_keys.c.wrapped).where(
        vault_keys.c.application_id == bindparam("application_id"), vault_keys.c.user_id == bindparam("user_id")
    )
)


def find_key(uow: UnitOfWork, owner: Owner) -> tuple[str, bytes] | None:
    """(id of the master key, wrapped key) of an owner, which a unit of work reads once while it asks for no other one's."""
    kept: tuple[str, bytes] | None = uow.kept(_KEPT, owner)
    if kept is None and (found := uow.fetch(_KEY, owner._asdict())):
        kept = (found[0][0], bytes(found[0][1]))
        uow.keep(_KEPT, owner, kept)
    return kept


def find_keys(uow: UnitOfWork, owners: Collection[Owner]) -> dict[Owner, tuple[str, bytes]]:
    """The same of several owners: those that have a key."""
    k = vault_keys.c
    found: dict[Owner, tuple[str, bytes]] = {}
    for application_id in {owner.application_id for owner in owners}:
        wanted = [owner.user_id for owner in owners if owner.application_id == application_id]
        rows = uow.rows(select(k.user_id, k.master, k.wrapped).where(k.application_id == application_id, k.user_id.in_(wanted)))
        found |= {Owner(application_id, row.user_id): (row.master, bytes(row.wrapped)) for row in rows}
    return found


def insert_key(uow: UnitOfWork, owner: Owner, master: str, wrapped: bytes) -> None:
    uow.execute(insert(vault_keys), {**owner._asdict(), "master": master, "wrapped": wrapped})


def rewrap_keys(uow: UnitOfWork, rows: Sequence[dict[str, object]]) -> None:
    """Rows of `of_application`, `of_user`, `new_master` and `new_wrapped`."""
    same = (vault_keys.c.application_id == bindparam("of_application"), vault_keys.c.user_id == bindparam("of_user"))
    uow.forget(_KEPT)
    uow.execute(update(vault_keys).where(*same).values(master=bindparam("new_master"), wrapped=bindparam("new_wrapped")), list(rows))


def delete_key(uow: UnitOfWork, owner: Owner) -> None:
    uow.forget(_KEPT)
    uow.execute(delete(vault_keys).where(vault_keys.c.application_id == owner.application_id, vault_keys.c.user_id == owner.user_id))


def keys_under_others(uow: UnitOfWork, master: str, limit: int) -> Sequence[AnyRow]:
    """Keys that another master key wraps, held against changes until the end of the unit of work."""
    other = or_(vault_keys.c.master < master, vault_keys.c.master > master)  # two ranges of the index, unlike !=
    return uow.rows(select(vault_keys).where(other).limit(limit).with_for_update())


def count_by_master(uow: UnitOfWork) -> dict[str, int]:
    """Keys wrapped by each master key."""
    return {row[0]: row[1] for row in uow.rows(select(vault_keys.c.master, func.count()).group_by(vault_keys.c.master))}


_MASTERS = text(
    "WITH RECURSIVE masters(master) AS (SELECT min(master) FROM vault_keys UNION ALL "
    "SELECT (SELECT min(master) FROM vault_keys WHERE vault_keys.master > masters.master) FROM masters WHERE masters.master IS NOT NULL) "
    "SELECT master FROM masters WHERE master IS NOT NULL"
)
"""One look into the index for each."""


def count_some_by_master(uow: UnitOfWork) -> dict[str, int]:
    """The same, each counted up to MAX_COUNTED."""
    found = [str(row[0]) for row in uow.rows(_MASTERS)]
    return {master: count_up_to(uow, select(vault_keys.c.master).where(vault_keys.c.master == master)) for master in found}


def sealing_master(uow: UnitOfWork, *, held: bool = False) -> str:
    """The id of the master key that wraps new keys; `held` until a unit of work that writes ends, so that no rotation overtakes it."""
    chosen = select(database_facts.c.value).where(database_facts.c.name == _SEALING)
    return bytes(uow.execute(chosen.with_for_update(read=True) if held else chosen).scalar_one()).decode()


def is_sealed(uow: UnitOfWork) -> bool:
    """Whether the database was written under a master key."""
    return find_fact(uow, _SEALING) is not None


def found_sealing_master(uow: UnitOfWork, master: str) -> bool:
    """Say with which master key a database begins. False when it began before."""
    return insert_fact(uow, _SEALING, master.encode())


def set_sealing_master(uow: UnitOfWork, master: str) -> None:
    uow.execute(update(database_facts).where(database_facts.c.name == _SEALING).values(value=master.encode()))
