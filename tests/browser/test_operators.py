"""Operators at a browser: roles, the audit, and an authenticator from the picture to the second step; each page pictured."""

from __future__ import annotations

import time
from collections.abc import Callable

import pyotp
import pytest
from playwright.sync_api import expect

from bowerbird.model.reading import Role
from tests.browser.browsing import DESKTOP, PHONE, PageClient
from tests.serving import Serving
from tests.web.client import PASSWORD, make_operator, session_of

SIZES = pytest.mark.parametrize(("size", "script"), [(DESKTOP, True), (PHONE, False)], ids=["desktop", "phone without scripts"])
Opens = Callable[..., PageClient]


@SIZES
def test_operators_are_invited_and_pictured(serving: Serving, signed_in: Opens, size: tuple[int, int], script: bool) -> None:
    make_operator(serving, "sam", role=Role.SUPPORT)
    page_client = signed_in(size, java_script_enabled=script)
    page = page_client.open("/dashboard/operators")
    page_client.picture("operators" if script else "operators-390")
    if script:
        page_client.check_page()
    page.get_by_label("Role", exact=True).last.select_option("viewer")
    page.locator("#invite-password").fill(PASSWORD)
    page.get_by_role("button", name="Create link").click()
    expect(page.get_by_text("This link is shown only once")).to_be_visible()
    expect(page.locator("#secret")).to_contain_text("/dashboard/link/")


def test_a_role_is_changed_by_keyboard(serving: Serving, desktop: PageClient) -> None:
    account = make_operator(serving, "kim", role=Role.VIEWER)
    page = desktop.open("/dashboard/operators")
    page.locator(f"button[popovertarget='role-{account}']").first.focus()
    desktop.press("Enter")
    expect(page.locator(f"#role-{account}")).to_be_visible()
    page.locator(f"#role-of-{account}").focus()
    page.keyboard.type("Developer")
    desktop.press("Tab")
    page.keyboard.type(PASSWORD)
    desktop.press("Enter")
    expect(page.get_by_text("Saved.")).to_be_visible()
    expect(page.get_by_role("row", name="kim")).to_contain_text("Developer")


@SIZES
def test_the_audit_is_pictured(serving: Serving, signed_in: Opens, size: tuple[int, int], script: bool) -> None:
    app = serving.application("Budget app", production=False)
    user = app.new_user(email="gavin@hooli.com", firstName="Gavin")
    page_client = signed_in(size, java_script_enabled=script)
    page_client.open(f"/dashboard/applications/{app.id}/users/{user}")
    page = page_client.open("/dashboard/audit")
    expect(page.get_by_role("row", name="Show user").first).to_be_visible()
    page_client.picture("audit" if script else "audit-390")
    if script:
        page_client.check_page()
    page.get_by_label("Whose data").fill(user)
    page.get_by_role("button", name="Filter").click()
    expect(page.get_by_text("1 entry that match")).to_be_visible()


@SIZES
def test_an_authenticator_is_set_up_and_asked_for_pictured(
    serving: Serving, open_client: Opens, size: tuple[int, int], script: bool
) -> None:
    name = "lee" if script else "lou"
    operator = make_operator(serving, name)
    page_client = open_client(size, java_script_enabled=script)
    page_client.expect_status(401)
    cookie = {"name": "bowerbird-session", "value": session_of(serving, operator), "url": serving.url}
    page_client.context.add_cookies([cookie])  # type: ignore[list-item]
    page = page_client.open("/dashboard/account")
    page_client.picture("your-account" if script else "your-account-390")
    page.get_by_label("Your password").fill(PASSWORD)
    page.get_by_role("button", name="Set up authenticator").click()
    expect(page.get_by_role("img", name="QR code")).to_be_visible()
    page_client.picture("authenticator" if script else "authenticator-390")
    if script:
        page_client.check_page()
    secret = (page.locator("#secret").text_content() or "").replace(" ", "")
    page.locator("#code").fill(pyotp.TOTP(secret).now())
    page.get_by_role("button", name="Confirm").click()
    expect(page.get_by_text("Authenticator set up")).to_be_visible()
    page_client.context.clear_cookies()
    page_client.open("/dashboard/sign-in")
    page.get_by_label("Name").fill(name)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", level=1, name="Code of your authenticator")).to_be_visible()
    page_client.picture("second-step" if script else "second-step-390")
    if script:
        page_client.check_page()
    page.locator("#code").fill(pyotp.TOTP(secret).at(int(time.time()) + 30))  # the present one was used to set it up
    page.locator("#code").press("Enter")
    expect(page.get_by_role("heading", level=1, name="Overview")).to_be_visible()


def test_a_viewer_is_shown_what_the_role_lacks(serving: Serving, open_client: Opens) -> None:
    page_client = open_client()
    page_client.expect_status(403)
    viewer = session_of(serving, make_operator(serving, "vera", role=Role.VIEWER))
    page_client.context.add_cookies([{"name": "bowerbird-session", "value": viewer, "url": serving.url}])
    page = page_client.open("/dashboard/applications")
    expect(page.get_by_role("link", name="Audit")).to_have_count(0)
    page_client.open("/dashboard/audit")
    expect(page.get_by_role("heading", level=1, name="Your role does not allow this")).to_be_visible()
    page_client.picture("role-refused")
    page_client.check_page()
