"""Connections over HTTP: the literal shapes of the wire, and what each state allows."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api import expected_refusals
from tests.api.fixtures import CSV, STATEMENT_BANK, Fixtures, at_rest, contents
from tests.api.response_checks import Refusal, refusal_of, refusals_of
from tests.serving import Application

pytestmark = pytest.mark.both_engines

BAD_CREDENTIALS = Refusal(
    400,
    "invalid-credentials",
    "Cannot login to target institution, check credentials.",
    "Cannot login to target institution using supplied credentials. Please check credentials and try again.",
)
NOT_WEB = expected_refusals.not_valid("Connection type is not Web", "connectionId")
UNKNOWN_INSTITUTION = expected_refusals.not_valid("Requested institution does not exist.", "institution.id", "connection/institution/id")
NO_LOGIN = expected_refusals.not_supplied("Login ID parameter is required.", "loginId", "connection/loginId")
NO_PASSWORD = expected_refusals.not_supplied("Password parameter is required.", "password", "connection/password")
NO_INSTITUTION = expected_refusals.not_supplied("Institution ID parameter is required.", "institution.id", "connection/institution/id")
HOOLI = {"loginId": "gavinBelson", "password": "hooli2016", "institution": {"id": "AU00000"}}


def connected(app: Application, login: str, password: str, institution: str = "AU00000") -> tuple[str, str, dict[str, Any]]:
    """(user, connection, job) once the first job has settled."""
    user = app.new_user()
    job = app.settled(app.connect(user, login, password, institution))
    return user, job["links"]["source"].rpartition("/")[2], job


def status_of(app: Application, user: str, connection: str) -> str:
    status: str = app.get(f"/users/{user}/connections/{connection}").json()["status"]
    return status


def test_the_answer_is_a_reference_to_a_job(fixtures: Fixtures) -> None:
    user = fixtures.app.new_user()
    answer = fixtures.app.post(f"/users/{user}/connections", json=HOOLI)
    job_id = answer.json()["id"]
    assert answer.status_code == 202
    assert answer.json() == {"type": "job", "id": job_id, "links": {"self": f"{fixtures.serving.url}/jobs/{job_id}"}}


def test_the_finished_job(fixtures: Fixtures) -> None:
    user, connection, job = connected(fixtures.app, "gavinBelson", "hooli2016")
    url, at = fixtures.serving.url, "2026-03-18T12:00:00Z"

    def link(title: str, path: str) -> dict[str, Any]:
        return {"title": title, "status": "success", "result": {"type": "link", "url": f"/users/{user}/{path}"}}

    assert job == {
        "type": "job",
        "id": job["id"],
        "created": at,
        "updated": at,
        "jobType": "connection",
        "institution": {"type": "institution", "id": "AU00000", "links": {"self": f"{url}/institutions/AU00000"}},
        "steps": [
            link("verify-credentials", f"connections/{connection}"),
            link("retrieve-accounts", "accounts?filter=institution.id.eq('AU00000')"),
            link("retrieve-transactions", "transactions?filter=institution.id.eq('AU00000')"),
        ],
        "links": {"self": f"{url}/jobs/{job['id']}", "source": f"{url}/users/{user}/connections/{connection}"},
    }


def test_a_connection_in_the_list_and_alone(fixtures: Fixtures) -> None:
    """The entry of a list carries no accounts, the single connection does."""
    user, connection = fixtures.ids["userId"], fixtures.ids["connectionId"]
    url = f"{fixtures.serving.url}/users/{user}"
    listed = fixtures.call("list_connections").json()
    assert list(listed) == ["type", "data", "links"]
    assert listed["links"] == {"self": f"{url}/connections"}
    (entry,) = listed["data"]
    assert (entry["type"], entry["id"], entry["status"], entry["method"]) == ("connection", connection, "active", "web")
    assert entry["institution"] == {
        "type": "institution", "id": "AU00000", "links": {"self": f"{fixtures.serving.url}/institutions/AU00000"}
    }  # fmt: skip
    assert entry["links"]["self"] == f"{url}/connections/{connection}"
    assert entry["links"]["accounts"] == f"{url}/accounts?filter=institution.id.eq('AU00000')"
    assert entry["links"]["transactions"] == f"{url}/transactions?filter=institution.id.eq('AU00000')"
    assert "accounts" not in entry
    alone = fixtures.call("get_connection").json()
    assert [account["id"] for account in alone["accounts"]["data"]] == [a["id"] for a in fixtures.call("list_accounts").json()["data"]]
    assert alone["profile"]["fullName"]
    assert "hooli2016" not in fixtures.call("get_connection").text


def test_a_user_without_connections(fixtures: Fixtures) -> None:
    user = fixtures.app.new_user()
    links = {"self": f"{fixtures.serving.url}/users/{user}/connections"}
    assert fixtures.app.get(f"/users/{user}/connections").json() == {"type": "list", "data": [], "links": links}


ROWS: list[tuple[str, dict[str, Any], list[Refusal]]] = [
    ("nothing", {}, [NO_LOGIN, NO_PASSWORD, NO_INSTITUTION]),
    ("empty-texts", {"loginId": "", "password": "", "institution": {"id": ""}}, [NO_LOGIN, NO_PASSWORD, NO_INSTITUTION]),
    ("null", {"loginId": None, "password": None, "institution": None}, [NO_LOGIN, NO_PASSWORD, NO_INSTITUTION]),
    ("no-login", {**HOOLI, "loginId": None}, [NO_LOGIN]),
    ("no-password", {**HOOLI, "password": ""}, [NO_PASSWORD]),
    ("no-institution", {**HOOLI, "institution": {}}, [NO_INSTITUTION]),
    ("unknown-institution", {**HOOLI, "institution": {"id": "AU99999"}}, [UNKNOWN_INSTITUTION]),
    ("malformed-institution", {**HOOLI, "institution": {"id": "hooli"}}, [UNKNOWN_INSTITUTION]),
    ("lower-case-institution", {**HOOLI, "institution": {"id": "au00000"}}, [UNKNOWN_INSTITUTION]),
    ("nul-in-institution", {**HOOLI, "institution": {"id": "AU00000\0"}}, [UNKNOWN_INSTITUTION]),
]  # fmt: skip


@pytest.mark.usefixtures("nothing_written")
@pytest.mark.parametrize(("name", "body", "expected"), ROWS, ids=[row[0] for row in ROWS])
def test_connections_that_are_refused(fixtures: Fixtures, name: str, body: dict[str, Any], expected: list[Refusal]) -> None:
    assert refusals_of(fixtures.call("create_connection", json=body)) == expected


@pytest.mark.usefixtures("nothing_written")
def test_an_institution_without_the_needed_method(fixtures: Fixtures) -> None:
    """A live institution takes statements, not logins."""
    body = {**HOOLI, "institution": {"id": STATEMENT_BANK}}
    detail = f"Institution {STATEMENT_BANK} is not supported on this endpoint"
    source = {"parameter": "institution.id", "pointer": "connection/institution/id"}
    expected = Refusal(400, "institution-not-supported", "Institution is not supported", detail, source)
    assert refusal_of(fixtures.call("create_connection", json=body)) == expected


def test_keys_of_a_published_client(fixtures: Fixtures) -> None:
    """A published client sends `loginID`: keys are matched without regard to case, unknown ones ignored."""
    user = fixtures.app.new_user()
    body = {"loginID": "gavinBelson", "PASSWORD": "hooli2016", "Institution": {"ID": "AU00000", "name": "Hooli"}, "x": {"y": [1]}}
    job = fixtures.app.post(f"/users/{user}/connections", json=body)
    assert job.status_code == 202
    assert [step["status"] for step in fixtures.app.settled(job.json()["id"])["steps"]] == ["success"] * 3


FAILURES = [
    ("bighead", "password", "verify-credentials", "invalid-credentials",
     "Cannot login to target institution: this account is locked.",
     "Cannot login to target institution: this account is locked. Please contact institution directly."),
    ("erlich", "aviato", "verify-credentials", "account-not-accessible-requires-user-action",
     "Not Accessible",
     "An action is required from end-user before account details can be returned."),
    ("jianYang", "nothotdog", "verify-credentials", "service-unavailable",
     "Service Unavailable", "Service is currently unavailable. Please try again later."),
    ("gavinBelson", "wrong", "verify-credentials", "invalid-credentials",
     "Cannot login to target institution: invalid username or password.",
     "Cannot login to target institution: invalid username or password. Please check credentials and try again."),
    ("stranger", "wrong", "verify-credentials", "invalid-credentials",
     "Cannot login to target institution: invalid username or password.",
     "Cannot login to target institution: invalid username or password. Please check credentials and try again."),
    ("monica", "raviga", "verify-credentials", "invalid-credentials",
     "Cannot login to target institution, check credentials.",
     "Cannot login to target institution using supplied credentials. Please check credentials and try again."),
    ("russ", "hanneman", "verify-credentials", "invalid-credentials",
     "Cannot login to target institution: multi-factor authentication is not supported.",
     ("Cannot login to target institution: multi-factor authentication is not supported. "
      "Please check if multi-factor authentication is enabled on login.")),
    ("dinesh", "tesla", "verify-credentials", "maintenance-error",
     "Not Accessible",
     "Requested resource is currently unavailable due to maintenance on Institution's side."),
    ("jackBarker", "boxes", "retrieve-transactions", "service-unavailable",
     "Service Unavailable", "Service is currently unavailable. Please try again later."),
]  # fmt: skip


@pytest.mark.parametrize(("login", "password", "step", "code", "title", "detail"), FAILURES, ids=[row[0] + row[1] for row in FAILURES])
def test_logins_that_fail(fixtures: Fixtures, login: str, password: str, step: str, code: str, title: str, detail: str) -> None:
    user, connection, job = connected(fixtures.app, login, password)
    failed = next(each for each in job["steps"] if each["status"] == "failed")
    assert failed == {"title": step, "status": "failed", "result": {"code": code, "title": title, "detail": detail}}
    later = job["steps"][job["steps"].index(failed) + 1 :]
    assert all(each["status"] == "pending" and each["result"] is None for each in later)
    if code == "invalid-credentials":
        assert status_of(fixtures.app, user, connection) == "invalid"
    accounts = fixtures.app.get(f"/users/{user}/accounts").json()["data"]
    assert bool(accounts) is (step == "retrieve-transactions"), "accounts arrive before the step that fails"


def test_an_action_at_the_bank_succeeds_the_second_time(fixtures: Fixtures) -> None:
    user, connection, job = connected(fixtures.app, "nelson", "arizona")
    assert job["steps"][0]["result"]["code"] == "account-not-accessible-requires-user-action"
    again = fixtures.app.post(f"/users/{user}/connections/{connection}/refresh")
    assert again.status_code == 202
    assert [step["status"] for step in fixtures.app.settled(again.json()["id"])["steps"]] == ["success"] * 3


def test_an_invalid_connection(fixtures: Fixtures) -> None:
    """Refused at once until its credentials change; then a new job, and active again."""
    app = fixtures.app
    user, connection, _ = connected(app, "gavinBelson", "wrong")
    path = f"/users/{user}/connections/{connection}"
    at_rest(fixtures.serving.services)
    before = contents(fixtures.serving.services)
    assert refusal_of(app.post(f"{path}/refresh")) == BAD_CREDENTIALS
    assert refusal_of(app.post(path, json={"password": "wrong"})) == BAD_CREDENTIALS
    assert refusal_of(app.post(f"{path}/purge")).detail == "Connection is not active"
    assert app.post(f"/users/{user}/connections/refresh").json() == {"type": "list", "data": []}
    assert contents(fixtures.serving.services) == before
    changed = app.post(path, json={"password": "hooli2016"})
    assert changed.status_code == 202
    assert [step["status"] for step in app.settled(changed.json()["id"])["steps"]] == ["success"] * 3
    assert status_of(app, user, connection) == "active"
    assert app.post(f"{path}/refresh").status_code == 202


@pytest.mark.usefixtures("nothing_written")
@pytest.mark.parametrize("body", [{}, {"password": ""}, {"password": None}, {"loginId": "x"}])
def test_updates_that_are_refused(fixtures: Fixtures, body: dict[str, Any]) -> None:
    assert refusal_of(fixtures.call("update_connection", json=body)) == NO_PASSWORD


def test_an_update_with_the_same_password_is_a_new_job(fixtures: Fixtures) -> None:
    user, connection, job = connected(fixtures.app, "gavinBelson", "hooli2016")
    answer = fixtures.app.post(f"/users/{user}/connections/{connection}", json={"password": "hooli2016"})
    assert answer.status_code == 202
    assert answer.json()["id"] != job["id"]
    assert [step["status"] for step in fixtures.app.settled(answer.json()["id"])["steps"]] == ["success"] * 3


def test_a_bad_update_makes_a_good_connection_invalid(fixtures: Fixtures) -> None:
    user, connection, _ = connected(fixtures.app, "gavinBelson", "hooli2016")
    job = fixtures.app.post(f"/users/{user}/connections/{connection}", json={"password": "wrong"}).json()["id"]
    fixtures.app.settled(job)
    assert status_of(fixtures.app, user, connection) == "invalid"
    assert fixtures.app.get(f"/users/{user}/accounts").json()["data"], "what was read before stays"


def test_a_statement_connection_is_not_web(fixtures: Fixtures) -> None:
    at_rest(fixtures.serving.services)
    before = contents(fixtures.serving.services)
    assert refusal_of(fixtures.call("refresh_connection", fixtures.second)) == NOT_WEB
    assert refusal_of(fixtures.call("update_connection", fixtures.second, json={"password": "x"})) == NOT_WEB
    assert fixtures.call("refresh_connections", fixtures.second).json() == {"type": "list", "data": []}
    assert contents(fixtures.serving.services) == before


def test_refreshing_all(fixtures: Fixtures) -> None:
    """One job a connection that can be refreshed; bad ones and statements are left out."""
    app, user = fixtures.app, fixtures.app.new_user()
    jobs = [app.connect(user, *login) for login in (("gavinBelson", "hooli2016"), ("richard", "tabsnotspaces"), ("gavinBelson", "wrong"))]
    jobs.append(app.upload(user, CSV).json()["id"])
    for job in jobs:
        app.settled(job)
    answer = app.post(f"/users/{user}/connections/refresh")
    assert (answer.status_code, answer.json()["type"], len(answer.json()["data"])) == (202, "list", 2)
    sources = {app.settled(job["id"])["links"]["source"] for job in answer.json()["data"]}
    assert sources == {app.job(job)["links"]["source"] for job in jobs[:2]}


def test_deleting_keeps_what_was_read(fixtures: Fixtures) -> None:
    """Accounts stay with `links.connection` null; made again for the same bank account, every id is the old one."""
    app = fixtures.app
    user, connection, job = connected(app, "gavinBelson", "hooli2016")
    accounts = app.get(f"/users/{user}/accounts").json()["data"]
    transactions = [transaction["id"] for transaction in app.transactions(user)]
    assert all(account["links"]["connection"].endswith(f"/connections/{connection}") for account in accounts)
    answer = app.delete(f"/users/{user}/connections/{connection}")
    assert (answer.status_code, answer.content) == (204, b"")
    assert refusal_of(app.get(f"/users/{user}/connections/{connection}")) == expected_refusals.not_found("connection", "connectionId")
    left = app.get(f"/users/{user}/accounts").json()["data"]
    assert left == [{**account, "links": {**account["links"], "connection": None}} for account in accounts]
    assert [transaction["id"] for transaction in app.transactions(user)] == transactions
    assert app.job(job["id"])["links"]["source"].endswith(connection), "its job can still be read"
    again = app.settled(app.connect(user, "gavinBelson", "hooli2016"))
    new = again["links"]["source"].rpartition("/")[2]
    assert new != connection
    renewed = app.get(f"/users/{user}/accounts").json()["data"]
    assert [each["id"] for each in renewed] == [account["id"] for account in accounts]
    assert all(each["connection"] == new for each in renewed)
    assert [transaction["id"] for transaction in app.transactions(user)] == transactions


def test_purging_removes_the_institutions_data(fixtures: Fixtures) -> None:
    app = fixtures.app
    user, connection, _ = connected(app, "gavinBelson", "hooli2016")
    app.settled(app.upload(user, CSV).json()["id"])
    answer = app.post(f"/users/{user}/connections/{connection}/purge")
    assert (answer.status_code, answer.content) == (204, b"")
    left = app.get(f"/users/{user}/accounts").json()["data"]
    assert [each["institution"] for each in left] == [STATEMENT_BANK], "another institution's data stays"
    assert {transaction["institution"] for transaction in app.transactions(user)} == {STATEMENT_BANK}
    assert status_of(app, user, connection) == "active"
    job = app.post(f"/users/{user}/connections/{connection}/refresh").json()["id"]
    app.settled(job)
    assert len(app.get(f"/users/{user}/accounts").json()["data"]) > 1


FILTERS = [
    ("id.eq('{own}')", 1), ("connection.id.eq('{own}')", 1), ("id.ne('{own}')", 0), ("status.eq('active')", 1), ("status.ne('active')", 0),
    ("connection.status.eq('invalid')", 0), ("institution.id.eq('AU00000')", 1), ("connection.institution.id.eq('AU00001')", 0),
    ("id.eq('{own}'),status.eq('active')", 1), ("id.eq('{own}'),status.eq('invalid')", 0), (" id . eq ( '{own}' ) ", None), ("", 1),
    ("id.eq({own})", None), ("id.gt('{own}')", None), ("id.in('{own}')", None), ("user.id.eq('x')", None),
    ("id", None), ("id.eq('x'", None),
]  # fmt: skip


@pytest.mark.usefixtures("nothing_written")
@pytest.mark.parametrize("encoded", [True, False])
@pytest.mark.parametrize(("text", "expected"), FILTERS)
def test_filters(fixtures: Fixtures, text: str, expected: int | None, encoded: bool) -> None:
    text = text.format(own=fixtures.ids["connectionId"])
    path = f"/users/{fixtures.ids['userId']}/connections"
    answer = fixtures.app.get(path, params={"filter": text}) if encoded else fixtures.app.get(f"{path}?filter={text}")
    if expected is None:
        assert refusal_of(answer) == expected_refusals.FILTER
    else:
        assert len(answer.json()["data"]) == expected
