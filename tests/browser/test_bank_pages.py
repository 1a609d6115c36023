"""A login at the test bank's own pages in a real browser: by touch on the smallest phone, by keyboard, and without scripts."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.browsing import PHONE, SMALLEST, PageClient
from tests.serving import Application, Serving

BANK = "AU00007"


@pytest.fixture(scope="module")
def app(serving: Serving) -> Application:
    return serving.application("Budget app")


@pytest.fixture
def home(app: Application) -> str:
    user = app.new_user(email="gavin@hooli.com", firstName="Gavin", mobile="0410888666")
    return f"/home?token={app.token('CLIENT_ACCESS', user)}&institutionId={BANK}"


def agree(page: Page) -> None:
    page.get_by_role("button", name="Agree and continue").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Connect Raviga")


def test_to_the_bank_and_back_is_pictured(home: str, open_client: Callable[..., PageClient]) -> None:
    page_client = open_client(SMALLEST, has_touch=True)
    page = page_client.open(home)
    agree(page)
    page_client.check_page()
    page_client.check_targets()
    page.get_by_role("button", name="Continue").click()
    go = page.get_by_role("link", name="Go to Raviga")
    expect(go).to_be_visible()
    page_client.check_page()
    page_client.check_targets()
    page_client.picture("consent-go-to-bank-phone")
    go.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Raviga Bank")
    assert page.evaluate("document.referrer") == ""
    page_client.check_page()
    page_client.check_targets()
    page_client.picture("test-bank-phone")
    page.get_by_role("link", name="Refuse access").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Access was not authorised at Raviga")
    assert "state=" not in page.url
    page_client.check_page()
    page.get_by_role("link", name="Try again").click()
    page.get_by_role("button", name="Continue").click()
    page.get_by_role("link", name="Go to Raviga").click()
    page.get_by_role("link", name="Allow gavinBelson").click()
    expect(page.get_by_role("heading", level=1, name="Raviga is connected")).to_be_visible()
    page_client.open("/home/manage")
    page_client.check_page()
    page.get_by_role("link", name="Renew access for Raviga").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Renew access to Raviga")
    page_client.check_page()


def test_the_whole_way_without_scripts(home: str, open_client: Callable[..., PageClient]) -> None:
    page = open_client(PHONE, java_script_enabled=False).open(home)
    agree(page)
    page.get_by_role("button", name="Continue").click()
    page.get_by_role("link", name="Go to Raviga").click()
    page.get_by_role("link", name="Allow gavinBelson").click()
    expect(page.get_by_role("heading", level=1, name="Raviga is connected")).to_be_visible()


def test_the_whole_way_by_keyboard(home: str, open_client: Callable[..., PageClient]) -> None:
    page_client = open_client()
    page = page_client.open(home)
    agree(page)

    def press(text: str) -> None:
        for _ in range(40):
            page_client.press("Tab")
            if text in (page.evaluate("document.activeElement.textContent") or ""):
                page_client.press("Enter")
                return
        raise AssertionError(f"the keyboard does not reach {text}")

    press("Continue")
    expect(page.get_by_role("link", name="Go to Raviga")).to_be_visible()
    press("Go to Raviga")
    expect(page.get_by_role("heading", level=1)).to_have_text("Raviga Bank")
    press("Allow gavinBelson")
    expect(page.get_by_role("heading", level=1, name="Raviga is connected")).to_be_visible()
