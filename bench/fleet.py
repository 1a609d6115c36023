"""Jobs of a fleet: how many a second with one, two and four workers, what a million waiting ones cost, and what readers notice.

Workers and servers are real processes, on a real PostgreSQL or the embedded database. The bank is that of the tests' plugin: two accounts
of 130 transactions a job. Jobs of one user wait for each other, so there are many users. What is counted is the CPU of the workers and of
PostgreSQL together, and the time on the clock beside it.
"""

from __future__ import annotations

import math
import os
import signal
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from threading import Event, Thread
from typing import Any

import httpx2
from sqlalchemy import func, select

from bench.measure import Effort, Row, process_cpu
from bench.people import connect, new_application
from bench.places import folder
from bowerbird.domain.access.tenant import Tenant
from bowerbird.domain.connections.connections import seal_login
from bowerbird.domain.jobs import jobs
from bowerbird.domain.services import Services, Session
from bowerbird.domain.users import users
from bowerbird.domain.users.users import UserDetails
from bowerbird.model.connection import Login
from bowerbird.model.job import UNFINISHED, JobKind
from bowerbird.settings import Settings
from bowerbird.storage.database import tables
from bowerbird.storage.database.unit_of_work import EVERY_TENANT
from bowerbird.storage.rows import connections as connection_rows
from bowerbird.wiring.services import open_services
from tests.faults.fleet import MASTER_KEY, WITH_TOLL_BANK
from tests.postgres import Database, Postgres
from tests.serving import Process, WorkerProcess

TOLL = "AU00090"
MAX_TIMES = 1.5
USERS = 50
LOOKS_EVERY = 0.1
WAITING, QUICK_WAITING = 10**6, 10**5
_WAITING_JOBS = """
INSERT INTO jobs (id, application_id, user_id, connection_id, institution_id, kind, state,
  due_at_ms, attempts, created_at_ms, updated_at_ms)
SELECT gen_random_uuid(), lpad((i %% 50)::text, 36, '0'), lpad((i / 20)::text, 36, '1'), gen_random_uuid(), 'AU00000', 'connect', 'waiting',
  (extract(epoch FROM now()) * 1000)::bigint + 86400000 + i, 1, 0, 0 FROM generate_series(1, %s) AS i
"""


class Place:
    """A database, with a tenant whose jobs are made straight in it, and processes on it."""

    def __init__(self, where: Path, database: Database | None) -> None:
        self.database = database
        named = {"database_url": database.url, "master_key": MASTER_KEY} if database else {}
        self.environment = {**WITH_TOLL_BANK, "BOWERBIRD_LOG_LEVEL": "error", "BOWERBIRD_MASTER_KEY": MASTER_KEY}
        self.environment |= {"BOWERBIRD_DATABASE_URL": database.url} if database else {}
        self.where = where
        self.services: Services = open_services(Settings(data=where / "data", **{"master_key": MASTER_KEY, **named}))  # type: ignore[arg-type]
        self.token, application_id = new_application(self.services)
        self.tenants = self._write(lambda session: [Tenant(application_id, self._new_user(session, application_id)) for _ in range(USERS)])
        self.tenant = self.tenants[0]
        self.processes: list[Process] = []

    def _write(self, work: Any) -> Any:
        return self.services.write_now(work, tenant=EVERY_TENANT)

    def _new_user(self, session: Session, application_id: str) -> str:
        return users.create_user(session.in_application(application_id), UserDetails(email="a@example.com"))[0]

    def start(self, workers: int, *, serve: bool = False) -> None:
        started = [WorkerProcess(self.where / f"worker-{number}", **self.environment) for number in range(workers)]
        if serve:
            more = {"BOWERBIRD_NO_JOBS": "yes"} if self.database else {}
            self.processes.append(Process(self.where / "data", **self.environment, **more))
        self.processes += started
        for process in self.processes:
            process.start()

    def stop(self) -> None:
        for process in self.processes:
            process.stop()
        self.processes.clear()

    def new_jobs(self, count: int) -> None:
        def make(session: Session) -> None:
            for tenant in self.tenants:
                connection = connect(self.services, session.uow, tenant)
                login = seal_login(session.of(tenant), connection, Login(TOLL, connection, "ok"))
                connection_rows.update_connection(session.uow, tenant.application_id, connection, login=login)
                jobs.create_job(session.of(tenant), connection, TOLL, JobKind.CONNECT)

        for _ in range(math.ceil(count / USERS)):
            self._write(make)

    def left(self) -> int:
        own = tables.jobs.c.user_id.in_([tenant.user_id for tenant in self.tenants])
        wanted = select(func.count()).where(own, tables.jobs.c.state.in_([state.value for state in UNFINISHED]))
        return int(self.services.storage.read_now(lambda uow: uow.rows(wanted), tenant=EVERY_TENANT)[0][0])

    def cpu(self) -> float:
        """Of the processes and of those that PostgreSQL has for them."""
        pids = [process.pid for process in self.processes]
        if self.database is not None:
            wanted = "SELECT pid FROM pg_stat_activity WHERE datname = %s"
            pids += [pid for (pid,) in self.database.server.execute(wanted, self.database.name)]
        return sum(process_cpu(pid) for pid in pids)

    def run(self, count: int) -> tuple[float, float]:
        """Seconds and CPU seconds until so many jobs are done, which were made while the workers were held."""
        workers = [process.pid for process in self.processes if isinstance(process, WorkerProcess)]
        for pid in workers:
            os.kill(pid, signal.SIGSTOP)
        self.new_jobs(count)
        cpu, began = self.cpu(), time.perf_counter()
        for pid in workers:
            os.kill(pid, signal.SIGCONT)
        while self.left():
            time.sleep(LOOKS_EVERY)  # asking more often would take a core from those who work
        return time.perf_counter() - began, self.cpu() - cpu


def run(effort: Effort) -> list[Row]:
    """Bar: beside a million waiting jobs, a job costs at most 1.5 times as much."""
    count, waiting = (100, QUICK_WAITING) if effort.quick else (400, WAITING)
    with Postgres() as server:
        with _place("fleet", server.database()) as place:
            rows = _throughput(place, count)
        return [*rows, *_waiting(server, count, waiting), *_reads(server, count)]


@contextmanager
def _place(name: str, database: Database | None) -> Iterator[Place]:
    with folder(name) as where:
        place = Place(where, database)
        try:
            yield place
        finally:
            place.stop()
            place.services.close()


def _throughput(place: Place, count: int) -> list[Row]:
    found: dict[int, tuple[float, float]] = {}
    for workers in (1, 2, 4):
        place.start(workers)
        place.run(50)
        found[workers] = place.run(count)
        place.stop()
    first = count / found[1][0]
    rows = []
    for workers, (seconds, cpu) in found.items():
        pace = count / seconds
        what = f"jobs of a fleet, {workers} worker{'s' * (workers > 1)}, {os.cpu_count()} cores"
        rows.append(
            Row(what, f"{pace:,.0f} /s", f"{first:,.0f} /s with one", f"{pace / first:.2f} ×, {cpu / count * 1000:.1f} ms CPU a job")
        )
    return rows


def _waiting(server: Postgres, count: int, waiting: int) -> list[Row]:
    """The same jobs beside none and beside a million waiting, in turn; then nothing to do beside either."""
    with ExitStack() as stack:
        places = [stack.enter_context(_place(f"fleet-{number}", server.database())) for number in range(2)]
        full = places[1].database
        assert full is not None
        with full.connect() as connection:
            connection.execute(_WAITING_JOBS, (waiting,))
            connection.execute("VACUUM ANALYZE")
        for place in places:
            place.start(1)
            place.run(50)
        costs = [[place.run(count // 4)[1] / (count // 4) for place in places] for _ in range(5)]
        ratio = sorted(busy / empty for empty, busy in costs)[2]
        idle = [_idle(place) for place in places]
    ours, base = (f"{sorted(each)[2] * 1000:.1f} ms" for each in (list(zip(*costs, strict=True))[side] for side in (1, 0)))
    what = f"a job of a fleet beside {waiting:,} waiting, CPU with PostgreSQL's"
    return [
        Row(what, ours, f"{base} with none", f"{ratio:.2f} ×", f"≤ {MAX_TIMES} ×", ratio <= MAX_TIMES),
        Row(
            "an idle worker beside them, CPU with PostgreSQL's",
            f"{idle[1]:.2f} %",
            f"{idle[0]:.2f} % with none",
            f"{idle[1] / idle[0]:.2f} ×",
        ),
    ]


def _idle(place: Place, seconds: float = 10) -> float:
    before = place.cpu()
    Event().wait(seconds)
    return (place.cpu() - before) / seconds * 100


def _reads(server: Postgres, count: int) -> list[Row]:
    rows = []
    for name, database, workers in (("embedded", None, 0), ("PostgreSQL, 2 workers", server.database(), 2)):
        with _place(f"fleet-reads-{workers}", database) as place:
            place.start(workers, serve=True)
            quiet = _read_while(place, lambda: Event().wait(4))
            busy = _read_while(place, lambda place=place: place.run(count))
            for share, title in ((0.5, "p50"), (0.99, "p99")):
                ours, base = _quantile(busy, share), _quantile(quiet, share)
                what = f"GET users/{{id}} under full ingest, {name}, {title}"
                rows.append(Row(what, f"{ours:.1f} ms", f"{base:.1f} ms without it", f"{ours / base:.1f} ×"))
    return rows


def _read_while(place: Place, work: Any) -> list[float]:
    """Milliseconds of small reads, one after the other, while something is done."""
    done, took = Event(), []

    def read() -> None:
        path = f"{place.processes[0].url}/users/{place.tenant.user_id}"
        with httpx2.Client(headers={"Authorization": f"Bearer {place.token}"}, timeout=30) as client:
            while not done.wait(0.005):
                began = time.perf_counter()
                client.get(path).raise_for_status()
                took.append((time.perf_counter() - began) * 1000)

    reader = Thread(target=read)
    reader.start()
    work()
    done.set()
    reader.join()
    return took


def _quantile(values: list[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]
