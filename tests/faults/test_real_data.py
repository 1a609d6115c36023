"""Real data as a fact of the database: recorded with its first row, also under concurrent changes, and kept by every copy."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete

from bowerbird import __version__
from bowerbird.domain.access import applications
from bowerbird.domain.access.applications import ClockTurned, RealDataHeld, give_production, take_production
from bowerbird.domain.access.real_data import is_sandbox, record_if_real, require_sandbox, why_closed
from bowerbird.domain.access.tenant import Tenant
from bowerbird.domain.services import Services, Session
from bowerbird.domain.statements.files import keep_or_delete_file, kept_until
from bowerbird.domain.statements.statements import create_statement
from bowerbird.domain.statements.uploads import keep_upload
from bowerbird.domain.users import users
from bowerbird.domain.users.users import UserDetails, delete_user
from bowerbird.model.clock import to_milliseconds
from bowerbird.model.connection import Method
from bowerbird.model.problem import Problem
from bowerbird.sandbox import snapshots
from bowerbird.sandbox.controls import controls_of, save_clock_state
from bowerbird.settings import Settings
from bowerbird.storage.backup.backups import restore_backup, take_backup
from bowerbird.storage.backup.copies import replace_database
from bowerbird.storage.database.migrate import migrate
from bowerbird.storage.database.tables import applications as application_table
from bowerbird.storage.database.tables import users as user_table
from bowerbird.storage.database.unit_of_work import EVERY_TENANT
from bowerbird.storage.rows.sandbox import ClockState, real_data_since, record_real_data
from bowerbird.wiring.services import database_file, open_services
from tests.postgres import Database
from tests.serving import until

JO = UserDetails(email="jo@example.com")


@pytest.fixture(params=["sqlite", "postgresql"])
def services(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Services]:
    shared = request.getfixturevalue("database").settings if request.param == "postgresql" else {}
    opened = open_services(Settings(data=tmp_path, sandbox_controls=True, **shared), alone=True)
    yield opened
    opened.close()


@pytest.fixture
def embedded(tmp_path: Path) -> Iterator[Services]:
    opened = open_services(Settings(data=tmp_path, sandbox_controls=True), alone=True)
    yield opened
    opened.close()


def write(services: Services, work: Callable[[Session], Any]) -> Any:
    return services.write_now(work, tenant=EVERY_TENANT)


def read(services: Services, work: Callable[[Session], Any]) -> Any:
    return services.read_now(work, tenant=EVERY_TENANT)


def new_application(services: Services, *, live: bool = False, test_statements_allowed: bool = False) -> str:
    made = write(
        services,
        lambda session: applications.create_application(
            session, "Test", production=live, products="all", test_statements_allowed=test_statements_allowed
        ),
    )
    return str(made.application_id)


def new_user(services: Services, application_id: str) -> str:
    return str(write(services, lambda session: users.create_user(session.in_application(application_id), JO))[0])


def waiting_for_a_lock(database: Database) -> bool:
    with database.connect() as connection:
        found = connection.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        ).fetchone()
    return found is not None and found[0] > 0


# ── What is real ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("live", "test_statements_allowed", "institution", "method", "real"),
    [
        (False, False, "", None, False),
        (True, False, "", None, True),
        (True, True, "", None, True),
        (True, False, "AU00000", Method.WEB, True),
        (False, False, "AU00000", Method.WEB, False),
        (False, False, "AU00201", Method.WEB, True),
        (False, True, "AU00201", Method.WEB, True),
        (False, False, "AU00201", Method.CSV, True),
        (False, True, "AU00201", Method.CSV, False),
        (False, True, "AU00201", Method.PDF, False),
    ],
)
def test_what_is_real(
    embedded: Services, live: bool, test_statements_allowed: bool, institution: str, method: Method | None, real: bool
) -> None:
    application = new_application(embedded, live=live, test_statements_allowed=test_statements_allowed)
    bank = embedded.institutions.find(institution) if institution else None
    write(embedded, lambda session: record_if_real(session.in_application(application), bank, method))
    assert (read(embedded, lambda session: real_data_since(session.uow)) is not None) == real


def test_it_is_recorded_with_the_row_or_not_at_all(services: Services) -> None:
    application = new_application(services, live=True)

    def fail(session: Session) -> None:
        users.create_user(session.in_application(application), JO)
        raise LookupError

    with pytest.raises(LookupError):
        write(services, fail)
    assert read(services, lambda session: real_data_since(session.uow)) is None
    user = new_user(services, application)
    since = read(services, lambda session: real_data_since(session.uow))
    assert since is not None
    write(services, lambda session: delete_user(session.of(Tenant(application, user))))
    write(services, lambda session: session.uow.execute(delete(application_table)))
    write(services, lambda session: record_real_data(session.uow, since + 1))
    assert read(services, lambda session: real_data_since(session.uow)) == since, "the first time counts"
    assert not read(services, lambda session: is_sandbox(session.uow))


# ── At the same moment ───────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(2) as made:
        yield made


def in_between(services: Services, request: pytest.FixtureRequest, pool: ThreadPoolExecutor, first: Any, second: Any) -> Future[Any]:
    """Do `second` in a unit of work of its own while the one of `first` is open: on PostgreSQL once it waits for that."""
    late: list[Future[Any]] = []

    def work(session: Session) -> None:
        first(session)
        if not late:
            late.append(pool.submit(write, services, second))
        if not services.storage.is_sqlite:
            until(lambda: waiting_for_a_lock(request.getfixturevalue("database")), "the second unit of work to wait for the first")

    write(services, work)
    return late[0]


def test_a_clock_moved_at_the_same_time_keeps_production_out(
    services: Services, request: pytest.FixtureRequest, pool: ThreadPoolExecutor
) -> None:
    application = new_application(services)
    late = in_between(
        services,
        request,
        pool,
        lambda session: save_clock_state(session, ClockState(offset=5000)),
        lambda session: give_production(session.in_application(application)),
    )
    with pytest.raises(ClockTurned):
        late.result()
    assert read(services, lambda session: is_sandbox(session.uow))


def test_production_given_at_the_same_time_keeps_the_clock(
    services: Services, request: pytest.FixtureRequest, pool: ThreadPoolExecutor
) -> None:
    application = new_application(services)
    late = in_between(
        services,
        request,
        pool,
        lambda session: give_production(session.in_application(application)),
        lambda session: save_clock_state(session, ClockState(offset=5000)),
    )
    with pytest.raises(Problem, match="controls are closed"):
        late.result()
    controls = controls_of(services)
    assert controls is not None
    assert not controls.clock.is_turned


def test_a_user_created_at_the_same_time_is_real_in_production(
    services: Services, request: pytest.FixtureRequest, pool: ThreadPoolExecutor
) -> None:
    application = new_application(services)
    late = in_between(
        services,
        request,
        pool,
        lambda session: users.create_user(session.in_application(application), JO),
        lambda session: give_production(session.in_application(application)),
    )
    late.result()
    assert read(services, lambda session: real_data_since(session.uow)) is not None


def test_production_taken_back_while_a_user_is_created(
    services: Services, request: pytest.FixtureRequest, pool: ThreadPoolExecutor
) -> None:
    application = new_application(services, live=True)
    late = in_between(
        services,
        request,
        pool,
        lambda session: users.create_user(session.in_application(application), JO),
        lambda session: take_production(session.in_application(application)),
    )
    with pytest.raises(RealDataHeld):
        late.result()


def test_real_data_waits_for_a_change_of_the_sandbox(services: Services, request: pytest.FixtureRequest, pool: ThreadPoolExecutor) -> None:
    application = new_application(services)
    late = in_between(services, request, pool, require_sandbox, lambda session: give_production(session.in_application(application)))
    late.result()
    assert not read(services, lambda session: is_sandbox(session.uow))


def test_a_reset_under_way_does_not_delete_the_first_person(embedded: Services) -> None:
    made: list[tuple[str, str]] = []

    def fill(_session: Session) -> None:
        application = new_application(embedded, live=True)
        made.append((application, new_user(embedded, application)))

    with pytest.raises(Problem, match="closed for good"):
        snapshots.reset(embedded, fill)
    (application, user), *_ = made
    found = read(embedded, lambda session: session.uow.row(user_table.select().where(user_table.c.id == user)))
    assert found.application_id == application
    assert read(embedded, lambda session: real_data_since(session.uow)) is not None


def test_nothing_is_written_between_the_look_and_the_replacement(embedded: Services, tmp_path: Path) -> None:
    live, source = database_file(Settings(data=tmp_path)), tmp_path / "source.db"
    migrate(f"sqlite:///{source}")
    application = new_application(embedded)
    asked = threading.Event()

    def look() -> None:
        with closing(sqlite3.connect(live, isolation_level=None, timeout=0)) as other:
            with pytest.raises(sqlite3.OperationalError, match="locked"):
                other.execute("BEGIN IMMEDIATE")
            assert other.execute("SELECT id FROM applications").fetchall() == [(application,)], "readers see what was there"
        asked.set()
        raise LookupError

    with pytest.raises(LookupError):
        replace_database(live, source, look)
    assert asked.is_set()
    assert read(embedded, lambda session: session.uow.rows(application_table.select())), "what is refused changes nothing"
    replace_database(live, source, lambda: None)
    assert not read(embedded, lambda session: session.uow.rows(application_table.select()))


# ── Copies ───────────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_snapshot_with_real_data_is_neither_restored_nor_kept(embedded: Services, tmp_path: Path) -> None:
    new_application(embedded)
    snapshots.save_snapshot(embedded, "old")
    with closing(sqlite3.connect(tmp_path / "snapshots" / "old.db", isolation_level=None)) as old:
        old.execute("INSERT INTO marks (name, value) VALUES ('real-data', x'30') ON CONFLICT (name) DO UPDATE SET value = x'30'")
    with pytest.raises(Problem, match="closed for good"):
        snapshots.restore_snapshot(embedded, "old")
    assert read(embedded, lambda session: is_sandbox(session.uow)), "the sandbox is as it was"
    new_user(embedded, new_application(embedded, live=True))
    with pytest.raises(Problem, match="closed for good"):
        snapshots.save_snapshot(embedded, "new")
    assert [file.name for file in sorted((tmp_path / "snapshots").iterdir())] == ["old.db", "old.json"]


@pytest.mark.parametrize(("live", "days"), [(False, [7]), (True, [])])
def test_a_file_is_not_kept_for_the_sandbox_once_it_is_a_real_persons(embedded: Services, live: bool, days: list[int]) -> None:
    application = new_application(embedded, live=live, test_statements_allowed=True)
    tenant = Tenant(application, new_user(embedded, application))
    upload = keep_upload(embedded, tenant, b"transactionId,accountNumber\n")
    assert upload is not None
    with upload:
        job = write(embedded, lambda session: create_statement(session.of(tenant), "AU00201", upload, production=True))
    write(embedded, lambda session: keep_or_delete_file(session.of(tenant), job))
    kept, now = read(embedded, lambda session: kept_until(session.of(tenant))), to_milliseconds(embedded.clock.now())
    assert [round((end - now) / 86_400_000) for end in kept.values()] == days


def test_a_backup_keeps_it(embedded: Services, tmp_path: Path) -> None:
    new_user(embedded, new_application(embedded, live=True))
    since = read(embedded, lambda session: real_data_since(session.uow))
    settings = Settings(data=tmp_path / "restored", sandbox_controls=True, sandbox_deterministic=True)
    settings.data.mkdir()
    take_backup(database_file(Settings(data=tmp_path)), tmp_path / "backup", __version__, "2026-03-18T12:00:00Z", lambda *_: None)
    restore_backup(tmp_path / "backup", database_file(settings), lambda *_: None)
    (settings.data / "master.key").write_bytes((tmp_path / "master.key").read_bytes())
    restored = open_services(settings)
    assert read(restored, lambda session: real_data_since(session.uow)) == since
    assert read(restored, lambda session: why_closed(session.uow))
    controls = controls_of(restored)
    assert controls is not None
    assert (controls.closed, controls.deterministic) == (True, False)
    restored.close()
