"""Which dispatcher a process has, and the one inside the serving process.

It claims jobs when they are due, runs them on a few threads and finds them again after a crash. A job that waits costs nothing: the
loop sleeps until the next due time, a new job, or the sweep that finds what another process left behind.
"""

from __future__ import annotations

import asyncio
import os
import socket
from contextlib import suppress
from functools import partial
from typing import Protocol

import structlog

from bowerbird.background.consent_expiry import ConsentExpiry
from bowerbird.background.deliveries import Deliverer
from bowerbird.background.orphan_cleanup import OrphanCleanup
from bowerbird.background.worker_pool import SWEEP_SECONDS, THREADS, WorkerPool, end, wanted_within
from bowerbird.domain.services import Services
from bowerbird.model.clock import to_milliseconds
from bowerbird.model.ids import new_id
from bowerbird.sandbox.controls import catch_up
from bowerbird.storage.database.unit_of_work import EVERY_TENANT
from bowerbird.storage.rows import jobs as rows

log = structlog.get_logger()


class Dispatcher(Protocol):
    """Advances jobs as long as the server runs. `in_flight` are the ids of those on this process's threads."""

    @property
    def in_flight(self) -> frozenset[str]: ...
    async def start(self) -> None: ...
    async def stop(self) -> None: ...


def dispatcher_of(services: Services, database_url: str, public_url: str) -> Dispatcher:
    """Of a fleet where the database is shared, of this process alone where it is embedded."""
    if not database_url:
        return EmbeddedDispatcher(services, public_url)
    from bowerbird.background.fleet import FleetDispatcher  # noqa: PLC0415  (slow to import, and of no use to an embedded database)

    return FleetDispatcher(services, database_url, public_url)


class DisabledDispatcher:
    """No jobs in this process, which answers requests only: others on the same database advance them."""

    in_flight: frozenset[str] = frozenset()

    async def start(self) -> None:
        """Nothing to start."""

    async def stop(self) -> None:
        """Nothing to stop."""


class EmbeddedDispatcher:
    """Started and stopped with the server."""

    def __init__(self, services: Services, public_url: str) -> None:
        self._services = services
        self._owner = f"{socket.gethostname()[:20]}:{os.getpid()}:{new_id()[:8]}"
        self.deliverer = Deliverer(services, public_url)
        self._consent_expiry = ConsentExpiry(services)
        self._orphan_cleanup = OrphanCleanup(services)
        self._threads = WorkerPool(services)
        self._wanted = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        self._loop: asyncio.AbstractEventLoop | None = None

    @property
    def in_flight(self) -> frozenset[str]:
        """Ids of the jobs on this process's threads, including those whose lease is lost."""
        return self._threads.in_flight

    async def start(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._services.wake = self.wake
        self._tasks = [asyncio.create_task(self._run()), asyncio.create_task(self._threads.renew_leases())]
        await self.deliverer.start()
        await self._consent_expiry.start()
        await self._orphan_cleanup.start()

    def wake(self) -> None:
        """Look for due jobs and messages now. From any thread."""
        if self._loop is not None and not self._loop.is_closed():
            with suppress(RuntimeError):
                self._loop.call_soon_threadsafe(self._look)

    def _look(self) -> None:
        self._wanted.set()
        self.deliverer.wake()
        self._consent_expiry.wake()

    async def stop(self) -> None:
        """Take no more jobs, let the running ones finish, and give back those that cannot; the same for messages."""
        await self.deliverer.stop()
        await self._consent_expiry.stop()
        await self._orphan_cleanup.stop()
        looking, renewing = self._tasks
        await end(looking)
        await self._threads.stop(self._services.limits.grace_seconds)
        await end(renewing)

    async def _run(self) -> None:
        while True:
            self._wanted.clear()
            try:
                pause = await self._claim_due()
            except Exception as error:
                log.exception("dispatcher_failed", error=type(error).__name__)
                pause = SWEEP_SECONDS
            await wanted_within(self._wanted, pause)

    async def _claim_due(self) -> float:  # not money: seconds until the next look
        await catch_up(self._services)
        now, lease_now = to_milliseconds(self._services.clock.now()), to_milliseconds(self._services.lease_clock.now())
        running = self.in_flight
        room = THREADS * 2 - len(running)
        if room <= 0:
            return SWEEP_SECONDS
        look = partial(rows.due_jobs, now_ms=now, lease_now_ms=lease_now, limit=room + len(running))
        due = await self._services.storage.read(look, tenant=EVERY_TENANT)
        for job_id in [job_id for job_id in due if job_id not in running][:room]:
            self._start(job_id)
        due_at_ms, lease_expires_at_ms = await self._services.storage.read(rows.next_due, tenant=EVERY_TENANT)
        if self.in_flight:
            return SWEEP_SECONDS
        waits = [moment - since for moment, since in ((due_at_ms, now), (lease_expires_at_ms, lease_now)) if moment is not None]
        return min(SWEEP_SECONDS, max(0.0, min(waits, default=10**9) / 1000))  # not money: seconds

    def _start(self, job_id: str) -> None:
        self._threads.begin(self._owner, job_id).add_done_callback(lambda _: self._wanted.set())
