"""One search for what an operator has at hand, and how the jobs of all applications ended."""

from __future__ import annotations

import re
from html import unescape
from typing import NamedTuple

import pytest

from tests.serving import Application, Serving
from tests.web.audit_entries import entries_of
from tests.web.client import Pages

SEARCH, JOBS = "/dashboard/search", "/dashboard/jobs"
NO_ONE = "11111111-2222-4333-8444-555555555555"


class Known(NamedTuple):
    """An application with one of everything that has an id."""

    app: Application
    user: str
    job: str
    failed: str


@pytest.fixture(scope="module")
def known(running: Serving) -> Known:
    app = running.application("Lender")
    user = app.new_user(email="Erlich.Bachman@Aviato.com", mobile="0410 888 777", firstName="Erlich")
    job, failed = app.connect(user, "gavinBelson", "hooli2016"), app.connect(user, "richard", "wrong", "AU00001")
    app.settled(job)
    app.settled(failed)
    return Known(app, user, job, failed)


def found(ana: Pages, text: str) -> str:
    """Where the search of a text leads: the page it goes to, or the answer's own text."""
    answer = ana.send(SEARCH, {"q": text})
    return answer.headers["location"] if answer.status_code == 303 else unescape(answer.text)


def test_an_id_opens_its_page(ana: Pages, known: Known) -> None:
    app, of_user = known.app, f"/dashboard/applications/{known.app.id}/users/{known.user}"
    hook = app.post("/notifications/webhooks", json={"url": "https://receiver.example/hook", "name": "Lender"}).json()["id"]
    account = app.get(f"/users/{known.user}/accounts").json()["data"][0]["id"]
    connection = app.get(f"/users/{known.user}/connections").json()["data"][0]["id"]
    event = app.get(f"/events?filter=user.id.eq('{known.user}')").json()["data"][0]["id"]
    of_application = f"/dashboard/applications/{app.id}"
    wanted = {
        app.id: of_application,
        known.user: of_user,
        known.job: f"{of_application}/jobs/{known.job}",
        account: f"{of_user}/accounts/{account}",
        connection: of_user,
        event: f"{of_application}/events/{event}",
        hook: f"{of_application}/webhooks/{hook}",
        f" {known.job.upper()} ": f"{of_application}/jobs/{known.job}",
    }
    for text, path in wanted.items():
        assert found(ana, text) == path
        assert ana.get(path).status_code == 200


def test_an_address_of_the_api_opens_the_innermost_of_what_it_names(ana: Pages, known: Known) -> None:
    of_user = f"/dashboard/applications/{known.app.id}/users/{known.user}"
    rows = known.app.transactions(known.user)
    assert found(ana, f"https://bank.example/users/{known.user}/transactions/{rows[0]['id']}") == f"{of_user}/transactions/{rows[0]['id']}"
    account = rows[0]["account"]
    assert found(ana, f"GET /users/{known.user}/accounts/{account}") == f"{of_user}/accounts/{account}"
    assert found(ana, f"/users/{known.user}/accounts/{NO_ONE}") == of_user
    assert "Nothing on this server has this id" in found(ana, NO_ONE)
    assert "Nothing on this server has this id" in found(ana, rows[0]["id"])


@pytest.mark.parametrize(
    "text",
    ["erlich.bachman@aviato.com", " ERLICH.BACHMAN@AVIATO.COM ", "0410888777", "+61 410 888 777", "61410888777", "0410-888-777"],
)
def test_a_contact_is_found_in_any_spelling(ana: Pages, known: Known, text: str) -> None:
    page = found(ana, text)
    assert f'href="/dashboard/applications/{known.app.id}/users/{known.user}">Erlich</a>' in page
    assert len(re.findall(r"/dashboard/applications/[0-9a-f-]+/users/[0-9a-f-]{36}", page)) == 1


def test_a_contact_is_found_as_it_is_now(ana: Pages, running: Serving) -> None:
    app = running.application("Changes")
    user = app.new_user(email="jared@piedpiper.com")
    assert app.post(f"/users/{user}", json={"email": "donald@piedpiper.com", "mobile": "0410888778"}).status_code == 200
    assert user not in found(ana, "jared@piedpiper.com")
    assert user in found(ana, "donald@piedpiper.com")
    assert user in found(ana, "0410 888 778")
    other = running.application("Another").new_user(email="Donald@PiedPiper.com")
    assert other in (both := found(ana, "donald@piedpiper.com"))
    assert user in both
    assert app.delete(f"/users/{user}").status_code == 204
    assert user not in found(ana, "donald@piedpiper.com")
    assert user not in found(ana, "0410888778")


def test_no_contact_finds_no_one(ana: Pages, running: Serving) -> None:
    """Users without a mobile, or without an email, are not those whose email or mobile is nothing."""
    running.application("Emails").new_user(email="only@email.example")
    for text in ("", "x", "no-one@nowhere.example", "0410888779", "%", "'"):
        assert "/users/" not in found(ana, text).replace('href="/dashboard/users', "")


def test_banks_and_codes_are_found(ana: Pages) -> None:
    assert f'href="{JOBS}?institution=AU00000"' in found(ana, "hooli")
    assert f'href="{JOBS}?institution=AU00000"' in found(ana, "au00000")
    assert found(ana, "unknown-error/report") == "/dashboard/codes/unknown-error/report"
    assert 'href="/dashboard/codes/invalid-credentials"' in found(ana, "invalid-cred")
    assert "Nothing found" in found(ana, "there is nothing of this name")
    assert "Nothing found" not in found(ana, "")


def test_a_search_is_in_the_audit_without_its_text(ana: Pages, known: Known, running: Serving) -> None:
    other = running.application("Another lender")
    too = other.new_user(email="erlich.bachman@aviato.com")
    found(ana, "erlich.bachman@aviato.com")
    entries = entries_of(running)[:2]
    assert {(each.action, each.application_id, each.user_id) for each in entries} == {
        ("search", known.app.id, known.user),
        ("search", other.id, too),
    }
    assert "aviato" not in str(entries).lower()
    assert other.delete(f"/users/{too}").status_code == 204


def test_jobs_are_counted_by_bank_and_code(ana: Pages, known: Known) -> None:
    page = unescape(ana.get(JOBS).text)
    for job in (known.job, known.failed):
        assert f"/dashboard/applications/{known.app.id}/jobs/{job}" in page
    assert "<code>invalid-credentials</code>" in page
    assert re.search(r'institution=AU00001">[^<]+</a></th><td[^>]*>0</td><td[^>]*>1 <span class="soft small">100 %</span>', page)


@pytest.mark.parametrize(
    ("query", "succeeded", "failed"),
    [
        ("ending=failed", False, True),
        ("ending=succeeded", True, False),
        ("ending=running", False, False),
        ("institution=AU00001", False, True),
        ("code=invalid-credentials", False, True),
        ("code=maintenance-error", False, False),
        ("days=1", True, True),
        ("days=nonsense", True, True),
    ],
)
def test_the_filter_of_jobs(ana: Pages, known: Known, query: str, succeeded: bool, failed: bool) -> None:
    page = ana.get(f"{JOBS}?{query}")
    assert page.status_code == 200
    assert (known.job in page.text, known.failed in page.text) == (succeeded, failed)
    assert ("No job fits the filter" in page.text) == (not succeeded and not failed)
