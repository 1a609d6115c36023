"""Which dispatcher a process has, and the one inside the serving process.

It claims jobs when they are due, runs them on a few threads and finds them again after a crash. A job that waits costs nothing: the
loop sleeps until the next due time, a new job, or the sweep that finds what another process left behind.
"""

from __future__ import annotations

import asyncio
import os
import socket
from collections import Counter
from collections.abc import Collection, Sequence
from contextlib import suppress
from functools import partial

from bowerbird.background.deliverer import Deliverer
from bowerbird.background.enricher import Enricher
from bowerbird.background.task import BackgroundTask
from bowerbird.background.upkeep import (
    AccessEnder,
    AlertWatch,
    AuditRetention,
    ConsentExpiry,
    DatabaseCheck,
    OrphanCleanup,
    ReadingLogWriter,
)
from bowerbird.background.worker_pool import SWEEP_SECONDS, THREADS, WorkerPool
from bowerbird.domain.services import Services
from bowerbird.model.clock import to_milliseconds
from bowerbird.model.ids import new_id
from bowerbird.storage.database.unit_of_work import EVERY_TENANT
from bowerbird.storage.rows.jobs import claims
from bowerbird.storage.rows.jobs.claims import DueJob


class Dispatcher:
    """Advances jobs as long as its process runs, and does what falls due by itself: messages, consents, files to delete.

    Without a `public_url` it delivers no messages to webhooks: their links would lead nowhere.
    """

    _working: Sequence[BackgroundTask]
    """What takes up jobs, in the order in which it is stopped."""
    _grace_s: int
    """What running jobs get to finish, once nothing takes up more."""

    def __init__(self, services: Services, public_url: str) -> None:
        self._services = services
        self._pool = WorkerPool(services)
        self.deliverer = Deliverer(services, public_url) if public_url else None
        upkeep = [
            ConsentExpiry(services), AccessEnder(services), AlertWatch(services), OrphanCleanup(services), Enricher(services),
            AuditRetention(services),
        ]  # fmt: skip
        self._reading_log, self._database_check = ReadingLogWriter(services), DatabaseCheck(services)
        self._upkeep = [self.deliverer, *upkeep] if self.deliverer else upkeep
        self._loop: asyncio.AbstractEventLoop | None = None
        self._applications: dict[str, str] = {}
        """Of the running jobs, by their ids."""
        self._last = ""
        """A look asks the applications behind this one."""
        self._others_wait = False
        """Whether the last look found more jobs than began."""

    @property
    def in_flight(self) -> frozenset[str]:
        """Ids of the jobs on this process's threads, including those whose lease is lost."""
        return self._pool.in_flight

    def start(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._services.wake = self.wake
        for task in (*self._working, self._pool.renewal, *self._upkeep, self._reading_log, self._database_check):
            task.start()

    async def _fairest(self, room: int, passed_over: Collection[str] = ()) -> list[DueJob]:
        """The jobs that begin on so many free threads, shared out among applications; none that runs here or was passed over."""
        now, lease_now = to_milliseconds(self._services.clock.now()), to_milliseconds(self._services.lease_clock.now())
        left_out = {*self.in_flight, *passed_over}
        most = room + len(left_out) + 1  # one more tells whether others wait
        look = partial(claims.due_jobs_of_all, now_ms=now, lease_now_ms=lease_now, limit=most, after=self._last)
        due, asked = await self._services.storage.read(look, tenant=EVERY_TENANT)
        waiting = [job for job in due if job.id not in left_out]
        chosen = shared_out(waiting, Counter(self._applications.values()), room)
        self._others_wait = len(waiting) > len(chosen)
        served = {job.application_id for job in chosen}
        self._last = next((each for each in reversed(asked) if each in served), asked[-1] if asked else self._last)
        return chosen

    def _begin(self, owner: str, job: DueJob) -> asyncio.Future[bool]:
        self._applications[job.id] = job.application_id
        began = self._pool.begin(owner, job.id)
        began.add_done_callback(partial(self._ended, job.id))
        return began

    def _ended(self, job_id: str, _: asyncio.Future[bool]) -> None:
        self._applications.pop(job_id, None)

    def wake(self) -> None:
        """Look for due jobs and messages now. From any thread."""
        if self._loop is not None:
            with suppress(RuntimeError):  # the loop is closed
                self._loop.call_soon_threadsafe(self._wake)

    def _wake(self) -> None:
        for task in (*self._working, *self._upkeep):
            task.wake()

    async def stop(self) -> None:
        """Take no more jobs, let the running ones finish, and give back those that cannot; the same for messages."""
        for task in (self._database_check, *self._upkeep, *self._working):
            await task.stop()
        await self._pool.stop(self._grace_s)
        await self._pool.renewal.stop()
        await self._reading_log.stop()


def dispatcher_of(services: Services, database_url: str, public_url: str) -> Dispatcher:
    """Of a fleet where the database is shared, of this process alone where it is embedded."""
    if not database_url:
        return EmbeddedDispatcher(services, public_url)
    from bowerbird.background.fleet import FleetDispatcher  # noqa: PLC0415  (slow to import, and of no use to an embedded database)

    return FleetDispatcher(services, database_url, public_url)


class EmbeddedDispatcher(Dispatcher):
    """Started and stopped with the server."""

    def __init__(self, services: Services, public_url: str) -> None:
        super().__init__(services, public_url)
        self._owner = f"{socket.gethostname()[:20]}:{os.getpid()}:{new_id()[:8]}"
        self._claims = BackgroundTask("job_claims", self._claim_due, SWEEP_SECONDS)
        self._working = (self._claims,)
        self._grace_s = services.limits.grace_seconds

    async def _claim_due(self) -> float:  # not money: seconds until the next look
        await self._services.hooks.catch_up(self._services)
        room = THREADS - len(self.in_flight)
        if room <= 0:
            return SWEEP_SECONDS
        now, lease_now = to_milliseconds(self._services.clock.now()), to_milliseconds(self._services.lease_clock.now())
        for job in await self._fairest(room):
            _ = self._begin(self._owner, job)
        due_at_ms, lease_expires_at_ms = await self._services.storage.read(claims.next_due, tenant=EVERY_TENANT)
        if self.in_flight:
            return SWEEP_SECONDS
        waits = [moment - since for moment, since in ((due_at_ms, now), (lease_expires_at_ms, lease_now)) if moment is not None]
        return min(SWEEP_SECONDS, max(0.0, min(waits, default=10**9) / 1000))  # not money: seconds

    def _ended(self, job_id: str, begun: asyncio.Future[bool]) -> None:
        super()._ended(job_id, begun)
        self._claims.wake()


def shared_out(waiting: Sequence[DueJob], running: Counter[str], room: int) -> list[DueJob]:
    """The jobs that begin: each free place goes to the application with the fewest running ones, there to the one that stands first."""
    left, chosen = list(waiting), list[DueJob]()
    while left and len(chosen) < room:
        job = min(left, key=lambda each: running[each.application_id])
        left.remove(job)
        chosen.append(job)
        running[job.application_id] += 1
    return chosen
