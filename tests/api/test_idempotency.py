"""Idempotency-Key: every operation that creates, sent again under its key, makes nothing new and is answered as before."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import func, select

from bowerbird.api.routes import OPERATIONS
from bowerbird.storage.tables import idempotency_keys, metadata, users
from bowerbird.storage.unit_of_work import EVERY_TENANT
from tests.api.oracle import Refusal, refusal_of
from tests.api.sayings import NOT_VALID
from tests.api.scene import BY_NAME, CSV, STATEMENT_BANK, Scene, WatchedServing, at_rest, body_of, contents, path_of
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
        return {name: uow.row(select(func.count()).select_from(table))[0] for name, table in metadata.tables.items()}

    return serving.world.storage.read_now(look, tenant=EVERY_TENANT)


def prepared(scene: Scene) -> dict[str, dict[str, str]]:
    """For an operation that needs something of its own to act on: ids of that."""
    user = scene.app.new_user()
    waiting = scene.app.connect(user, "jared", "django", "AU00002")
    scene.app.settled(waiting)
    for webhook in scene.app.get("/notifications/webhooks").json()["data"]:
        if webhook["id"] != scene.ids["webhookId"]:
            scene.app.delete(f"/notifications/webhooks/{webhook['id']}")
    return {"create_mfa_response": {"jobId": waiting, "userId": user}}


@pytest.mark.parametrize("name", CREATING)
def test_sent_twice_made_once(scene: Scene, name: str) -> None:
    """A new operation that answers 201 or 202 is here by itself; it fails until its handler creates through `Call.create`."""
    ids, headers = prepared(scene).get(name, {}), {"Idempotency-Key": f"twice {name}".replace(" ", "-")}
    at_rest(scene.serving.world)
    before = counts(scene.serving)
    first = scene.call(name, ids, headers=headers)
    assert first.status_code in (201, 202), first.text
    at_rest(scene.serving.world)
    between = contents(scene.serving.world)
    assert counts(scene.serving)["idempotency_keys"] == before["idempotency_keys"] + 1
    for _ in range(3):
        again = scene.call(name, ids, headers=headers)
        assert (again.status_code, again.content) == (first.status_code, first.content)
        assert again.headers.get("content-type") == first.headers.get("content-type")
    assert contents(scene.serving.world) == between


@pytest.mark.parametrize("name", [name for name in CREATING if body_of(BY_NAME[name])])
def test_another_body_under_the_same_key(scene: Scene, name: str) -> None:
    ids, headers = prepared(scene).get(name, {}), {"Idempotency-Key": f"other-{name}"}
    assert scene.call(name, ids, headers=headers).status_code in (201, 202)
    body = body_of(BY_NAME[name])
    changed = (
        {"json": {**body["json"], "more": 1}} if "json" in body else {**body, "files": {"statement": ("statement.csv", CSV + CSV[-60:])}}
    )
    at_rest(scene.serving.world)
    between = contents(scene.serving.world)
    assert refusal_of(scene.call(name, ids, headers=headers, **changed)) == USED
    assert contents(scene.serving.world) == between


def test_another_path_or_operation_under_the_same_key(scene: Scene) -> None:
    headers = {"Idempotency-Key": "paths"}
    assert scene.call("refresh_connections", headers=headers).status_code == 202
    assert refusal_of(scene.call("refresh_connections", scene.second, headers=headers)) == USED
    assert refusal_of(scene.call("create_user", headers=headers)) == USED


def test_a_form_with_another_boundary_is_the_same_form(scene: Scene) -> None:
    path, data = path_of(BY_NAME["create_statement"], scene.second), {"institutionId": STATEMENT_BANK}
    answers = []
    for boundary in ("one", "another"):
        headers = {"Idempotency-Key": "forms", "Content-Type": f"multipart/form-data; boundary={boundary}"}
        answers.append(scene.app.post(path, headers=headers, data=data, files={"statement": ("statement.csv", CSV)}).json())
    assert answers[0] == answers[1]
    moved = {"institutionId": "AU00301"}
    said = refusal_of(scene.app.post(path, headers={"Idempotency-Key": "forms"}, data=moved, files={"statement": ("statement.csv", CSV)}))
    assert said == USED


def new_user(app: Application, key: str, **options: Any) -> Any:
    return app.post("/users", json={"email": "gavin@hooli.com"}, headers={"Idempotency-Key": key}, **options)


def test_a_key_is_the_applications_own(scene: Scene) -> None:
    assert new_user(scene.app, "mine").json()["id"] != new_user(scene.other, "mine").json()["id"]


def test_a_key_is_the_users_own(scene: Scene) -> None:
    """A client bound to one user learns nothing of the keys of another, nor of the server's."""
    jobs = [prepared(scene)["create_mfa_response"] for _ in range(2)]
    body, headers = {"mfa-response": ["1234"]}, {"Idempotency-Key": "clients"}
    for ids in jobs:
        token = scene.app.token("CLIENT_ACCESS", ids["userId"])
        assert scene.app.post(f"/jobs/{ids['jobId']}/mfa", json=body, headers=headers, token=token).status_code == 202


def test_a_refusal_leaves_no_key(scene: Scene) -> None:
    headers = {"Idempotency-Key": "refused"}
    at_rest(scene.serving.world)
    before = counts(scene.serving)
    body: Any
    for body in ({}, {"email": "nobody"}, [], {"email": 1}):
        assert scene.app.post("/users", json=body, headers=headers).status_code == 400
    assert scene.app.post("/users", json={"email": "a@hooli.com"}, headers=headers, token="forged").status_code == 401
    assert counts(scene.serving) == before
    assert new_user(scene.app, "refused").status_code == 201


@pytest.mark.parametrize("key", ["", "a b", "a\u00e9".encode("latin-1"), "x" * 256])
def test_keys_that_are_none(scene: Scene, key: str | bytes) -> None:
    answer = scene.app.post("/users", json={"email": "a@hooli.com"}, headers={"Idempotency-Key": key})
    assert refusal_of(answer) == BAD_KEY


def test_operations_that_create_nothing_take_no_notice(scene: Scene) -> None:
    before = counts(scene.serving)["idempotency_keys"]
    for name in ("get_user", "update_user", "list_accounts"):
        assert scene.call(name, headers={"Idempotency-Key": ""}).status_code == 200
    assert counts(scene.serving)["idempotency_keys"] == before


def test_a_users_answers_go_with_the_user(scene: Scene) -> None:
    answer = new_user(scene.app, "leaving")
    user = answer.json()["id"]
    scene.app.post(f"/users/{user}/connections/refresh", headers={"Idempotency-Key": "leaving-too"})
    own = select(func.count()).select_from(idempotency_keys).where(idempotency_keys.c.user_id == user)
    assert scene.serving.world.storage.read_now(lambda uow: uow.row(own), tenant=EVERY_TENANT) == (2,)
    assert scene.app.delete(f"/users/{user}").status_code == 204
    assert scene.serving.world.storage.read_now(lambda uow: uow.row(own), tenant=EVERY_TENANT) == (0,)


def test_nothing_of_request_or_answer_is_readable(scene: Scene) -> None:
    user = new_user(scene.app, "very-secret-key").json()["id"]
    own = select(idempotency_keys).where(idempotency_keys.c.user_id == user)
    row = scene.serving.world.storage.read_now(lambda uow: uow.row(own), tenant=EVERY_TENANT)
    assert b"hooli" not in row.answer  # type: ignore[union-attr]
    assert "very-secret" not in repr(row)


def at_once(times: int, ask: Callable[[], Any]) -> list[Any]:
    gate = threading.Barrier(times)

    def one(_: int) -> Any:
        gate.wait(30)
        return ask()

    with ThreadPoolExecutor(times) as pool:
        return list(pool.map(one, range(times)))


def test_fifty_at_once_make_one(scene: Scene) -> None:
    app, user = scene.app, scene.app.new_user()
    app.token()
    at_rest(scene.serving.world)
    before = counts(scene.serving)
    made = at_once(50, lambda: new_user(app, "fifty"))
    assert {(answer.status_code, answer.content) for answer in made} == {(201, made[0].content)}
    assert counts(scene.serving)["users"] == before["users"] + 1
    headers, files = {"Idempotency-Key": "fifty-files"}, {"statement": ("statement.csv", CSV)}
    sent = at_once(50, lambda: app.post(f"/users/{user}/statements", headers=headers, data={"institutionId": STATEMENT_BANK}, files=files))
    assert {(answer.status_code, answer.content) for answer in sent} == {(202, sent[0].content)}
    assert counts(scene.serving)["jobs"] == before["jobs"] + 1


def test_a_day_later_the_key_is_free(scene: Scene) -> None:
    """The last test of the module: it moves the clock. Keys whose time is over go with the next ones that come."""
    first = new_user(scene.app, "tomorrow").json()["id"]
    for number in range(5):
        new_user(scene.app, f"old-{number}")
    kept = counts(scene.serving)["idempotency_keys"]
    scene.serving.advance(seconds=86_400 - 1)
    scene.app.forget_tokens()
    assert new_user(scene.app, "tomorrow").json()["id"] == first
    scene.serving.advance(seconds=1)
    second = new_user(scene.app, "tomorrow").json()["id"]
    assert second != first
    assert counts(scene.serving)["idempotency_keys"] < kept
    both = select(func.count()).select_from(users).where(users.c.id.in_([first, second]))
    assert scene.serving.world.storage.read_now(lambda uow: uow.row(both), tenant=EVERY_TENANT) == (2,)
