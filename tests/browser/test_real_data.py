"""The click that used to reopen a sandbox beside real people: the page warns before it, the server refuses after it."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.browsing import PageClient
from tests.serving import Serving

SERVED_WITH = {"start": None, "sandbox_controls": True}


def test_production_closes_the_controls_for_good(serving: Serving, desktop: PageClient) -> None:
    app = serving.application("Lender", production=False)
    user = app.new_user(email="gavin@hooli.com", firstName="Gavin")
    app.http.post("/_bowerbird/snapshots", json={"name": "before"}).raise_for_status()
    page = desktop.open("/dashboard/controls/snapshots")
    expect(page.get_by_text("before", exact=True).first).to_be_visible()
    page = desktop.open(f"/dashboard/applications/{app.id}")
    page.get_by_role("button", name="Give production access…").click()
    dialog = page.get_by_role("dialog", name="Give Lender production access?")
    expect(dialog).to_contain_text("The sandbox controls close for good")
    expect(dialog).to_contain_text("start a second sandbox with a data folder of its own")
    desktop.check_page()
    dialog.get_by_label("Type Lender to confirm").fill("Lender")
    dialog.get_by_role("button", name="Give production access").click()
    expect(page.get_by_text("production access cannot be removed")).to_be_visible()
    expect(page.get_by_role("button", name="Remove production access…")).to_have_count(0)
    page.get_by_role("link", name="a second sandbox").click()
    expect(page.get_by_role("heading", name="The sandbox controls are closed")).to_be_visible()
    expect(page.locator("main")).to_contain_text("This database has held real data since")
    expect(page.locator("pre")).to_have_text("bowerbird serve --sandbox-controls --data sandbox --port 8001")
    desktop.check_page()
    for path in ("/dashboard/controls/snapshots", "/dashboard/controls/faults"):
        expect(desktop.open(path).get_by_role("heading", name="The sandbox controls are closed")).to_be_visible()
    page = desktop.open(f"/dashboard/applications/{app.id}/users/{user}")
    expect(page.get_by_role("button", name="Open it as Gavin")).to_have_count(0)
    for method, path in (("GET", "codes"), ("POST", "reset"), ("POST", "snapshots/before/restore"), ("POST", "forks")):
        assert app.http.request(method, f"/_bowerbird/{path}").status_code == 404, path
    assert app.get(f"/users/{user}").status_code == 200
