"""Facts about the database itself."""

from __future__ import annotations

from sqlalchemy import insert, select

from bowerbird.storage.tables import marks
from bowerbird.storage.unit_of_work import UnitOfWork
from bowerbird.storage.vault import Vault, VaultError

_KEY_CHECK = "key-check"
_LABEL = "marks.value:key-check"


def check_master_key(uow: UnitOfWork, vault: Vault) -> None:
    """Leave a mark that only this master key opens, or open the one that is there.

    Raises VaultError when the database was written under another master key: noticed at the start, not at the first secret.
    """
    found = uow.row(select(marks.c.value).where(marks.c.name == _KEY_CHECK))
    if found is None:
        uow.execute(insert(marks), {"name": _KEY_CHECK, "value": vault.seal(b"bowerbird", _LABEL)})
        return
    try:
        vault.open(found[0], _LABEL)
    except VaultError as error:
        raise VaultError("the master key is not the one this database was written under: bring back the key it began with") from error
