"""A fleet of real processes on one PostgreSQL: any worker does what any server took, and takes over from those that die."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import httpx2
import pytest

from bowerbird.plugins.packs import rules_version
from bowerbird.storage.database.engine import Storage
from bowerbird.storage.database.unit_of_work import EVERY_TENANT
from bowerbird.storage.rows.insights.enrichments import due_users
from tests.faults.fleet import Fleet
from tests.faults.long_account import statement
from tests.postgres import Database
from tests.serving import until

TOLL, ASKING = "AU00090", "AU00091"


@pytest.fixture
def fleet(tmp_path: Path, database: Database) -> Iterator[Fleet]:
    with Fleet(tmp_path, database) as started:
        yield started


def queued(fleet: Fleet) -> int:
    """Procrastinate's rows: one for each job that a worker is about to advance or advances."""
    with fleet.database.connect() as connection:
        [row] = connection.execute("SELECT count(*) FROM procrastinate.procrastinate_jobs").fetchall()
    return int(row[0])


def leased(fleet: Fleet) -> list[str]:
    with fleet.database.connect() as connection:
        return [str(row[0]) for row in connection.execute("SELECT id FROM jobs WHERE lease_owner IS NOT NULL").fetchall()]


def test_workers_do_what_a_server_takes(fleet: Fleet) -> None:
    server = fleet.serve(BOWERBIRD_NO_JOBS="yes")
    workers = [fleet.worker(), fleet.worker()]
    app = fleet.application(server)
    user = app.new_user()
    jobs = [app.connect(user, f"person-{number}", "x", TOLL) for number in range(6)]
    jobs.append(app.upload(user, statement(0, 50)).json()["id"])
    for job in jobs:
        assert {step["status"] for step in app.settled(job)["steps"]} == {"success"}
    asking = app.connect(user, "asked", "x", ASKING)
    assert app.settled(asking)["steps"][1]["status"] == "in-progress"
    assert app.post(f"/jobs/{asking}/mfa", json={"mfa-response": ["1234"]}).status_code in (200, 202, 204)
    until(lambda: {step["status"] for step in app.job(asking)["steps"]} == {"success"}, "the answered job")
    until(lambda: queued(fleet) == 0, "the queue to be empty")
    app.close()
    for process in (*workers, server):
        assert process.stop() == 0
    assert "Traceback" not in fleet.log()


def test_a_server_does_its_jobs_where_there_is_no_worker(fleet: Fleet) -> None:
    app = fleet.application(fleet.serve())
    user = app.new_user()
    assert {step["status"] for step in app.settled(app.connect(user, "person", "x", TOLL))["steps"]} == {"success"}
    assert len(app.transactions(user)) == 260  # pages overlap, rows do not
    app.close()


def test_a_worker_goes_on_with_jobs_that_wait(fleet: Fleet) -> None:
    """A thread takes one job after the other, and the row of each out of the queue: Procrastinate ends fewer than there are jobs."""
    database = fleet.database
    database.server.execute(f"ALTER DATABASE {database.name} SET track_functions = 'pl'")
    app = fleet.application(fleet.serve(BOWERBIRD_NO_JOBS="yes"))
    jobs = [app.connect(app.new_user(), "person", "x", TOLL) for _ in range(24)]
    assert queued(fleet) == len(jobs)
    worker = fleet.worker()
    for job in jobs:
        assert {step["status"] for step in app.settled(job)["steps"]} == {"success"}
    until(lambda: queued(fleet) == 0, "the queue to be empty")
    assert worker.stop() == 0
    with database.connect() as connection:
        wanted = "SELECT sum(calls) FROM pg_stat_user_functions WHERE funcname LIKE 'procrastinate_finish_job%'"
        [ended] = connection.execute(wanted).fetchall()
    assert 0 < ended[0] <= len(jobs) // 2
    app.close()


def test_a_killed_worker_is_replaced_within_seconds(fleet: Fleet, tell: Callable[[object], None]) -> None:
    server = fleet.serve(BOWERBIRD_NO_JOBS="yes")
    crash_worker = fleet.worker(TOLL_SECONDS="60")
    app = fleet.application(server)
    user = app.new_user()
    job = app.connect(user, "person", "x", TOLL)
    until(lambda: leased(fleet) == [job], "the doomed worker to begin")
    fleet.worker()
    crash_worker.kill()
    killed = time.monotonic()
    assert {step["status"] for step in app.settled(job)["steps"]} == {"success"}
    took = time.monotonic() - killed
    tell(f"{took:.1f} s from SIGKILL to the end of the job")
    assert took < 20, "taken over by its lease, not by the silence of its worker"
    app.close()


def test_a_stopping_worker_gives_back_what_it_cannot_finish(fleet: Fleet) -> None:
    """Its jobs go on elsewhere at once; what its thread still writes lands nowhere."""
    server = fleet.serve(BOWERBIRD_NO_JOBS="yes")
    slow = fleet.worker(TOLL_SECONDS="40", BOWERBIRD_GRACE_SECONDS="1")
    app = fleet.application(server)
    job = app.connect(app.new_user(), "person", "x", TOLL)
    until(lambda: leased(fleet) == [job], "the slow worker to begin")
    fleet.worker()
    began = time.monotonic()
    assert slow.stop() == 0
    assert time.monotonic() - began < 10
    assert {step["status"] for step in app.settled(job)["steps"]} == {"success"}
    assert "jobs_given_back" in fleet.log()
    app.close()


def test_a_worker_says_whether_it_reaches_the_database(fleet: Fleet) -> None:
    worker = fleet.worker()
    assert httpx2.get(f"{worker.url}/healthz").status_code == 200
    assert "bowerbird_jobs_ended" in httpx2.get(f"{worker.url}/metrics").text
    assert os.getpriority(os.PRIO_PROCESS, worker.pid) == min(19, os.nice(0) + 10), "servers on the same machine run first"
    os.kill(worker.pid, signal.SIGTERM)
    until(lambda: worker.ended, "the worker to stop")


def row_hash(fleet: Fleet) -> str:
    """Of everything that tenants have, leases aside."""
    tables = ("users", "connections", "job_steps", "accounts", "transactions", "statements")
    with fleet.database.connect() as connection:
        digests = [
            connection.execute(f"SELECT md5(coalesce(string_agg(md5(t::text), '' ORDER BY md5(t::text)), '')) FROM {table} t").fetchall()
            for table in tables
        ]
        return repr(digests)


def wait_until_enriched(fleet: Fleet) -> None:
    """What a job brings is enriched after its end, and that changes its rows."""
    storage = Storage(fleet.database.url)
    due = partial(storage.read_now, lambda uow: due_users(uow, rules_version(), 1), tenant=EVERY_TENANT)
    until(lambda: not due(), "every transaction enriched")
    storage.close()


@pytest.mark.parametrize("where", [pytest.param("in the bank's answer", marks=pytest.mark.soak), "in its own transaction"])
def test_a_worker_that_wakes_after_its_lease_writes_nothing(fleet: Fleet, where: str) -> None:
    """SIGSTOP for longer than the lease, then SIGCONT: the other worker has finished the job, and not a row changes any more."""
    server = fleet.serve(BOWERBIRD_NO_JOBS="yes")
    sleeper = fleet.worker(TOLL_SECONDS="1", BOWERBIRD_LEASE_SECONDS="2", BOWERBIRD_DATABASE_SECONDS="2")
    app = fleet.application(server)
    user = app.new_user()
    with fleet.database.connect() as blocker:
        if where == "in its own transaction":  # it waits for a row of the user's, and is stopped while it does
            blocker.execute("BEGIN")
        job = app.connect(user, "person", "x", TOLL)
        until(lambda: leased(fleet) == [job], "the sleeper to begin")
        if where == "in its own transaction":
            blocker.execute("SELECT 1 FROM users WHERE id = %s FOR UPDATE", (user,))
            until(lambda: waits_for_a_lock(fleet), "the sleeper to be in the middle of its writes")
        os.kill(sleeper.pid, signal.SIGSTOP)
        if where == "in its own transaction":
            blocker.execute("COMMIT")
    fleet.worker()
    assert {step["status"] for step in app.settled(job)["steps"]} == {"success"}
    wait_until_enriched(fleet)
    before = row_hash(fleet)
    os.kill(sleeper.pid, signal.SIGCONT)
    until(lambda: "lease_lost" in sleeper.log.read_text() or "storage" in sleeper.log.read_text(), "the sleeper to notice")
    until(lambda: httpx2.get(f"{sleeper.url}/readyz").status_code == 200, "the sleeper to be itself again")
    assert row_hash(fleet) == before
    assert len(app.transactions(user)) == 260
    app.close()


def waits_for_a_lock(fleet: Fleet) -> bool:
    wanted = "SELECT count(*) FROM pg_stat_activity WHERE datname = %s AND wait_event_type = 'Lock'"
    return bool(fleet.database.server.execute(wanted, fleet.database.name)[0][0])


def test_a_restart_of_the_database_loses_nothing(fleet: Fleet, tell: Callable[[object], None]) -> None:
    """Connections are cut and the server is restarted, once as after a crash, while jobs are at work and more arrive."""
    database = fleet.database  # the server of the tests forgets its last commits in a crash, unless it is set to keep them
    database.server.execute(f"ALTER DATABASE {database.name} SET synchronous_commit = on")
    server = fleet.serve(BOWERBIRD_NO_JOBS="yes")
    for _ in range(2):
        fleet.worker(TOLL_SECONDS="0.2")
    app = fleet.application(server)
    user = app.new_user()
    promised: list[str] = []
    refused = 0
    for number in range(24):
        if number == 6:
            fleet.database.cut_connections()
        if number in (12, 18):
            fleet.database.server.restart(signal.SIGINT if number == 12 else signal.SIGQUIT)
        body = {"loginId": f"person-{number}", "password": "x", "institution": {"id": TOLL}}
        answer = app.post(f"/users/{user}/connections", json=body)
        assert answer.status_code in (202, 503), answer.text
        promised += [answer.json()["id"]] if answer.status_code == 202 else []
        refused += answer.status_code == 503
    for job in promised:
        assert {step["status"] for step in app.settled(job)["steps"]} == {"success"}
    assert len(app.transactions(user)) >= 260 * len(promised)
    tell(f"{len(promised)} jobs ended, {refused} requests refused with 503")
    app.close()
