"""Keeping time for consents and statement files: reminders, endings and deletions at their moments, in whichever process it runs."""

from __future__ import annotations

import asyncio

import structlog

from bowerbird.background.task import BackgroundTask
from bowerbird.domain.access.tenant import Tenant
from bowerbird.domain.consents.consents import process_due_consents
from bowerbird.domain.services import Services
from bowerbird.domain.statements.files import list_expired_files
from bowerbird.domain.statements.uploads import delete_upload
from bowerbird.model.clock import to_milliseconds
from bowerbird.storage.database.unit_of_work import EVERY_TENANT, UnitOfWork
from bowerbird.storage.rows import consents, uploads

SWEEP_SECONDS = 30.0
_AT_ONCE = 100

log = structlog.get_logger()


def delete_expired_files(services: Services, most: int) -> int:
    """Delete kept files whose time is over, at most `most`; how many. On a worker thread."""
    now_ms = to_milliseconds(services.clock.now())
    expired = services.read_now(list_expired_files, now_ms, most, tenant=EVERY_TENANT)
    for name in expired:
        services.write_from_thread(delete_upload, name.job_id, tenant=Tenant(name.application_id, name.user_id))
    if expired:
        log.info("statement_files_deleted", files=len(expired))
    return len(expired)


_KEEPS = (process_due_consents, delete_expired_files)
"""What is done when the first of the `_moments` has come, and when the second has."""


def _moments(uow: UnitOfWork) -> tuple[int | None, int | None]:
    return consents.first_due(uow), uploads.first_kept_until(uow)


class ConsentExpiry(BackgroundTask):
    """Started and stopped with its process."""

    def __init__(self, services: Services) -> None:
        super().__init__("consent_expiry", self._keep, SWEEP_SECONDS)
        self._services = services

    async def _keep(self) -> float:
        """Do what is due; seconds until the next look."""
        while True:
            moments = await self._services.storage.read(_moments, tenant=EVERY_TENANT)
            now = to_milliseconds(self._services.clock.now())
            due = [keep for keep, moment in zip(_KEEPS, moments, strict=True) if moment is not None and moment <= now]
            if not due:
                return min([SWEEP_SECONDS, *((moment - now) / 1000 for moment in moments if moment is not None)])
            for keep in due:
                await asyncio.get_running_loop().run_in_executor(None, keep, self._services, _AT_ONCE)
