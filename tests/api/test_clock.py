"""The sandbox's clock: what waits for a moment happens at that moment, in order, before the move is answered."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.api.fixtures import WatchedServing
from tests.api.response_checks import refusal_of
from tests.serving import Application, Process, failure_of, until

CLOCK = "/_bowerbird/clock"
DAY = 86_400


@pytest.fixture
def app(tmp_path: Path) -> Iterator[Application]:
    with WatchedServing(tmp_path, start=None, sandbox_controls=True) as serving:
        yield serving.application(production=False)


def move(app: Application, **change: Any) -> dict[str, Any]:
    answer = app.http.post(CLOCK, json=change, timeout=150)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def moment(app: Application) -> datetime:
    return datetime.fromisoformat(app.http.get(CLOCK).json()["now"])


def test_it_begins_as_the_machines(app: Application) -> None:
    clock = app.http.get(CLOCK).json()
    assert (clock["frozen"], clock["aheadSeconds"], clock["nextDue"]) == (False, 0, None)
    assert abs(moment(app) - datetime.now(UTC)) < timedelta(seconds=10)


def test_frozen_it_moves_to_the_second(app: Application) -> None:
    assert move(app, at="2031-05-04T09:00:00Z", freeze=True)["now"] == "2031-05-04T09:00:00Z"
    assert move(app, advanceSeconds=90)["now"] == "2031-05-04T09:01:30Z"
    user = app.new_user()
    job = app.settled(app.connect(user, "gavinBelson", "hooli2016"))
    assert (job["created"], job["updated"]) == ("2031-05-04T09:01:30Z", "2031-05-04T09:01:30Z")
    assert move(app, resume=True)["frozen"] is False
    until(lambda: moment(app) > datetime(2031, 5, 4, 9, 1, 30, tzinfo=UTC), "the clock to go on")


def test_it_does_not_go_back_once_a_user_exists(app: Application) -> None:
    assert move(app, at="2020-01-01T00:00:00Z")["now"] == "2020-01-01T00:00:00Z"
    app.new_user()
    refusal = refusal_of(app.http.post(CLOCK, json={"at": "2019-12-31T00:00:00Z"}))
    assert (refusal.status, refusal.code) == (400, "control-not-valid")
    assert "does not go back: restore a snapshot" in refusal.detail


@pytest.mark.parametrize(
    ("change", "detail"),
    [
        ({}, "needs advanceSeconds, at, freeze or resume"),
        ({"at": "tomorrow"}, "with its zone"),
        ({"at": "2027-01-01T00:00:00"}, "with its zone"),
        ({"at": "2027-01-01T00:00:00Z", "advanceSeconds": 5}, "contradict"),
        ({"freeze": True, "resume": True}, "contradict"),
        ({"advanceSeconds": 11 * 366 * DAY}, "ten years"),
        ({"advanceSeconds": 10**18}, "ten years"),
    ],
)
def test_a_move_that_cannot_be_is_refused(app: Application, change: dict[str, Any], detail: str) -> None:
    refusal = refusal_of(app.http.post(CLOCK, json=change))
    assert (refusal.status, refusal.code) == (400, "control-not-valid")
    assert detail in refusal.detail


def test_tokens_lapse(app: Application) -> None:
    move(app, advanceSeconds=1, freeze=True)
    token = app.token()
    move(app, advanceSeconds=3599, freeze=True)
    assert app.get("/connectors", token=token).status_code == 200
    move(app, advanceSeconds=2, freeze=True)
    assert refusal_of(app.get("/connectors", token=token)).detail == "Token has expired"


def test_challenges_expire_before_the_move_is_answered(app: Application) -> None:
    job = app.connect(app.new_user(), "jared", "django", "AU00002")
    app.settled(job)
    done = move(app, advanceSeconds=119)
    assert (done["moments"], done["settled"]) == (0, True)
    assert app.job(job)["steps"][1]["status"] == "in-progress"
    assert move(app, advanceSeconds=3)["moments"] == 1
    assert failure_of(app.job(job))[:2] == ("mfa-challenge", "job-timed-out")


def test_retries_play_at_their_own_moments(app: Application) -> None:
    """New credentials of a bank that is away: every two hours for seven days, however far the clock is turned at once."""
    move(app, freeze=True)
    user = app.new_user()
    job = app.settled(app.connect(user, "gavinBelson", "hooli2016"))
    app.http.post("/_bowerbird/faults", json={"operation": "updateConnection", "code": "service-unavailable", "step": "verify-credentials"})
    again = app.post(job["links"]["source"].removeprefix(app.url), json={"password": "hooli2016"}).json()["id"]
    assert move(app, advanceSeconds=30 * DAY)["moments"] == 7 * 12
    app.forget_tokens()
    failed = app.job(again)
    assert failure_of(failed)[:2] == ("verify-credentials", "service-unavailable")
    ended = datetime.fromisoformat(failed["updated"]) - datetime.fromisoformat(failed["created"])
    assert ended == timedelta(days=7)


def test_a_move_waits_for_work_at_hand(app: Application) -> None:
    job = app.connect(app.new_user(), "gavinBelson", "hooli2016")
    assert move(app, advanceSeconds=1)["settled"] is True
    assert {step["status"] for step in app.job(job)["steps"]} == {"success"}


def test_salaries_land_and_pending_posts(app: Application) -> None:
    move(app, at="2027-03-03T09:00:00Z", freeze=True)
    user = app.new_user()
    job = app.settled(app.connect(user, "gavinBelson", "hooli2016"))
    before = {row["id"]: row for row in app.transactions(user)}
    move(app, advanceSeconds=31 * DAY)
    app.forget_tokens()
    app.settled(app.post(f"{job['links']['source'].removeprefix(app.url)}/refresh").json()["id"])
    after = {row["id"]: row for row in app.transactions(user)}
    new = [row for key, row in after.items() if key not in before]
    assert any(row["direction"] == "credit" and "SALARY" in row["description"].upper() for row in new), [r["description"] for r in new][:20]
    pending = [key for key, row in before.items() if row["status"] == "pending"]
    assert pending
    assert {after[key]["status"] for key in pending if key in after} == {"posted"}


def test_several_processes_and_the_next_start_agree(tmp_path: Path) -> None:
    process = Process(tmp_path / "data", BOWERBIRD_SANDBOX_CONTROLS="yes", BOWERBIRD_WORKERS="2")

    def seen(letters: int) -> set[str]:
        """The answers to a dozen requests, each on a connection of its own, so that both processes answer."""
        return {httpx2.get(f"{process.url}{CLOCK}").json()["now"][:letters] for _ in range(12)}

    def move_to(at: str, **more: bool) -> None:
        httpx2.post(f"{process.url}{CLOCK}", json={"at": at, **more}).raise_for_status()

    process.start()
    try:
        move_to("2033-01-01T09:00:00Z")
        assert seen(letters=13) == {"2033-01-01T09"}
        for day in ("02", "03"):
            move_to(f"2033-01-{day}T09:00:00Z", freeze=True)
            assert seen(letters=19) == {f"2033-01-{day}T09:00:00"}
        process.stop()
        process.start()
        assert seen(letters=19) == {"2033-01-03T09:00:00"}
    finally:
        process.stop()


def test_no_production_application_on_a_clock_that_was_turned(tmp_path: Path) -> None:
    with WatchedServing(tmp_path, start=None, sandbox_controls=True) as serving:
        httpx2.post(f"{serving.url}{CLOCK}", json={"advanceSeconds": 5}).raise_for_status()
        with pytest.raises(Exception, match="it can have no production application"):
            serving.application(production=True)
