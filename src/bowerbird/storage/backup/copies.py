"""Whole copies of an embedded database, taken and put back while it serves.

Both go through SQLite's own backup: a copy is one moment of the database, and what is put in its place is one transaction of it, which
every connection of every process sees at its next statement. No file is replaced while a process has it open.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from contextlib import closing, nullcontext
from pathlib import Path

from sqlalchemy import ColumnElement, Table, delete, insert, make_url, select

from bowerbird.model.ids import new_id
from bowerbird.storage.database.engine import Storage
from bowerbird.storage.database.migrate import migrate, newest_revision
from bowerbird.storage.database.tables import (
    api_keys,
    applications,
    database_facts,
    operator_links,
    operator_sessions,
    operators,
    sign_in_attempts,
    vault_keys,
)
from bowerbird.storage.database.unit_of_work import UnitOfWork
from bowerbird.storage.files.disk import require_room, size_of_database
from bowerbird.storage.files.stores import IN_ROW, UploadName, UploadStore
from bowerbird.storage.rows.operators import copy_entries

_PAGES_AT_ONCE = 64
_OF_OPERATORS = (operators, operator_sessions, operator_links, sign_in_attempts)
_NEVER = 1 << 53  # milliseconds
_PAGE_SIZE, _WAIT_SECONDS, _RETRY_SECONDS = 16_384, 60, 0.005  # not money: seconds


def database_file(storage: Storage) -> Path | None:
    """Where an embedded database lies; None for a shared one."""
    return Path(make_url(storage.url).database or "") if storage.is_sqlite else None


def copy_database(
    source: Path, target: Path, uploads: UploadStore | None = None, progress: Callable[[int, int], None] | None = None
) -> None:
    """A copy of what is committed now. `target` appears whole or not at all. `progress` gets the number of pages left, and of all.
    Raises DiskFull before anything is copied, and for an upload that has no room.

    What its rows name in `uploads` is put into it, so that it is whole by itself.
    With `progress` it is copied in pieces, which SQLite would begin anew after every write, if the copy did not hold one open read.
    """
    require_room(target.parent, size_of_database(source), "a copy of the database")
    made = target.with_name(f"{target.name}.{new_id()}")
    os.close(os.open(made, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    try:
        held = uploads.hold() if uploads else nullcontext()
        with held, closing(_open(source)) as old, closing(_open(made)) as new:
            new.execute("PRAGMA synchronous=OFF")
            if progress is None:
                old.backup(new)
            else:
                old.execute("BEGIN")
                old.execute("SELECT count(*) FROM sqlite_master").fetchone()  # from here on `old` sees this one moment
                old.backup(new, pages=_PAGES_AT_ONCE, progress=lambda _status, left, pages: progress(left, pages))
            if uploads is not None and uploads.place != IN_ROW:
                _bring(new, uploads, target.parent)
        made.replace(target)
    finally:
        made.unlink(missing_ok=True)


def _bring(copy: sqlite3.Connection, uploads: UploadStore, folder: Path) -> None:
    """Move sealed uploads into the rows of a copy. One that is not found keeps its place."""
    copy.execute("BEGIN")
    for row in copy.execute("SELECT application_id, user_id, job_id FROM uploads WHERE kept_in = ?", (uploads.place,)).fetchall():
        name = UploadName(*row)
        sealed = uploads.fetch(name)
        if sealed is not None:
            require_room(folder, 2 * len(sealed), "an uploaded file in a copy of the database")
            copy.execute("UPDATE uploads SET content = ?, kept_in = ? WHERE job_id = ?", (sealed, IN_ROW, name.job_id))
    copy.execute("COMMIT")


def replace_database(live: Path, source: Path, check: Callable[[], None]) -> None:
    """Put a whole database in the place of another one that is being used, in one transaction; then give back the space that took.

    `check` is called once, when no process can write to `live` any more and before anything of it is replaced: it reads what is
    committed, and what it raises leaves `live` as it was. Raises DiskFull, since all of it stands in the log first.
    """
    require_room(live.parent, 2 * size_of_database(source), "the state that is put in place")
    checked = False

    def after_pages(status: int, _left: int, _pages: int) -> None:
        nonlocal checked
        if status == sqlite3.SQLITE_OK and not checked:  # the first page is copied, so `live` is locked until all are
            checked = True
            check()

    with closing(_open(source)) as new, closing(_open(live)) as old:
        old.execute("PRAGMA journal_mode=WAL")
        new.backup(old, pages=1, progress=after_pages, sleep=_RETRY_SECONDS)
        old.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _open(file: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(file, isolation_level=None, timeout=_WAIT_SECONDS)
    connection.execute(f"PRAGMA page_size={_PAGE_SIZE}")
    return connection


def settle(file: Path, version: int) -> None:
    """Bring a copy to this program's schema, and make it fit to be used: its jobs have no leases, and no cached page of another
    state can be taken for one of this. `version` is above every version that users have had. Raises SchemaError.
    """
    with closing(_open(file)) as database:
        (found,) = database.execute("SELECT version_num FROM alembic_version").fetchone()
    if found != newest_revision():
        migrate(f"sqlite:///{file}")
    with closing(_open(file)) as database:
        database.execute("PRAGMA synchronous=OFF")  # a copy that is lost with the machine is made again
        database.execute("BEGIN")
        database.execute("UPDATE jobs SET lease_owner = NULL, lease_expires_at_ms = NULL, attempts = 0 WHERE lease_owner IS NOT NULL")
        database.execute("UPDATE users SET version = ?", (version,))
        database.execute("COMMIT")


def silence(file: Path) -> None:
    """Keep a copy that will be served beside its original from sending anything: no event goes to a webhook, no job continues."""
    with closing(_open(file)) as database:
        database.execute("BEGIN")
        database.execute("DELETE FROM subscriptions")
        database.execute("UPDATE messages SET state = 'held' WHERE state = 'pending'")
        database.execute("UPDATE jobs SET due_at_ms = ?, lease_owner = NULL, lease_expires_at_ms = NULL", (_NEVER,))
        database.execute("COMMIT")


def keep_identity(source: UnitOfWork, target: UnitOfWork, of_sandbox: Callable[[str], bool], *, applications_too: bool) -> None:
    """Copy the server's own secrets into a new database, so that it is the same server's, and perhaps its applications with their keys.

    `of_sandbox` says which facts are settings of the sandbox: they are not copied.
    """
    for row in source.rows(select(database_facts)):
        if not of_sandbox(row.name):
            target.execute(insert(database_facts), dict(row._mapping))  # noqa: SLF001  (its public name, in SQLAlchemy's own words)
    own = vault_keys.c.user_id == ""
    _copy(source, target, vault_keys, own if applications_too else own & (vault_keys.c.application_id == ""))
    if applications_too:
        _copy(source, target, applications)
        _copy(source, target, api_keys)


def keep_operators(source: UnitOfWork, target: UnitOfWork) -> None:
    """Keep the operators, their sessions and the audit: a state of the sandbox decides neither who may sign in nor what was done."""
    for table in reversed(_OF_OPERATORS):
        target.execute(delete(table))
    for table in _OF_OPERATORS:
        _copy(source, target, table)
    copy_entries(source, target)


def _copy(source: UnitOfWork, target: UnitOfWork, table: Table, only: ColumnElement[bool] | None = None) -> None:
    chosen = select(table) if only is None else select(table).where(only)
    for row in source.rows(chosen):
        target.execute(insert(table), dict(row._mapping))  # noqa: SLF001
