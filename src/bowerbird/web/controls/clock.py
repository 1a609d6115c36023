"""The sandbox's clock: where it is, moved on, and what happened because of that."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from bowerbird.domain.jobs.due import due_next
from bowerbird.domain.sandbox import clock as sandbox_clock
from bowerbird.model.clock import from_milliseconds, to_milliseconds
from bowerbird.storage.database.unit_of_work import EVERY_TENANT
from bowerbird.storage.rows.activity import list_activity
from bowerbird.storage.rows.users import any_user
from bowerbird.web.controls.access import ROOT, number_of
from bowerbird.web.kernel.not_found import PageRefused
from bowerbird.web.kernel.request import PageRequest
from bowerbird.web.kernel.response import PageResponse

STEPS = (
    (3600, "1 hour"), (6 * 3600, "6 hours"), (86_400, "1 day"), (7 * 86_400, "1 week"), (30 * 86_400, "30 days"),
    (90 * 86_400, "90 days"), (365 * 86_400, "1 year"),
)  # fmt: skip
"""What the clock is moved on by: (seconds, in words)."""

_LATEST = 1 << 47
_SHOWN = 100
_TOLD = {
    "frozen": "The clock stands still. It moves only when you move it, to the second.",
    "running": "The clock runs on from where it stood.",
}


class NoMoment(ValueError):
    """What a person gave for a moment cannot be read."""


def show_clock(request: PageRequest) -> PageResponse:
    return _page(request, 200, "", "")


def move_clock(request: PageRequest) -> PageResponse:
    """One move: on by a step, to a moment, to what is due next; or frozen, or let go. Answers once everything due has been done."""
    controls, form = request.services.controls, request.form
    if controls is None or controls.moving.locked():
        raise PageRefused(
            409, "The clock is on its way", "Somebody is moving it. Wait until that is done, then look again.", ("The clock", ROOT)
        )
    changes = form.text("do")
    try:
        turning = sandbox_clock.turn(
            request.services, _target(request), freeze_first=changes == "freeze", resume_after=changes == "resume"
        )  # fmt: skip
        done = request.on_loop(turning)
    except NoMoment:
        return _page(request, 400, "Choose a day and a time, such as 31 January 2027, 09:00.", "")
    except sandbox_clock.ClockCannotGoBack:
        return _page(request, 400, "Time does not go back once there are users. Restore a snapshot instead, or reset.", form.text("at"))
    except sandbox_clock.ClockMoveTooFar:
        return _page(request, 400, "One move goes at most ten years ahead. Move it several times.", form.text("at"))
    if changes in ("freeze", "resume"):
        return request.go(f"{ROOT}?done={'frozen' if changes == 'freeze' else 'running'}")
    left = "" if done.settled else "&left=1"
    return request.go(f"{ROOT}?since={done.since}&until={done.until}&stops={done.moments}{left}#happened")


def _target(request: PageRequest) -> Callable[[int], int]:
    """From where the clock is, where it goes; a wish that names nothing leaves it there. Raises NoMoment."""
    form = request.form
    if form.text("do") == "set":
        moment = to_milliseconds(_moment_of(form.text("at")))
        return lambda _now: moment
    if form.text("do") == "next":
        due = request.read(due_next, tenant=EVERY_TENANT)
        return lambda now: max(now, due[0][0]) if due else now
    seconds = number_of(form.text("by"), STEPS[-1][0]) or 0
    return lambda now: now + seconds * 1000


def _moment_of(text: str) -> datetime:
    """A browser's datetime-local, in UTC."""
    try:
        return datetime.fromisoformat(text).replace(tzinfo=UTC)
    except ValueError as error:
        raise NoMoment(text) from error


def _page(request: PageRequest, status: int, wrong: str, at: str) -> PageResponse:
    services, now = request.services, sandbox_clock.now_of(request.services)
    earliest = now if request.read(lambda session: any_user(session.uow), tenant=EVERY_TENANT) else None
    return request.show(
        "controls/clock.html", status, now=now, frozen=services.controls is not None and services.controls.clock.frozen_at is not None,
        ahead=round((services.clock.now() - services.lease_clock.now()).total_seconds()), due=request.read(due_next, tenant=EVERY_TENANT),
        steps=STEPS, wrong=wrong, at=at, earliest=_local(earliest), done=_TOLD.get(request.one("done"), ""), move=_move(request),
    )  # fmt: skip


def _local(milliseconds: int | None) -> str:
    return "" if milliseconds is None else from_milliseconds(milliseconds).strftime("%Y-%m-%dT%H:%M")


def _move(request: PageRequest) -> dict[str, Any] | None:
    """The move that the address names, with what happened in it."""
    since, until, stops = (number_of(request.one(name), _LATEST) for name in ("since", "until", "stops"))
    if since is None or until is None:
        return None
    found = request.read(lambda session: list_activity(session.uow, since, until, _SHOWN), tenant=EVERY_TENANT)
    return {
        "since": since,
        "until": until,
        "stops": stops,
        "left": bool(request.one("left")),
        "happened": found[:_SHOWN],
        "more": len(found) > _SHOWN,
        "institutions": request.services.institutions,
    }
