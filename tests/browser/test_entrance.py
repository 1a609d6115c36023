"""The way in, as a person takes it the first time and every other."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from bowerbird.domain import operators
from bowerbird.model.clock import to_milliseconds
from bowerbird.storage.unit_of_work import EVERY_TENANT
from tests.browser.browsing import DESKTOP, PHONE, Visitor
from tests.serving import Serving
from tests.web.client import NAME, PASSWORD


def link_of(serving: Serving) -> str:
    now = to_milliseconds(serving.server.web.clock.now())
    return serving.world.storage.write_now(lambda uow: operators.create_link(uow, now), tenant=EVERY_TENANT)


def test_before_anybody_has_a_password(serving: Serving, visit: Callable[..., Visitor]) -> None:
    visitor = visit()
    page = visitor.open("/dashboard")
    expect(page.get_by_text("bowerbird admin link", exact=True)).to_be_visible()
    visitor.check_page()


@pytest.mark.parametrize(("size", "script"), [(DESKTOP, True), (PHONE, False)], ids=["desktop", "phone without scripts"])
def test_the_first_visit_is_pictured(serving: Serving, visit: Callable[..., Visitor], size: tuple[int, int], script: bool) -> None:
    visitor = visit(size, java_script_enabled=script)
    visitor.expect_status(400)
    secret = link_of(serving)
    page = visitor.open(f"/dashboard/link/{secret}")
    assert secret not in page.url
    assert visitor.url + "/dashboard/welcome" == page.url
    name = f"bo {script}"
    for password, again in (("too short", "too short"), (PASSWORD, PASSWORD)):
        page.get_by_label("Name").fill(name)
        page.get_by_label("Password", exact=True).fill(password)
        page.get_by_label("The same again").fill(again)
        visitor.picture(f"welcome-{size[0]}")
        page.get_by_role("button", name="Save and go").click()
        if password != PASSWORD:
            expect(page.get_by_text("Use at least 12 characters")).to_be_visible()
            expect(page.get_by_label("Name")).to_have_value(name)
    expect(page.get_by_role("heading", level=1, name="Overview")).to_be_visible()
    expect(page.get_by_text("What to do next")).to_be_visible()
    visitor.picture(f"overview-empty-{size[0]}")
    visitor.expect_status(404)
    visitor.open(f"/dashboard/link/{secret}")
    expect(page.get_by_role("heading", name="This link is used up")).to_be_visible()


def test_signing_in_and_out_by_keyboard_is_pictured(operator: str, visit: Callable[..., Visitor]) -> None:
    visitor = visit()
    visitor.expect_status(401)
    page = visitor.open("/dashboard/account")
    visitor.check_page()
    visitor.picture("sign-in")
    expect(page.get_by_label("Name")).to_be_focused()
    page.keyboard.type(NAME)
    visitor.press("Tab")
    page.keyboard.type("wrong")
    visitor.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("The name or the password is wrong.")
    expect(page.get_by_label("Password")).to_be_focused()
    page.keyboard.type(PASSWORD)
    visitor.press("Enter")
    expect(page.get_by_role("heading", level=1, name="Your account")).to_be_visible()
    page.get_by_role("button", name="Sign out everywhere").focus()
    visitor.press("Enter")
    expect(page.get_by_role("heading", level=1, name="Sign in")).to_be_visible()
    page.go_back()
    expect(page.get_by_role("heading", level=1, name="Sign in")).to_be_visible()


def test_too_many_guesses_are_told(serving: Serving, operator: str, visit: Callable[..., Visitor]) -> None:
    now = to_milliseconds(serving.server.web.clock.now())
    for _ in range(10):
        serving.world.storage.write_now(lambda uow: operators.count_attempt(uow, "zoe", "10.0.0.1", now), tenant=EVERY_TENANT)
    visitor = visit()
    visitor.expect_status(429)
    page = visitor.open("/dashboard/sign-in")
    page.get_by_label("Name").fill("zoe")
    page.get_by_label("Password").fill("guess")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Too many attempts")).to_be_visible()
    visitor.check_page()


def test_polling_after_the_session_ended_leads_to_the_door(serving: Serving, operator: str, signed_in: Callable[..., Visitor]) -> None:
    """A part of a page that may not be seen any more takes the whole page to the door."""
    visitor = signed_in()
    page = visitor.open("/dashboard/components")
    visitor.context.clear_cookies()
    page.evaluate("htmx.ajax('GET', '/dashboard/account', '#main')")
    expect(page.get_by_role("heading", level=1, name="Sign in")).to_be_visible()
