"""Faults: the server injects the answer that the owner of a sandbox asks for, as often and where it was asked, and nowhere else."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.api.fixtures import WatchedServing
from tests.api.response_checks import refusal_of
from tests.serving import Application, Process, failure_of, until

FAULTS = "/_bowerbird/faults"
HOOLI = {"loginId": "gavinBelson", "password": "hooli2016", "institution": {"id": "AU00000"}}


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Application]:
    with WatchedServing(tmp_path_factory.mktemp("faults"), sandbox_controls=True, step_seconds=1) as serving:
        yield serving.application(production=False)


@pytest.fixture(autouse=True)
def lifted(app: Application) -> Iterator[None]:
    yield
    assert app.http.delete(FAULTS).status_code == 204


def ask(app: Application, **fault: Any) -> dict[str, Any]:
    answer = app.http.post(FAULTS, json=fault)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def connect(app: Application, user: str, **headers: str) -> Any:
    return app.post(f"/users/{user}/connections", json=HOOLI, headers=headers)


def test_a_fault_is_injected_as_often_as_asked_and_only_where_asked(app: Application) -> None:
    ask(app, operation="listConnectors", code="service-unavailable", times=2)
    assert app.get("/institutions").status_code == 200
    answers = [app.get("/connectors") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [503, 503, 200]
    assert answers[0].headers["retry-after"] == "60"
    assert app.http.get(FAULTS).json()["data"] == []


def test_every_operation_at_once_but_not_the_health_of_the_server(app: Application) -> None:
    ask(app, code="internal-server-error")
    assert [app.http.get(path).status_code for path in ("/public/connectors", "/healthz", "/readyz", FAULTS)] == [500, 200, 200, 200]


def test_a_delay_answers_as_always(app: Application) -> None:
    ask(app, operation="listConnectors", delayMs=300)
    answer = app.get("/connectors")
    assert answer.status_code == 200
    assert answer.elapsed.total_seconds() >= 0.3


@pytest.mark.parametrize("seed", [1, 2])
def test_a_flapping_bank_flaps_the_same_way_again(app: Application, seed: int) -> None:
    runs = []
    for _ in range(2):
        found = ask(app, operation="listConnectors", code="service-unavailable", probability=0.4, seed=seed)
        runs.append([app.get("/connectors").status_code for _ in range(40)])
        assert app.http.delete(f"{FAULTS}/{found['id']}").status_code == 204
    assert runs[0] == runs[1]
    assert 6 <= runs[0].count(503) <= 26


@pytest.mark.parametrize("step", ["verify-credentials", "retrieve-accounts", "retrieve-transactions"])
def test_a_step_of_a_job_fails_as_if_the_bank_had_failed_it(app: Application, step: str) -> None:
    ask(app, code="maintenance-error", step=step, times=1)
    user = app.new_user()
    assert failure_of(app.settled(connect(app, user).json()["id"]))[:2] == (step, "maintenance-error")
    assert [each["status"] for each in app.settled(connect(app, user).json()["id"])["steps"]] == ["success"] * 3


def test_a_slow_bank_runs_out_of_its_time(app: Application) -> None:
    ask(app, step="retrieve-accounts", delayMs=1_500, times=1)
    failed = failure_of(app.settled(connect(app, app.new_user()).json()["id"]))
    assert failed[:2] == ("retrieve-accounts", "job-timed-out")


def test_new_credentials_wait_for_a_bank_that_is_away(app: Application) -> None:
    user = app.new_user()
    job = app.settled(connect(app, user).json()["id"])
    ask(app, operation="updateConnection", code="service-unavailable", step="verify-credentials", times=1)
    again = app.post(job["links"]["source"].removeprefix(app.url), json={"password": "hooli2016"}).json()["id"]
    until(lambda: app.http.get(FAULTS).json()["data"] == [], "the fault to strike")
    until(lambda: app.job(again)["steps"][0]["status"] == "pending", "the job to wait for the bank")


def test_one_user_only(app: Application) -> None:
    injected, spared = app.new_user(), app.new_user()
    ask(app, operation="getUser", code="service-unavailable", userId=injected)
    assert [app.get(f"/users/{user}").status_code for user in (spared, injected, spared)] == [200, 503, 200]


def test_a_header_injects_into_its_own_request(app: Application) -> None:
    refusal = refusal_of(app.get("/connectors", headers={"X-Bowerbird-Fault": "access-denied/token-expired"}))
    assert (refusal.status, refusal.detail) == (403, "Token has expired")
    assert app.get("/connectors").status_code == 200


def test_a_header_injects_into_the_job_its_request_creates(app: Application) -> None:
    user = app.new_user()
    job = connect(app, user, **{"X-Bowerbird-Fault": "maintenance-error; step=retrieve-accounts"}).json()["id"]
    assert failure_of(app.settled(job))[:2] == ("retrieve-accounts", "maintenance-error")
    assert "failed" not in {step["status"] for step in app.settled(connect(app, user).json()["id"])["steps"]}


def test_a_header_whose_call_is_refused_leaves_nothing_behind(app: Application) -> None:
    headers = {"X-Bowerbird-Fault": "maintenance-error"}
    assert app.post(f"/users/{app.new_user()}/connections", json={}, headers=headers).status_code == 400
    assert app.http.get(FAULTS).json()["data"] == []


@pytest.mark.parametrize(
    ("fault", "detail"),
    [
        ({}, "needs a code, a delayMs or both"),
        ({"code": "no-such-code"}, "/_bowerbird/codes lists them"),
        ({"code": "too-many-requests"}, "has the variants refreshes"),
        ({"code": "service-unavailable", "operation": "getMoney"}, "no operation getMoney"),
        ({"code": "too-many-requests", "variant": "refreshes", "operation": "listConnectors"}, "listConnectors never answers"),
        ({"code": "method-not-allowed"}, "no operation answers"),
        ({"code": "maintenance-error", "operation": "listConnectors"}, "makes no job"),
        ({"code": "invalid-credentials", "variant": "locked-account", "step": "retrieve-accounts"}, "cannot end the step"),
        ({"code": "empty-file", "operation": "createConnection"}, "cannot end the step"),
        ({"code": "maintenance-error", "step": "lunch"}, "no step lunch"),
        ({"code": "service-unavailable", "times": 0}, "times is at least 1"),
        ({"code": "service-unavailable", "probability": 1.5}, "probability is above 0"),
        ({"delayMs": 600_001}, "delayMs is between"),
    ],
)
def test_a_fault_that_could_never_be_injected_is_refused(app: Application, fault: dict[str, Any], detail: str) -> None:
    refusal = refusal_of(app.http.post(FAULTS, json=fault))
    assert (refusal.status, refusal.code) == (400, "control-not-valid")
    assert detail in refusal.detail


def test_the_header_is_refused_where_faults_are_not_allowed(app: Application) -> None:
    headers = {"X-Bowerbird-Fault": "internal-server-error", "X-Forwarded-For": "10.0.0.1"}
    assert refusal_of(app.get("/connectors", headers=headers)).status == 401


def test_faults_outlive_the_process(tmp_path: Path) -> None:
    process = Process(tmp_path / "data", BOWERBIRD_SANDBOX_CONTROLS="yes")
    process.start()
    app = Application(process.url, "")
    try:
        ask(app, operation="listPublicConnectors", code="service-unavailable", times=2)
        assert app.http.get("/public/connectors").status_code == 503
        process.kill()
        process.start()
        assert [app.http.get("/public/connectors").status_code for _ in range(2)] == [503, 200]
    finally:
        app.close()
        process.kill()


def test_beside_a_production_application_no_fault_is_injected(tmp_path: Path) -> None:
    with WatchedServing(tmp_path, sandbox_controls=True) as serving:
        app = serving.application(production=False)
        ask(app, code="internal-server-error")
        assert app.http.get("/public/connectors").status_code == 500
        live = serving.application(production=True)
        assert live.get("/connectors").status_code == 200
        assert live.get("/connectors", headers={"X-Bowerbird-Fault": "internal-server-error"}).status_code == 200
