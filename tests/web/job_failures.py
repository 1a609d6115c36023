"""Jobs that end with each code a job can end with: by the catalogue's own recipes, without their tidying up."""

from __future__ import annotations

from typing import Any, NamedTuple

import httpx2

from bowerbird import codes
from bowerbird.codes import Entry
from bowerbird.sandbox.scenarios import SCENARIOS
from bowerbird.sandbox.scenarios.parts import DELETE_USER, HOOLI, NEW_USER, connect, ends, fault, token
from bowerbird.sandbox.scenarios.runner import ScenarioRunner
from tests.serving import Serving

IN_JOBS = [key for key, entry in codes.CATALOGUE.items() if entry.in_jobs and entry.steps != ("create-report",)]
"""Every entry that can end a step of a job that a person started; a report is the application's."""


class JobFailure(NamedTuple):
    """A job that failed, and the way to its person's page."""

    job_id: str
    home: str


def _scenario(entry: Entry) -> list[dict[str, Any]]:
    """An entry's own recipe where that is about a job; else the fault that ends a login with it."""
    steps = [step for step in SCENARIOS.get(entry.key, []) if step != DELETE_USER]
    if any("/result" in step.get("expect", {}).get("at", "") for step in steps):
        return steps
    return [token(), NEW_USER, connect(HOOLI, fault(entry, step="verify-credentials")), ends(entry)]


def job_failure(serving: Serving, key: str) -> JobFailure:
    """Let a job end with an entry, and fetch a token for the pages of the user it was for."""
    with httpx2.Client(base_url=serving.url, timeout=30) as http:
        scenario_runner = ScenarioRunner(http, serving.application("Mishaps", production=False).api_key)
        user_id = job_id = api_key = ""
        for exchange in scenario_runner.run(_scenario(codes.CATALOGUE[key])):
            path, answer = exchange.request["path"], exchange.answer or {}
            if path == "/token":
                api_key = exchange.request["headers"]["Authorization"]
            elif path == "/users":
                user_id = answer["id"]
            elif path.startswith("/jobs/") and exchange.expected:
                job_id = answer["id"]
        form = {"scope": "CLIENT_ACCESS", "userId": user_id}
        got = http.post("/token", headers={"Authorization": api_key, "basiq-version": "3.0"}, data=form).json()
    return JobFailure(job_id, f"/home?token={got['access_token']}")
