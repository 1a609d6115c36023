"""The pages of a person's money as an operator uses them: by keyboard, on a phone, without scripts, on paper."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.browsing import PHONE, SMALLEST, PageClient
from tests.serving import Application, Serving

PERSONA, PASSWORD = "Gilfoyle", "PiedPiper"


class Fixtures:
    """An application with a user whose bank is connected."""

    def __init__(self, serving: Serving) -> None:
        self.app: Application = serving.application("Budget app")
        self.user = self.app.new_user(email="gilfoyle@hooli.com", firstName="Bertram", lastName="Gilfoyle")
        self.app.settled(self.app.connect(self.user, PERSONA, PASSWORD))
        self.user_path = f"/dashboard/applications/{self.app.id}/users/{self.user}"
        self.money = f"{self.user_path}/money"
        self.snapshot = self.app.post(f"/users/{self.user}/affordability").json()["id"]
        wage = next(row for row in self.app.transactions(self.user) if "SALARY" in row["description"])
        self.app.post(f"/extras/users/{self.user}/transactions/{wage['id']}/category", json={"category": "refund"})


@pytest.fixture(scope="module")
def fixtures(serving: Serving) -> Fixtures:
    return Fixtures(serving)


def pages(fixtures: Fixtures) -> dict[str, str]:
    return {
        "money": fixtures.money,
        "figure": f"{fixtures.money}/figures/all.income",
        "comparison": f"{fixtures.money}/compare?snapshot={fixtures.snapshot}",
    }


def test_the_pages_are_pictured_on_a_desktop(fixtures: Fixtures, desktop: PageClient) -> None:
    for name, path in pages(fixtures).items():
        desktop.open(path)
        desktop.check_page()
        desktop.picture(name)


def test_the_pages_are_pictured_on_a_phone(fixtures: Fixtures, signed_in: Callable[..., PageClient]) -> None:
    client = signed_in(PHONE, color_scheme="dark", has_touch=True)
    for name, path in pages(fixtures).items():
        page = client.open(path)
        client.check_page()
        client.picture(f"{name}-phone")
        page.set_viewport_size({"width": SMALLEST[0], "height": SMALLEST[1]})
        client.check_width()
        page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})


def test_own_rows_are_scored_without_scripts_and_by_keyboard(signed_in: Callable[..., PageClient], tmp_path: Path) -> None:
    """The wrong rows say why, on a phone too."""
    file = tmp_path / "labelled.csv"
    lines = ("WOOLWORTHS 1294 SYDNEY AU,-31.20,,EXP-016", "NIMBLE REMOVALS SYDNEY,-140.00,,EXP-033", "QZX 1,-2.00,,dining")
    file.write_text("\n".join(("description,amount,account,group", *lines, "")))
    client = signed_in(PHONE)
    page = client.open("/dashboard/evaluation")
    page.get_by_label("Labelled rows").set_input_files(file)
    page.get_by_role("button", name="Score").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("33.3 % of 3 rows are right")).to_be_visible()
    expect(page.locator("mark", has_text="REMOVALS")).to_be_visible()
    client.check_page()
    page.set_viewport_size({"width": SMALLEST[0], "height": SMALLEST[1]})
    client.check_width()
