"""A person says what the columns of their file mean: on a phone without scripts, and on a desktop by keyboard alone."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.browsing import PHONE, SMALLEST, PageClient
from tests.browser.test_consent_pages import agree, home, new_user
from tests.serving import Application, Serving
from tests.web.page_visits import UNCLEAR

BANK = "AU00501"


@pytest.fixture(scope="module")
def app(serving: Serving) -> Application:
    return serving.application("Budget app")


def upload_unclear(page_client: PageClient, app: Application) -> Page:
    page = page_client.open(home(app, new_user(app)))
    agree(page)
    page_client.open(f"/home/institutions/{BANK}/statement")
    page.get_by_label("Your statements").set_input_files({"name": "a.csv", "mimeType": "text/csv", "buffer": UNCLEAR})
    page.get_by_role("button", name="Upload").click()
    expect(page.get_by_role("heading", level=1, name="We need your help with this file")).to_be_visible(timeout=20_000)
    return page


def test_the_columns_are_pictured_and_confirmed_on_a_phone_without_scripts(
    app: Application, open_client: Callable[..., PageClient]
) -> None:
    page_client = open_client(PHONE, java_script_enabled=False, has_touch=True)
    page = upload_unclear(page_client, app)
    page_client.check_width()
    page.get_by_role("link", name="Say what the columns mean").click()
    expect(page.get_by_text("Choose whether day or month comes first")).to_be_visible()
    page_client.check_width()
    page.get_by_label("Tag A").select_option("words")
    page.get_by_role("button", name="Check again").click()
    expect(page.get_by_text("No column says date.")).to_be_visible()
    page.get_by_label("Tag A").select_option("date")
    page.get_by_label("Days are written as").select_option("dd/mm/yyyy")
    page.get_by_role("button", name="Check again").click()
    expect(page.get_by_text("2 of 2 running balances agree")).to_be_visible()
    page_client.check_width()
    page_client.picture("columns-phone")
    page.set_viewport_size({"width": SMALLEST[0], "height": SMALLEST[1]})
    page_client.check_width()
    page.get_by_role("button", name="Read the file like this").click()
    expect(page.get_by_role("heading", level=1, name="Your statement has been read")).to_be_visible(timeout=20_000)
    expect(page.get_by_text("2 Mar 2025 to 4 Mar 2025")).to_be_visible()


def test_the_columns_are_pictured_and_confirmed_by_keyboard(app: Application, open_client: Callable[..., PageClient]) -> None:
    page_client = open_client()
    page = upload_unclear(page_client, app)
    page.get_by_role("link", name="Say what the columns mean").press("Enter")
    expect(page.get_by_role("heading", level=1, name="What do the columns mean?")).to_be_visible()
    page.get_by_label("Days are written as").focus()
    page.keyboard.type("Day")
    page.get_by_role("button", name="Check again").press("Enter")
    expect(page.get_by_role("table", name="How the first rows are read")).to_contain_text("2 Mar 2025")
    page_client.check_page()
    page_client.picture("columns")
    page.get_by_role("button", name="Read the file like this").press("Enter")
    expect(page.get_by_role("heading", level=1, name="Your statement has been read")).to_be_visible(timeout=20_000)
