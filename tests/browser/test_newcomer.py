"""A stranger with nothing but the one-time link: to a connected bank and an uploaded statement, in the browser only."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from bowerbird.domain.operators import operators
from bowerbird.model.clock import to_milliseconds
from bowerbird.storage.database.unit_of_work import EVERY_TENANT
from tests.browser.browsing import PageClient
from tests.serving import Serving


@pytest.fixture(scope="module")
def serving(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    """As `make run` starts it."""
    with Serving(tmp_path_factory.mktemp("newcomer"), start=None, sandbox_controls=True) as running:
        running.application("Sandbox", production=False)
        yield running


def one_time_link(serving: Serving) -> str:
    now = to_milliseconds(serving.server.web.clock.now())
    return serving.services.write_now(operators.create_link, now, tenant=EVERY_TENANT)


def saved(page: Page, name: str, folder: Path) -> Path:
    """A sample that the page offers, as a file on the disk."""
    with page.expect_download() as started:
        page.get_by_role("link", name=name, exact=True).click()
    started.value.save_as(folder / name)
    return folder / name


def test_the_way_of_a_newcomer_is_pictured(serving: Serving, open_client: Callable[..., PageClient], tmp_path: Path) -> None:
    page_client = open_client()
    page = page_client.open(f"/dashboard/link/{one_time_link(serving)}")
    page.get_by_label("Name").fill("sam")
    for field in page.locator("input[type=password]").all():
        field.fill("several words are easy")
    page.get_by_role("button", name="Save password").click()
    page.get_by_role("link", name="Create user").click()
    page.get_by_label("Email").fill("jo@example.com")
    page.get_by_label("First name").fill("Jo")
    page.get_by_role("button", name="Create user").click()
    expect(page.get_by_text("Connect their bank next")).to_be_visible()
    page_client.check_page()
    page_client.picture("newcomer-user")
    with page_client.context.expect_page() as opened:
        page.get_by_role("button", name="Open it as Jo").click()
    _connect_by_the_consent_page(opened.value)
    page.reload()
    expect(page.get_by_role("table", name="Accounts")).to_contain_text("Pied Piper")
    page.get_by_role("button", name="Allow test statements").click()
    page.get_by_label("File").set_input_files(saved(page, "statement.pdf", tmp_path))
    page.get_by_role("button", name="Upload").click()
    page.get_by_role("link", name="See the accounts").click()
    expect(page.get_by_role("table", name="Accounts")).to_contain_text("CommBank")
    _upload_by_the_consent_page(opened.value, tmp_path)
    page.get_by_label("Mobile").fill("0410 888 666")
    page.get_by_role("button", name="Create link").click()
    expect(page.locator("#link-text")).to_contain_text("/links/")
    page.get_by_role("link", name="Complete Access").click()
    page.get_by_role("link", name="Transactions").click()
    expect(page.get_by_text("Salary FERN AND FIG PTY LTD").first).to_be_visible()


def _connect_by_the_consent_page(page: Page) -> None:
    page.get_by_role("button", name="Agree and continue").click()
    expect(page.get_by_text("so only test banks are listed")).to_be_visible()
    page.get_by_role("link", name="Pied Piper").click()
    page.get_by_text("Test customers").click()
    page.get_by_role("listitem").filter(has_text="jared").get_by_role("button", name="Fill in").click()
    page.get_by_role("button", name="Connect").click()
    answer = page.get_by_text("It accepts").locator("code").inner_text()
    page.get_by_label("OTP Password").fill(answer)
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("heading", level=1, name="is connected")).to_be_visible()
    expect(page.get_by_text("Balance not available").first).to_be_visible()


def _upload_by_the_consent_page(page: Page, folder: Path) -> None:
    page.get_by_role("link", name="Connect another bank").click()
    page.get_by_label("Search banks").fill("commonwealth")
    expect(page.locator(".bank")).to_have_count(1)
    page.get_by_role("link", name="Commonwealth").click()
    page.locator("#statement").set_input_files(saved(page, "altered-statement.pdf", folder))
    page.get_by_role("button", name="Upload").click()
    expect(page.get_by_text("page 1, row")).to_be_visible()
    page.get_by_role("link", name="Choose another file").click()
    page.locator("#statement").set_input_files(saved(page, "statement.csv", folder))
    page.get_by_role("button", name="Upload").click()
    expect(page.get_by_role("heading", level=1, name="Your statement has been read")).to_be_visible()
