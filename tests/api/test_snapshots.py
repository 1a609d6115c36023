"""Snapshots, forks, resets and seed files through the control plane of a serving process."""

from __future__ import annotations

import random
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx2
import pytest

from bowerbird.storage.files import disk
from tests.api.fixtures import WatchedServing
from tests.api.response_checks import refusal_of, watch
from tests.serving import Application, Serving

ROOT = "/_bowerbird"
KEY = "dGVzdDpub3QtYS1zZWNyZXQ="
ACCOUNT = {
    "number": "600006123456789",
    "name": "Everyday",
    "opening": "100.00",
    "transactions": [
        {"posted": "2026-03-16", "amount": "-4.50", "description": "COFFEE", "balance": "95.50"},
        {"posted": "2026-03-16", "amount": "-4.50", "description": "COFFEE"},
        {"made": "2026-03-18", "posted": "2026-03-20", "amount": "-20.00", "description": "BOOKS"},
        {"posted": "2026-03-25", "amount": "3000.00", "description": "SALARY"},
    ],
}


def seed(**account: Any) -> dict[str, Any]:
    connection = {"loginId": "ann", "password": "letmein", "accounts": [ACCOUNT | account]}
    user = {"email": "ann@example.com", "firstName": "Ann", "lastName": "Lee", "connections": [connection]}
    return {"applications": [{"name": "Tests", "key": KEY, "users": [user]}]}


@pytest.fixture(scope="module")
def serving(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    with WatchedServing(tmp_path_factory.mktemp("snapshots"), sandbox_controls=True, forks=24) as running:
        yield running


@pytest.fixture
def owner(serving: Serving) -> Iterator[httpx2.Client]:
    with httpx2.Client(base_url=serving.url, timeout=60) as http:
        http.event_hooks = {"response": [watch]}
        yield http


def emails(app: Application, user_ids: list[str]) -> list[int]:
    return [app.get(f"/users/{each}").status_code for each in user_ids]


def test_a_state_comes_back_whole(serving: Serving, owner: httpx2.Client) -> None:
    app = serving.application(production=False)
    user = app.new_user()
    app.settled(app.connect(user, "gavinBelson", "hooli2016"))
    before = app.transactions(user)
    made = owner.post(f"{ROOT}/snapshots", json={"name": "connected"}).json()
    assert (made["name"], made["clock"]) == ("connected", "2026-03-18T12:00:00Z")
    assert made["size"] > 100_000
    other = app.new_user()
    assert app.delete(f"/users/{user}").status_code == 204
    assert emails(app, [user, other]) == [404, 200]
    assert owner.post(f"{ROOT}/snapshots/connected/restore").status_code == 204
    assert emails(app, [user, other]) == [200, 404]
    assert app.transactions(user) == before
    app.settled(app.connect(user, "Wentworth-Smith", "whislter", "AU00001"))
    assert [snapshot["name"] for snapshot in owner.get(f"{ROOT}/snapshots").json()["data"]] == ["connected"]
    assert owner.delete(f"{ROOT}/snapshots/connected").status_code == 204
    assert refusal_of(owner.post(f"{ROOT}/snapshots/connected/restore")).code == "resource-not-found"


def test_a_page_of_one_state_is_never_answered_in_another(serving: Serving, owner: httpx2.Client) -> None:
    app = serving.application(production=False)
    user = app.new_user()
    owner.post(f"{ROOT}/snapshots", json={"name": "fresh"})
    for login, password in (("gavinBelson", "hooli2016"), ("jared", "django")):
        job = app.settled(app.connect(user, login, password))
        assert all(step["status"] == "success" for step in job["steps"])
        assert len(app.transactions(user)) > 300
        owner.post(f"{ROOT}/snapshots/fresh/restore")
        assert app.transactions(user) == []


def test_names_that_are_no_names(owner: httpx2.Client) -> None:
    for name in ("", "../x", "A", "a" * 65, "a.b"):
        assert refusal_of(owner.post(f"{ROOT}/snapshots", json={"name": name})).code == "control-not-valid"


def test_a_fork_is_a_sandbox_of_its_own(serving: Serving, owner: httpx2.Client) -> None:
    app = serving.application(production=False)
    user = app.new_user()
    fork = owner.post(f"{ROOT}/forks").json()
    assert fork["url"] == f"{serving.url}{ROOT}/forks/{fork['id']}"
    inside = Application(fork["url"], app.api_key)
    job = inside.settled(inside.connect(user, "gavinBelson", "hooli2016"))
    assert all(step["status"] == "success" for step in job["steps"])
    page = inside.get(f"/users/{user}/transactions?limit=2").json()
    assert page["links"]["next"].startswith(fork["url"])
    assert page["data"][0]["links"]["self"].startswith(fork["url"])
    assert app.transactions(user) == []
    assert httpx2.post(f"{fork['url']}{ROOT}/limits", json={"sandboxConnections": 1}).status_code == 200
    refused = inside.post(f"/users/{user}/connections", json={"loginId": "jared", "password": "x", "institution": {"id": "AU00000"}})
    assert refused.status_code == 403
    assert app.connect(user, "jared", "django")
    assert owner.delete(f"{ROOT}/forks/{fork['id']}").status_code == 204
    assert inside.get(f"/users/{user}").json()["data"][0]["code"] == "resource-not-found"
    inside.close()


def test_a_fork_sends_nothing_that_its_original_will_send(serving: Serving, owner: httpx2.Client) -> None:
    app = serving.application(production=False)
    made = app.post("/notifications/webhooks", json={"url": "https://receiver.example/", "subscribedEvents": "user.created"})
    app.new_user()
    fork = owner.post(f"{ROOT}/forks").json()
    inside = Application(fork["url"], app.api_key)

    def waiting(where: Application) -> int:
        return len(where.get(f"/notifications/webhooks/{made.json()['id']}/messages?filter=message.status.eq('pending')").json()["data"])

    assert (waiting(app), waiting(inside)) == (1, 0)
    owner.delete(f"{ROOT}/forks/{fork['id']}")
    inside.close()


def test_twenty_forks_at_once(serving: Serving, owner: httpx2.Client) -> None:
    app = serving.application(production=False)
    user = app.new_user()
    owner.post(f"{ROOT}/snapshots", json={"name": "start"})

    def work(number: int) -> tuple[str, set[str]]:
        fork = httpx2.post(f"{serving.url}{ROOT}/snapshots/start/fork", timeout=60).json()
        inside = Application(fork["url"], app.api_key)
        if number % 7 == 0:
            job = inside.settled(inside.connect(user, "jared", "django", "AU00001"))
            assert all(step["status"] == "success" for step in job["steps"])
        made = {inside.new_user(email=f"u{number}-{each}@example.com") for each in range(3)}
        assert all(inside.get(f"/users/{each}").status_code == 200 for each in made)
        inside.close()
        return fork["id"], made

    with ThreadPoolExecutor(20) as pool:
        done = list(pool.map(work, range(20)))
    assert len(owner.get(f"{ROOT}/forks").json()["data"]) == 20
    for fork_id, made in done:
        inside = Application(f"{serving.url}{ROOT}/forks/{fork_id}", app.api_key)
        others = random.Random(fork_id).sample([each for _, theirs in done for each in theirs - made], 6)
        here = {each for each in (*made, *others) if inside.get(f"/users/{each}").status_code == 200}
        assert here == made
        inside.close()
        assert owner.delete(f"{ROOT}/forks/{fork_id}").status_code == 204


def test_a_reset_keeps_the_applications(serving: Serving, owner: httpx2.Client) -> None:
    app = serving.application(production=False)
    user = app.new_user()
    assert owner.post(f"{ROOT}/reset", json={}).json()["jobs"] == []
    assert app.get(f"/users/{user}").status_code == 404
    assert app.get(f"/users/{app.new_user()}").status_code == 200


def test_a_seed_file_is_a_sandbox(serving: Serving, owner: httpx2.Client) -> None:
    owner.post(f"{ROOT}/snapshots", json={"name": "unseeded"})
    jobs = owner.post(f"{ROOT}/reset", json={"seed": seed()}).json()["jobs"]
    app = Application(serving.url, KEY)
    job = app.settled(jobs[0])
    assert all(step["status"] == "success" for step in job["steps"])
    user = job["links"]["source"].split("/users/")[1].split("/")[0]
    rows = app.transactions(user)
    assert [(row["description"], row["status"]) for row in rows] == [("BOOKS", "pending"), ("COFFEE", "posted"), ("COFFEE", "posted")]
    assert app.get(f"/users/{user}/accounts").json()["data"][0]["balance"] == "91.00"
    serving.advance(days=8)
    app.forget_tokens()
    connection = job["links"]["source"].rpartition("/")[2]
    app.settled(app.post(f"/users/{user}/connections/{connection}/refresh").json()["id"])
    later = app.transactions(user)
    assert len(later) == 4
    assert {row["id"] for row in rows} < {each["id"] for each in later}
    assert app.get(f"/users/{user}/accounts").json()["data"][0]["balance"] == "3071.00"
    app.close()
    owner.post(f"{ROOT}/snapshots/unseeded/restore")
    serving.advance(days=-8)


@pytest.mark.parametrize(
    ("wrong", "detail"),
    [
        ({"number": 5}, "$.applications[0].users[0].connections[0].accounts[0].number is '5': Expected `str`, got `int`"),
        ({"colour": "red"}, "Object contains unknown field `colour`"),
        ({"opening": "12.345"}, ".opening is '12.345': expected an amount"),
        ({"opening": "90.00"}, ".transactions[0].balance is '95.50': expected 85.50"),
        ({"transactions": [*reversed(ACCOUNT["transactions"])]}, ".transactions[1].posted is '2026-03-20': expected 2026-03-25 or later"),
    ],
)
def test_what_a_seed_file_says_wrong(owner: httpx2.Client, wrong: dict[str, Any], detail: str) -> None:
    refusal = refusal_of(owner.post(f"{ROOT}/reset", json={"seed": seed(**wrong)}))
    assert refusal.code == "control-not-valid"
    assert detail in refusal.detail


def test_a_bank_misbehaves_until_its_preset_is_removed(serving: Serving, owner: httpx2.Client) -> None:
    app = serving.application(production=False)
    user = app.new_user()
    response = owner.post(f"{ROOT}/banks", json={"institution": "AU00001", "preset": "short-memory", "seed": 7})
    assert response.json() == {"type": "bank", "institution": "AU00001", "preset": "short-memory", "seed": 7}
    app.settled(app.connect(user, "jared", "django", "AU00001"))
    assert 0 < len(app.transactions(user)) < 100
    listed = owner.get(f"{ROOT}/banks").json()
    assert len(listed["data"]) == 1
    assert "twin-rows" in {each["name"] for each in listed["presets"]}
    assert owner.delete(f"{ROOT}/banks/AU00001").status_code == 204
    assert refusal_of(owner.delete(f"{ROOT}/banks/AU00001")).code == "resource-not-found"
    for wrong in ({"institution": "AU00201", "preset": "twin-rows"}, {"institution": "AU00001", "preset": "rain"}):
        assert refusal_of(owner.post(f"{ROOT}/banks", json=wrong)).code == "control-not-valid"


def test_a_copy_without_room_is_refused_and_leaves_nothing(serving: Serving, owner: httpx2.Client, monkeypatch: pytest.MonkeyPatch) -> None:
    assert owner.post(f"{ROOT}/snapshots", json={"name": "roomy"}).status_code < 300
    files = sorted(serving.settings.data.rglob("*.db*"))
    monkeypatch.setattr(disk, "RESERVED_BYTES", 1 << 60)
    for path, body in ((f"{ROOT}/snapshots", {"name": "tight"}), (f"{ROOT}/snapshots/roomy/restore", {}), (f"{ROOT}/forks", {})):
        answer = owner.post(path, json=body)
        assert answer.status_code == 400, path
        assert "no room for" in answer.text, path
        assert "Free some space, then try again." in answer.text, path
    assert sorted(serving.settings.data.rglob("*.db*")) == files
