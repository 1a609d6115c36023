"""The sandbox's controls where the database is shared: the clock, faults and limits hold for every process; copies are refused."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from bowerbird import codes
from bowerbird.sandbox.controls import STALE_SECONDS
from tests.api.response_checks import refusal_of
from tests.postgres import Postgres
from tests.serving import Application, Serving, failure_of, until

DAY = 86_400
HOOLI = {"loginId": "gavinBelson", "password": "hooli2016", "institution": {"id": "AU00000"}}


@pytest.fixture(scope="module")
def two(postgres: Postgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Application, Application]]:
    """One application, seen through two servers of one database."""
    database = postgres.database()
    with ExitStack() as stack:
        one, other = (
            stack.enter_context(Serving(tmp_path_factory.mktemp("sandbox"), start=None, sandbox_controls=True, **database.settings))
            for _ in range(2)
        )
        app = one.application(production=False)
        again = Application(other.url, app.api_key, app.id)
        stack.callback(again.close)
        yield app, again


def test_the_clock_is_everybodys(two: tuple[Application, Application]) -> None:
    one, other = two
    moved = one.http.post("/_bowerbird/clock", json={"at": "2031-05-04T09:00:00Z", "freeze": True})
    assert moved.status_code == 200, moved.text
    until(lambda: other.http.get("/_bowerbird/clock").json()["now"] == "2031-05-04T09:00:00Z", "the other server to notice")
    user = other.new_user()
    job = one.settled(other.connect(user, "jared", "django", "AU00002"))
    assert job["created"] == "2031-05-04T09:00:00Z"
    expiry = other.http.post("/_bowerbird/clock", json={"advanceSeconds": 121}, timeout=150)
    assert expiry.json()["now"] == "2031-05-04T09:02:01Z"
    assert failure_of(one.job(job["id"]))[1] == codes.MFA_EXPIRED.code, "what was due happened before the move was answered"


def test_faults_strike_on_every_server(two: tuple[Application, Application]) -> None:
    one, other = two
    assert one.http.post("/_bowerbird/faults", json={"operation": "listConnectors", "code": "service-unavailable", "times": 2}).is_success
    until(lambda: other.get("/connectors").status_code == 503, "the fault to strike through the other server")
    assert one.get("/connectors").status_code == 503
    assert [app.get("/connectors").status_code for app in two] == [200, 200], "twice in all"
    fault = {"step": "verify-credentials", "code": "account-not-accessible-requires-user-action", "institution": "AU00000"}
    answer = one.http.post("/_bowerbird/faults", json=fault)
    assert answer.status_code == 200, answer.text
    user = other.new_user()
    time.sleep(2 * STALE_SECONDS)  # the promise itself: no process is further behind
    job = other.settled(other.post(f"/users/{user}/connections", json=HOOLI).json()["id"])
    assert failure_of(job)[:2] == ("verify-credentials", "account-not-accessible-requires-user-action")
    assert one.http.delete("/_bowerbird/faults").status_code == 204


@pytest.mark.parametrize(("method", "path", "body"), [("POST", "snapshots", {"name": "a"}), ("POST", "forks", {}), ("POST", "reset", {})])
def test_copies_of_the_whole_are_refused(two: tuple[Application, Application], method: str, path: str, body: dict[str, str]) -> None:
    refusal = refusal_of(two[0].http.request(method, f"/_bowerbird/{path}", json=body))
    assert (refusal.status, refusal.code) == (400, codes.CONTROL_NOT_VALID.code)
    assert "need the embedded database: this server uses PostgreSQL" in refusal.detail
