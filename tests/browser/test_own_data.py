"""A person's own data on a phone and without scripts: the code, who read what, the downloads and the receipts."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.browsing import SMALLEST, PageClient
from tests.browser.test_consent_pages import agree, connect, home, new_user
from tests.serving import Application, Serving
from tests.web.test_auth_link_pages import Sent

WINDOW = (375, 667)


@pytest.fixture
def sent(serving: Serving) -> Iterator[Sent]:
    before, serving.services.code_sender = serving.services.code_sender, Sent()
    yield serving.services.code_sender
    serving.services.code_sender = before


@pytest.fixture
def app(serving: Serving) -> Application:
    return serving.application("Budget app")


def check(client: PageClient, size: tuple[int, int]) -> None:
    client.check_page()
    client.page.set_viewport_size({"width": SMALLEST[0], "height": SMALLEST[1]})
    client.check_width()
    client.page.set_viewport_size({"width": size[0], "height": size[1]})


def enter_code(page: Page, sent: Sent) -> None:
    page.get_by_role("button", name="Send code").click()
    page.get_by_label("Code").fill(sent.code)
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("heading", name="Who read your data")).to_be_visible()


def test_own_data_is_pictured_on_a_phone(app: Application, sent: Sent, open_client: Callable[..., PageClient], tmp_path: Path) -> None:
    user, client = new_user(app), open_client(WINDOW, has_touch=True)
    page = client.open(home(app, user))
    agree(page)
    connect(page, "gavinBelson", "hooli2016")
    expect(page.get_by_role("heading", level=1, name="Hooli is connected")).to_be_visible()
    for _ in range(12):
        app.get(f"/users/{user}/transactions")
    app.get(f"/users/{user}/accounts")
    client.open("/home/manage")
    check(client, WINDOW)
    page.get_by_role("link", name="Open your data").click()
    check(client, WINDOW)
    client.picture("consent-code-phone")
    page.get_by_role("button", name="Send code").click()
    client.expect_status(400)
    page.get_by_label("Code").fill("000000" if sent.code != "000000" else "111111")
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_text("This code is not correct")).to_be_visible()
    check(client, WINDOW)
    page.get_by_label("Code").fill(sent.code)
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_text("Budget app read your transactions 12 times.")).to_be_visible()
    check(client, WINDOW)
    client.picture("consent-data-phone")
    with page.expect_download() as download:
        page.get_by_role("link", name="JSON").click()
    saved = tmp_path / "data.json"
    download.value.save_as(saved)
    assert len(json.loads(saved.read_text("utf-8"))["transactions"]) == len(app.transactions(user))
    client.open("/home/manage")
    page.get_by_role("button", name="Withdraw consent…").click()
    page.get_by_role("button", name="Withdraw consent", exact=True).click()
    client.open("/home/data")
    expect(page.get_by_text(re.compile("You withdrew your consent. Deleted: [0-9]+ account"))).to_be_visible()
    check(client, WINDOW)
    client.picture("consent-receipt-phone")


def say_what_is_wrong(page: Page) -> None:
    page.get_by_role("link", name="Something is wrong").first.click()
    page.get_by_label("What is wrong?").select_option("This is not income")
    page.get_by_label("In your own words, if you like").fill("My flatmate pays me back.")
    page.get_by_role("button", name="Send to").click()
    expect(page.get_by_text("now sees this beside the transaction")).to_be_visible()


def test_what_they_see_is_pictured_on_a_phone(app: Application, sent: Sent, open_client: Callable[..., PageClient]) -> None:
    user, client = new_user(app), open_client(WINDOW, has_touch=True)
    page = client.open(home(app, user))
    agree(page)
    connect(page, "Gilfoyle", "PiedPiper")
    expect(page.get_by_role("heading", level=1, name="Hooli is connected")).to_be_visible()
    client.open("/home/manage")
    page.get_by_role("link", name=re.compile("What .* sees about you")).click()
    check(client, WINDOW)
    page.get_by_role("link", name="Get a code").click()
    enter_code(page, sent)
    page.get_by_role("link", name=re.compile("What .* sees about you")).click()
    check(client, WINDOW)
    client.picture("consent-money-phone")
    page.get_by_role("link", name="You receive as income, after tax").press("Enter")
    check(client, WINDOW)
    client.picture("consent-figure-phone")
    say_what_is_wrong(page)
    expect(page.get_by_text("This is not income: “My flatmate pays me back.”")).to_be_visible()
    check(client, WINDOW)
    page.get_by_role("link", name="Change what you say").click()
    check(client, WINDOW)
    client.picture("consent-correction-phone")
    page.get_by_role("button", name="Take it back").click()
    expect(page.get_by_text("You have said nothing yet.")).to_be_visible()


def test_what_they_see_without_scripts(app: Application, sent: Sent, open_client: Callable[..., PageClient]) -> None:
    client, user = open_client(java_script_enabled=False, color_scheme="dark"), new_user(app)
    app.settled(app.connect(user, "Gilfoyle", "PiedPiper"))
    page = client.open(home(app, user))
    agree(page)
    client.open("/home/data")
    enter_code(page, sent)
    client.open("/home/data/money/figures/all.income")
    say_what_is_wrong(page)


def test_own_data_without_scripts_in_the_dark(app: Application, sent: Sent, open_client: Callable[..., PageClient]) -> None:
    client = open_client(java_script_enabled=False, color_scheme="dark")
    page = client.open(home(app, new_user(app)))
    agree(page)
    client.open("/home/data")
    enter_code(page, sent)


def test_without_a_sender_it_is_said(app: Application, open_client: Callable[..., PageClient]) -> None:
    user, client = new_user(app), open_client(WINDOW, has_touch=True)
    client.open(home(app, user))
    page = client.open("/home/data")
    expect(page.get_by_text("once you have agreed to share some")).to_be_visible()
    check(client, WINDOW)
    page.get_by_role("link", name="Review the request").click()
    agree(page)
    client.open("/home/data")
    expect(page.get_by_text("This service cannot send codes")).to_be_visible()
    check(client, WINDOW)


def test_a_budgeting_app_is_pictured_on_a_phone(app: Application, sent: Sent, open_client: Callable[..., PageClient]) -> None:
    client = open_client(WINDOW, has_touch=True)
    page = client.open(home(app, new_user(app)))
    agree(page)
    client.open("/home/apps")
    check(client, WINDOW)
    page.get_by_role("link", name="Get a code").click()
    enter_code(page, sent)
    client.open("/home/apps")
    page.get_by_label("Name of the app").fill("Actual")
    page.get_by_role("button", name="Make a setup token").click()
    expect(page.get_by_text("This setup token is shown only once")).to_be_visible()
    check(client, WINDOW)
    client.open("/home/apps")
    page.get_by_text("Actual", exact=True).last.click()
    expect(page.get_by_text("Save and continue")).to_be_visible()
    check(client, WINDOW)
    client.picture("consent-apps-phone")
