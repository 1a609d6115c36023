"""Enriches the transactions that wait for it, when the process has nothing better to do."""

from __future__ import annotations

import asyncio
import os
import time
from concurrent.futures import ThreadPoolExecutor

from bowerbird.background.task import BackgroundTask
from bowerbird.domain.access.tenant import Tenant
from bowerbird.domain.insights.enrichment import Enriched, enrich_chunk, list_due, load_rules
from bowerbird.domain.services import Services
from bowerbird.logs import log
from bowerbird.storage.database.unit_of_work import EVERY_TENANT, StorageUnavailable

SWEEP_SECONDS = 30.0
SETTLE_SECONDS = 0.02
"""Between the end of an import and the first chunk."""

BUSY_SHARE = 0.1
"""A process is busy where its other work takes more than this share of the time."""

BUSY_PAUSE = 24
"""Beside other work a chunk is followed by a pause of so many times its own: enriching then takes 4 % of a core."""

CHUNK_ROWS = 400


def enrich_some(services: Services, most: int = CHUNK_ROWS, failed: set[int] | None = None) -> Enriched | None:
    """Enrich the next rows of a user whose rows wait; None where none does. After their last, `services.enriched` is called. On a worker
    thread.

    Of several users a process takes one by its number: several processes seldom take the same. A user whose rows cannot be enriched is
    put into `failed` and passed over, so that others do not wait; without it the error is raised.
    """
    passed_over = failed or set()
    waiting = [due for due in services.read_now(list_due, len(passed_over), tenant=EVERY_TENANT) if due.state.user_ref not in passed_over]
    if not waiting:
        return None
    load_rules()  # not part of the piece, whose cost decides how long the next one waits
    due, began = waiting[os.getpid() % len(waiting)], time.thread_time()
    try:
        done = enrich_chunk(services, due, most)
    except StorageUnavailable:
        raise
    except Exception as error:
        if failed is None:
            raise
        failed.add(due.state.user_ref)
        log.warning("enrichment_failed", exc_info=error, user_id=due.user_id, error=type(error).__name__)
        return Enriched(0, time.thread_time() - began)
    if done.rows < most:
        _announce(services, Tenant(due.application_id, due.user_id))
    return Enriched(done.rows, time.thread_time() - began)


def _announce(services: Services, tenant: Tenant) -> None:
    """Call what waits for a user's last row. Its error is no reason to enrich no one else."""
    try:
        services.enriched(tenant)
    except Exception as error:
        log.warning("figures_not_prepared", exc_info=error, user_id=tenant.user_id, error=type(error).__name__)


class Enricher(BackgroundTask):
    """Started and stopped with its process. Several at once share the users between them."""

    def __init__(self, services: Services) -> None:
        super().__init__("enricher", self._enrich, SWEEP_SECONDS, settle_s=SETTLE_SECONDS)
        self._services = services
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="enricher")

    async def stop(self) -> None:
        await super().stop()
        self._thread.shutdown(wait=True)

    async def _enrich(self) -> float:
        """Enrich all that waits; seconds until the next look, which tries again whom this one passed over."""
        failed: set[int] = set()
        while True:
            began, busy = time.perf_counter(), time.process_time()
            done = await asyncio.get_running_loop().run_in_executor(self._thread, enrich_some, self._services, CHUNK_ROWS, failed)
            if done is None:
                return SWEEP_SECONDS
            passed, others = time.perf_counter() - began, time.process_time() - busy - done.spent_s
            await asyncio.sleep(done.spent_s * BUSY_PAUSE if others > BUSY_SHARE * passed else 0)
