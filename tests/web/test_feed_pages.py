"""Feeds on the pages: a person and an operator make a setup token, see who reads, and end it; no other application does."""

from __future__ import annotations

import base64
import re
from contextlib import closing
from urllib.parse import urlsplit

import httpx2
import pytest

from bowerbird.domain.access.tenant import Tenant
from bowerbird.domain.feeds import feeds
from tests.serving import Serving
from tests.web.client import Pages
from tests.web.consent_session import Person

PATH = "/home/apps"


@pytest.fixture
def agreed(gavin: Person) -> Person:
    """Gavin, whose bank is connected and who has entered the code."""
    gavin.land()
    gavin.agree()
    gavin.settled(gavin.connect("gavinBelson", "hooli2016"))
    gavin.prove()
    return gavin


def claim_url_of(page: str) -> str:
    found = re.search(r'id="setup-token"[^>]*>([^<]+)<', page)
    assert found, page
    return base64.b64decode(found[1]).decode()


def read(access_url: str) -> httpx2.Response:
    parts = urlsplit(access_url)
    auth = (parts.username or "", parts.password or "")
    return httpx2.get(f"{parts.scheme}://{parts.hostname}:{parts.port}{parts.path}/accounts", auth=auth)


def test_a_person_connects_an_app_and_ends_it(agreed: Person) -> None:
    assert "Connect your budgeting app" in agreed.get("/home/manage").text
    made = agreed.send(PATH, {"name": "My Actual", "pending": "stable"})
    assert made.status_code == 200
    assert made.headers["cache-control"] == "no-store"
    claim_url = claim_url_of(made.text)
    assert "has not been used yet" in agreed.get(PATH).text
    assert "setup-token" not in agreed.get(PATH).text
    access_url = httpx2.post(claim_url).text
    assert read(access_url).json()["accounts"]
    assert httpx2.post(claim_url).status_code == 403
    page = agreed.get(PATH).text
    assert "tried a second time" in page
    assert "My Actual" in page
    (path,) = re.findall(r'action="(/home/apps/[^"]+/revoke)"', page)
    assert agreed.send(path, on=PATH).status_code == 303
    assert read(access_url).status_code == 403
    assert agreed.send(path, on=PATH).status_code == 404


def test_without_the_code_no_token_is_made(running: Serving, agreed: Person) -> None:
    with closing(Person(running, agreed.app, agreed.user_id)) as other:
        other.land(action="manage")
        page = other.get(PATH).text
        assert "A code must confirm first" in page
        assert 'action="/home/apps"' not in page
        sent = other.http.post(PATH, data={"csrf": other.token("/home/manage"), "name": "Actual"})
        assert (sent.status_code, sent.headers["location"]) == (303, "/home/data")
        assert "setup-token" not in sent.text
    assert not running.services.read_now(feeds.list_feeds, tenant=Tenant(agreed.app.id, agreed.user_id))


def test_a_person_who_shares_nothing_gets_no_token(agreed: Person) -> None:
    agreed.send("/home/consent/revoke", on="/home/manage")
    refused = agreed.send(PATH, {"name": "Actual"})
    assert refused.status_code == 403
    assert "not sharing any data" in refused.text


def test_a_person_has_so_many_apps_at_most(running: Serving, agreed: Person) -> None:
    tenant = Tenant(agreed.app.id, agreed.user_id)
    token = agreed.token(PATH)
    for _ in range(feeds.MAX_FEEDS):
        assert agreed.http.post(PATH, data={"csrf": token, "name": "Actual"}).status_code == 200
    assert agreed.http.post(PATH, data={"csrf": token, "name": "Actual"}).status_code == 409
    assert len(running.services.read_now(feeds.list_feeds, tenant=tenant)) == feeds.MAX_FEEDS


def test_a_hostile_name_is_text(agreed: Person) -> None:
    agreed.send(PATH, {"name": "<script>alert(1)</script>", "pending": "x"})
    page = agreed.get(PATH).text
    assert "<script>alert" not in page
    assert "&lt;script&gt;" in page


def test_an_operator_makes_and_revokes_one(ana: Pages, agreed: Person, running: Serving) -> None:
    user_page = f"/dashboard/applications/{agreed.app.id}/users/{agreed.user_id}"
    made = ana.send(f"{user_page}/feeds", {"name": "Sure"}, on=user_page)
    assert made.status_code == 200
    access_url = httpx2.post(claim_url_of(made.text)).text
    assert read(access_url).status_code == 200
    (row,) = running.services.read_now(feeds.list_feeds, tenant=Tenant(agreed.app.id, agreed.user_id))
    other = running.application("Other", production=False)
    stranger = f"/dashboard/applications/{other.id}/users/{agreed.user_id}/feeds/{row.id}/revoke"
    assert ana.send(stranger, on=user_page).status_code == 404
    assert ana.send(f"{user_page}/feeds/{row.id}/revoke", on=user_page).status_code == 303
    assert read(access_url).status_code == 403
    assert "feed" in ana.get(f"/dashboard/audit?user={agreed.user_id}").text.lower()


def test_an_app_sends_a_person_to_their_page(running: Serving) -> None:
    answer = httpx2.get(f"{running.url}/simplefin/create", headers={"Accept": "text/html,*/*;q=0.8"})
    assert (answer.status_code, urlsplit(answer.headers["location"]).path) == (303, PATH)
