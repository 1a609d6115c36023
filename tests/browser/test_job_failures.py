"""Jobs that fail, in a browser: one code of each kind of next step, on a phone by keyboard, and on a desktop without scripts."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from bowerbird.web.consent.plain_words import PLAIN, Next
from tests.browser.browsing import PHONE, PageClient
from tests.serving import Serving
from tests.web.job_failures import job_failure
from tests.web.test_job_failures import BUTTONS

ONE_OF_EACH = {plain.next: key for key, plain in reversed(PLAIN.items())}
"""The first of each kind: the last are ways that begin at a bank's own pages, whose person has agreed before (`test_bank_pages.py`)."""

SERVED_WITH = {"start": None, "sandbox_controls": True}
"""As `make run` starts it."""


@pytest.mark.parametrize("kind", ONE_OF_EACH, ids=str)
def test_a_failure_leads_on(serving: Serving, open_client: Callable[..., PageClient], kind: Next) -> None:
    failed = job_failure(serving, ONE_OF_EACH[kind])
    path, button = f"/home/jobs/{failed.job_id}", BUTTONS[kind]
    phone = open_client(PHONE, has_touch=True)
    page = phone.open(failed.home)
    page.get_by_role("button", name="Agree and continue").click()
    expect(page.get_by_role("heading", level=1, name="Choose your bank")).to_be_visible()
    phone.open(path)
    phone.check_page()
    for _ in range(12):
        phone.press("Tab")
        if page.evaluate("document.activeElement.textContent") == button:
            break
    phone.press("Enter")
    page.wait_for_url(lambda url: not url.endswith(path))
    plain = open_client(color_scheme="dark", java_script_enabled=False)
    page = plain.open(failed.home)
    plain.open(path)
    plain.check_width()
    expect(page.get_by_role("alert")).to_be_visible()
    page.get_by_role("link", name=button, exact=True).or_(page.get_by_role("button", name=button, exact=True)).click()
    page.wait_for_url(lambda url: not url.endswith(path))
