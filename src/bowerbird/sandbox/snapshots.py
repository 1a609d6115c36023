"""Snapshots: named copies of a sandbox's whole state, restoring them, and emptying the sandbox.

They lie beside the embedded database. A shared database has none: PostgreSQL has its own tools for copies.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import msgspec

from bowerbird import codes
from bowerbird.domain.access import real_data
from bowerbird.domain.services import Services, Session
from bowerbird.model.clock import SystemClock, to_milliseconds, wire_time
from bowerbird.model.ids import new_id
from bowerbird.model.problem import Problem
from bowerbird.sandbox import controls
from bowerbird.sandbox.controls import WHOLE_SANDBOX
from bowerbird.storage.backup.copies import copy_database, database_file, keep_identity, keep_operators, replace_database, settle
from bowerbird.storage.database.engine import Storage
from bowerbird.storage.database.migrate import SchemaError, migrate
from bowerbird.storage.database.unit_of_work import UnitOfWork
from bowerbird.storage.rows import messages
from bowerbird.storage.vault.envelope import VaultError

_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
_OF_SANDBOX = ("sandbox-", "bank:")


class Snapshot(msgspec.Struct, rename="camel"):
    """A saved state. `size` in bytes; `clock` is the time of the sandbox's clock, `taken_at` of the machine's."""

    name: str
    size: int
    clock: str
    taken_at: str


def embedded(services: Services) -> Path:
    """The path of the sandbox's database. Raises Problem for a shared one."""
    file = database_file(services.storage)
    if file is None:
        raise controls.not_valid("snapshots, forks and resets need the embedded database: this server uses PostgreSQL", "snapshots")
    return file


def _folder(services: Services) -> Path:
    return embedded(services).parent / "snapshots"


def _about(file: Path) -> Path:
    return file.with_suffix(".json")


def save_snapshot(services: Services, name: str) -> Snapshot:
    """Save the current state, replacing an earlier snapshot of this name. Raises Problem."""
    if not _NAME.fullmatch(name):
        raise controls.not_valid(
            "a snapshot's name has at most 64 small letters, digits, - and _, and begins with a letter or digit", "name"
        )
    folder = _folder(services)
    folder.mkdir(mode=0o700, exist_ok=True)
    file = folder / f"{name}.db"
    clock = wire_time(services.clock.now())
    made = file.with_suffix(f".{new_id()}.part")
    try:
        with controls.copies_refused():
            copy_database(embedded(services), made, services.uploads)
        require_sandbox_copy(made)
        made.replace(file)
    finally:
        _remove(made)
    about = Snapshot(name, file.stat().st_size, clock, wire_time(SystemClock().now()))
    waiting = _about(file).with_suffix(f".{new_id()}")
    waiting.write_bytes(msgspec.json.encode(about))
    waiting.replace(_about(file))
    return about


def list_snapshots(services: Services) -> list[Snapshot]:
    """By name."""
    return [msgspec.json.decode(file.read_bytes(), type=Snapshot) for file in sorted(_folder(services).glob("*.json"))]


def file_of(services: Services, name: str) -> Path:
    """Raises Problem when there is no such snapshot."""
    file = _folder(services) / f"{name}.db"
    if not _NAME.fullmatch(name) or not _about(file).exists():
        raise Problem(codes.SNAPSHOT_NOT_FOUND, parameter="name")
    return file


def delete_snapshot(services: Services, name: str) -> None:
    file = file_of(services, name)
    _about(file).unlink(missing_ok=True)
    file.unlink(missing_ok=True)


def restore_snapshot(services: Services, name: str) -> None:
    """Restore a state: data, clock, limits, faults and scenarios of banks. Running jobs end and leave nothing. Raises Problem."""
    with _aside(services) as file:
        copy_database(file_of(services, name), file)
        make_fit(file)
        require_sandbox_copy(file)
        with opened(file) as storage:
            check_copy(services, storage)
        _take(services, file)


def make_fit(file: Path) -> None:
    """Bring a copy to this program's schema and release the leases in it. Raises Problem."""
    try:
        settle(file, to_milliseconds(SystemClock().now()))
    except SchemaError as error:
        raise controls.not_valid(f"the snapshot is of another version: {error}", "name") from error


def require_sandbox_copy(file: Path) -> None:
    """Require that a copy holds no real data; a copy is one moment of its original, so each write is in it or not. Raises Problem."""
    with opened(file) as storage:
        reason = storage.read_now(real_data.why_closed, tenant=WHOLE_SANDBOX)
    if reason:
        raise real_data.closed_problem(reason)


def hold_messages(file: Path) -> None:
    """Stop the pending messages in a copy that will be served beside its original: the original sends them."""
    with opened(file) as storage:
        storage.write_now(messages.hold_all_messages, tenant=WHOLE_SANDBOX)


def check_copy(services: Services, storage: Storage) -> None:
    """Require that a copy is sealed under a master key of this server. Raises Problem."""
    try:
        storage.read_now(services.vault.check, tenant=WHOLE_SANDBOX)
    except VaultError as error:
        raise controls.not_valid(f"the snapshot was kept under another master key: {error}", "name") from error


def reset(services: Services, fill: Callable[[Session], None] | None = None) -> None:
    """Empty the sandbox but for applications and their keys; or, with `fill`, of these too, and run `fill`. Raises Problem."""
    with _aside(services) as file:
        migrate(f"sqlite:///{file}")
        with opened(file) as storage:
            storage.write_now(partial(_fill_empty, services=services, fill=fill), tenant=WHOLE_SANDBOX)
        _take(services, file)


def _fill_empty(uow: UnitOfWork, services: Services, fill: Callable[[Session], None] | None) -> None:
    copy = partial(keep_identity, target=uow, of_sandbox=_is_of_sandbox, applications_too=fill is None)
    services.storage.read_now(copy, tenant=WHOLE_SANDBOX)
    if fill is not None:
        fill(services.session(uow, WHOLE_SANDBOX))


def _is_of_sandbox(fact: str) -> bool:
    return fact.startswith(_OF_SANDBOX)


def _copy_operators(uow: UnitOfWork, services: Services) -> None:
    services.storage.read_now(partial(keep_operators, target=uow), tenant=WHOLE_SANDBOX)


def _take(services: Services, file: Path) -> None:
    with opened(file) as storage:
        storage.write_now(partial(_copy_operators, services=services), tenant=WHOLE_SANDBOX)
    replace_database(embedded(services), file, partial(_require_sandbox, services))
    services.read_now(controls.load_controls, tenant=WHOLE_SANDBOX)
    services.wake()


def _require_sandbox(services: Services) -> None:
    if reason := services.storage.read_now(real_data.why_closed, tenant=WHOLE_SANDBOX):
        raise real_data.closed_problem(reason)


@contextmanager
def opened(file: Path) -> Iterator[Storage]:
    storage = Storage(f"sqlite:///{file}")
    try:
        yield storage
    finally:
        storage.close()


@contextmanager
def _aside(services: Services) -> Iterator[Path]:
    """A path for a database that is being prepared, beside the one in use."""
    file = embedded(services).with_name(f"next-{new_id()}.db")
    try:
        with controls.copies_refused():
            yield file
    finally:
        _remove(file)


def _remove(file: Path) -> None:
    for end in ("", "-wal", "-shm"):
        file.with_name(file.name + end).unlink(missing_ok=True)
