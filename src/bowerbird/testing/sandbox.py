"""A sandbox as a test holds it: the typed client with the few moves that tests make all the time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from bowerbird.api import schemas as s
from bowerbird.api.schemas import control as c
from bowerbird.client import AsyncBowerbird, Bowerbird

TEST_BANK = "AU00000"


class Sandbox(Bowerbird):
    """Every operation of the server, the control plane's too, and these. `url` and `key` are for the program under test."""

    def connect(
        self, user_id: str, login_id: str, password: str, *, institution_id: str = TEST_BANK, answers: Sequence[str] = ()
    ) -> s.JobView:
        """Connect a bank and wait for it. Raises JobFailed when the bank refuses."""
        made = self.create_connection(user_id, login_id=login_id, password=password, institution_id=institution_id)
        return self.wait_for_job(made.id, answers=answers)

    def advance(self, *, days: int = 0, hours: int = 0, minutes: int = 0, seconds: int = 0) -> c.ClockMove:
        """Move the clock on; what was due on the way has been done when this returns."""
        step = timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)
        return self.update_clock(advance_seconds=int(step.total_seconds()))

    def freeze(self) -> c.ClockMove:
        """Let the clock stand still."""
        return self.update_clock(freeze=True)

    def fail(self, code: str, *, operation: str = "*", times: int | None = 1, step: str | None = None) -> c.FaultView:
        """Have the next calls of an operation, or a step of the next jobs, end with a code of the catalogue."""
        return self.create_fault(code=code, operation=operation, times=times, step=step)

    def asynchronous(self) -> AsyncBowerbird:
        """The same sandbox for asyncio; close it, or use it with `async with`."""
        return AsyncBowerbird(self.url, self.key)
