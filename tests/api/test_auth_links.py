"""Auth links on the wire: made, read, replaced, taken back, and over after seven days."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from bowerbird.model.clock import wire_time
from tests.api.fixtures import WatchedServing
from tests.serving import Application, Serving


@pytest.fixture(scope="module")
def serving(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    with WatchedServing(tmp_path_factory.mktemp("links")) as started:
        yield started


@pytest.fixture
def app(serving: Serving) -> Application:
    return serving.application()


def error_of(answer: object) -> tuple[int, str, str]:
    (error,) = answer.json()["data"]  # type: ignore[attr-defined]
    return answer.status_code, error["code"], error["detail"]  # type: ignore[attr-defined]


def test_a_link_of_a_user_with_a_mobile_needs_no_body(serving: Serving, app: Application) -> None:
    user = app.new_user(mobile="0410 888 666")
    made = app.post(f"/users/{user}/auth_link")
    assert made.status_code == 201
    link = made.json()
    assert (link["type"], link["userId"], link["mobile"]) == ("auth_link", user, "61410888666")
    assert link["expiresAt"] == wire_time(serving.clock.now() + timedelta(days=7))
    assert link["links"]["public"].startswith(f"{serving.url}/links/")
    assert "id" not in link
    assert {k: v for k, v in app.get(f"/users/{user}/auth_link").json().items() if k != "id"} == link


def test_the_newest_link_is_the_only_one(app: Application) -> None:
    user = app.new_user()
    first, second = (app.post(f"/users/{user}/auth_link", json={"mobile": "+61410888666"}).json() for _ in range(2))
    assert first["links"]["public"] != second["links"]["public"]
    assert app.get(f"/users/{user}/auth_link").json()["links"] == second["links"]


def test_a_link_needs_a_mobile_that_is_one(app: Application) -> None:
    user = app.new_user()
    assert error_of(app.post(f"/users/{user}/auth_link"))[1] == "parameter-not-supplied"
    bad = app.post(f"/users/{user}/auth_link", json={"mobile": "call me"})
    assert error_of(bad) == (400, "parameter-not-valid", "Provided mobile is in bad format.")
    assert error_of(app.get(f"/users/{user}/auth_link")) == (404, "resource-not-found", "Requested auth link does not exist.")


def test_a_link_is_gone_once_taken_back(app: Application) -> None:
    user = app.new_user()
    app.post(f"/users/{user}/auth_link", json={"mobile": "+61410888666"})
    assert app.delete(f"/users/{user}/auth_link").status_code == 204
    assert error_of(app.get(f"/users/{user}/auth_link"))[:2] == (410, "resource-no-longer-available")
    assert app.delete(f"/users/{user}/auth_link").status_code == 404


def test_a_link_is_over_after_seven_days(serving: Serving, app: Application) -> None:
    user = app.new_user()
    app.post(f"/users/{user}/auth_link", json={"mobile": "+61410888666"})
    serving.clock.advance(timedelta(days=7))
    app.forget_tokens()
    assert error_of(app.get(f"/users/{user}/auth_link"))[0] == 410
