"""Jobs of a fleet: any process that is notified of a job advances it, on any machine that reaches the same PostgreSQL.

Procrastinate notifies: its row is written with the job, its NOTIFY arrives when that is committed, its heartbeats show which workers
are alive. What a job is and whether it may be claimed stays with our rows; the sweep finds what was lost on the way. So a row of
Procrastinate's that is there twice, or not at all, does no harm.
"""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import partial

from procrastinate import App, JobContext, PsycopgConnector
from procrastinate.exceptions import ConnectorException
from procrastinate.jobs import DeleteJobCondition, Status

from bowerbird.background.dispatcher import Dispatcher
from bowerbird.background.task import BackgroundTask
from bowerbird.background.worker_pool import RETRY_SECONDS, SWEEP_SECONDS, THREADS
from bowerbird.domain.services import Services
from bowerbird.logs import log
from bowerbird.model.clock import to_milliseconds
from bowerbird.storage.database import queue
from bowerbird.storage.database.unit_of_work import EVERY_TENANT, StorageUnavailable
from bowerbird.storage.rows.jobs import claims

_MOST = 200
"""Jobs one look announces at most."""

_SETTLING_SECONDS = 0.5  # not money: what a job that was just announced gets to be claimed, before the sweep looks
_TIDY_EVERY = 30
"""Every so many looks, rows of dead workers are taken out of Procrastinate's tables."""

_JOBS_A_TURN = 16
"""Jobs that a thread advances one after the other before Procrastinate is asked again."""

_PATIENCE_SECONDS = 5
_LONGEST_LINE = 1024


class FleetDispatcher(Dispatcher):
    """Started and stopped with a server or a worker."""

    _grace_s = 0  # Procrastinate waits for them

    def __init__(self, services: Services, database_url: str, public_url: str) -> None:
        """`database_url` is as libpq reads it: Procrastinate has connections of its own, one of which listens."""
        super().__init__(services, public_url)
        self._silence = services.limits.silence_seconds
        self._app = _app(database_url, self._advance)
        sweep = BackgroundTask("job_sweep", self._look, SWEEP_SECONDS, settle_s=_SETTLING_SECONDS)
        self._working = (sweep, BackgroundTask("job_queue", self._work, RETRY_SECONDS))
        self._choosing = asyncio.Lock()
        self._looks = 0
        self._is_stopping = False
        self._last_look = -math.inf

    @property
    def is_ready(self) -> bool:
        """Whether the database was reached a moment ago."""
        return time.monotonic() - self._last_look < 3 * SWEEP_SECONDS

    async def stop(self) -> None:
        self._is_stopping = True
        await super().stop()

    async def _work(self) -> float:
        """Procrastinate's worker. It stops when the database goes away, and is started again until it comes back."""
        try:
            async with self._app.open_async():
                await self._app.run_worker_async(
                    queues=[queue.QUEUE],
                    name="bowerbird",
                    concurrency=THREADS,
                    install_signal_handlers=False,
                    delete_jobs=DeleteJobCondition.ALWAYS,
                    fetch_job_polling_interval=SWEEP_SECONDS,
                    update_heartbeat_interval=self._silence / 5,
                    stalled_worker_timeout=3600,
                    shutdown_graceful_timeout=self._services.limits.grace_seconds,
                )
        except ConnectorException as error:
            raise StorageUnavailable(str(error)) from error
        return RETRY_SECONDS

    async def _advance(self, context: JobContext, job_id: str) -> None:
        """What Procrastinate runs: a free thread, which goes to the application with the fewest running jobs here, announced or not.

        So `job_id` is not looked at. Where another process claims the chosen job first, the next one is tried. Where others wait, the
        thread goes on with one of them: its row of Procrastinate's goes as it is claimed, which costs less than to take that as well.
        """
        await self._services.hooks.catch_up(self._services)
        passed_over, left = set[str](), _JOBS_A_TURN
        while context.job.worker_id is not None:
            async with self._choosing:
                chosen = await self._fairest(1, passed_over)
                running = [self._begin(queue.owner_of(context.job.worker_id), job) for job in chosen]
            left -= 1
            if not running or (await _is_claimed(running[0]) and (not self._others_wait or self._is_stopping or left <= 0)):
                return
            passed_over |= {job.id for job in chosen}

    async def _look(self) -> float:  # not money: seconds until the next look
        """Announce the due jobs without a lease, and those whose worker has no heartbeat."""
        await self._services.hooks.catch_up(self._services)
        storage = self._services.storage
        now, lease_now = to_milliseconds(self._services.clock.now()), to_milliseconds(self._services.lease_clock.now())
        abandon = partial(queue.abandon, now_ms=now, lease_now_ms=lease_now, silence_s=self._silence, most=_MOST)
        left = await storage.write(abandon, tenant=EVERY_TENANT)
        if left:
            log.warning("jobs_taken_over", jobs=len(left))
        look = partial(claims.due_jobs, now_ms=now, lease_now_ms=lease_now, limit=_MOST)
        due = await storage.read(look, tenant=EVERY_TENANT)
        unseen = [job.id for job in due if job.id not in self.in_flight]
        if unseen:
            await storage.write(partial(queue.announce, job_ids=unseen), tenant=EVERY_TENANT)
        self._looks += 1
        self._last_look = time.monotonic()
        if self._looks % _TIDY_EVERY == 0:
            await self._tidy()
        due_at_ms, lease_expires_at_ms = await storage.read(claims.next_due, tenant=EVERY_TENANT)
        if due:
            return SWEEP_SECONDS
        waits = [moment - since for moment, since in ((due_at_ms, now), (lease_expires_at_ms, lease_now)) if moment is not None]
        return min(SWEEP_SECONDS, max(_SETTLING_SECONDS, min(waits, default=10**9) / 1000))  # not money: seconds

    async def _tidy(self) -> None:
        """Rows that a dead worker left behind; what they were about has been announced again."""
        for job in await self._app.job_manager.get_stalled_jobs(seconds_since_heartbeat=self._silence * 2):
            if job.id is not None:
                with suppress(Exception):
                    await self._app.job_manager.finish_job_by_id_async(job.id, Status.FAILED, delete_job=True)
        await self._app.job_manager.prune_stalled_workers(self._silence * 10)


def _app(database_url: str, advance: Callable[[JobContext, str], Awaitable[None]]) -> App:
    connector = PsycopgConnector(
        conninfo=database_url, kwargs={"options": f"-c search_path={queue.SCHEMA}"}, min_size=1, max_size=3, timeout=10
    )
    app = App(connector=connector)
    app.task(name=queue.TASK, queue=queue.QUEUE, pass_context=True)(advance)
    return app


async def _is_claimed(running: asyncio.Future[bool]) -> bool:
    """Wait until a job's run ends, which a cancelled wait leaves alone. One that failed was claimed: it is found again."""
    await asyncio.wait([running])
    return running.cancelled() or running.exception() is not None or running.result()


async def serve_health(host: str, port: int, is_ready: Callable[[], bool], metrics: Callable[[], bytes]) -> asyncio.Server:
    """Answer a worker's supervisor and Prometheus until the server is closed.

    /healthz: it runs; /readyz: it reaches the database; /metrics: what it has counted.
    """

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError, TimeoutError, ValueError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            line = await asyncio.wait_for(reader.readuntil(b"\n"), _PATIENCE_SECONDS)
            path = (line.split() + [b"", b""])[1]
            ready = "200 OK" if is_ready() else "503 Service Unavailable"
            status = {b"/healthz": "200 OK", b"/metrics": "200 OK", b"/readyz": ready}.get(path, "404 Not Found")
            body = metrics() if path == b"/metrics" else b""
            writer.write(f"HTTP/1.1 {status}\r\ncontent-type: text/plain; version=0.0.4\r\ncontent-length: {len(body)}\r\n".encode())
            writer.write(b"connection: close\r\n\r\n" + body)
            await asyncio.wait_for(writer.drain(), _PATIENCE_SECONDS)
        writer.close()

    return await asyncio.start_server(answer, host, port, limit=_LONGEST_LINE)
