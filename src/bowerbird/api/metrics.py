"""What the server counts. Labels are operation names, statuses and catalogue keys: nothing a client can invent."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest

_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)  # not money: seconds


class Metrics:
    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self.requests = Counter("bowerbird_requests", "Requests answered", ("operation", "status"), registry=self._registry)
        self.refusals = Counter("bowerbird_refusals", "Refusals by catalogue entry", ("entry",), registry=self._registry)
        self.seconds = Histogram(
            "bowerbird_request_seconds", "Time to answer, without sending", ("operation",), buckets=_BUCKETS, registry=self._registry
        )

    def page(self) -> bytes:
        return generate_latest(self._registry)
