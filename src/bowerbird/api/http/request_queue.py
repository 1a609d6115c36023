"""The request queue: how many requests a process handles at once, which one is next, and how many bytes of bodies it holds.

With few requests in flight a request starts at once. Otherwise it waits in the queue of its client: its application, or its address
while no token is known. The queues are served in rotation, so that a client with a thousand requests delays its own only. A body is
read without a slot, since its sender decides how long that takes.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Sized

from bowerbird import codes
from bowerbird.domain.services import Limits
from bowerbird.model.problem import Problem

UNQUEUED_REQUESTS = 8
"""Requests in flight up to which a new one starts at once."""

_BATCH = 8
"""Slots given in one round of the event loop; between two rounds new requests are read."""

RETRY_SECONDS = 2
_PROBE_SECONDS = 0.001  # not money: seconds
_MAX_PROBE_SECONDS = 0.25  # not money: seconds
_MAX_PROBERS = 1_000


def overloaded() -> Problem:
    return Problem(codes.SERVICE_UNAVAILABLE, retry_after=RETRY_SECONDS)


class RequestQueue:
    """`in_flight` is the set of requests the process has begun, which the HTTP server sets. `client` identifies a queue.

    `slots` where they are others than `limits` says: the threads of the pages have a queue of their own.
    """

    def __init__(self, limits: Limits, slots: int | None = None) -> None:
        self._limits = limits
        self.free = limits.requests_at_once if slots is None else slots
        self._share = max(1, self.free * 3 // 4)
        self._slots: dict[str, int] = {}
        self._queues: dict[str, deque[asyncio.Future[None]]] = {}
        self._bytes: dict[str, int] = {}
        self._called = False
        self.waiting = self.bytes = 0
        self.in_flight: Sized = ()

    async def take(self, client: str) -> None:
        """Take a slot, at once or after waiting. Raises Problem when too many requests wait, or it takes too long."""
        slots = self._slots.get(client, 0)
        if self.waiting == 0 and self.free > 0 and slots < self._share and len(self.in_flight) <= UNQUEUED_REQUESTS:
            self.free -= 1
            self._slots[client] = slots + 1
            return
        await self._enqueue(client)

    def has_others(self) -> bool:
        """Whether more requests than the one that asks are in flight."""
        return len(self.in_flight) > 1

    def leave(self, client: str) -> None:
        slots = self._slots[client] - 1
        if slots:
            self._slots[client] = slots
        else:
            del self._slots[client]
        self.free += 1
        if self.waiting:
            self._call_soon()

    def hold(self, client: str, size: int) -> None:
        """Count `size` more bytes of a client's bodies. Raises Problem when all together are too many, or one client has more than half."""
        own, most = self._bytes.get(client, 0) + size, self._limits.body_bytes_in_flight
        if self.bytes + size > most or own > max(most // 2, self._limits.statement_max_bytes * 2):
            raise overloaded()
        self.bytes += size
        self._bytes[client] = own

    def release(self, client: str, size: int) -> None:
        self.bytes -= size
        rest = self._bytes[client] - size
        if rest:
            self._bytes[client] = rest
        else:
            del self._bytes[client]

    async def _enqueue(self, client: str) -> None:
        if self.waiting >= self._limits.requests_waiting:
            self._make_room(client)
        loop = asyncio.get_running_loop()
        place: asyncio.Future[None] = loop.create_future()
        self._queues.setdefault(client, deque()).append(place)
        self.waiting += 1
        self._call_soon()
        patience = loop.call_later(self._limits.waiting_seconds, self._give_up, client, place)
        try:
            await place
        except asyncio.CancelledError:
            if place.done() and not place.cancelled() and place.exception() is None:
                self.leave(client)
            else:
                self._remove(client, place)
            raise
        finally:
            patience.cancel()

    def _make_room(self, client: str) -> None:
        """Refuse the last request of the longest queue, in favour of a client with a shorter one."""
        longest = max(self._queues, key=lambda name: len(self._queues[name]))
        if len(self._queues[longest]) <= len(self._queues.get(client, ())) + 1:
            raise overloaded()
        self._give_up(longest, self._queues[longest][-1])

    def _give_up(self, client: str, place: asyncio.Future[None]) -> None:
        if not place.done():
            self._remove(client, place)
            place.set_exception(overloaded())

    def _remove(self, client: str, place: asyncio.Future[None]) -> None:
        queue = self._queues.get(client)
        if queue is None or place not in queue:
            return
        queue.remove(place)
        self.waiting -= 1
        if not queue:
            del self._queues[client]

    def _call_soon(self) -> None:
        if not self._called:
            self._called = True
            asyncio.get_running_loop().call_soon(self._call)

    def _call(self) -> None:
        """Give slots to the first request of each queue in rotation."""
        self._called = False
        passed = given = 0
        while self.free > 0 and given < _BATCH and passed < len(self._queues):
            client = next(iter(self._queues))
            queue = self._queues.pop(client)
            if self._slots.get(client, 0) >= self._share:
                self._queues[client] = queue
                passed += 1
                continue
            place = queue.popleft()
            if queue:
                self._queues[client] = queue
            self.waiting -= 1
            passed, given = 0, given + 1
            self.free -= 1
            self._slots[client] = self._slots.get(client, 0) + 1
            place.set_result(None)
        if given == _BATCH and self.waiting:
            self._call_soon()


class ProbePace:
    """How often a network may ask for what stands outside the queue: a probe waits a millisecond where the one before is no older.

    A monitor asks every few seconds; a client that asks without pause leaves the loop to others in between.
    """

    def __init__(self) -> None:
        self._next: dict[str, float] = {}  # not money: seconds of the loop's clock

    async def wait(self, network: str) -> None:
        delay_s = self.delay_s(network, asyncio.get_running_loop().time())
        if delay_s > 0:
            await asyncio.sleep(delay_s)

    def delay_s(self, network: str, now: float) -> float:  # not money: seconds
        """How long a probe that came now has to wait."""
        at = max(now, self._next.get(network, 0))
        if len(self._next) >= _MAX_PROBERS:
            self._next.clear()
        self._next[network] = min(at, now + _MAX_PROBE_SECONDS) + _PROBE_SECONDS
        return min(at - now, _MAX_PROBE_SECONDS)


class Slot:
    """The slot of one request, and the bytes of its body. Call `close` in any case."""

    __slots__ = ("_bytes", "_client", "_in", "_request_queue")

    def __init__(self, request_queue: RequestQueue, client: str) -> None:
        self._request_queue, self._client = request_queue, client
        self._bytes, self._in = 0, False

    async def enter(self) -> None:
        await self._request_queue.take(self._client)
        self._in = True

    def leave(self) -> None:
        if self._in:
            self._in = False
            self._request_queue.leave(self._client)

    def hold(self, size: int) -> None:
        self._request_queue.hold(self._client, size)
        self._bytes += size

    def close(self) -> None:
        self.leave()
        if self._bytes:
            self._request_queue.release(self._client, self._bytes)
            self._bytes = 0
