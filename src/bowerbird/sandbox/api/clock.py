"""Operations on the sandbox's clock and limits."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import NamedTuple

import msgspec

from bowerbird import codes
from bowerbird.api.http.request import ApiRequest
from bowerbird.api.http.response import ApiResponse, as_json
from bowerbird.api.schemas.control import ClockChange, ClockMove, ClockView, LimitsChange, LimitsView
from bowerbird.domain.jobs.jobs import first_due
from bowerbird.model.clock import from_milliseconds, to_milliseconds, wire_time
from bowerbird.model.problem import Problem
from bowerbird.sandbox import clock as sandbox_clock
from bowerbird.sandbox import limits as sandbox_limits
from bowerbird.sandbox.controls import WHOLE_SANDBOX, Controls, controls_of, not_valid


async def get_clock(request: ApiRequest) -> ApiResponse:
    state = await _read_clock(request)
    return as_json(ClockView(now=state.now, frozen=state.frozen, ahead_seconds=state.ahead_seconds, next_due=state.next_due))


async def update_clock(request: ApiRequest) -> ApiResponse:
    """Freeze, then move, then resume: so that a move of a frozen clock is exact."""
    asked: ClockChange = request.body
    if asked.freeze and asked.resume:
        raise not_valid("freeze and resume contradict each other", "freeze")
    if asked.advance_seconds is None and asked.at is None and not (asked.freeze or asked.resume):
        raise not_valid("a move needs advanceSeconds, at, freeze or resume", "advanceSeconds")
    _controls(request)
    try:
        done = await sandbox_clock.move_clock(
            request.services, partial(_target, asked=asked), freeze_first=asked.freeze, resume_after=asked.resume
        )
    except sandbox_clock.ClockCannotGoBack as error:
        at = wire_time(request.services.clock.now())
        raise not_valid(f"the clock is at {at} and does not go back: restore a snapshot, or start on an empty folder", "at") from error
    except sandbox_clock.ClockMoveTooFar as error:
        raise not_valid("one move goes at most ten years ahead", "at" if asked.at else "advanceSeconds") from error
    state = await _read_clock(request)
    return as_json(
        ClockMove(
            now=state.now, frozen=state.frozen, ahead_seconds=state.ahead_seconds, next_due=state.next_due, moments=done.moments,
            settled=done.settled,
        )
    )  # fmt: skip


def _controls(request: ApiRequest) -> Controls:
    controls = controls_of(request.services)
    if controls is None:
        raise Problem(codes.PATH_NOT_FOUND)
    return controls


def _target(now: int, asked: ClockChange) -> int:
    """The moment to go to, in milliseconds. Raises Problem for one that cannot be read."""
    if asked.at is not None:
        if asked.advance_seconds is not None:
            raise not_valid("at and advanceSeconds contradict each other", "at")
        try:
            moment = datetime.fromisoformat(asked.at)
        except ValueError:
            moment = None
        if moment is None or moment.tzinfo is None:
            raise not_valid("at is a moment with its zone, such as 2027-01-31T09:00:00Z", "at")
        return to_milliseconds(moment)
    return now + (asked.advance_seconds or 0) * 1000


class ClockReading(NamedTuple):
    now: str
    frozen: bool
    ahead_seconds: int
    next_due: str | None


async def _read_clock(request: ApiRequest) -> ClockReading:
    services, controls = request.services, _controls(request)
    due = await services.read(first_due, tenant=WHOLE_SANDBOX)
    return ClockReading(
        now=wire_time(services.clock.now()),
        frozen=controls.clock.frozen_at is not None,
        ahead_seconds=round((services.clock.now() - services.lease_clock.now()).total_seconds()),
        next_due=None if due is None else wire_time(from_milliseconds(due)),
    )


async def get_limits(request: ApiRequest) -> ApiResponse:
    return _limits(request)


async def update_limits(request: ApiRequest) -> ApiResponse:
    body: LimitsChange = request.body
    changes = {name: value for name, value in msgspec.structs.asdict(body).items() if value is not None}
    for name, value in changes.items():
        sandbox_limits.check_limit(name, value)
    await request.services.write(sandbox_limits.update_limits, changes, tenant=WHOLE_SANDBOX)
    return _limits(request)


async def reset_limits(request: ApiRequest) -> ApiResponse:
    await request.services.write(sandbox_limits.reset_limits, tenant=WHOLE_SANDBOX)
    return _limits(request)


def _limits(request: ApiRequest) -> ApiResponse:
    return as_json(LimitsView(**{name: getattr(request.services.limits, name) for name in sandbox_limits.CHANGEABLE}))
