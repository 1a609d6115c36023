"""Doors: how many connections a process holds, and how long one may take over each thing it does.

Looked over once a second, all at once, so that a request costs no timer: a connection only notes what it is about and since when.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Iterable
from enum import IntEnum
from typing import Protocol

from bowerbird.domain.world import Limits

SURPLUS = 64
"""Connections beyond the limit that are still told so, and may ask for health and metrics; more are closed unheard."""


class Phase(IntEnum):
    """What a connection is about."""

    IDLE = 0
    HEADERS = 1
    BODY = 2
    ANSWER = 3


class ClientConnection(Protocol):
    """A connection as the doors see it."""

    address: str
    phase: Phase
    since: int
    received: int
    stalled: int
    unsent: int

    def is_leaving(self) -> bool: ...
    def is_held_back(self) -> bool: ...
    def unsent_bytes(self) -> int: ...
    def close_quietly(self) -> None: ...
    def abort(self) -> None: ...
    def respond_408(self) -> None: ...


class ConnectionLimiter:
    """The connections of one process. `second` is the time here: whole seconds since the start."""

    def __init__(self, limits: Limits, in_flight: Callable[[set[asyncio.Task[None]]], None]) -> None:
        self._limits = limits
        self.set_in_flight = in_flight
        self.clients: set[ClientConnection] = set()
        self._at: Counter[str] = Counter()
        self.second = 0
        self.turned_away = 0

    def enter(self, client: ClientConnection) -> bool:
        """Whether there is room for one more; the oldest that only waits makes room. A guest without room is still counted."""
        self.clients.add(client)
        self._at[client.address] += 1
        limits = self._limits
        if self._at[client.address] > limits.connections_per_address:
            room = self._dismiss(each for each in self.clients if each.address == client.address and each is not client)
        elif len(self.clients) > limits.connections:
            crowded = max(self._at, key=lambda address: self._at[address])
            room = self._dismiss(each for each in self.clients if each.address == crowded and each is not client)
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
        idle = [each for each in clients if each.phase <= Phase.HEADERS and not each.is_leaving()]
        if not idle:
            return False
        min(idle, key=lambda each: each.since).close_quietly()
        return True

    async def watch(self) -> None:
        while True:
            await asyncio.sleep(1)
            self.look()

    def look(self) -> None:
        """One second has passed."""
        self.second += 1
        for client in list(self.clients):
            self._judge(client)

    def _judge(self, client: ClientConnection) -> None:
        unsent = client.unsent_bytes()
        client.stalled = client.stalled + 1 if unsent and unsent >= client.unsent else 0
        client.unsent = unsent
        if client.stalled > self._limits.answer_seconds:
            client.abort()
        elif client.is_leaving():
            return
        elif client.phase is Phase.HEADERS:
            if self.second - client.since > self._limits.header_seconds:
                client.respond_408()
        elif client.phase is Phase.BODY:
            self._judge_body(client)

    def _judge_body(self, client: ClientConnection) -> None:
        """After a first while a body must keep to a least rate, so that a large one may take longer than a small one."""
        if client.is_held_back():  # it is us who do not read
            client.since += 1
            return
        late = self.second - client.since - self._limits.body_seconds
        if late > 0 and client.received < late * self._limits.body_bytes_per_second:
            client.respond_408()
