"""`bowerbird vault`: the master keys a database is sealed under, and changing them while the servers go on."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from bowerbird.cli.options import Data, DatabaseUrl, opened, place, program, settings_from
from bowerbird.console import CommandRefused, Json, print_columns

if TYPE_CHECKING:
    from bowerbird.domain.services import Services
    from bowerbird.settings import Settings

app = typer.Typer(help="The master keys this database is sealed under.", no_args_is_help=True)

_AT_ONCE = 200


@app.command()
def status(data: Data = None, database_url: DatabaseUrl = None, as_json: Json = False) -> None:
    """Show which master keys are known here, which one seals, and how many keys of users and applications each one wraps."""
    from bowerbird.storage.database.unit_of_work import EVERY_TENANT
    from bowerbird.storage.vault.rotation import KeyUse, uses_of_master_keys

    with opened(settings_from(data, database_url)) as services:
        known, uses = services.vault.masters.ids, services.storage.read_now(uses_of_master_keys, tenant=EVERY_TENANT)
    unused = KeyUse(seals=False, wraps=0)
    found = [(name, uses.get(name, unused), name in known) for name in dict.fromkeys([*known, *uses])]
    if as_json:
        typer.echo(json.dumps([{"masterKeyId": name, "seals": use.seals, "wraps": use.wraps, "known": here} for name, use, here in found]))
        return
    rows = ((name, "yes" if use.seals else "-", str(use.wraps), "yes" if here else "NO: bring it back") for name, use, here in found)
    print_columns(("MASTER KEY ID", "SEALS", "WRAPS", "KNOWN HERE"), rows)


@app.command()
def rotate(data: Data = None, database_url: DatabaseUrl = None) -> None:
    """Wrap every key with the first known master key, while servers keep running. After an interruption, run it again to continue.

    With the key file beside an embedded database a new key is made when the last rotation is finished. Where the master key comes
    from elsewhere, put a new one first there, beside the old one, for every process; then run this.
    """
    from bowerbird.domain.operators.audit import AuditAction, record
    from bowerbird.storage.database.unit_of_work import EVERY_TENANT
    from bowerbird.storage.vault.rotation import OvertakenError, begin_rotation

    settings = settings_from(data, database_url)
    with opened(settings) as services, _alone(settings):
        _take_new_key(settings, services)
        masters = services.vault.masters
        target = masters.first
        left = services.storage.write_now(partial(begin_rotation, masters=masters), tenant=EVERY_TENANT)
        services.write_now(record, AuditAction("rotate_master_key", subject=target), tenant=EVERY_TENANT)
        typer.echo(f"Master key {target} seals from now on; {left} keys are under others.")
        try:
            _rewrap(services, target, left)
        except OvertakenError as error:
            raise CommandRefused(
                "another rotation has begun towards another key: see `bowerbird vault status`, and run one of them"
            ) from error
    typer.echo(
        f"Every key is under {target}. Older master keys open backups taken before now, and nothing else: keep them as long as those."
    )
    typer.echo(f"To take them out of use: {program()} vault retire {place(settings)}")


@app.command()
def retire(data: Data = None, database_url: DatabaseUrl = None) -> None:
    """Take master keys that wrap nothing any more out of the key file. Backups from before the rotation need them: keep a copy of those."""
    from bowerbird.domain.operators.audit import AuditAction, record
    from bowerbird.storage.database.unit_of_work import EVERY_TENANT
    from bowerbird.storage.vault.key_sources import write_keys
    from bowerbird.storage.vault.rotation import uses_of_master_keys

    settings = settings_from(data, database_url)
    with opened(settings) as services, _alone(settings):
        masters = services.vault.masters
        masters.reload()
        if not services.storage.settle():
            raise CommandRefused("the database is busy, and no key may go before all it wraps is safe: run this again")
        uses = services.storage.read_now(uses_of_master_keys, tenant=EVERY_TENANT)
        unused = [name for name in masters.ids if name not in uses]
        if not unused:
            typer.echo("Every master key known here is in use: nothing to do.")
            return
        path = _own_key_file(settings)
        if path is None:
            raise CommandRefused(f"the master keys come from outside: take {', '.join(unused)} out there, which wrap nothing any more")
        services.write_now(record, AuditAction("retire_master_keys"), tenant=EVERY_TENANT)
        write_keys(path, [key for name, key in zip(masters.ids, masters.raw, strict=True) if name in uses], replace=True)
    typer.echo(f"Taken out of {path}: {', '.join(unused)}")


def _own_key_file(settings: Settings) -> Path | None:
    """The key file that Bowerbird keeps by itself, None where the master keys come from elsewhere."""
    from bowerbird.wiring.services import own_key_file

    return own_key_file(settings)


def _take_new_key(settings: Settings, services: Services) -> None:
    """Make a new master key, unless a rotation towards one is to be gone on with. Raises Refused where keys come from elsewhere."""
    from bowerbird.storage.database.unit_of_work import EVERY_TENANT
    from bowerbird.storage.vault.envelope import new_key
    from bowerbird.storage.vault.key_sources import write_keys
    from bowerbird.storage.vault.rotation import uses_of_master_keys

    masters = services.vault.masters
    masters.reload()
    if list(services.storage.read_now(uses_of_master_keys, tenant=EVERY_TENANT)) != [masters.first]:
        return
    path = _own_key_file(settings)
    if path is None:
        raise CommandRefused(
            f"every key is under {masters.first} already: put a new master key first, beside it, where every process reads them"
        )
    write_keys(path, [new_key(), *masters.raw], replace=True)
    masters.reload()


def _rewrap(services: Services, target: str, left: int) -> None:
    """Small units of work, each followed by a pause of the same length, so that servers are not held up."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

    from bowerbird.storage.database.unit_of_work import EVERY_TENANT
    from bowerbird.storage.vault.rotation import rewrap_some

    storage = services.storage
    rewrap = partial(rewrap_some, masters=services.vault.masters, target=target, count=_AT_ONCE)
    with Progress(BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(), console=Console(stderr=True)) as progress:
        bar = progress.add_task("", total=left)
        while True:
            began = time.monotonic()
            done = storage.write_now(rewrap, tenant=EVERY_TENANT)
            if not done:
                return
            progress.advance(bar, done)
            time.sleep(time.monotonic() - began)


@contextmanager
def _alone(settings: Settings) -> Iterator[None]:
    """Lock the key file: two commands that write it would lose each other's keys. The lock ends with the process."""
    import fcntl

    from bowerbird.named_files import only_a_file

    path = _own_key_file(settings)
    if path is None:
        yield
        return
    with open(path.with_name(f"{path.name}.lock"), "w", opener=only_a_file) as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise CommandRefused("another `bowerbird vault` command is using this key file: wait for it to end") from error
        yield
