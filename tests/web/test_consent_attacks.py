"""Attacks on the consent pages: tokens that leak, sessions that are planted, other people's data, other people's sites and scripts."""

from __future__ import annotations

import re

import httpx2
import pytest
from sqlalchemy import select

from bowerbird.domain.consents.person_sessions import NoUrl, redirect_url_of
from bowerbird.domain.consents.policies import set_policy
from bowerbird.model.consent import AskedScope, Policy
from bowerbird.storage.database.tables import person_sessions
from bowerbird.storage.database.unit_of_work import EVERY_TENANT
from bowerbird.web.kernel.page import PageAccess
from bowerbird.web.routes import CONSENT_PAGES
from tests.serving import Application, Serving
from tests.web.client import Pages
from tests.web.conftest import application_rows_of
from tests.web.consent_session import Person

ID = "00000000-0000-4000-8000-000000000000"
SCRIPT = "\"'><script>alert(1)</script><img src=x onerror=alert(1)>{{7*7}}"
COOKIE = "bowerbird-person"


def filled(path: str) -> str:
    return re.sub(r"\{[a-z_]+\}", ID, path)


# ── The token ────────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_token_stays_in_no_address_and_no_log(gavin: Person, capsys: pytest.CaptureFixture[str]) -> None:
    token = gavin.app.token("CLIENT_ACCESS", gavin.user_id)
    answer = gavin.get("/home", params={"token": token, "state": "s"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/home")
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["cache-control"] == "no-store"
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert token not in cookie
    page = gavin.get("/home/consent")
    assert token not in page.text
    output = capsys.readouterr()
    assert "open_home" in output.err
    assert token not in output.out + output.err
    assert token.rpartition(".")[2] not in output.out + output.err


def test_a_session_is_kept_as_a_hash_only(running: Serving, gavin: Person) -> None:
    gavin.land()
    secret = gavin.http.cookies.get(COOKIE)
    assert secret
    rows = running.services.storage.read_now(lambda uow: uow.rows(select(person_sessions)), tenant=EVERY_TENANT)
    assert secret not in str(rows)


@pytest.mark.parametrize("bad", ["x", "", "a.b.c", "é"])
def test_a_token_that_is_none_opens_nothing(gavin: Person, bad: str) -> None:
    answer = gavin.get("/home", params={"token": bad})
    if bad:
        assert answer.headers["location"] == "/home/sorry?why=token"
        answer = gavin.get("/home/sorry?why=token")
        assert answer.status_code == 401
    else:
        assert answer.status_code == 403
    assert COOKIE not in gavin.http.cookies


def test_only_a_persons_own_token_opens_the_pages(running: Serving, gavin: Person) -> None:
    good = gavin.app.token("CLIENT_ACCESS", gavin.user_id)
    head, body, signature = good.split(".")
    for token in (gavin.app.token(), gavin.app.token("CLIENT_ACCESS"), f"{head}.{body}.{signature[:-3]}AAA", f"{head}.{body}."):
        assert gavin.get("/home", params={"token": token}).headers["location"] == "/home/sorry?why=token"
    running.advance(seconds=3601)
    assert gavin.get("/home", params={"token": good}).headers["location"] == "/home/sorry?why=expired"
    assert "expired" in gavin.get("/home/sorry?why=expired").text
    gavin.app.forget_tokens()
    fresh = gavin.app.token("CLIENT_ACCESS", gavin.user_id)
    application_rows_of(running, gavin.app.id, disabled=True)
    assert gavin.get("/home", params={"token": fresh}).headers["location"] == "/home/sorry?why=closed"
    application_rows_of(running, gavin.app.id, disabled=False, products={"statements"})
    assert gavin.get("/home", params={"token": fresh}).headers["location"] == "/home/sorry?why=closed"


# ── Sessions ─────────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_every_page_of_a_person_needs_one(running: Serving) -> None:
    unknown_bank = Pages(running)
    pages = [page for page in CONSENT_PAGES if page.access is PageAccess.PERSON]
    assert len(pages) > 15
    for page in pages:
        assert unknown_bank.http.request(page.method, filled(page.path)).status_code == 403, page.name
    unknown_bank.close()


def test_a_planted_session_is_replaced_and_worth_nothing(gavin: Person) -> None:
    """Session fixation: a link always starts a new session, with any cookie the browser sends."""
    planted = "A" * 43
    gavin.http.cookies.set(COOKIE, planted, domain="127.0.0.1", path="/")
    gavin.arrive()
    assert gavin.http.cookies.get(COOKIE, domain="127.0.0.1", path="/") != planted
    attacker = Pages(gavin.serving)
    attacker.http.cookies.set(COOKIE, planted)
    assert attacker.get("/home/consent").status_code == 403
    attacker.close()


def test_a_second_arrival_is_another_session(gavin: Person) -> None:
    gavin.arrive()
    first = gavin.http.cookies.get(COOKIE)
    gavin.arrive()
    assert gavin.http.cookies.get(COOKIE) != first


def test_forms_need_the_token_of_their_own_session(running: Serving, app: Application, gavin: Person) -> None:
    jared = Person(running, app, app.new_user(email="jared@hooli.com"))
    jared.land()
    theirs = jared.token("/home/consent")
    gavin.land()
    for page in CONSENT_PAGES:
        if page.method == "POST" and page.access is PageAccess.PERSON:
            for form in ({}, {"csrf": "0" * 64}, {"csrf": theirs}):
                assert gavin.http.post(filled(page.path), data=form).status_code == 403, page.name
    for site in ("cross-site", "same-site"):
        form = {"csrf": gavin.token("/home/consent")}
        assert gavin.http.post("/home/consent/decline", data=form, headers={"Sec-Fetch-Site": site}).status_code == 403
    assert gavin.get("/home/consent").status_code == 200, "nothing of it declined"
    jared.close()


def test_a_person_reaches_no_other_persons_jobs_and_connections(running: Serving, app: Application, gavin: Person) -> None:
    for other in (app, running.application("Other app")):
        jared = Person(running, other, other.new_user(email="jared@hooli.com"))
        jared.land()
        jared.agree()
        job = jared.connect("jared", "django", "AU00002")
        jared.settled(job)
        connection = f"/home/connections/{other.get(f'/users/{jared.user_id}/connections').json()['data'][0]['id']}"
        gavin.land()
        gavin.agree()
        token = gavin.token("/home/manage")
        assert gavin.get(job).status_code == 404
        assert gavin.get(f"{connection}/login").status_code == 404
        for path, form in (
            (f"{job}/answers", {"answer": "1234"}),
            (f"{connection}/login", {"password": "x"}),
            (f"{connection}/refresh", {}),
            (f"{connection}/remove", {}),
        ):
            assert gavin.http.post(path, data={"csrf": token, **form}).status_code == 404, path
        jared.answer(job, "1234")
        assert "is connected" in jared.settled(job)
        jared.close()


# ── Other sites ──────────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "url",
    ["http://app.example", "javascript:alert(1)", "//app.example", "https://", "https://a@b.example", "data:text/html,x", "https://a.example/#x",
     'https://a.example/"x', "https://a.example/ x", "https://a.example:99999/", "/home", "https://a.example/\r\nx", "https://ä.example",
     "a" * 3000],
)  # fmt: skip
def test_an_address_that_cannot_be_returned_to_is_refused(url: str) -> None:
    with pytest.raises(NoUrl):
        redirect_url_of(url)


def test_addresses_that_can() -> None:
    for url in ("https://app.example/done?x=1", "http://localhost:3000/", "http://127.0.0.1:3000/back", ""):
        assert redirect_url_of(f" {url} ") == url


@pytest.mark.parametrize("name", ["redirect", "redirect_url", "redirectUrl", "next", "url", "returnTo"])
def test_a_link_redirects_to_no_other_address(gavin: Person, name: str) -> None:
    gavin.land(**{name: "https://evil.example", "state": "//evil.example"})
    gavin.send("/home/consent/decline", on="/home/consent")
    page = gavin.get("/home/done").text
    targets = re.findall(r'(?:url=|href=")(https?:[^"]+)', page)
    assert targets
    assert all(target.startswith("https://app.example/done?from=bank&amp;state=%2F%2Fevil.example") for target in targets)


def test_the_state_cannot_stand_in_for_what_we_say(gavin: Person) -> None:
    application_rows_of(gavin.serving, gavin.app.id, redirect_url="https://app.example/?jobId=planted&keep=1")
    gavin.land(state="x&jobId=forged")
    gavin.send("/home/consent/decline", on="/home/consent")
    page = gavin.get("/home/done").text
    assert "url=https://app.example/?keep=1&amp;state=x%26jobId%3Dforged" in page


def test_no_page_can_be_framed_or_sniffed(gavin: Person) -> None:
    gavin.land()
    for path in ("/home/consent", "/home/manage", "/home/sorry", "/home/jobs", "/links", "/links/" + "A" * 43):
        headers = gavin.get(path).headers
        assert headers["x-frame-options"] == "DENY", path
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        assert "script-src 'self';" in headers["content-security-policy"]
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["x-content-type-options"] == "nosniff"


# ── Scripts in texts ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def no_script(answer: httpx2.Response) -> None:
    assert "<script>alert" not in answer.text
    assert "<img src=x" not in answer.text
    assert "49" not in re.sub(r'(?:href|src|value|content)="[^"]*"|<span class="mono">[^<]*', "", answer.text).partition("&lt;img")[2][:60]


def test_texts_of_the_application_and_the_person_stay_texts(running: Serving) -> None:
    app = running.application(SCRIPT)
    application_rows_of(running, app.id, redirect_url="https://app.example/")
    policy = Policy(title=SCRIPT, description=SCRIPT, scopes=(AskedScope(scope="account.basic", title=SCRIPT, description=SCRIPT),))
    running.services.write_now(set_policy, policy, tenant=app.id)
    person = Person(running, app, app.new_user(email="a@hooli.com", firstName=SCRIPT[:90]))
    person.land(state=SCRIPT)
    no_script(person.get("/home/consent"))
    person.agree()
    no_script(person.get("/home/institutions", params={"search": SCRIPT}))
    no_script(person.get("/home/institutions", params={"search": SCRIPT}, headers={"hx-request": "true"}))
    no_script(person.get(f"/home/institutions/{SCRIPT.replace('/', '')}"))
    no_script(person.send("/home/institutions/AU00000", {"login_id": SCRIPT, "password": ""}))
    no_script(person.get("/home/manage", params={"done": SCRIPT}))
    no_script(person.get("/home/sorry", params={"why": SCRIPT}))
    csv = "accountNo,accCurrency,accBalance,accType,accProduct,txnPostDate,txnDescription,txnAmount\n"
    csv += f"123,AUD,1.00,{SCRIPT},x,{SCRIPT},y,1.00\n"
    job = person.upload(csv.encode()).headers["location"]
    no_script(httpx2.Response(200, text=person.settled(job)))
    named = "accountNo,accHolder,accCurrency,accBalance,accType,accProduct,txnPostDate,txnDescription,txnAmount\n"
    named += '123456,x,AUD,1.00,transaction,"<img src=x onerror=alert(1)><script>alert(1)</script>",2026-01-02,y,1.00\n'
    no_script(httpx2.Response(200, text=person.settled(person.upload(named.encode(), "AU00301").headers["location"])))
    no_script(person.get("/home/manage"))
    person.send("/home/finish", on="/home/manage")
    no_script(person.get("/home/done"))
    person.close()
