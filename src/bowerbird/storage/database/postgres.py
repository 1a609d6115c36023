"""PostgreSQL: units of work on a bounded pool of connections, each saying first for whom it acts.

Nothing waits for ever: a place in the pool, a connection, a lock and a statement each have their time, and running out of it is
`StorageUnavailable`. Transactions are opened and closed with one message each, straight to libpq: the opening one sets the
isolation level and the tenant that row-level security looks at, and finds out whether a pooled connection is still alive.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any, TypeVar

import psycopg
from psycopg import pq
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from bowerbird.model.ids import is_id
from bowerbird.storage.database.loop_reads import LoopConnection, LoopReads
from bowerbird.storage.database.pool_limits import PoolLimits
from bowerbird.storage.database.unit_of_work import ActingFor, EveryTenant, StorageUnavailable, UnitOfWork

T = TypeVar("T")

_READ = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"  # one snapshot, as on SQLite
_WRITE = "BEGIN ISOLATION LEVEL READ COMMITTED"
_ATTEMPTS = 6
_PAUSE_S = 0.02  # not money: at most so long, times the tries before, so that those who met once do not meet again
_RACES = {"40001", "40P01"}  # serialization failure, deadlock: the other unit of work was first
_UNIQUE = "23505"  # the other one was first, or the write contradicts what is stored and does so each time
_ENDED = {"25006", "25P03", "25P04"}  # only reads here now; idle for too long, open for too long


class BinaryCursor(psycopg.Cursor[Any]):
    """Rows come as they lie in memory: documents and sealed values would be twice as long as text."""

    def __init__(self, connection: psycopg.Connection[Any], **options: Any) -> None:
        super().__init__(connection, **options)
        self.format = pq.Format.BINARY


def postgres_engine(url: str, limits: PoolLimits) -> Engine:
    """A pool of connections that begin and end no transaction by themselves."""
    timeouts = {
        "statement_timeout": limits.seconds * 1000,
        "lock_timeout": limits.waiting * 1000,
        "idle_in_transaction_session_timeout": limits.seconds * 2000,  # a stopped process lets go of the rows it holds
    }
    engine = create_engine(
        url,
        isolation_level="AUTOCOMMIT",
        pool_size=limits.connections,
        max_overflow=0,
        pool_timeout=limits.waiting,
        pool_reset_on_return=None,
        hide_parameters=True,
        use_native_hstore=False,
        connect_args={
            "connect_timeout": max(2, limits.waiting),
            "options": " ".join(f"-c {name}={value}" for name, value in timeouts.items()),
            "application_name": "bowerbird",
            "tcp_user_timeout": limits.seconds * 1000,
            "keepalives_idle": limits.waiting,
            "keepalives_interval": 2,
            "keepalives_count": 2,
            "cursor_factory": BinaryCursor,
        },
    )
    event.listen(engine, "do_connect", _connect)
    return engine


def _connect(_dialect: object, _record: object, arguments: Sequence[Any], options: dict[str, Any]) -> LoopConnection:
    return LoopConnection.connect(*arguments, **options)


class Postgres:
    """One process's way to the shared database."""

    def __init__(self, url: str, limits: PoolLimits) -> None:
        self.engine = postgres_engine(url, limits)
        self._patience = limits.seconds * 2
        self._loop_reads = LoopReads(self.engine, max(1, limits.connections // 2), limits.waiting)

    def read(self, work: Callable[[UnitOfWork], T], tenant: ActingFor) -> T:
        with _translated():
            return self._once(_READ, work, tenant)[1]

    async def read_on_loop(self, work: Callable[[UnitOfWork], T], tenant: ActingFor) -> T:
        """The same without a thread: on at most half of the connections, the rest is for threads."""
        try:
            async with asyncio.timeout(self._patience):
                with _translated():
                    return await self._loop_reads.read(_opened_for(_READ, tenant), work)
        except TimeoutError as error:
            raise StorageUnavailable(f"no answer within {self._patience} s") from error

    def write(self, work: Callable[[UnitOfWork], T], tenant: ActingFor) -> T:
        """Run a write and commit it. Where another one was first, it runs again from its beginning and finds what that left.

        Raises StorageUnavailable where others were first each time: the caller may try again a moment later. A unique violation that
        comes each time is no race: it is raised as it is.
        """
        beaten: Exception | None = None
        for tried in range(_ATTEMPTS):
            try:
                uow, result = self._once(_WRITE, work, tenant)
            except (psycopg.Error, DBAPIError, PoolTimeout) as error:
                if _state_of(error) not in {*_RACES, _UNIQUE}:
                    _refuse(error)
                    raise
                beaten = error
                time.sleep(random.uniform(0, _PAUSE_S * tried))  # noqa: S311  (no secret)
            else:
                uow.committed()
                return result
        if beaten is not None and _state_of(beaten) == _UNIQUE:
            raise beaten
        raise StorageUnavailable(f"other writes were first {_ATTEMPTS} times ({_state_of(beaten)})") from beaten

    damage = ""
    """A server checks its files by itself."""

    def check(self) -> str:
        return ""

    def settle(self) -> bool:
        """A server sees to its files by itself."""
        return True

    def close(self) -> None:
        self._loop_reads.shut()
        self.engine.dispose()

    def _once(self, opening: str, work: Callable[[UnitOfWork], T], tenant: ActingFor) -> tuple[UnitOfWork, T]:
        connection, driver = self._begin(_opened_for(opening, tenant))
        with connection:
            try:
                uow = UnitOfWork(connection, driver)
                result = work(uow)
                _command(driver, b"COMMIT")
            except BaseException:
                _roll_back(connection, driver)
                raise
        return uow, result

    def _begin(self, opening: bytes) -> tuple[Connection, psycopg.Connection[Any]]:
        """A connection on which the transaction is open. One that died in the pool takes its elders with it, and the next is new."""
        again = True
        while True:
            connection = self.engine.connect()
            driver: Any = connection.connection.driver_connection
            try:
                _command(driver, opening)
            except psycopg.Error:
                with suppress(DBAPIError), connection:
                    connection.exec_driver_sql("SELECT 1")  # lets the pool find out that connections from before now are dead
                if not again:
                    raise
                again = False
            else:
                return connection, driver


def _opened_for(opening: str, tenant: ActingFor) -> bytes:
    scope = tenant.value if isinstance(tenant, EveryTenant) else tenant
    if scope is tenant and scope and not is_id(scope):
        raise ValueError("a unit of work acts for an application's id, for EVERY_TENANT, or for no application")
    return f"{opening};SET LOCAL bowerbird.application='{scope}'".encode()


def _command(driver: psycopg.Connection[Any], command: bytes) -> None:
    """One message there and back, without a cursor. Raises psycopg.Error."""
    result = driver.pgconn.exec_(command)
    if result.status != pq.ExecStatus.COMMAND_OK:
        if result.error_field(pq.DiagnosticField.SQLSTATE) is None:  # libpq's own words: the connection was lost
            raise psycopg.OperationalError(result.error_message.decode(errors="replace").strip())
        raise psycopg.errors.error_from_result(result)
    if command == b"COMMIT" and result.command_status != command:
        raise psycopg.InternalError("the unit of work went on after an error: nothing of it is kept")


def _roll_back(connection: Connection, driver: psycopg.Connection[Any]) -> None:
    try:
        _command(driver, b"ROLLBACK")
    except psycopg.Error:
        connection.invalidate()


def _state_of(error: Exception | None) -> str | None:
    state: str | None = getattr(getattr(error, "orig", error), "sqlstate", None)
    return state


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except (psycopg.Error, DBAPIError, PoolTimeout) as error:
        _refuse(error)
        raise


def _refuse(error: Exception) -> None:
    """Raise StorageUnavailable for what may be better a moment later."""
    cause = getattr(error, "orig", error)
    if isinstance(cause, psycopg.OperationalError | psycopg.InterfaceError | PoolTimeout) or _state_of(error) in _ENDED:
        raise StorageUnavailable(str(cause)) from error
