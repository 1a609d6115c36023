"""The look of the consent pages in a real browser: the preview while typing, and a branded page on the smallest phone in both themes."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO

import pytest
from PIL import Image
from playwright.sync_api import expect

from bowerbird.domain.consents.branding import update_branding, update_logo
from bowerbird.model.consent import Branding
from tests.browser.browsing import DESKTOP, SMALLEST, PageClient
from tests.browser.test_consent_pages import home
from tests.serving import Application, Serving

GREEN = "rgb(11, 110, 79)"
_GROUND = "element => getComputedStyle(element).backgroundColor"


def logo() -> bytes:
    kept = BytesIO()
    Image.new("RGB", (160, 60), "#0b6e4f").save(kept, "PNG")
    return kept.getvalue()


@pytest.fixture(scope="module")
def app(serving: Serving) -> Application:
    made = serving.application("Budget app")
    look = Branding(
        name="Hooli Home", accent="#0b6e4f", welcome="You are one step away from your budget.", contact="help@hooli.example",
        privacy_url="https://hooli.example/privacy", institutions=("AU00002",),
    )  # fmt: skip
    serving.services.write_now(update_branding, look, tenant=made.id)
    serving.services.write_now(update_logo, logo(), tenant=made.id)
    return made


@pytest.mark.parametrize("size", [DESKTOP, SMALLEST], ids=["desktop", "320"])
def test_the_preview_follows_what_is_typed_pictured(app: Application, signed_in: Callable[..., PageClient], size: tuple[int, int]) -> None:
    client = signed_in(size)
    page = client.open(f"/dashboard/applications/{app.id}/branding")
    button = page.locator("#preview .button.primary")
    expect(button).to_have_css("background-color", GREEN)
    client.check_page()
    if size == SMALLEST:
        client.picture("branding-phone")
    page.get_by_label("Colour of buttons and links").fill("#8a1c7c")
    expect(button).to_have_css("background-color", "rgb(138, 28, 124)")
    page.get_by_label("Colour of buttons and links").fill("#ffcc00")
    expect(page.locator("#preview")).to_contain_text("1.32 to 1")
    expect(button).to_have_css("background-color", GREEN)
    page.get_by_label("Name", exact=True).fill("Typed just now")
    page.get_by_label("Colour of buttons and links").fill("#0b6e4f")
    expect(page.locator("#preview")).to_contain_text("Typed just now")
    page.get_by_label("People can connect several banks").uncheck()
    expect(page.locator("#preview")).to_contain_text("People connect one bank.")
    client.check_page()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_branded_page_is_readable_in_both_themes(app: Application, open_client: Callable[..., PageClient], scheme: str) -> None:
    client = open_client(SMALLEST, color_scheme=scheme)
    user = app.new_user(email="gavin@hooli.com", firstName="Gavin", mobile="0410888666")
    page = client.open(home(app, user))
    agree = page.get_by_role("button", name="Agree and continue")
    assert (agree.evaluate(_GROUND) == GREEN) is (scheme == "light")
    expect(page.locator(".own-logo")).to_have_js_property("naturalWidth", 160)
    client.check_page()
    agree.click()
    expect(page.locator(".bank").first).to_contain_text("Pied Piper")
    client.check_page()
