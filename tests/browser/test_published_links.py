"""The links that the published starter kits and journeys send people with, walked in a phone's window.

Their shapes are those of the vendor's public documentation and example applications: the order of parameters, an ampersand too many, ids
and addresses that are never read.
"""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import expect

from tests.browser.browsing import SMALLEST, PageClient
from tests.browser.test_consent_pages import AppSite, agree, app, connect, new_user, site
from tests.serving import Application

__all__ = ["app", "site"]

WINDOW = (375, 667)
FIRST = {
    "quick start": "?token={token}",
    "quick start, action null": "?token={token}&action=null",
    "journeys": "?&token={token}&action=",
    "account verification": "?userId={user}&token={token}&action=connect",
    "income verification": "?token={token}&action=connect",
    "personal finance": "?token={token}&redirect_uri=https%3A%2F%2Fevil.example%2Fcallback",
}
"""Links for a person who has agreed to nothing yet."""
LATER = {
    "connect more": ("?token={token}&action=connect", "Choose your bank"),
    "one bank": ("?token={token}&action=connect&state={state}&institutionId=AU00000", "Log in at Hooli"),
    "manage": ("?token={token}&action=manage", "Your data sharing"),
    "extend": ("?token={token}&action=extend", "Extend your consent"),
    "update": ("?token={token}&action=update", "Extend your consent"),
    "reauthorise": ("?token={token}&action=reauthorise&connectionId={connection}", "Update your login for Hooli"),
    "reauthorise, no connection": ("?token={token}&action=reauthorise", "Your data sharing"),
    "connection": ("?token={token}&connectionId={connection}", "Update your login for Hooli"),
    "connection, ampersand": ("?&token={token}&connectionId={connection}", "Update your login for Hooli"),
}
"""Links for a person who has agreed and connected a bank, with the heading of the page that they lead to."""


def phone(open_client: Callable[..., PageClient]) -> PageClient:
    return open_client(WINDOW, has_touch=True)


def check(client: PageClient) -> None:
    """Sound on a phone, and no wider than the smallest one."""
    client.check_page()
    client.page.set_viewport_size({"width": SMALLEST[0], "height": SMALLEST[1]})
    client.check_width()
    client.page.set_viewport_size({"width": WINDOW[0], "height": WINDOW[1]})


@pytest.mark.parametrize("journey", FIRST)
def test_a_first_link_leads_to_a_connected_bank_and_back(
    app: Application, site: AppSite, open_client: Callable[..., PageClient], journey: str
) -> None:
    user, client = new_user(app), phone(open_client)
    page = client.open("/home" + FIRST[journey].format(token=app.token("CLIENT_ACCESS", user), user=user))
    expect(page.get_by_role("heading", level=1)).to_have_text("Share your bank data")
    assert "token" not in page.url
    check(client)
    agree(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("Choose your bank")
    check(client)
    connect(page, "gavinBelson", "hooli2016")
    expect(page.get_by_role("heading", level=1, name="Hooli is connected")).to_be_visible()
    check(client)
    page.get_by_role("button", name="Finish").click()
    page.wait_for_url(f"{site.url}/**")
    returned = parse_qs(urlsplit(page.url).query)
    job = app.get(f"/users/{user}/jobs").json()["data"][0]["id"]
    assert (returned["jobId"], returned["jobIds"]) == ([job], [job])


@pytest.mark.parametrize("journey", LATER)
def test_a_later_link_leads_to_its_page(app: Application, site: AppSite, open_client: Callable[..., PageClient], journey: str) -> None:
    user, client = new_user(app), phone(open_client)
    page = client.open(f"/home?token={app.token('CLIENT_ACCESS', user)}")
    agree(page)
    app.settled(app.connect(user, "gavinBelson", "hooli2016"))
    connection = app.get(f"/users/{user}/connections").json()["data"][0]["id"]
    link, heading = LATER[journey]
    page = client.open("/home" + link.format(token=app.token("CLIENT_ACCESS", user), connection=connection, state="order-7"))
    expect(page.get_by_role("heading", level=1)).to_have_text(heading)
    check(client)
    client.open("/home/manage")
    page.get_by_role("button", name="Finish").click()
    page.wait_for_url(f"{site.url}/**")
    assert parse_qs(urlsplit(page.url).query).get("state") == (["order-7"] if "{state}" in link else None)
