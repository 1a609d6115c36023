"""Where a request goes: paths, methods, ids in paths and what an answer may look like, for every operation of the URL map."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest

from bowerbird.api.operation import Access, Operation
from bowerbird.api.routes import OPERATIONS
from tests.api import sayings
from tests.api.oracle import refusal_of
from tests.api.scene import BY_NAME, NOBODY, Scene, body_of, path_of

pytestmark = pytest.mark.usefixtures("nothing_written")

NOUNS = {
    "userId": "User",
    "connectionId": "Connection",
    "jobId": "Job",
    "accountId": "Account",
    "transactionId": "Transaction",
    "consentId": "Consent",
    "webhookId": "Webhook",
    "messageId": "Message",
}
WITH_IDS = [(operation, name) for operation in OPERATIONS for name in NOUNS if f"{{{name}}}" in operation.path]
PATHS = sorted({operation.path for operation in OPERATIONS})
METHODS = {path: sorted(operation.method for operation in OPERATIONS if operation.path == path) for path in PATHS}
EVERY_METHOD = ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"]
IDS = lambda value: value.name if isinstance(value, Operation) else None  # noqa: E731


def malformed(good: str) -> dict[str, str]:
    """Ids that are none, as they stand in a URL."""
    return {
        "word": "me",
        "number": "1",
        "upper-case": good.upper() if good.upper() != good else good[:-1] + "A",
        "no-hyphens": good.replace("-", ""),
        "braces": quote("{" + good + "}"),
        "urn": f"urn:uuid:{good}",
        "short": good[:-1],
        "long": f"{good}0",
        "very-long": "a" * 8000,
        "blank": "%20",
        "blank-behind": f"{good}%20",
        "line-break": f"{good}%0A",
        "nul": "%00",
        "nul-behind": f"{good}%00",
        "nul-inside": f"{good[:8]}%00{good[9:]}",
        "euro": "%E2%82%AC",
        "full-width-digit": quote(good[:-1] + "\N{FULLWIDTH DIGIT ONE}"),
        "not-utf-8": f"{good}%FF",
        "encoded-dots": "%2e%2e",
        "matrix": f"{good};v=1",
        "encoded-query": f"{good}%3Fa=b",
        "quote": "%27%20OR%20%271%27=%271",
        "star": "*",
    }


@pytest.mark.parametrize("spelling", malformed(NOBODY))
@pytest.mark.parametrize(("operation", "parameter"), WITH_IDS, ids=IDS)
def test_an_id_that_is_none(scene: Scene, operation: Operation, parameter: str, spelling: str) -> None:
    ids = {parameter: malformed(scene.ids[parameter])[spelling]}
    assert refusal_of(scene.call(operation.name, ids)) == sayings.id_not_valid(NOUNS[parameter], parameter)


@pytest.mark.parametrize("spelling", ["a%2Fb", "..%2F..%2Ftoken%2Fx"])
@pytest.mark.parametrize(("operation", "parameter"), WITH_IDS, ids=IDS)
def test_an_encoded_slash_is_a_slash(scene: Scene, operation: Operation, parameter: str, spelling: str) -> None:
    """The server sees the decoded path, so the request goes to another path: to none, or to one that refuses the id or the method."""
    said = refusal_of(scene.call(operation.name, {parameter: spelling}))
    assert said.code in {"resource-not-found", "method-not-allowed", "parameter-not-valid", "path-parameter-not-valid"}


@pytest.mark.parametrize("spelling", ["", "%2F", "/"])
@pytest.mark.parametrize(("operation", "parameter"), [(o, n) for o, n in WITH_IDS if not o.path.endswith("}")], ids=IDS)
def test_an_id_left_empty(scene: Scene, operation: Operation, parameter: str, spelling: str) -> None:
    """A client that lost an id must not reach another operation: .../connections//refresh would refresh them all."""
    assert refusal_of(scene.call(operation.name, {parameter: spelling})) == sayings.PATH_UNKNOWN


OF_OTHERS = [
    (operation, name, whose)
    for operation, name in WITH_IDS
    for whose in ("nobody", "theirs", "gone", "second")
    if whose != "second" or name not in {"userId", "jobId", "webhookId"}  # an application sees all of these that are its own
]


@pytest.mark.parametrize(("operation", "parameter", "whose"), OF_OTHERS, ids=IDS)
def test_an_id_of_somebody_else(scene: Scene, operation: Operation, parameter: str, whose: str) -> None:
    """Another tenant's, a deleted, another user's and an invented id are one and the same: not there."""
    stranger = NOBODY if whose == "nobody" else getattr(scene, whose)[parameter]
    expected = sayings.not_found(NOUNS[parameter].lower(), parameter)
    assert refusal_of(scene.call(operation.name, {parameter: stranger})) == expected


@pytest.mark.parametrize("operation", [o for o in OPERATIONS if "{userId}" in o.path], ids=IDS)
@pytest.mark.parametrize("whose", ["theirs", "gone"])
def test_all_ids_of_somebody_else(scene: Scene, operation: Operation, whose: str) -> None:
    assert refusal_of(scene.call(operation.name, getattr(scene, whose))) == sayings.not_found("user", "userId")


@pytest.mark.parametrize("path", PATHS)
def test_a_method_that_a_path_does_not_have(scene: Scene, path: str) -> None:
    filled = path_of(next(o for o in OPERATIONS if o.path == path), scene.ids)
    for method in sorted(set(EVERY_METHOD) - set(METHODS[path])):
        for spelled in (filled, f"{filled}/"):
            answer = scene.app.call(method, spelled)
            assert refusal_of(answer) == sayings.method(method)
            assert answer.headers["Allow"] == ", ".join(METHODS[path])


@pytest.mark.parametrize("path", PATHS)
def test_head_is_no_method_of_any_path(scene: Scene, path: str) -> None:
    """HEAD has no operation: 405 with Allow, and by the rules of HTTP without a body."""
    answer = scene.app.call("HEAD", path_of(next(o for o in OPERATIONS if o.path == path), scene.ids))
    assert (answer.status_code, answer.headers["Allow"], answer.content) == (405, ", ".join(METHODS[path]), b"")


@pytest.mark.parametrize("operation", [o for o in OPERATIONS if o.method == "GET"], ids=IDS)
def test_a_slash_behind_a_path_changes_nothing(scene: Scene, operation: Operation) -> None:
    path = path_of(operation, scene.ids)
    plain, slashed = scene.app.get(path), scene.app.get(f"{path}/")
    assert slashed.status_code == 200
    if operation.name != "get_metrics":
        assert slashed.content == plain.content


@pytest.mark.parametrize("operation", [o for o in OPERATIONS if o.method != "GET" and o.access is not Access.PUBLIC], ids=IDS)
def test_a_slash_behind_a_path_that_writes(scene: Scene, operation: Operation) -> None:
    """The path is known: the request gets as far as its token."""
    assert refusal_of(scene.app.http.request(operation.method, path_of(operation, scene.ids) + "/")) == sayings.INVALID_TOKEN


@pytest.mark.parametrize(
    "path",
    [
        "/", "/nothing", "/user", "/userss", "/USERS", "/v3/users", "/users/me/unknown", "/users/me/connections/x/y", "/token/x", "//users",
        "/jobs", "/jobs/x/mfa/x", "/connectors/AU00000", "/public", "/public/logos", "/public/logos/../x", "/robots.txt", "/%00", "/%FF",
        "/users/me/accounts/x/y", "/.env", "/schema", "/schema/openapi.json", "/_bowerbird",
    ],
)  # fmt: skip
@pytest.mark.parametrize("method", ["GET", "POST", "DELETE", "OPTIONS"])
def test_a_path_that_is_none(scene: Scene, method: str, path: str) -> None:
    assert refusal_of(scene.app.call(method, path)) == sayings.PATH_UNKNOWN


REFUSED_ACCEPTS = [
    "text/html", "application/xml;q=1", "application/json;q=0", "application/json; q=0.000", "*/*;q=0", "application/json;q=0, */*",
    "text/html, application/xhtml+xml, image/webp", "garbage", "application", "image/png, */*;q=0.0", "text/*", "a/" + "b" * 90,
]  # fmt: skip
ADMITTED_ACCEPTS = [
    "*/*", "application/*", "application/json", "APPLICATION/JSON", "application/json;charset=utf-8", "application/json; charset=UTF-8",
    "text/html, */*;q=0.1", "text/html;q=0.9,application/json;q=0.001", "application/json;q=abc", "*/*;q=.2", "application/json, */*;q=0",
    "",
]  # fmt: skip
JSON_ONLY = [operation for operation in OPERATIONS if operation.media_type == "application/json"]


@pytest.mark.parametrize("header", REFUSED_ACCEPTS)
def test_an_accept_that_admits_no_json(scene: Scene, header: str) -> None:
    assert refusal_of(scene.call("get_user", headers={"Accept": header})) == sayings.accept(header)


@pytest.mark.parametrize("header", ADMITTED_ACCEPTS)
def test_an_accept_that_admits_json(scene: Scene, header: str) -> None:
    assert scene.call("get_user", headers={"Accept": header}).status_code == 200


@pytest.mark.parametrize("operation", JSON_ONLY, ids=IDS)
def test_every_operation_looks_at_accept_before_the_token(scene: Scene, operation: Operation) -> None:
    path, headers = path_of(operation, dict.fromkeys(NOUNS, "me")), {"Accept": "text/html"}
    assert refusal_of(scene.app.http.request(operation.method, path, headers=headers)) == sayings.accept("text/html")


@pytest.mark.parametrize(("name", "admitted", "refused"), [("get_logo", "image/*", "text/html"), ("get_metrics", "text/*", "image/*")])
def test_answers_that_are_not_json(scene: Scene, name: str, admitted: str, refused: str) -> None:
    path = path_of(BY_NAME[name], scene.ids)
    assert scene.app.get(path, headers={"Accept": admitted}).status_code == 200
    assert refusal_of(scene.app.get(path, headers={"Accept": refused})) == sayings.accept(refused)


def test_accept_on_two_lines_is_one_list(scene: Scene) -> None:
    headers = [("Authorization", f"Bearer {scene.app.token()}"), ("Accept", "application/json"), ("Accept", "text/html")]
    assert scene.app.http.get(f"/users/{scene.ids['userId']}", headers=headers).status_code == 200


def test_two_tokens_are_none(scene: Scene) -> None:
    token = f"Bearer {scene.app.token()}"
    answer = scene.app.http.get(f"/users/{scene.ids['userId']}", headers=[("Authorization", token), ("Authorization", token)])
    assert refusal_of(answer) == sayings.INVALID_TOKEN


def test_the_order_of_judgement(scene: Scene) -> None:
    """Each row is wrong in two ways; the earlier one answers."""
    app, user, client = scene.app, scene.ids["userId"], scene.app.token("CLIENT_ACCESS", scene.ids["userId"])
    html = {"Accept": "text/html"}
    text: dict[str, Any] = {"headers": {"Content-Type": "text/plain"}, "content": b"x"}
    assert refusal_of(app.call("PUT", "/users", headers=html)) == sayings.method("PUT")
    assert refusal_of(app.get("/users/me", headers=html, token="x")) == sayings.accept("text/html")
    assert refusal_of(app.get("/users/me", token="x")) == sayings.INVALID_TOKEN
    assert refusal_of(app.get("/users/me", token=client)) == sayings.FORBIDDEN
    assert refusal_of(app.post("/users/me/connections", **text)) == sayings.id_not_valid("User", "userId")
    assert refusal_of(app.post(f"/users/{NOBODY}/connections", **text)) == sayings.not_found("user", "userId")
    assert refusal_of(app.post(f"/users/{user}/connections/{NOBODY}", **text)) == sayings.not_found("connection", "connectionId")
    assert refusal_of(app.post("/users", headers=text["headers"], content=b"x" * 1_048_577)) == sayings.content_type("text/plain")
    assert refusal_of(app.post("/users", content=b"x" * 1_048_577)) == sayings.body_too_long(1_048_576)
    statement = {"headers": {"Content-Type": "application/json"}, **body_of(BY_NAME["create_user"])}
    assert refusal_of(app.post(f"/users/{user}/statements", **statement)) == sayings.content_type("application/json")
