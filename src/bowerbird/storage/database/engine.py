"""Storage: reads and writes as units of work, on SQLite or PostgreSQL.

SQLite: bounded reads run inline on the caller's thread, those of many rows on threads of their own; all writes of a process go through
one writer thread.
PostgreSQL: reads run on the loop, which goes on while the server works; writes in worker threads; both on pooled connections.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from functools import partial
from pathlib import Path
from typing import Protocol, TypeVar

from sqlalchemy import Engine
from sqlalchemy.engine import make_url

from bowerbird.storage.database.pool_limits import PoolLimits
from bowerbird.storage.database.sqlite import Sqlite
from bowerbird.storage.database.unit_of_work import ActingFor, StorageUnavailable, UnitOfWork

T = TypeVar("T")


class _Database(Protocol):
    """What the two engines have in common: work on the caller's thread."""

    engine: Engine

    def read(self, work: Callable[[UnitOfWork], T], tenant: ActingFor) -> T: ...

    async def read_on_loop(self, work: Callable[[UnitOfWork], T], tenant: ActingFor) -> T: ...

    def write(self, work: Callable[[UnitOfWork], T], tenant: ActingFor) -> T: ...

    @property
    def damage(self) -> str: ...

    def check(self) -> str: ...

    def settle(self) -> bool: ...

    def close(self) -> None: ...


def is_sqlite(url: str) -> bool:
    return make_url(url).get_backend_name() == "sqlite"


def _postgres(url: str, limits: PoolLimits) -> _Database:
    from bowerbird.storage.database.postgres import Postgres  # noqa: PLC0415  (its driver is 5 MB that the embedded database does without)

    return Postgres(url, limits)


_ASIDE = 2
"""Reads of many rows at once on SQLite, on PostgreSQL half the connections: others wait behind them, and small reads go on."""


class Storage:
    """Opens units of work. One per process; `close` when done.

    Each says for whom it acts; on PostgreSQL row-level security holds it to that, on SQLite its queries alone do. All of them
    raise StorageUnavailable.
    """

    def __init__(self, url: str, limits: PoolLimits | None = None) -> None:
        self.url = url
        self.is_sqlite = is_sqlite(url)
        limits = limits or PoolLimits()
        self._database: _Database = Sqlite(url) if self.is_sqlite else _postgres(url, limits)
        self.writer_engine = self._database.engine
        self._aside = ThreadPoolExecutor(_ASIDE if self.is_sqlite else max(1, limits.connections // 2), thread_name_prefix="storage-aside")
        self._pool = ThreadPoolExecutor(1 if self.is_sqlite else limits.connections, thread_name_prefix="storage")
        self._patience = limits.seconds * 2

    def read_now(self, work: Callable[[UnitOfWork], T], *, tenant: ActingFor) -> T:
        """Run a read on this thread: one consistent snapshot."""
        return self._database.read(work, tenant)

    def write_now(self, work: Callable[[UnitOfWork], T], *, tenant: ActingFor) -> T:
        """Run a write on this thread and commit it; on an exception nothing of it remains.

        On PostgreSQL `work` may run more than once, each time from a clean slate, until no other unit of work was first.
        """
        return self._database.write(work, tenant)

    async def read(self, work: Callable[[UnitOfWork], T], *, tenant: ActingFor) -> T:
        return await self._database.read_on_loop(work, tenant)

    async def read_aside(self, work: Callable[[UnitOfWork], T], *, tenant: ActingFor) -> T:
        """Run a read that may look at many rows on one of few threads of its own: it neither stops the loop nor takes the pool."""
        return await self.aside(partial(self._database.read, work, tenant))

    async def aside(self, call: Callable[[], T]) -> T:
        """Call what reads by `read_now`, as `read_aside` does."""
        return await self._in_pool(call, self._aside)

    async def write(self, work: Callable[[UnitOfWork], T], *, tenant: ActingFor) -> T:
        if self.is_sqlite:
            return await asyncio.get_running_loop().run_in_executor(self._pool, copy_context().run, self._database.write, work, tenant)
        return await self._in_pool(partial(self._database.write, work, tenant))

    async def _in_pool(self, call: Callable[[], T], pool: ThreadPoolExecutor | None = None) -> T:
        """Wait for a thread of the pool, but not for a server that has stopped moving: what it still does is then not known."""
        try:
            async with asyncio.timeout(self._patience):
                return await asyncio.get_running_loop().run_in_executor(pool or self._pool, call)
        except TimeoutError as error:
            raise StorageUnavailable(f"no answer within {self._patience} s") from error

    def write_from_thread(self, work: Callable[[UnitOfWork], T], *, tenant: ActingFor) -> T:
        """Run a write from a worker thread; on SQLite through the one writer, so that threads queue instead of colliding."""
        if self.is_sqlite:
            return self._pool.submit(copy_context().run, self._database.write, work, tenant).result()
        return self._database.write(work, tenant)

    @property
    def folder(self) -> Path | None:
        """Where the embedded database lies; None for a shared one."""
        path = make_url(self.url).database if self.is_sqlite else None
        return Path(path).parent if path else None

    @property
    def damage(self) -> str:
        """What is wrong with the database, which is only read since; empty while nothing is known to be."""
        return self._database.damage

    def check(self) -> str:
        """Look for damage in all of the database: what is wrong, empty for nothing. Blocks for as long as that takes."""
        return self._database.check()

    def settle(self) -> bool:
        """Put what was committed into the database file itself, durably, and leave nothing of what was there before in its log.

        False when a reader or another process uses the database: they are not waited for, and a later time does the rest.
        """
        return self._database.settle()

    def close(self) -> None:
        self._aside.shutdown(wait=True)
        self._pool.shutdown(wait=True)
        self._database.close()
