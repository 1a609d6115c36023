"""The dashboard as its operator uses it: from nothing to a connected bank, happy and unhappy."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from bowerbird.domain.notifications.alerts import AlertSettings, create_alert, look_at_alert
from tests.browser.browsing import PHONE, SMALLEST, PageClient
from tests.serving import Application, Serving


class Fixtures:
    """An application with a user who has a bank, and one who has none."""

    def __init__(self, serving: Serving) -> None:
        self.app: Application = serving.application("Budget app")
        self.user = self.app.new_user(email="gavin@hooli.com", firstName="Gavin", lastName="Belson", mobile="0410888666")
        self.job = self.app.connect(self.user, "gavinBelson", "hooli2016")
        assert self.app.settled(self.job)
        self.account = next(
            account["id"]
            for account in self.app.get(f"/users/{self.user}/accounts").json()["data"]
            if account["class"]["type"] == "transaction"
        )
        self.newcomer = self.app.new_user(email="new@hooli.com", firstName="Erlich")
        refused = self.app.connect(self.app.new_user(email="jian@hooli.com", firstName="Jian"), "richard", "wrong", "AU00001")
        assert self.app.settled(refused)
        self.path = f"/dashboard/applications/{self.app.id}"
        wanted = AlertSettings(50, min_jobs=1, institutions=["AU00000"], address="ops@lender.example")
        alert = serving.services.write_now(create_alert, wanted, tenant=self.app.id)
        serving.services.write_now(look_at_alert, alert.id, tenant=self.app.id)
        self.user_path = f"{self.path}/users/{self.user}"


@pytest.fixture(scope="module")
def fixtures(serving: Serving) -> Fixtures:
    return Fixtures(serving)


PAGES = {
    "overview": "/dashboard",
    "applications": "/dashboard/applications",
    "application": "{path}",
    "policy": "{path}/policy",
    "own-rules": "{path}/rules",
    "users": "/dashboard/users?application={app}",
    "user": "{user_path}",
    "user-without-a-bank": "{path}/users/{newcomer}",
    "job": "{path}/jobs/{job}",
    "transactions": "{user_path}/transactions",
    "account": "{user_path}/accounts/{account}",
    "search": "/dashboard/search",
    "jobs": "/dashboard/jobs",
    "institutions": "/dashboard/institutions",
    "alerts": "{path}/alerts",
    "deliveries": "{path}/deliveries",
    "leaves": "/dashboard/connectors",
    "evaluation": "/dashboard/evaluation",
    "your-account": "/dashboard/account",
}

NEVER_PICTURED = {"user-without-a-bank"}
"""Judged, and pictured elsewhere as a newcomer and a household see it."""
PICTURED_ONCE = {"alerts", "deliveries", "evaluation", "institutions", "leaves", "policy"}
"""Pages of which no document shows how they look on a phone: a desktop's picture is enough."""


def address(fixtures: Fixtures, name: str) -> str:
    return PAGES[name].format(
        path=fixtures.path,
        app=fixtures.app.id,
        user_path=fixtures.user_path,
        newcomer=fixtures.newcomer,
        job=fixtures.job,
        account=fixtures.account,
    )


def open_page(page_client: PageClient, fixtures: Fixtures, name: str) -> Page:
    """A page as it is pictured: the search with what it finds."""
    page = page_client.open(address(fixtures, name))
    if name == "search":
        page.get_by_role("searchbox").fill("0410 888 666")
        page_client.press("Enter")
        expect(page.get_by_role("link", name="Gavin Belson")).to_be_visible()
        assert "0410" not in page.url
    return page


@pytest.mark.parametrize("name", PAGES)
def test_every_page_is_pictured_on_a_desktop(fixtures: Fixtures, desktop: PageClient, name: str) -> None:
    open_page(desktop, fixtures, name)
    desktop.check_page()
    if name not in NEVER_PICTURED:
        desktop.picture(name)


def test_every_page_is_pictured_on_a_phone(fixtures: Fixtures, signed_in: Callable[..., PageClient]) -> None:
    page_client = signed_in(PHONE, color_scheme="dark", has_touch=True)
    for name in PAGES:
        page = open_page(page_client, fixtures, name)
        page_client.check_page()
        if name not in PICTURED_ONCE | NEVER_PICTURED:
            page_client.picture(f"{name}-phone")
        page.set_viewport_size({"width": SMALLEST[0], "height": SMALLEST[1]})
        page_client.check_width()
        page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})


def test_the_charts_are_pictured_in_the_dark(fixtures: Fixtures, signed_in: Callable[..., PageClient]) -> None:
    page_client = signed_in(color_scheme="dark")
    page = page_client.open(address(fixtures, "account"))
    chart = page.get_by_role("img", name=re.compile("Balance over time"))
    expect(chart).to_be_visible()
    page.get_by_text("As a table").first.click()
    expect(page.get_by_role("columnheader", name="End of")).to_be_visible()
    page_client.check_page()
    page_client.picture("account-dark")


# ── From nothing to a bank ───────────────────────────────────────────────────────────────────────────────────────────────────


def connect(page: Page, login: str, password: str, institution: str = "AU00000") -> None:
    page.get_by_label("Institution").first.select_option(institution)
    page.get_by_label("Login", exact=True).fill(login)
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_role("button", name="Connect").click()


def new_user(page: Page, page_client: PageClient, fixtures: Fixtures, name: str) -> None:
    page_client.open(f"/dashboard/users?application={fixtures.app.id}")
    page.get_by_label("Email").fill("someone@hooli.com")
    page.get_by_label("First name").fill(name)
    page.get_by_role("button", name="Create user").click()
    expect(page.get_by_role("heading", level=1, name=name)).to_be_visible()


@pytest.mark.parametrize("script", [True, False], ids=["with scripts", "without scripts"])
def test_from_an_application_to_transactions(fixtures: Fixtures, signed_in: Callable[..., PageClient], script: bool) -> None:
    page_client = signed_in(java_script_enabled=script)
    page = page_client.open("/dashboard/applications")
    name = f"Lender {script}"
    page.get_by_label("Name").fill(name)
    page.get_by_role("button", name="Create application").click()
    expect(page.locator("#secret")).to_have_text(re.compile(r"^[A-Za-z0-9+/=]{40,}$"))
    page.get_by_role("link", name="Done").click()
    expect(page.get_by_role("heading", level=1, name=name)).to_be_visible()
    assert "secret" not in page.url
    page.get_by_role("link", name="Users").last.click()
    page.get_by_label("Email").fill("gavin@hooli.com")
    page.get_by_role("button", name="Create user").click()
    connect(page, "gavinBelson", "hooli2016")
    done = page.get_by_role("link", name="See the accounts")
    for _ in range(50):
        if done.is_visible():
            break
        if script:
            expect(done).to_be_visible()
        else:
            page.reload()
    done.click()
    expect(page.get_by_role("table", name="Accounts")).to_be_visible()
    page.get_by_role("link", name="Transactions").click()
    expect(page.get_by_role("row").nth(5)).to_be_visible()


def test_a_wrong_password_is_explained_pictured(fixtures: Fixtures, desktop: PageClient) -> None:
    page = desktop.page
    new_user(page, desktop, fixtures, "Peter")
    connect(page, "gavinBelson", "wrong")
    expect(page.get_by_text("invalid-credentials")).to_be_visible()
    expect(page.get_by_text("The user", exact=True)).to_be_visible()
    expect(page.get_by_text("Correct the problem, then retry.")).to_be_visible()
    desktop.check_page()
    desktop.picture("job-failed")


def test_a_second_factor_is_answered_pictured(fixtures: Fixtures, desktop: PageClient) -> None:
    page = desktop.page
    new_user(page, desktop, fixtures, "Gilfoyle")
    connect(page, "Gilfoyle", "PiedPiper", "AU00002")
    left = page.locator("[data-seconds]")
    expect(left).to_contain_text("seconds")
    expect(page.get_by_text("It accepts Hooli")).to_be_visible()
    began = left.inner_text()
    desktop.check_page()
    desktop.picture("job-second-factor")
    expect(left).not_to_have_text(began)
    page.get_by_label("What's your first company?").fill("Hooli")
    page.get_by_role("button", name="Answer").click()
    expect(page.get_by_role("link", name="See the accounts")).to_be_visible()


def test_a_form_that_is_refused_says_why_in_place(fixtures: Fixtures, desktop: PageClient) -> None:
    desktop.expect_status(400)
    page = desktop.open(f"/dashboard/users?application={fixtures.app.id}")
    page.get_by_label("Mobile").fill("12")
    page.get_by_role("button", name="Create user").click()
    expect(page.get_by_role("alert")).to_contain_text("mobile")
    expect(page.get_by_label("Mobile")).to_have_value("12")
    desktop.check_page()


# ── Keys and access ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_key_is_rotated_with_an_overlap_and_revoked(serving: Serving, desktop: PageClient) -> None:
    app = serving.application("Rotating")
    page = desktop.open(f"/dashboard/applications/{app.id}")
    page.get_by_role("button", name="Rotate…").click()
    page.get_by_label("Old key expires").select_option("3600")
    page.get_by_role("button", name="Create new key").click()
    secret = page.locator("#secret").inner_text()
    fresh = Application(serving.url, secret)
    assert fresh.token()
    assert app.token(), "the old key still works for an hour"
    serving.advance(seconds=3601)
    app.forget_tokens()
    assert app.http.post("/token", headers={"Authorization": f"Basic {app.api_key}", "basiq-version": "3.0"}).status_code == 404
    page.get_by_role("link", name="Done").click()
    page.get_by_role("button", name="Revoke…").click()
    page.get_by_role("button", name="Revoke key").click()
    expect(page.get_by_role("status").or_(page.locator(".alert")).last).to_contain_text("revoked")
    fresh.forget_tokens()
    assert fresh.http.post("/token", headers={"Authorization": f"Basic {secret}", "basiq-version": "3.0"}).status_code == 404
    fresh.close()


def test_production_access_needs_the_name(serving: Serving, desktop: PageClient) -> None:
    app = serving.application("Careful", production=False)
    page = desktop.open(f"/dashboard/applications/{app.id}")
    desktop.expect_status(400)
    for typed, heading in (("careful", "The name does not match"), ("Careful", "Careful")):
        page.get_by_role("button", name="Give production access…").click()
        dialog = page.get_by_role("dialog", name="Give Careful production access?")
        expect(dialog).to_contain_text("you are responsible for their consent")
        dialog.get_by_label("Type Careful to confirm").fill(typed)
        dialog.get_by_role("button", name="Give production access").click()
        expect(page.get_by_role("heading", level=1, name=heading)).to_be_visible()
        if typed != "Careful":
            page.get_by_role("link", name="Back").click()
    expect(page.locator(".alert")).to_contain_text("has production access")


def test_products_and_disabling(serving: Serving, desktop: PageClient) -> None:
    app = serving.application("Changing")
    page = desktop.open(f"/dashboard/applications/{app.id}")
    page.get_by_label("Statements").uncheck()
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("Saved.")).to_be_visible()
    expect(page.get_by_label("Statements")).not_to_be_checked()
    page.get_by_role("button", name="Disable…").click()
    page.get_by_role("button", name="Disable application").click()
    expect(page.get_by_text("its requests are refused from now on")).to_be_visible()
    assert app.http.post("/token", headers={"Authorization": f"Basic {app.api_key}", "basiq-version": "3.0"}).status_code == 403
    page.get_by_role("button", name="Enable application").click()
    assert app.token()


# ── Users and transactions ───────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("words", ["belson", "GAVIN@", "61410888", "{id}"])
def test_a_user_is_found(fixtures: Fixtures, desktop: PageClient, words: str) -> None:
    page = desktop.open(f"/dashboard/users?application={fixtures.app.id}")
    page.get_by_role("searchbox").fill(words.format(id=fixtures.user))
    desktop.press("Enter")
    expect(page.get_by_role("link", name="Gavin Belson")).to_be_visible()
    expect(page.get_by_role("link", name="Erlich")).to_have_count(0)


def test_an_empty_search_shows_what_to_do(fixtures: Fixtures, desktop: PageClient) -> None:
    page = desktop.open(f"/dashboard/users?application={fixtures.app.id}")
    page.get_by_role("searchbox").fill("zzz")
    desktop.press("Enter")
    expect(page.get_by_role("heading", name="No users found")).to_be_visible()
    desktop.check_page()


def test_users_are_read_page_by_page(serving: Serving, desktop: PageClient) -> None:
    app = serving.application("Many")
    for number in range(30):
        app.new_user(email=f"user{number}@hooli.com")
    page = desktop.open(f"/dashboard/users?application={app.id}")
    first = page.locator("tbody th").all_inner_texts()
    page.get_by_role("link", name="Older users").click()
    expect(page.locator("tbody tr")).to_have_count(5)
    assert len({*first, *page.locator("tbody th").all_inner_texts()}) == 30


def test_transactions_are_filtered_as_the_api_does(fixtures: Fixtures, desktop: PageClient) -> None:
    page = desktop.open(f"{fixtures.user_path}/transactions")
    page.get_by_text("More conditions and the order").click()
    page.get_by_label("Account").select_option(fixtures.account)
    page.get_by_label("Direction").select_option("credit")
    page.get_by_label("From", exact=True).fill("2026-01-01")
    page.get_by_role("button", name="Filter").click()
    wanted = f"account.id.eq('{fixtures.account}'),transaction.direction.eq('credit'),transaction.postDate.gteq('2026-01-01')"
    fixtures.app.forget_tokens()
    same = fixtures.app.transactions(fixtures.user, f"?filter={wanted}")
    expect(page.get_by_text(f"{len(same)} transactions that meet the filter")).to_be_visible()
    assert page.locator('tbody th[scope="row"]').all_inner_texts() == [each["description"] for each in same[:50]]
    page.get_by_label("To", exact=True).fill("2025-01-01")
    page.get_by_role("button", name="Filter").click()
    expect(page.get_by_role("heading", name="Nothing meets the filter")).to_be_visible()
    page.get_by_role("link", name="Clear the filter").click()
    before = page.locator('tbody th[scope="row"]').count()
    page.get_by_role("link", name="Older").click()
    expect(page.locator("tbody tr").first).to_be_visible()
    assert before == 50


def test_a_filter_that_makes_no_sense_is_refused(fixtures: Fixtures, desktop: PageClient) -> None:
    desktop.expect_status(400)
    page = desktop.open(f"{fixtures.user_path}/transactions?status=odd'),x")
    expect(page.get_by_text("This filter cannot be read")).to_be_visible()


def test_a_user_is_deleted_by_keyboard_alone(fixtures: Fixtures, desktop: PageClient) -> None:
    page = desktop.page
    new_user(page, desktop, fixtures, "Jian")
    page.get_by_role("button", name="Delete…").focus()
    desktop.press("Enter")
    expect(page.get_by_role("button", name="Cancel")).to_be_focused()
    desktop.press("Shift+Tab", "Enter")
    expect(page.get_by_text("User deleted")).to_be_visible()


def test_the_menu_of_a_phone_opens_by_keyboard(phone: PageClient) -> None:
    page = phone.open("/dashboard")
    page.get_by_text("Menu", exact=True).focus()
    phone.press("Enter", "Tab", "Tab", "Enter")
    expect(page.get_by_role("heading", level=1, name="Applications")).to_be_visible()


@pytest.mark.parametrize("path", ["{path}/users/none", "{path}/jobs/none", "{user_path}/accounts/none", "/dashboard/applications/none"])
def test_what_is_not_there_says_so(fixtures: Fixtures, desktop: PageClient, path: str) -> None:
    desktop.expect_status(404)
    page = desktop.open(path.format(path=fixtures.path, user_path=fixtures.user_path))
    expect(page.get_by_text("Reference")).to_be_visible()
    desktop.check_page()


def test_one_applications_user_is_not_anothers(serving: Serving, fixtures: Fixtures, desktop: PageClient) -> None:
    other = serving.application("Other")
    desktop.expect_status(404)
    own = f"users/{fixtures.user}"
    for rest in (own, f"jobs/{fixtures.job}", f"{own}/transactions", f"{own}/accounts/{fixtures.account}"):
        desktop.open(f"/dashboard/applications/{other.id}/{rest}")
        expect(desktop.page.get_by_text("Reference")).to_be_visible()


def test_failed_connections_are_refreshed_again(fixtures: Fixtures, desktop: PageClient) -> None:
    """After a question, on the page that counts them."""
    fixtures.app.settled(fixtures.app.connect(fixtures.app.new_user(email="dinesh@hooli.com"), "dinesh", "tesla"))
    page = desktop.open("/dashboard/jobs")
    page.get_by_role("button", name="Refresh 1 connection…").click()
    dialog = page.get_by_role("dialog", name="Refresh 1 connection?")
    expect(dialog).to_be_visible()
    desktop.check_page()
    dialog.get_by_role("button", name="Refresh", exact=True).click()
    expect(page.get_by_text("1 job started")).to_be_visible()
    desktop.check_page()
