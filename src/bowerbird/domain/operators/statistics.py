"""How much there is on the server, and the newest of what an application has."""

from __future__ import annotations

from bowerbird.domain.services import Session
from bowerbird.storage.rows import statistics as rows
from bowerbird.storage.rows.statistics import StatisticsTotals as StatisticsTotals  # noqa: PLC0414  (for those who show it)


def get_totals(session: Session) -> StatisticsTotals:
    """Of the whole server."""
    return rows.totals(session.uow)


def list_sample_ids(session: Session) -> dict[str, str]:
    """Ids of the application's newest objects, by the names that the wire's addresses have for them; what it has none of is missing."""
    return rows.sample_ids(session.uow, session.application_id)
