"""The consent pages as a browser without scripts walks them."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, urlsplit

import pytest

from bowerbird import codes
from bowerbird.domain.consents.policies import set_policy
from bowerbird.model.consent import SCOPES, AskedScope, Policy
from bowerbird.model.job import JobStepResult
from bowerbird.web.consent.plain_words import PLAIN, Next, explain
from bowerbird.web.kernel.words import money
from tests.api.pdf_files import CBA, DEPOSIT, one_cent_off
from tests.leaf_samples import layout_sample
from tests.overlapping_files import month_of
from tests.serving import Application, Serving, until
from tests.statement_factory.catalogue import specimen
from tests.web.client import Pages
from tests.web.conftest import application_rows_of
from tests.web.consent_session import Person

TWO_ACCOUNTS, BROKEN_CHAIN = (layout_sample("published_2020", f"{name}.csv") for name in ("two_accounts", "broken_chain"))
RETURN = "https://app.example/done"


def returned(person: Person) -> dict[str, str]:
    """What the application hears when the person goes back."""
    assert person.send("/home/finish", on="/home/manage").headers["location"] == "/home/done"
    page = person.get("/home/done").text
    address = page.partition('content="0; url=')[2].partition('"')[0].replace("&amp;", "&")
    assert urlsplit(address)._replace(query="").geturl() == RETURN
    return {name: values[-1] for name, values in parse_qs(urlsplit(address).query).items()}


# ── Plain words ──────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_every_job_code_has_plain_words() -> None:
    """One row for every entry that can end a job, none for any other; each says what happened and what to do."""
    assert set(PLAIN) == {entry.key for entry in codes.CATALOGUE.values() if entry.in_jobs and entry.steps != ("create-report",)}
    for key, plain in PLAIN.items():
        entry = codes.CATALOGUE[key]
        samples = {name: codes.SAMPLES.get(name, "x") for name in entry.placeholders}
        title, detail = entry.answer(samples)
        explanation = explain(JobStepResult(code=entry.code, title=title, detail=detail), None, "Hooli")
        assert explanation.title == plain.title.replace("{bank}", "Hooli"), key
        assert explanation.next in Next
        assert "{" not in explanation.title + explanation.text, key
        assert len(explanation.title) <= 70, key
        words = set((explanation.title + " " + explanation.text).casefold().replace(".", " ").replace(",", " ").split())
        assert not words & {"endpoint", "parameter", "connector", "mfa", "api", "token", "job"}, key


# ── From the link to the end ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_from_the_link_to_the_accounts_and_back(gavin: Person) -> None:
    assert gavin.land(state="abc 1&2") == "/home/consent"
    page = gavin.get("/home/consent").text
    assert "Budget app" in page
    assert "18 Mar 2027" in page
    assert gavin.agree().headers["location"] == "/home/institutions"
    assert "Hooli" in gavin.get("/home/institutions?search=hool").text
    job = gavin.connect("gavinBelson", "hooli2016")
    text = gavin.settled(job)
    assert "is connected" in text
    accounts = gavin.app.get(f"/users/{gavin.user_id}/accounts").json()["data"]
    assert len(accounts) > 1
    assert all(account["name"] in text for account in accounts)
    job_id = job.rpartition("/")[2]
    assert returned(gavin) == {"from": "bank", "jobId": job_id, "jobIds": job_id, "state": "abc 1&2"}


def test_several_banks_are_all_named(gavin: Person) -> None:
    gavin.land(action="connect", state="s")
    gavin.agree()
    first, second = gavin.connect("gavinBelson", "hooli2016"), gavin.connect("jared", "django", "AU00001")
    gavin.settled(first)
    ids = [path.rpartition("/")[2] for path in (first, second)]
    parameters = returned(gavin)
    assert parameters["jobIds"].split(",") == ids
    assert parameters["jobId"] == ids[1]


def test_declining_shares_nothing_and_says_so(gavin: Person) -> None:
    gavin.land(state="x")
    assert gavin.send("/home/consent/decline", on="/home/consent").headers["location"] == "/home/done"
    page = gavin.get("/home/done").text
    assert "jobId" not in page
    assert "state=x" in page
    assert gavin.app.get(f"/users/{gavin.user_id}/consents").json()["data"] == []
    assert gavin.get("/home/institutions").headers["location"] == "/home/done"


def test_nothing_is_connected_without_an_agreement(gavin: Person) -> None:
    gavin.land()
    for path in ("/home/institutions", "/home/institutions/AU00000"):
        assert gavin.get(path).headers["location"] == "/home/consent"
    form = {"login_id": "gavinBelson", "password": "hooli2016"}
    assert gavin.send("/home/institutions/AU00000", form, on="/home/consent").headers["location"] == "/home/consent"
    assert gavin.app.get(f"/users/{gavin.user_id}/connections").json()["data"] == []


def test_an_optional_scope_can_be_left_out(running: Serving, gavin: Person) -> None:
    asked = (AskedScope(scope="account.basic", title="A", description="a"),
             AskedScope(scope="transaction.detail", title="T", description="t", required=False))  # fmt: skip
    policy = Policy(title="Ours", description="Because", scopes=asked, days=90)
    running.services.write_now(set_policy, policy, tenant=gavin.app.id)
    gavin.land()
    gavin.agree(scope=[])
    given = gavin.app.get(f"/users/{gavin.user_id}/consents").json()["data"][0]
    assert [each["consented"] for each in given["data"]["permissions"]] == [True, False]


def test_a_policy_that_has_changed_is_read_again(running: Serving, gavin: Person) -> None:
    gavin.land()
    answer = gavin.agree(policy="0" * 64)
    assert answer.status_code == 409
    assert "Please read it again" in answer.text
    assert gavin.app.get(f"/users/{gavin.user_id}/consents").json()["data"] == []


# ── Intents ──────────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_each_action_begins_where_it_should(gavin: Person) -> None:
    assert gavin.land(action="extend") == "/home/extend"
    assert "no active consent" in gavin.get("/home/extend").text
    assert gavin.land(action="manage") == "/home/manage"
    assert gavin.land(action="connect", institutionId="AU00000") == "/home/consent"
    assert gavin.agree().headers["location"] == "/home/institutions/AU00000"
    gavin.settled(gavin.connect("gavinBelson", "hooli2016"))
    connection = gavin.app.get(f"/users/{gavin.user_id}/connections").json()["data"][0]["id"]
    assert gavin.land() == "/home/institutions"
    assert gavin.land(action="connect", institutionId="AU00000") == "/home/institutions/AU00000"
    login = f"/home/connections/{connection}/login"
    assert gavin.land(action="null") == "/home/institutions"
    assert gavin.land(connectionId=connection) == login
    assert gavin.land(action="null", connectionId=connection) == login
    assert gavin.land(action="reauthorise", connectionId=connection) == login
    assert gavin.land(action="update") == "/home/extend"
    scopes = tuple(AskedScope(scope=scope, title="t", description="d") for scope in SCOPES)
    services = gavin.serving.services
    services.write_now(set_policy, Policy(title="A new policy", description="d", scopes=scopes), tenant=gavin.app.id)
    assert gavin.land(action="update") == "/home/consent"
    assert gavin.land(action="reauthorise", connectionId=connection) == login
    gavin.agree()
    assert gavin.land(action="update") == "/home/extend"


def test_an_action_that_makes_no_sense_says_so(gavin: Person) -> None:
    answer = gavin.arrive(action="explode")
    assert answer.headers["location"] == "/home/sorry?why=action"
    assert "do not support" in gavin.get("/home/sorry?why=action").text
    gavin.land(action="connect", institutionId="AU99999")
    gavin.agree()
    away = gavin.get("/home/institutions/AU99999")
    assert away.status_code == 404
    assert "Choose another bank" in away.text


def test_a_consent_is_extended_and_withdrawn(running: Serving, gavin: Person) -> None:
    gavin.land()
    gavin.agree()
    gavin.settled(gavin.connect("gavinBelson", "hooli2016"))
    before = gavin.app.get(f"/users/{gavin.user_id}/consents").json()["data"][0]["expiryDate"]
    running.advance(hours=1)
    gavin.app.forget_tokens()
    gavin.land(action="extend")
    assert gavin.send("/home/extend").headers["location"] == "/home/manage?done=extended"
    assert gavin.app.get(f"/users/{gavin.user_id}/consents").json()["data"][0]["expiryDate"] > before
    assert gavin.send("/home/consent/revoke", on="/home/manage").status_code == 303
    assert gavin.app.get(f"/users/{gavin.user_id}/connections").json()["data"] == []
    page = gavin.get("/home/manage?done=revoked").text
    assert "You are not sharing any data" in page
    assert "You withdrew your consent" in page


def test_a_login_is_changed_and_a_connection_read_again_and_removed(gavin: Person) -> None:
    gavin.land()
    gavin.agree()
    gavin.settled(gavin.connect("gavinBelson", "hooli2016"))
    connection = gavin.app.get(f"/users/{gavin.user_id}/connections").json()["data"][0]["id"]
    path = f"/home/connections/{connection}"
    again = gavin.send(f"{path}/refresh", on="/home/manage").headers["location"]
    assert "is connected" in gavin.settled(again)
    wrong = gavin.send(f"{path}/login", {"login_id": "gavinBelson", "password": "no"}).headers["location"]
    assert "Your login or password is incorrect" in gavin.settled(wrong)
    same = gavin.send(f"{path}/login", {"login_id": "gavinBelson", "password": "no"})
    assert (same.status_code, "already rejected these details" in same.text) == (400, True)
    right = gavin.send(f"{path}/login", {"login_id": "gavinBelson", "password": "hooli2016"}).headers["location"]
    assert "is connected" in gavin.settled(right)
    assert gavin.send(f"{path}/remove", on="/home/manage").headers["location"] == "/home/manage?done=removed"
    gone = gavin.get(f"{path}/login")
    assert (gone.status_code, "is not connected" in gone.text) == (404, True)


# ── Unhappy ──────────────────────────────────────────────────────────────────────────────────────────────────────────────────

UNHAPPY = {
    ("bighead", "password"): ("is locked", "Try again"),
    ("gavinBelson", "wrong"): ("Your login or password is incorrect", "Enter your details again"),
    ("monica", "raviga"): ("did not accept your details", "Enter your details again"),
    ("russ", "hanneman"): ("a security check that is not supported", "Choose another bank"),
    ("erlich", "aviato"): ("needs you to do something first", "Try again"),
    ("jianYang", "nothotdog"): ("is not available", "Try again now"),
    ("dinesh", "tesla"): ("is undergoing maintenance", "Try again now"),
    ("jackBarker", "boxes"): ("is not available", "Try again now"),
}


@pytest.mark.parametrize("login", UNHAPPY, ids=lambda login: login[0])
def test_each_failure_says_what_to_do_next(gavin: Person, login: tuple[str, str]) -> None:
    gavin.land()
    gavin.agree()
    text = gavin.settled(gavin.connect(*login))
    title, button = UNHAPPY[login]
    assert title in text
    assert f">{button}<" in text


def test_a_connection_that_never_worked_makes_room_for_the_next_try(gavin: Person) -> None:
    gavin.land()
    gavin.agree()
    gavin.settled(gavin.connect("gavinBelson", "wrong"))
    gavin.settled(gavin.connect("gavinBelson", "hooli2016"))
    assert [connection["status"] for connection in gavin.app.get(f"/users/{gavin.user_id}/connections").json()["data"]] == ["active"]


def test_empty_fields_are_reported_in_place(gavin: Person) -> None:
    gavin.land()
    gavin.agree()
    answer = gavin.send("/home/institutions/AU00000", {"login_id": "gavinBelson", "password": ""})
    assert answer.status_code == 400
    assert "Please fill in: " in answer.text
    assert 'value="gavinBelson"' in answer.text


def test_challenges_of_both_kinds(running: Serving, gavin: Person) -> None:
    gavin.land()
    gavin.agree()
    token = gavin.connect("jared", "django", "AU00002")
    page = gavin.settled(token)
    assert "one-time-code" in page
    assert "120 seconds" in page
    assert gavin.answer(token, "").status_code == 400
    gavin.answer(token, "1234")
    assert "is connected" in gavin.settled(token)
    questions = gavin.connect("Whistler", "ShowBox", "AU00002")
    assert gavin.settled(questions).count('name="answer"') == 2
    gavin.answer(questions, "Basiq", "AU00000")
    assert "is connected" in gavin.settled(questions)
    wrong = gavin.connect("gavinBelson", "hooli2016", "AU00002")
    gavin.settled(wrong)
    gavin.answer(wrong, "Google")
    assert "Your answer was not correct" in gavin.settled(wrong)
    late = gavin.connect("gavinBelson", "hooli2016", "AU00002")
    gavin.settled(late)
    running.advance(seconds=121)
    until(lambda: "The time to answer has run out" in gavin.get(late).text, "the challenge to expire")


# ── Statements ───────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_statement_is_proven_or_explained(gavin: Person) -> None:
    gavin.land()
    gavin.agree()
    job = gavin.upload(TWO_ACCOUNTS.read_bytes()).headers["location"]
    assert "Your statement has been read" in gavin.settled(job)
    broken = gavin.upload(BROKEN_CHAIN.read_bytes()).headers["location"]
    text = gavin.settled(broken)
    assert "A value in this file is not valid" in text
    assert "row " in text
    assert "Choose another file" in text
    nothing = gavin.upload(b"\x00\x01\x02 no statement")
    assert (nothing.status_code, "neither a PDF nor text" in nothing.text) == (400, True)
    empty = gavin.upload(b"")
    assert (empty.status_code, "Please choose the statement" in empty.text) == (400, True)


def test_a_sandbox_application_uploads_nothing_real(running: Serving) -> None:
    app = running.application("Sandbox", production=False)
    person = Person(running, app, app.new_user())
    person.land()
    person.agree()
    assert "ING" not in person.get("/home/institutions?search=ing").text.replace("Nothing", "")
    assert person.get("/home/institutions/AU00201/statement").status_code == 404
    person.close()


# ── Where it ends ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_without_a_registered_address_the_page_can_be_closed(gavin: Person) -> None:
    application_rows_of(gavin.serving, gavin.app.id, redirect_url="")
    gavin.land(state="https://evil.example")
    gavin.send("/home/consent/decline", on="/home/consent")
    page = gavin.get("/home/done").text
    assert "You can close this page" in page
    assert "http-equiv" not in page
    assert "evil.example" not in page


def test_a_visit_ends_by_itself(running: Serving, gavin: Person) -> None:
    gavin.land()
    running.advance(seconds=3601)
    answer = gavin.get("/home/consent")
    assert (answer.status_code, "Your session has ended" in answer.text) == (403, True)


def test_a_disabled_application_ends_every_visit(app: Application, gavin: Person) -> None:
    gavin.land()
    application_rows_of(gavin.serving, app.id, disabled=True)
    assert gavin.get("/home/consent").status_code == 403


# ── What an application asks for ─────────────────────────────────────────────────────────────────────────────────────────────


def test_an_operator_changes_what_is_asked_for(app: Application, ana: Pages, gavin: Person) -> None:
    path = f"/dashboard/applications/{app.id}/policy"
    form = {
        "title": "Sharing for your loan", "description": "To lend", "days": "30", "retrieval_days": "90", "retains": "no",
        "want-account.basic": "required", "title-account.basic": "Your accounts", "text-account.basic": "We list them.",
        "want-transaction.detail": "optional", "title-transaction.detail": "Your spending", "text-transaction.detail": "We add it up.",
    }  # fmt: skip
    preview = ana.send(path, {**form, "look": "yes"})
    assert preview.status_code == 200
    assert "Sharing for your loan" in preview.text
    assert "Optional" in preview.text
    assert "Sharing for your loan" not in ana.get(path).text, "looking changes nothing"
    wrong = ana.send(path, {**form, "days": "0"})
    assert (wrong.status_code, "from 1 to 3650 days" in wrong.text) == (400, True)
    assert ana.send(path, form).status_code == 303
    gavin.land()
    page = gavin.get("/home/consent").text
    assert "Sharing for your loan" in page
    assert "Your data is deleted" in page
    assert "17 Apr 2026" in page


def test_an_operator_registers_where_people_return_to(app: Application, ana: Pages) -> None:
    path = f"/dashboard/applications/{app.id}"
    refused = ana.send(f"{path}/redirect", {"redirect_url": "http://app.example"}, on=path)
    assert (refused.status_code, "must begin with https" in refused.text) == (400, True)
    assert ana.send(f"{path}/redirect", {"redirect_url": "https://app.example/ok"}, on=path).status_code == 303
    assert 'value="https://app.example/ok"' in ana.get(path).text


def test_a_pdf_is_proven_to_the_cent_or_refused_with_page_and_row(gavin: Person) -> None:
    gavin.land()
    gavin.agree()
    printed = specimen(DEPOSIT, 5)
    refused = gavin.settled(gavin.upload(one_cent_off(printed), CBA, "statement.pdf").headers["location"])
    assert "could not verify the figures on this statement" in refused
    assert re.search(r"page 1, row \d+: ", refused)
    proven = gavin.settled(gavin.upload(printed.pdf(), CBA, "statement.pdf").headers["location"])
    assert "Every figure adds up" in proven
    assert f"Opening balance {money(printed.opening)}, closing balance {money(printed.closing)}." in proven
    assert re.search(r"\d+ figures were recalculated", proven)


# ── Several statements at once ───────────────────────────────────────────────────────────────────────────────────────────────


def test_several_statements_at_once_are_listed_and_joined(gavin: Person) -> None:
    gavin.land()
    gavin.agree()
    here = "/home/institutions/AU00201/statement"
    files = [month_of(month) for month in range(1, 7)]
    order = [3, 0, 5, 1, 4, 2]
    page = gavin.http.post(here, data={"csrf": gavin.token(here)}, files=[("statement", (f"{place}.csv", files[place])) for place in order])
    assert page.headers["location"] == f"{here}#uploads"
    settled = until(lambda: text if "All 6 are done" in (text := gavin.get(here).text) else None, "every file to be read")
    assert settled.count(">Accepted<") == 6
    assert len(returned(gavin)["jobIds"].split(",")) == 6
