"""The way in, as a person takes it the first time and every other."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from bowerbird.domain.operators import operators, sign_in_limits
from bowerbird.model.clock import to_milliseconds
from bowerbird.storage.database.unit_of_work import EVERY_TENANT
from tests.browser.browsing import DESKTOP, PHONE, PageClient
from tests.serving import Serving
from tests.web.client import NAME, PASSWORD


def link_of(serving: Serving) -> str:
    now = to_milliseconds(serving.server.web.clock.now())
    return serving.services.write_now(operators.create_link, now, tenant=EVERY_TENANT)


def test_before_anybody_has_a_password(serving: Serving, open_client: Callable[..., PageClient]) -> None:
    page_client = open_client()
    page = page_client.open("/dashboard")
    expect(page.get_by_text("bowerbird admin link", exact=True)).to_be_visible()
    page_client.check_page()


@pytest.mark.parametrize(("size", "script"), [(DESKTOP, True), (PHONE, False)], ids=["desktop", "phone without scripts"])
def test_the_first_visit_is_pictured(serving: Serving, open_client: Callable[..., PageClient], size: tuple[int, int], script: bool) -> None:
    page_client = open_client(size, java_script_enabled=script)
    page_client.expect_status(400)
    secret = link_of(serving)
    page = page_client.open(f"/dashboard/link/{secret}")
    assert secret not in page.url
    assert page_client.url + "/dashboard/welcome" == page.url
    name = "bo" if script else "bea"
    for password, again in (("too short", "too short"), (PASSWORD, PASSWORD)):
        page.get_by_label("Name").fill(name)
        page.get_by_label("Password", exact=True).fill(password)
        page.get_by_label("Confirm password").fill(again)
        page_client.picture(f"welcome-{size[0]}")
        page.get_by_role("button", name="Save password").click()
        if password != PASSWORD:
            expect(page.get_by_text("Use at least 12 characters")).to_be_visible()
            expect(page.get_by_label("Name")).to_have_value(name)
    expect(page.get_by_role("heading", level=1, name="Overview")).to_be_visible()
    expect(page.get_by_text("What to do next")).to_be_visible()
    page_client.picture(f"overview-empty-{size[0]}")
    page_client.expect_status(404)
    page_client.open(f"/dashboard/link/{secret}")
    expect(page.get_by_role("heading", name="This link has expired")).to_be_visible()


def test_signing_in_and_out_by_keyboard_is_pictured(operator: str, open_client: Callable[..., PageClient]) -> None:
    page_client = open_client()
    page_client.expect_status(401)
    page = page_client.open("/dashboard/account")
    page_client.check_page()
    page_client.picture("sign-in")
    expect(page.get_by_label("Name")).to_be_focused()
    page.keyboard.type(NAME)
    page_client.press("Tab")
    page.keyboard.type("wrong")
    page_client.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("The name or the password is wrong.")
    expect(page.get_by_label("Password")).to_be_focused()
    page.keyboard.type(PASSWORD)
    page_client.press("Enter")
    expect(page.get_by_role("heading", level=1, name="Your account")).to_be_visible()
    page.get_by_role("button", name="Sign out everywhere").focus()
    page_client.press("Enter")
    expect(page.get_by_role("heading", level=1, name="Sign in")).to_be_visible()
    page.go_back()
    expect(page.get_by_role("heading", level=1, name="Sign in")).to_be_visible()


def test_too_many_guesses_are_refused(serving: Serving, operator: str, open_client: Callable[..., PageClient]) -> None:
    now = to_milliseconds(serving.server.web.clock.now())
    for _ in range(10):
        serving.services.write_now(sign_in_limits.record_attempt, "zoe", "127.0.0.1", "", now, tenant=EVERY_TENANT)
    page_client = open_client()
    page_client.expect_status(429)
    page = page_client.open("/dashboard/sign-in")
    page.get_by_label("Name").fill("zoe")
    page.get_by_label("Password").fill("guess")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Too many attempts")).to_be_visible()
    page_client.check_page()


def test_polling_after_the_session_ended_leads_to_the_door(serving: Serving, operator: str, signed_in: Callable[..., PageClient]) -> None:
    """A part of a page that may not be seen any more takes the whole page to the door."""
    page_client = signed_in()
    page = page_client.open("/dashboard/components")
    page_client.context.clear_cookies()
    page.evaluate("htmx.ajax('GET', '/dashboard/account', '#main')")
    expect(page.get_by_role("heading", level=1, name="Sign in")).to_be_visible()
