"""Health and limits: what needs attention in words first, then the figures, then every bound with the setting that moves it."""

from __future__ import annotations

from typing import NamedTuple

from bowerbird.codes import CATALOGUE
from bowerbird.domain.operators.health import Bound, Figures, Health
from bowerbird.model.clock import to_milliseconds
from bowerbird.statements.confined.outcomes import NOT_CONFINED
from bowerbird.web.dashboard.notifications import webhooks
from bowerbird.web.kernel.request import PageRequest
from bowerbird.web.kernel.response import PageResponse
from bowerbird.web.kernel.words import number, size, span

_REQUESTS = "/dashboard/requests"
_LATE_MILLISECONDS = 60_000
_MIN_FREE_BYTES = 1 << 30
_MIN_FREE_PART = 20
_SHOWN_REFUSALS = 15
_BUSY, _BROKEN = 503, 500


class Notice(NamedTuple):
    """Something that needs attention. `kind` is "bad" where something does not work, "ask" where it may soon not work."""

    kind: str
    title: str
    text: str
    link: tuple[str, str] | None = None


def get_health(request: PageRequest) -> Health:
    """The state of the server, at most a few seconds old."""
    return request.context.checkup.of(request.services, to_milliseconds(request.context.clock.now()))


def show_health(request: PageRequest) -> PageResponse:
    context, health = request.context, get_health(request)
    figures = context.figures()
    most = sorted(figures.refusals.items(), key=lambda item: (-item[1], item[0]))
    return request.show(
        "dashboard/health.html", health=health, figures=figures,
        notices=[*attention(health), *refusals(figures, inspected=_REQUESTS in request.context.paths)],
        engine="PostgreSQL" if health.workers is not None else "SQLite, embedded", refusals=most[:_SHOWN_REFUSALS], entries=CATALOGUE,
        bounds=[(bound, _spelled(bound, bound.value), _spelled(bound, bound.configured)) for bound in context.bounds()],
        page_size=request.services.limits.page_size, receipts=context.messages,
    )  # fmt: skip


def _spelled(bound: Bound, value: int) -> str:
    """A number in the unit that its variable's name says."""
    name = bound.variable.lower()
    if name.endswith("_seconds"):
        return span(value)
    return size(value) if "bytes" in name and "per_second" not in name else f"{size(value)}/s" if "bytes" in name else number(value)


def attention(health: Health) -> list[Notice]:
    """What the operator should know, the worst first."""
    notices = [*_room(health), *_work(health), *_deliveries(health), *_keys(health), *_readers(health)]
    return sorted(notices, key=lambda notice: notice.kind != "bad")


def _room(health: Health) -> list[Notice]:
    if health.disk is None:
        return []
    free, whole = health.disk
    if free >= _MIN_FREE_BYTES and free * _MIN_FREE_PART >= whole:
        return []
    text = f"{size(free)} of {size(whole)} are free on the database's disk. Nothing can be written once it is full: free up space."
    return [Notice("bad", "The disk is almost full", text)]


def _work(health: Health) -> list[Notice]:
    notices = []
    if health.workers is not None and health.workers[0] == 0:
        text = "No worker is active, so nothing is read from any bank. Start bowerbird worker, or serve with jobs."
        notices.append(Notice("bad", "No worker runs jobs", text))
    elif health.jobs_late is not None and health.jobs_late > _LATE_MILLISECONDS:
        count = f"{number(health.queue.idle)} {'job is' if health.queue.idle == 1 else 'jobs are'}"
        text = f"{count} due, the first for {_ago(health.jobs_late)}, and no process has started it. "
        text += "Start more workers, or see the log for what they do." if health.workers else "Restart the server; its log says why."
        notices.append(Notice("bad", "Jobs wait too long", text))
    if health.workers is not None and 0 < health.workers[0] < health.workers[1]:
        silent = f"{health.workers[1] - health.workers[0]} of {health.workers[1]} no longer report."
        text = f"{silent} Other workers took over their jobs; find out why they ended."
        notices.append(Notice("ask", "Workers are missing", text))
    return notices


def _deliveries(health: Health) -> list[Notice]:
    notices = []
    if health.messages_late is not None and health.messages_late > _LATE_MILLISECONDS:
        text = f"The first of {number(health.messages.waiting)} messages has been due for {_ago(health.messages_late)}. "
        text += "A slow receiver delays only its own messages; otherwise no process is delivering."
        notices.append(Notice("bad", "Messages to webhooks wait too long", text))
    if health.messages.refusing:
        what = "webhook refuses them or does not" if health.messages.refusing == 1 else "webhooks refuse them or do not"
        text = f"{number(health.messages.refusing)} {what} answer. They are sent again for about 28 hours, then the webhook is disabled."
        notices.append(Notice("ask", "Messages to webhooks fail", text, ("Go to webhooks", "/dashboard/webhooks")))
    for webhook in health.disabled:
        text = f"{webhook.url} failed at every attempt or was disabled, and receives no events. Fix it, then resend what it missed."
        notices.append(Notice("ask", "A webhook is disabled", text, ("Go to webhook", webhooks.address(webhook))))
    return notices


def _keys(health: Health) -> list[Notice]:
    sealing = next((name for name, use in health.keys.items() if use.seals), "")
    if sealing not in health.known:
        text = "New secrets are sealed under a master key that this process does not have. Restore it in the source of the keys."
        return [Notice("bad", "A master key is missing", text)]
    left = sum(use.wraps for name, use in health.keys.items() if name != sealing)
    if left == 0:
        return []
    whole = sum(use.wraps for use in health.keys.values())
    text = f"{number(whole - left)} of {number(whole)} keys are under the new one. Run bowerbird vault rotate to continue."
    return [Notice("ask", "A master key rotation is not finished", text)]


def _readers(health: Health) -> list[Notice]:
    if not health.unconfined:
        return []
    missing = ", ".join(health.unconfined)
    if not health.reads_files:
        return [Notice("bad", "This server cannot read files safely", NOT_CONFINED.format(missing))]
    text = f"The processes that read uploaded files are not confined here (missing: {missing}): a hostile file may take over the server."
    return [Notice("ask", "Files are read without confinement", text)]


def refusals(figures: Figures, *, inspected: bool) -> list[Notice]:
    """Error responses since the start that clients could not have avoided."""
    counts = dict.fromkeys((_BROKEN, _BUSY), 0)
    for key, count in figures.refusals.items():
        if (status := CATALOGUE[key].http) in counts:
            counts[status] += count
    notices = []
    if counts[_BROKEN]:
        text = f"{_times(counts[_BROKEN])} since the start a request failed with an error of this server. The log has the trace of each."
        notices.append(Notice("ask", "Requests have failed", text, ("Go to requests", f"{_REQUESTS}?kind=bad") if inspected else None))
    if refused := counts[_BUSY] + figures.bounds.get("connections_refused", 0):
        text = f"{_times(refused)} since the start the server was at a limit (see below), or the database was not available."
        notices.append(Notice("ask", "Requests were refused", text))
    return notices


def _times(count: int) -> str:
    return "Once" if count == 1 else f"{number(count)} times"


def _ago(milliseconds: int) -> str:
    seconds = milliseconds // 1000
    return span(seconds // 3600 * 3600 if seconds >= 3600 else seconds // 60 * 60)
