"""Moving the sandbox's clock: forward only, and never past something due without waiting until it has been done."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass

from bowerbird.domain.insights.enrichment import list_due
from bowerbird.domain.jobs.jobs import first_due
from bowerbird.domain.services import Services, Session
from bowerbird.model.clock import to_milliseconds
from bowerbird.model.days import DAY_MS
from bowerbird.sandbox.controls import STALE_SECONDS, WHOLE_SANDBOX, controls_of, save_clock_state
from bowerbird.storage.rows import statistics
from bowerbird.storage.rows.sandbox import ClockState, get_clock_state
from bowerbird.storage.rows.statistics import ActivityEntry as ActivityEntry  # noqa: PLC0414  (for the page of the clock)
from bowerbird.storage.rows.users import any_user

PATIENCE_SECONDS = 120
"""How long a move waits for work that is due before it reports that some is left."""

LONGEST_MS = 10 * 366 * DAY_MS
"""How far ahead one move may go."""

_PAUSES = (0.001, 0.002, 0.005, 0.01, 0.02)  # not money: seconds between two looks, the last one repeated


class ClockCannotGoBack(Exception):
    """The clock would go back: what already happened would lie in the future."""


class ClockMoveTooFar(Exception):
    """One move goes at most ten years ahead."""


@dataclass(slots=True)
class Move:
    """What a move did. `moments` counts the due moments it stopped at; `settled` is False when work was left at the end.

    `since` and `until` are where the clock was before and after, in milliseconds.
    """

    moments: int = 0
    settled: bool = True
    since: int = 0
    until: int = 0


def has_users(session: Session) -> bool:
    return any_user(session.uow)


def list_activity(session: Session, since: int, until: int, most: int) -> list[ActivityEntry]:
    """What happened after `since` and not after `until` (milliseconds), oldest first, at most `most` of each kind."""
    return statistics.list_activity(session.uow, since, until, most)


def now_of(services: Services) -> int:
    return to_milliseconds(services.clock.now())


def _machine(services: Services) -> int:
    return to_milliseconds(services.lease_clock.now())


async def move_clock(services: Services, target: Callable[[int], int], *, freeze_first: bool = False, resume_after: bool = False) -> Move:
    """Freeze, then move, then resume: so that a move of a frozen clock is exact. `target` maps where the clock is to where it goes.

    One move at a time; a second one waits. Raises ClockCannotGoBack and ClockMoveTooFar.
    """
    controls = controls_of(services)
    if controls is None:
        raise RuntimeError("only a sandbox with controls can move its clock")
    async with controls.moving:
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
    """Stop the clock where it is."""
    await _update(services, lambda now, state: ClockState(state.offset, now))


async def resume(services: Services) -> None:
    """Let the clock run from where it stands."""
    await _update(services, lambda now, _: ClockState(now - _machine(services)))


async def move(services: Services, target: int) -> Move:
    """Move to a moment (milliseconds), stopping wherever something is due until it has been done. Raises ClockCannotGoBack.

    Before the first user nothing has happened that could be undone, and any moment may be chosen.
    """
    done = Move()
    if target < now_of(services):
        if await services.read(has_users, tenant=WHOLE_SANDBOX):
            raise ClockCannotGoBack
        await _update(services, lambda _, state: _to(services, state, target))
        return done
    deadline = time.monotonic() + PATIENCE_SECONDS
    while await _quiet(services, deadline):
        due = await services.read(first_due, tenant=WHOLE_SANDBOX)
        if due is None or due > target:
            await _onward(services, target)
            done.settled = await _quiet(services, deadline)
            return done
        await _onward(services, due)
        done.moments += 1
    done.settled = False
    return done


async def _quiet(services: Services, deadline: float) -> bool:  # not money: seconds of the machine's uptime
    """Wait until nothing is due any more and every transaction is enriched. False when it takes too long."""
    services.wake()
    looks = 0
    while await _has_work(services):
        if time.monotonic() > deadline:
            return False
        await asyncio.sleep(_PAUSES[min(looks, len(_PAUSES) - 1)])
        looks += 1
    return True


async def _has_work(services: Services) -> bool:
    due = await services.read(first_due, tenant=WHOLE_SANDBOX)
    return (due is not None and due <= now_of(services)) or bool(await services.read(list_due, tenant=WHOLE_SANDBOX))


def _write_change(session: Session, change: Callable[[int, ClockState], ClockState]) -> None:
    state = get_clock_state(session.uow, for_update=True)
    now = _machine(session.services) + state.offset if state.frozen_at is None else state.frozen_at
    save_clock_state(session, change(now, state))


async def _onward(services: Services, target: int) -> None:
    await _update(services, lambda now, state: _to(services, state, max(now, target)))


def _to(services: Services, state: ClockState, moment: int) -> ClockState:
    return ClockState(state.offset, moment) if state.frozen_at is not None else ClockState(moment - _machine(services))


async def _update(services: Services, change: Callable[[int, ClockState], ClockState]) -> None:
    """Change the clock from the state in the database, and give other processes time to notice."""
    await services.write(_write_change, change, tenant=WHOLE_SANDBOX)
    controls = controls_of(services)
    if controls is not None and not controls.alone:
        await asyncio.sleep(2 * STALE_SECONDS)
    services.wake()
