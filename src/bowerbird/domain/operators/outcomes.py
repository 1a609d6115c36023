"""How jobs and deliveries end, as a process counts it while it runs, so that the metrics count no rows."""

from __future__ import annotations

from enum import StrEnum
from typing import Protocol

SUCCEEDED = "succeeded"
"""The outcome of a job that did all it was there for; one that fails has the key of its catalogue entry."""


class DeliveryOutcome(StrEnum):
    """What came of one attempt to deliver a message: accepted, answered with another status, or no answer at all."""

    DELIVERED = "delivered"
    REFUSED = "refused"
    UNANSWERED = "unanswered"


class Outcomes(Protocol):
    """Counts what ends. Called from any thread."""

    def count_job(self, institution_id: str, outcome: str, /) -> None: ...

    def count_delivery(self, outcome: DeliveryOutcome, /) -> None: ...


class NotCounted:
    """For a process that shows no metrics."""

    def count_job(self, institution_id: str, outcome: str, /) -> None:
        pass

    def count_delivery(self, outcome: DeliveryOutcome, /) -> None:
        pass
