"""Refreshing connections by themselves: daily in a part of the day that their ids choose, less often while their bank fails, with an end.

The moment lies in the connection's row; the upkeep of any process creates the refresh job when it has come, by the clock of the server
or sandbox. What a job comes to decides the next moment.
"""

from __future__ import annotations

import zlib
from typing import NamedTuple

from bowerbird.domain.connections.connections import get_connection, has_refreshes_left, refresh_connection
from bowerbird.domain.connections.quotas import leaves_half
from bowerbird.domain.connections.retries import HOUR_MS, MAX_FAILURES, retry_ms
from bowerbird.domain.services import Session
from bowerbird.logs import log
from bowerbird.model.clock import to_milliseconds
from bowerbird.model.connection import ConnectionStatus
from bowerbird.model.days import DAY_MS
from bowerbird.model.problem import Problem
from bowerbird.storage.rows import applications as application_rows
from bowerbird.storage.rows import connections as connection_rows
from bowerbird.storage.rows.banks import schedule as rows
from bowerbird.storage.rows.connections import ConnectionChanges, ConnectionRow

LIVE_HOURS, SANDBOX_HOURS = 24, 0
"""Between refreshes where an application has set nothing; 0: none."""
MAX_HOURS = 720
NIGHT_BEGINS_MS, NIGHT_MS = 15 * HOUR_MS, 4 * HOUR_MS
"""The part of the day, in UTC, over which daily refreshes are spread: from one to five at night in Sydney, an hour later in summer."""
_ASIDE_MS = HOUR_MS
"""After which a connection is looked at again whose refresh could not begin."""


class RefreshSchedule(NamedTuple):
    """`hours` between refreshes that an application has set, 0 for none, None where it has set nothing; and what is in force."""

    hours: int | None
    live_hours: int
    sandbox_hours: int


def get_schedule(session: Session) -> RefreshSchedule:
    """The schedule of the session's application."""
    hours = rows.refresh_hours(session.uow, session.application_id)
    return RefreshSchedule(hours, LIVE_HOURS if hours is None else hours, SANDBOX_HOURS if hours is None else hours)


def update_schedule(session: Session, hours: int | None) -> None:
    """Set the hours between refreshes, 0 for none, None for what is usual.

    Each connection follows once its moment has come, and one that has none after its next job: no request touches all of them.
    """
    application_rows.change_application(session.uow, session.application_id, refresh_hours=hours)


def _hours_of(session: Session, connection: ConnectionRow) -> int:
    schedule = get_schedule(session)
    return schedule.sandbox_hours if connection.sandbox else schedule.live_hours


def schedule_next(session: Session, connection: ConnectionRow, *, succeeded: bool, needs_person: bool) -> None:
    """Decide when a connection is refreshed next, by what its job came to."""
    hours = _hours_of(session, connection)
    now_ms, failures = to_milliseconds(session.services.clock.now()), 0 if succeeded else connection.refresh_failures + 1
    at_ms = _idle_ms(connection, now_ms)
    if needs_person or failures >= MAX_FAILURES:
        at_ms = None
    elif hours:
        at_ms = next_regular_ms(connection.id, now_ms, hours) if succeeded else now_ms + retry_ms(failures)
    if hours and failures >= MAX_FAILURES:
        log.warning("refreshes_stopped", connection=connection.id, failures=failures)
    if (at_ms, failures) != (connection.refresh_at_ms, connection.refresh_failures):
        changes = ConnectionChanges(refresh_at_ms=at_ms, refresh_failures=failures)
        connection_rows.update_connection(session.uow, connection.application_id, connection.id, **changes)


def _idle_ms(connection: ConnectionRow, now_ms: int) -> int | None:
    """When a connection is looked at again that is not refreshed by itself now: a live one daily, in case that changes."""
    return None if connection.sandbox else next_regular_ms(connection.id, now_ms, LIVE_HOURS)


def next_regular_ms(connection_id: str, now_ms: int, hours: int) -> int:
    """The next moment of a connection that works: each has its own, by its id."""
    part = zlib.crc32(connection_id.encode()) / 2**32  # not money: a share of a span
    period_ms = hours * HOUR_MS
    if period_ms % DAY_MS:
        return now_ms + period_ms + round(part * period_ms / 20)
    at_ms = now_ms - now_ms % DAY_MS + NIGHT_BEGINS_MS + round(part * NIGHT_MS)
    while at_ms < now_ms + period_ms - DAY_MS // 2:
        at_ms += DAY_MS
    return at_ms


def list_due_refreshes(session: Session, now_ms: int, most: int) -> list[rows.DueConnection]:
    """The connections whose moment has come, across tenants, the longest due first."""
    return rows.due_connections(session.uow, now_ms, most)


def refresh_by_schedule(session: Session, connection_id: str) -> None:
    """Create the job of one connection, unless another process has, it needs its person, or its quota leaves one for the person only.

    The customers of an application that is disabled are not logged in.
    """
    now_ms = to_milliseconds(session.services.clock.now())
    try:
        connection = get_connection(session, connection_id)
    except Problem:  # the consent has ended, or the connection is gone
        connection_rows.update_connection(session.uow, session.application_id, connection_id, refresh_at_ms=None)
        return
    if connection.refresh_at_ms is None or connection.refresh_at_ms > now_ms:
        return
    access = application_rows.access_facts(session.uow, *session.tenant)
    is_disabled = access is None or access.disabled
    needs_person, hours = connection.status == ConnectionStatus.INVALID, 0 if is_disabled else _hours_of(session, connection)
    next_ms = None if needs_person else now_ms + _ASIDE_MS if hours else _idle_ms(connection, now_ms)
    connection_rows.update_connection(session.uow, session.application_id, connection_id, refresh_at_ms=next_ms)
    if needs_person or not hours or not has_refreshes_left(session, connection_id, kept=1) or not leaves_half(session, connection):
        return
    try:
        refresh_connection(session, connection_id)
    except Problem as problem:
        log.info("refresh_put_off", connection=connection_id, code=problem.entry.code)
