"""POST /token in every form that old and new clients send, and what its tokens are worth."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import OctKey

from bowerbird.domain.access import applications
from bowerbird.storage.database.unit_of_work import EVERY_TENANT
from bowerbird.storage.rows.applications import revoke_key, set_disabled
from tests.api import expected_refusals
from tests.api.fixtures import NO_ONE, Fixtures, WatchedServing
from tests.api.response_checks import Refusal, refusal_of
from tests.serving import Application

pytestmark = pytest.mark.both_engines

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
JSON = {"Content-Type": "application/json"}
AUTHORIZATION = {"parameter": "Authorization", "pointer": "header/Authorization"}
VERSION = {"parameter": "basiq-version", "pointer": "header/basiq-version"}


def ask(app: Application, content: bytes = b"", headers: dict[str, str] | None = None, changed: dict[str, str | None] | None = None) -> Any:
    """A token request; `changed` replaces a header, None leaves it out."""
    wanted = {"Authorization": f"Basic {app.api_key}", "basiq-version": "3.0", **(headers or {}), **(changed or {})}
    return app.http.post("/token", content=content, headers={name: value for name, value in wanted.items() if value is not None})


GRANTED: dict[str, tuple[bytes, dict[str, str]]] = {
    "form": (b"scope=SERVER_ACCESS", FORM),
    "form-with-charset": (b"scope=SERVER_ACCESS", {"Content-Type": "application/x-www-form-urlencoded; charset=UTF-8"}),
    "form-upper-case-type": (b"scope=SERVER_ACCESS", {"Content-Type": "Application/X-WWW-Form-Urlencoded"}),
    "form-key-in-capitals": (b"SCOPE=SERVER_ACCESS", FORM),
    "form-scope-twice": (b"scope=CLIENT_ACCESS&scope=SERVER_ACCESS", FORM),
    "form-blank-scope": (b"scope=", FORM),
    "form-empty": (b"", FORM),
    "form-unknown-fields": (b"grant_type=client_credentials&x=1", FORM),
    "form-user-without-scope": (f"userId={NO_ONE}".encode(), FORM),
    "form-server-with-user": (f"scope=SERVER_ACCESS&userId={NO_ONE}".encode(), FORM),
    "nothing": (b"", {}),
    "empty-json": (b"{}", JSON),
    "empty-json-body": (b"", JSON),
    "json-type-with-form": (b"scope=SERVER_ACCESS", JSON),
    "json-list": (b"[1]", JSON),
    "json-null-scope": (b'{"scope":null,"x":{}}', JSON),
    "json-deep": (b"[" * 50_000, JSON),
    "json-fields": (b'{"scope":"SERVER_ACCESS"}', JSON),
    "broken-json": (b'{"scope":', JSON),
    "text": (b"hello", {"Content-Type": "text/plain"}),
    "form-without-type": (b"scope=SERVER_ACCESS", {}),
    "not-utf-8": (b"scope=\xff", JSON),
}


@pytest.mark.parametrize("name", GRANTED)
def test_forms_that_are_granted(fixtures: Fixtures, name: str) -> None:
    content, headers = GRANTED[name]
    answer = ask(fixtures.app, content, headers)
    assert answer.status_code == 200
    token = answer.json()
    assert list(token) == ["access_token", "token_type", "expires_in"]
    assert (token["token_type"], token["expires_in"]) == ("Bearer", 3600)
    assert answer.headers["Cache-Control"] == "no-store"
    assert fixtures.app.get("/connectors", token=token["access_token"]).status_code == 200, "SERVER_ACCESS is what is meant"


@pytest.mark.parametrize("version", ["2.0", "2.1", "3.0"])
def test_versions(fixtures: Fixtures, version: str) -> None:
    assert ask(fixtures.app, changed={"basiq-version": version}).status_code == 200


@pytest.mark.parametrize("name", ["Basiq-Version", "BASIQ-VERSION", "basiq-version"])
@pytest.mark.parametrize("scheme", ["Basic", "basic", "BASIC"])
def test_spellings_of_headers(fixtures: Fixtures, name: str, scheme: str) -> None:
    headers = {"authorization": f"{scheme}  {fixtures.app.api_key}", name: "3.0"}
    assert fixtures.app.http.post("/token", headers=headers).status_code == 200


def unknown_scope(scope: str) -> Refusal:
    detail = f"Scope {scope} is unknown. Use SERVER_ACCESS or CLIENT_ACCESS."
    return Refusal(401, "invalid-authorization-request", "Invalid authorization request.", detail, {"parameter": "scope"})


UNKNOWN_USER = Refusal(
    401, "invalid-authorization-request", "Invalid authorization request.", "Requested user does not exist.", {"parameter": "userId"}
)
NO_HEADER = expected_refusals.not_supplied("Authorization header parameter is required", "Authorization", "header/Authorization")
BAD_HEADER = expected_refusals.not_valid("Invalid authorization header", "Authorization", "header/Authorization")
UNKNOWN_KEY = Refusal(
    404, "parameter-not-valid", "We have encountered an error", "Unable to authenticate. Please, check your API key", AUTHORIZATION
)
NO_VERSION = Refusal(
    400, "parameter-not-valid", "Required parameter not valid", "Basiq-version must be specified in HTTP request header", VERSION
)


def old_version(version: str) -> Refusal:
    detail = f"Version {version} is no longer supported. Please upgrade to the latest version"
    return Refusal(400, "parameter-not-valid", "Required parameter not valid", detail, VERSION)


@pytest.mark.usefixtures("nothing_written")
@pytest.mark.parametrize("scope", ["server_access", "ADMIN", "SERVER_ACCESS CLIENT_ACCESS", "é", "<script>"])
def test_scopes_that_are_none(fixtures: Fixtures, scope: str) -> None:
    assert refusal_of(fixtures.app.http.post("/token", data={"scope": scope}, headers=key_and_version(fixtures.app))) == unknown_scope(
        scope
    )


def key_and_version(app: Application) -> dict[str, str]:
    return {"Authorization": f"Basic {app.api_key}", "basiq-version": "3.0"}


@pytest.mark.usefixtures("nothing_written")
@pytest.mark.parametrize("whose", [NO_ONE, "me", "' OR 1=1", "a" * 5000, "\0", "theirs", "gone"])
def test_users_that_are_none(fixtures: Fixtures, whose: str) -> None:
    """Another tenant's, a deleted, a malformed and an invented user are one and the same: not there."""
    user = getattr(fixtures, whose)["userId"] if whose in {"theirs", "gone"} else whose
    form = {"scope": "CLIENT_ACCESS", "userId": user}
    assert refusal_of(fixtures.app.http.post("/token", data=form, headers=key_and_version(fixtures.app))) == UNKNOWN_USER


@pytest.mark.usefixtures("nothing_written")
@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (None, NO_HEADER),
        ("Basic", BAD_HEADER),
        ("Bearer {key}", BAD_HEADER),
        ("{key}", BAD_HEADER),
        ("Basic:{key}", BAD_HEADER),
        ("Basic {key}x", UNKNOWN_KEY),
        ("Basic x", UNKNOWN_KEY),
        ("Basic {key} {key}", UNKNOWN_KEY),
        ("Basic {decoded}", UNKNOWN_KEY),
        ("Basic \xe9\xff", UNKNOWN_KEY),
        ("Basic " + "a" * 50_000, UNKNOWN_KEY),
    ],
)
def test_keys_that_are_none(fixtures: Fixtures, header: str | None, expected: Refusal) -> None:
    decoded = base64.b64decode(fixtures.app.api_key).decode()
    headers = [("basiq-version", b"3.0")]
    if header is not None:
        headers.append(("Authorization", header.replace("{key}", fixtures.app.api_key).replace("{decoded}", decoded).encode("latin-1")))
    assert refusal_of(fixtures.app.http.post("/token", headers=[(name.encode(), value) for name, value in headers])) == expected


@pytest.mark.usefixtures("nothing_written")
@pytest.mark.parametrize(
    ("version", "expected"),
    [
        (None, NO_VERSION),
        ("", NO_VERSION),
        *[(text, old_version(text)) for text in ("0.9", "1.0", "3", "3.1", "v3.0", "latest", "3.0, 3.0")],
    ],
)
def test_versions_that_are_none(fixtures: Fixtures, version: str | None, expected: Refusal) -> None:
    assert refusal_of(ask(fixtures.app, changed={"basiq-version": version})) == expected


@pytest.mark.usefixtures("nothing_written")
def test_the_key_is_judged_before_the_version(fixtures: Fixtures) -> None:
    assert refusal_of(ask(fixtures.app, changed={"Authorization": None, "basiq-version": None})) == NO_HEADER


@pytest.mark.parametrize("content", [b"scope=CLIENT_ACCESS&x=\xff", b'{"scope":"CLIENT_ACCESS"}', b"\xff"])
def test_a_form_that_cannot_be_read_has_no_scope(fixtures: Fixtures, content: bytes) -> None:
    answer = ask(fixtures.app, content, FORM)
    assert answer.status_code == 200
    assert fixtures.app.get("/connectors", token=answer.json()["access_token"]).status_code == 200


@pytest.mark.parametrize("content", [b"scope=CLIENT_ACCESS", b"scope=CLIENT_ACCESS&userId=", b"x=1&SCOPE=CLIENT_ACCESS"])
def test_a_clients_token_without_user_is_granted(fixtures: Fixtures, content: bytes) -> None:
    token = ask(fixtures.app, content, FORM).json()["access_token"]
    assert refusal_of(fixtures.app.get("/connectors", token=token)) == expected_refusals.FORBIDDEN


@pytest.mark.parametrize("key", ["scope", "Scope"])
def test_a_scope_in_json_is_not_ignored(fixtures: Fixtures, key: str) -> None:
    """Who asks for a client's token in JSON must not be given a server's."""
    content = f'{{"{key}":"CLIENT_ACCESS","userId":"{fixtures.ids["userId"]}"}}'.encode()
    token = ask(fixtures.app, content, JSON).json()["access_token"]
    assert refusal_of(fixtures.app.get("/connectors", token=token)) == expected_refusals.FORBIDDEN
    assert fixtures.call("get_connection", token=token).status_code == 200


@pytest.mark.usefixtures("nothing_written")
def test_a_form_that_is_too_long(fixtures: Fixtures) -> None:
    assert refusal_of(ask(fixtures.app, b"scope=SERVER_ACCESS&x=" + b"a" * 65_536, FORM)) == expected_refusals.body_too_long(65_536)


@pytest.mark.usefixtures("nothing_written")
def test_a_form_of_many_fields(fixtures: Fixtures) -> None:
    content = b"&".join(b"x%d=1" % number for number in range(1000)) + b"&scope=CLIENT_ACCESS"
    token = ask(fixtures.app, content, FORM).json()["access_token"]
    assert refusal_of(fixtures.app.get("/connectors", token=token)) == expected_refusals.FORBIDDEN


def test_a_disabled_application(serving: WatchedServing) -> None:
    app = serving.application("Soon disabled")
    assert ask(app).status_code == 200
    serving.services.storage.write_now(lambda uow: set_disabled(uow, app.id, True), tenant=EVERY_TENANT)
    assert refusal_of(ask(app)) == expected_refusals.DISABLED
    serving.services.storage.write_now(lambda uow: set_disabled(uow, app.id, False), tenant=EVERY_TENANT)
    assert ask(app).status_code == 200


def test_two_keys_overlap_until_one_is_revoked(serving: WatchedServing) -> None:
    """A token outlives the key it was made with: it ends by itself within the hour."""
    app, services = serving.application("Rotating"), serving.services
    new = services.write_now(lambda session: applications.create_key(session.in_application(app.id)), tenant=EVERY_TENANT)
    old_token = ask(app).json()["access_token"]
    assert ask(app, changed={"Authorization": f"Basic {new.secret}"}).status_code == 200
    old_id = base64.b64decode(app.api_key).decode().partition(":")[0]
    assert services.storage.write_now(lambda uow: revoke_key(uow, old_id, 1), tenant=EVERY_TENANT)
    assert refusal_of(ask(app)) == UNKNOWN_KEY
    assert ask(app, changed={"Authorization": f"Basic {new.secret}"}).status_code == 200
    assert app.get("/connectors", token=old_token).status_code == 200


def test_a_token_lives_to_its_last_second(tmp_path_factory: pytest.TempPathFactory) -> None:
    server = WatchedServing(tmp_path_factory.mktemp("short"), token_ttl_seconds=60)
    with server:
        app = server.application()
        assert ask(app).json()["expires_in"] == 60
        token = app.token()
        server.advance(seconds=59)
        assert app.get("/connectors", token=token).status_code == 200
        server.advance(seconds=1)
        assert refusal_of(app.get("/connectors", token=token)) == expected_refusals.EXPIRED


WRONG_CLAIMS: dict[str, Any] = {
    "applicationid": ["a"], "scope": "ROOT", "version": ["3.0"], "userId": ["a"], "exp": 10**400, "production": "yes",
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG_CLAIMS)
def test_a_claim_of_another_type_is_none(serving: WatchedServing, name: str) -> None:
    """It takes the key to sign one: a server of another version on the same database could."""
    app = serving.application()
    claims = jwt.decode(app.token(), OctKey.import_key(serving.services.vault.token_key)).claims
    signed = jwt.encode({"alg": "HS256"}, claims | {name: WRONG_CLAIMS[name]}, OctKey.import_key(serving.services.vault.token_key))
    assert refusal_of(app.get("/connectors", token=signed)) == expected_refusals.INVALID_TOKEN


def test_the_rate_limit(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Every request with the key counts; the refusal says when to try again, and nothing else is slowed down."""
    server = WatchedServing(tmp_path_factory.mktemp("limited"), token_requests_per_5_minutes=5)
    with server:
        app = server.application()
        wrong: list[dict[str, str | None]] = [{"basiq-version": None}, {"basiq-version": "1.0"}]
        answers = [ask(app), *(ask(app, changed=changed) for changed in wrong), ask(app), ask(app)]
        assert [answer.status_code for answer in answers] == [200, 400, 400, 200, 200]
        refused = ask(app)
        refusal = refusal_of(refused)
        assert (refusal.status, refusal.code, refusal.title, refusal.source) == (403, "request-not-valid", "Invalid request", None)
        seconds = int(refused.headers["Retry-After"])
        assert 0 < seconds <= 600
        assert refusal.detail == f"More than 5 token requests within 5 minutes. Try again in {seconds} seconds."
        token = answers[0].json()["access_token"]
        assert app.get("/connectors", token=token).status_code == 200
