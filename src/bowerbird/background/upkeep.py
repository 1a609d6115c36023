"""Upkeep: reminders and endings of consents; what is over, files that nothing names; what was read of people."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import islice
from typing import TypeVar

from bowerbird.background.task import BackgroundTask
from bowerbird.domain.access.tenant import Tenant
from bowerbird.domain.connections.bank_access import list_due_endings, try_ending
from bowerbird.domain.connections.schedule import list_due_refreshes, refresh_by_schedule
from bowerbird.domain.consents import reading_log
from bowerbird.domain.consents.notices import list_due_consents, process_due_consents
from bowerbird.domain.insights.snapshots import delete_snapshot, list_expired_snapshots
from bowerbird.domain.notifications.alert_notices import list_due_notices, send_notice
from bowerbird.domain.notifications.alerts import list_due_alerts, look_at_alert
from bowerbird.domain.operators.audit import delete_old_entries
from bowerbird.domain.services import Services, Session
from bowerbird.domain.statements.files import list_expired_files
from bowerbird.domain.statements.uploads import delete_upload, list_named_uploads
from bowerbird.logs import log
from bowerbird.model.clock import to_milliseconds
from bowerbird.model.days import DAY_S
from bowerbird.storage.database.unit_of_work import EVERY_TENANT, StorageUnavailable, UnitOfWork
from bowerbird.storage.rows import consents, uploads
from bowerbird.storage.rows.alerts import alerts
from bowerbird.storage.rows.banks import endings, schedule
from bowerbird.storage.rows.insights import snapshots as insight_snapshots

SWEEP_SECONDS = 30.0
_AT_ONCE = 100
_BANKS_AT_ONCE = 4
_NOTICES_AT_ONCE = 8

R = TypeVar("R")


def _across_tenants(services: Services, verb: Callable[[Session, int, int], list[R]], most: int) -> list[R]:
    """What a verb finds that is due by now, at most `most`."""
    return services.read_now(verb, to_milliseconds(services.clock.now()), most, tenant=EVERY_TENANT)


def keep_due_consents(services: Services, most: int) -> int:
    """Do what is due of consents, at most `most`; how many. On a worker thread."""
    due = _across_tenants(services, list_due_consents, most)
    process_due_consents(services, due)
    return len(due)


def delete_expired_files(services: Services, most: int) -> int:
    """Delete kept files whose time is over, at most `most`; how many. On a worker thread."""
    expired = _across_tenants(services, list_expired_files, most)
    for name in expired:
        services.write_from_thread(delete_upload, name.job_id, tenant=Tenant(name.application_id, name.user_id))
    if expired:
        log.info("statement_files_deleted", files=len(expired))
    return len(expired)


def delete_expired_snapshots(services: Services, most: int) -> int:
    """Delete snapshots of insights whose time is over, at most `most`; how many. On a worker thread."""
    expired = _across_tenants(services, list_expired_snapshots, most)
    for application_id, snapshot_id in expired:
        services.write_from_thread(delete_snapshot, snapshot_id, tenant=application_id)
    return len(expired)


def refresh_due_connections(services: Services, most: int) -> int:
    """Create the refresh jobs whose moment has come, at most `most`; how many connections were looked at. On a worker thread."""
    due = _across_tenants(services, list_due_refreshes, most)
    for each in due:
        services.write_from_thread(refresh_by_schedule, each.connection_id, tenant=Tenant(each.application_id, each.user_id))
    return len(due)


_KEEPS = (keep_due_consents, delete_expired_files, delete_expired_snapshots, refresh_due_connections)
"""What is done when the moment has come that stands in the same place of the `_moments`."""


def _moments(uow: UnitOfWork) -> tuple[int | None, ...]:
    return consents.first_due(uow), uploads.first_kept_until(uow), insight_snapshots.first_expiry(uow), schedule.first_due(uow)


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


class AccessEnder(BackgroundTask):
    """Ends access at banks whose connections are gone. Started and stopped with its process."""

    def __init__(self, services: Services) -> None:
        super().__init__("access_ender", self._end, SWEEP_SECONDS)
        self._services = services

    async def _end(self) -> float:
        """Ask a few banks at once, until nothing is due; seconds until the next look."""
        services = self._services
        while True:
            due = await asyncio.to_thread(_across_tenants, services, list_due_endings, _BANKS_AT_ONCE)
            if not due:
                first = await services.storage.read(endings.first_due, tenant=EVERY_TENANT)
                now_ms = to_milliseconds(services.clock.now())
                return SWEEP_SECONDS if first is None else min(SWEEP_SECONDS, max(0.0, (first - now_ms) / 1000))  # not money: seconds
            await asyncio.gather(*(asyncio.to_thread(try_ending, services, each) for each in due))


class AlertWatch(BackgroundTask):
    """Looks at alerts, and sends their notices. Started and stopped with its process."""

    def __init__(self, services: Services) -> None:
        super().__init__("alert_watch", self._watch, SWEEP_SECONDS)
        self._services = services

    async def _watch(self) -> float:
        """Do what is due; seconds until the next look."""
        services = self._services
        for alert in await asyncio.to_thread(_across_tenants, services, list_due_alerts, _AT_ONCE):
            await services.write(look_at_alert, alert.id, tenant=alert.application_id)
        due = await asyncio.to_thread(_across_tenants, services, list_due_notices, _NOTICES_AT_ONCE)
        await asyncio.gather(*(send_notice(services, notice) for notice in due))
        first = await services.storage.read(alerts.first_due, tenant=EVERY_TENANT)
        now_ms = to_milliseconds(services.clock.now())
        return SWEEP_SECONDS if first is None else min(SWEEP_SECONDS, max(0.0, (first - now_ms) / 1000))  # not money: seconds


class ReadingLogWriter(BackgroundTask):
    """Writes down what was read of people. Started and stopped with its process; the last counts are written when it stops."""

    def __init__(self, services: Services) -> None:
        super().__init__("reading_log", self._write, reading_log.WRITE_DOWN_SECONDS)
        self._services = services

    async def _write(self) -> float:
        await reading_log.write_down(self._services)
        return reading_log.WRITE_DOWN_SECONDS

    async def stop(self) -> None:
        await super().stop()
        try:
            await reading_log.write_down(self._services)
        except StorageUnavailable as error:
            log.warning("reading_log_lost", error=str(error)[:200])


class DatabaseCheck(BackgroundTask):
    """Looks for damage in the embedded database after the start and once a day; a damaged one is only read from then on."""

    def __init__(self, services: Services) -> None:
        super().__init__("database_check", self._check, DAY_S)
        self._storage = services.storage

    async def _check(self) -> float:
        if damage := await asyncio.to_thread(self._storage.check):
            log.error("database_damaged", damage=damage[:200], hint="nothing is written any more: restore the newest backup")
        return DAY_S


_CLEANUP_SECONDS = 600
ORPHAN_AGE = timedelta(hours=1)
"""A file without a row is left alone for so long: its row may be about to be committed, which takes seconds."""

_SWEPT_AT_ONCE, _SWEPT_MOST = 500, 5000


class OrphanCleanup(BackgroundTask):
    """Started and stopped with its process. Several at once do the same, once."""

    def __init__(self, services: Services) -> None:
        super().__init__("orphan_cleanup", self._sweep, _CLEANUP_SECONDS)
        self._services = services

    async def _sweep(self) -> float:
        began = time.perf_counter()
        removed = await asyncio.to_thread(sweep_uploads, self._services, self._services.lease_clock.now())
        if removed:
            log.info("uploads_swept", files=removed, seconds=round(time.perf_counter() - began, 3))
        return _CLEANUP_SECONDS


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


_AUDIT_SECONDS = 3600.0


class AuditRetention(BackgroundTask):
    """Deletes entries of the audit whose time is over. Started and stopped with its process."""

    def __init__(self, services: Services) -> None:
        super().__init__("audit_retention", self._sweep, _AUDIT_SECONDS)
        self._services = services

    async def _sweep(self) -> float:
        deleted = await asyncio.to_thread(delete_old_entries, self._services)
        if deleted:
            log.info("audit_entries_deleted", entries=deleted, kept_days=self._services.limits.audit_kept_days)
        return _AUDIT_SECONDS
