"""Claiming and finishing jobs whose connector has nothing to do, beside none and beside a million other jobs."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import date
from pathlib import Path

from bench.measure import Effort, Row, Side, compare, microseconds, own_cpu
from bench.people import INSTITUTION, connect, new_application
from bench.places import folder
from bowerbird.domain.access.tenant import Tenant
from bowerbird.domain.connections.connections import seal_login
from bowerbird.domain.jobs import jobs
from bowerbird.domain.jobs.advance import advance
from bowerbird.domain.services import Services, Session
from bowerbird.domain.users import users
from bowerbird.domain.users.users import UserDetails
from bowerbird.model.account import BankAccount, Profile
from bowerbird.model.clock import to_milliseconds
from bowerbird.model.connection import Login
from bowerbird.model.job import JobKind
from bowerbird.model.transaction import BankTransaction
from bowerbird.plugins.registry import Plugins
from bowerbird.sdk.challenges import Challenge, LoggedIn
from bowerbird.sdk.connector import ConnectorContext
from bowerbird.settings import Settings
from bowerbird.storage.database.unit_of_work import EVERY_TENANT
from bowerbird.storage.rows import connections as connection_rows
from bowerbird.storage.rows.jobs import claims
from bowerbird.wiring.services import open_services

MAX_TIMES, MAX_MS = 1.5, 5
OTHERS, QUICK_OTHERS = 10**6, 10**5
_OTHER_JOBS = """
INSERT INTO jobs (id, application_id, user_id, connection_id, institution_id, kind, state,
  due_at_ms, attempts, created_at_ms, updated_at_ms)
WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < :count)
SELECT printf('%08x-0000-4000-8000-%012x', i * 2654435761 % 4294967296, i), printf('%08x-0000-4000-8000-000000000000', i % 50),
  printf('%08x-0000-4000-8000-000000000001', i / 20), printf('%08x-0000-4000-8000-000000000002', i), 'AU00000', 'refresh',
  CASE WHEN i % 100 = 0 THEN 'waiting' ELSE 'succeeded' END, :later + i, 1, :later - i, :later - i
FROM n
"""
_OTHER_STEPS = """
INSERT INTO job_steps (job_id, position, application_id, title, status)
SELECT id, s.position, application_id, s.title, CASE state WHEN 'succeeded' THEN 'success' ELSE 'pending' END
FROM jobs, (SELECT 0 AS position, 'verify-credentials' AS title UNION ALL SELECT 1, 'retrieve-accounts' UNION ALL SELECT 2,
  'retrieve-transactions') AS s ORDER BY id, s.position
"""


class NullBank:
    """A connector that answers at once and has nothing."""

    institutions = frozenset({INSTITUTION})

    def log_in(self, login: Login, request: ConnectorContext) -> LoggedIn | Challenge:
        return LoggedIn("session")

    def accounts(self, session: str, request: ConnectorContext) -> tuple[Profile, list[BankAccount]]:
        return Profile("Gavin Belson", "Gavin", "", "Belson"), []

    def transactions(self, session: str, account: BankAccount, since: date | None, request: ConnectorContext) -> Iterator[BankTransaction]:
        return iter(())


def run(effort: Effort) -> list[Row]:
    """Bars: 5 ms; with a million other jobs, one in a hundred of them waiting, a job costs at most 1.5 times as much."""
    others = QUICK_OTHERS if effort.quick else OTHERS
    with ExitStack() as stack:
        empty, full = (stack.enter_context(_queue(f"jobs-{count}", count)) for count in (0, others))
        found = compare([Side("empty", empty), Side("full", full)], effort)
    ratio, cost = found.ratios["full"], found.seconds["full"]
    of = f"{microseconds(found.seconds['empty'])} with none"
    what = f"a job beside {others:,} others ({1 / cost:,.0f} per CPU second)"
    alone = found.seconds["empty"]
    return [
        Row("empty job, embedded, CPU", microseconds(alone), "", "", f"≤ {MAX_MS} ms", alone * 1000 <= MAX_MS),
        Row(what, microseconds(cost), of, f"{ratio:.2f} ×", f"≤ {MAX_TIMES} ×", ratio <= MAX_TIMES),
    ]


@contextmanager
def _queue(name: str, others: int) -> Iterator[_Queue]:
    with folder(name) as place:
        services = open_services(Settings(data=place))
        services.plugins = Plugins({INSTITUTION: NullBank()}, services.plugins.csv_layouts)
        _fill(place / "bowerbird.db", others, to_milliseconds(services.clock.now()) + 86_400_000)
        try:
            yield _Queue(services)
        finally:
            services.storage.close()
            services.guard.pool.shutdown()


def _fill(file: Path, count: int, later: int) -> None:
    if count:
        connection = sqlite3.connect(file)
        connection.execute(_OTHER_JOBS, {"count": count, "later": later})
        connection.execute(_OTHER_STEPS)
        connection.commit()
        connection.close()


class _Queue:
    """Makes jobs, each of a connection of its own, and runs them as the dispatcher does: find what is due, advance it, look again."""

    def __init__(self, services: Services) -> None:
        self._services = services
        _, application_id = new_application(services)
        user_id, _ = services.write_now(
            lambda session: users.create_user(session.in_application(application_id), UserDetails(email="a@example.com")),
            tenant=EVERY_TENANT,
        )
        self._tenant = Tenant(application_id, user_id)

    def __call__(self, count: int) -> float:
        for _ in range(count):
            self._services.write_now(self._new_job, tenant=EVERY_TENANT)
        return own_cpu(self._drain)

    def _new_job(self, session: Session) -> str:
        connection_id = connect(self._services, session.uow, self._tenant)
        login = seal_login(session.of(self._tenant), connection_id, Login(INSTITUTION, "gavinBelson", "hooli2016"))
        connection_rows.update_connection(session.uow, self._tenant.application_id, connection_id, login=login)
        return jobs.create_job(session.of(self._tenant), connection_id, INSTITUTION, JobKind.CONNECT)

    def _drain(self) -> None:
        services = self._services
        while True:
            now = to_milliseconds(services.clock.now())
            due = services.storage.read_now(lambda uow, at=now: claims.due_jobs(uow, at, at, 8), tenant=EVERY_TENANT)  # type: ignore[misc]
            for job in due:
                advance(services, "bench", job.id)
            services.storage.read_now(claims.next_due, tenant=EVERY_TENANT)
            if not due:
                return
