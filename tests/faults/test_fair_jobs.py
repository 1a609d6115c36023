"""Applications share the threads of jobs and the processes that read files: none waits for all that another has sent."""

from __future__ import annotations

import asyncio
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from bowerbird.background.dispatcher import EmbeddedDispatcher, shared_out
from bowerbird.background.worker_pool import THREADS
from bowerbird.domain.hooks import Hooks
from bowerbird.domain.jobs.work import StepFailed, Work
from bowerbird.domain.services import Services
from bowerbird.model.ids import new_id
from bowerbird.model.job import JobKind, JobState, StepTitle
from bowerbird.storage.database.unit_of_work import EVERY_TENANT, UnitOfWork
from bowerbird.storage.rows.jobs.claims import DueJob, due_jobs_of_all
from bowerbird.storage.rows.jobs.jobs import JobRow, insert_job
from tests.faults.long_account import statement
from tests.faults.test_bounded_reads import watched
from tests.faults.traffic import ON_PAPER
from tests.postgres import SUPERUSER, Postgres, settings_of
from tests.serving import Serving, is_settled, until

WAITING = 12


@pytest.mark.parametrize(
    ("running", "room", "begins"),
    [
        ({}, 1, ["a1"]),
        ({"A": 3}, 1, ["b1"]),
        ({"A": 2, "B": 1}, 4, ["b1", "a1", "a2", "a3"]),
        ({"B": 3}, 2, ["a1", "a2"]),
        ({}, 9, ["a1", "b1", "a2", "a3"]),
        ({}, 0, []),
    ],
)
def test_a_place_goes_to_the_application_with_the_fewest_running_jobs(running: dict[str, int], room: int, begins: list[str]) -> None:
    due = [DueJob("a1", "A"), DueJob("a2", "A"), DueJob("a3", "A"), DueJob("b1", "B")]
    assert [job.id for job in shared_out(due, Counter(running), room)] == begins


class HeldJobs(Hooks):
    """Records which job begins when. A job goes no further until it is let through."""

    def __init__(self) -> None:
        self.begun: list[str] = []
        self.through = threading.Semaphore(0)
        self._lock = threading.Lock()

    def before_step(self, services: Services, work: Work, title: StepTitle) -> StepFailed | None:
        with self._lock:
            is_first = work.job.id not in self.begun
            if is_first:
                self.begun.append(work.job.id)
        if is_first:
            assert self.through.acquire(timeout=60)
        return None


@contextmanager
def held(serving: Serving) -> Iterator[HeldJobs]:
    """Until the end of the context, the jobs of a server are held before their first step."""
    before, hooks = serving.services.hooks, HeldJobs()
    serving.services.hooks = hooks
    try:
        yield hooks
    finally:
        hooks.through.release(1000)
        serving.services.hooks = before


@pytest.mark.both_engines
def test_the_next_free_thread_goes_to_the_application_that_has_none(serving: Serving) -> None:
    """Two others send one file each, behind all that a busy one has sent: theirs are the next two that begin."""
    busy, small = serving.application(), [serving.application(), serving.application()]
    with held(serving) as jobs:
        sent = [busy.upload(user, statement(0, 20), ON_PAPER).json()["id"] for user in [busy.new_user() for _ in range(WAITING)]]
        until(lambda: len(jobs.begun) == THREADS, "every thread to be taken")
        assert set(jobs.begun) <= set(sent)
        behind = [app.upload(app.new_user(), statement(0, 60), ON_PAPER).json()["id"] for app in small]
        for number in (1, 2):
            jobs.through.release()
            until(lambda number=number: len(jobs.begun) == THREADS + number, "the next job to begin")  # type: ignore[misc]
        assert set(jobs.begun[THREADS:]) == set(behind)
    for app, job in [*((busy, job) for job in sent), *zip(small, behind, strict=True)]:
        until(lambda app=app, job=job: is_settled(app.job(job)), "each file to be read")  # type: ignore[misc]
        assert {step["status"] for step in app.job(job)["steps"]} == {"success"}
    serving.idle()


def fill(serving: Serving, applications: int, jobs_each: int) -> None:
    """So many more applications with due jobs each; nothing runs them."""

    def insert(uow: UnitOfWork) -> None:
        for _ in range(applications):
            application, user = new_id(), new_id()
            for number in range(jobs_each):
                job = JobRow(new_id(), application, user, new_id(), "AU00000", JobKind.REFRESH, JobState.QUEUED, number, number, number)
                insert_job(uow, job, [StepTitle.RETRIEVE_ACCOUNTS])

    serving.services.storage.write_now(insert, tenant=EVERY_TENANT)


def analyze(serving: Serving, request: pytest.FixtureRequest) -> None:
    """As PostgreSQL does by itself within a minute or two."""
    storage = serving.services.storage
    if not storage.is_sqlite:
        server: Postgres = request.getfixturevalue("postgres")
        with psycopg.connect(server.url(SUPERUSER, str(storage.writer_engine.url.database)), autocommit=True) as connection:
            connection.execute("VACUUM ANALYZE jobs")


def look(serving: Serving, after: str) -> tuple[list[str], int]:
    """The applications that a look for due jobs asks, and the rows (PostgreSQL) or steps (SQLite) it takes."""
    with watched() as found:
        due = serving.services.storage.read_now(lambda uow: due_jobs_of_all(uow, 10**13, 10**13, 4, after), tenant=EVERY_TENANT)
    return due.asked, found.rows or found.steps


@pytest.fixture
def resting(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Serving]:
    """A server that does no jobs."""
    with Serving(tmp_path / "resting", no_jobs=True, **settings_of(request)) as started:
        if started.server.dispatcher is not None:
            asyncio.run_coroutine_threadsafe(started.server.dispatcher.stop(), started.loop).result(30)
        yield started


@pytest.mark.parametrize("resting", ["sqlite", "postgresql"], indirect=True)
def test_a_look_costs_the_same_among_any_number_of_applications(
    resting: Serving, request: pytest.FixtureRequest, tell: Callable[[object], None]
) -> None:
    """And goes round: after some looks every application has been asked."""
    costs = []
    for applications, jobs_each in ((20, 12), (180, 12)):
        fill(resting, applications, jobs_each)
        analyze(resting, request)
        costs.append(look(resting, "")[1])
    tell(f"{costs[0]} among 20 applications, {costs[1]} among 200")
    assert costs[1] <= costs[0] * 1.3 + 50
    asked = [""]
    for _ in range(200 // 16 + 1):
        asked += look(resting, asked[-1])[0]
    assert len({*asked}) == 201


LATER_MS = 10**14


@pytest.mark.parametrize("resting", ["sqlite", "postgresql"], indirect=True)
@pytest.mark.parametrize("others", [16, 40])
def test_jobs_that_are_due_later_hold_up_no_application(resting: Serving, others: int) -> None:
    """A busy application has what runs and what is due first; between it and a small one stand others, whose jobs wait for another day."""
    busy, *later, small = sorted(new_id() for _ in range(others + 2))
    dues = [*((busy, due_ms) for due_ms in range(60)), *((each, LATER_MS) for each in later), (small, 1000)]
    resting.services.storage.write_now(lambda uow: insert_due(uow, dues), tenant=EVERY_TENANT)
    dispatcher, begun = EmbeddedDispatcher(resting.services, ""), list[str]()
    for _ in range(others // 16 + 2):
        dispatcher._applications = {new_id(): busy for _ in range(THREADS - 1)}
        begun.append(next_begun(resting, dispatcher))
    assert small in begun


@pytest.mark.parametrize("resting", ["sqlite", "postgresql"], indirect=True)
def test_applications_of_which_none_runs_begin_one_after_another(resting: Serving) -> None:
    """Each job ends at once, and more are due: the application whose jobs are due first has no more of the threads than the others."""
    applications = sorted(new_id() for _ in range(32))
    dues = [(each, place * 100 + due_ms) for place, each in enumerate(applications) for due_ms in range(3)]
    resting.services.storage.write_now(lambda uow: insert_due(uow, dues), tenant=EVERY_TENANT)
    dispatcher = EmbeddedDispatcher(resting.services, "")
    assert [next_begun(resting, dispatcher) for _ in applications] == applications


def next_begun(serving: Serving, dispatcher: EmbeddedDispatcher) -> str:
    """The application to which the dispatcher gives a free thread. The job itself stays due."""
    (job,) = asyncio.run_coroutine_threadsafe(dispatcher._fairest(1), serving.loop).result(30)
    return job.application_id


def insert_due(uow: UnitOfWork, dues: Sequence[tuple[str, int]]) -> None:
    """A job of each application at that moment."""
    for application, due_ms in dues:
        job = JobRow(new_id(), application, new_id(), new_id(), "AU00000", JobKind.REFRESH, JobState.QUEUED, due_ms, 0, 0)
        insert_job(uow, job, [StepTitle.RETRIEVE_ACCOUNTS])
