"""Waiting for an event inside a task that others end."""

from __future__ import annotations

import asyncio

import pytest

from bowerbird.background.worker_pool import end, wanted_within


def test_a_task_that_is_ended_as_its_event_comes_ends() -> None:
    """Both in the same turn of the loop: the one may not make the other forgotten."""

    async def run() -> None:
        wanted = asyncio.Event()

        async def forever() -> None:
            while True:
                wanted.clear()
                await wanted_within(wanted, 60)

        task = asyncio.create_task(forever())
        for _ in range(3):
            await asyncio.sleep(0)
        wanted.set()
        async with asyncio.timeout(10):
            await end(task)
        assert task.cancelled()

    asyncio.run(run())


@pytest.mark.parametrize(("comes", "seconds"), [(True, 60), (False, 0)])
def test_it_says_whether_the_event_came(comes: bool, seconds: int) -> None:
    async def run() -> bool:
        wanted = asyncio.Event()
        if comes:
            wanted.set()
        return await wanted_within(wanted, seconds)

    assert asyncio.run(run()) is comes
