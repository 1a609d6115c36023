"""Applications share the threads of jobs and the processes that read files: none waits for all that another has sent."""

from __future__ import annotations

from collections import Counter
from importlib import resources

import pytest

from bowerbird.background.dispatcher import shared_out
from bowerbird.storage.database.unit_of_work import EVERY_TENANT
from bowerbird.storage.rows.jobs import DueJob, count_unfinished
from bowerbird.web.kernel.samples import COMMBANK
from tests.faults.long_account import statement
from tests.faults.traffic import ON_PAPER
from tests.serving import Serving, is_settled, until

WAITING, MOST_BETWEEN = 24, 16


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


def test_a_small_file_does_not_wait_for_all_that_another_application_has_sent(serving: Serving) -> None:
    """When it is read, most of the files that waited before it still wait: those that were running are done, and a few beside it."""
    busy, small = serving.application(), serving.application()
    pdf = (resources.files("bowerbird.web") / "samples" / "statement.pdf").read_bytes()
    for user in [busy.new_user() for _ in range(WAITING)]:
        assert busy.upload(user, pdf, COMMBANK, "statement.pdf").status_code == 202

    def left() -> int:
        return serving.services.storage.read_now(lambda uow: count_unfinished(uow, busy.id, WAITING), tenant=EVERY_TENANT)

    job, before = small.upload(small.new_user(), statement(0, 60), ON_PAPER).json()["id"], left()
    until(lambda: is_settled(small.job(job)), "the small file to be read")
    assert {step["status"] for step in small.job(job)["steps"]} == {"success"}
    assert before - left() <= MOST_BETWEEN
    serving.idle()
