"""Turning the sandbox's clock: forward only, and never past something due without waiting until it has been done."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass

from bowerbird.domain.jobs.due import first_due
from bowerbird.domain.sandbox.controls import STALE_SECONDS, ControlState, keep_clock, kept_clock
from bowerbird.domain.services import Services, Session
from bowerbird.model.clock import to_milliseconds
from bowerbird.storage.database.unit_of_work import EVERY_TENANT
from bowerbird.storage.rows.users import any_user

PATIENCE_SECONDS = 120
"""How long a move waits for work that is due, before it answers that there is some left."""

LONGEST_MS = 10 * 366 * 86_400_000
"""How far ahead one move may go."""

_PAUSES = (0.001, 0.002, 0.005, 0.01, 0.02)  # not money: seconds between two looks, the last one again and again


class ClockCannotGoBack(Exception):
    """Time does not go back: what happened would lie in the future."""


class ClockMoveTooFar(Exception):
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


def now_of(services: Services) -> int:
    return to_milliseconds(services.clock.now())


def _machine(services: Services) -> int:
    return to_milliseconds(services.lease_clock.now())


async def turn(services: Services, target: Callable[[int], int], *, freeze_first: bool = False, resume_after: bool = False) -> Move:
    """Freeze, then move, then let it run: so that a move of a frozen clock is exact. `target` says from where it is where it goes.

    One move at a time; a second one waits. Raises Backwards and TooFar.
    """
    if services.controls is None:
        raise RuntimeError("only a sandbox with controls turns its clock")
    async with services.controls.moving:
        if freeze_first:
            await freeze(services)
        since = now_of(services)
        moment = target(since)
        if moment - since > LONGEST_MS:
            raise ClockMoveTooFar
        done = await move(services, moment)
        if resume_after:
            await resume(services)
        done.since, done.until = since, now_of(services)
    return done


async def freeze(services: Services) -> None:
    """Let the clock stand still where it is."""
    await _turn(services, lambda now, turned: ControlState(turned.offset, now))


async def resume(services: Services) -> None:
    """Let the clock go on from where it stands."""
    await _turn(services, lambda now, _: ControlState(now - _machine(services)))


async def move(services: Services, target: int) -> Move:
    """Go on to a moment (milliseconds), stopping wherever something is due until it has been done. Raises Backwards.

    Before the first user there is nothing that could be turned back, and any moment may be chosen.
    """
    done = Move()
    if target < now_of(services):
        if await services.storage.read(any_user, tenant=EVERY_TENANT):
            raise ClockCannotGoBack
        await _turn(services, lambda _, turned: _to(services, turned, target))
        return done
    deadline = time.monotonic() + PATIENCE_SECONDS
    while await _quiet(services, deadline):
        due = await services.read(first_due, tenant=EVERY_TENANT)
        if due is None or due > target:
            await _onward(services, target)
            done.settled = await _quiet(services, deadline)
            return done
        await _onward(services, due)
        done.moments += 1
    done.settled = False
    return done


async def _quiet(services: Services, deadline: float) -> bool:  # not money: seconds of the machine's uptime
    """Wait until nothing is due any more. False when it takes too long."""
    services.wake()
    looks = 0
    while (due := await services.read(first_due, tenant=EVERY_TENANT)) is not None and due <= now_of(services):
        if time.monotonic() > deadline:
            return False
        await asyncio.sleep(_PAUSES[min(looks, len(_PAUSES) - 1)])
        looks += 1
    return True


async def _onward(services: Services, target: int) -> None:
    await _turn(services, lambda now, turned: _to(services, turned, max(now, target)))


def _to(services: Services, turned: ControlState, moment: int) -> ControlState:
    return ControlState(turned.offset, moment) if turned.frozen_at is not None else ControlState(moment - _machine(services))


async def _turn(services: Services, change: Callable[[int, ControlState], ControlState]) -> None:
    """Change the clock by what every process has agreed on, and give the others time to notice."""

    def write(session: Session) -> None:
        turned = kept_clock(session)
        now = _machine(services) + turned.offset if turned.frozen_at is None else turned.frozen_at
        keep_clock(session, change(now, turned))

    await services.write(write, tenant=EVERY_TENANT)
    if services.controls is not None and not services.controls.alone:
        await asyncio.sleep(2 * STALE_SECONDS)
    services.wake()
