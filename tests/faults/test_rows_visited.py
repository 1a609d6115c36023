"""No operation and no page looks at more rows because there are more of anybody's: each of the maps, on either engine.

Every one of them is called before and after the application's rows were multiplied. A new one is called by itself: where that takes an
id or a body that `tests/api/fixtures.py` or `tests/web/page_visits.py` does not know, the test says so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from sqlalchemy import select

from bowerbird.api.operation import Operation
from bowerbird.api.routes import OPERATIONS
from bowerbird.domain.operators.health import Checkup
from bowerbird.storage.database import keyset
from bowerbird.storage.database.tables import applications
from bowerbird.storage.database.unit_of_work import EVERY_TENANT
from tests.api.fixtures import Fixtures, WatchedServing, at_rest, stand_up
from tests.faults.test_bounded_reads import watched
from tests.multiplied_rows import multiply
from tests.pages import ALL_PAGES
from tests.postgres import settings_of
from tests.receiver import Receiver
from tests.serving import Serving
from tests.web.client import Pages
from tests.web.page_visits import NO_PAGES, NOT_ON_THE_WAY, SIGNED_OUT, PageVisits

of_each = pytest.mark.parametrize("rows", [6_000, pytest.param(1_000_000, marks=pytest.mark.soak)])
"""How many rows are added of each kind."""
COUNTED = 200
"""Where counting and looking end in these tests."""
FACTOR, FEW_ROWS, FEW_STEPS = 1.3, 3 * COUNTED, 20_000
"""A request may look at so many times as much as before, and what counting to its end adds."""
LAST = ("update_connection", "purge_connection", "delete_connection", "delete_webhook", "delete_auth_link", "delete_consent", "delete_user")


class Cost(NamedTuple):
    """Rows that SELECTs looked at (PostgreSQL), steps of the machine (SQLite), and the statement that took most of them."""

    rows: int
    steps: int
    worst: str


@pytest.fixture
def serving(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[WatchedServing]:
    monkeypatch.setattr(keyset, "MAX_COUNTED", COUNTED)
    monkeypatch.setattr(keyset, "MAX_EXAMINED", COUNTED)
    running = WatchedServing(tmp_path / "data", **settings_of(request))
    with running:
        yield running


def url_of(serving: Serving, request: pytest.FixtureRequest) -> str:
    storage = serving.services.storage
    if storage.is_sqlite:
        return storage.url
    url: str = request.getfixturevalue("postgres").url("postgres", storage.writer_engine.url.database)
    return url


def grow(serving: Serving, request: pytest.FixtureRequest, application: str, rows: int) -> dict[str, int]:
    chosen = select(applications.c.ref).where(applications.c.id == application)
    row = serving.services.storage.read_now(lambda uow: uow.row(chosen), tenant=EVERY_TENANT)
    assert row is not None
    return multiply(url_of(serving, request), application, int(row[0]), rows)


def cost_of(name: str, call: Callable[[], int], expected: range) -> Cost:
    with watched() as found:
        status = call()
    assert status in expected, f"{name} answered {status}"
    worst = max(found.worst, key=found.worst.__getitem__, default="")
    return Cost(found.rows, found.steps, f"{found.worst.get(worst, 0)} by {' '.join(worst.split())[:400]}")


def in_turn() -> list[Operation]:
    """What reads goes before what writes, and what deletes comes last."""
    return sorted(OPERATIONS, key=lambda each: (each.name in LAST, LAST.index(each.name) if each.name in LAST else each.method != "GET"))


def status_of(fixtures: Fixtures, operation: Operation, ids: dict[str, str]) -> int:
    options: dict[str, Any] = {"params": {"limit": "5"}} if "paging" in operation.tags else {}
    if operation.name == "create_token":
        options["headers"] = {"Authorization": f"Basic {fixtures.app.api_key}", "basiq-version": "3.0"}
    return int(fixtures.call(operation.name, ids, app=None, **options).status_code)


def costs_of_operations(fixtures: Fixtures) -> dict[str, Cost]:
    found = {}
    for operation in in_turn():
        at_rest(fixtures.serving.services)
        ids = {"jobId": fixtures.waiting_job} if operation.name == "create_mfa_response" else {}
        found[operation.name] = cost_of(operation.name, partial(status_of, fixtures, operation, ids), range(200, 205))
    return found


def grown(before: dict[str, Cost], after: dict[str, Cost]) -> list[str]:
    return [
        f"{name}: {before[name].rows} rows or {before[name].steps} steps before, {cost.rows} or {cost.steps} after: {cost.worst}"
        for name, cost in after.items()
        if cost.rows > before[name].rows * FACTOR + FEW_ROWS or cost.steps > before[name].steps * FACTOR + FEW_STEPS
    ]


@pytest.mark.slow
@pytest.mark.both_engines
@of_each
def test_no_operation_looks_at_more(
    serving: WatchedServing, request: pytest.FixtureRequest, rows: int, tell: Callable[[object], None]
) -> None:
    before = costs_of_operations(stand_up(serving))
    second = stand_up(serving)
    for _ in range(6):
        second.app.new_user()
    at_rest(serving.services)
    added = grow(serving, request, second.app.id, rows)
    after = costs_of_operations(second)
    assert after.keys() == {operation.name for operation in OPERATIONS}
    tell(f"{len(after)} operations beside {sum(added.values()):,} rows of {sum(map(bool, added.values()))} tables")
    assert not (worse := grown(before, after)), "\n".join(worse)


# ── Pages ────────────────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def visits(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[PageVisits]:
    monkeypatch.setattr(keyset, "MAX_COUNTED", COUNTED)
    monkeypatch.setattr(keyset, "MAX_EXAMINED", COUNTED)
    settings = settings_of(request)
    with (
        Receiver() as receiver,
        Serving(tmp_path / "pages", start=None, sandbox_controls=True, outbound_allow=receiver.host, **settings) as running,
    ):
        made = PageVisits(running, receiver)
        yield made
        made.person.close()


def page_status(browser: Pages, path: str) -> int:
    return browser.get(path).status_code


def costs_of_pages(visits: PageVisits, paths: dict[str, str]) -> dict[str, Cost]:
    """In a browser in which an operator has signed in and a person has arrived, and in one of neither."""
    signed_in, stranger = Pages(visits.serving), Pages(visits.serving)
    for name, value in visits.cookies.items():
        signed_in.http.cookies.set(name, value)
    found = {}
    for name, path in paths.items():
        at_rest(visits.serving.services)
        browser = stranger if name == SIGNED_OUT else signed_in
        browser.get(path)  # templates are compiled
        visits.serving.server.web.checkup = Checkup(visits.serving.server.web.checkup.folder)  # counts again, not once in seconds
        found[name] = cost_of(name, partial(page_status, browser, path), range(200, 201))
    signed_in.close()
    stranger.close()
    return found


@pytest.mark.slow
@pytest.mark.parametrize("visits", ["sqlite", "postgresql"], indirect=True)
@of_each
def test_no_page_looks_at_more(visits: PageVisits, request: pytest.FixtureRequest, rows: int, tell: Callable[[object], None]) -> None:
    serving = visits.serving
    for number in range(60):  # a list of the pages shows 50
        visits.app.new_user(email=f"person{number}@hooli.com")
    at_rest(serving.services)
    paths = visits.paths()
    before = costs_of_pages(visits, paths)
    added = grow(serving, request, visits.app.id, rows)
    after = costs_of_pages(visits, paths)
    walked = {page.name for page in ALL_PAGES if page.method == "GET"} - NO_PAGES - NOT_ON_THE_WAY
    assert after.keys() == walked
    tell(f"{len(after)} pages beside {sum(added.values()):,} rows of {sum(map(bool, added.values()))} tables")
    assert not (worse := grown(before, after)), "\n".join(worse)
