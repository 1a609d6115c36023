"""The codes explorer: every response code, what it means, who acts, and the requests that trigger it."""

from __future__ import annotations

import json
from typing import NamedTuple

from bowerbird import codes
from bowerbird.codes import CATALOGUE, Actor, Entry
from bowerbird.model.json_value import JsonValue
from bowerbird.web.dashboard.jobs import ACTS, next_step
from bowerbird.web.kernel.hooks import ScenarioStep
from bowerbird.web.kernel.request import PageRequest
from bowerbird.web.kernel.response import PageResponse, not_found

LONGEST = 6000
"""Characters of JSON that a page shows."""
_PLACES = {"http": "HTTP response", "job": "Job step"}


class ScenarioRun(NamedTuple):
    """What running a scenario led to. `problem` says why it did not lead to its code; empty when it did."""

    steps: list[ScenarioStep]
    problem: str = ""


def show_codes(request: PageRequest) -> PageResponse:
    chosen = {name: request.one(name) for name in ("search", "who", "where", "status")}
    statuses = sorted({entry.http for entry in CATALOGUE.values() if entry.http})
    return request.show(
        "dashboard/codes.html", entries=[entry for entry in CATALOGUE.values() if _fits(entry, chosen)], chosen=chosen, acts=ACTS,
        count=len(CATALOGUE),
        who=[("", "Anyone"), *((actor.value, ACTS[actor]) for actor in Actor)],
        where=[("", "Anywhere"), *_PLACES.items()],
        statuses=[("", "Any"), *((str(status), str(status)) for status in statuses)],
    )  # fmt: skip


def _fits(entry: Entry, chosen: dict[str, str]) -> bool:
    text = " ".join((entry.key, entry.title, entry.detail, entry.meaning.heading, entry.description)).casefold()
    return (
        all(word in text for word in chosen["search"].casefold().split())
        and chosen["who"] in ("", entry.meaning.actor.value)
        and chosen["status"] in ("", str(entry.http))
        and (chosen["where"] != "http" or entry.http is not None)
        and (chosen["where"] != "job" or entry.in_jobs)
    )


def show_code(request: PageRequest) -> PageResponse:
    variant = request.path.get("variant", "")
    code = request.path["code"]
    return code_page(request, entry_of(f"{code}/{variant}" if variant else code), None)


def entry_of(key: str) -> Entry:
    """Raises PageRefused."""
    entry = CATALOGUE.get(key)
    if entry is None:
        raise not_found("code")
    return entry


def code_page(request: PageRequest, entry: Entry, run: ScenarioRun | None) -> PageResponse:
    """The page of an entry, with what running its scenario led to, where it was run."""
    hooks = request.context.hooks
    may_trigger = not hooks.why_unavailable(request)
    return request.show(
        "dashboard/code.html", entry=entry, who=ACTS[entry.meaning.actor], next=next_step(entry), may_trigger=may_trigger,
        may_inject=may_trigger and hooks.may_inject(entry),
        siblings=[other for other in CATALOGUE.values() if other.code == entry.code and other is not entry],
        operations=request.context.reference.by_entry.get(entry.key, []),
        scenario=hooks.scenario_of(entry), envelope=_envelope(entry),
        problem=run.problem if run else "", trial=run.steps if run else None,
    )  # fmt: skip


def pretty(value: JsonValue) -> str:
    """JSON as a page shows it, cut where it is long."""
    if isinstance(value, str):
        return value[:LONGEST]
    text = json.dumps(value, indent=2, ensure_ascii=False)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}\n…"


def _envelope(entry: Entry) -> str:
    """What a client receives, with samples for the placeholders."""
    title, detail = entry.answer({name: codes.SAMPLES.get(name, name) for name in entry.placeholders})
    error = {"code": entry.code, "title": title, "detail": detail}
    return pretty({"type": "list", "correlationId": "…", "data": [{"type": "error", **error}]} if entry.http else error)
