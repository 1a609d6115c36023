"""The sandbox's controls in a browser: time moved, faults set, states kept and gone back to; with scripts and without."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.browsing import PHONE, SMALLEST, PageClient
from tests.serving import Application, Serving

CONTROLS = "/dashboard/controls"


SERVED_WITH = {"start": None, "sandbox_controls": True}
"""A sandbox with its controls, whose applications are none of production."""


@pytest.fixture(scope="module")
def app(serving: Serving) -> Application:
    made = serving.application("Budget app", production=False)
    user = made.new_user(email="gavin@hooli.com", firstName="<b>Gavin</b>")
    assert made.settled(made.connect(user, "gavinBelson", "hooli2016"))
    for login, password in (("gavinBelson", "hooli2016"), ("jared", "django")):
        assert made.settled(made.connect(user, login, password, "AU00002"))
    http = made.http
    http.post("/_bowerbird/faults", json={"operation": "listAccounts", "code": "service-unavailable", "times": 3, "delayMs": 1500})
    http.post("/_bowerbird/faults", json={"code": "maintenance-error", "operation": "refreshConnection", "probability": 0.25})
    http.post("/_bowerbird/banks", json={"institution": "AU00001", "preset": "renumbered-ids", "seed": 7})
    http.post("/_bowerbird/limits", json={"csvMaxRows": 500})
    http.post("/_bowerbird/snapshots", json={"name": "connected"})
    assert http.post("/_bowerbird/snapshots/connected/fork").status_code == 200
    return made


PAGES = {
    "clock": CONTROLS,
    "faults": f"{CONTROLS}/faults?code=invalid-credentials/locked-account",
    "banks": f"{CONTROLS}/banks",
    "limits": f"{CONTROLS}/limits",
    "snapshots": f"{CONTROLS}/snapshots",
}


def test_every_page_is_pictured(app: Application, desktop: PageClient, signed_in: Callable[..., PageClient]) -> None:
    look_at(PAGES, desktop, signed_in(PHONE, color_scheme="dark", has_touch=True), dark="faults")


def look_at(pages: dict[str, str], desktop: PageClient, narrow: PageClient, dark: str) -> None:
    """Every page, wide and narrow; `dark` is the one that is judged in the dark too, since the colours are the same on all."""
    for name, path in pages.items():
        desktop.open(path)
        desktop.check_page()
        desktop.picture(name)
        page = narrow.open(path)
        if name == dark:
            narrow.check_page()
        narrow.check_width()
        narrow.picture(f"{name}-phone")
        page.set_viewport_size({"width": SMALLEST[0], "height": SMALLEST[1]})
        narrow.check_width()
        page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})


def test_a_move_says_what_happened_pictured(app: Application, desktop: PageClient) -> None:
    page = desktop.open(CONTROLS)
    page.get_by_role("button", name="1 week").click()
    expect(page.get_by_role("heading", name="What happened")).to_be_visible()
    expect(page.get_by_role("link", name="Connect job, Pied Piper").first).to_be_visible()
    desktop.check_page()
    desktop.picture("clock-moved")


@pytest.mark.parametrize("script", [True, False], ids=["with scripts", "without scripts"])
def test_from_a_code_to_a_fault_and_away(signed_in: Callable[..., PageClient], app: Application, script: bool) -> None:
    page = signed_in(java_script_enabled=script).open("/dashboard/codes/service-unavailable")
    page.get_by_role("link", name="Inject as a fault").click()
    page.get_by_label("Operation").select_option("getUser")
    page.get_by_label("How many times").fill("1")
    page.get_by_role("button", name="Create fault").click()
    expect(page.get_by_text("The fault is active.")).to_be_visible()
    assert app.get("/users/me").status_code == 503
    expect(page.get_by_role("row", name="getUser")).to_be_visible()
    page.reload()
    expect(page.get_by_role("row", name="getUser")).to_have_count(0)


@pytest.mark.parametrize("script", [True, False], ids=["with scripts", "without scripts"])
def test_a_state_is_gone_back_to_pictured(signed_in: Callable[..., PageClient], app: Application, script: bool) -> None:
    app.forget_tokens()
    page_client = signed_in(java_script_enabled=script)
    page = page_client.open(f"{CONTROLS}/snapshots")
    late = app.new_user(email="late@hooli.com")
    page.get_by_role("row", name="connected").get_by_role("button", name="Restore").click()
    dialog = page.get_by_role("dialog", name="Restore the snapshot connected?")
    expect(dialog.get_by_text("is replaced")).to_be_visible()
    if script:
        page_client.check_page()
        page.set_viewport_size({"width": 1280, "height": 1200})
        page_client.picture("snapshot-restore")
    dialog.get_by_role("button", name="Restore").click()
    expect(page.get_by_text("Snapshot restored")).to_be_visible()
    app.forget_tokens()
    assert app.get(f"/users/{late}").status_code == 404
    expect(page.get_by_role("row", name="before")).to_be_visible()


REFERENCE = {"reference": "/docs", "reference-group": "/docs/users"}


def test_the_reference_is_pictured(app: Application, desktop: PageClient, signed_in: Callable[..., PageClient]) -> None:
    app.forget_tokens()
    page = desktop.open("/docs")
    page.get_by_role("button", name="Create temporary key").click()
    expect(page.get_by_text("The examples use a temporary key of Budget app")).to_be_visible()
    look_at(REFERENCE, desktop, signed_in(PHONE, color_scheme="dark", has_touch=True), dark="reference-group")


@pytest.mark.parametrize("script", [True, False], ids=["with scripts", "without scripts"])
def test_an_operation_is_found_and_tried_pictured(signed_in: Callable[..., PageClient], app: Application, script: bool) -> None:
    assert app.http.delete("/_bowerbird/faults").status_code == 204
    page_client = signed_in(java_script_enabled=script)
    page = page_client.open("/docs")
    page.get_by_role("button", name="Create temporary key").click()
    page.get_by_label("Search operations").fill("list accounts")
    if not script:
        page.get_by_role("button", name="Search", exact=True).click()
    expect(page.get_by_role("link", name="/jobs/")).to_have_count(0)
    page.get_by_role("link", name="List accounts").click()
    section = page.locator("#listAccounts")
    section.locator("summary", has_text="Try it").click()
    section.get_by_role("button", name="Send request").click()
    answer = page.get_by_label("Response").last
    expect(answer).to_contain_text('"type": "list"')
    if script:
        page_client.check_page()
        section.scroll_into_view_if_needed()
        page_client.picture("reference-tried")
