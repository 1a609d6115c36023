"""The sandbox's controls as pages: they do what the control plane does, and show a refusal beside its form."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bowerbird.model.clock import to_milliseconds
from bowerbird.sandbox import clock as sandbox_clock
from bowerbird.sandbox.controls import controls_of
from bowerbird.sandbox.pages.hooks import CONTROL_PAGES
from tests.receiver import Receiver
from tests.serving import Application, Serving, until
from tests.web.client import Pages, make_operator
from tests.web.conftest import application_rows_of
from tests.web.consent_session import Person
from tests.web.test_sign_in import address_of

CONTROLS = "/dashboard/controls"
FAULTS, BANKS, LIMITS, SNAPSHOTS = (f"{CONTROLS}/{name}" for name in ("faults", "banks", "limits", "snapshots"))
HOUR = 3600


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    """A sandbox with its controls."""
    with Serving(tmp_path_factory.mktemp("controls"), start=None, sandbox_controls=True) as started:
        yield started


@pytest.fixture
def app(running: Serving) -> Application:
    return running.application("Budget app", production=False)


def now(running: Serving) -> int:
    return sandbox_clock.now_of(running.services)


def text_of(page: str) -> str:
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page)))


def test_the_clock_moves_and_the_page_says_what_happened(ana: Pages, app: Application, running: Serving) -> None:
    user = app.new_user(email="gavin@hooli.com")
    job = app.settled(app.connect(user, "gavinBelson", "hooli2016", "AU00002"))
    assert job["steps"][1]["status"] == "in-progress", "the bank asks back, and the question runs out"
    before = now(running)
    answer = ana.send(CONTROLS, {"by": str(HOUR)})
    assert answer.status_code == 303
    page = ana.get(answer.headers["location"].partition("#")[0])
    assert now(running) >= before + HOUR * 1000
    assert "1 stop on the way" in text_of(page.text)
    assert f"/jobs/{job['id']}" in page.text, "the job that ran out is in the list"
    assert "Failed" in text_of(page.text)
    app.forget_tokens()  # they ended with their hour
    assert app.job(job["id"])["steps"][1]["status"] == "failed"


def test_a_year_ends_consents_and_tells_webhooks(tmp_path: Path) -> None:
    with Receiver(lambda _: 500) as receiver, Serving(
        tmp_path, start=None, sandbox_controls=True, outbound_allow=receiver.host
    ) as serving:  # fmt: skip
        make_operator(serving)
        app = serving.application("Budget app", production=False)
        webhook = app.post(
            "/notifications/webhooks", json={"url": receiver.url, "name": "<i>hook</i>", "subscribedEvents": ["consent.expired"]}
        )
        assert webhook.status_code == 201, webhook.text
        person = Person(serving, app, app.new_user(email="gavin@hooli.com"))
        person.land()
        person.agree()
        ana = Pages(serving)
        ana.sign_in()
        assert "Consent" in text_of(ana.get(CONTROLS).text)
        moved = ana.send(CONTROLS, {"by": str(365 * 86_400)}, timeout=150)
        page = ana.get(moved.headers["location"].partition("#")[0])
        for entry in ("Consent warning", "Consent expired", "Webhook message: Consent expired"):
            assert entry in text_of(page.text), entry
        assert "500 Internal Server Error" in text_of(page.text), "what the receiver answered"
        for kind in ("events", f"webhooks/{webhook.json()['id']}/messages"):
            link = re.search(rf'href="(/dashboard/applications/{app.id}/{kind}/[^"]+)"', page.text)
            assert link, kind
            assert ana.get(link[1]).status_code == 200, kind
        assert "Sandbox controls are in use" in ana.get("/dashboard").text
        person.close()
        ana.close()


def test_a_move_in_which_nothing_was_due_says_so(ana: Pages, app: Application, running: Serving) -> None:
    answer = ana.send(CONTROLS, {"by": "86400"})
    assert "Nothing was due" in ana.get(answer.headers["location"].partition("#")[0]).text


def test_the_clock_goes_to_a_moment_and_to_what_is_due_next(ana: Pages, app: Application, running: Serving) -> None:
    user = app.new_user()
    app.settled(app.connect(user, "gavinBelson", "hooli2016", "AU00002"))
    page = text_of(ana.get(CONTROLS).text)
    assert "Job" in page
    before = now(running)
    assert ana.send(CONTROLS, {"do": "next"}).status_code == 303
    assert before < now(running) <= before + 300_000, "the challenge lasts two minutes"
    target = datetime.now(UTC) + timedelta(days=40)
    assert ana.send(CONTROLS, {"do": "set", "at": target.strftime("%Y-%m-%dT%H:%M")}).status_code == 303
    assert abs(now(running) - to_milliseconds(target)) < 120_000


def test_it_stands_still_and_runs_again(ana: Pages, running: Serving) -> None:
    assert ana.send(CONTROLS, {"do": "freeze"}).status_code == 303
    stood = now(running)
    assert "Frozen" in ana.get(CONTROLS).text
    assert ana.send(CONTROLS, {"by": str(HOUR)}).status_code == 303
    assert now(running) == stood + HOUR * 1000, "frozen, it moves to the second"
    assert ana.send(CONTROLS, {"do": "resume"}).status_code == 303
    until(lambda: now(running) > stood + HOUR * 1000, "the clock to run")


def test_a_refused_clock_change_is_explained_beside_the_form(ana: Pages, app: Application, running: Serving) -> None:
    app.new_user()
    before = now(running)
    for at, message in [
        ("2001-01-01T00:00", "cannot go back"),
        ("9998-12-31T23:59", "at most ten years"),
        ("next tuesday", "Choose a date and a time"),
        ("", "Choose a date and a time"),
    ]:
        answer = ana.send(CONTROLS, {"do": "set", "at": at})
        assert (answer.status_code, message in answer.text) == (400, True), at
    assert now(running) - before < HOUR * 1000
    for query in ("since=x&until=1", "since=-1&until=1", f"since={10**30}&until=1", "since=<b>&until=1"):
        assert "What happened" not in ana.get(f"{CONTROLS}?{query}").text


def test_a_fault_is_set_from_choices_and_injected(ana: Pages, app: Application) -> None:
    user = app.new_user()
    page = ana.get(f"{FAULTS}?code=service-unavailable").text
    assert '<option value="listAccounts">' in page
    form = {"code": "service-unavailable", "operation": "listAccounts", "times": "2", "probability": "1"}
    assert ana.send(FAULTS, form).status_code == 303
    assert "2 times" in text_of(ana.get(FAULTS).text)
    assert app.get(f"/users/{user}/accounts").status_code == 503
    assert "1 time" in text_of(ana.get(FAULTS).text)
    assert app.get(f"/users/{user}/connections").status_code == 200
    assert app.get(f"/users/{user}/accounts").status_code == 503
    assert app.get(f"/users/{user}/accounts").status_code == 200, "used up"
    assert "No faults" in ana.get(FAULTS).text


def test_a_fault_ends_a_job_at_its_step(ana: Pages, app: Application) -> None:
    page = ana.get(f"{FAULTS}?code=maintenance-error").text
    assert "Job step" in page
    assert '<option value="listAccounts">' not in page, "it makes no job"
    form = {"code": "maintenance-error", "operation": "createConnection", "step": "retrieve-accounts", "times": "1"}
    assert ana.send(FAULTS, form).status_code == 303
    app.connect(user := app.new_user(), "gavinBelson", "hooli2016")
    until(lambda: "No faults" in ana.get(FAULTS).text, "the fault to strike")
    assert user


def test_faults_are_lifted_one_by_one_and_all_at_once(ana: Pages, running: Serving) -> None:
    for operation in ("listAccounts", "listJobs", "getUser"):
        assert ana.send(FAULTS, {"code": "delay", "operation": operation, "delay_ms": "5"}).status_code == 303
    controls = controls_of(running.services)
    assert controls is not None
    first, *_ = controls.faults
    assert ana.send(f"{FAULTS}/{first.id}/delete", on=FAULTS).status_code == 303
    assert [fault.operation for fault in controls.faults] == ["listJobs", "getUser"]
    assert ana.send(f"{FAULTS}/{first.id}/delete", on=FAULTS).status_code == 404
    assert ana.send(f"{FAULTS}/delete", on=FAULTS).status_code == 303
    assert controls.faults == ()


@pytest.mark.parametrize(
    ("form", "message"),
    [
        ({"code": "delay", "delay_ms": "soon"}, "The delay is a whole number"),
        ({"code": "delay", "delay_ms": "600001"}, "at most 600,000"),
        ({"code": "delay"}, "needs a code"),
        ({"code": "no-such-code"}, "no response code"),
        ({"code": "service-unavailable", "operation": "dropTables"}, "there is no operation"),
        ({"code": "service-unavailable", "times": "-1"}, "How many times is a whole number"),
        ({"code": "service-unavailable", "probability": "7"}, "Choose how often"),
        ({"code": "maintenance-error", "operation": "listAccounts", "step": "retrieve-accounts"}, "makes no job"),
        ({"code": "<script>odd</script>"}, "&lt;script&gt;odd"),
    ],
    ids=str,
)
def test_a_fault_that_could_never_be_injected_is_refused_beside_its_form(
    ana: Pages, running: Serving, form: dict[str, str], message: str
) -> None:
    answer = ana.send(FAULTS, form)
    assert answer.status_code == 400
    assert message in answer.text
    assert "<script>odd" not in answer.text
    controls = controls_of(running.services)
    assert controls is not None
    assert controls.faults == ()


def test_a_bank_misbehaves_and_behaves_again(ana: Pages, app: Application) -> None:
    assert "All banks behave normally" in ana.get(BANKS).text
    assert ana.send(BANKS, {"institution": "AU00000", "preset": "no-ids", "seed": "7"}).status_code == 303
    assert app.http.get("/_bowerbird/banks").json()["data"] == [{"type": "bank", "institution": "AU00000", "preset": "no-ids", "seed": 7}]
    assert "no-ids" in ana.get(BANKS).text
    for form, message in [
        ({"institution": "AU00000", "preset": "sings"}, "no preset sings"),
        ({"institution": "AU00201", "preset": "no-ids"}, "no bank of the sandbox"),
        ({"institution": "AU00000", "preset": "no-ids", "seed": "x"}, "The seed is a whole number"),
    ]:
        answer = ana.send(BANKS, form)
        assert (answer.status_code, message in text_of(answer.text)) == (400, True), form
    assert ana.send(f"{BANKS}/AU00000/delete", on=BANKS).status_code == 303
    assert ana.send(f"{BANKS}/AU00000/delete", on=BANKS).status_code == 404


def test_limits_are_turned_and_put_back(ana: Pages, running: Serving) -> None:
    usual = running.services.limits.csv_max_rows
    assert ana.send(LIMITS, {"csv_max_rows": "7"}).status_code == 303
    assert running.services.limits.csv_max_rows == 7
    assert "Changed: Rows of a statement" in ana.get(LIMITS).text
    answer = ana.send(LIMITS, {"csv_max_rows": "0", "step_seconds": "many"})
    assert answer.status_code == 400
    assert answer.text.count("A whole number from 1") == 2
    assert ana.send(f"{LIMITS}/reset", on=LIMITS).status_code == 303
    assert running.services.limits.csv_max_rows == usual
    assert "Changed:" not in ana.get(LIMITS).text


def test_a_state_is_kept_gone_back_to_and_its_operator_stays(ana: Pages, app: Application, running: Serving) -> None:
    user = app.new_user()
    assert ana.send(SNAPSHOTS, {"name": "one"}).status_code == 303
    late = app.new_user(email="late@hooli.com")
    make_operator(running, "late", "came after the snapshot was kept")
    page = ana.get(SNAPSHOTS).text
    assert "Restore the snapshot one?" in page
    assert re.search(r"The current state is replaced: \d+ applications?, \d+ users?, \d+ connections?", text_of(page))
    assert ana.send(f"{SNAPSHOTS}/one/restore", {"keep": "yes"}, on=SNAPSHOTS).status_code == 303
    assert app.get(f"/users/{user}").status_code == 200
    assert app.get(f"/users/{late}").status_code == 404
    assert ana.get(SNAPSHOTS).status_code == 200, "signed in as before"
    newer = Pages(running)
    assert newer.sign_in("late", "came after the snapshot was kept").status_code == 303, "who was let in since stays let in"
    newer.close()
    assert ana.send(f"{SNAPSHOTS}/before/restore", on=SNAPSHOTS).status_code == 303
    assert app.get(f"/users/{late}").status_code == 200, "what made way was kept"
    assert ana.send(f"{SNAPSHOTS}/one/delete", on=SNAPSHOTS).status_code == 303
    for way in ("restore", "fork", "delete"):
        assert ana.send(f"{SNAPSHOTS}/one/{way}", on=SNAPSHOTS).status_code == 404
    answer = ana.send(SNAPSHOTS, {"name": "../evil<b>"})
    assert (answer.status_code, "small letters" in answer.text, "evil<b>" in answer.text) == (400, True, False)


def test_a_fork_has_an_address_until_it_is_deleted(ana: Pages, app: Application, running: Serving) -> None:
    user = app.new_user()
    assert ana.send(f"{CONTROLS}/forks", on=SNAPSHOTS).status_code == 303
    found = re.search(r'<code id="fork-(\w+)">([^<]+)</code>', ana.get(SNAPSHOTS).text)
    assert found
    fork_id, address = found.groups()
    bearer = {"Authorization": f"Bearer {app.token()}"}
    assert app.http.delete(f"{address}/users/{user}", headers=bearer).status_code == 204
    assert app.get(f"/users/{user}").status_code == 200, "the fork is a world of its own"
    assert ana.send(f"{CONTROLS}/forks/{fork_id}/delete", on=SNAPSHOTS).status_code == 303
    assert address not in ana.get(SNAPSHOTS).text
    assert ana.send(f"{CONTROLS}/forks/{fork_id}/delete", on=SNAPSHOTS).status_code == 404
    controls = controls_of(running.services)
    assert controls is not None
    forks = controls.forks
    assert forks is not None
    forks.most, most = 0, forks.most
    answer = ana.send(f"{CONTROLS}/forks", on=SNAPSHOTS)
    assert (answer.status_code, "The fork was not created" in answer.text) == (400, True)
    forks.most = most


def test_the_cast_is_invited(ana: Pages, app: Application) -> None:
    app.new_user(email="gone@hooli.com")
    wanted = {"application": app.id, "people": ["gavinBelson", "jared"], "empty": "yes"}
    assert ana.send(f"{CONTROLS}/cast", wanted, on=SNAPSHOTS).status_code == 303
    page = ana.get(f"/dashboard/users?application={app.id}").text
    assert ("Gavin Belson" in page, "gone@hooli.com" in page) == (True, False)
    ids = re.findall(r"/users/([0-9a-f-]{36})", page)
    until(lambda: len(app.get(f"/users/{ids[0]}/accounts").json()["data"]) >= 3, "the bank to be read")
    for form in ({"application": app.id}, {"application": "unknown", "people": ["jared"]}):
        assert ana.send(f"{CONTROLS}/cast", form, on=SNAPSHOTS).status_code == 400


def test_the_sandbox_is_emptied_and_planted(ana: Pages, app: Application, running: Serving) -> None:
    user = app.new_user()
    assert ana.send(f"{CONTROLS}/reset", on=SNAPSHOTS).status_code == 303
    assert app.get(f"/users/{user}").status_code == 404
    assert app.new_user(), "its key is still good"
    for content, message in [
        (b"{", "This is not JSON"),
        (b"[" * 100_000, "This is not JSON"),
        (b'{"applications": [{}]}', "missing required field"),
    ]:
        answer = ana.send(f"{CONTROLS}/reset", on=SNAPSHOTS, files={"seed": ("seed.json", content)})
        assert (answer.status_code, message in answer.text) == (400, True), content[:30]
    key = "a key that a file says, long enough"
    seed = json.dumps({"applications": [{"name": "<b>Planted</b>", "key": key, "users": [{"email": "ann@example.com"}]}]}).encode()
    assert ana.send(f"{CONTROLS}/reset", on=SNAPSHOTS, files={"seed": ("seed.json", seed)}).status_code == 303
    assert "&lt;b&gt;Planted" in ana.get("/dashboard/applications").text
    planted = Application(running.url, key)
    assert planted.new_user()
    planted.close()


def test_a_production_application_takes_the_controls_away(ana: Pages, app: Application, running: Serving) -> None:
    tokens = {page.path: ana.token(SNAPSHOTS) for page in CONTROL_PAGES}
    application_rows_of(running, app.id, production=True)
    try:
        for page in CONTROL_PAGES:
            address = address_of(page.path)
            answer = ana.get(address) if page.method == "GET" else ana.http.post(address, data={"csrf": tokens[page.path], "keep": "yes"})
            expected = 200 if page.method == "GET" else 403
            assert answer.status_code == expected, page.name
            if page.method == "GET":
                assert "has production access, so the sandbox controls are closed" in answer.text
    finally:
        application_rows_of(running, app.id, production=False)


def test_without_controls_the_page_says_how_to_have_them(tmp_path: Path) -> None:
    with Serving(tmp_path) as plain:
        plain.server.web.clock = plain.clock
        make_operator(plain)
        pages = Pages(plain)
        assert pages.sign_in().status_code == 303
        for address in (CONTROLS, FAULTS, BANKS, LIMITS, SNAPSHOTS):
            answer = pages.get(address)
            assert (answer.status_code, "--sandbox-controls" in answer.text) == (200, True), address
        assert pages.send(CONTROLS, {"by": "60"}, on="/dashboard/account").status_code == 403
        pages.close()
