"""Statements as an operator looks at them: pages with marked rows, proofs, refusals, and prints that wait for a decision."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import expect

from tests.api.pdf_files import CBA
from tests.bank_files import BANKS, FIRST, BankEntry
from tests.browser.browsing import PHONE, SMALLEST, PageClient
from tests.forgery.forgeries import patch_and_text
from tests.forgery.originals import plain
from tests.serving import Serving
from tests.statement_factory.catalogue import specimen
from tests.web.page_visits import UNCLEAR
from tests.web.uploaded_files import PRODUCT, TEXT, UNKNOWN_PRODUCT, upload, upload_all

BENDIGO = next(bank for bank in BANKS if bank.name == "bendigo")


@pytest.fixture(scope="module")
def serving(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    with Serving(tmp_path_factory.mktemp("paper"), statement_files_kept_days="7") as running:
        yield running


class Fixtures:
    """A user with a statement of every kind, whose accounts do and do not join, and one without any."""

    def __init__(self, serving: Serving) -> None:
        app = serving.application("Budget app")
        self.user, self.newcomer = app.new_user(email="gavin@hooli.com", firstName="Gavin"), app.new_user(email="new@hooli.com")
        self.jobs = upload_all(app, self.user)
        for seed in (2, 4):
            printed = specimen("ing.deposit.2021", seed)
            upload(app, self.user, printed.pdf(), printed.institution)
        for first, last in (("2026-02-01", "2026-02-12"), ("2026-02-10", "2026-02-20")):
            moved = TEXT.replace(b"2026-03-01", first.encode()).replace(b"2026-03-02", last.encode())
            upload(app, self.user, moved, "AU00201")
        self.unclear = upload(app, self.user, UNCLEAR, "AU00501")
        self.altered = upload(app, self.user, patch_and_text(plain()), CBA)
        self.users = f"/dashboard/applications/{app.id}/users"
        self.transaction = app.transactions(self.user)[0]["id"]
        self.path = f"{self.users}/{self.user}/statements"

    def pages(self) -> dict[str, str]:
        """Every page by the name of its picture."""
        return {
            "statements": self.path,
            "statements-empty": f"{self.users}/{self.newcomer}/statements",
            "statement": f"{self.path}/{self.jobs.proven}",
            "statement-refused": f"{self.path}/{self.jobs.broken}",
            "statement-altered": f"{self.path}/{self.altered}",
            "statement-text": f"{self.path}/{self.jobs.text}",
            "statement-text-refused": f"{self.path}/{self.jobs.wrong_line}",
            "map-columns": f"{self.path}/{self.unclear}/columns",
            "prints": "/dashboard/prints",
            "transaction": f"{self.users}/{self.user}/transactions/{self.transaction}",
        }


@pytest.fixture(scope="module")
def fixtures(serving: Serving) -> Fixtures:
    return Fixtures(serving)


def test_every_page_is_pictured_on_a_desktop(fixtures: Fixtures, desktop: PageClient) -> None:
    for name, path in fixtures.pages().items():
        page = desktop.open(path)
        desktop.check_page()
        desktop.check_buttons()
        if name == "statement":
            page.locator("#row-3").dispatch_event("pointermove")
        desktop.picture(name)


def test_every_page_is_pictured_on_a_phone(fixtures: Fixtures, signed_in: Callable[..., PageClient]) -> None:
    page_client = signed_in(PHONE, color_scheme="dark", has_touch=True)
    for name, path in fixtures.pages().items():
        page = page_client.open(path)
        if name in ("statements", "statement", "prints", "transaction"):
            page_client.check_page()
        page_client.picture(f"{name}-phone")
        page.set_viewport_size({"width": SMALLEST[0], "height": SMALLEST[1]})
        page_client.check_width()
        page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})


def test_every_source_of_a_transaction_is_separated_without_scrolling(serving: Serving, desktop: PageClient) -> None:
    app = serving.application(production=True)
    user, entry = app.new_user(), BankEntry(FIRST, FIRST, -123_450, "WARATAH COFFEE CART AND BAKERY MELBOURNE", 100_000, "F0001A")
    for kind in ("csv", "ofx", "ofx-without-ids"):
        upload(app, user, BENDIGO.text_file(kind, [entry]), BENDIGO.institution)
    (row,) = app.transactions(user)
    page = desktop.open(f"/dashboard/applications/{app.id}/users/{user}/transactions/{row['id']}")
    expect(page.get_by_role("button", name="Separate…")).to_have_count(2)
    desktop.check_page()
    desktop.check_buttons()


def test_a_row_shows_its_place_and_the_place_its_row(fixtures: Fixtures, desktop: PageClient) -> None:
    page = desktop.open(f"{fixtures.path}/{fixtures.jobs.proven}")
    assert page.evaluate("document.querySelector('.paper image').getBBox().width") > 0
    page.get_by_role("link", name="Row 3, show its place").click()
    expect(page.locator("#mark-3")).to_have_class("mark paired")
    expect(page.locator("#row-3")).to_have_class("paired")
    page.locator("#mark-5").click()
    expect(page).to_have_url(f"{desktop.url}{fixtures.path}/{fixtures.jobs.proven}#row-5")
    expect(page.locator("#row-5")).to_have_class("paired")
    expect(page.locator("#row-3")).not_to_have_class("paired")


def test_the_picture_of_the_page_lies_under_the_marks(fixtures: Fixtures, desktop: PageClient) -> None:
    page = desktop.open(f"{fixtures.path}/{fixtures.jobs.proven}")
    with page.expect_response("**/pages/2") as answer:
        page.get_by_role("link", name="Next").first.click()
    assert answer.value.headers["content-type"] == "image/png"
    image, svg = page.locator(".paper image").bounding_box(), page.locator(".paper > svg").bounding_box()
    assert image is not None
    assert svg is not None
    assert abs(image["width"] - svg["width"]) < 3


def test_without_scripts_anchors_lead_both_ways_and_a_product_is_mapped(fixtures: Fixtures, signed_in: Callable[..., PageClient]) -> None:
    page_client = signed_in(java_script_enabled=False)
    page = page_client.open(f"{fixtures.path}/{fixtures.jobs.proven}")
    page.get_by_role("link", name="Row 3, show its place").click()
    expect(page.locator("#mark-3:target")).to_be_visible()
    page.locator("#mark-4").click()
    expect(page.locator("#row-4:target")).to_be_visible()
    page = page_client.open("/dashboard/prints")
    card = page.get_by_role("region", name=UNKNOWN_PRODUCT)
    card.get_by_label("Kind of account").select_option("savings")
    card.get_by_role("button", name="Map product").click()
    expect(page.get_by_text("Product mapped.")).to_be_visible()
    page.get_by_label("Name as printed").last.fill(PRODUCT)
    page.get_by_label("Kind of account").last.select_option("transaction")
    page.get_by_role("button", name="Map product").last.click()
    page.get_by_role("button", name="Dismiss").click()
    expect(page.get_by_text("Dismissed. It is still counted")).to_be_visible()
    expect(page.get_by_role("table", name="Decided").get_by_role("row")).to_have_count(4)
    page.get_by_role("button", name="Decide about A layout").click()
    expect(page.get_by_text("It is open for a decision again.")).to_be_visible()
