"""Another API key in the place of one: how long each of them works, in every spelling, and for whom."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import httpx2
import pytest

from bowerbird.domain.access import applications
from bowerbird.domain.access.applications import NewKey
from tests.faults.test_once import at_once
from tests.postgres import settings_of
from tests.serving import Application, Serving

HOUR_S = 3600
UNKNOWN = 404


@pytest.fixture(params=["sqlite", "postgresql"])
def serving(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Serving]:
    with Serving(tmp_path / "keys", token_requests_per_5_minutes=100_000, **settings_of(request)) as started:
        yield started


@pytest.fixture
def app(serving: Serving) -> Application:
    return serving.application()


def first_key(serving: Serving, app: Application) -> str:
    (key,) = serving.services.read_now(applications.list_keys, tenant=app.id)
    return key.id


def rotate(serving: Serving, app: Application, key_id: str, after_s: int) -> NewKey | None:
    return serving.services.write_now(applications.rotate_key, key_id, after_s, tenant=app.id)


def ask(serving: Serving, key: str) -> int:
    """The status of a request for a token."""
    headers = {"Authorization": f"Basic {key}", "basiq-version": "3.0"}
    return httpx2.post(f"{serving.url}/token", headers=headers, data={"scope": "SERVER_ACCESS"}).status_code


def test_both_keys_work_until_the_old_one_ends(serving: Serving, app: Application) -> None:
    made = rotate(serving, app, first_key(serving, app), HOUR_S)
    assert made
    assert [ask(serving, key) for key in (app.api_key, made.secret)] == [200, 200]
    serving.advance(seconds=HOUR_S - 1)
    assert [ask(serving, key) for key in (app.api_key, made.secret)] == [200, 200]
    serving.advance(seconds=1)
    assert [ask(serving, key) for key in (app.api_key, made.secret)] == [UNKNOWN, 200]


def test_a_key_that_is_known_to_others_ends_at_once_and_its_tokens_within_the_hour(serving: Serving, app: Application) -> None:
    token = app.token()
    made = rotate(serving, app, first_key(serving, app), 0)
    assert made
    assert [ask(serving, key) for key in (app.api_key, made.secret)] == [UNKNOWN, 200]
    assert app.get("/users", token=token).status_code == 200, "a token that was given out is not looked up"
    serving.advance(seconds=HOUR_S)
    assert app.get("/users", token=token).status_code == 403


def test_a_key_that_ends_is_not_kept_alive_by_rotating_it_again(serving: Serving, app: Application) -> None:
    key_id = first_key(serving, app)
    assert rotate(serving, app, key_id, 60)
    assert rotate(serving, app, key_id, HOUR_S) is None, "it ends by then already"
    serving.advance(seconds=60)
    assert ask(serving, app.api_key) == UNKNOWN
    assert rotate(serving, app, key_id, HOUR_S) is None
    assert ask(serving, app.api_key) == UNKNOWN


def test_a_key_of_another_application_is_not_rotated(serving: Serving, app: Application) -> None:
    other = serving.application()
    assert rotate(serving, other, first_key(serving, app), 0) is None
    assert ask(serving, app.api_key) == 200
    assert len(serving.services.read_now(applications.list_keys, tenant=other.id)) == 1


def spellings(key: str) -> list[str]:
    """Texts that a careless comparison takes for the key."""
    plain = base64.b64decode(key)
    return [
        key + "=", key.rstrip("="), key.lower(), key.upper(), key[:-1], key + "A", f'"{key}"', f"{key}\t{key}", key.replace("=", "%3D"),
        base64.urlsafe_b64encode(plain + b"\0").decode(), base64.b64encode(plain + b" ").decode(), base64.b64encode(plain.upper()).decode(),
        plain.decode(), base64.b64encode(plain.partition(b":")[2]).decode(), base64.b64encode(plain.partition(b":")[0] + b":").decode(),
    ]  # fmt: skip


def test_a_key_works_in_its_own_spelling_only(serving: Serving, app: Application) -> None:
    for text in spellings(app.api_key):
        if text != app.api_key:
            assert ask(serving, text) == UNKNOWN, text
    assert ask(serving, app.api_key) == 200


def test_a_key_that_is_rotated_at_once_has_one_successor(serving: Serving, app: Application) -> None:
    key_id = first_key(serving, app)
    made = at_once(partial(serving.services.write_from_thread, applications.rotate_key, key_id, HOUR_S, tenant=app.id))
    assert len([key for key in made if key]) == 1
    assert len(serving.services.read_now(applications.list_keys, tenant=app.id)) == 2
