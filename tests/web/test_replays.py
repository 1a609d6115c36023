"""Sending a recorded call again: through the wire, as who it was, with what was blanked typed anew, and nowhere but on a sandbox."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace

import httpx2
import pytest

from bowerbird.domain.access.tenant import Tenant
from bowerbird.domain.consents import consents
from bowerbird.model.consent import SCOPES
from bowerbird.outbound.own_server import send_again
from bowerbird.sandbox.controls import inspector_of
from bowerbird.sandbox.inspector import LONGEST_PATH, blanks, filled, safe
from bowerbird.sandbox.pages import replays
from bowerbird.storage.database.unit_of_work import EVERY_TENANT
from bowerbird.storage.rows.applications import change_application
from tests.serving import Application, Serving
from tests.web.client import Pages

ID = "00000000-0000-4000-8000-000000000000"


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    with Serving(tmp_path_factory.mktemp("again"), start=None, sandbox_controls=True) as started:
        yield started


@pytest.fixture
def app(running: Serving) -> Application:
    return running.application("Again", production=False)


def page_of(answer: httpx2.Response) -> str:
    return f"/dashboard/requests/{answer.headers['x-correlation-id']}"


def again(ana: Pages, answer: httpx2.Response, **typed: str) -> httpx2.Response:
    return ana.send(f"{page_of(answer)}/replay", typed, on=page_of(answer))


def test_a_reading_is_answered_the_same(ana: Pages, app: Application) -> None:
    user = app.new_user(email="gavin@hooli.com")
    shown = again(ana, app.get(f"/users/{user}"))
    assert shown.status_code == 200
    assert "The same response." in shown.text
    assert "Resent just now" in shown.text


def test_a_users_own_token_is_a_users_again(ana: Pages, app: Application) -> None:
    """As the same user: a call that a client's token may not make is refused now as then."""
    user, other = app.new_user(email="gavin@hooli.com"), app.new_user(email="monica@hooli.com")
    token = app.token("CLIENT_ACCESS", user)
    refused = app.get(f"/users/{other}", token=token)
    assert refused.status_code == 403
    shown = again(ana, refused)
    assert "The same response." in shown.text, shown.text
    assert "The same response." in again(ana, app.get(f"/users/{user}", token=token)).text


def test_a_read_that_is_repeated_stands_once(ana: Pages, app: Application, serving: Serving) -> None:
    """A program that asks every second, as `listen` does, leaves the other requests in sight; another answer is another line."""
    inspector = inspector_of(serving.services)
    assert inspector is not None
    user = app.new_user(email="gavin@hooli.com")
    for _ in range(5):
        app.get(f"/users/{user}")
    app.post(f"/users/{user}", json={"firstName": "Gavin"})
    last = app.get(f"/users/{user}")
    kept = [(call.method, call.status, call.times) for call in inspector.newest() if call.path == f"/users/{user}"]
    assert kept == [("GET", 200, 1), ("POST", 200, 1), ("GET", 200, 5)]
    assert "5 times, same answer" in ana.get("/dashboard/requests").text
    assert [app.get("/users/no-id").status_code for _ in range(2)] == [400, 400]
    assert [call.times for call in inspector.newest() if call.path == "/users/no-id"] == [1, 1]
    assert inspector.find(last.headers["x-correlation-id"]) is not None


def test_what_has_changed_since_is_shown(ana: Pages, app: Application) -> None:
    user = app.new_user(email="gavin@hooli.com")
    first = app.get(f"/users/{user}")
    app.delete(f"/users/{user}")
    shown = again(ana, first)
    assert "Another status: 404 instead of 200." in shown.text
    assert "/dashboard/codes/resource-not-found" in shown.text
    assert "<ins>+ " in shown.text
    assert "<del>− " not in shown.text, "what was read of a user goes with them"
    newest = re.findall(r'href="(/dashboard/requests/[0-9a-f-]{36})"', shown.text)
    assert "GET /users" in ana.get(newest[-1]).text


def test_a_request_without_production_access_says_what_the_operator_does(ana: Pages, app: Application) -> None:
    refused = app.upload(app.new_user(), b"no statement")
    assert refused.status_code == 403
    assert "bowerbird app create NAME --production" in ana.get(page_of(refused)).text


def test_an_answer_goes_with_the_consent_it_was_read_under(ana: Pages, serving: Serving, app: Application) -> None:
    """Of one user, and of several at once in a list of events; a consent that stays as it is leaves them."""
    tenant = Tenant(app.id, app.new_user(email="gavin@hooli.com"))
    serving.services.write_now(consents.give_consent, SCOPES, tenant=tenant)
    app.settled(app.connect(tenant.user_id, "gavinBelson", "hooli2016"))
    account = app.get(f"/users/{tenant.user_id}/accounts").json()["data"][0]
    paths = (f"/users/{tenant.user_id}/accounts/{account['id']}", f"/events?filter=user.id.eq('{tenant.user_id}')&limit=2")
    answers = [app.get(path) for path in paths]
    for answer, text in zip(answers, (account["balance"], tenant.user_id), strict=True):
        assert text in ana.get(page_of(answer)).text.partition('id="answered"')[2]
    consent = app.get(f"/users/{tenant.user_id}/consents").json()["data"][0]["id"]
    assert app.delete(f"/users/{tenant.user_id}/consents/{consent}").status_code == 204
    for answer in answers:
        assert "does not share it any more" in ana.get(page_of(answer)).text.partition('id="answered"')[2]
        inspector = inspector_of(serving.services)
        assert inspector is not None
        kept = inspector.find(answer.headers["x-correlation-id"])
        assert kept is not None
        assert kept.answer == b""


def test_what_was_blanked_must_be_typed_and_is_not_kept(ana: Pages, app: Application) -> None:
    user = app.new_user(email="gavin@hooli.com")
    body = {"loginId": "gavinBelson", "password": "hooli2016", "institution": {"id": "AU00000"}}
    first = app.post(f"/users/{user}/connections", json=body)
    page = ana.get(page_of(first)).text
    assert "Enter what was not stored" in page
    assert 'type="password"' in page
    assert "loginId" in page
    fields = dict(re.findall(r'<label for="(value-\d)">([^<]+)</label>', page))
    assert set(fields.values()) == {"loginId", "password"}, "the institution was kept"
    missing = again(ana, first)
    assert missing.status_code == 400
    assert missing.text.count("Enter this value: it was not stored.") == 2
    values = {field: {"loginId": "gilfoyle", "password": "<secret>"}[place] for field, place in fields.items()}
    shown = again(ana, first, **values)
    assert "The same status" in shown.text
    for secret in ("gilfoyle", "&lt;secret&gt;", "<secret>", "hooli2016"):
        assert secret not in shown.text
    jobs = app.get(f"/users/{user}/jobs").json()["data"]
    assert len(jobs) == 2, "it did again what it did"


def test_what_was_cut_and_what_was_never_given() -> None:
    kept = safe({"text": "y" * 50, "list": [{"password": "p"}], "none": None})
    assert blanks(kept) == {"/text": "y" * 40, "/list/0/password": ""}
    assert filled(kept, {"/text": "z", "/list/0/password": "p"}) == {"text": "z", "list": [{"password": "p"}]}


def test_a_text_that_was_cut_is_put_back_whole(ana: Pages, app: Application) -> None:
    url = "https://hooks.example.com/" + "x" * 40
    first = app.post("/notifications/webhooks", json={"url": url, "subscribedEvents": ["user.created"]})
    assert first.status_code == 201
    page = ana.get(page_of(first)).text
    assert "Cut when it was stored: add the rest." in page
    assert 'value="https://hooks.example.com/xxxxxxxxxxxxxx"' in page
    shown = again(ana, first, **{"value-0": url})
    assert "Another status: 409 instead of 201." in shown.text
    shown = again(ana, first, **{"value-0": url + "2"})
    assert "event-already-subscribed" in shown.text
    assert "whsec_" not in shown.text


def test_a_query_and_a_version_are_sent_as_they_were(ana: Pages, app: Application) -> None:
    user = app.new_user(email="gavin@hooli.com")
    assert app.settled(app.connect(user, "gavinBelson", "hooli2016"))
    first = app.get(f"/users/{user}/transactions", params={"filter": "transaction.direction.eq('debit')", "limit": "2"})
    assert first.status_code == 200
    assert "The same response." in again(ana, first).text
    refused = app.get("/connectors", params={"filter": "nonsense ä"})
    assert "The same response." in again(ana, refused).text


REFUSED: dict[str, tuple[Callable[[Application], httpx2.Response], str]] = {
    "a key": (
        lambda app: app.http.post("/token", headers={"Authorization": f"Basic {app.api_key}", "basiq-version": "3.0"}),
        "never stored",
    ),
    "a stranger": (lambda app: app.http.get("/users/x", headers={"Authorization": "Bearer x"}), "never stored"),
    "the control plane": (lambda app: app.http.get("/_bowerbird/codes"), "control plane"),
    "a file": (lambda app: app.upload(app.new_user(), b"x"), "files and unreadable"),
    "no JSON": (lambda app: app.post("/users", content=b"{not json"), "Its body was not stored"),
    "a long address": (lambda app: app.get("/connectors?x=" + "y" * LONGEST_PATH), "too long"),
}


@pytest.mark.parametrize("kind", REFUSED)
def test_what_cannot_be_sent_again_says_why(ana: Pages, app: Application, kind: str) -> None:
    ask, words = REFUSED[kind]
    answer = ask(app)
    assert words in ana.get(page_of(answer)).text
    refused = ana.send(f"{page_of(answer)}/replay", on="/dashboard/account")
    assert refused.status_code == 403
    assert words in refused.text


def test_a_public_call_is_sent_without_any_token(ana: Pages, app: Application) -> None:
    assert "The same response." in again(ana, app.http.get("/public/institutions?filter=nonsense")).text


def test_unknown_calls_are_not_found(ana: Pages, app: Application) -> None:
    for call in (ID, "x"):
        assert ana.get(f"/dashboard/requests/{call}").status_code == 404
        assert ana.send(f"/dashboard/requests/{call}/replay", on="/dashboard/account").status_code == 404


def test_nothing_is_sent_again_once_a_real_user_exists(ana: Pages, app: Application) -> None:
    first = app.get("/users/" + app.new_user(email="gavin@hooli.com"))

    def set_production(wanted: bool) -> None:
        app_id, services = app.id, ana.serving.services
        services.storage.write_now(lambda uow: change_application(uow, app_id, production=wanted), tenant=EVERY_TENANT)

    set_production(True)
    try:
        assert ana.get(page_of(first)).status_code == 404, "what was kept for the sandbox is shown in a sandbox only"
        assert ana.send(f"{page_of(first)}/replay", on="/dashboard/account").status_code == 404
    finally:
        set_production(False)
    assert again(ana, first).status_code == 200


def test_a_disabled_application_sends_nothing(ana: Pages, app: Application) -> None:
    first = app.get("/users/" + app.new_user(email="gavin@hooli.com"))
    ana.serving.services.storage.write_now(lambda uow: change_application(uow, app.id, disabled=True), tenant=EVERY_TENANT)
    assert ana.send(f"{page_of(first)}/replay", on="/dashboard/account").status_code == 403


def test_a_server_that_cannot_reach_itself_says_so(ana: Pages, app: Application, monkeypatch: pytest.MonkeyPatch) -> None:
    first = app.get("/users/" + app.new_user(email="gavin@hooli.com"))
    monkeypatch.setattr(replays, "send_again", lambda url, request: send_again(url, replace(request, path="\x00" * 70_000)))
    answer = again(ana, first)
    assert answer.status_code == 502
    assert "BOWERBIRD_PUBLIC_URL" in answer.text
