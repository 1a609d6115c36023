"""Jobs under bad luck: banks that hang, answer nonsense or go away, owners that die or wake too late, people who do not answer."""

from __future__ import annotations

import threading
from datetime import date, timedelta

import pytest

from bowerbird.domain.jobs.advance import advance
from bowerbird.model.clock import to_milliseconds
from bowerbird.sdk.failures import Unavailable
from bowerbird.storage.database.unit_of_work import EVERY_TENANT
from bowerbird.storage.rows.jobs import claims
from tests.deaths import Death, deaths
from tests.faults.scripted_bank import ScriptedBank, purchase
from tests.serving import Application, Serving, failure_of, until

pytestmark = pytest.mark.both_engines

LISTING = [purchase(450, "COFFEE", date(2026, 3, 16))]


def start(serving: Serving) -> tuple[Application, str]:
    app = serving.application()
    return app, app.new_user()


def test_a_connector_that_breaks_ends_as_unknown_error_and_tells_nothing(serving: Serving, bank: ScriptedBank) -> None:
    def fall_over() -> None:
        raise RuntimeError("secret of the bank")

    bank.before_accounts = fall_over
    app, user = start(serving)
    job = app.settled(app.connect(user, "a", "b", "AU00001"))
    assert failure_of(job)[:2] == ("retrieve-accounts", "unknown-error")
    assert "secret of the bank" not in str(job)


def test_a_bank_that_hangs_costs_its_own_job_only(serving: Serving, bank: ScriptedBank) -> None:
    gate = threading.Event()

    def hang() -> None:
        gate.wait(20)

    bank.before_transactions = hang
    app, user = start(serving)
    hanging = app.connect(user, "a", "b", "AU00001")
    healthy = app.settled(app.connect(user, "gavinBelson", "hooli2016"))
    assert all(step["status"] == "success" for step in healthy["steps"])
    assert failure_of(app.settled(hanging))[:2] == ("retrieve-transactions", "job-timed-out")
    gate.set()


def test_new_credentials_are_tried_every_two_hours_for_seven_days(serving: Serving, bank: ScriptedBank) -> None:
    app, user = start(serving)
    app.settled(app.connect(user, "a", "b", "AU00001"))
    connection = app.get(f"/users/{user}/connections").json()["data"][0]["id"]

    def away() -> None:
        raise Unavailable

    bank.before_log_in = away
    job = app.post(f"/users/{user}/connections/{connection}", json={"password": "new"}).json()["id"]
    until(lambda: len(bank.visits) == 2, "the first try")
    tries = 2
    for _ in range(6 * 12 + 11):
        serving.idle()
        serving.advance(hours=2)
        app.forget_tokens()
        tries += 1
        until(lambda wanted=tries: len(bank.visits) == wanted, "the next try")  # type: ignore[misc]
    assert app.post(f"/users/{user}/connections/{connection}/refresh").status_code == 200  # still the same job
    serving.idle()
    serving.advance(hours=2)
    app.forget_tokens()
    assert failure_of(app.settled(job))[:2] == ("verify-credentials", "service-unavailable")


def test_new_credentials_work_once_the_bank_is_back(serving: Serving, bank: ScriptedBank) -> None:
    app, user = start(serving)
    app.settled(app.connect(user, "a", "b", "AU00001"))
    connection = app.get(f"/users/{user}/connections").json()["data"][0]["id"]
    closed = [True]

    def away() -> None:
        if closed[0]:
            raise Unavailable

    bank.before_log_in = away
    job = app.post(f"/users/{user}/connections/{connection}", json={"password": "new"}).json()["id"]
    until(lambda: len(bank.visits) == 2, "the first try")
    serving.idle()
    closed[0] = False
    serving.advance(hours=2)
    app.forget_tokens()
    assert [step["status"] for step in app.settled(job)["steps"]] == ["success"] * 3


def test_an_unanswered_challenge_expires_on_the_clock(serving: Serving) -> None:
    app, user = start(serving)
    job = app.connect(user, "gavinBelson", "hooli2016", "AU00002")
    app.settled(job)
    serving.advance(seconds=119)
    assert app.settled(job)["steps"][1]["status"] == "in-progress"
    serving.advance(seconds=2)
    until(lambda: app.job(job)["steps"][1]["status"] == "failed", "the challenge to expire")
    step, code, _, detail = failure_of(app.job(job))
    assert (step, code) == ("mfa-challenge", "job-timed-out")
    assert "120 seconds" in detail
    late = app.post(f"/jobs/{job}/mfa", json={"mfa-response": ["Hooli"]})
    assert late.status_code == 400


def test_a_job_of_a_dead_owner_is_taken_over_and_lands_once(serving: Serving, bank: ScriptedBank, monkeypatch: pytest.MonkeyPatch) -> None:
    """The owner claims, reads the bank and dies before its commit: its lease runs out and the step is run again."""
    bank.listing = LISTING
    deaths(monkeypatch)
    app, user = start(serving)
    died: list[bool] = []

    def die_once() -> None:
        if not died:
            died.append(True)
            raise Death

    bank.before_transactions = die_once
    job = app.connect(user, "a", "b", "AU00001")
    until(lambda: bool(died), "the death")
    assert app.job(job)["steps"][2]["status"] == "in-progress"
    serving.advance(seconds=91)
    assert [step["status"] for step in app.settled(job)["steps"]] == ["success"] * 3
    assert len(app.transactions(user)) == 1


def test_an_owner_that_wakes_after_its_lease_writes_nothing(serving: Serving, bank: ScriptedBank) -> None:
    """While the first owner is stopped in its step, the clock passes its lease and a second one finishes the job."""
    bank.listing = LISTING
    app, user = start(serving)
    stopped, go_on, first = threading.Event(), threading.Event(), threading.Event()

    def stop_once() -> None:
        if not first.is_set():
            first.set()
            stopped.set()
            go_on.wait(20)

    bank.before_transactions = stop_once
    serving.services.guard.seconds = 30
    job = app.connect(user, "a", "b", "AU00001")
    assert stopped.wait(20)
    serving.clock.advance(timedelta(seconds=91))
    bank.listing = [*LISTING, purchase(999, "SEEN BY THE SECOND", date(2026, 3, 17))]
    advance(serving.services, "second owner", job)
    assert [step["status"] for step in app.job(job)["steps"]] == ["success"] * 3
    bank.listing = [purchase(1, "WRITTEN TOO LATE", date(2026, 3, 1))]
    go_on.set()
    serving.idle()
    assert {row["description"] for row in app.transactions(user)} == {"COFFEE", "SEEN BY THE SECOND"}


def test_only_the_present_owner_of_a_lease_writes(serving: Serving, bank: ScriptedBank) -> None:
    """Both owners stand in the same step; the first, whose lease is over, goes on while the second still holds its own."""
    app, user = start(serving)
    gates = [threading.Event(), threading.Event()]
    arrived: list[int] = []

    def stop() -> None:
        arrived.append(len(arrived))
        gates[arrived[-1]].wait(20)

    bank.before_transactions = stop
    serving.services.guard.seconds = 30
    job = app.connect(user, "a", "b", "AU00001")
    until(lambda: len(arrived) == 1, "the first owner")
    serving.clock.advance(timedelta(seconds=91))
    second = threading.Thread(target=advance, args=(serving.services, "second owner", job))
    second.start()
    until(lambda: len(arrived) == 2, "the second owner")
    bank.listing = [purchase(1, "OF THE FIRST", date(2026, 3, 1))]
    gates[0].set()
    serving.idle()
    assert app.transactions(user) == []
    assert app.job(job)["steps"][2]["status"] == "in-progress"
    bank.listing = LISTING
    gates[1].set()
    second.join(20)
    assert {row["description"] for row in app.transactions(user)} == {"COFFEE"}


def test_the_same_login_twice_runs_one_after_the_other(serving: Serving, bank: ScriptedBank) -> None:
    running, most, lock = [0], [0], threading.Lock()
    gate = threading.Event()

    def count() -> None:
        with lock:
            running[0] += 1
            most[0] = max(most[0], running[0])
        gate.wait(5)
        with lock:
            running[0] -= 1

    bank.before_log_in = count
    serving.services.guard.seconds = 30
    app, user = start(serving)
    jobs = [app.connect(user, "a", "b", "AU00001") for _ in range(4)]
    until(lambda: running[0] == 1, "the first to run")
    gate.set()
    for job in jobs:
        assert [step["status"] for step in app.settled(job)["steps"]] == ["success"] * 3
    assert most[0] == 1


def test_deleting_a_connection_ends_its_job_and_nothing_lands_later(serving: Serving, bank: ScriptedBank) -> None:
    bank.listing = LISTING
    gate, waiting = threading.Event(), threading.Event()

    def hold() -> None:
        waiting.set()
        gate.wait(20)

    bank.before_accounts = hold
    serving.services.guard.seconds = 30
    app, user = start(serving)
    job = app.connect(user, "a", "b", "AU00001")
    assert waiting.wait(20)
    connection = app.get(f"/users/{user}/connections").json()["data"][0]["id"]
    assert app.delete(f"/users/{user}/connections/{connection}").status_code == 204
    assert failure_of(app.job(job))[:2] == ("retrieve-accounts", "invalid-connection")
    gate.set()
    serving.idle()
    assert app.get(f"/users/{user}/accounts").json()["data"] == []


def test_deleting_a_user_while_a_job_runs_leaves_no_row(serving: Serving, bank: ScriptedBank) -> None:
    gate, waiting = threading.Event(), threading.Event()

    def hold() -> None:
        waiting.set()
        gate.wait(20)

    bank.before_accounts = hold
    serving.services.guard.seconds = 30
    app, user = start(serving)
    job = app.connect(user, "a", "b", "AU00001")
    assert waiting.wait(20)
    assert app.delete(f"/users/{user}").status_code == 204
    gate.set()
    serving.idle()
    assert app.get(f"/jobs/{job}").status_code == 404
    now = to_milliseconds(serving.clock.now() + timedelta(days=1))
    assert serving.services.storage.read_now(lambda uow: claims.due_jobs(uow, now, now, 10), tenant=EVERY_TENANT) == []
    assert app.get(f"/users/{user}/accounts").status_code == 404


def test_a_connection_is_active_only_once_its_challenge_was_answered(serving: Serving) -> None:
    app, user = start(serving)
    job = app.connect(user, "gavinBelson", "hooli2016", "AU00002")
    app.settled(job)
    assert app.get(f"/users/{user}/connections").json()["data"][0]["status"] == "pending"
    app.post(f"/jobs/{job}/mfa", json={"mfa-response": ["Hooli"]})
    until(lambda: app.job(job)["steps"][3]["status"] == "success", "the answered job to finish")
    assert app.get(f"/users/{user}/connections").json()["data"][0]["status"] == "active"


def test_a_mistyped_answer_can_be_mended_by_a_refresh(serving: Serving) -> None:
    app, user = start(serving)
    job = app.connect(user, "gavinBelson", "hooli2016", "AU00002")
    app.settled(job)
    app.post(f"/jobs/{job}/mfa", json={"mfa-response": ["Pied Piper"]})
    until(lambda: app.job(job)["steps"][1]["status"] == "failed", "the wrong answer to be judged")
    assert failure_of(app.job(job))[:2] == ("mfa-challenge", "invalid-credentials")
    connection = app.get(f"/users/{user}/connections").json()["data"][0]["id"]
    again = app.post(f"/users/{user}/connections/{connection}/refresh")
    assert again.status_code == 202
    app.settled(again.json()["id"])
    app.post(f"/jobs/{again.json()['id']}/mfa", json={"mfa-response": ["Hooli"]})
    finished = until(lambda: app.job(again.json()["id"])["steps"][3]["status"] == "success", "the refresh to finish")
    assert finished
