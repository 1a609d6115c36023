"""What the server counts. Labels are operation names, statuses and catalogue keys: nothing a client can invent.

Where several processes serve, each counts in files of its own in one folder, and a page by any of them is the sum of all: what a
process that has ended counted included, so that no counter ever falls.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from threading import Lock

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.metrics_core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from bowerbird.api.http.connection_limiter import ConnectionLimiter
from bowerbird.api.http.request_queue import RequestQueue
from bowerbird.domain.operators.health import QUEUES, Figures, Queues
from bowerbird.domain.operators.outcomes import DeliveryOutcome
from bowerbird.model.job import UNFINISHED

SHARED_FOLDER = "PROMETHEUS_MULTIPROC_DIR"
"""The variable by which prometheus-client learns of the folder; it must be set before this module is loaded."""

_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)  # not money: seconds
MOST_INSTITUTIONS = 200
"""Institutions that a process counts jobs of under their ids; those of any further one count as OTHER."""
OTHER = "other"

_PREFIX = "bowerbird_"
BOUNDS = {
    "requests_waiting": "Requests waiting in the queue",
    "slots_free": "Free request slots",
    "body_bytes": "Bytes of request bodies in memory",
    "connections": "Open connections",
    "connections_refused": "Connections refused for lack of room, since the start",
}
"""How much of each bound is used, by the process that answers."""


class Metrics:
    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self.requests = Counter("bowerbird_requests", "Requests answered", ("operation", "status"), registry=self._registry)
        self.refusals = Counter("bowerbird_refusals", "Refusals by catalogue entry", ("entry",), registry=self._registry)
        self.seconds = Histogram(
            "bowerbird_request_seconds", "Time to answer, without sending", ("operation",), buckets=_BUCKETS, registry=self._registry
        )
        by = ("institution", "outcome")
        self.jobs = Counter("bowerbird_jobs_ended", "Jobs ended, by institution and by what came of them", by, registry=self._registry)
        self.deliveries = Counter("bowerbird_deliveries", "Attempts to deliver to webhooks", ("outcome",), registry=self._registry)
        for outcome in DeliveryOutcome:
            self.deliveries.labels(outcome.value)
        self._institutions = set[str]()
        self._lock = Lock()
        self._receipts_s: Callable[[], float] | None = None  # not money: seconds
        if os.environ.get(SHARED_FOLDER):
            self._registry = CollectorRegistry()
            MultiProcessCollector(self._registry)  # type: ignore[no-untyped-call]

    def count_job(self, institution_id: str, outcome: str) -> None:
        """Count a job that ended with `outcome`: succeeded, or the key of a catalogue entry. A report has no institution."""
        with self._lock:
            if institution_id not in self._institutions and len(self._institutions) >= MOST_INSTITUTIONS:
                institution_id = OTHER
            else:
                self._institutions.add(institution_id)
        self.jobs.labels(institution_id, outcome).inc()

    def count_delivery(self, outcome: DeliveryOutcome) -> None:
        self.deliveries.labels(outcome.value).inc()

    def watch(self, request_queue: RequestQueue, limiter: ConnectionLimiter) -> None:
        """Show also how much of each bound is used: by the process that answers, not by all together."""
        self._registry.register(_Bounds(request_queue, limiter))

    def watch_receipts(self, oldest_s: Callable[[], float]) -> None:
        """Show also for how long the first receipt has waited to be sent by the process that answers."""
        self._receipts_s = oldest_s

    def page(self, queues: Queues | None = None) -> bytes:
        """`queues` is what waits in the database; None where it does not answer, since 0 would be wrong, and in a worker."""
        waiting = _Queues(queues, None if self._receipts_s is None else self._receipts_s())
        return generate_latest(self._registry) + generate_latest(waiting)

    def figures(self) -> Figures:
        """What was refused and how full the server is, for the health page."""
        samples = [sample for family in self._registry.collect() for sample in family.samples]
        refusals = {sample.labels["entry"]: int(sample.value) for sample in samples if sample.name == "bowerbird_refusals_total"}
        return Figures(refusals, {name: int(sample.value) for sample in samples if (name := sample.name.removeprefix(_PREFIX)) in BOUNDS})


class _Queues(Collector):
    """Jobs and ages of all processes together, so that one of them is enough to decide how many workers there should be.

    Receipts wait in memory: their age is of the process that answers.
    """

    def __init__(self, queues: Queues | None, receipts_s: float | None) -> None:  # not money: seconds
        self._queues, self._receipts_s = queues, receipts_s

    def collect(self) -> Iterator[GaugeMetricFamily]:
        if self._queues is not None:
            jobs = GaugeMetricFamily(f"{_PREFIX}jobs_unfinished", "Unfinished jobs by state, each counted up to 10,000", labels=("state",))
            for state in sorted(UNFINISHED):
                jobs.add_metric((state,), self._queues.jobs.get(state, 0))
            yield jobs
        about = "Seconds for which the first of a queue has waited, 0 where none waits"
        ages = GaugeMetricFamily(f"{_PREFIX}queue_oldest_seconds", about, labels=("queue",))
        for queue in QUEUES:
            if self._queues is not None and (oldest_ms := self._queues.oldest_ms.get(queue)) is not None:
                ages.add_metric((queue,), oldest_ms / 1000)
        if self._receipts_s is not None:
            ages.add_metric(("receipts",), self._receipts_s)
        yield ages


class _Bounds(Collector):
    """Read when the page is requested."""

    def __init__(self, request_queue: RequestQueue, limiter: ConnectionLimiter) -> None:
        self._request_queue, self._limiter = request_queue, limiter

    def collect(self) -> Iterator[GaugeMetricFamily]:
        request_queue, limiter = self._request_queue, self._limiter
        values = (request_queue.waiting, request_queue.free, request_queue.bytes, len(limiter.clients), limiter.turned_away)
        for (name, about), value in zip(BOUNDS.items(), values, strict=True):
            yield GaugeMetricFamily(f"{_PREFIX}{name}", about, value=value)
