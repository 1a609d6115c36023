"""Idempotency-Key: every operation that creates, sent again under its key, makes nothing new and is answered as before."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import func, select

from bowerbird.api.routes import OPERATIONS
from bowerbird.storage.database.tables import idempotency_keys, metadata, users
from bowerbird.storage.database.unit_of_work import EVERY_TENANT
from tests.api.expected_refusals import NOT_VALID
from tests.api.fixtures import BY_NAME, CSV, STATEMENT_BANK, Fixtures, WatchedServing, at_rest, body_of, contents, path_of
from tests.api.response_checks import Refusal, refusal_of
from tests.serving import Application

CREATING = [operation.name for operation in OPERATIONS if operation.creates]
_BLAME = {"parameter": "Idempotency-Key", "pointer": "header/Idempotency-Key"}
USED = Refusal(400, "parameter-not-valid", NOT_VALID, "Idempotency-Key was used before, for another request.", _BLAME)
BAD_KEY = Refusal(
    400, "parameter-not-valid", NOT_VALID, "Idempotency-Key value is not valid: use 1 to 255 visible ASCII characters.", _BLAME
)


def counts(serving: WatchedServing) -> dict[str, int]:
    """Rows by table."""

    def look(uow: Any) -> dict[str, int]:
        return {
            name: uow.row(select(func.count()).select_from(table))[0] for name, table in metadata.tables.items() if name != "reading_log"
        }

    return serving.services.storage.read_now(look, tenant=EVERY_TENANT)


def prepared(fixtures: Fixtures) -> dict[str, dict[str, str]]:
    """For an operation that needs something of its own to act on: ids of that."""
    user = fixtures.app.new_user()
    waiting = fixtures.app.connect(user, "jared", "django", "AU00002")
    fixtures.app.settled(waiting)
    for webhook in fixtures.app.get("/notifications/webhooks").json()["data"]:
        if webhook["id"] != fixtures.ids["webhookId"]:
            fixtures.app.delete(f"/notifications/webhooks/{webhook['id']}")
    return {"create_mfa_response": {"jobId": waiting, "userId": user}}


@pytest.mark.parametrize("name", CREATING)
def test_sent_twice_made_once(fixtures: Fixtures, name: str) -> None:
    """A new operation that answers 201 or 202 is here by itself; it fails until its handler creates through `Call.create`."""
    ids, headers = prepared(fixtures).get(name, {}), {"Idempotency-Key": f"twice {name}".replace(" ", "-")}
    at_rest(fixtures.serving.services)
    before = counts(fixtures.serving)
    first = fixtures.call(name, ids, headers=headers)
    assert first.status_code in (201, 202), first.text
    at_rest(fixtures.serving.services)
    between = contents(fixtures.serving.services)
    assert counts(fixtures.serving)["idempotency_keys"] == before["idempotency_keys"] + 1
    for _ in range(3):
        again = fixtures.call(name, ids, headers=headers)
        assert (again.status_code, again.content) == (first.status_code, first.content)
        assert again.headers.get("content-type") == first.headers.get("content-type")
    assert contents(fixtures.serving.services) == between


@pytest.mark.parametrize("name", [name for name in CREATING if body_of(BY_NAME[name])])
def test_another_body_under_the_same_key(fixtures: Fixtures, name: str) -> None:
    ids, headers = prepared(fixtures).get(name, {}), {"Idempotency-Key": f"other-{name}"}
    assert fixtures.call(name, ids, headers=headers).status_code in (201, 202)
    body = body_of(BY_NAME[name], fixtures.ids)
    changed = (
        {"json": {**body["json"], "more": 1}} if "json" in body else {**body, "files": {"statement": ("statement.csv", CSV + CSV[-60:])}}
    )
    at_rest(fixtures.serving.services)
    between = contents(fixtures.serving.services)
    assert refusal_of(fixtures.call(name, ids, headers=headers, **changed)) == USED
    assert contents(fixtures.serving.services) == between


def test_another_path_or_operation_under_the_same_key(fixtures: Fixtures) -> None:
    headers = {"Idempotency-Key": "paths"}
    assert fixtures.call("refresh_connections", headers=headers).status_code == 202
    assert refusal_of(fixtures.call("refresh_connections", fixtures.second, headers=headers)) == USED
    assert refusal_of(fixtures.call("create_user", headers=headers)) == USED


def test_a_form_with_another_boundary_is_the_same_form(fixtures: Fixtures) -> None:
    path, data = path_of(BY_NAME["create_statement"], fixtures.second), {"institutionId": STATEMENT_BANK}
    answers = []
    for boundary in ("one", "another"):
        headers = {"Idempotency-Key": "forms", "Content-Type": f"multipart/form-data; boundary={boundary}"}
        answers.append(fixtures.app.post(path, headers=headers, data=data, files={"statement": ("statement.csv", CSV)}).json())
    assert answers[0] == answers[1]
    moved = {"institutionId": "AU00301"}
    refusal = refusal_of(
        fixtures.app.post(path, headers={"Idempotency-Key": "forms"}, data=moved, files={"statement": ("statement.csv", CSV)})
    )
    assert refusal == USED


def new_user(app: Application, key: str, **options: Any) -> Any:
    return app.post("/users", json={"email": "gavin@hooli.com"}, headers={"Idempotency-Key": key}, **options)


def test_a_key_is_the_applications_own(fixtures: Fixtures) -> None:
    assert new_user(fixtures.app, "mine").json()["id"] != new_user(fixtures.other, "mine").json()["id"]


def test_a_key_is_the_users_own(fixtures: Fixtures) -> None:
    """A client bound to one user learns nothing of the keys of another, nor of the server's."""
    jobs = [prepared(fixtures)["create_mfa_response"] for _ in range(2)]
    body, headers = {"mfa-response": ["1234"]}, {"Idempotency-Key": "clients"}
    for ids in jobs:
        token = fixtures.app.token("CLIENT_ACCESS", ids["userId"])
        assert fixtures.app.post(f"/jobs/{ids['jobId']}/mfa", json=body, headers=headers, token=token).status_code == 202


def test_a_refusal_leaves_no_key(fixtures: Fixtures) -> None:
    headers = {"Idempotency-Key": "refused"}
    at_rest(fixtures.serving.services)
    before = counts(fixtures.serving)
    body: Any
    for body in ({}, {"email": "gavin"}, [], {"email": 1}):
        assert fixtures.app.post("/users", json=body, headers=headers).status_code == 400
    assert fixtures.app.post("/users", json={"email": "a@hooli.com"}, headers=headers, token="forged").status_code == 401
    assert counts(fixtures.serving) == before
    assert new_user(fixtures.app, "refused").status_code == 201


@pytest.mark.parametrize("key", ["", "a b", "a\u00e9".encode("latin-1"), "x" * 256])
def test_keys_that_are_none(fixtures: Fixtures, key: str | bytes) -> None:
    answer = fixtures.app.post("/users", json={"email": "a@hooli.com"}, headers={"Idempotency-Key": key})
    assert refusal_of(answer) == BAD_KEY


def test_operations_that_create_nothing_take_no_notice(fixtures: Fixtures) -> None:
    before = counts(fixtures.serving)["idempotency_keys"]
    for name in ("get_user", "update_user", "list_accounts"):
        assert fixtures.call(name, headers={"Idempotency-Key": ""}).status_code == 200
    assert counts(fixtures.serving)["idempotency_keys"] == before


def test_a_users_answers_go_with_the_user(fixtures: Fixtures) -> None:
    answer = new_user(fixtures.app, "leaving")
    user = answer.json()["id"]
    fixtures.app.post(f"/users/{user}/connections/refresh", headers={"Idempotency-Key": "leaving-too"})
    own = select(func.count()).select_from(idempotency_keys).where(idempotency_keys.c.user_id == user)
    assert fixtures.serving.services.storage.read_now(lambda uow: uow.row(own), tenant=EVERY_TENANT) == (2,)
    assert fixtures.app.delete(f"/users/{user}").status_code == 204
    assert fixtures.serving.services.storage.read_now(lambda uow: uow.row(own), tenant=EVERY_TENANT) == (0,)


def test_nothing_of_request_or_answer_is_readable(fixtures: Fixtures) -> None:
    user = new_user(fixtures.app, "very-secret-key").json()["id"]
    own = select(idempotency_keys).where(idempotency_keys.c.user_id == user)
    row = fixtures.serving.services.storage.read_now(lambda uow: uow.row(own), tenant=EVERY_TENANT)
    assert b"hooli" not in row.answer  # type: ignore[union-attr]
    assert "very-secret" not in repr(row)


def at_once(times: int, ask: Callable[[], Any]) -> list[Any]:
    gate = threading.Barrier(times)

    def one(_: int) -> Any:
        gate.wait(30)
        return ask()

    with ThreadPoolExecutor(times) as pool:
        return list(pool.map(one, range(times)))


def test_fifty_at_once_make_one(fixtures: Fixtures) -> None:
    app, user = fixtures.app, fixtures.app.new_user()
    app.token()
    at_rest(fixtures.serving.services)
    before = counts(fixtures.serving)
    made = at_once(50, lambda: new_user(app, "fifty"))
    assert {(answer.status_code, answer.content) for answer in made} == {(201, made[0].content)}
    assert counts(fixtures.serving)["users"] == before["users"] + 1
    headers, files = {"Idempotency-Key": "fifty-files"}, {"statement": ("statement.csv", CSV)}
    sent = at_once(50, lambda: app.post(f"/users/{user}/statements", headers=headers, data={"institutionId": STATEMENT_BANK}, files=files))
    assert {(answer.status_code, answer.content) for answer in sent} == {(202, sent[0].content)}
    assert counts(fixtures.serving)["jobs"] == before["jobs"] + 1


def test_a_day_later_the_key_is_free(fixtures: Fixtures) -> None:
    """The last test of the module: it moves the clock. Keys whose time is over go with the next ones that come."""
    first = new_user(fixtures.app, "tomorrow").json()["id"]
    for number in range(5):
        new_user(fixtures.app, f"old-{number}")
    kept = counts(fixtures.serving)["idempotency_keys"]
    fixtures.serving.advance(seconds=86_400 - 1)
    fixtures.app.forget_tokens()
    assert new_user(fixtures.app, "tomorrow").json()["id"] == first
    fixtures.serving.advance(seconds=1)
    second = new_user(fixtures.app, "tomorrow").json()["id"]
    assert second != first
    assert counts(fixtures.serving)["idempotency_keys"] < kept
    both = select(func.count()).select_from(users).where(users.c.id.in_([first, second]))
    assert fixtures.serving.services.storage.read_now(lambda uow: uow.row(both), tenant=EVERY_TENANT) == (2,)
