"""How many tokens one caller, a known key or an address, may request: one limit for all processes together.

Counted in Redis or Valkey where one is named, in the database where several processes share it, in memory where there is one process.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import structlog
from limits import RateLimitItemPerMinute
from limits.aio.storage import MemoryStorage, Storage
from limits.aio.strategies import SlidingWindowCounterRateLimiter
from limits.storage import storage_from_string

from bowerbird.domain.access.tenant import NO_APPLICATION
from bowerbird.domain.access.tokens import WINDOW_SECONDS as WINDOW_SECONDS  # noqa: PLC0414
from bowerbird.domain.access.tokens import TooManyTokenRequests, record_token_request
from bowerbird.domain.services import Services
from bowerbird.model.clock import Clock, SystemClock, to_milliseconds

TokenLimit = Callable[[str], Awaitable[int]]
"""From a caller (`tokens.token_caller`) to the seconds it must wait, 0 when it may go on."""

_PATIENCE_SECONDS = 1.0  # not money: what the counting server gets to answer

log = structlog.get_logger()


class CountingServerError(ValueError):
    """The address of a counting server cannot be used; the text says why."""


class CountedByLimits:
    """Counted by the `limits` library, in memory or on a server of its own."""

    def __init__(self, storage: Storage, services: Services) -> None:
        self._limiter = SlidingWindowCounterRateLimiter(storage)
        self._services, self._clock = services, SystemClock()

    async def __call__(self, caller: str) -> int:
        item = RateLimitItemPerMinute(self._services.limits.token_requests_per_5_minutes, WINDOW_SECONDS // 60)
        if await self._limiter.hit(item, "token", caller):
            return 0
        again = (await self._limiter.get_window_stats(item, "token", caller)).reset_time
        return max(1, round(again - self._clock.now().timestamp()))


class CountedElsewhere:
    """Counted on a server of its own. While that does not answer, each process counts for itself, so that there always is a limit."""

    def __init__(self, shared: TokenLimit, own: TokenLimit) -> None:
        self._shared, self._own = shared, own

    async def __call__(self, caller: str) -> int:
        try:
            return await self._shared(caller)
        except Exception as error:
            log.exception("limits_away", error=type(error).__name__)
            return await self._own(caller)


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
    own = CountedByLimits(MemoryStorage(), services)
    if limits_url:
        return CountedElsewhere(CountedByLimits(_counting_server(limits_url), services), own)
    return CountedInDatabase(services, SystemClock()) if one_of_several else own


def _counting_server(url: str) -> Storage:
    """Redis and Valkey speak the same protocol, and one client speaks it with both."""
    scheme, _, rest = url.partition("://")
    scheme = scheme.replace("valkey", "redis")
    if scheme not in ("redis", "rediss", "redis+unix") or not rest:
        raise CountingServerError("BOWERBIRD_LIMITS_URL is no address of a Redis or Valkey server: write redis://HOST:6379")
    options = {"socket_timeout": _PATIENCE_SECONDS, "socket_connect_timeout": _PATIENCE_SECONDS}
    storage = storage_from_string(f"async+{scheme}://{rest}", implementation="redispy", key_prefix="bowerbird", **options)
    assert isinstance(storage, Storage)  # noqa: S101  (the scheme says so)
    return storage
