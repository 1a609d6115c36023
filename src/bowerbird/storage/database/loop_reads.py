"""Reads of a shared database on the event loop: while PostgreSQL works, the loop answers others.

In a thread a read would have to get the interpreter back after every message, each time behind whatever the loop does then.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Generator
from contextlib import suppress
from typing import Any, TypeVar

import psycopg
from psycopg import pq
from psycopg.generators import execute
from psycopg.waiting import Ready, Wait
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.util import await_only, greenlet_spawn
from sqlalchemy.util.concurrency import in_greenlet

from bowerbird.storage.database.unit_of_work import StorageUnavailable, UnitOfWork

T = TypeVar("T")

_KEPT_SECONDS = 0.02  # not money: seconds that a snapshot may stay open behind its read


class LoopConnection(psycopg.Connection[Any]):
    """A connection that waits for the server on the event loop where a read runs there; everywhere else its thread waits."""

    def wait(self, gen: Generator[Any, Any, T], interval: float = 0.1, timeout: float | None = None) -> T:  # not money: seconds
        if in_greenlet():
            return await_only(_wait_on_loop(gen, self.pgconn.socket))
        return super().wait(gen, interval, timeout)

    def command(self, text: bytes) -> pq.abc.PGresult:
        """One message there and back, without a cursor: the last result. Raises psycopg.Error for a connection that was lost."""
        self.pgconn.send_query(text)
        results: list[pq.abc.PGresult] = self.wait(execute(self.pgconn))
        return results[-1]


async def _wait_on_loop(gen: Generator[Any, Any, T], fileno: int) -> T:
    loop = asyncio.get_running_loop()
    try:
        wanted = next(gen)
        while True:
            wanted = gen.send(await _ready(loop, fileno, wanted))
    except StopIteration as end:
        result: T = end.value
        return result


async def _ready(loop: asyncio.AbstractEventLoop, fileno: int, wanted: Wait) -> Ready:
    found: asyncio.Future[Ready] = loop.create_future()

    def set_ready(how: Ready) -> None:
        if not found.done():
            found.set_result(how)

    if wanted & Wait.R:
        loop.add_reader(fileno, set_ready, Ready.R)
    if wanted & Wait.W:
        loop.add_writer(fileno, set_ready, Ready.W)
    try:
        return await found
    finally:
        if wanted & Wait.R:
            loop.remove_reader(fileno)
        if wanted & Wait.W:
            loop.remove_writer(fileno)


class _LoopReader:
    """A connection that reads on the loop, one unit of work after the other.

    SQLAlchemy believes it in one transaction that never ends, since its bookkeeping costs more than a small read.
    """

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        connection.begin()
        driver: Any = connection.connection.driver_connection
        self.driver: LoopConnection = driver
        self.has_begun = False

    def run(self, opening: bytes, work: Callable[[UnitOfWork], T]) -> T:
        """One read in a snapshot of its own, which stays open until `end` or the next one: that saves each a message."""
        self.has_begun = False
        result = self.driver.command(b"COMMIT;" + opening if self.is_open else opening)
        if result.status != pq.ExecStatus.COMMAND_OK:
            raise psycopg.errors.error_from_result(result)
        self.has_begun = True
        return work(UnitOfWork(self.connection, self.driver))

    def end(self) -> None:
        self.driver.command(b"COMMIT")

    @property
    def is_open(self) -> bool:
        return self.driver.pgconn.transaction_status in (pq.TransactionStatus.INTRANS, pq.TransactionStatus.INERROR)

    @property
    def is_usable(self) -> bool:
        """Whether nothing was left in the middle of a message."""
        return self.driver.pgconn.transaction_status not in (pq.TransactionStatus.ACTIVE, pq.TransactionStatus.UNKNOWN)

    def drop(self) -> None:
        self.connection.invalidate()
        self.connection.close()


def _close_unused(opening: asyncio.Future[Connection]) -> None:
    """A connection that was opened for a request that is gone."""
    if not opening.cancelled() and opening.exception() is None:
        opening.result().close()


class LoopReads:
    """The readers of one event loop: at most `most` connections of a pool, opened when they are first needed, and then kept."""

    def __init__(self, engine: Engine, most: int, waiting_seconds: int) -> None:
        self._engine, self._most, self._waiting = engine, most, waiting_seconds
        self._loop: asyncio.AbstractEventLoop | None = None
        self._idle: list[_LoopReader] = []
        self._ending: asyncio.Task[None] | None = None
        self._is_shut = False

    async def read(self, opening: bytes, work: Callable[[UnitOfWork], T]) -> T:
        """Raises StorageUnavailable, and what psycopg and SQLAlchemy raise."""
        loop = asyncio.get_running_loop()
        if loop is not self._loop:
            self.close()
            self._loop, self._places, self._ending = loop, asyncio.Semaphore(self._most), None
        await self._enter()
        try:
            return await self._read(opening, work)
        finally:
            self._places.release()

    async def _enter(self) -> None:
        if not self._places.locked():
            await self._places.acquire()
            return
        try:
            async with asyncio.timeout(self._waiting):
                await self._places.acquire()
        except TimeoutError as error:
            raise StorageUnavailable(f"no connection was free within {self._waiting} s") from error

    async def _read(self, opening: bytes, work: Callable[[UnitOfWork], T]) -> T:
        reader = self._idle.pop() if self._idle else await self._open()
        try:
            return await greenlet_spawn(reader.run, opening, work)
        except psycopg.Error:
            if reader.has_begun:
                raise
            self.close()  # it died while it was idle, and those beside it as well
            reader, lost = await self._open(), reader
            lost.drop()
            return await greenlet_spawn(reader.run, opening, work)
        finally:
            self._put_back(reader)

    def _put_back(self, reader: _LoopReader) -> None:
        if self._is_shut or not reader.is_usable:
            reader.drop()
            return
        self._idle.append(reader)
        if reader.is_open and self._ending is None:
            self._ending = asyncio.create_task(self._end_soon())

    async def _end_soon(self) -> None:
        """End what no other read goes on with. A connection has a place for that, as for a read: no further one is opened beside it."""
        await asyncio.sleep(_KEPT_SECONDS)
        self._ending = None
        while True:
            async with self._places:
                reader = next((idle for idle in self._idle if idle.is_open), None)
                if reader is None:
                    return
                self._idle.remove(reader)
                try:
                    with suppress(psycopg.Error):
                        await greenlet_spawn(reader.end)
                finally:
                    self._put_back(reader)

    async def _open(self) -> _LoopReader:
        opening = asyncio.get_running_loop().run_in_executor(None, self._connect)
        try:
            return _LoopReader(await asyncio.shield(opening))
        except asyncio.CancelledError:
            opening.add_done_callback(_close_unused)
            raise

    def _connect(self) -> Connection:
        """A connection that is alive: one that died in the pool takes its elders with it, and the next is new."""
        connection = self._engine.connect()
        try:
            connection.exec_driver_sql("SELECT 1")
        except DBAPIError:
            connection.close()
            return self._engine.connect()
        connection.rollback()
        return connection

    def shut(self) -> None:
        """Drop all connections: those that are read on as soon as they come back."""
        self._is_shut = True
        self.close()

    def close(self) -> None:
        """Drop the idle connections."""
        while self._idle:
            self._idle.pop().drop()
