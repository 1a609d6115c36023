"""How jobs that ask a bank ended, counted by hour, institution and code: what pages and alerts read in place of jobs."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import delete, func, select, text

from bowerbird.storage.database import keyset
from bowerbird.storage.database.tables import hourly_outcomes
from bowerbird.storage.database.unit_of_work import Prepared, StoredRow, UnitOfWork

_COUNT = Prepared(
    text(
        "INSERT INTO hourly_outcomes (application_id, hour, institution_id, code, within_s, count, last_at_ms) "
        "VALUES (:application_id, :hour, :institution_id, :code, :within_s, 1, :last_at_ms) "
        "ON CONFLICT (application_id, hour, institution_id, code, within_s) "
        "DO UPDATE SET count = hourly_outcomes.count + 1, last_at_ms = excluded.last_at_ms"
    )
)
_h = hourly_outcomes.c


class OutcomeRow(StoredRow, frozen=True):
    """How often jobs at an institution ended in one way. `code` is empty where they succeeded; `hour` counts hours since 1970.

    `within_s` is an upper bound of how long they took, 0 for failures; `last_at_ms` is when the latest of them ended.
    """

    hour: int
    institution_id: str
    code: str
    within_s: int
    count: int
    last_at_ms: int


def count_outcome(uow: UnitOfWork, application_id: str, row: OutcomeRow) -> None:
    """Count one more job. Processes do so one after the other."""
    uow.run(_COUNT, {"application_id": application_id, **row.values()})


def list_outcomes(uow: UnitOfWork, since_hour: int) -> list[OutcomeRow]:
    """The counts of all applications since an hour, the newest first: MAX_COUNTED at most."""
    newest = select(*OutcomeRow.columns(hourly_outcomes)).where(_h.hour >= since_hour)
    return uow.all(OutcomeRow, newest.order_by(_h.hour.desc()).limit(keyset.MAX_COUNTED))


def outcomes_of_application(
    uow: UnitOfWork, application_id: str, since_hour: int, institutions: Collection[str]
) -> dict[tuple[str, str], int]:
    """How many jobs of an application ended since an hour, by institution and code; no `institutions`: at any."""
    own = [_h.application_id == application_id, _h.hour >= since_hour]
    if institutions:
        own.append(_h.institution_id.in_(institutions))
    by = (_h.institution_id, _h.code)
    return {(row[0], row[1]): int(row[2]) for row in uow.rows(select(*by, func.sum(_h.count)).where(*own).group_by(*by))}


def delete_old_outcomes(uow: UnitOfWork, before_hour: int) -> int:
    """Delete the counts of hours before one, of every application; how many."""
    return uow.execute(delete(hourly_outcomes).where(_h.hour < before_hour)).rowcount
