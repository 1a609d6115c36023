"""The consent pages in a real browser: phone and desktop, light and dark, by keyboard alone, without scripts, and from another site."""

from __future__ import annotations

import http.server
import re
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from bowerbird.storage.database.unit_of_work import EVERY_TENANT
from bowerbird.storage.rows.applications import change_application
from tests.browser.browsing import PHONE, SMALLEST, PageClient
from tests.leaf_samples import layout_sample
from tests.serving import Application, Serving, until

TWO_ACCOUNTS, BROKEN_CHAIN = (layout_sample("published_2020", f"{name}.csv") for name in ("two_accounts", "broken_chain"))


class AppSite:
    """The application's own site, on another host than the server: it links to the consent pages and is returned to."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str]] = []
        self.link = ""
        site = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                if self.path != "/favicon.ico":
                    site.asked.append((self.path, self.headers.get("referer", "")))
                body = f"<!doctype html><title>App</title><link rel=icon href='data:,'><a href='{site.link}'>Share</a>".encode()
                self.send_response(200)
                self.send_header("content-type", "text/html")
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                """Quiet."""

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://localhost:{self.server.server_port}"


@pytest.fixture(scope="module")
def site() -> Iterator[AppSite]:
    started = AppSite()
    yield started
    started.server.shutdown()
    started.server.server_close()


@pytest.fixture(scope="module")
def app(serving: Serving, site: AppSite) -> Application:
    made = serving.application("Budget app")
    back = f"{site.url}/back"
    serving.services.storage.write_now(lambda uow: change_application(uow, made.id, redirect_url=back), tenant=EVERY_TENANT)
    return made


def home(app: Application, user: str, query: str = "") -> str:
    return f"/home?token={app.token('CLIENT_ACCESS', user)}{query}"


def new_user(app: Application) -> str:
    return app.new_user(email="gavin@hooli.com", firstName="Gavin", mobile="0410888666")


@pytest.fixture(scope="module")
def settled_user(app: Application) -> str:
    """A user with a bank, a connection that failed, and a consent given on the pages."""
    user = new_user(app)
    for login, password, bank in (("gavinBelson", "hooli2016", "AU00000"), ("richard", "wrong", "AU00001")):
        app.settled(app.connect(user, login, password, bank))
    return user


def connect(page: Page, login: str, password: str, bank: str = "Hooli") -> None:
    page.get_by_label("Search banks").fill(bank)
    if page.get_by_role("button", name="Search").is_visible():  # without scripts
        page.get_by_role("button", name="Search").click()
    page.get_by_role("link", name=bank).first.click()
    page.get_by_label("Login", exact=True).or_(page.get_by_label("Customer number")).or_(page.get_by_label("Username")).fill(login)
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_role("button", name="Connect").click()


def agree(page: Page) -> None:
    page.get_by_role("button", name="Agree and continue").click()
    expect(page.get_by_role("heading", level=1)).not_to_have_text("Share your bank data")


def drop(page: Page, selector: str, file: Path) -> None:
    """Drag a file of the disk over a place and let it go there, as a person does with a mouse."""
    box = page.locator(selector).bounding_box()
    assert box is not None
    where = {"x": box["x"] + box["width"] / 2, "y": box["y"] + box["height"] / 2}
    dragged = {"items": [], "files": [str(file)], "dragOperationsMask": 1}
    browser = page.context.new_cdp_session(page)
    for kind in ("dragEnter", "dragOver"):
        browser.send("Input.dispatchDragEvent", {"type": kind, **where, "data": dragged})
    expect(page.locator(selector)).to_have_class(re.compile("over"))
    browser.send("Input.dispatchDragEvent", {"type": "drop", **where, "data": dragged})
    expect(page.locator(selector)).not_to_have_class(re.compile("over"))


# ── The whole way ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_from_another_site_and_back_is_pictured_on_a_phone(app: Application, site: AppSite, open_client: Callable[..., PageClient]) -> None:
    page_client = open_client(PHONE, has_touch=True)
    user = new_user(app)
    site.link = page_client.url + home(app, user, "&state=abc")
    site.asked.clear()
    page = page_client.page
    page.goto(site.url)
    page.get_by_role("link", name="Share").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Share your bank data")
    assert page.url == f"{page_client.url}/home/consent"
    assert "token" not in page.evaluate("performance.getEntriesByType('navigation')[0].name")
    page_client.check_page()
    page_client.picture("consent-phone")
    agree(page)
    page_client.check_page()
    page_client.picture("consent-institutions-phone")
    page.get_by_label("Search banks").fill("hooli")
    expect(page.locator(".bank")).to_have_count(2)
    page.get_by_role("link", name="Hooli").first.click()
    page_client.check_page()
    page_client.picture("consent-login-phone")
    assert page.get_by_label("Login", exact=True).get_attribute("autocomplete") == "username"
    page.get_by_label("Login", exact=True).fill("gavinBelson")
    page.get_by_label("Password", exact=True).fill("hooli2016")
    page.get_by_role("button", name="Connect").click()
    expect(page.get_by_role("heading", level=1, name="Hooli is connected")).to_be_visible()
    page_client.check_page()
    page_client.picture("consent-connected-phone")
    page.get_by_role("button", name="Finish").click()
    page.wait_for_url(f"{site.url}/**")
    path, referer = site.asked[-1]
    assert path.startswith("/back?jobId=")
    assert path.endswith("&state=abc")
    assert referer == ""
    page.go_back()
    page.wait_for_url(f"{page_client.url}/**")
    assert "token" not in page.url


@pytest.mark.parametrize("bank", ["without a second proof", "with one"])
def test_the_whole_way_without_scripts(app: Application, site: AppSite, open_client: Callable[..., PageClient], bank: str) -> None:
    page_client = open_client(PHONE, java_script_enabled=False)
    page = page_client.open(home(app, new_user(app), "&state=xyz"))
    agree(page)
    if bank == "with one":
        connect(page, "jared", "django", "Pied Piper")
        expect(page.get_by_label("OTP Password")).to_be_visible()
        page.get_by_label("OTP Password").fill("1234")
        page.get_by_role("button", name="Continue").click()
    else:
        connect(page, "gavinBelson", "hooli2016")
    expect(page.get_by_role("heading", level=1, name="is connected")).to_be_visible()
    page.get_by_role("button", name="Finish").click()
    page.wait_for_url(f"{site.url}/back**")


def test_a_statement_is_uploaded_without_scripts(app: Application, open_client: Callable[..., PageClient]) -> None:
    page_client = open_client(PHONE, java_script_enabled=False)
    page = page_client.open(home(app, new_user(app), "&institutionId=AU00201"))
    agree(page)
    page.get_by_label("Your statement").set_input_files(BROKEN_CHAIN)
    page.get_by_role("button", name="Upload").click()
    expect(page.get_by_role("heading", level=1, name="A value in this file is not valid")).to_be_visible()
    page.get_by_role("link", name="Choose another file").click()
    page.get_by_label("Your statement").set_input_files(TWO_ACCOUNTS)
    page.get_by_role("button", name="Upload").click()
    expect(page.get_by_role("heading", level=1, name="Your statement has been read")).to_be_visible()


def test_the_whole_way_by_keyboard(app: Application, open_client: Callable[..., PageClient]) -> None:
    page_client = open_client()
    page = page_client.open(home(app, new_user(app)))

    def tab_to(text: str) -> None:
        for _ in range(60):
            page_client.press("Tab")
            if text in (page.evaluate("document.activeElement.innerText || document.activeElement.id") or ""):
                return
        raise AssertionError(f"the keyboard does not reach {text}")

    tab_to("Agree and continue")
    page_client.press("Enter")
    expect(page.get_by_label("Search banks")).to_be_visible()
    tab_to("search")
    page.keyboard.type("pied")
    expect(page.locator(".bank")).to_have_count(1)
    tab_to("Pied Piper")
    page_client.press("Enter")
    login = page.locator("#login_id")
    expect(login).to_be_focused()
    page.keyboard.type("Whistler")
    page_client.press("Tab")
    page.keyboard.type("ShowBox")
    page_client.press("Enter")
    answers = page.locator("input[name=answer]")
    expect(answers).to_have_count(2)
    answers.first.focus()
    page.keyboard.type("Basiq")
    page_client.press("Tab")
    page.keyboard.type("AU00000")
    page_client.press("Enter")
    expect(page.get_by_role("heading", level=1, name="is connected")).to_be_visible()
    tab_to("Finish")


# ── Parts of it ──────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_second_factor_is_pictured_counts_down_and_runs_out(
    app: Application, serving: Serving, open_client: Callable[..., PageClient]
) -> None:
    page_client = open_client(PHONE)
    page = page_client.open(home(app, new_user(app)))
    agree(page)
    connect(page, "jared", "django", "Pied Piper")
    left = page.locator("[data-seconds]")
    expect(left).to_contain_text("120 seconds")
    page_client.check_page()
    page_client.picture("consent-second-proof-phone")
    expect(left).not_to_contain_text("120")
    serving.advance(seconds=121)
    page.get_by_label("OTP Password").fill("1234")
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("heading", level=1, name="The time to answer has run out")).to_be_visible()


def test_security_questions_count_down_and_a_wrong_answer_is_mended(app: Application, open_client: Callable[..., PageClient]) -> None:
    page_client = open_client(color_scheme="dark")
    page = page_client.open(home(app, new_user(app)))
    agree(page)
    connect(page, "Whistler", "ShowBox", "Pied Piper")
    left = page.locator("[data-seconds]")
    expect(left).to_contain_text("120 seconds")
    expect(left).not_to_contain_text("120")
    page_client.check_page()
    page.locator("#answer-1").fill("Basiq")
    page.locator("#answer-2").fill("AU00001")
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("heading", level=1, name="Your answer was not correct")).to_be_visible()
    page_client.check_page()
    page.get_by_role("button", name="Try again").click()
    page.locator("#answer-1").fill("Basiq")
    page.locator("#answer-2").fill("AU00000")
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("heading", level=1, name="Pied Piper is connected")).to_be_visible()


def test_a_file_is_dropped_and_a_refusal_pictured(app: Application, open_client: Callable[..., PageClient]) -> None:
    page_client = open_client(color_scheme="dark")
    page = page_client.open(home(app, new_user(app), "&institutionId=AU00201"))
    agree(page)
    page_client.check_page()
    page_client.picture("consent-upload-dark")
    drop(page, "[data-drop]", BROKEN_CHAIN)
    assert page.locator("#statement").evaluate("input => input.files[0].name") == "broken_chain.csv"
    page.get_by_role("button", name="Upload").click()
    expect(page.get_by_role("heading", level=1, name="A value in this file is not valid")).to_be_visible()
    page_client.check_page()
    page_client.picture("consent-refused-dark")
    page.get_by_role("link", name="Choose another file").click()
    page.locator("#statement").set_input_files(TWO_ACCOUNTS)
    page.get_by_role("button", name="Upload").click()
    expect(page.get_by_role("heading", level=1, name="Your statement has been read")).to_be_visible()
    page_client.check_page()
    page_client.picture("consent-proven-dark")


def test_a_wrong_password_is_pictured_and_mended(app: Application, open_client: Callable[..., PageClient]) -> None:
    page_client = open_client(PHONE)
    page = page_client.open(home(app, new_user(app)))
    agree(page)
    connect(page, "gavinBelson", "wrong")
    expect(page.get_by_role("heading", level=1, name="Your login or password is incorrect")).to_be_visible()
    page_client.check_page()
    page_client.picture("consent-failed-phone")
    page.get_by_role("link", name="Enter your details again").click()
    page.get_by_label("Login", exact=True).fill("gavinBelson")
    page.get_by_label("Password", exact=True).fill("hooli2016")
    page.get_by_role("button", name="Connect").click()
    expect(page.get_by_role("heading", level=1, name="Hooli is connected")).to_be_visible()
    page.get_by_role("link", name="Connect another bank").click()
    expect(page.get_by_role("heading", level=1, name="Choose your bank")).to_be_visible()


@pytest.mark.parametrize("look", ["phone", "dark"])
def test_what_is_shared_is_pictured(app: Application, settled_user: str, open_client: Callable[..., PageClient], look: str) -> None:
    page_client = open_client(PHONE, has_touch=True) if look == "phone" else open_client(color_scheme="dark")
    page = page_client.open(home(app, settled_user))
    if page.url.endswith("/home/consent"):
        agree(page)
    for path, name in (
        ("/home/manage", "manage"),
        ("/home/extend", "extend"),
        ("/home/consent", "again"),
        ("/home/institutions", "institutions"),
        ("/home/institutions/AU00201/statement", "statement"),
        (f"/home/connections/{app.get(f'/users/{settled_user}/connections').json()['data'][0]['id']}/login", "change-login"),
    ):
        page_client.open(path)
        page_client.check_page()
        page_client.picture(f"consent-{name}-{look}")
        page.set_viewport_size({"width": SMALLEST[0], "height": SMALLEST[1]})
        page_client.check_width()
        page_client.check_targets()
        page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]} if look == "phone" else {"width": 1280, "height": 900})
    page_client.open("/home/manage")
    page.get_by_text("Data you share").click()
    page_client.check_page()
    page.get_by_text("Data you share").click()
    page.get_by_role("button", name="Withdraw consent…").click()
    expect(page.get_by_role("dialog")).to_contain_text("All banks below are disconnected immediately")
    page_client.check_page()
    page_client.picture(f"consent-revoke-{look}")
    page.get_by_role("button", name="Cancel").first.click()


def test_a_consent_is_extended_and_withdrawn(app: Application, open_client: Callable[..., PageClient]) -> None:
    user = new_user(app)
    page_client = open_client()
    page = page_client.open(home(app, user, "&action=extend"))
    expect(page.get_by_role("heading", level=1, name="You have no active consent")).to_be_visible()
    page_client.check_page()
    page.get_by_role("link", name="Review the request").click()
    agree(page)
    page_client.open(home(app, user, "&action=extend"))
    page.get_by_role("button", name="Extend").click()
    expect(page.get_by_text("Your consent has been extended.")).to_be_visible()
    page.get_by_role("button", name="Withdraw consent…").click()
    page.get_by_role("button", name="Withdraw consent", exact=True).click()
    expect(page.get_by_text("You are not sharing any data with Budget app")).to_be_visible()
    page_client.check_page()


def test_an_auth_link_is_pictured_and_used_once(
    app: Application, site: AppSite, serving: Serving, open_client: Callable[..., PageClient]
) -> None:
    user = new_user(app)
    link = app.post(f"/users/{user}/auth_link", json={}).json()["links"]["public"].replace("127.0.0.1", "127.0.0.1")
    texts: list[str] = []
    before = serving.services.code_sender
    serving.services.code_sender = type("Kept", (), {"for_sandbox": False, "send": lambda _self, _mobile, text: texts.append(text)})()
    page_client = open_client(PHONE, has_touch=True)
    page_client.expect_status(400, 410)
    page = page_client.page
    page.goto(link)
    assert page.url == f"{page_client.url}/links"
    page_client.check_page()
    page_client.picture("link-phone")
    page.get_by_role("button", name="Send code").click()
    expect(page.get_by_role("heading", level=1, name="Enter your code")).to_be_visible()
    page.get_by_label("Code").fill("12")
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_text("This code is not correct")).to_be_visible()
    page_client.check_page()
    page_client.picture("link-code-phone")
    page.get_by_label("Code").fill(until(lambda: texts[-1][:6] if texts else "", "the code"))
    page.get_by_role("button", name="Continue").click()
    agree(page)
    connect(page, "gavinBelson", "hooli2016")
    page.get_by_role("button", name="I have disclosed all my accounts").click()
    page.wait_for_url(f"{site.url}/back**")
    page.goto(link)
    expect(page.get_by_role("heading", level=1, name="This link is no longer valid")).to_be_visible()
    page_client.check_page()
    page_client.picture("link-over-phone")
    serving.services.code_sender = before


def test_the_last_page_without_a_way_back_is_pictured(serving: Serving, open_client: Callable[..., PageClient]) -> None:
    app = serving.application("No way back")
    page_client = open_client(PHONE)
    page_client.expect_status(403)
    page_client.open("/home/sorry?why=expired")
    page_client.check_page()
    page_client.picture("consent-expired-phone")
    page = page_client.open(home(app, new_user(app)))
    page.get_by_role("button", name="Decline").click()
    expect(page.get_by_text("You can close this page.")).to_be_visible()
    page_client.check_page()
    page_client.picture("consent-done-phone")
