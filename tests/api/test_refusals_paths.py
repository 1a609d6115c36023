"""Where a request goes: paths, methods, ids in paths and what an answer may look like, for every operation of the URL map."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest

from bowerbird.api.operation import Access, Operation
from bowerbird.api.routes import OPERATIONS
from tests.api import expected_refusals
from tests.api.fixtures import BY_NAME, NO_ONE, Fixtures, body_of, path_of
from tests.api.response_checks import refusal_of

pytestmark = pytest.mark.usefixtures("nothing_written")

NOUNS = {
    "userId": "User",
    "connectionId": "Connection",
    "jobId": "Job",
    "accountId": "Account",
    "transactionId": "Transaction",
    "consentId": "Consent",
    "identityId": "Identity",
    "snapshotId": "Snapshot",
    "reportId": "Report",
    "webhookId": "Webhook",
    "messageId": "Message",
}
WITH_IDS = [(operation, name) for operation in OPERATIONS for name in NOUNS if f"{{{name}}}" in operation.path]
PATHS = sorted({operation.path for operation in OPERATIONS})
OWN = {path: {operation.method for operation in OPERATIONS if operation.path == path} for path in PATHS}
METHODS = {path: sorted({*own, "HEAD"} if "GET" in own else own) for path, own in OWN.items()}
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


@pytest.mark.parametrize("spelling", malformed(NO_ONE))
@pytest.mark.parametrize(("operation", "parameter"), WITH_IDS, ids=IDS)
def test_an_id_that_is_none(fixtures: Fixtures, operation: Operation, parameter: str, spelling: str) -> None:
    ids = {parameter: malformed(fixtures.ids[parameter])[spelling]}
    assert refusal_of(fixtures.call(operation.name, ids)) == expected_refusals.id_not_valid(NOUNS[parameter], parameter)


@pytest.mark.parametrize("spelling", ["a%2Fb", "..%2F..%2Ftoken%2Fx"])
@pytest.mark.parametrize(("operation", "parameter"), WITH_IDS, ids=IDS)
def test_an_encoded_slash_is_a_slash(fixtures: Fixtures, operation: Operation, parameter: str, spelling: str) -> None:
    """The server sees the decoded path, so the request goes to another path: to none, or to one that refuses the id or the method."""
    refusal = refusal_of(fixtures.call(operation.name, {parameter: spelling}))
    assert refusal.code in {"resource-not-found", "method-not-allowed", "parameter-not-valid", "path-parameter-not-valid"}


@pytest.mark.parametrize("spelling", ["", "%2F", "/"])
@pytest.mark.parametrize(("operation", "parameter"), [(o, n) for o, n in WITH_IDS if not o.path.endswith("}")], ids=IDS)
def test_an_id_left_empty(fixtures: Fixtures, operation: Operation, parameter: str, spelling: str) -> None:
    """A client that lost an id must not reach another operation: .../connections//refresh would refresh them all."""
    assert refusal_of(fixtures.call(operation.name, {parameter: spelling})) == expected_refusals.PATH_UNKNOWN


OF_OTHERS = [
    (operation, name, whose)
    for operation, name in WITH_IDS
    for whose in ("unknown", "theirs", "gone", "second")
    if whose != "second" or name not in {"userId", "jobId", "webhookId", "reportId"}  # an application sees all of these that are its own
]


@pytest.mark.parametrize(("operation", "parameter", "whose"), OF_OTHERS, ids=IDS)
def test_an_id_of_another_tenant(fixtures: Fixtures, operation: Operation, parameter: str, whose: str) -> None:
    """Another tenant's, a deleted, another user's and an invented id are one and the same: not there."""
    unknown_bank = NO_ONE if whose == "unknown" else getattr(fixtures, whose)[parameter]
    noun = "summary" if parameter == "snapshotId" else NOUNS[parameter].lower()
    expected = expected_refusals.not_found(noun, parameter)
    assert refusal_of(fixtures.call(operation.name, {parameter: unknown_bank})) == expected


@pytest.mark.parametrize("operation", [o for o in OPERATIONS if "{userId}" in o.path], ids=IDS)
@pytest.mark.parametrize("whose", ["theirs", "gone"])
def test_all_ids_of_another_tenant(fixtures: Fixtures, operation: Operation, whose: str) -> None:
    assert refusal_of(fixtures.call(operation.name, getattr(fixtures, whose))) == expected_refusals.not_found("user", "userId")


@pytest.mark.parametrize("path", PATHS)
def test_a_method_that_a_path_does_not_have(fixtures: Fixtures, path: str) -> None:
    filled = path_of(next(o for o in OPERATIONS if o.path == path), fixtures.ids)
    for method in sorted(set(EVERY_METHOD) - set(METHODS[path])):
        for spelled in (filled,) if path == "/metrics" else (filled, f"{filled}/"):
            answer = fixtures.app.call(method, spelled)
            assert refusal_of(answer) == expected_refusals.method(method)
            assert answer.headers["Allow"] == ", ".join(METHODS[path])


@pytest.mark.parametrize("path", PATHS)
def test_head_is_get_without_the_body(fixtures: Fixtures, path: str) -> None:
    filled = path_of(next(o for o in OPERATIONS if o.path == path), fixtures.ids)
    answer = fixtures.app.call("HEAD", filled)
    assert answer.content == b""
    if "GET" not in METHODS[path]:
        assert (answer.status_code, answer.headers["Allow"]) == (405, ", ".join(METHODS[path]))
        return
    whole = fixtures.app.get(filled)
    assert (answer.status_code, answer.headers["content-type"]) == (whole.status_code, whole.headers["content-type"])
    if path != "/metrics":
        assert answer.headers["content-length"] == whole.headers["content-length"]


@pytest.mark.parametrize("path", ["/connectors", "/users/{userId}/accounts"])
def test_head_of_a_refusal_has_no_body(fixtures: Fixtures, path: str) -> None:
    answer = fixtures.app.http.head(path.replace("{userId}", NO_ONE))
    assert (answer.status_code, answer.content) == (401, b"")


@pytest.mark.parametrize("operation", [o for o in OPERATIONS if o.method == "GET"], ids=IDS)
def test_a_slash_behind_a_path_changes_nothing(fixtures: Fixtures, operation: Operation) -> None:
    path, asked = path_of(operation, fixtures.ids), body_of(operation)
    plain, slashed = fixtures.app.get(path, **asked), fixtures.app.get(f"{path}/", **asked)
    if operation.name == "get_metrics":
        assert slashed.status_code == 404, "a proxy that keeps exactly /metrics from strangers keeps the figures from them"
        return
    assert slashed.status_code == 200
    assert slashed.content == plain.content


@pytest.mark.parametrize("operation", [o for o in OPERATIONS if o.method != "GET" and o.access is not Access.PUBLIC], ids=IDS)
def test_a_slash_behind_a_path_that_writes(fixtures: Fixtures, operation: Operation) -> None:
    """The path is known: the request gets as far as its token."""
    assert (
        refusal_of(fixtures.app.http.request(operation.method, path_of(operation, fixtures.ids) + "/")) == expected_refusals.INVALID_TOKEN
    )


@pytest.mark.parametrize(
    "path",
    [
        "/", "/nothing", "/user", "/userss", "/USERS", "/v3/users", "/users/me/unknown", "/users/me/connections/x/y", "/token/x", "//users",
        "/jobs", "/jobs/x/mfa/x", "/connectors/AU00000", "/public", "/public/logos", "/public/logos/../x", "/robots.txt", "/%00", "/%FF",
        "/users/me/accounts/x/y", "/.env", "/schema", "/schema/openapi.json", "/_bowerbird",
    ],
)  # fmt: skip
@pytest.mark.parametrize("method", ["GET", "POST", "DELETE", "OPTIONS"])
def test_a_path_that_is_none(fixtures: Fixtures, method: str, path: str) -> None:
    assert refusal_of(fixtures.app.call(method, path)) == expected_refusals.PATH_UNKNOWN


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
def test_an_accept_that_admits_no_json(fixtures: Fixtures, header: str) -> None:
    assert refusal_of(fixtures.call("get_user", headers={"Accept": header})) == expected_refusals.accept(header)


@pytest.mark.parametrize("header", ADMITTED_ACCEPTS)
def test_an_accept_that_admits_json(fixtures: Fixtures, header: str) -> None:
    assert fixtures.call("get_user", headers={"Accept": header}).status_code == 200


@pytest.mark.parametrize("operation", JSON_ONLY, ids=IDS)
def test_every_operation_looks_at_accept_before_the_token(fixtures: Fixtures, operation: Operation) -> None:
    path, headers = path_of(operation, dict.fromkeys([*NOUNS, "policyId"], "me")), {"Accept": "text/html"}
    assert refusal_of(fixtures.app.http.request(operation.method, path, headers=headers)) == expected_refusals.accept("text/html")


@pytest.mark.parametrize(("name", "admitted", "refused"), [("get_logo", "image/*", "text/html"), ("get_metrics", "text/*", "image/*")])
def test_answers_that_are_not_json(fixtures: Fixtures, name: str, admitted: str, refused: str) -> None:
    path = path_of(BY_NAME[name], fixtures.ids)
    assert fixtures.app.get(path, headers={"Accept": admitted}).status_code == 200
    assert refusal_of(fixtures.app.get(path, headers={"Accept": refused})) == expected_refusals.accept(refused)


def test_accept_on_two_lines_is_one_list(fixtures: Fixtures) -> None:
    headers = [("Authorization", f"Bearer {fixtures.app.token()}"), ("Accept", "application/json"), ("Accept", "text/html")]
    assert fixtures.app.http.get(f"/users/{fixtures.ids['userId']}", headers=headers).status_code == 200


def test_two_tokens_are_none(fixtures: Fixtures) -> None:
    token = f"Bearer {fixtures.app.token()}"
    answer = fixtures.app.http.get(f"/users/{fixtures.ids['userId']}", headers=[("Authorization", token), ("Authorization", token)])
    assert refusal_of(answer) == expected_refusals.INVALID_TOKEN


def test_the_order_of_judgement(fixtures: Fixtures) -> None:
    """Each row is wrong in two ways; the earlier one answers."""
    app, user, client = fixtures.app, fixtures.ids["userId"], fixtures.app.token("CLIENT_ACCESS", fixtures.ids["userId"])
    html = {"Accept": "text/html"}
    text: dict[str, Any] = {"headers": {"Content-Type": "text/plain"}, "content": b"x"}
    assert refusal_of(app.call("PUT", "/users", headers=html)) == expected_refusals.method("PUT")
    assert refusal_of(app.get("/users/me", headers=html, token="x")) == expected_refusals.accept("text/html")
    assert refusal_of(app.get("/users/me", token="x")) == expected_refusals.INVALID_TOKEN
    assert refusal_of(app.get("/users/me", token=client)) == expected_refusals.FORBIDDEN
    assert refusal_of(app.post("/users/me/connections", **text)) == expected_refusals.id_not_valid("User", "userId")
    assert refusal_of(app.post(f"/users/{NO_ONE}/connections", **text)) == expected_refusals.not_found("user", "userId")
    assert refusal_of(app.post(f"/users/{user}/connections/{NO_ONE}", **text)) == expected_refusals.not_found("connection", "connectionId")
    assert refusal_of(app.post("/users", headers=text["headers"], content=b"x" * 1_048_577)) == expected_refusals.content_type("text/plain")
    assert refusal_of(app.post("/users", content=b"x" * 1_048_577)) == expected_refusals.body_too_long(1_048_576)
    statement = {"headers": {"Content-Type": "application/json"}, **body_of(BY_NAME["create_user"])}
    assert refusal_of(app.post(f"/users/{user}/statements", **statement)) == expected_refusals.content_type("application/json")
