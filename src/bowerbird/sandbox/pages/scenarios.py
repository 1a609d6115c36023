"""Scenarios in words, and running one from the page of its code."""

from __future__ import annotations

import json

from bowerbird.sandbox.pages.access import why_unavailable
from bowerbird.sandbox.scenarios import SCENARIOS
from bowerbird.sandbox.scenarios.parts import Step
from bowerbird.sandbox.scenarios.runner import ScenarioResult, redacted, run_scenario
from bowerbird.web.dashboard.diagnostics.codes import LONGEST, ScenarioRun, code_page, entry_of, pretty
from bowerbird.web.kernel.hooks import ScenarioStep
from bowerbird.web.kernel.request import PageRequest
from bowerbird.web.kernel.response import PageRefused, PageResponse

_BODIES = ("form", "json", "text", "multipart")


def trigger_code(request: PageRequest, admin_secret: str) -> PageResponse:
    """Run the scenario of a code against this server as its owner, and show its requests and answers."""
    entry = entry_of(request.form.text("code"))
    scenario, why = SCENARIOS.get(entry.key), why_unavailable(request)
    if scenario is None or why:
        text = f"{why} Codes can be triggered on a sandbox started with --sandbox-controls.".strip()
        raise PageRefused(403, "Codes cannot be triggered here", text, ("Back to the code", f"/dashboard/codes/{entry.key}"))
    result = run_scenario(request.context.public_url, admin_secret, scenario)
    return code_page(request, entry, ScenarioRun(_steps_of(result), result.problem))


def _steps_of(result: ScenarioResult) -> list[ScenarioStep]:
    return [
        described(redacted(exchange.request))._replace(
            status=exchange.status, answer=pretty(redacted(exchange.answer)), expected=exchange.expected
        )
        for exchange in result.exchanges
    ]


def described(step: Step) -> ScenarioStep:
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
    body = next((pretty(step[kind]) for kind in _BODIES if step.get(kind)), "")
    headers = "\n".join(f"{name}: {value if isinstance(value, str) else pretty(value)}" for name, value in step.get("headers", {}).items())
    return ScenarioStep(line[:LONGEST], headers, body, "; ".join(notes))
