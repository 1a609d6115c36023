"""Finding uploaded files that nothing names any more, in whichever process advances jobs."""

from __future__ import annotations

import asyncio
import time

import structlog

from bowerbird.background.worker_pool import end
from bowerbird.domain.services import Services
from bowerbird.domain.statements.uploads import sweep_uploads

SWEEP_SECONDS = 600

log = structlog.get_logger()


class OrphanCleanup:
    """Started and stopped with its process. Several at once do the same, once."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._loop: asyncio.Task[None] | None = None

    async def start(self) -> None:
        self._loop = asyncio.create_task(self._run())

    async def stop(self) -> None:
        if self._loop is not None:
            await end(self._loop)

    async def _run(self) -> None:
        while True:
            began = time.perf_counter()
            try:
                removed = await asyncio.to_thread(sweep_uploads, self._services, self._services.lease_clock.now())
            except Exception as error:  # noqa: BLE001  (the sweep outlives the store and the database)
                log.warning("uploads_not_swept", error=type(error).__name__, message=str(error)[:200])
            else:
                if removed:
                    log.info("uploads_swept", files=removed, seconds=round(time.perf_counter() - began, 3))
            await asyncio.sleep(SWEEP_SECONDS)
