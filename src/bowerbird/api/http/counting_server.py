"""Token requests counted in Redis or Valkey, for every server that names it."""

from __future__ import annotations

from limits import RateLimitItemPerMinute
from limits.aio.storage import Storage
from limits.aio.strategies import SlidingWindowCounterRateLimiter
from limits.storage import storage_from_string

from bowerbird.api.http.token_limit import TokenLimit
from bowerbird.domain.access.tokens import WINDOW_SECONDS
from bowerbird.domain.services import Services
from bowerbird.logs import log
from bowerbird.model.clock import SystemClock

_PATIENCE_SECONDS = 1.0  # not money: what the counting server gets to answer


class CountingServerError(ValueError):
    """The address of a counting server cannot be used; the text says why."""


class CountedByServer:
    """Counted by the `limits` library on a server of its own. Raises CountingServerError for an address that is none."""

    def __init__(self, url: str, services: Services) -> None:
        self._limiter = SlidingWindowCounterRateLimiter(_counting_server(url))
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
