"""kill -9 between the request of a report and its snapshot: the job that is left is done again, once, by the next process."""

from __future__ import annotations

from pathlib import Path

import httpx2
import pytest

from tests.api.fixtures import report_body
from tests.serving import PATIENCE_SECONDS, Application, Process, until


@pytest.mark.slow
def test_a_killed_report_is_made_by_the_next_process(tmp_path: Path) -> None:
    settings = {"BOWERBIRD_LEASE_SECONDS": "1", "BOWERBIRD_SANDBOX_CONTROLS": "yes", "BOWERBIRD_LOG_LEVEL": "error"}
    process = Process(tmp_path / "data", **settings)
    process.start()
    try:
        key = httpx2.post(f"{process.url}/_bowerbird/applications", json={}, timeout=PATIENCE_SECONDS).json()["apiKey"]
        app = Application(process.url, key)
        user = app.new_user()
        app.settled(app.connect(user, "gavinBelson", "hooli2016"))
        accounts = [account["id"] for account in app.get(f"/users/{user}/accounts").json()["data"]]
        delay = {"step": "create-report", "delayMs": 20_000, "times": 1}
        assert httpx2.post(f"{process.url}/_bowerbird/faults", json=delay, timeout=PATIENCE_SECONDS).status_code < 300
        job = app.post("/reports", json=report_body([user], accounts)).json()["id"]
        until(lambda: app.job(job)["steps"][0]["status"] == "in-progress", "the step to begin")
        process.kill()
        process.start()
        app.forget_tokens()
        done = app.settled(job)
        assert [step["status"] for step in done["steps"]] == ["success"]
        listed = app.get("/reports").json()["data"]
        assert [each["links"]["self"] for each in listed] == [done["links"]["source"]]
        app.close()
    finally:
        process.kill()
