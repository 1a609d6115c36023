"""SimpleFIN: a setup token is claimed once, its access URL shows what the user shares, and nothing once it is revoked."""

from __future__ import annotations

import base64
import dataclasses
import sqlite3
from typing import Any
from urllib.parse import urlsplit

import httpx2
import pytest

from bowerbird.domain.access.applications import set_disabled
from bowerbird.domain.access.tenant import Tenant
from bowerbird.domain.consents import consents, reading_log
from bowerbird.domain.consents.policies import set_policy
from bowerbird.domain.feeds import feeds
from bowerbird.domain.users.users import delete_user
from bowerbird.model.consent import ACCOUNT_BASIC, SCOPES
from bowerbird.model.ids import new_id
from bowerbird.model.reading import PendingRows, ReadKind
from bowerbird.sandbox.inspector import known_answer, safe_path
from tests.api.test_consent_gate import policy_of
from tests.serving import Application, Serving

LOGIN = ("gavinBelson", "hooli2016")


@pytest.fixture(scope="module")
def app(serving: Serving) -> Application:
    return serving.application(production=False)


@pytest.fixture(scope="module")
def gavin(app: Application) -> str:
    user = app.new_user(email="gavin@hooli.com")
    app.settled(app.connect(user, *LOGIN))
    return user


def create(serving: Serving, app: Application, user: str, pending: PendingRows = PendingRows.STABLE) -> str:
    """The address of a new feed's claim."""
    key = serving.services.write_now(feeds.create_feed, "Actual", pending, tenant=Tenant(app.id, user))
    return f"{app.http.base_url}/simplefin/claim/{key.code}"


def claim(claim_url: str) -> str:
    answer = httpx2.post(claim_url)
    assert answer.status_code == 200, answer.text
    return answer.text


def read(access_url: str, query: str = "") -> httpx2.Response:
    parts = urlsplit(access_url)
    assert parts.username
    assert parts.password
    return httpx2.get(f"{parts.scheme}://{parts.hostname}:{parts.port}{parts.path}/accounts{query}", auth=(parts.username, parts.password))


def account_set(access_url: str, query: str = "") -> dict[str, Any]:
    answer = read(access_url, query)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json"), answer.text
    found: dict[str, Any] = answer.json()
    return found


def codes_of(answer: httpx2.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["data"][0]["detail"]


def rows_of(found: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {row["id"]: row for account in found["accounts"] for row in account["transactions"]}


@pytest.fixture(scope="module")
def access(serving: Serving, app: Application, gavin: str) -> str:
    return claim(create(serving, app, gavin))


def test_versions(app: Application) -> None:
    assert app.http.get("/simplefin/info").json() == {"versions": ["1.0"]}


def test_a_feed_shows_what_the_api_shows(app: Application, gavin: str, access: str) -> None:
    found = account_set(access)
    assert found["errors"] == []
    accounts = {row["id"]: row for row in app.get(f"/users/{gavin}/accounts").json()["data"]}
    assert {row["id"] for row in found["accounts"]} == set(accounts)
    assert len({row["name"] for row in found["accounts"]}) == len(accounts)
    for account in found["accounts"]:
        known = accounts[account["id"]]
        assert (account["balance"], account["available-balance"]) == (known["balance"], known["availableFunds"] or known["balance"])
        assert account["org"]["id"] == known["institution"]
        assert [row["posted"] for row in account["transactions"]] == sorted(row["posted"] for row in account["transactions"])
    posted = {row["id"]: row for row in app.transactions(gavin) if row["status"] == "posted"}
    rows = rows_of(found)
    assert {id: (row["amount"], row["description"]) for id, row in rows.items()} == {
        id: (row["amount"], row["description"]) for id, row in posted.items()
    }
    assert all(row["posted"] % 86_400 == 43_200 for row in rows.values())


def test_a_span_is_from_a_moment_on_and_before_another(app: Application, gavin: str, access: str) -> None:
    every = rows_of(account_set(access))
    middle = sorted(row["posted"] for row in every.values())[len(every) // 2]
    for start, end in (
        (middle, None),
        (None, middle),
        (middle, middle + 1),
        (middle - 43_200, middle),
        (middle + 1, middle + 86_400),
        (0, 1),
    ):
        query = "&".join(f"{name}={value}" for name, value in (("start-date", start), ("end-date", end)) if value is not None)
        wanted = {id for id, row in every.items() if (start is None or row["posted"] >= start) and (end is None or row["posted"] < end)}
        assert set(rows_of(account_set(access, f"?{query}"))) == wanted, query


def test_pending_rows_are_sent_where_both_sides_want_them(serving: Serving, app: Application, gavin: str, access: str) -> None:
    pending = {row["id"]: row for row in app.transactions(gavin) if row["status"] == "pending"}
    assert pending
    assert not set(rows_of(account_set(access))) & set(pending)
    rows = {id: row for id, row in rows_of(account_set(access, "?pending=1")).items() if row.get("pending")}
    assert {id: (row["amount"], row["posted"]) for id, row in rows.items()} == {id: (row["amount"], 0) for id, row in pending.items()}
    assert all(row["transacted_at"] > 0 for row in rows.values())
    posted_only = claim(create(serving, app, gavin, PendingRows.POSTED))
    assert not set(rows_of(account_set(posted_only, "?pending=1"))) & set(pending)


def test_chosen_accounts_and_balances_alone(access: str) -> None:
    found = account_set(access)["accounts"]
    one, other = found[0]["id"], found[1]["id"]
    assert [row["id"] for row in account_set(access, f"?account={one}&account={other}")["accounts"]] == [one, other]
    assert account_set(access, "?account=unknown")["accounts"] == []
    assert {row["id"] for row in account_set(access, "?balances-only=1")["accounts"]} == {row["id"] for row in found}
    assert rows_of(account_set(access, "?balances-only=1")) == {}


@pytest.mark.parametrize("value", ["yesterday", "1.5", "٣", "9" * 13, "1e3"])
def test_a_span_that_is_no_number_is_refused(access: str, value: str) -> None:
    assert codes_of(read(access, f"?start-date={value}")) == (400, "start-date is not a number of seconds since 1970")
    assert read(access, f"?end-date={value}").status_code == 400


@pytest.mark.both_engines
def test_a_token_is_claimed_once(serving: Serving) -> None:
    app = serving.application(production=False)
    user = app.new_user()
    claim_url = create(serving, app, user)
    access_url = claim(claim_url)
    again = httpx2.post(claim_url)
    assert again.status_code == 403
    assert "already claimed" in again.json()["data"][0]["detail"]
    assert read(access_url).status_code == 200
    (row,) = serving.services.read_now(feeds.list_feeds, tenant=Tenant(app.id, user))
    assert row.claimed_again_at_ms is not None
    assert row.last_used_at_ms is not None
    assert httpx2.get(claim_url).status_code == 405


def test_nothing_else_opens_a_feed(serving: Serving, app: Application, gavin: str, access: str) -> None:
    parts = urlsplit(access)
    application, _, feed = (parts.username or "").partition(".")
    stranger = serving.application("Stranger", production=False)
    setup = create(serving, app, gavin).rpartition("/")[2].rpartition(".")
    for name, password in (
        (parts.username, "wrong"),
        (parts.username, ""),
        (f"{stranger.id}.{feed}", parts.password),
        (f"{application}.{stranger.id}", parts.password),
        (setup[0], setup[2]),
        ("", ""),
        ("x", "y"),
    ):
        assert httpx2.get(f"{app.http.base_url}/simplefin/accounts", auth=(name or "", password or "")).status_code == 403
    for header in ("", "Basic", "Basic !", "Basic " + base64.b64encode(b"\xff").decode(), f"Bearer {app.token()}"):
        answer = httpx2.get(f"{app.http.base_url}/simplefin/accounts", headers={"Authorization": header})
        assert answer.status_code == 403, header


def test_guesses_count_against_their_network_and_no_feed(serving: Serving, app: Application, gavin: str) -> None:
    """Names that are made up have no limit of their own, and a wrong password does not close the feed that it is tried at."""
    stranger, url = serving.application("Guesser", production=False), f"{app.http.base_url}/simplefin/accounts"
    access_url, limits = claim(create(serving, app, gavin)), serving.services.limits
    serving.services.limits = dataclasses.replace(limits, token_requests_per_5_minutes=3)
    try:
        made_up = [httpx2.get(url, auth=(f"{stranger.id}.{new_id()}", "guess")).status_code for _ in range(5)]
        assert made_up[-1] == 429
        own = urlsplit(access_url).username or ""
        assert {httpx2.get(url, auth=(own, f"guess{nth}")).status_code for nth in range(5)} == {429}
        assert read(access_url).status_code == 200
    finally:
        serving.services.limits = limits


def test_only_hashes_are_stored(serving: Serving, app: Application, gavin: str) -> None:
    claim_url = create(serving, app, gavin)
    access_url = claim(claim_url)
    secrets = (claim_url.rpartition(".")[2], urlsplit(access_url).password or "")
    with sqlite3.connect(serving.settings.data / "bowerbird.db") as database:
        stored = "\n".join(database.iterdump())
    assert len(secrets[0]) > 40
    assert not any(secret in stored for secret in secrets)


def test_a_revoked_feed_answers_nothing(serving: Serving, app: Application, gavin: str) -> None:
    access_url = claim(create(serving, app, gavin))
    feed = (urlsplit(access_url).username or "").partition(".")[2]
    stranger = app.new_user()
    assert not serving.services.write_now(feeds.delete_feed, feed, tenant=Tenant(app.id, stranger))
    assert read(access_url).status_code == 200
    assert serving.services.write_now(feeds.delete_feed, feed, tenant=Tenant(app.id, gavin))
    assert codes_of(read(access_url))[0] == 403


def test_a_feed_is_within_the_consent_and_ends_with_it(serving: Serving) -> None:
    app = serving.application("Consents", production=False)
    serving.services.write_now(set_policy, policy_of(), tenant=app.id)
    user = app.new_user(email="gavin@hooli.com")
    tenant = Tenant(app.id, user)
    serving.services.write_now(consents.give_consent, frozenset(SCOPES), tenant=tenant)
    app.settled(app.connect(user, *LOGIN))
    access_url = claim(create(serving, app, user))
    assert rows_of(account_set(access_url))
    serving.services.write_now(consents.give_consent, frozenset({ACCOUNT_BASIC}), tenant=tenant)
    narrowed = account_set(access_url)
    assert narrowed["accounts"]
    assert not rows_of(narrowed)
    assert "do not share your transactions" in narrowed["errors"][0]
    serving.services.write_now(consents.give_consent, frozenset(), tenant=tenant)
    assert account_set(access_url) == {
        "errors": ["You do not share your accounts. Review what you share on your consent page."],
        "accounts": [],
    }
    serving.services.write_now(consents.revoke_active_consent, tenant=tenant)
    assert read(access_url).status_code == 403
    serving.services.write_now(consents.give_consent, frozenset(SCOPES), tenant=tenant)
    assert read(access_url).status_code == 403


def test_a_disabled_application_and_a_deleted_user(serving: Serving) -> None:
    app = serving.application("Closing", production=False)
    user = app.new_user()
    access_url = claim(create(serving, app, user))
    assert read(access_url).status_code == 200
    for disabled, status in ((True, 403), (False, 200)):
        assert serving.services.write_now(set_disabled, disabled, tenant=app.id)
        assert read(access_url).status_code == status
    serving.services.write_now(delete_user, tenant=Tenant(app.id, user))
    assert read(access_url).status_code == 403


def test_there_is_a_most_of_feeds(serving: Serving, app: Application) -> None:
    user = app.new_user()
    for _ in range(feeds.MAX_FEEDS):
        create(serving, app, user)
    with pytest.raises(feeds.TooManyFeeds):
        create(serving, app, user)


def test_a_read_is_a_feed_in_the_reading_log(serving: Serving, app: Application) -> None:
    user = app.new_user()
    access_url = claim(create(serving, app, user))
    account_set(access_url)
    account_set(access_url, "?balances-only=1")
    reading_log.write_down_now(serving.services)
    reads = serving.services.read_now(reading_log.list_reads, 100, tenant=Tenant(app.id, user))
    assert {row.kind: row.reads for row in reads} == {ReadKind.FEED: 2}


def test_no_page_of_another_origin_reads_a_feed(app: Application) -> None:
    answer = app.http.get("/simplefin/info", headers={"Origin": "https://stranger.example"})
    assert "access-control-allow-origin" not in answer.headers


def test_a_token_that_is_too_old_or_wrong_is_refused(serving: Serving, app: Application, gavin: str) -> None:
    claim_url = create(serving, app, gavin)
    wrong = [f"{claim_url}x", claim_url[:-1], f"{app.http.base_url}/simplefin/claim/x", f"{app.http.base_url}/simplefin/claim/..%00"]
    other = serving.application("Other", production=False)
    assert {httpx2.post(url).status_code for url in [*wrong, claim_url.replace(app.id, other.id)]} == {403}
    serving.advance(days=feeds.CLAIM_DAYS)  # the last test: tokens of the API are too old from now on
    assert httpx2.post(claim_url).status_code == 403


def test_the_inspector_keeps_no_setup_token_and_no_feed() -> None:
    assert safe_path("/simplefin/claim/secret", b"a=b") == "/simplefin/claim/…?a=b"
    assert known_answer("GET", 200, "list_simplefin_accounts", b"{}") == b""
