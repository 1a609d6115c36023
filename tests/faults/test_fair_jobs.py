"""Applications share the threads of jobs and the processes that read files: none waits for all that another has sent."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from bowerbird.background.dispatcher import shared_out
from bowerbird.background.worker_pool import THREADS
from bowerbird.domain.hooks import Hooks
from bowerbird.domain.jobs.work import StepFailed, Work
from bowerbird.domain.services import Services
from bowerbird.model.job import StepTitle
from bowerbird.storage.rows.jobs import DueJob
from tests.faults.long_account import statement
from tests.faults.traffic import ON_PAPER
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
