"""The one loop of everything a process does by itself: start, wake, back off after an error, stop."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress

from bowerbird.logs import log
from bowerbird.storage.database.unit_of_work import StorageUnavailable


class BackgroundTask:
    """Does `work` again and again: it returns the seconds until the next time, which `wake` cuts short.

    An error is logged under the task's name, and the work is tried again after `retry_s`: a task outlives its database.
    `settle_s` passes between `wake` and the work.
    """

    def __init__(self, name: str, work: Callable[[], Awaitable[float]], retry_s: float, *, settle_s: float = 0) -> None:
        self.name = name
        self._work, self._retry_s, self._settle_s = work, retry_s, settle_s
        self._wanted = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def start(self, after_s: float = 0) -> None:
        """Begin in the running event loop; the first work comes after so many seconds."""
        self._task = asyncio.create_task(self._run(after_s), name=self.name)

    def wake(self) -> None:
        """Do the work now. From the loop's own thread."""
        self._wanted.set()

    async def stop(self) -> None:
        """Cancel the task and wait until it is gone."""
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    async def _run(self, after_s: float) -> None:
        await wanted_within(self._wanted, after_s)
        while True:
            self._wanted.clear()
            try:
                pause_s = await self._work()
            except Exception as error:
                trace = None if isinstance(error, StorageUnavailable) else error  # a database that is away says all there is to say
                name, message = type(error).__name__, str(error)[:200]
                log.warning("background_task_failed", exc_info=trace, task=self.name, error=name, message=message, retry_s=self._retry_s)
                pause_s = self._retry_s
            if await wanted_within(self._wanted, pause_s) and self._settle_s:
                await asyncio.sleep(self._settle_s)


async def wanted_within(wanted: asyncio.Event, seconds: float) -> bool:
    """Wait for an event, not longer than this; whether it came.

    Unlike `asyncio.wait_for`, which before Python 3.12 forgets to be cancelled when the event comes at that very moment: a caller that
    waits for the end of this task would wait for ever.
    """
    try:
        async with asyncio.timeout(seconds):
            await wanted.wait()
    except TimeoutError:
        return False
    return True
