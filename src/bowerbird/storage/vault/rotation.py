"""Changing the master key while everything goes on: owners' keys are wrapped anew, some at a time, and no record is touched.

From the first unit of work on, every process wraps new keys under the new master key, since the database says which one seals. A
process that has not heard of it reads its keys again. Every unit of work leaves a database in which each wrapped key says which
master key opens it: the whole may be interrupted anywhere and started again.
"""

from __future__ import annotations

from typing import NamedTuple

from bowerbird.storage.database.unit_of_work import UnitOfWork
from bowerbird.storage.vault import key_rows as rows
from bowerbird.storage.vault.key_rows import Owner
from bowerbird.storage.vault.master_keys import MasterKeys


class OvertakenError(Exception):
    """Another rotation, towards another key, has begun since."""


class KeyUse(NamedTuple):
    """A master key's part: whether it wraps new keys, and how many it wraps now."""

    seals: bool
    wraps: int


def uses_of_master_keys(uow: UnitOfWork, *, all_counted: bool = True) -> dict[str, KeyUse]:
    """What each master key that the database speaks of is used for, by id. Unless `all_counted`, keys are counted up to MAX_COUNTED."""
    sealing, counts = rows.sealing_master(uow), rows.count_by_master(uow) if all_counted else rows.count_some_by_master(uow)
    return {name: KeyUse(name == sealing, counts.get(name, 0)) for name in sorted({sealing, *counts})}


def begin_rotation(uow: UnitOfWork, masters: MasterKeys) -> int:
    """From now on the first of the known master keys wraps new keys. How many other ones wrap still."""
    rows.set_sealing_master(uow, masters.first)
    return sum(use.wraps for name, use in uses_of_master_keys(uow).items() if name != masters.first)


def rewrap_some(uow: UnitOfWork, masters: MasterKeys, target: str, count: int) -> int:
    """Wrap up to `count` keys anew; how many there were, 0 when all is done. Raises OvertakenError and VaultError."""
    if rows.sealing_master(uow, held=True) != target:
        raise OvertakenError
    moved: list[dict[str, object]] = []
    for row in rows.keys_under_others(uow, target, count):
        owner = Owner(row.application_id, row.user_id)
        key = masters.unwrap(row.master, bytes(row.wrapped), owner.bound)
        wrapped = masters.wrap(target, key, owner.bound)
        moved.append({"of_application": owner.application_id, "of_user": owner.user_id, "new_master": target, "new_wrapped": wrapped})
    if moved:
        rows.rewrap_keys(uow, moved)
    return len(moved)
