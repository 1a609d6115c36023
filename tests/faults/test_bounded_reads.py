"""What a request looks at does not grow with what there is, of anybody's: every statement of these reads, on either engine."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import current_thread
from typing import Any

import pytest
from sqlalchemy import Engine, Table, event, select, text

from bowerbird.domain.paging import next_of
from bowerbird.domain.services import Session
from bowerbird.domain.users.users import details_of_users
from bowerbird.model.clock import to_milliseconds
from bowerbird.storage.database import keyset
from bowerbird.storage.database.tables import events, messages
from bowerbird.storage.database.unit_of_work import EVERY_TENANT, Prepared, UnitOfWork
from bowerbird.storage.rows import health, statistics
from bowerbird.storage.rows.jobs import claims, jobs
from bowerbird.storage.rows.jobs.jobs import JobSelection
from tests.many_rows import fill, id_of
from tests.serving import Application, Serving

ROWS, PEOPLE = 30_000, 40
COUNTED = EXAMINED = 600
"""Where counting and looking end in these tests, so that few rows are many."""
MAX_VISITED = COUNTED + 3 * EXAMINED + 600
"""Rows: counted once, looked at for a page and for what was counted, and where the next page begins; and what else a request reads."""
MAX_STEPS = 60 * MAX_VISITED
"""Of SQLite's machine, which takes ten to thirty for a row."""
_EVERY = 100
_OTHERS = text(
    "SELECT id FROM events WHERE created >= :since AND user_id <> :user AND type IN ('user.created', 'user.updated', 'user.deleted') "
    "ORDER BY created DESC, position DESC"
)


@dataclass
class Watched:
    """What the statements of a while looked at: rows on PostgreSQL, steps of its machine on SQLite.

    Not those of the enricher, which goes on beside requests and looks at all rows of whom it enriches.
    """

    rows: int = 0
    steps: int = 0
    statements: int = 0
    worst: dict[str, int] = field(default_factory=dict)
    last: str = ""

    def visit(self, connection: Any, cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        if current_thread().name.startswith("enricher"):
            return
        self.statements += 1
        self.last = statement
        driver = connection.connection.driver_connection
        if connection.dialect.name == "sqlite":
            driver.set_progress_handler(self._step, _EVERY)
        elif statement.lstrip().upper().startswith(("SELECT", "WITH")):
            with driver.cursor() as explaining:
                explaining.execute(f"EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) {statement}", parameters)
                (plan,) = explaining.fetchone()
            found = visited((json.loads(plan) if isinstance(plan, str | bytes) else plan)[0]["Plan"])
            self.rows += found
            self.worst[statement] = max(found, self.worst.get(statement, 0))

    def _step(self) -> int:
        self.steps += _EVERY
        self.worst[self.last] = self.worst.get(self.last, 0) + _EVERY
        return 0


def visited(plan: dict[str, Any]) -> int:
    """Rows that a plan's scans looked at, whether or not they were wanted."""
    own = 0
    if "Scan" in plan["Node Type"] and plan["Node Type"] not in ("CTE Scan", "Subquery Scan", "WorkTable Scan", "Values Scan"):
        gone = plan.get("Rows Removed by Filter", 0) + plan.get("Rows Removed by Index Recheck", 0)
        own = (plan["Actual Rows"] + gone) * plan["Actual Loops"]
    return int(own) + sum(visited(each) for each in plan.get("Plans", []))


@contextmanager
def watched() -> Iterator[Watched]:
    found = Watched()
    fetch = UnitOfWork.fetch

    def fetch_watched(uow: UnitOfWork, prepared: Prepared, values: Mapping[str, object]) -> list[tuple[Any, ...]]:
        """Prepared statements go to the driver past the events of the engine."""
        found.visit(uow._connection, None, *uow._bound(prepared, values)[:2])
        return fetch(uow, prepared, values)

    event.listen(Engine, "before_cursor_execute", found.visit)
    UnitOfWork.fetch = fetch_watched  # type: ignore[method-assign, assignment]
    try:
        yield found
    finally:
        UnitOfWork.fetch = fetch  # type: ignore[method-assign]
        event.remove(Engine, "before_cursor_execute", found.visit)


@dataclass
class Crowded:
    """A server with many rows of one application beside a small one."""

    serving: Serving
    app: Application
    user: str
    webhook: str


@pytest.fixture
def crowded(serving: Serving, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Crowded:
    monkeypatch.setattr(keyset, "MAX_COUNTED", COUNTED)
    monkeypatch.setattr(keyset, "MAX_EXAMINED", EXAMINED)
    app = serving.application()
    user, *_ = [app.new_user(email=f"person{nth}@hooli.com") for nth in range(PEOPLE)]
    serving.idle()
    url = serving.services.storage.url
    if not serving.services.storage.is_sqlite:
        postgres = request.getfixturevalue("postgres")
        url = postgres.url("postgres", serving.services.storage.writer_engine.url.database)
    webhook = fill(url, app.id, ROWS, to_milliseconds(serving.clock.now()))
    return Crowded(serving, app, user, webhook)


def behind(crowded: Crowded, table: Table, id: str) -> str:
    """The cursor of the page behind this row."""
    statement = select(*keyset.ListCursor.columns(table)).where(table.c.id == id)
    services = crowded.serving.services
    return next_of(services.vault, services.storage.read_now(lambda uow: uow.one(keyset.ListCursor, statement), tenant=EVERY_TENANT))


def paths_of(crowded: Crowded) -> list[str]:
    user, log = crowded.user, f"/notifications/webhooks/{crowded.webhook}/messages"
    recorded = [
        "limit=5",
        f"next={behind(crowded, events, id_of('e', ROWS // 2 + 10))}&limit=500",
        "limit=500", f"filter=user.id.eq('{user}')&limit=5",
        "filter=event.entity.eq('user')&limit=5", "filter=event.type.ne('user.created')&limit=5", f"filter=user.id.ne('{user}')&limit=5",
        f"filter=user.id.eq('{user}'),event.type.eq('consent.expired')&limit=5", "filter=event.type.eq('nothing.such')",
        f"filter=event.entity.eq('user'),user.id.ne('{user}')&limit=5",
    ]  # fmt: skip
    sent = [
        "limit=5", "limit=500", f"next={behind(crowded, messages, id_of('a', 40))}",
        "filter=status.eq('Failed')&limit=5", "filter=status.ne('Success')&limit=5",
        "filter=status.eq('Failed'),eventTypeId.eq('user.created')&limit=5", "filter=eventTypeId.eq('consent.expired')&limit=5",
        "filter=eventTypeId.ne('consent.expired')&limit=5", "filter=date.lt('2020-01-01')", f"filter=eventId.eq('{id_of('e', 7)}')",
        f"filter=eventId.ne('{id_of('e', 7)}')&limit=5", f"filter=webhookId.ne('{crowded.webhook}')",
    ]  # fmt: skip
    return [
        *(f"/events?{query}" for query in recorded), *(f"{log}?{query}" for query in sent), f"/users/{user}/jobs",
        f"/jobs/{id_of('b', 5)}", f"/events/{id_of('e', 5)}", f"{log}/{id_of('a', 5)}", "/notifications/webhooks", "/readyz",
        "/users", "/users?limit=5",
    ]  # fmt: skip


@pytest.mark.both_engines
def test_no_request_looks_at_more_than_it_shows(crowded: Crowded, tell: Callable[[object], None]) -> None:
    small, seen = crowded.serving.application("Small"), {}
    small.new_user()
    for path in paths_of(crowded):
        with watched() as found:
            answer = crowded.app.get(path)
        assert answer.status_code == 200, (path, answer.text)
        seen[path] = found
        assert found.rows <= MAX_VISITED, (path, found.worst)
        assert found.steps <= MAX_STEPS, (path, found.steps)
    with watched() as found:
        assert small.get("/events").json()["size"] == 1
    assert found.rows < 100 + 2 * PEOPLE  # PostgreSQL reads tables of a page whole: keys of people, applications
    assert found.steps < 20_000
    worst = sorted(seen.items(), key=lambda each: -max(each[1].rows, each[1].steps))[:4]
    tell([(path, found.rows or found.steps) for path, found in worst])


@pytest.mark.both_engines
def test_what_a_request_writes_looks_at_its_own(crowded: Crowded) -> None:
    """Rows of a limit are counted up to it, and a job finds the one before it among its user's."""
    user = crowded.app.new_user()
    with watched() as found:
        crowded.app.call(
            "POST", f"/users/{user}/connections", json={"loginId": "gavinBelson", "password": "x", "institution": {"id": "AU00000"}}
        )
    limit = crowded.serving.services.limits.jobs_waiting_per_application
    assert found.rows < MAX_VISITED + limit
    assert found.steps < MAX_STEPS + 20 * limit


@pytest.mark.both_engines
def test_the_pages_of_operators_count_to_an_end(crowded: Crowded) -> None:
    services, application = crowded.serving.services, crowded.app.id
    now = to_milliseconds(services.clock.now())
    reads: list[Callable[[UnitOfWork], object]] = [
        lambda uow: statistics.count_users(uow, application),
        lambda uow: statistics.connections_by_status(uow, application),
        statistics.totals,
        lambda uow: statistics.sample_ids(uow, application),
        lambda uow: statistics.list_activity(uow, now - 1000, now, 50),
        health.messages_of,
        health.uploads_of,
        lambda uow: jobs.jobs_of_user(uow, JobSelection(application, crowded.user, 0), 10),
        lambda uow: claims.due_jobs(uow, now, now, 10),
        lambda uow: claims.due_jobs_of_all(uow, now, now, 10),
        claims.first_due,
        claims.next_due,
        jobs.count_by_state,
    ]
    for read in reads:
        with watched() as found:
            services.storage.read_now(read, tenant=EVERY_TENANT)
        assert found.rows <= MAX_VISITED, found.worst
        assert found.steps <= MAX_STEPS


def test_a_filter_that_meets_little_leads_on(crowded: Crowded) -> None:
    """A page of a filter no index answers holds what the newest rows have of it, and following `next` finds all there is."""
    user, found, path, pages = crowded.user, [], "", 0
    path = f"/events?limit=500&filter=event.entity.eq('user'),user.id.ne('{user}')"
    while path:
        page = crowded.app.get(path).json()
        found += [each["id"] for each in page["data"]]
        path, pages = page["links"].get("next", ""), pages + 1
    assert len(found) == len(set(found))
    wanted = crowded.serving.services.storage.read_now(
        lambda uow: uow.rows(_OTHERS, {"since": to_milliseconds(crowded.serving.clock.now()) - 7 * 86_400_000, "user": user}),
        tenant=EVERY_TENANT,
    )
    assert found == [str(row[0]) for row in wanted]
    assert pages > 4


def test_personal_details_of_a_page_take_two_queries(serving: Serving) -> None:
    app = serving.application()
    made = [app.new_user(email=f"person{nth}@hooli.com") for nth in range(30)]

    def read(session: Session) -> Any:
        return details_of_users(session.in_application(app.id), made)

    with watched() as found:
        details = serving.services.read_now(read, tenant=app.id)
    assert {each.email for each in details.values()} == {f"person{nth}@hooli.com" for nth in range(30)}
    assert found.statements == 2
