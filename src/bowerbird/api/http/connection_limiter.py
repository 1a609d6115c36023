"""The connection limiter: how many connections a process holds, and how long each may take over a phase of a request.

It checks all connections once a second, so that no request costs a timer: a connection only records its phase and since when.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Iterable
from enum import IntEnum
from time import monotonic
from typing import Protocol

from bowerbird.api.http.bodies import longest_form
from bowerbird.domain.services import Limits

KEEP_ALIVE_SECONDS = 65
"""How long a connection may be idle between two requests."""
SURPLUS = 64
"""Connections beyond the limit that still get 503, health and metrics; further ones are closed without a response."""


class Phase(IntEnum):
    """What a connection is doing."""

    IDLE = 0
    HEADERS = 1
    BODY = 2
    ANSWER = 3


class ClientConnection(Protocol):
    """A connection as the limiter sees it: `since` is a time of the monotonic clock, `stalled` seconds without any response byte taken.

    `through_proxy`: a trusted proxy made it, so that it is one of many callers' and its address has no limit of its own.
    """

    address: str
    through_proxy: bool
    phase: Phase
    since: float  # not money: seconds
    stalled: float  # not money: seconds
    unsent: int

    @property
    def received(self) -> int: ...

    def is_leaving(self) -> bool: ...
    def is_held_back(self) -> bool: ...
    def unsent_bytes(self) -> int: ...
    def close_quietly(self) -> None: ...
    def abort(self) -> None: ...
    def respond_408(self) -> None: ...


class ConnectionLimiter:
    """The connections of one process. `body_limit`: bytes of one body, framing included, that are read before or after its answer.

    It is twice the largest that is accepted, so that a client whose file is too large can send it to its end and read the refusal.
    """

    def __init__(self, limits: Limits, in_flight: Callable[[set[asyncio.Task[None]]], None], page_body_bytes: int) -> None:
        self._limits = limits
        self.set_in_flight = in_flight
        self.clients: set[ClientConnection] = set()
        self._at: Counter[str] = Counter()
        self._looked_at = monotonic()
        self.body_limit = 2 * max(longest_form(limits.statement_max_bytes), page_body_bytes)
        self.turned_away = 0

    def enter(self, client: ClientConnection) -> bool:
        """Whether there is room for one more; the oldest idle one is closed to make room. A connection without room is counted as well."""
        self.clients.add(client)
        self._at[client.address] += 1
        limits = self._limits
        if self._at[client.address] > limits.connections_per_address and not client.through_proxy:
            room = self._dismiss(other for other in self.clients if other.address == client.address and other is not client)
        elif len(self.clients) > limits.connections:
            busiest = max(self._at, key=lambda address: self._at[address])
            room = self._dismiss(other for other in self.clients if other.address == busiest and other is not client)
        else:
            return True
        if not room:
            self.turned_away += 1
        return room

    @property
    def is_overfull(self) -> bool:
        return len(self.clients) > self._limits.connections + SURPLUS

    def leave(self, client: ClientConnection) -> None:
        self.clients.discard(client)
        self._at[client.address] -= 1
        if self._at[client.address] <= 0:
            del self._at[client.address]

    def _dismiss(self, clients: Iterable[ClientConnection]) -> bool:
        idle = [client for client in clients if client.phase <= Phase.HEADERS and not client.is_leaving()]
        if not idle:
            return False
        min(idle, key=lambda client: client.since).close_quietly()
        return True

    async def watch(self) -> None:
        while True:
            await asyncio.sleep(1)
            await asyncio.sleep(0)  # what arrived while the event loop was busy is read before a connection is checked
            self.look()

    def look(self) -> None:
        """Check every connection by the monotonic clock: a late check gives no client more time."""
        now = monotonic()
        elapsed, self._looked_at = now - self._looked_at, now
        for client in list(self.clients):
            self._judge(client, now, elapsed)

    def _judge(self, client: ClientConnection, now: float, elapsed: float) -> None:  # not money: seconds
        unsent = client.unsent_bytes()
        client.stalled = client.stalled + elapsed if 0 < client.unsent <= unsent else 0
        client.unsent = unsent
        if client.stalled > self._limits.answer_seconds:
            client.abort()
        elif client.is_leaving():
            return
        elif client.phase is Phase.IDLE:
            if now - client.since > KEEP_ALIVE_SECONDS:
                client.close_quietly()
        elif client.phase is Phase.HEADERS:
            if now - client.since > self._limits.header_seconds:
                client.respond_408()
        elif client.phase is Phase.BODY:
            self._judge_body(client, now, elapsed)

    def _judge_body(self, client: ClientConnection, now: float, elapsed: float) -> None:  # not money: seconds
        """After `body_seconds` a body must keep to a minimum rate, so that a large one may take longer than a small one."""
        if client.is_held_back():  # this process does not read
            client.since += elapsed
            return
        late = now - client.since - self._limits.body_seconds
        if late > 0 and client.received < late * self._limits.body_bytes_per_second:
            client.respond_408()
