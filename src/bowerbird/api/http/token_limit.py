"""How many tokens one address may ask for: one limit, however many processes serve.

Counted in Redis or Valkey where one is named, in the database where several processes share it, in memory where there is one process.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import structlog
from limits import RateLimitItemPerMinute
from limits.aio.storage import MemoryStorage, Storage
from limits.aio.strategies import SlidingWindowCounterRateLimiter
from limits.storage import storage_from_string

from bowerbird.domain.services import Services, Session
from bowerbird.model.clock import Clock, SystemClock, to_milliseconds
from bowerbird.storage.database.unit_of_work import EVERY_TENANT
from bowerbird.storage.rows import rate_counters

TokenLimit = Callable[[str], Awaitable[int]]
"""From a client's address to the seconds it must wait, 0 when it may go on."""

WINDOW_SECONDS = 300
_WINDOW_MS = WINDOW_SECONDS * 1000
_PATIENCE_SECONDS = 1.0  # not money: what the counting server gets to answer

log = structlog.get_logger()


class CountingServerError(ValueError):
    """The address of a counting server cannot be used: it says why."""


class CountedByLimits:
    """Counted by the `limits` library, in memory or on a server of its own."""

    def __init__(self, storage: Storage, services: Services) -> None:
        self._limiter = SlidingWindowCounterRateLimiter(storage)
        self._services, self._clock = services, SystemClock()

    async def __call__(self, address: str) -> int:
        item = RateLimitItemPerMinute(self._services.limits.token_requests_per_5_minutes, WINDOW_SECONDS // 60)
        if await self._limiter.hit(item, "token", address):
            return 0
        again = (await self._limiter.get_window_stats(item, "token", address)).reset_time
        return max(1, round(again - self._clock.now().timestamp()))


class CountedElsewhere:
    """Counted on a server of its own; while that is away, by each process for itself: never without a limit, never refused for it."""

    def __init__(self, shared: TokenLimit, own: TokenLimit) -> None:
        self._shared, self._own = shared, own

    async def __call__(self, address: str) -> int:
        try:
            return await self._shared(address)
        except Exception as error:
            log.exception("limits_away", error=type(error).__name__)
            return await self._own(address)


class CountedInDatabase:
    """Two windows of five minutes, the earlier one weighted by how much of it is still within the last five minutes.

    A refused request is not counted. Of an address only a keyed hash is kept, for ten minutes.
    """

    def __init__(self, services: Services, clock: Clock) -> None:
        self._services, self._clock = services, clock

    async def __call__(self, address: str) -> int:
        key = self._services.vault.fingerprint("token requests", address)
        now = to_milliseconds(self._clock.now())
        try:
            await self._services.write(self._count, key, now, tenant=EVERY_TENANT)
        except _OverLimit as over:
            return over.seconds
        return 0

    def _count(self, session: Session, key: str, now: int) -> None:
        """Raises _OverLimit, and then nothing was counted."""
        limit = self._services.limits.token_requests_per_5_minutes
        window = now - now % _WINDOW_MS + _WINDOW_MS
        here = rate_counters.count_hit(session.uow, window, key)
        before = rate_counters.increment_counter(session.uow, window - _WINDOW_MS, key)
        if here == 1:
            rate_counters.forget_before(session.uow, window - _WINDOW_MS)
        left = window - now
        if before * left // _WINDOW_MS + here > limit:
            raise _OverLimit(_wait(limit, before, here - 1, left))


def _wait(limit: int, before: int, here: int, left: int) -> int:
    """Seconds until one more is allowed: when the earlier window has faded enough, or this one begins to."""
    if here >= limit or before == 0:
        return left // 1000 + 1
    return max(1, (left - (limit - here) * _WINDOW_MS // before) // 1000 + 1)


class _OverLimit(Exception):
    def __init__(self, seconds: int) -> None:
        self.seconds = seconds
        super().__init__(seconds)


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
