"""Delivering messages to webhooks: several webhooks at once, each one's messages one by one.

When a failed attempt is retried, and when a webhook is disabled, is decided in `domain/notifications/deliveries.py`.

A slow receiver holds up its own messages only; an application with many slow ones fills its share of the places and no more.
"""

from __future__ import annotations

import asyncio
import os
import socket
import time
from collections import Counter
from functools import partial
from typing import Any

from bowerbird.background.task import BackgroundTask
from bowerbird.domain.notifications import deliveries
from bowerbird.domain.notifications.deliveries import Batch, Outcome
from bowerbird.domain.services import Services
from bowerbird.logs import log
from bowerbird.model.clock import to_milliseconds
from bowerbird.model.ids import new_id
from bowerbird.storage.database.unit_of_work import EVERY_TENANT
from bowerbird.storage.rows import messages

PLACES = 32
PLACES_OF_AN_APPLICATION = 8
SWEEP_SECONDS = 2.0
FORGET_SECONDS = 600
STOP_SECONDS = 3
WRITE_DOWN_SECONDS = 0.5
"""How long delivered messages may wait to be written down: together they cost one commit."""


class Deliverer(BackgroundTask):
    """Started and stopped with its process. Links in messages are built on `public_url`."""

    def __init__(self, services: Services, public_url: str) -> None:
        super().__init__("deliveries", self._look, SWEEP_SECONDS)
        self._services, self._base = services, public_url.rstrip("/")
        self._owner = f"{socket.gethostname()[:20]}:{os.getpid()}:{new_id()[:8]}"
        self._running: dict[str, str] = {}
        self._deliveries: set[asyncio.Task[None]] = set()
        self._stopping = False
        self._forgotten_at = 0.0

    @property
    def in_flight(self) -> frozenset[str]:
        """Ids of the webhooks whose messages this process is delivering."""
        return frozenset(self._running)

    async def stop(self) -> None:
        """Begin no more attempts, give the running ones a moment to end, and record what came of them."""
        self._stopping = True
        await super().stop()
        if self._deliveries:
            _, unfinished = await asyncio.wait(self._deliveries, timeout=STOP_SECONDS)
            for task in unfinished:
                task.cancel()
            await asyncio.gather(*unfinished, return_exceptions=True)
        await self._services.outbound.close()

    async def _look(self) -> float:
        pause_s = await self._start_due()
        await self._forget_old()
        return pause_s

    async def _start_due(self) -> float:
        """Begin with every webhook that has something due and a place. Seconds until the next look."""
        now, leases_now = (to_milliseconds(clock.now()) for clock in (self._services.clock, self._services.lease_clock))
        pause = SWEEP_SECONDS
        places = Counter(self._running.values())
        for row in await self._services.storage.read(messages.list_waiting_webhooks, tenant=EVERY_TENANT):
            if row.due_at > now:
                pause = min(pause, (row.due_at - now) / 1000)
            elif (row.lease_until or 0) > leases_now:
                continue  # another process is at it; the sweep looks again
            elif row.id not in self._running and self._has_place(places, row.application_id):
                places[row.application_id] += 1
                self._begin(row.id, row.application_id)
        return pause

    def _has_place(self, places: Counter[str], application_id: str) -> bool:
        return places.total() < PLACES and places[application_id] < PLACES_OF_AN_APPLICATION

    def _begin(self, webhook_id: str, application_id: str) -> None:
        self._running[webhook_id] = application_id
        task = asyncio.create_task(self._deliver(webhook_id))
        self._deliveries.add(task)
        task.add_done_callback(partial(self._finished, webhook_id))

    def _finished(self, webhook_id: str, task: asyncio.Task[None]) -> None:
        self._deliveries.discard(task)
        self._running.pop(webhook_id, None)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("delivery_failed", webhook=webhook_id, error=type(error).__name__, exc_info=error)
        self.wake()

    async def _deliver(self, webhook_id: str) -> None:
        """Deliver what is due of one webhook, up to the first failure or the end of the batch."""
        batch = await self._services.write(deliveries.claim, self._owner, webhook_id, tenant=EVERY_TENANT)
        if batch is None:
            return
        outcomes: list[Outcome] = []
        try:
            await self._attempt_all(batch, outcomes)
        finally:
            await self._write_down(batch, outcomes, release=True)

    async def _attempt_all(self, batch: Batch, outcomes: list[Outcome]) -> None:
        """Adds what came of each attempt to `outcomes`, which is emptied whenever that was written down."""
        written_at = time.monotonic()
        for message in batch.messages:
            if self._stopping:
                return
            outcome = await deliveries.deliver(self._services, batch, message, self._base)
            outcomes.append(outcome)
            _tell(batch, outcome)
            self._services.outcomes.count_delivery(outcome.kind)
            if not outcome.is_delivered:
                return
            if time.monotonic() - written_at > WRITE_DOWN_SECONDS:
                if not await self._write_down(batch, outcomes, release=False):
                    return
                outcomes.clear()
                written_at = time.monotonic()

    async def _write_down(self, batch: Batch, outcomes: list[Outcome], *, release: bool) -> bool:
        settle: Any = partial(deliveries.settle, batch=batch, outcomes=list(outcomes), release=release)
        kept: bool = await self._services.write(settle, tenant=batch.webhook.application_id)
        if not kept:
            log.warning("webhook_lease_lost", webhook=batch.webhook.id)
        return kept

    async def _forget_old(self) -> None:
        """Now and then, a bounded piece at a time, so that nothing else waits for it."""
        if time.monotonic() - self._forgotten_at < FORGET_SECONDS:
            return
        if not await self._services.write(deliveries.delete_old, tenant=EVERY_TENANT):
            self._forgotten_at = time.monotonic()


def _tell(batch: Batch, outcome: Outcome) -> None:
    """One line an attempt, without the URL: its path and query may carry the receiver's own secrets."""
    event, level = ("webhook_delivered", log.info) if outcome.is_delivered else ("webhook_attempt_failed", log.warning)
    message, webhook = outcome.message, batch.webhook.id
    tries, status, response = message.attempts + 1, outcome.status, outcome.response
    level(event, webhook=webhook, message=message.id, type=message.type, attempt=tries, status=status, response=response)
