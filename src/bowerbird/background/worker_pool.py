"""The threads on which a process advances jobs: their leases are renewed while they run, and given back when they may not finish."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from bowerbird.background.task import BackgroundTask
from bowerbird.domain.jobs.advance import advance
from bowerbird.domain.services import Services
from bowerbird.logs import log
from bowerbird.model.clock import to_milliseconds
from bowerbird.storage.database.unit_of_work import EVERY_TENANT
from bowerbird.storage.rows.jobs import claims

THREADS = 4
SWEEP_SECONDS = 2.0  # not money: how often to look for jobs that were not announced
RETRY_SECONDS = 1.0  # not money: pause before another try when the database is away


class WorkerPool:
    """The running jobs of this process, each with the owner of its lease."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._pool = ThreadPoolExecutor(THREADS, thread_name_prefix="job")
        self._owners: dict[str, str] = {}
        self._futures: set[asyncio.Future[bool]] = set()
        self.renewal = BackgroundTask("lease_renewal", self._renew_leases, RETRY_SECONDS)

    @property
    def in_flight(self) -> frozenset[str]:
        """Ids of the jobs on these threads, including those whose lease is lost."""
        return frozenset(self._owners)

    def begin(self, owner: str, job_id: str) -> asyncio.Future[bool]:
        """Move a job on, as far as it goes; whether it was claimed.

        A fault of ours is logged: the job is found again when its lease is over.
        """
        self._owners[job_id] = owner
        future = asyncio.get_running_loop().run_in_executor(self._pool, advance, self._services, owner, job_id)
        self._futures.add(future)
        future.add_done_callback(lambda done: self._finished(job_id, done))
        return future

    def _finished(self, job_id: str, done: asyncio.Future[bool]) -> None:
        self._owners.pop(job_id, None)
        self._futures.discard(done)
        if not done.cancelled() and (error := done.exception()) is not None:
            log.error("job_failed", job=job_id, error=type(error).__name__, exc_info=error)

    async def _renew_leases(self) -> float:
        """Leases are short, so that a dead process is replaced soon; a living one renews those of its jobs."""
        seconds = self._services.limits.lease_seconds
        now_ms = to_milliseconds(self._services.lease_clock.now())
        for owner, job_ids in self._by_owner().items():
            renewal = partial(claims.renew, owner=owner, job_ids=job_ids, lease_now_ms=now_ms, lease_expires_at_ms=now_ms + seconds * 1000)
            await self._services.storage.write(renewal, tenant=EVERY_TENANT)
        return seconds / 4

    async def stop(self, patience_seconds: int) -> None:
        """Let the running jobs finish; those still running after so long are given back, for others to take over at once."""
        if self._futures:
            await asyncio.wait(self._futures, timeout=patience_seconds)
        self._pool.shutdown(wait=False, cancel_futures=True)
        for owner, job_ids in self._by_owner().items():
            log.warning("jobs_given_back", jobs=len(job_ids))
            back = partial(claims.give_back, owner=owner, job_ids=job_ids)
            await self._services.storage.write(back, tenant=EVERY_TENANT)

    def _by_owner(self) -> dict[str, list[str]]:
        by_owner: dict[str, list[str]] = defaultdict(list)
        for job_id, owner in self._owners.items():
            by_owner[owner].append(job_id)
        return by_owner
