"""The embedded database: reads inline on the caller's thread, every write from BEGIN IMMEDIATE on.

A read that is later written back would otherwise lose updates between processes. Once the file is found to be damaged, nothing is
written to it any more.
"""

from __future__ import annotations

import _sqlite3
import ctypes
import sqlite3
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any, NoReturn, TypeVar, cast

from sqlalchemy import Connection, Engine, NullPool, create_engine, event
from sqlalchemy.exc import DatabaseError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from bowerbird.storage.database.unit_of_work import ActingFor, DatabaseDamaged, StorageUnavailable, UnitOfWork

T = TypeVar("T")

BUSY_TIMEOUT_MS = 15_000
_SETTLE_MS = 250
_PRAGMAS = (
    "page_size=16384",  # a row of a transaction fits; wider ones would spill into overflow pages
    "journal_mode=WAL",
    "synchronous=NORMAL",  # a killed process loses nothing; a power cut may lose the last commits, never the database
    "foreign_keys=ON",
    f"busy_timeout={BUSY_TIMEOUT_MS}",
    "temp_store=MEMORY",
)


def _open(connection: sqlite3.Connection, _record: object) -> None:
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


def sqlite_engine(url: str, *, writes: bool) -> Engine:
    """An engine. Connections to write on are few; to read on each thread keeps one of its own, however many threads there are."""
    pooled: dict[str, Any] = {} if writes else {"poolclass": NullPool}
    engine = create_engine(url, connect_args={"check_same_thread": False}, hide_parameters=True, **pooled)
    event.listen(engine, "connect", _open)
    if writes:
        event.listen(engine, "connect", _prepare_writes)
        event.listen(engine, "begin", _begin_immediate)
    return engine


_MEMORY_STATISTICS = 9
"""SQLITE_CONFIG_MEMSTATUS."""


def skip_memory_statistics() -> None:
    """Have SQLite keep no count of its memory: each piece that it takes then costs it no lock.

    Only before any connection of the process is open, which the count tells. A library that is part of the interpreter goes on counting.
    """
    with suppress(AttributeError):
        library = ctypes.CDLL(_sqlite3.__file__)
        library.sqlite3_memory_used.restype = ctypes.c_int64
        library.sqlite3_config.argtypes = [ctypes.c_int]  # what follows is read as varying arguments
        if library.sqlite3_memory_used() == 0 and library.sqlite3_shutdown() == sqlite3.SQLITE_OK:
            library.sqlite3_config(_MEMORY_STATISTICS, ctypes.c_int(0))
            library.sqlite3_initialize()


_DAMAGE = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


def is_damage(error: BaseException) -> bool:
    """Whether an error says that the file is damaged."""
    cause = error.orig if isinstance(error, DatabaseError) else error
    return isinstance(cause, sqlite3.DatabaseError) and getattr(cause, "sqlite_errorcode", 0) & 0xFF in _DAMAGE


class Sqlite:
    """One file. For whom a unit of work acts makes no difference here: a process that can open the file can read it all."""

    def __init__(self, url: str) -> None:
        self.damage = ""
        self._checking: sqlite3.Connection | None = None
        self.engine = sqlite_engine(url, writes=True)
        self._reader_engine = sqlite_engine(url, writes=False)
        self._local = threading.local()
        self._readers: list[Connection] = []

    def read(self, work: Callable[[UnitOfWork], T], tenant: ActingFor) -> T:
        try:
            return self._read_inline(work)
        except (DatabaseError, sqlite3.DatabaseError) as error:
            self._raise(error)

    def _raise(self, error: Exception) -> NoReturn:
        """Raise what a caller gets of an error of the database; damage is remembered."""
        if is_damage(error):
            self.damage = self.damage or str(getattr(error, "orig", error))
            raise DatabaseDamaged(self.damage) from error
        if isinstance(error, OperationalError | sqlite3.OperationalError | PoolTimeout):
            raise StorageUnavailable(str(error)) from error
        raise error

    def check(self) -> str:
        """What is wrong with the file, found by reading all of it; empty for a whole one. It takes seconds a gigabyte."""
        try:
            with self._reader_engine.connect() as connection:
                self._checking = cast(sqlite3.Connection, connection.connection.driver_connection)
                result = str(connection.exec_driver_sql("PRAGMA quick_check(1)").scalar())
        except DatabaseError as error:
            if not is_damage(error):
                self._raise(error)
            result = str(error.orig)
        finally:
            self._checking = None
        if result != "ok":
            self.damage = result
        return self.damage

    async def read_on_loop(self, work: Callable[[UnitOfWork], T], tenant: ActingFor) -> T:
        """A bounded read takes less time than to hand it to a thread."""
        return self.read(work, tenant)

    def _read_inline(self, work: Callable[[UnitOfWork], T]) -> T:
        connection, driver = self._reader()
        driver.execute("BEGIN")
        try:
            return work(UnitOfWork(connection, driver))
        finally:
            if driver.in_transaction:
                driver.execute("COMMIT")

    def write(self, work: Callable[[UnitOfWork], T], tenant: ActingFor) -> T:
        if self.damage:
            raise DatabaseDamaged(self.damage)
        try:
            with self.engine.connect() as connection, connection.begin():
                uow = UnitOfWork(connection, connection.connection)
                result = work(uow)
        except (DatabaseError, PoolTimeout) as error:
            self._raise(error)
        uow.committed()
        return result

    def settle(self) -> bool:
        with self._reader_engine.connect() as connection:
            driver = cast(sqlite3.Connection, connection.connection.driver_connection)
            driver.execute(f"PRAGMA busy_timeout={_SETTLE_MS}")
            try:
                busy, _, _ = driver.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
                return bool(busy == 0)
            finally:
                driver.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")

    def close(self) -> None:
        if checking := self._checking:
            checking.interrupt()
        for connection in self._readers:
            with suppress(Exception):
                connection.close()
        self.engine.dispose()
        self._reader_engine.dispose()

    def _reader(self) -> tuple[Connection, sqlite3.Connection]:
        """One reading connection a thread: opening one costs more than most reads.

        SQLAlchemy believes it in one transaction that never ends, since its bookkeeping costs more than a small read; where a
        snapshot begins and ends is set in the driver.
        """
        reader: tuple[Connection, sqlite3.Connection] | None = getattr(self._local, "reader", None)
        if reader is None:
            connection = self._reader_engine.connect()
            connection.begin()
            reader = connection, cast(sqlite3.Connection, connection.connection.driver_connection)
            self._local.reader = reader
            self._readers.append(connection)
        return reader
