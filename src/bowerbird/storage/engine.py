"""Storage: reads and writes as units of work, on SQLite or PostgreSQL.

SQLite: bounded reads run inline on the caller's thread; all writes of a process go through one writer thread, and every write
begins with BEGIN IMMEDIATE (a read that is later written back would otherwise lose updates between processes).
PostgreSQL: both run in worker threads on pooled connections.
"""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from functools import partial
from typing import TypeVar, cast

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from bowerbird.storage.unit_of_work import ActingFor, UnitOfWork

T = TypeVar("T")

BUSY_TIMEOUT_MS = 15_000
_SETTLE_MS = 250
POSTGRES_CONNECTIONS = 12
_PRAGMAS = (
    "page_size=16384",  # a row of a transaction fits; wider ones would spill into overflow pages
    "journal_mode=WAL",
    "synchronous=NORMAL",  # a killed process loses nothing; a power cut may lose the last commits, never the database
    "foreign_keys=ON",
    f"busy_timeout={BUSY_TIMEOUT_MS}",
    "temp_store=MEMORY",
)


def _open_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None  # transactions begin where we say, not where the driver guesses
    for pragma in _PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")


def _prepare_writes(connection: sqlite3.Connection, _record: object) -> None:
    """Room for the edges of every index a large import writes along: without it they go to disk and come back again.

    What is deleted is overwritten with zeros, above all the keys of users.
    """
    connection.execute("PRAGMA cache_size=-16384")
    connection.execute("PRAGMA secure_delete=ON")


def _begin_immediate(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def make_engine(url: str, *, writes: bool) -> Engine:
    if make_url(url).get_backend_name() != "sqlite":
        return create_engine(url, pool_size=POSTGRES_CONNECTIONS, max_overflow=0, pool_pre_ping=True, hide_parameters=True)
    engine = create_engine(url, connect_args={"check_same_thread": False}, hide_parameters=True)
    event.listen(engine, "connect", _open_sqlite)
    if writes:
        event.listen(engine, "connect", _prepare_writes)
        event.listen(engine, "begin", _begin_immediate)
    return engine


class StorageUnavailable(Exception):
    """The database does not answer, or stays locked: nothing was written, and trying again later can help."""


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except (OperationalError, PoolTimeout) as error:
        raise StorageUnavailable(str(error)) from error


class Storage:
    """Opens units of work. One per process; `close` when done.

    Each says for whom it acts; on PostgreSQL row-level security holds it to that, on SQLite its queries alone do.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self.is_sqlite = make_url(url).get_backend_name() == "sqlite"
        self.writer_engine = make_engine(url, writes=True)
        self._reader_engine = make_engine(url, writes=False) if self.is_sqlite else self.writer_engine
        self._pool = ThreadPoolExecutor(1 if self.is_sqlite else POSTGRES_CONNECTIONS, thread_name_prefix="storage")
        self._local = threading.local()
        self._readers: list[Connection] = []

    def read_now(self, work: Callable[[UnitOfWork], T], *, tenant: ActingFor) -> T:
        """Run a read on this thread: one consistent snapshot."""
        if not self.is_sqlite:
            with _translated(), self._reader_engine.connect() as connection, connection.begin():
                return work(UnitOfWork(connection))
        try:
            return self._read_inline(work)
        except (OperationalError, sqlite3.OperationalError) as error:
            raise StorageUnavailable(str(error)) from error

    def _read_inline(self, work: Callable[[UnitOfWork], T]) -> T:
        connection, driver = self._reader()
        driver.execute("BEGIN")
        try:
            return work(UnitOfWork(connection, driver))
        finally:
            if driver.in_transaction:
                driver.execute("COMMIT")

    def write_now(self, work: Callable[[UnitOfWork], T], *, tenant: ActingFor) -> T:
        """Run a write on this thread and commit it; on an exception nothing of it remains."""
        with _translated(), self.writer_engine.connect() as connection, connection.begin():
            uow = UnitOfWork(connection)
            result = work(uow)
        uow.committed()
        return result

    async def read(self, work: Callable[[UnitOfWork], T], *, tenant: ActingFor) -> T:
        if self.is_sqlite:
            return self.read_now(work, tenant=tenant)
        return await asyncio.get_running_loop().run_in_executor(self._pool, partial(self.read_now, work, tenant=tenant))

    async def write(self, work: Callable[[UnitOfWork], T], *, tenant: ActingFor) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._pool, partial(self.write_now, work, tenant=tenant))

    def write_from_thread(self, work: Callable[[UnitOfWork], T], *, tenant: ActingFor) -> T:
        """Run a write from a worker thread; on SQLite through the one writer, so that threads queue instead of colliding."""
        if self.is_sqlite:
            return self._pool.submit(self.write_now, work, tenant=tenant).result()
        return self.write_now(work, tenant=tenant)

    def settle(self) -> bool:
        """Put what was committed into the database file itself, durably, and leave nothing of what was there before in its log.

        False when a reader or another process was at work: they are not waited for, and a later time does the rest.
        """
        if not self.is_sqlite:
            return True
        with self._reader_engine.connect() as connection:
            driver = cast(sqlite3.Connection, connection.connection.driver_connection)
            driver.execute(f"PRAGMA busy_timeout={_SETTLE_MS}")
            try:
                busy, _, _ = driver.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
                return bool(busy == 0)
            finally:
                driver.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")

    def close(self) -> None:
        self._pool.shutdown(wait=True)
        for connection in self._readers:
            with suppress(Exception):
                connection.close()
        self.writer_engine.dispose()
        self._reader_engine.dispose()

    def _reader(self) -> tuple[Connection, sqlite3.Connection]:
        """SQLite keeps one reading connection a thread: opening one costs more than most reads.

        SQLAlchemy believes it in one transaction that never ends, since its bookkeeping costs more than a small read; where a
        snapshot begins and ends is said to the driver.
        """
        reader: tuple[Connection, sqlite3.Connection] | None = getattr(self._local, "reader", None)
        if reader is None:
            connection = self._reader_engine.connect()
            connection.begin()
            reader = connection, cast(sqlite3.Connection, connection.connection.driver_connection)
            self._local.reader = reader
            self._readers.append(connection)
        return reader
