"""Turns: how many requests a process works on at once, who is next when more have come, and how much of bodies it holds.

In calm a request goes straight through. In a crowd requests stand in line, a line an application (an address, where no token is known
yet), and the lines take turns, so that who sends a thousand requests waits behind himself and nobody else does. A body is read without
holding a turn: it takes as long as its sender likes.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Sized

from bowerbird import codes
from bowerbird.domain.services import Limits
from bowerbird.model.problem import Problem

UNQUEUED_REQUESTS = 8
"""Requests of the process up to which nobody needs to stand in line."""

_BATCH = 8
"""Turns given in one round of the event loop; between two rounds newcomers are read."""

RETRY_SECONDS = 2


def overloaded() -> Problem:
    return Problem(codes.SERVICE_UNAVAILABLE, retry_after=RETRY_SECONDS)


class RequestQueue:
    """`crowd` is the set of requests the process has begun, shown by the HTTP server."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self.free = limits.requests_at_once
        self._share = max(1, self.free * 3 // 4)
        self._held: dict[str, int] = {}
        self._lines: dict[str, deque[asyncio.Future[None]]] = {}
        self._bytes: dict[str, int] = {}
        self._called = False
        self.waiting = self.bytes = 0
        self.in_flight: Sized = ()

    async def take(self, who: str) -> None:
        """Go on at once, or when it is `who`'s turn. Raises Problem when there are too many, or it takes too long."""
        held = self._held.get(who, 0)
        if self.waiting == 0 and self.free > 0 and held < self._share and len(self.in_flight) <= UNQUEUED_REQUESTS:
            self.free -= 1
            self._held[who] = held + 1
            return
        await self._enqueue(who)

    def leave(self, who: str) -> None:
        held = self._held[who] - 1
        if held:
            self._held[who] = held
        else:
            del self._held[who]
        self.free += 1
        if self.waiting:
            self._call_soon()

    def hold(self, who: str, size: int) -> None:
        """Keep that many more bytes of somebody's bodies. Raises Problem when all hold too much, or one holds more than half of it."""
        own, most = self._bytes.get(who, 0) + size, self._limits.body_bytes_in_flight
        if self.bytes + size > most or own > max(most // 2, self._limits.statement_max_bytes * 2):
            raise overloaded()
        self.bytes += size
        self._bytes[who] = own

    def let_go(self, who: str, size: int) -> None:
        self.bytes -= size
        rest = self._bytes[who] - size
        if rest:
            self._bytes[who] = rest
        else:
            del self._bytes[who]

    async def _enqueue(self, who: str) -> None:
        if self.waiting >= self._limits.requests_waiting:
            self._make_room(who)
        loop = asyncio.get_running_loop()
        place: asyncio.Future[None] = loop.create_future()
        self._lines.setdefault(who, deque()).append(place)
        self.waiting += 1
        self._call_soon()
        patience = loop.call_later(self._limits.waiting_seconds, self._give_up, who, place)
        try:
            await place
        except asyncio.CancelledError:
            if place.done() and not place.cancelled() and place.exception() is None:
                self.leave(who)
            else:
                self._step_out(who, place)
            raise
        finally:
            patience.cancel()

    def _make_room(self, who: str) -> None:
        """Whoever has the longest line loses its last place to one with a shorter line."""
        longest = max(self._lines, key=lambda each: len(self._lines[each]))
        if len(self._lines[longest]) <= len(self._lines.get(who, ())) + 1:
            raise overloaded()
        self._give_up(longest, self._lines[longest][-1])

    def _give_up(self, who: str, place: asyncio.Future[None]) -> None:
        if not place.done():
            self._step_out(who, place)
            place.set_exception(overloaded())

    def _step_out(self, who: str, place: asyncio.Future[None]) -> None:
        line = self._lines.get(who)
        if line is None or place not in line:
            return
        line.remove(place)
        self.waiting -= 1
        if not line:
            del self._lines[who]

    def _call_soon(self) -> None:
        if not self._called:
            self._called = True
            asyncio.get_running_loop().call_soon(self._call)

    def _call(self) -> None:
        """Give turns to the first of each line in rotation."""
        self._called = False
        passed = given = 0
        while self.free > 0 and given < _BATCH and passed < len(self._lines):
            who = next(iter(self._lines))
            line = self._lines.pop(who)
            if self._held.get(who, 0) >= self._share:
                self._lines[who] = line
                passed += 1
                continue
            place = line.popleft()
            if line:
                self._lines[who] = line
            self.waiting -= 1
            passed, given = 0, given + 1
            self.free -= 1
            self._held[who] = self._held.get(who, 0) + 1
            place.set_result(None)
        if given == _BATCH and self.waiting:
            self._call_soon()


class Slot:
    """One request's turn and what it holds of a body. `close` in any case."""

    __slots__ = ("_bytes", "_in", "_request_queue", "_who")

    def __init__(self, request_queue: RequestQueue, who: str) -> None:
        self._request_queue, self._who = request_queue, who
        self._bytes, self._in = 0, False

    async def enter(self) -> None:
        await self._request_queue.take(self._who)
        self._in = True

    def leave(self) -> None:
        if self._in:
            self._in = False
            self._request_queue.leave(self._who)

    def hold(self, size: int) -> None:
        self._request_queue.hold(self._who, size)
        self._bytes += size

    def close(self) -> None:
        self.leave()
        if self._bytes:
            self._request_queue.let_go(self._who, self._bytes)
            self._bytes = 0
