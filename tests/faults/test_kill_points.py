"""A kill at every point a job passes: inside each step, between every two, and inside each unit of work, for every kind of job.

Another process then finds the job when the lease is over and finishes it, and what is stored is what an undisturbed job stores.
`make test` kills at every fifth point; `make soak` at every one.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from bowerbird import codes
from bowerbird.domain.access import applications
from bowerbird.domain.access.tenant import Tenant
from bowerbird.domain.connections import connections
from bowerbird.domain.jobs import jobs
from bowerbird.domain.jobs.advance import MAX_ATTEMPTS, advance
from bowerbird.domain.services import Services
from bowerbird.domain.users import users
from bowerbird.domain.users.users import UserDetails
from bowerbird.model.clock import ManualClock, to_milliseconds
from bowerbird.model.connection import Login
from bowerbird.model.job import JobState, StepStatus
from bowerbird.settings import Settings
from bowerbird.storage.database import queue, tables
from bowerbird.storage.database.unit_of_work import EVERY_TENANT
from bowerbird.storage.rows.accounts import user_ref
from bowerbird.wiring.services import open_services
from tests.faults.crash_worker import take_in
from tests.faults.fleet import MASTER_KEY, WITH_TOLL_BANK
from tests.faults.long_account import statement
from tests.faults.plugins.toll_bank import TollBank
from tests.faults.traffic import ASKING, ON_PAPER, TOLL, stopped_servers
from tests.postgres import Database
from tests.serving import NOON

LEASE_SECONDS = 20
EVERY_FIFTH, EVERY = 5, 1


class CrashWorker:
    """The process in whose forks jobs advance until they die."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        environment = {**os.environ, **WITH_TOLL_BANK, "PYTHONWARNINGS": "ignore"}
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.crash_worker"], env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def advance(self, job: str, owner: str, later: int = 0, die_at: int | str | None = None) -> tuple[list[str], bool]:
        """Advance a job so many seconds after noon: the points it passed, and whether it died there."""
        return self._carry_out({"job": job, "owner": owner}, later, die_at)

    def take_in(self, tenant: Tenant, content: bytes, die_at: int | None = None) -> tuple[list[str], bool]:
        """Take a statement in: the points that passed, and whether the process died there."""
        return self._carry_out({"tenant": tenant, "institution": ON_PAPER, "upload": content.decode()}, 0, die_at)

    def separate(
        self, tenant: Tenant, transaction_id: str, source_id: str, die_at: int | None = None, torn_after: int = 2
    ) -> tuple[list[str], bool]:
        """Make what a source shows a transaction of its own: the points that passed, and whether the process died there."""
        order = {"separate": (transaction_id, source_id, "ana"), "tenant": tenant, "torn_after": torn_after}
        return self._carry_out(order, 0, die_at)

    def join(
        self, tenant: Tenant, transaction_id: str, source_id: str, die_at: int | None = None, torn_after: int = 2
    ) -> tuple[list[str], bool]:
        """Make what was separated for a source part of a transaction again: the points that passed, and whether the process died there."""
        order = {"join": (transaction_id, source_id), "tenant": tenant, "torn_after": torn_after}
        return self._carry_out(order, 0, die_at)

    def _carry_out(self, what: dict[str, Any], later: int, die_at: int | str | None) -> tuple[list[str], bool]:
        named = ("database_url", "master_key", "institutions", "uploads", "uploads_endpoint")
        settings = {"data": str(self.settings.data), **{name: getattr(self.settings, name) for name in named}}
        now = (NOON + timedelta(seconds=later)).isoformat()
        order = {"settings": settings, **what, "now": now, "die_at": die_at, "lease_seconds": LEASE_SECONDS}
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        report = json.loads(self._process.stdout.readline())
        assert not any(point.startswith("error") for point in report["passed"]), report
        return report["passed"], report["killed"]

    def close(self) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait(30)
        self._process.stdout.close()


class Stage:
    """A database with an application, and every kind of job on it. A sandbox's application may upload test statements."""

    def __init__(self, settings: Settings, *, production: bool = True) -> None:
        self.services: Services = open_services(settings, ManualClock(NOON))
        self.services.plugins.connectors.update({TOLL: TollBank(), ASKING: TollBank()})
        key = self.write(
            partial(applications.create_application, production=production, products="all", test_statements_allowed=not production),
            "Points",
        )
        self.application_id = key.application_id

    def write(self, work: Callable[..., Any], *args: Any) -> Any:
        return self.services.write_now(work, *args, tenant=EVERY_TENANT)

    def rows(self, statement: Any) -> list[Any]:
        return list(self.services.storage.read_now(lambda uow: uow.rows(statement), tenant=EVERY_TENANT))

    def new_user(self) -> Tenant:
        details = UserDetails(email="gavin@hooli.com")
        user_id, _ = self.write(lambda session: users.create_user(session.in_application(self.application_id), details))
        return Tenant(self.application_id, user_id)

    def connect(self, tenant: Tenant, institution: str = TOLL) -> str:
        login = Login(institution, "plain", "ok")
        return str(self.write(lambda session: connections.create_connection(session.of(tenant), login, production=True)))

    def connection(self, tenant: Tenant) -> str:
        job = self.connect(tenant)
        advance(self.services, "stage", job)
        return str(self.rows(select(tables.jobs.c.connection_id).where(tables.jobs.c.id == job))[0][0])

    def refresh(self, tenant: Tenant) -> str:
        connection = self.connection(tenant)
        return str(self.write(lambda session: connections.refresh_connection(session.of(tenant), connection))[0])

    def update(self, tenant: Tenant) -> str:
        connection = self.connection(tenant)
        return str(self.write(lambda session: connections.update_connection(session.of(tenant), connection, "new", {}))[0])

    def read_statement(self, tenant: Tenant) -> str:
        return take_in(self.services, tenant, ON_PAPER, statement(0, 60))

    def question(self, tenant: Tenant) -> str:
        return self.connect(tenant, ASKING)

    def answer(self, tenant: Tenant) -> str:
        job = self.question(tenant)
        advance(self.services, "stage", job)
        self.write(lambda session: jobs.create_mfa_response(session.in_application(self.application_id), job, ["1234"]))
        return job

    def stored(self, tenant: Tenant, job: str) -> dict[str, list[tuple[Any, ...]]]:
        """What a job leaves behind, without what is drawn anew each time: ids, moments, leases."""
        moves, held, steps = tables.transactions.c, tables.accounts.c, tables.job_steps.c
        of_user = {
            "transactions": select(held.number, moves.post_day, moves.amount, moves.identity, moves.transaction_class)
            .join_from(tables.transactions, tables.accounts, held.ref == moves.account_ref)
            .where(moves.user_ref == user_ref(*tenant))
            .order_by(held.number, moves.post_day, moves.identity),
            "accounts": select(held.number, held.balance, held.transaction_count, held.intervals)
            .where(held.user_ref == user_ref(*tenant))
            .order_by(held.number),
            "connections": select(tables.connections.c.status).where(tables.connections.c.user_id == tenant.user_id),
            "uploads": select(tables.uploads.c.kind).where(tables.uploads.c.user_id == tenant.user_id),
            "steps": select(steps.title, steps.status).where(steps.job_id == job).order_by(steps.position),
            "jobs": select(tables.jobs.c.kind, tables.jobs.c.state, tables.jobs.c.lease_owner).where(tables.jobs.c.id == job),
        }
        return {name: [tuple(row) for row in self.rows(wanted)] for name, wanted in of_user.items()}


KINDS: dict[str, Callable[[Stage, Tenant], str]] = {
    "connect": Stage.connect,
    "connect, asked": Stage.question,
    "connect, answered": Stage.answer,
    "refresh": Stage.refresh,
    "update": Stage.update,
    "statement": Stage.read_statement,
}


@contextmanager
def opened(settings: Settings) -> Iterator[tuple[Stage, CrashWorker]]:
    stage, crash_worker = Stage(settings), CrashWorker(settings)
    try:
        yield stage, crash_worker
    finally:
        crash_worker.close()
        stage.services.close()


def kill_at_every_point(
    stage: Stage, crash_worker: CrashWorker, every: int, kinds: Mapping[str, Callable[[Stage, Tenant], str]] = KINDS
) -> dict[str, Counter[str]]:
    """Kind of job → point → how often a process was killed there and another one made up for it."""
    table: dict[str, Counter[str]] = {}
    for offset, (kind, make) in enumerate(kinds.items()):
        undisturbed = stage.new_user()
        job = make(stage, undisturbed)
        points, killed = crash_worker.advance(job, "undisturbed")
        assert not killed
        wanted = stage.stored(undisturbed, job)
        table[kind] = Counter()
        for die_at in range(offset % every, len(points), every):
            tenant = stage.new_user()
            job = make(stage, tenant)
            passed, killed = crash_worker.advance(job, "doomed", die_at=die_at)
            assert killed
            assert passed == points[: die_at + 1]
            crash_worker.advance(job, "too early", later=LEASE_SECONDS - 1)
            crash_worker.advance(job, "in time", later=LEASE_SECONDS + 1)
            assert stage.stored(tenant, job) == wanted, (kind, die_at, points[die_at])
            table[kind][points[die_at]] += 1
    return table


def check(settings: Settings, every: int, tell: Callable[[object], None]) -> None:
    with opened(replace(settings, institutions=WITH_TOLL_BANK["BOWERBIRD_INSTITUTIONS"])) as (stage, crash_worker):
        table = kill_at_every_point(stage, crash_worker, every)
    columns = ("begin", "torn", "written", "committed", "asked")
    lines = [f"{'':20}" + "".join(f"{column:>11}" for column in columns)]
    lines += [f"{kind:20}" + "".join(f"{counted[column]:>11}" for column in columns) for kind, counted in table.items()]
    tell("killed at\n" + "\n".join(lines))
    assert all(table.values())
    assert {point for counted in table.values() for point in counted} == set(columns)


SHARES = [pytest.param(EVERY_FIFTH, id="every-fifth"), pytest.param(EVERY, id="every", marks=pytest.mark.soak)]


@pytest.mark.parametrize("every", SHARES)
def test_a_kill_anywhere_is_made_up_for(tmp_path: Path, every: int, tell: Callable[[object], None]) -> None:
    check(Settings(data=tmp_path / "data"), every, tell)


@pytest.mark.parametrize("every", SHARES)
def test_a_kill_anywhere_in_a_fleet_is_made_up_for(tmp_path: Path, database: Database, every: int, tell: Callable[[object], None]) -> None:
    check(Settings(data=tmp_path / "data", database_url=database.url, master_key=MASTER_KEY), every, tell)


@pytest.mark.parametrize("step", range(3))
def test_a_file_that_stops_every_process_ends_its_job(tmp_path: Path, step: int) -> None:
    """Killed while it reads the file, in each step; what follows on the connection goes on."""
    with opened(Settings(data=tmp_path / "data")) as (stage, crash_worker):
        tenant, points = stage.new_user(), crash_worker.advance(stage.read_statement(stage.new_user()), "undisturbed")[0]
        reads = [place for place, point in enumerate(points) if point == "committed"]
        job, follower = stage.read_statement(tenant), stage.read_statement(tenant)
        later, die_at = 0, reads[step] + 1
        for nth in range(MAX_ATTEMPTS):
            assert crash_worker.advance(job, f"doomed-{nth}", later=later, die_at=die_at if nth == 0 else "reading 1")[1]
            later += LEASE_SECONDS + 1
        assert not crash_worker.advance(job, "last", later=later, die_at=None)[1]
        view = stage.services.read_now(jobs.get_job, job, tenant=stage.application_id)
        assert view.job.state == JobState.FAILED
        failed = next(each for each in view.steps if each.status == StepStatus.FAILED)
        assert failed.result is not None
        assert failed.result.code == codes.UNKNOWN_ERROR.code
        assert "stopped 5 times" in (view.job.failure_reason or "")
        assert not crash_worker.advance(follower, "next", later=later)[1]
        assert stage.services.read_now(jobs.get_job, follower, tenant=stage.application_id).job.state == JobState.SUCCEEDED


def test_a_file_that_stops_every_worker_of_a_fleet_ends_its_job(tmp_path: Path, database: Database) -> None:
    """The leases of dead workers are voided long before they end: that counts too."""
    with opened(Settings(data=tmp_path / "data", database_url=database.url, master_key=MASTER_KEY)) as (stage, crash_worker):
        points = crash_worker.advance(stage.read_statement(stage.new_user()), "undisturbed")[0]
        job, now = stage.read_statement(stage.new_user()), to_milliseconds(NOON)
        for nth in range(MAX_ATTEMPTS):
            die_at = points.index("committed") + 1 if nth == 0 else "reading 1"
            assert crash_worker.advance(job, queue.owner_of(900 + nth), die_at=die_at)[1]
            void = partial(queue.abandon, now_ms=now, lease_now_ms=now, silence_s=5, most=9)
            assert stage.services.storage.write_now(void, tenant=EVERY_TENANT) == [job]
        assert not crash_worker.advance(job, queue.owner_of(990), die_at=None)[1]
        view = stage.services.read_now(jobs.get_job, job, tenant=stage.application_id)
        assert view.job.state == JobState.FAILED
        assert f"stopped {MAX_ATTEMPTS} times" in (view.job.failure_reason or "")
        assert stopped_servers(stage.services, job)
        assert not stopped_servers(stage.services, stage.read_statement(stage.new_user()))


def test_a_step_that_was_reached_begins_the_count_anew(tmp_path: Path) -> None:
    """Fewer kills in each of two steps than end a job: the file is read in the end."""
    with opened(Settings(data=tmp_path / "data")) as (stage, crash_worker):
        tenant = stage.new_user()
        job, later = stage.read_statement(tenant), 0
        claim_count_and_step, reading = "committed 3", ["reading 1"] * (MAX_ATTEMPTS - 1)
        for die_at in [*reading, claim_count_and_step, *reading[1:]]:
            assert crash_worker.advance(job, f"doomed-{later}", later=later, die_at=die_at)[1]
            later += LEASE_SECONDS + 1
        assert not crash_worker.advance(job, "last", later=later)[1]
        assert stage.services.read_now(jobs.get_job, job, tenant=stage.application_id).job.state == JobState.SUCCEEDED


def test_kills_before_a_process_reads_the_file_do_not_count_against_it(tmp_path: Path) -> None:
    """Claimed again and again, and killed between the claim and the reading, by whatever else stops the server."""
    with opened(Settings(data=tmp_path / "data")) as (stage, crash_worker):
        tenant, later = stage.new_user(), 0
        job = stage.read_statement(tenant)
        for nth in range(2 * MAX_ATTEMPTS):
            assert crash_worker.advance(job, f"doomed-{nth}", later=later, die_at="committed 1")[1]
            later += LEASE_SECONDS + 1
        assert not crash_worker.advance(job, "last", later=later)[1]
        assert stage.services.read_now(jobs.get_job, job, tenant=stage.application_id).job.state == JobState.SUCCEEDED
