"""The codes explorer: every response code, what it means, who acts, and the requests that trigger it, run where that is allowed."""

from __future__ import annotations

import json
from typing import NamedTuple

from bowerbird import codes
from bowerbird.codes import CATALOGUE, Actor, Entry
from bowerbird.model.json_value import JsonValue
from bowerbird.sandbox.pages.access import why_unavailable
from bowerbird.sandbox.pages.faults import may_inject
from bowerbird.sandbox.scenarios import SCENARIOS
from bowerbird.sandbox.scenarios.runner import ScenarioResult, redacted
from bowerbird.sandbox.scenarios.steps import Step
from bowerbird.web.dashboard.jobs import ACTS, NEXT
from bowerbird.web.kernel.not_found import PageRefused, not_found
from bowerbird.web.kernel.request import PageRequest
from bowerbird.web.kernel.response import PageResponse

_LONGEST = 6000
_BODIES = ("form", "json", "text", "multipart")
_PLACES = {"http": "HTTP response", "job": "Job step"}


class TrialOutcome(NamedTuple):
    """One request of a scenario in words, with its answer once it has been run. `expected` marks the answer that carries the code."""

    line: str
    headers: str
    body: str
    notes: str
    status: int | None = None
    answer: str = ""
    expected: bool = False


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
    return _page(request, _entry_of(f"{code}/{variant}" if variant else code), None)


def trigger_code(request: PageRequest) -> PageResponse:
    """Run the scenario of a code against this server, and show its requests and answers."""
    entry = _entry_of(request.form.text("code"))
    scenario = SCENARIOS.get(entry.key)
    why = why_unavailable(request)
    if scenario is None or why or request.context.run_scenario is None:
        text = f"{why} Codes can be triggered on a sandbox started with --sandbox-controls.".strip()
        raise PageRefused(403, "Codes cannot be triggered here", text, ("Back to the code", f"/dashboard/codes/{entry.key}"))
    return _page(request, entry, request.context.run_scenario(scenario))


def _entry_of(key: str) -> Entry:
    entry = CATALOGUE.get(key)
    if entry is None:
        raise not_found("code")
    return entry


def _page(request: PageRequest, entry: Entry, trial: ScenarioResult | None) -> PageResponse:
    scenario, may_trigger = SCENARIOS.get(entry.key), not why_unavailable(request)
    return request.show(
        "dashboard/code.html", entry=entry, who=ACTS[entry.meaning.actor], next=NEXT[entry.meaning.retry], may_trigger=may_trigger,
        may_inject=may_trigger and may_inject(request, entry),
        siblings=[other for other in CATALOGUE.values() if other.code == entry.code and other is not entry],
        operations=request.context.reference.by_entry.get(entry.key, []),
        scenario=[_described(step) for step in scenario] if scenario else [], envelope=_envelope(entry),
        problem=trial.problem if trial else "", trial=_trial(trial) if trial else None,
    )  # fmt: skip


def _trial(trial: ScenarioResult) -> list[TrialOutcome]:
    return [
        _described(redacted(exchange.request))._replace(
            status=exchange.status, answer=_pretty(redacted(exchange.answer)), expected=exchange.expected
        )
        for exchange in trial.exchanges
    ]


def _described(step: Step) -> TrialOutcome:
    """A scenario's request as text, with notes on what it saves and waits for."""
    line = f"{step['method']} {step['path']}" if "path" in step else json.dumps(step["raw"])
    notes = []
    if step.get("times"):
        notes.append(f"sent {step['times']} times")
    if step.get("until"):
        notes.append("repeated until the answer is as expected")
    if step.get("save"):
        notes.append("saves " + ", ".join(step["save"]))
    if step.get("always"):
        notes.append("cleanup")
    body = next((_pretty(step[kind]) for kind in _BODIES if step.get(kind)), "")
    headers = "\n".join(f"{name}: {value if isinstance(value, str) else _pretty(value)}" for name, value in step.get("headers", {}).items())
    return TrialOutcome(line[:_LONGEST], headers, body, "; ".join(notes))


def _pretty(value: JsonValue) -> str:
    if isinstance(value, str):
        return value[:_LONGEST]
    text = json.dumps(value, indent=2, ensure_ascii=False)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}\n…"


def _envelope(entry: Entry) -> str:
    """What a client receives, with samples for the placeholders."""
    title, detail = entry.answer({name: codes.SAMPLES.get(name, name) for name in entry.placeholders})
    error = {"code": entry.code, "title": title, "detail": detail}
    return _pretty({"type": "list", "correlationId": "…", "data": [{"type": "error", **error}]} if entry.http else error)
