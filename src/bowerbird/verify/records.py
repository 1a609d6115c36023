"""What is stored: backups that restore equal, sealed values that open only where they belong, no secret in clear."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from itertools import permutations

from bowerbird import __version__
from bowerbird.client import Bowerbird
from bowerbird.domain.access.tenant import Tenant
from bowerbird.domain.services import Services
from bowerbird.domain.users.users import details_context
from bowerbird.model.clock import SystemClock, wire_time
from bowerbird.storage.backup.backups import BackupError, TableSummary, restore_backup, table_summaries, take_backup
from bowerbird.storage.database.unit_of_work import EVERY_TENANT, UnitOfWork
from bowerbird.storage.rows.users import find_user
from bowerbird.storage.vault.envelope import SealContext, VaultError
from bowerbird.verify.life import PASSWORD, connect, rows_of
from bowerbird.verify.report import BrokenPromise, expect
from bowerbird.verify.setup import SetUp, serving
from bowerbird.verify.shared import check_restore_by_dump
from bowerbird.wiring.services import database_file, open_services, own_key_file

Tables = Mapping[str, TableSummary]


def check_restore(copy: SetUp) -> str:
    """A backup amid writes, restored elsewhere: proven equal, served with the same transactions; altered, it is refused."""
    if copy.settings.database_url:
        return check_restore_by_dump(copy)
    folder = copy.folder.parent
    file, restored = folder / "verify.backup", folder / "restored"
    restored.mkdir()
    with copy.server() as server, copy.client(server) as bank:
        user = bank.create_user(email="verify@example.com").id
        bank.wait_for_job(connect(bank, user))
        expected = rows_of(bank, user)
        connect(bank, user)  # runs while the backup is taken
        before = table_summaries(database_file(copy.settings), _unheard)
        made = take_backup(database_file(copy.settings), file, __version__, wire_time(SystemClock().now()), _unheard)
        _check_whole(made.tables, before, table_summaries(database_file(copy.settings), _unheard))
    restore_backup(file, restored / "bowerbird.db", _unheard)
    if not copy.environment.get("BOWERBIRD_MASTER_KEY_FILE") and (own := own_key_file(copy.settings)):
        (restored / own.name).write_bytes(own.read_bytes())
    with serving(restored, copy.environment) as again, Bowerbird(again.url, copy.ours.secret) as bank:
        expect(expected <= rows_of(bank, user), "the restored database has other transactions")
    _refuse_altered(copy, file.read_bytes())
    return f"{sum(table.rows for table in made.tables.values()):,} rows of {len(made.tables)} tables equal by hash; altered: refused"


def _check_whole(made: Tables, before: Tables, after: Tables) -> None:
    """Every table is in the backup, and one that did not change while it was taken is what it was."""
    missing = sorted(set(after) - set(made))
    expect(not missing, f"a backup lacks {', '.join(missing)}")
    differ = sorted(name for name, summary in after.items() if before.get(name) == summary != made[name])
    expect(not differ, f"a backup holds other rows of {', '.join(differ)}")


def _refuse_altered(copy: SetUp, content: bytes) -> None:
    altered = copy.folder.parent / "altered.backup"
    middle = len(content) // 2
    altered.write_bytes(content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :])
    try:
        restore_backup(altered, copy.folder.parent / "altered.db", _unheard)
    except BackupError:
        return
    raise BrokenPromise("a backup with a changed byte was restored")


def check_sealed_values(copy: SetUp) -> str:
    """Put the sealed details of users in each other's place, across applications too, and search every file for secrets in clear."""
    tenants: list[Tenant] = []
    with copy.server() as server:
        for key in (copy.ours, copy.theirs):
            with Bowerbird(server.url, key.secret) as bank:
                tenants += [Tenant(key.application_id, bank.create_user(email="verify-sealed@example.com").id) for _ in range(2)]
    services = open_services(copy.settings)
    try:
        swaps = services.storage.read_now(
            lambda uow: sum(_swapped(services, uow, *pair) for pair in permutations(tenants, 2)), tenant=EVERY_TENANT
        )
    finally:
        services.close()
    keys = (base64.b64decode(key.secret).decode().partition(":")[2] for key in (copy.ours, copy.theirs))
    secrets = [PASSWORD, "verify-sealed@example.com", *keys]
    seen = copy.where_it_lies(*secrets)
    expect(not seen, f"a secret stands in clear in {', '.join(seen)}")
    return f"{swaps} swaps refused; {len(secrets)} secrets in every {'table' if copy.settings.database_url else 'file'}: 0 seen"


def _swapped(services: Services, uow: UnitOfWork, one: Tenant, other: Tenant) -> bool:
    """Raises BrokenPromise when one user's value opens in the other's place."""
    row = find_user(uow, *one)
    if row is None:
        raise BrokenPromise("a user is gone")
    own = details_context(one)
    services.vault.open(uow, row.details, own)
    expect(not _opens(services, uow, row.details, details_context(other)), "a sealed value opens in another's place")
    for place in (own._replace(column="mobile"), own._replace(table="webhooks"), own._replace(row=other.user_id)):
        expect(not _opens(services, uow, row.details, place), "a sealed value opens in another place of its owner")
    return True


def _opens(services: Services, uow: UnitOfWork, sealed: bytes, place: SealContext) -> bool:
    try:
        services.vault.open(uow, sealed, place)
    except VaultError:
        return False
    return True


def _unheard(*_: object) -> None:
    """Progress of these copies is not shown."""
