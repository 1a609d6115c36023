"""The health of the server: read when a page asks for it, and at most once in a few seconds."""

from __future__ import annotations

import shutil
import time
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import NamedTuple

from bowerbird.domain.services import Services, Session, StorageUnavailable
from bowerbird.model.clock import to_milliseconds
from bowerbird.storage.database.unit_of_work import EVERY_TENANT
from bowerbird.storage.rows import health as rows
from bowerbird.storage.rows.health import DisabledWebhook, MessagesHealth, QueueHealth
from bowerbird.storage.rows.jobs.jobs import count_by_state
from bowerbird.storage.vault.rotation import KeyUse, uses_of_master_keys

MIN_FREE_BYTES = 16 * 1024 * 1024
"""On the disk of an embedded database: with less it is not ready, since its log may need that before it is put into the database."""

FRESH_MILLISECONDS = 10_000
"""What was counted is shown again for so long."""
_STEADY_MILLISECONDS = 1000
_COUNTED_SECONDS = 1
"""How old the number of unfinished jobs may be."""


class Bound(NamedTuple):
    """A setting that bounds something: its variable, what it is, what is in force and what its owner has set."""

    variable: str
    about: str
    value: int
    configured: int


class Figures(NamedTuple):
    """What the server has counted since it started: refusals by catalogue entry, and how much of its bounds is used now."""

    refusals: dict[str, int]
    bounds: dict[str, int]


class Health(NamedTuple):
    """One reading. Moments and spans in milliseconds, sizes in bytes.

    `jobs_late` and `messages_late` say for how long the first has been due without being taken; None where the sandbox's clock stands
    elsewhere than the machine's, since then it says nothing. `workers` (heard of, written down) and `disk` (free, all) are None where
    there are none. `keys` are the master keys by id, `known` those this process has.
    `unconfined` names the measures that processes which read files lack here; `reads_files`: they read all the same.
    """

    moment: int
    schema: str
    bytes: int
    queue: QueueHealth
    workers: tuple[int, int] | None
    messages: MessagesHealth
    jobs_late: int | None
    messages_late: int | None
    disabled: list[DisabledWebhook]
    keys: dict[str, KeyUse]
    known: list[str]
    uploads: tuple[int, int]
    disk: tuple[int, int] | None
    unconfined: tuple[str, ...] = ()
    reads_files: bool = True


def look(services: Services, moment: int, folder: Path | None) -> Health:
    """Everything at once. `folder` is where the embedded database lies."""
    now, lease_now = to_milliseconds(services.clock.now()), to_milliseconds(services.lease_clock.now())
    steady = abs(now - lease_now) < _STEADY_MILLISECONDS

    def late(due: int | None) -> int | None:
        return (max(0, now - due) if due is not None else 0) if steady else None

    def read(session: Session) -> Health:
        queue, messages = rows.queue_of(session.uow, now, lease_now), rows.messages_of(session.uow)
        return Health(
            moment=moment,
            schema=rows.schema_of(session.uow),
            bytes=rows.size_of(session.uow),
            queue=queue,
            workers=rows.workers_of(session.uow, services.limits.silence_seconds),
            messages=messages,
            jobs_late=late(queue.idle_since),
            messages_late=late(messages.first_due),
            disabled=rows.disabled_webhooks(session.uow),
            keys=uses_of_master_keys(session.uow, all_counted=False),
            known=services.vault.masters.ids,
            uploads=rows.uploads_of(session.uow),
            disk=_disk(folder),
            unconfined=services.readers.missing,
        )

    health = services.read_now(read, tenant=EVERY_TENANT)
    return health._replace(reads_files=not health.unconfined or services.readers.may_be_open())


def _disk(folder: Path | None) -> tuple[int, int] | None:
    if folder is None:
        return None
    usage = shutil.disk_usage(folder)
    return usage.free, usage.total


def require_writable(services: Services) -> None:
    """Write to the database. Raises StorageUnavailable where it is read-only or damaged, or its disk is full."""
    disk = _disk(services.storage.folder)
    if disk is not None and disk[0] < MIN_FREE_BYTES:
        raise StorageUnavailable(f"the disk is full: {disk[0]:,} bytes are free, at least {MIN_FREE_BYTES:,} are needed")
    services.write_from_thread(_record_writable, to_milliseconds(services.lease_clock.now()), tenant=EVERY_TENANT)


def _record_writable(session: Session, now_ms: int) -> None:
    rows.record_writable(session.uow, now_ms)


@dataclass(slots=True)
class JobCounts:
    """Unfinished jobs of every tenant by state, counted at most once a second however many ask. Times by `time.monotonic`."""

    _last: dict[str, int] | None = None
    _read_s: float = 0.0  # not money: seconds
    _lock: Lock = field(default_factory=Lock)

    def recent(self) -> dict[str, int] | None:
        """The last figure, None when it is older than a second."""
        return self._last if time.monotonic() - self._read_s < _COUNTED_SECONDS else None

    def read(self, services: Services, *, writable: bool = False) -> dict[str, int]:
        """The figure, counted now unless another thread has just done so. Raises StorageUnavailable.

        `writable`: also where nothing can be written.
        """
        with self._lock:
            counts = self.recent()
            if counts is None:
                now_s = time.monotonic()
                if writable:
                    require_writable(services)
                counts = self._last = services.storage.read_now(count_by_state, tenant=EVERY_TENANT)
                self._read_s = now_s
            return counts


@dataclass(slots=True)
class Checkup:
    """The last reading of one process."""

    folder: Path | None = None
    _last: Health | None = None
    _lock: Lock = field(default_factory=Lock)

    def of(self, services: Services, moment: int) -> Health:
        """How the server is at a moment, or was a few seconds before."""
        with self._lock:
            if self._last is None or not 0 <= moment - self._last.moment < FRESH_MILLISECONDS:
                self._last = look(services, moment, self.folder)
            return self._last
