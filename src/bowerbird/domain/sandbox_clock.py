"""Turning the sandbox's clock: forward only, and never past something due without waiting until it has been done."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass

from bowerbird.domain.controls import STALE_SECONDS, Turned, keep_clock, kept_clock
from bowerbird.domain.due import first_due
from bowerbird.domain.world import World
from bowerbird.model.clock import to_milliseconds
from bowerbird.storage.unit_of_work import EVERY_TENANT, UnitOfWork
from bowerbird.storage.users import any_user

PATIENCE_SECONDS = 120
"""How long a move waits for work that is due, before it answers that there is some left."""

LONGEST_MS = 10 * 366 * 86_400_000
"""How far ahead one move may go."""

_PAUSES = (0.001, 0.002, 0.005, 0.01, 0.02)  # not money: seconds between two looks, the last one again and again


class Backwards(Exception):
    """Time does not go back: what happened would lie in the future."""


class TooFar(Exception):
    """One move goes at most ten years ahead."""


@dataclass(slots=True)
class Move:
    """What a move did. `moments` are the due moments it stopped at; `settled` is False when work was left over at the end.

    `since` and `until` are where the clock was before and after, in milliseconds.
    """

    moments: int = 0
    settled: bool = True
    since: int = 0
    until: int = 0


def now_of(world: World) -> int:
    return to_milliseconds(world.clock.now())


def _machine(world: World) -> int:
    return to_milliseconds(world.lease_clock.now())


async def turn(world: World, target: Callable[[int], int], *, freeze_first: bool = False, resume_after: bool = False) -> Move:
    """Freeze, then move, then let it run: so that a move of a frozen clock is exact. `target` says from where it is where it goes.

    One move at a time; a second one waits. Raises Backwards and TooFar.
    """
    if world.controls is None:
        raise RuntimeError("only a sandbox with controls turns its clock")
    async with world.controls.moving:
        if freeze_first:
            await freeze(world)
        since = now_of(world)
        moment = target(since)
        if moment - since > LONGEST_MS:
            raise TooFar
        done = await move(world, moment)
        if resume_after:
            await resume(world)
        done.since, done.until = since, now_of(world)
    return done


async def freeze(world: World) -> None:
    """Let the clock stand still where it is."""
    await _turn(world, lambda now, turned: Turned(turned.offset, now))


async def resume(world: World) -> None:
    """Let the clock go on from where it stands."""
    await _turn(world, lambda now, _: Turned(now - _machine(world)))


async def move(world: World, target: int) -> Move:
    """Go on to a moment (milliseconds), stopping wherever something is due until it has been done. Raises Backwards.

    Before the first user there is nothing that could be turned back, and any moment may be chosen.
    """
    done = Move()
    if target < now_of(world):
        if await world.storage.read(any_user, tenant=EVERY_TENANT):
            raise Backwards
        await _turn(world, lambda _, turned: _to(world, turned, target))
        return done
    deadline = time.monotonic() + PATIENCE_SECONDS
    while await _quiet(world, deadline):
        due = await world.storage.read(first_due, tenant=EVERY_TENANT)
        if due is None or due > target:
            await _onward(world, target)
            done.settled = await _quiet(world, deadline)
            return done
        await _onward(world, due)
        done.moments += 1
    done.settled = False
    return done


async def _quiet(world: World, deadline: float) -> bool:  # not money: seconds of the machine's uptime
    """Wait until nothing is due any more. False when it takes too long."""
    world.wake()
    looks = 0
    while (due := await world.storage.read(first_due, tenant=EVERY_TENANT)) is not None and due <= now_of(world):
        if time.monotonic() > deadline:
            return False
        await asyncio.sleep(_PAUSES[min(looks, len(_PAUSES) - 1)])
        looks += 1
    return True


async def _onward(world: World, target: int) -> None:
    await _turn(world, lambda now, turned: _to(world, turned, max(now, target)))


def _to(world: World, turned: Turned, moment: int) -> Turned:
    return Turned(turned.offset, moment) if turned.frozen_at is not None else Turned(moment - _machine(world))


async def _turn(world: World, change: Callable[[int, Turned], Turned]) -> None:
    """Change the clock by what every process has agreed on, and give the others time to notice."""

    def write(uow: UnitOfWork) -> None:
        turned = kept_clock(uow)
        now = _machine(world) + turned.offset if turned.frozen_at is None else turned.frozen_at
        keep_clock(world, uow, change(now, turned))

    await world.storage.write(write, tenant=EVERY_TENANT)
    if world.controls is not None and not world.controls.alone:
        await asyncio.sleep(2 * STALE_SECONDS)
    world.wake()
