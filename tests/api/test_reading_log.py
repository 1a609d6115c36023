"""The reading log: what was read of a person is counted by day, kind, reader and consent, on both engines, and survives all but a kill."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from bowerbird.api.routes import OPERATIONS
from bowerbird.domain.access.applications import create_application
from bowerbird.domain.access.tenant import Tenant
from bowerbird.domain.consents import consents, reading_log
from bowerbird.model.clock import from_milliseconds
from bowerbird.model.consent import SCOPES
from bowerbird.model.days import day_number
from bowerbird.model.reading import Reader, ReadKind
from bowerbird.settings import Settings
from bowerbird.storage.database.tables import reading_log as table
from bowerbird.storage.database.unit_of_work import EVERY_TENANT
from bowerbird.web.routes import PAGES
from bowerbird.wiring.services import open_services
from tests.api import consent_matrix
from tests.serving import NOON, Application, Process, Serving, until
from tests.web.client import Pages, make_operator

OWN_WORDS = {"list_users", "get_user", "list_consents"}
"""What the application itself gave, or the person said to this server: reading it is not counted."""
TODAY = day_number(NOON)


def counts_of(serving: Serving, app: Application, user: str) -> dict[tuple[str, str, str], int]:
    """(kind, reader, consent) → reads of today, once they are written down."""
    reading_log.write_down_now(serving.services)
    rows = serving.services.read_now(reading_log.list_reads, 100, tenant=Tenant(app.id, user))
    assert {row.day for row in rows} <= {TODAY}
    return {(row.kind, row.reader, row.consent_id): row.reads for row in rows}


def agree(serving: Serving, app: Application, user: str) -> str:
    return serving.services.write_now(consents.give_consent, SCOPES, tenant=Tenant(app.id, user))


@pytest.fixture
def app(serving: Serving) -> Application:
    return serving.application()


def test_every_operation_that_shows_something_of_a_person_is_counted() -> None:
    """A new operation fails here: say in its row of the URL map what it reads of a person."""
    silent = {op.name for op in OPERATIONS if op.name in consent_matrix.PERSONAL_OPERATIONS and op.reads is None}
    assert silent == OWN_WORDS
    assert not {op.name for op in OPERATIONS if op.reads is not None} & consent_matrix.IMPERSONAL_OPERATIONS


def test_every_page_that_shows_operators_something_of_a_person_is_counted() -> None:
    """A new page fails here: say in its row of the page map what it reads of a person."""
    of_people = {page.name for page in PAGES if page.method == "GET" and page.path.startswith("/dashboard") and "{user_id}" in page.path}
    assert of_people | {"show_job", "show_event", "choose_columns"} == {page.name for page in PAGES if page.reads is not None}


@pytest.mark.both_engines
def test_reads_are_counted_by_kind_and_consent(serving: Serving, app: Application) -> None:
    user, other = app.new_user(), app.new_user()
    job = app.connect(user, "gavinBelson", "hooli2016")
    app.settled(job)
    reading_log.write_down_now(serving.services)
    first = agree(serving, app, user)
    account = app.get(f"/users/{user}/accounts").json()["data"][0]["id"]
    for path in ("accounts", f"accounts/{account}", "transactions", "transactions?limit=1", "connections", "identities"):
        assert app.get(f"/users/{user}/{path}").status_code == 200
    assert app.http.head(f"/users/{user}/accounts", headers={"Authorization": f"Bearer {app.token()}"}).status_code == 200
    for path in (f"/users/{user}", f"/users/{user}/consents", "/users", f"/users/{user}/accounts/{user}", "/users/x/accounts"):
        app.get(path)
    assert app.get(f"/events?filter=user.id.eq('{user}')&limit=1").status_code == 200
    found = {key: count for key, count in counts_of(serving, app, user).items() if key[2] == first}
    assert found == {
        (ReadKind.ACCOUNTS, Reader.APPLICATION, first): 4,
        (ReadKind.TRANSACTIONS, Reader.APPLICATION, first): 2,
        (ReadKind.CONNECTIONS, Reader.APPLICATION, first): 1,
        (ReadKind.IDENTITY, Reader.APPLICATION, first): 1,
        (ReadKind.EVENTS, Reader.APPLICATION, first): 1,
    }
    assert counts_of(serving, app, other) == {}
    before = {key for key in counts_of(serving, app, user) if key[2] != first}
    assert before == {(ReadKind.PROGRESS, Reader.APPLICATION, "")}
    assert app.delete(f"/users/{user}/consents/{first}").status_code == 204
    second = agree(serving, app, user)
    app.get(f"/users/{user}/transactions")
    assert counts_of(serving, app, user)[ReadKind.TRANSACTIONS, Reader.APPLICATION, second] == 1
    assert app.delete(f"/users/{user}").status_code == 204
    assert not serving.services.read_now(lambda session: session.uow.rows(select(table).where(table.c.day == 0)), tenant=EVERY_TENANT)


@pytest.mark.both_engines
def test_an_operator_who_looks_is_counted(serving: Serving, app: Application) -> None:
    make_operator(serving)
    user = app.new_user()
    consent = agree(serving, app, user)
    app.settled(app.connect(user, "gavinBelson", "hooli2016"))
    base = f"/dashboard/applications/{app.id}"
    with closing(Pages(serving)) as operator:
        assert operator.get(f"{base}/users/{user}").status_code == 303
        assert (ReadKind.ACCOUNTS, Reader.OPERATOR, consent) not in counts_of(serving, app, user)
        operator.sign_in()
        assert operator.get(f"{base}/users/{user}").status_code == 200
        assert operator.get(f"{base}/users/{user}/transactions").status_code == 200
        event = app.get(f"/events?filter=user.id.eq('{user}')").json()["data"][0]["id"]
        assert operator.get(f"{base}/events/{event}").status_code == 200
    by_operators = {key[0]: count for key, count in counts_of(serving, app, user).items() if key[1:] == (Reader.OPERATOR, consent)}
    assert by_operators == {ReadKind.ACCOUNTS: 1, ReadKind.TRANSACTIONS: 1, ReadKind.EVENTS: 1}


@pytest.mark.both_engines
def test_what_is_read_of_a_user_who_is_deleted_leaves_no_row(serving: Serving, app: Application) -> None:
    user = app.new_user()
    app.get(f"/users/{user}/accounts")
    serving.services.reads.record(from_milliseconds(0), app.id, user, ReadKind.ACCOUNTS)
    assert app.delete(f"/users/{user}").status_code == 204
    serving.services.reads.record(from_milliseconds(0), app.id, user, ReadKind.ACCOUNTS)
    reading_log.write_down_now(serving.services)
    assert not serving.services.read_now(lambda session: session.uow.rows(select(table).where(table.c.day == 0)), tenant=EVERY_TENANT)


@pytest.mark.both_engines
def test_many_threads_lose_no_count(serving: Serving, app: Application) -> None:
    user = app.new_user()

    def read() -> None:
        for _ in range(200):
            serving.services.reads.record(NOON, app.id, user, ReadKind.FEED)
            serving.services.reads.record(NOON, app.id, user, ReadKind.EXPORT)

    def write() -> None:
        while any(reader.is_alive() for reader in readers):
            reading_log.write_down_now(serving.services)

    readers = [threading.Thread(target=read) for _ in range(4)]
    writers = [threading.Thread(target=write) for _ in range(2)]
    for thread in (*readers, *writers):
        thread.start()
    for thread in (*readers, *writers):
        thread.join()
    found = counts_of(serving, app, user)
    assert found == {(ReadKind.FEED, Reader.APPLICATION, ""): 800, (ReadKind.EXPORT, Reader.APPLICATION, ""): 800}


def test_what_another_thread_is_writing_is_waited_for(serving: Serving, app: Application, monkeypatch: pytest.MonkeyPatch) -> None:
    """A page that shows the log beside the task that writes it shows what was read before."""
    user, began, services = app.new_user(), threading.Event(), serving.services
    write = services.write_from_thread

    def slowly(*args: Any, **more: Any) -> None:
        began.set()
        until(second.is_alive, "the other thread runs")
        write(*args, **more)

    services.reads.record(NOON, app.id, user, ReadKind.FEED)
    first = threading.Thread(target=reading_log.write_down_now, args=(services,))
    second = threading.Thread(target=lambda: seen.append(counts_of(serving, app, user)))
    seen: list[Any] = []
    monkeypatch.setattr(type(services), "write_from_thread", lambda _self, *args, **more: slowly(*args, **more))
    first.start()
    assert began.wait(30)
    second.start()
    second.join()
    first.join()
    assert seen == [{(ReadKind.FEED, Reader.APPLICATION, ""): 1}]


def test_what_cannot_be_written_down_stays_counted(serving: Serving, app: Application) -> None:
    user = app.new_user()
    serving.services.reads.record(NOON, app.id, user, ReadKind.FEED)
    with _away(serving), pytest.raises(IntegrityError):
        reading_log.write_down_now(serving.services)
    assert counts_of(serving, app, user) == {(ReadKind.FEED, Reader.APPLICATION, ""): 1}


@contextmanager
def _away(serving: Serving) -> Iterator[None]:
    """The database refuses to be written: a trigger of its own."""

    def execute(sql: str, session: Any) -> None:
        session.uow.execute(text(sql))

    raising = "CREATE TRIGGER away BEFORE INSERT ON reading_log BEGIN SELECT RAISE(ABORT, 'away'); END"
    serving.services.write_now(partial(execute, raising), tenant=EVERY_TENANT)
    try:
        yield
    finally:
        serving.services.write_now(partial(execute, "DROP TRIGGER away"), tenant=EVERY_TENANT)


def test_a_stop_loses_nothing_and_a_kill_no_more_than_the_last_seconds(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    settings = Settings(data=folder)

    def reads(app: Application, user: str) -> int:
        services = open_services(settings)
        try:
            rows = services.read_now(reading_log.list_reads, 10, tenant=Tenant(app.id, user))
        finally:
            services.close()
        return sum(row.reads for row in rows if row.kind is ReadKind.ACCOUNTS)

    services = open_services(settings)
    key = services.write_now(partial(create_application, production=True, products="all"), "Read", tenant=EVERY_TENANT)
    services.close()
    with Process(folder) as process, closing(Application(process.url, key.secret, key.application_id)) as app:
        user = app.new_user()
        for _ in range(3):
            app.get(f"/users/{user}/accounts")
        assert process.stop() == 0
        assert reads(app, user) == 3
        process.start()
        app.get(f"/users/{user}/accounts")
        until(lambda: reads(app, user) == 4, "the read to be written down")
        app.get(f"/users/{user}/accounts")
        process.kill()
        assert reads(app, user) in (4, 5)
        process.start()
