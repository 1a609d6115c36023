"""What a job of a bank asks the database: statements and units of work, the same on either engine, and none of them twice."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from bench.people import INSTITUTION, connect, new_application
from bowerbird.domain.access.tenant import Tenant
from bowerbird.domain.connections.connections import seal_login
from bowerbird.domain.jobs import jobs
from bowerbird.domain.jobs.advance import advance
from bowerbird.domain.services import Services, Session
from bowerbird.domain.users import users
from bowerbird.domain.users.users import UserDetails
from bowerbird.model.connection import Login
from bowerbird.model.job import JobKind, JobState
from bowerbird.plugins.registry import Plugins
from bowerbird.settings import Settings
from bowerbird.storage.database.engine import Storage
from bowerbird.storage.database.unit_of_work import EVERY_TENANT, UnitOfWork
from bowerbird.storage.rows import accounts as account_rows
from bowerbird.storage.rows import connections as connection_rows
from bowerbird.storage.vault import key_rows
from bowerbird.wiring.services import open_services
from tests.faults.plugins.toll_bank import TollBank
from tests.postgres import settings_of

STATEMENTS, UNITS_OF_WORK = {"sqlite": 61, "postgresql": 62}, 6
"""Of a first job of two accounts of 130 transactions: a claim, a login, two more steps, each written once, and two reads between them.
On PostgreSQL a claim takes the job's row out of the queue."""


@dataclass
class Counted:
    """What was asked while it was counted."""

    statements: int = 0
    units_of_work: int = 0
    reads_of: dict[str, int] = field(default_factory=dict)

    def watch(self, services: Services, patch: pytest.MonkeyPatch) -> None:
        for name in ("fetch", "run", "insert_many"):
            patch.setattr(UnitOfWork, name, self._counting(getattr(UnitOfWork, name)))
        for name in ("read_now", "write_from_thread"):
            patch.setattr(Storage, name, self._counting_units(getattr(Storage, name)))
        event.listen(services.storage.writer_engine, "before_cursor_execute", self._visit)

    def _visit(self, _connection: object, _cursor: object, statement: str, *_: object) -> None:
        self.statements += not statement.startswith(("BEGIN", "COMMIT"))

    def _counting(self, call: Callable[..., Any]) -> Callable[..., Any]:
        def counted(uow: UnitOfWork, prepared: Any, *rest: Any, **named: Any) -> Any:
            self.statements += 1
            for what, statements in READS.items():
                self.reads_of[what] = self.reads_of.get(what, 0) + (prepared in statements)
            return call(uow, prepared, *rest, **named)

        return counted

    def _counting_units(self, call: Callable[..., Any]) -> Callable[..., Any]:
        def counted(*given: Any, **named: Any) -> Any:
            self.units_of_work += 1
            return call(*given, **named)

        return counted


READS = {"accounts": (account_rows._ALL_OF_USER, account_rows._ONE_OF_USER, account_rows._SAME), "keys": (key_rows._KEY,)}


@pytest.fixture(params=["sqlite", "postgresql"])
def services(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Services]:
    services = open_services(Settings(data=tmp_path / "data", **settings_of(request)))
    services.plugins = Plugins({INSTITUTION: TollBank()}, services.plugins.csv_layouts)
    yield services
    services.close()


def new_tenant(services: Services) -> Tenant:
    _, application_id = new_application(services)

    def create(session: Session) -> str:
        return users.create_user(session.in_application(application_id), UserDetails(email="a@example.com"))[0]

    return Tenant(application_id, services.write_now(create, tenant=EVERY_TENANT))


def new_job(services: Services, tenant: Tenant) -> str:
    def create(session: Session) -> str:
        connection_id = connect(services, session.uow, tenant)
        login = seal_login(session.of(tenant), connection_id, Login(INSTITUTION, "wentworth-smith", "whislter"))
        connection_rows.update_connection(session.uow, tenant.application_id, connection_id, login=login)
        return jobs.create_job(session.of(tenant), connection_id, INSTITUTION, JobKind.CONNECT)

    return services.write_now(create, tenant=EVERY_TENANT)


def test_a_job_asks_the_database_for_nothing_twice(services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    """A step reads a user's accounts and key once, however many rows it inserts."""
    tenant = new_tenant(services)
    job_id, counted = new_job(services, tenant), Counted()
    with monkeypatch.context() as patch:
        counted.watch(services, patch)
        advance(services, "a test", job_id)
        event.remove(services.storage.writer_engine, "before_cursor_execute", counted._visit)
    job = services.read_now(jobs.get_job_row, job_id, tenant=tenant)
    stored = services.storage.read_now(lambda uow: account_rows.accounts_of_user(uow, *tenant), tenant=tenant.application_id)
    assert (job.state, [row.transaction_count for row in stored]) == (JobState.SUCCEEDED, [130, 130])
    assert (counted.statements, counted.units_of_work) == (STATEMENTS[services.storage.writer_engine.dialect.name], UNITS_OF_WORK), counted
    assert counted.reads_of == {"accounts": 2, "keys": 5}, counted
