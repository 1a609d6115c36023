"""The customer's pages in German on the smallest phone: nothing too wide, nothing unreadable, and the choice at their foot."""

from __future__ import annotations

import os
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.browsing import SMALLEST, PageClient
from tests.browser.test_consent_pages import home
from tests.serving import Application, Serving

_BELOW = """all => all.map(one => {
  const [mark, title] = ["svg", "strong"].map(name => one.querySelector(name).getBoundingClientRect());
  return title.top > mark.bottom;
})"""


@pytest.fixture(scope="module")
def app(serving: Serving) -> Application:
    return serving.application("Budget app")


def test_german_pages_fit_the_smallest_phone(app: Application, open_client: Callable[..., PageClient]) -> None:
    client = open_client(SMALLEST)
    user = app.new_user(email="gavin@hooli.com", firstName="Gavin", mobile="0410888666")
    app.settled(app.connect(user, "gavinBelson", "hooli2016"))
    app.settled(app.connect(user, "gavinBelson", "wrong"))
    page = client.open(home(app, user))
    page.get_by_role("link", name="Deutsch").click()
    agree = page.get_by_role("button", name="Zustimmen und weiter")
    expect(agree).to_be_visible()
    client.check_page()
    client.check_targets()
    marks = page.locator(".scope p.check").evaluate_all(_BELOW)
    assert marks, "what is shared is shown"
    assert not any(marks), "each title stands beside its mark"
    if folder := os.environ.get("LOOK"):
        page.screenshot(path=f"{folder}/de-consent.png", full_page=True)
    agree.click()
    expect(page.get_by_role("heading", name="Wählen Sie Ihre Bank")).to_be_visible()
    client.check_page()
    page = client.open("/home/manage")
    expect(page.get_by_role("heading", name="Ihre Datenfreigabe")).to_be_visible()
    client.check_page()
    width = page.locator(".bank-connections .with-logo > div").first.evaluate("element => element.offsetWidth")
    assert width >= 128, "the words beside a bank's logo have room for a German one, whatever stands beside them"
    if folder:
        page.screenshot(path=f"{folder}/de-manage.png", full_page=True)
    page.get_by_role("link", name="English").click()
    expect(page.get_by_role("heading", name="Your data sharing")).to_be_visible()
    assert page.url.endswith("/home/manage")
