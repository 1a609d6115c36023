"""Who may use the sandbox's control plane: programs of this machine and callers with the admin token, until real data is stored."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest
from openapi_spec_validator import validate

from bowerbird.sandbox.api.operations import CONTROL_OPERATIONS
from tests.api.expected_refusals import PATH_UNKNOWN
from tests.api.fixtures import WatchedServing
from tests.api.response_checks import refusal_of, watch

PATHS = sorted({operation.path for operation in CONTROL_OPERATIONS})


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("door")


@pytest.fixture(scope="module")
def owner(folder: Path) -> Iterator[httpx2.Client]:
    with WatchedServing(folder, sandbox_controls=True) as serving, httpx2.Client(base_url=serving.url) as http:
        http.event_hooks = {"response": [watch]}
        yield http


def test_open_to_programs_of_this_machine(owner: httpx2.Client) -> None:
    answer = owner.get("/_bowerbird/codes").json()
    assert answer["count"] == len(answer["data"]) > 90


@pytest.mark.parametrize(
    ("headers", "why"),
    [
        ({"X-Forwarded-For": "127.0.0.1"}, "came through a proxy"),
        ({"Forwarded": "for=127.0.0.1"}, "came through a proxy"),
        ({"X-Real-IP": "127.0.0.1"}, "came through a proxy"),
        ({"Via": "1.1 edge"}, "came through a proxy"),
        ({"Host": "rebound.example"}, "Host header of this request names another"),
        ({"Host": "127.0.0.1.rebound.example"}, "Host header of this request names another"),
        ({"X-Forwarded-For": "127.0.0.1", "Authorization": "Bearer wrong"}, "came through a proxy"),
    ],
)
def test_everybody_else_needs_the_admin_token(owner: httpx2.Client, folder: Path, headers: dict[str, str], why: str) -> None:
    refusal = refusal_of(owner.get("/_bowerbird/codes", headers=headers))
    assert (refusal.status, refusal.code) == (401, "invalid-authorization-token")
    assert why in refusal.detail
    token = (folder / "admin.token").read_text().strip()
    assert owner.get("/_bowerbird/codes", headers=headers | {"Authorization": f"Bearer {token}"}).status_code == 200


@pytest.mark.parametrize(
    "headers", [{"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}, {"Origin": "http://evil.example"}, {"Origin": "null"}]
)
def test_pages_of_other_sites_are_refused(owner: httpx2.Client, folder: Path, headers: dict[str, str]) -> None:
    token = (folder / "admin.token").read_text().strip()
    for authorization in ({}, {"Authorization": f"Bearer {token}"}):
        refusal = refusal_of(owner.get("/_bowerbird/codes", headers=headers | authorization))
        assert (refusal.status, refusal.code) == (403, "forbidden-access")


def test_pages_of_the_server_itself_may_use_it(owner: httpx2.Client) -> None:
    headers = {"Sec-Fetch-Site": "same-origin", "Origin": str(owner.base_url).rstrip("/")}
    assert owner.get("/_bowerbird/codes", headers=headers).status_code == 200


def test_the_token_is_made_once_and_readable_by_its_owner_only(owner: httpx2.Client, folder: Path) -> None:
    file = folder / "admin.token"
    assert len(file.read_text().strip()) >= 40
    assert file.stat().st_mode & 0o777 == 0o600


def test_its_description_is_apart_from_that_of_the_protocol(owner: httpx2.Client) -> None:
    ours = owner.get("/_bowerbird/openapi.json").json()
    assert sorted(ours["paths"]) == PATHS
    validate(ours)
    theirs = owner.get("/openapi.json").text
    assert "_bowerbird" not in theirs
    assert "control-not-valid" not in theirs


def test_a_public_address_closes_the_door(tmp_path: Path) -> None:
    with WatchedServing(tmp_path, sandbox_controls=True, public_url="https://bank.example") as serving:
        refusal = refusal_of(httpx2.get(f"{serving.url}/_bowerbird/codes"))
        assert refusal.status == 401
        assert "public address" in refusal.detail


@pytest.mark.parametrize("path", [*PATHS, "/_bowerbird", "/_bowerbird/nothing"])
def test_without_controls_there_is_nothing(tmp_path: Path, path: str) -> None:
    with WatchedServing(tmp_path) as serving:
        for method in ("GET", "POST", "DELETE"):
            assert refusal_of(httpx2.request(method, serving.url + path)) == PATH_UNKNOWN


def test_nothing_beside_a_production_application(tmp_path: Path) -> None:
    with WatchedServing(tmp_path, sandbox_controls=True) as serving:
        assert httpx2.get(f"{serving.url}/_bowerbird/codes").status_code == 200
        serving.application(production=True)
        token = (tmp_path / "admin.token").read_text().strip()
        for path in (*PATHS, "/_bowerbird/nothing"):
            for method in ("GET", "POST", "DELETE"):
                refusal = refusal_of(httpx2.request(method, serving.url + path, headers={"Authorization": f"Bearer {token}"}))
                assert (refusal.status, refusal.code) == (404, "resource-not-found")
                assert "has production access, so the sandbox controls are closed" in refusal.detail
