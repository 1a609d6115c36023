"""The components page: what every page is made of, looked at in every width and colour."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.browsing import DESKTOP, PHONE, SMALLEST, PageClient


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [DESKTOP, PHONE, SMALLEST], ids=["desktop", "phone", "smallest"])
def test_it_fits_and_is_pictured(open_client: Callable[..., PageClient], size: tuple[int, int], scheme: str) -> None:
    page_client = open_client(size, color_scheme=scheme)
    page_client.open("/dashboard/components")
    page_client.check_page()
    if (size, scheme) in ((DESKTOP, "light"), (PHONE, "dark")):
        page_client.picture(f"components{'-phone' if size == PHONE else ''}")


def test_moments_stand_in_the_viewers_zone(desktop: PageClient) -> None:
    page = desktop.open("/dashboard/components")
    moment = page.locator("time").first
    expect(moment).to_have_text("18 Mar 2026, 11:00 pm")
    assert moment.get_attribute("title") == "18 Mar 2026, 12:00 UTC"


def test_without_scripts_moments_stand_in_utc(open_client: Callable[..., PageClient]) -> None:
    page = open_client(java_script_enabled=False).open("/dashboard/components")
    expect(page.locator("time").first).to_have_text("18 Mar 2026, 12:00 UTC")


def test_the_theme_is_kept(desktop: PageClient) -> None:
    page = desktop.open("/dashboard/components")
    with page.expect_response("**/dashboard/theme"):
        page.get_by_label("Theme").filter(visible=True).select_option("dark")
    assert page.evaluate("getComputedStyle(document.body).colorScheme") == "dark"
    page.reload()
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    desktop.check_page()


def test_the_theme_is_kept_without_scripts(open_client: Callable[..., PageClient]) -> None:
    page = open_client(java_script_enabled=False).open("/dashboard/components")
    page.get_by_label("Theme").filter(visible=True).select_option("dark")
    page.get_by_role("button", name="Change").click()
    assert page.locator("html").get_attribute("data-theme") == "dark"
    assert page.url.endswith("/dashboard/components")


def test_a_dialog_opens_and_closes_by_keyboard_and_without_scripts(open_client: Callable[..., PageClient]) -> None:
    page_client = open_client(java_script_enabled=False)
    page = page_client.open("/dashboard/components")
    page.get_by_role("button", name="Revoke…").focus()
    page_client.press("Enter")
    dialog = page.get_by_role("dialog", name="Revoke this key?")
    expect(dialog.get_by_role("button", name="Cancel")).to_be_focused()
    page_client.press("Escape")
    expect(dialog).to_be_hidden()


def test_the_first_tab_skips_to_the_content(desktop: PageClient) -> None:
    page = desktop.open("/dashboard/components")
    desktop.press("Tab", "Enter")
    expect(page.locator("#main")).to_be_focused()


def test_an_unknown_page_says_so(desktop: PageClient) -> None:
    desktop.expect_status(404)
    page = desktop.open("/dashboard/nowhere")
    expect(page.get_by_role("heading", name="Page not found")).to_be_visible()
    desktop.check_page()
