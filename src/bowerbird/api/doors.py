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


class About(IntEnum):
    """What a connection is about."""

    IDLE = 0
    HEADERS = 1
    BODY = 2
    ANSWER = 3


class Guest(Protocol):
    """A connection as the doors see it."""

    address: str
    about: About
    since: int
    received: int
    stalled: int
    unsent: int

    def is_leaving(self) -> bool: ...
    def is_held_back(self) -> bool: ...
    def unsent_bytes(self) -> int: ...
    def close_quietly(self) -> None: ...
    def cut(self) -> None: ...
    def say_too_slow(self) -> None: ...


class Doors:
    """The connections of one process. `second` is the time here: whole seconds since the start."""

    def __init__(self, limits: Limits, crowd: Callable[[set[asyncio.Task[None]]], None]) -> None:
        self._limits = limits
        self.show_crowd = crowd
        self.guests: set[Guest] = set()
        self._at: Counter[str] = Counter()
        self.second = 0
        self.turned_away = 0

    def enter(self, guest: Guest) -> bool:
        """Whether there is room for one more; the oldest that only waits makes room. A guest without room is still counted."""
        self.guests.add(guest)
        self._at[guest.address] += 1
        limits = self._limits
        if self._at[guest.address] > limits.connections_per_address:
            room = self._dismiss(each for each in self.guests if each.address == guest.address and each is not guest)
        elif len(self.guests) > limits.connections:
            crowded = max(self._at, key=lambda address: self._at[address])
            room = self._dismiss(each for each in self.guests if each.address == crowded and each is not guest)
        else:
            return True
        if not room:
            self.turned_away += 1
        return room

    @property
    def is_overfull(self) -> bool:
        return len(self.guests) > self._limits.connections + SURPLUS

    def leave(self, guest: Guest) -> None:
        self.guests.discard(guest)
        self._at[guest.address] -= 1
        if self._at[guest.address] <= 0:
            del self._at[guest.address]

    def _dismiss(self, guests: Iterable[Guest]) -> bool:
        idle = [each for each in guests if each.about <= About.HEADERS and not each.is_leaving()]
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
        for guest in list(self.guests):
            self._judge(guest)

    def _judge(self, guest: Guest) -> None:
        unsent = guest.unsent_bytes()
        guest.stalled = guest.stalled + 1 if unsent and unsent >= guest.unsent else 0
        guest.unsent = unsent
        if guest.stalled > self._limits.answer_seconds:
            guest.cut()
        elif guest.is_leaving():
            return
        elif guest.about is About.HEADERS:
            if self.second - guest.since > self._limits.header_seconds:
                guest.say_too_slow()
        elif guest.about is About.BODY:
            self._judge_body(guest)

    def _judge_body(self, guest: Guest) -> None:
        """After a first while a body must keep to a least rate, so that a large one may take longer than a small one."""
        if guest.is_held_back():  # it is us who do not read
            guest.since += 1
            return
        late = self.second - guest.since - self._limits.body_seconds
        if late > 0 and guest.received < late * self._limits.body_bytes_per_second:
            guest.say_too_slow()
