"""The half of the dashboard that explains: codes, requests, events, controls, the reference. One sandbox for all of it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.browsing import PHONE, SMALLEST, PageClient
from tests.serving import Application, Serving

SERVED_WITH = {"start": None, "sandbox_controls": True}
"""A sandbox with its controls, whose applications are none of production."""


@pytest.fixture(scope="module")
def app(serving: Serving) -> Application:
    made = serving.application("Explained", production=False)
    user = made.new_user(email="gavin@hooli.com", firstName="<b>Gavin</b>")
    assert made.settled(made.connect(user, "gavinBelson", "hooli2016"))
    return made


PAGES = {
    "codes": "/dashboard/codes",
    "code": "/dashboard/codes/invalid-credentials",
    "code-variant": "/dashboard/codes/invalid-credentials/mfa-wrong-answer",
    "requests": "/dashboard/requests",
}


def test_every_page_is_pictured(app: Application, desktop: PageClient, signed_in: Callable[..., PageClient]) -> None:
    narrow = signed_in(PHONE, color_scheme="dark", has_touch=True)
    for name, path in PAGES.items():
        desktop.open(path)
        desktop.check_page()
        desktop.picture(name)
        page = narrow.open(path)
        narrow.check_page()
        narrow.picture(f"{name}-phone")
        page.set_viewport_size({"width": SMALLEST[0], "height": SMALLEST[1]})
        narrow.check_width()
        page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})


@pytest.mark.parametrize("script", [True, False], ids=["with scripts", "without scripts"])
def test_a_code_is_found_and_triggered_pictured(signed_in: Callable[..., PageClient], app: Application, script: bool) -> None:
    page_client = signed_in(java_script_enabled=script)
    page = page_client.open("/dashboard/codes")
    page.get_by_label("Words").fill("requested user does not exist")
    page.get_by_role("button", name="Filter").click()
    page.get_by_role("link", name="resource-not-found").click()
    page.get_by_role("button", name="Trigger code").click()
    expect(page.get_by_text("The code was triggered")).to_be_visible()
    expect(page.get_by_label("Answer").last).to_contain_text("Requested user does not exist.")
    exchanged = page.locator("main").inner_text()
    assert "Bearer ey" not in exchanged
    if script:
        page_client.check_page()
        page_client.picture("code-triggered")


def test_a_request_is_inspected_without_its_secrets_pictured(app: Application, desktop: PageClient) -> None:
    answer = app.get("/users/me", headers={"X-Odd": "<script>odd</script>"})
    correlation_id = answer.headers["x-correlation-id"]
    page = desktop.open(f"/dashboard/requests?search={correlation_id}")
    page.get_by_role("link", name="GET /users/me").click()
    expect(page.get_by_role("link", name=answer.json()["data"][0]["code"])).to_be_visible()
    expect(page.locator("#curl-text")).to_contain_text('Bearer $TOKEN"')
    assert app.token() not in page.content()
    desktop.check_page()
    desktop.picture("request")
    page = desktop.open("/dashboard/requests?search=createConnection")
    page.get_by_role("link", name="/connections").first.click()
    expect(page.get_by_label("Body sent")).to_contain_text("password")
    assert "hooli2016" not in page.content()
    assert "gavinBelson" not in page.content()
