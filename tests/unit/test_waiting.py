"""The one loop of background tasks: it waits for an event and is ended, it is woken, and it goes on after an error."""

from __future__ import annotations

import asyncio

import pytest

from bowerbird.background.task import BackgroundTask, wanted_within
from bowerbird.logs import log


def test_a_task_that_is_ended_as_its_event_comes_ends() -> None:
    """Both in the same turn of the loop: the one may not make the other forgotten."""

    async def run() -> None:
        async def work() -> float:
            return 60

        task = BackgroundTask("waiting", work, 60)
        task.start()
        for _ in range(5):
            await asyncio.sleep(0)
        task.wake()
        async with asyncio.timeout(10):
            await task.stop()

    asyncio.run(run())


def test_a_task_goes_on_after_an_error_and_when_it_is_woken() -> None:
    async def run() -> list[str]:
        done: list[str] = []
        worked = asyncio.Event()

        async def work() -> float:
            done.append("work")
            worked.set()
            if len(done) == 1:
                raise RuntimeError("once")
            return 3600

        task = BackgroundTask("flaky", work, retry_s=0)
        task.start()
        async with asyncio.timeout(10):
            while len(done) < 2:
                await worked.wait()
                worked.clear()
            task.wake()
            await worked.wait()
            await task.stop()
        return done

    with log.kept() as lines:
        assert len(asyncio.run(run())) == 3
    assert [(line["event"], line["task"], line["error"]) for line in lines] == [("background_task_failed", "flaky", "RuntimeError")]


@pytest.mark.parametrize(("comes", "seconds"), [(True, 60), (False, 0)])
def test_it_says_whether_the_event_came(comes: bool, seconds: int) -> None:
    async def run() -> bool:
        wanted = asyncio.Event()
        if comes:
            wanted.set()
        return await wanted_within(wanted, seconds)

    assert asyncio.run(run()) is comes
