"""Jobs and multi-factor challenges over HTTP."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import insert, select

from bowerbird.model.clock import to_milliseconds
from bowerbird.model.ids import new_id
from bowerbird.storage.database.tables import jobs
from bowerbird.storage.database.unit_of_work import EVERY_TENANT, UnitOfWork
from bowerbird.storage.rows.jobs.jobs import JobRow
from tests.api import expected_refusals
from tests.api.fixtures import NO_ONE, Fixtures, WatchedServing, contents, stand_up
from tests.api.response_checks import refusal_of
from tests.serving import Application, until

pytestmark = pytest.mark.both_engines

NOT_AWAITED = expected_refusals.not_valid("Job is not waiting for an MFA response.", "jobId")
NO_RESPONSE = expected_refusals.not_supplied("MFA response parameter is required.", "mfa-response", "mfa-response")


@pytest.fixture(scope="module")
def fixtures(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fixtures]:
    server = WatchedServing(tmp_path_factory.mktemp("jobs"), token_ttl_seconds=10**9)
    with server:
        yield stand_up(server)


def asked(app: Application, login: str, password: str, institution: str = "AU00002") -> dict[str, Any]:
    """A job that waits for a person."""
    return app.settled(app.connect(app.new_user(), login, password, institution))


def answered(app: Application, job_id: str, *answers: str) -> dict[str, Any]:
    """The job after answers: finished or failed."""
    reply = app.post(f"/jobs/{job_id}/mfa", json={"mfa-response": list(answers)})
    assert reply.status_code == 202
    assert reply.json() == {"type": "job", "id": job_id, "links": {"self": f"{app.url}/jobs/{job_id}"}}
    return ended(app, job_id)


def ended(app: Application, job_id: str) -> dict[str, Any]:
    def look() -> dict[str, Any] | None:
        job = app.job(job_id)
        statuses = {step["status"] for step in job["steps"]}
        return job if "failed" in statuses or statuses == {"success"} else None

    return until(look, f"job {job_id} to end")


CHALLENGES = [
    ("jared", "django", "token", ["OTP Password"], ["1234"]),
    ("richard", "tabsnotspaces", "token", ["OTP Password"], ["1234"]),
    ("gavinBelson", "hooli2016", "security-questions", ["What's your first company?"], ["Hooli"]),
    ("Gilfoyle", "PiedPiper", "security-questions", ["What's your first company?"], ["Hooli"]),
    ("Whistler", "ShowBox", "security-questions", None, ["Basiq", "AU00000"]),
    ("Wentworth-Smith", "whislter", "security-questions", None, ["Basiq", "AU00000"]),
]


@pytest.mark.parametrize(("login", "password", "method", "prompts", "answers"), CHALLENGES, ids=[row[0] for row in CHALLENGES])
def test_a_challenge_and_its_answer(
    fixtures: Fixtures, login: str, password: str, method: str, prompts: list[str] | None, answers: list[str]
) -> None:
    job = asked(fixtures.app, login, password)
    assert [step["title"] for step in job["steps"]] == [
        "verify-credentials", "mfa-challenge", "retrieve-accounts", "retrieve-transactions"
    ]  # fmt: skip
    assert [step["status"] for step in job["steps"]] == ["success", "in-progress", "pending", "pending"]
    challenge = job["steps"][1]["result"]
    assert list(challenge) == ["type", "method", "description", "input", "expiryMs", "links"]
    assert (challenge["type"], challenge["method"], challenge["expiryMs"]) == ("mfa", method, 120_000)
    assert challenge["links"] == {"response": f"{fixtures.serving.url}/jobs/{job['id']}/mfa"}
    assert len(challenge["input"]) == len(answers)
    assert prompts is None or challenge["input"] == prompts
    assert [step["status"] for step in answered(fixtures.app, job["id"], *answers)["steps"]] == ["success"] * 4


def test_a_wrong_answer(fixtures: Fixtures) -> None:
    job = answered(fixtures.app, asked(fixtures.app, "jared", "django")["id"], "4321")
    assert job["steps"][1]["status"] == "failed"
    assert job["steps"][1]["result"]["code"] == "invalid-credentials"
    assert "multi-factor answer is wrong" in job["steps"][1]["result"]["detail"]
    assert refusal_of(fixtures.app.post(f"/jobs/{job['id']}/mfa", json={"mfa-response": ["1234"]})) == NOT_AWAITED


def test_no_answer_in_time(fixtures: Fixtures) -> None:
    job = asked(fixtures.app, "jared", "django")
    fixtures.serving.clock.advance(timedelta(seconds=120))
    assert refusal_of(fixtures.app.post(f"/jobs/{job['id']}/mfa", json={"mfa-response": ["1234"]})) == NOT_AWAITED
    fixtures.serving.services.wake()
    failed = ended(fixtures.app, job["id"])["steps"][1]
    assert failed["result"] == {
        "code": "job-timed-out",
        "title": "Job timed out.",
        "detail": "No answer to the multi-factor challenge arrived within 120 seconds. Please connect again.",
    }


def test_an_answer_in_the_last_second(fixtures: Fixtures) -> None:
    job = asked(fixtures.app, "jared", "django")
    fixtures.serving.advance(seconds=119)
    assert [step["status"] for step in answered(fixtures.app, job["id"], "1234")["steps"]] == ["success"] * 4


@pytest.mark.parametrize(("body", "expected"), [
    ({}, NO_RESPONSE), ({"mfa-response": []}, NO_RESPONSE), ({"mfa-response": None}, NO_RESPONSE), ({"mfaResponse": ["1"]}, NO_RESPONSE),
    ({"mfa-response": ["1", "2"]}, expected_refusals.not_valid("MFA response must contain 1 values.", "mfa-response", "mfa-response")),
])  # fmt: skip
def test_answers_that_are_none(fixtures: Fixtures, body: dict[str, Any], expected: Any) -> None:
    """Refused without using the challenge up."""
    job = asked(fixtures.app, "jared", "django")
    before = contents(fixtures.serving.services)
    assert refusal_of(fixtures.app.post(f"/jobs/{job['id']}/mfa", json=body)) == expected
    assert contents(fixtures.serving.services) == before
    assert [step["status"] for step in answered(fixtures.app, job["id"], "1234")["steps"]] == ["success"] * 4


def test_keys_of_an_answer_in_any_case(fixtures: Fixtures) -> None:
    job = asked(fixtures.app, "jared", "django")
    assert fixtures.app.post(f"/jobs/{job['id']}/mfa", json={"MFA-Response": ["1234"]}).status_code == 202


def test_an_answer_to_a_job_that_does_not_wait(fixtures: Fixtures) -> None:
    assert refusal_of(fixtures.call("create_mfa_response")) == NOT_AWAITED
    assert refusal_of(fixtures.call("create_mfa_response", {"jobId": NO_ONE})) == expected_refusals.not_found("job", "jobId")


def test_a_clients_token_answers_its_own_users_challenge(fixtures: Fixtures) -> None:
    app = fixtures.app
    job = asked(app, "jared", "django")
    user = job["links"]["source"].split("/users/")[1].split("/")[0]
    unknown_bank = app.token("CLIENT_ACCESS", fixtures.ids["userId"])
    assert (
        refusal_of(app.post(f"/jobs/{job['id']}/mfa", token=unknown_bank, json={"mfa-response": ["1234"]}))
        == expected_refusals.UNAUTHORIZED
    )
    own = app.token("CLIENT_ACCESS", user)
    assert app.post(f"/jobs/{job['id']}/mfa", token=own, json={"mfa-response": ["1234"]}).status_code == 202
    assert ended(app, job["id"])["steps"][-1]["status"] == "success"


def test_one_job_in_flight(fixtures: Fixtures) -> None:
    """While a job waits, refresh and update answer 200 with that job."""
    app = fixtures.app
    job = asked(app, "jared", "django")
    path = job["links"]["source"].removeprefix(app.url)
    user = path.split("/")[2]
    reference = {"type": "job", "id": job["id"], "links": {"self": f"{app.url}/jobs/{job['id']}"}}
    for answer in (app.post(f"{path}/refresh"), app.post(path, json={"password": "django"})):
        assert (answer.status_code, answer.json()) == (200, reference)
    assert app.post(f"/users/{user}/connections/refresh").json()["data"] == [reference]
    assert app.get(f"/users/{user}/jobs").json()["size"] == 1


def test_the_same_credentials_wait_for_each_other(fixtures: Fixtures) -> None:
    app = fixtures.app
    user = app.new_user()
    first = app.connect(user, "jared", "django", "AU00002")
    second = app.connect(user, "jared", "django", "AU00002")
    app.settled(first)
    assert [step["status"] for step in app.job(second)["steps"]] == ["pending"] * 4
    answered(app, first, "1234")
    app.settled(second)
    assert [step["status"] for step in answered(app, second, "1234")["steps"]] == ["success"] * 4


def test_deleting_a_connection_ends_its_job(fixtures: Fixtures) -> None:
    app = fixtures.app
    job = asked(app, "jared", "django")
    assert app.delete(job["links"]["source"].removeprefix(app.url)).status_code == 204
    failed = next(step for step in app.job(job["id"])["steps"] if step["status"] == "failed")
    assert failed["result"] == {
        "code": "invalid-connection",
        "title": "Invalid connection.",
        "detail": "The connection was deleted while the job was running.",
    }
    assert refusal_of(app.post(f"/jobs/{job['id']}/mfa", json={"mfa-response": ["1234"]})) == NOT_AWAITED


def test_deleting_a_user_ends_everything(fixtures: Fixtures) -> None:
    app = fixtures.app
    job = asked(app, "jared", "django")
    user = job["links"]["source"].split("/users/")[1].split("/")[0]
    assert app.delete(f"/users/{user}").status_code == 204
    assert refusal_of(app.get(f"/jobs/{job['id']}")) == expected_refusals.not_found("job", "jobId")
    assert refusal_of(app.post(f"/jobs/{job['id']}/mfa", json={"mfa-response": ["1234"]})) == expected_refusals.not_found("job", "jobId")


def test_the_list_of_jobs(fixtures: Fixtures) -> None:
    app = fixtures.app
    user = app.new_user()
    made = []
    for login in (("gavinBelson", "hooli2016"), ("gavinBelson", "wrong")):
        made.append(app.connect(user, *login))
        app.settled(made[-1])
        fixtures.serving.advance(seconds=1)
    listed = app.get(f"/users/{user}/jobs").json()
    assert list(listed) == ["type", "size", "data", "links"]
    assert (listed["type"], listed["size"], listed["links"]) == ("list", 2, {"self": f"{app.url}/users/{user}/jobs"})
    assert listed["data"] == [app.job(made[1]), app.job(made[0])], "newest first"
    connection = app.job(made[0])["links"]["source"].rpartition("/")[2]
    filtered = app.get(f"/users/{user}/jobs?filter=connection.id.eq('{connection}')").json()
    assert ([job["id"] for job in filtered["data"]], filtered["size"]) == ([made[0]], 1)
    assert refusal_of(app.get(f"/users/{user}/jobs?filter=job.id.eq('x')")) == expected_refusals.FILTER


def test_a_connections_jobs_behind_many_newer_ones_of_another(fixtures: Fixtures) -> None:
    """The list is cut after the filter."""
    app = fixtures.serving.application("Many jobs")
    job = app.settled(app.connect(app.new_user(), "gavinBelson", "hooli2016"))
    user, connection = re.findall(r"[0-9a-f-]{36}", job["links"]["source"])
    another = new_id()

    def add(uow: UnitOfWork) -> None:
        found = uow.one(JobRow, select(*JobRow.columns(jobs)).where(jobs.c.id == job["id"]))
        assert found is not None
        newer = {"connection_id": another, "created_at_ms": found.created_at_ms + 1}
        uow.execute(insert(jobs), [{**found.values(), **newer, "id": new_id()} for _ in range(510)])

    fixtures.serving.services.storage.write_now(add, tenant=EVERY_TENANT)

    def listed(*conditions: str) -> list[str]:
        answer = app.get(f"/users/{user}/jobs", params={"filter": ",".join(conditions)}).json()
        assert answer["size"] == len(answer["data"])
        return [row["links"]["source"].rpartition("/")[2] for row in answer["data"]]

    assert listed() == [another] * 500
    assert listed(f"connection.id.eq('{connection}')") == [connection]
    assert listed(f"connection.id.ne('{another}')") == [connection]
    assert listed(f"connection.id.eq('{another}')", f"connection.id.ne('{connection}')") == [another] * 500
    assert listed(f"connection.id.eq('{another}')", f"connection.id.eq('{connection}')") == []
    whole = app.get(f"/users/{user}/jobs").json()["data"]
    filtered = app.get(f"/users/{user}/jobs", params={"filter": f"connection.id.eq('{another}')"}).json()["data"]
    assert whole == filtered, "portion by portion as in one go, though all are of one moment"


def test_jobs_are_shown_for_seven_days(fixtures: Fixtures) -> None:
    app = fixtures.app
    user = app.new_user()
    job = app.connect(user, "gavinBelson", "wrong")
    app.settled(job)
    fixtures.serving.advance(days=7)
    assert app.get(f"/users/{user}/jobs").json()["size"] == 1
    fixtures.serving.advance(seconds=1)
    assert app.get(f"/users/{user}/jobs").json() == {
        "type": "list", "size": 0, "data": [], "links": {"self": f"{app.url}/users/{user}/jobs"}
    }  # fmt: skip
    assert app.job(job)["id"] == job, "by its id it can be read on"


def test_an_update_is_tried_again_for_seven_days(fixtures: Fixtures) -> None:
    """While the bank is away new credentials wait: every two hours, then the job fails."""
    app = fixtures.app
    job = app.settled(app.connect(app.new_user(), "jianYang", "nothotdog"))
    assert job["steps"][0]["result"]["code"] == "service-unavailable"
    path = job["links"]["source"].removeprefix(app.url)
    update = app.post(path, json={"password": "nothotdog"}).json()["id"]

    def rests() -> bool:
        row = fixtures.serving.services.storage.read_now(lambda uow: _job_row(uow, update), tenant=EVERY_TENANT)
        return row.lease_owner is None and row.state == "queued" and row.due_at_ms > due[-1]

    due = [to_milliseconds(fixtures.serving.services.clock.now())]  # a new job is due at once, one that rests only later
    for tries in range(1, 4):
        until(rests, f"attempt {tries} to rest")
        due.append(fixtures.serving.services.storage.read_now(lambda uow: _job_row(uow, update), tenant=EVERY_TENANT).due_at_ms)
        assert [step["status"] for step in app.job(update)["steps"]] == ["pending"] * 3
        assert app.post(f"{path}/refresh").status_code == 200
        fixtures.serving.advance(hours=2)
    fixtures.serving.advance(days=7)
    assert ended(app, update)["steps"][0]["result"]["code"] == "service-unavailable"


def _job_row(uow: UnitOfWork, job_id: str) -> Any:
    return uow.row(select(jobs).where(jobs.c.id == job_id))
