"""Finding uploaded files that nothing names any more, in whichever process advances jobs."""

from __future__ import annotations

import asyncio
import time
from datetime import datetime, timedelta
from itertools import islice

import structlog

from bowerbird.background.task import BackgroundTask
from bowerbird.domain.services import Services
from bowerbird.domain.statements.uploads import list_named_uploads
from bowerbird.storage.database.unit_of_work import EVERY_TENANT

SWEEP_SECONDS = 600
ORPHAN_AGE = timedelta(hours=1)
"""A file without a row is left alone for so long: its row may be about to be committed, which takes seconds."""

_SWEPT_AT_ONCE, _SWEPT_MOST = 500, 5000

log = structlog.get_logger()


class OrphanCleanup(BackgroundTask):
    """Started and stopped with its process. Several at once do the same, once."""

    def __init__(self, services: Services) -> None:
        super().__init__("orphan_cleanup", self._sweep, SWEEP_SECONDS)
        self._services = services

    async def _sweep(self) -> float:
        began = time.perf_counter()
        removed = await asyncio.to_thread(sweep_uploads, self._services, self._services.lease_clock.now())
        if removed:
            log.info("uploads_swept", files=removed, seconds=round(time.perf_counter() - began, 3))
        return SWEEP_SECONDS


def sweep_uploads(services: Services, now: datetime) -> int:
    """Remove files that no row names and that are older than ORPHAN_AGE, a bounded number; how many. Raises StorageUnavailable."""
    before = int((now - ORPHAN_AGE).timestamp())
    removed, stored = 0, services.uploads.kept_before(before)
    while removed < _SWEPT_MOST and (names := list(islice(stored, _SWEPT_AT_ONCE))):
        named = services.read_now(list_named_uploads, names, tenant=EVERY_TENANT)
        orphans = [name for name in names if name not in named]
        services.uploads.remove(orphans)
        removed += len(orphans)
    return removed
