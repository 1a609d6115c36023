"""The page of the sandbox's clock: where it is, moving it, and what happened during a move."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import NamedTuple

from bowerbird.domain.jobs.jobs import due_next
from bowerbird.model.clock import from_milliseconds, to_milliseconds
from bowerbird.model.institution import Catalogue
from bowerbird.sandbox import clock as sandbox_clock
from bowerbird.sandbox.clock import ActivityEntry
from bowerbird.sandbox.controls import WHOLE_SANDBOX, controls_of
from bowerbird.sandbox.pages.access import ROOT, number_of
from bowerbird.web.kernel.request import PageRequest
from bowerbird.web.kernel.response import PageRefused, PageResponse

STEPS = (
    (3600, "1 hour"), (6 * 3600, "6 hours"), (86_400, "1 day"), (7 * 86_400, "1 week"), (30 * 86_400, "30 days"),
    (90 * 86_400, "90 days"), (365 * 86_400, "1 year"),
)  # fmt: skip
"""What the clock can be moved forward by: (seconds, in words)."""

_LATEST = 1 << 47
_SHOWN = 100
_DONE = {
    "frozen": "The clock is frozen. It moves only when you move it, to the second.",
    "running": "The clock runs again from where it was frozen.",
}


class NoMoment(ValueError):
    """The date and time of the form cannot be read."""


def show_clock(request: PageRequest) -> PageResponse:
    return _page(request, 200, "", "")


def move_clock(request: PageRequest) -> PageResponse:
    """Move the clock by a step, to a moment or to what is due next, freeze it or resume it. Responds once everything due has been done."""
    controls, form = controls_of(request.services), request.form
    if controls is None or controls.moving.locked():
        raise PageRefused(
            409, "The clock is being moved", "Another request is moving it. Wait until it is done, then try again.", ("Clock", ROOT)
        )
    changes = form.text("do")
    try:
        turning = sandbox_clock.move_clock(
            request.services, _target(request), freeze_first=changes == "freeze", resume_after=changes == "resume"
        )  # fmt: skip
        done = request.on_loop(turning)
    except NoMoment:
        return _page(request, 400, "Choose a date and a time, such as 31 January 2027, 09:00.", "")
    except sandbox_clock.ClockCannotGoBack:
        return _page(request, 400, "Time cannot go back once there are users. Restore a snapshot or reset instead.", form.text("at"))
    except sandbox_clock.ClockMoveTooFar:
        return _page(request, 400, "One move goes at most ten years ahead. Move the clock several times.", form.text("at"))
    if changes in ("freeze", "resume"):
        return request.go(f"{ROOT}?done={'frozen' if changes == 'freeze' else 'running'}")
    left = "" if done.settled else "&left=1"
    return request.go(f"{ROOT}?since={done.since}&until={done.until}&stops={done.moments}{left}#happened")


def _target(request: PageRequest) -> Callable[[int], int]:
    """The function from where the clock is to where it goes (milliseconds); a form that names nothing leaves it there. Raises NoMoment."""
    form = request.form
    if form.text("do") == "set":
        moment = to_milliseconds(_moment_of(form.text("at")))
        return lambda _now: moment
    if form.text("do") == "next":
        due = request.read(due_next, tenant=WHOLE_SANDBOX)
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
    services, now, controls = request.services, sandbox_clock.now_of(request.services), controls_of(request.services)
    earliest = now if request.read(sandbox_clock.has_users, tenant=WHOLE_SANDBOX) else None
    return request.show(
        "controls/clock.html", status, now=now, frozen=controls is not None and controls.clock.frozen_at is not None,
        ahead=round((services.clock.now() - services.lease_clock.now()).total_seconds()), due=request.read(due_next, tenant=WHOLE_SANDBOX),
        steps=STEPS, wrong=wrong, at=at, earliest=_local(earliest), done=_DONE.get(request.one("done"), ""), move=_move(request),
    )  # fmt: skip


def _local(milliseconds: int | None) -> str:
    return "" if milliseconds is None else from_milliseconds(milliseconds).strftime("%Y-%m-%dT%H:%M")


class MoveShown(NamedTuple):
    """A move with what happened in it. `since` and `until` are where the clock was before and after, in milliseconds."""

    since: int
    until: int
    stops: int | None
    left: bool
    happened: list[ActivityEntry]
    more: bool
    institutions: Catalogue


def _move(request: PageRequest) -> MoveShown | None:
    """The move that the address names, with what happened in it."""
    since, until, stops = (number_of(request.one(name), _LATEST) for name in ("since", "until", "stops"))
    if since is None or until is None:
        return None
    happened = request.read(sandbox_clock.list_activity, since, until, _SHOWN, tenant=WHOLE_SANDBOX)
    more, left = len(happened) > _SHOWN, bool(request.one("left"))
    return MoveShown(since, until, stops, left, happened[:_SHOWN], more, request.services.institutions)
