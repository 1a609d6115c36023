"""Health and limits: what needs attention in words first, then the figures, then every bound with the setting that moves it."""

from __future__ import annotations

from typing import NamedTuple

from bowerbird.codes import CATALOGUE
from bowerbird.domain.operators.health import Bound, Figures, Health
from bowerbird.model.clock import to_milliseconds
from bowerbird.web.dashboard.notifications import webhooks
from bowerbird.web.kernel.request import PageRequest
from bowerbird.web.kernel.response import PageResponse
from bowerbird.web.kernel.words import number, size, span

_LATE_MILLISECONDS = 60_000
_LEAST_FREE_BYTES = 1 << 30
_LEAST_FREE_PART = 20
_SHOWN_REFUSALS = 15
_BUSY, _BROKEN = 503, 500


class Notice(NamedTuple):
    """Something that needs attention. `kind` is "bad" where something does not work, "ask" where it soon may not."""

    kind: str
    title: str
    text: str
    link: tuple[str, str] | None = None


def reading(request: PageRequest) -> Health:
    """How the server is, or was a few seconds ago."""
    return request.context.checkup.of(request.services, to_milliseconds(request.context.clock.now()))


def show_health(request: PageRequest) -> PageResponse:
    context, health = request.context, reading(request)
    figures = context.figures()
    most = sorted(figures.refusals.items(), key=lambda each: (-each[1], each[0]))
    return request.show(
        "dashboard/health.html", health=health, figures=figures, notices=[*attention(health), *refused(figures)],
        engine="PostgreSQL" if health.workers is not None else "SQLite, embedded", refusals=most[:_SHOWN_REFUSALS], entries=CATALOGUE,
        bounds=[(bound, _spelled(bound, bound.value), _spelled(bound, bound.configured)) for bound in context.bounds()],
        page_size=request.services.limits.page_size,
    )  # fmt: skip


def _spelled(bound: Bound, value: int) -> str:
    """A number in the unit that its variable's name says."""
    name = bound.variable.lower()
    if name.endswith("_seconds"):
        return span(value)
    return size(value) if "bytes" in name and "per_second" not in name else f"{size(value)}/s" if "bytes" in name else number(value)


def attention(health: Health) -> list[Notice]:
    """What whoever runs the server should know, the worst first."""
    found = [*_room(health), *_work(health), *_deliveries(health), *_keys(health)]
    return sorted(found, key=lambda notice: notice.kind != "bad")


def _room(health: Health) -> list[Notice]:
    if health.disk is None:
        return []
    free, whole = health.disk
    if free >= _LEAST_FREE_BYTES and free * _LEAST_FREE_PART >= whole:
        return []
    text = f"{size(free)} of {size(whole)} are free where the database lies. Once it is full nothing can be written: make room in time."
    return [Notice("bad", "The disk is almost full", text)]


def _work(health: Health) -> list[Notice]:
    found = []
    if health.workers is not None and health.workers[0] == 0:
        text = (
            "No process of the fleet has been heard of, so that nothing is read from any bank. Start bowerbird worker, or serve with jobs."
        )
        found.append(Notice("bad", "Nobody works on jobs", text))
    elif health.jobs_late is not None and health.jobs_late > _LATE_MILLISECONDS:
        count = f"{number(health.queue.idle)} {'job is' if health.queue.idle == 1 else 'jobs are'}"
        text = f"{count} due, the first for {_ago(health.jobs_late)}, and nobody has taken it. "
        text += (
            "More workers take more at once; see the server's log for what they do."
            if health.workers
            else "Restart the server; its log says why."
        )
        found.append(Notice("bad", "Jobs wait too long", text))
    if health.workers is not None and 0 < health.workers[0] < health.workers[1]:
        silent = f"{health.workers[1] - health.workers[0]} of {health.workers[1]} have gone silent."
        text = f"{silent} Their jobs were taken over; see why they ended."
        found.append(Notice("ask", "Processes of the fleet are missing", text))
    return found


def _deliveries(health: Health) -> list[Notice]:
    found = []
    if health.messages_late is not None and health.messages_late > _LATE_MILLISECONDS:
        text = f"The first of {number(health.messages.waiting)} messages has been due for {_ago(health.messages_late)}. "
        found.append(
            Notice(
                "bad", "Messages to webhooks wait too long", f"{text}A receiver that is slow holds up its own only; else nobody delivers."
            )
        )
    for each in health.disabled:
        text = (
            f"{each.url} failed at every attempt or was disabled by hand, and is told of nothing. Put it right, then send what it missed."
        )
        found.append(Notice("ask", "A webhook is disabled", text, ("To the webhook", webhooks.address(each))))
    return found


def _keys(health: Health) -> list[Notice]:
    sealing = next((name for name, use in health.keys.items() if use.seals), "")
    if sealing not in health.known:
        text = "New secrets are sealed under a master key that this process does not have. Bring it back where the keys come from."
        return [Notice("bad", "A master key is missing", text)]
    left = sum(use.wraps for name, use in health.keys.items() if name != sealing)
    if left == 0:
        return []
    whole = sum(use.wraps for use in health.keys.values())
    text = f"{number(whole - left)} of {number(whole)} keys are under the new one. Run bowerbird vault rotate: it goes on where it was."
    return [Notice("ask", "A change of the master key is not finished", text)]


def refused(figures: Figures) -> list[Notice]:
    """What clients were told since the start that they could do nothing about."""
    counts = dict.fromkeys((_BROKEN, _BUSY), 0)
    for key, count in figures.refusals.items():
        if (status := CATALOGUE[key].http) in counts:
            counts[status] += count
    found = []
    if counts[_BROKEN]:
        text = f"{_times(counts[_BROKEN])} since the start a request ended in a fault of this side. The log has each with its trace."
        found.append(Notice("ask", "Requests have failed here", text, ("To the requests", "/dashboard/requests?kind=bad")))
    if turned := counts[_BUSY] + figures.bounds.get("connections_turned_away", 0):
        text = f"{_times(turned)} since the start there was no room, or the database was away. The limits below are that room."
        found.append(Notice("ask", "Requests were turned away", text))
    return found


def _times(count: int) -> str:
    return "Once" if count == 1 else f"{number(count)} times"


def _ago(milliseconds: int) -> str:
    seconds = milliseconds // 1000
    return span(seconds // 3600 * 3600 if seconds >= 3600 else seconds // 60 * 60)
