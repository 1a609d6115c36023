"""Snapshots: whole states of a sandbox under a name, and the way back to them; the empty state is one that needs no name.

They lie beside the embedded database. A shared database has none: its own server makes copies better than we could.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from bowerbird import codes
from bowerbird.domain import controls
from bowerbird.domain.world import World
from bowerbird.model.clock import SystemClock, to_milliseconds, wire_time
from bowerbird.model.ids import new_id
from bowerbird.model.problem import Problem
from bowerbird.storage import messages
from bowerbird.storage.copies import copy_database, database_file, keep_identity, keep_operators, replace_database, settle
from bowerbird.storage.engine import Storage
from bowerbird.storage.envelope import VaultError
from bowerbird.storage.migrate import SchemaError, migrate
from bowerbird.storage.unit_of_work import EVERY_TENANT, UnitOfWork

_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
_OF_SANDBOX = ("sandbox-", "bank:")


class Snapshot(msgspec.Struct, rename="camel"):
    """A kept state. `size` in bytes; `clock` is what the sandbox's clock said, `taken_at` the machine's own."""

    name: str
    size: int
    clock: str
    taken_at: str


def embedded(world: World) -> Path:
    """Where the sandbox's database lies. Raises Problem for a shared one."""
    file = database_file(world.storage)
    if file is None:
        raise _unfit("snapshots, forks and resets need the embedded database: this server uses PostgreSQL", "snapshots")
    return file


def _unfit(reason: str, parameter: str) -> Problem:
    return Problem(codes.CONTROL_NOT_VALID, parameter=parameter, pointer=f"control/{parameter}", reason=f"{reason}.")


def _folder(world: World) -> Path:
    return embedded(world).parent / "snapshots"


def _about(file: Path) -> Path:
    return file.with_suffix(".json")


def save_snapshot(world: World, name: str) -> Snapshot:
    """Keep the present state, in the place of an earlier one of this name. Raises Problem."""
    if not _NAME.fullmatch(name):
        raise _unfit("a snapshot's name has at most 64 small letters, digits, - and _, and begins with a letter or digit", "name")
    folder = _folder(world)
    folder.mkdir(mode=0o700, exist_ok=True)
    file = folder / f"{name}.db"
    clock = wire_time(world.clock.now())
    copy_database(embedded(world), file, world.uploads)
    made = Snapshot(name, file.stat().st_size, clock, wire_time(SystemClock().now()))
    waiting = _about(file).with_suffix(f".{new_id()}")
    waiting.write_bytes(msgspec.json.encode(made))
    waiting.replace(_about(file))
    return made


def list_snapshots(world: World) -> list[Snapshot]:
    """By name."""
    found = (file for file in sorted(_folder(world).glob("*.json")))
    return [msgspec.json.decode(file.read_bytes(), type=Snapshot) for file in found]


def file_of(world: World, name: str) -> Path:
    """Raises Problem when there is no such snapshot."""
    file = _folder(world) / f"{name}.db"
    if not _NAME.fullmatch(name) or not _about(file).exists():
        raise Problem(codes.SNAPSHOT_NOT_FOUND, parameter="name")
    return file


def delete_snapshot(world: World, name: str) -> None:
    file = file_of(world, name)
    _about(file).unlink(missing_ok=True)
    file.unlink(missing_ok=True)


def restore_snapshot(world: World, name: str) -> None:
    """Go back to a state: data, clock, limits, faults and troubles of banks. Jobs at work now end without a trace. Raises Problem."""
    with _aside(world) as file:
        copy_database(file_of(world, name), file)
        make_fit(file)
        with opened(file) as storage:
            check_copy(world, storage)
        _take(world, file)


def make_fit(file: Path) -> None:
    """Bring a copy to this program's schema and void what only held for the state it is a copy of. Raises Problem."""
    try:
        settle(file, to_milliseconds(SystemClock().now()))
    except SchemaError as error:
        raise _unfit(f"the snapshot is of another version: {error}", "name") from error


def hold_messages(file: Path) -> None:
    """Have a copy that will be served beside its original send none of the messages that wait in it: they are the original's."""
    with opened(file) as storage:
        storage.write_now(messages.hold_everything, tenant=EVERY_TENANT)


def check_copy(world: World, storage: Storage) -> None:
    """Whether a copy is sealed under a master key of this server. Raises Problem."""
    try:
        storage.read_now(world.vault.check, tenant=EVERY_TENANT)
    except VaultError as error:
        raise _unfit(f"the snapshot was kept under another master key: {error}", "name") from error


def reset(world: World, fill: Callable[[World, UnitOfWork], None] | None = None) -> None:
    """Go to the empty state, with the applications and their keys; or, without them, to what `fill` writes. Raises Problem."""
    with _aside(world) as file:
        migrate(f"sqlite:///{file}")
        with opened(file) as storage:

            def write(uow: UnitOfWork) -> None:
                world.storage.read_now(
                    lambda live: keep_identity(live, uow, lambda name: name.startswith(_OF_SANDBOX), applications_too=fill is None),
                    tenant=EVERY_TENANT,
                )
                if fill is not None:
                    fill(world, uow)

            storage.write_now(write, tenant=EVERY_TENANT)
        _take(world, file)


def _take(world: World, file: Path) -> None:
    with opened(file) as storage:
        storage.write_now(
            lambda uow: world.storage.read_now(lambda live: keep_operators(live, uow), tenant=EVERY_TENANT), tenant=EVERY_TENANT
        )
    replace_database(embedded(world), file)
    world.storage.read_now(lambda uow: controls.load(world, uow), tenant=EVERY_TENANT)
    world.wake()


@contextmanager
def opened(file: Path) -> Iterator[Storage]:
    storage = Storage(f"sqlite:///{file}")
    try:
        yield storage
    finally:
        storage.close()


@contextmanager
def _aside(world: World) -> Iterator[Path]:
    """A place for a database on its way, beside the one that is used."""
    file = embedded(world).with_name(f"next-{new_id()}.db")
    try:
        yield file
    finally:
        for end in ("", "-wal", "-shm"):
            file.with_name(file.name + end).unlink(missing_ok=True)
