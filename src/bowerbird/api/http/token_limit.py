"""How many tokens one caller, a known key or an address, may request: one limit for all processes together.

Counted in Redis or Valkey where one is named, in the database where several processes share it, in memory where there is one process.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable

from bowerbird.domain.access.tenant import NO_APPLICATION
from bowerbird.domain.access.tokens import WINDOW_MS, TooManyTokenRequests, record_token_request, seconds_to_wait, window_end
from bowerbird.domain.access.tokens import WINDOW_SECONDS as WINDOW_SECONDS  # noqa: PLC0414
from bowerbird.domain.services import Services
from bowerbird.model.clock import Clock, SystemClock, to_milliseconds

TokenLimit = Callable[[str], Awaitable[int]]
"""From a caller (`tokens.token_caller`) to the seconds it must wait, 0 when it may go on."""


class CountedInMemory:
    """Counted by this process for itself; a refused request is not counted."""

    def __init__(self, services: Services, clock: Clock) -> None:
        self._services, self._clock = services, clock
        self._counts: dict[int, Counter[str]] = {}

    async def __call__(self, caller: str) -> int:
        now_ms = to_milliseconds(self._clock.now())
        ends_ms = window_end(now_ms)
        self._counts = {each: self._counts.get(each, Counter()) for each in (ends_ms - WINDOW_MS, ends_ms)}
        before, current = (counts[caller] for counts in self._counts.values())
        seconds = seconds_to_wait(self._services.limits.token_requests_per_5_minutes, before, current, now_ms)
        if not seconds:
            self._counts[ends_ms][caller] += 1
        return seconds


class CountedInDatabase:
    """Counted in the database. Of a caller only a keyed hash is stored, for ten minutes; a refused request is not counted."""

    def __init__(self, services: Services, clock: Clock) -> None:
        self._services, self._clock = services, clock

    async def __call__(self, caller: str) -> int:
        subject = self._services.vault.fingerprint("token requests", caller)
        now_ms = to_milliseconds(self._clock.now())
        try:
            await self._services.write(record_token_request, subject, now_ms, tenant=NO_APPLICATION)
        except TooManyTokenRequests as refused:
            return refused.seconds
        return 0


def token_limit(services: Services, limits_url: str, *, one_of_several: bool) -> TokenLimit:
    """Raises CountingServerError when the address of the counting server is none."""
    own = CountedInMemory(services, SystemClock())
    if limits_url:
        from bowerbird.api.http.counting_server import CountedByServer, CountedElsewhere  # noqa: PLC0415  (its library is 2 MB that most servers do without)

        return CountedElsewhere(CountedByServer(limits_url, services), own)
    return CountedInDatabase(services, SystemClock()) if one_of_several else own
