"""What the server counts. Labels are operation names, statuses and catalogue keys: nothing a client can invent.

Where several processes serve, each counts in files of its own in one folder, and a page by any of them is the sum of all: what a
process that has ended counted included, so that no counter ever falls.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.metrics_core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from bowerbird.api.http.connection_limiter import ConnectionLimiter
from bowerbird.api.http.request_queue import RequestQueue
from bowerbird.domain.operators.health import Figures
from bowerbird.model.job import UNFINISHED

SHARED_FOLDER = "PROMETHEUS_MULTIPROC_DIR"
"""The variable by which prometheus-client learns of the folder; it must be set before this module is loaded."""

_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)  # not money: seconds


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
        if os.environ.get(SHARED_FOLDER):
            self._registry = CollectorRegistry()
            MultiProcessCollector(self._registry)  # type: ignore[no-untyped-call]

    def watch(self, request_queue: RequestQueue, limiter: ConnectionLimiter) -> None:
        """Show also how much of each bound is used: by the process that answers, not by all together."""
        self._registry.register(_Bounds(request_queue, limiter))

    def page(self, jobs: Mapping[str, int] | None) -> bytes:
        """`jobs` are the unfinished ones by state, None where the database does not answer: 0 would be wrong."""
        return generate_latest(self._registry) + (b"" if jobs is None else generate_latest(_Jobs(jobs)))

    def figures(self) -> Figures:
        """What was refused and how full the server is, for the health page."""
        samples = [sample for family in self._registry.collect() for sample in family.samples]
        refusals = {sample.labels["entry"]: int(sample.value) for sample in samples if sample.name == "bowerbird_refusals_total"}
        return Figures(refusals, {name: int(sample.value) for sample in samples if (name := sample.name.removeprefix(_PREFIX)) in BOUNDS})


class _Jobs(Collector):
    """Of all processes together, so that one of them is enough to decide how many workers there should be."""

    def __init__(self, jobs: Mapping[str, int]) -> None:
        self._jobs = jobs

    def collect(self) -> Iterator[GaugeMetricFamily]:
        family = GaugeMetricFamily(f"{_PREFIX}jobs_unfinished", "Unfinished jobs by state, each counted up to 10,000", labels=("state",))
        for state in sorted(UNFINISHED):
            family.add_metric((state,), self._jobs.get(state, 0))
        yield family


class _Bounds(Collector):
    """Read when the page is requested."""

    def __init__(self, request_queue: RequestQueue, limiter: ConnectionLimiter) -> None:
        self._request_queue, self._limiter = request_queue, limiter

    def collect(self) -> Iterator[GaugeMetricFamily]:
        request_queue, limiter = self._request_queue, self._limiter
        values = (request_queue.waiting, request_queue.free, request_queue.bytes, len(limiter.clients), limiter.turned_away)
        for (name, about), value in zip(BOUNDS.items(), values, strict=True):
            yield GaugeMetricFamily(f"{_PREFIX}{name}", about, value=value)
