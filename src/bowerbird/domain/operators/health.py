"""The health of the server: read when a page asks for it, and at most once in a few seconds."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import Generic, NamedTuple, TypeVar

from bowerbird.domain.services import Services, Session, StorageUnavailable
from bowerbird.model.clock import to_milliseconds
from bowerbird.storage.database.unit_of_work import EVERY_TENANT
from bowerbird.storage.rows import health as rows
from bowerbird.storage.rows.health import DisabledWebhook, MessagesHealth, QueueHealth
from bowerbird.storage.rows.insights.enrichments import waits_since_ms
from bowerbird.storage.rows.jobs.jobs import count_by_state
from bowerbird.storage.rows.messages import first_due
from bowerbird.storage.vault.rotation import KeyUse, uses_of_master_keys

T = TypeVar("T")

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


class Queues(NamedTuple):
    """What waits, of every tenant: unfinished jobs by state, and for how long the first of each queue has waited, in milliseconds.

    `oldest_ms` has QUEUES; without jobs and deliveries where the sandbox's clock stands elsewhere than the machine's: their ages
    would say nothing.
    """

    jobs: dict[str, int]
    oldest_ms: dict[str, int]


QUEUES = ("jobs", "deliveries", "enrichment")
"""Jobs due that no process has claimed; messages due to webhooks; rows that an import left to be enriched."""


def count_jobs(services: Services) -> dict[str, int]:
    """Unfinished jobs of every tenant by state, each state counted up to MAX_COUNTED."""
    return services.storage.read_now(count_by_state, tenant=EVERY_TENANT)


def count_jobs_if_writable(services: Services) -> dict[str, int]:
    """The same. Raises StorageUnavailable also where nothing can be written."""
    require_writable(services)
    return count_jobs(services)


def read_queues(services: Services) -> Queues:
    """The first row of each queue by its index, besides the jobs by state."""
    now, lease_now = to_milliseconds(services.clock.now()), to_milliseconds(services.lease_clock.now())
    steady = abs(now - lease_now) < _STEADY_MILLISECONDS

    def read(session: Session) -> Queues:
        since = {"enrichment": waits_since_ms(session.uow)}
        if steady:
            since |= {"jobs": rows.idle_since(session.uow, now, lease_now), "deliveries": first_due(session.uow)}
        return Queues(count_by_state(session.uow), {name: 0 if at is None else max(0, lease_now - at) for name, at in since.items()})

    return services.read_now(read, tenant=EVERY_TENANT)


class Recent(Generic[T]):
    """What every process would read of all tenants, read at most once a second however many ask. Times by `time.monotonic`."""

    def __init__(self, read: Callable[[Services], T]) -> None:
        self._read = read
        self._last: tuple[T, float] | None = None  # not money: with the second at which it was read
        self._lock = Lock()

    def recent(self) -> T | None:
        """What was read last, None when that is older than a second."""
        last = self._last
        return last[0] if last is not None and time.monotonic() - last[1] < _COUNTED_SECONDS else None

    def read(self, services: Services) -> T:
        """Read now, unless another thread has just done so. Raises StorageUnavailable."""
        with self._lock:
            found = self.recent()
            if found is None:
                now_s = time.monotonic()
                found = self._read(services)
                self._last = (found, now_s)
            return found


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
