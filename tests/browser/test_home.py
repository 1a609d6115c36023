"""The pictures of the guide for households: their own bank by its token, a file of another, their accounts, a search and a setup token."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from bowerbird.cli.home.command import _create_application, _find_or_create_user
from bowerbird.domain.access.tenant import Tenant
from bowerbird.storage.database.unit_of_work import EVERY_TENANT
from tests.banks.test_up import served
from tests.banks.up_bank import TOKEN, Movement, UpAccount, UpBank
from tests.browser.browsing import Windows
from tests.serving import NOON, Serving
from tests.web.client import make_operator, session_of

SIZE = (900, 760)
STATEMENT = Path(__file__).parents[1] / "samples" / "sequences" / "pdf-then-ofx" / "0-s.pdf"
SHOPS = ("WOOLWORTHS 1234 SYDNEY", "COLES 0512", "BP NORTHGATE", "NETFLIX.COM", "CHEMIST WAREHOUSE", "ALDI STORES")


def movements() -> list[Movement]:
    """Purchases every two days, and a wage every two weeks."""
    bought = [(f"t{nth}", SHOPS[nth % len(SHOPS)], -(700 + 313 * nth % 9000), 2 * nth + 1) for nth in range(40)]
    paid = [(f"p{nth}", "SALARY EXAMPLE PTY LTD", 320_000, 14 * nth + 2) for nth in range(6)]
    return [Movement(id, text, cents, NOON - timedelta(days=ago), NOON - timedelta(days=ago)) for id, text, cents, ago in bought + paid]


def household(serving: Serving) -> str:
    """Make a server a household's; the address of its own page."""
    key = serving.services.write_now(_create_application, tenant=EVERY_TENANT)
    tenant = Tenant(key.application_id, serving.services.write_now(_find_or_create_user, tenant=key.application_id))
    serving.services.household = tenant
    return f"/dashboard/applications/{tenant.application_id}/users/{tenant.user_id}"


def connect_up(page: Page) -> None:
    page.get_by_label("A name for this login").fill("Ana")
    page.get_by_label("Personal access token").fill(TOKEN)
    page.get_by_role("button", name="Connect").click()
    page.get_by_role("link", name="See the accounts").click()


@pytest.mark.slow
def test_the_way_of_a_household_is_pictured(tmp_path: Path, windows: Windows) -> None:
    bank = UpBank(
        UpAccount("9f3c1b7e", available_cents=512_000, movements=movements()), UpAccount("5b0e1f0a", "Rainy day", "SAVER", 70_000)
    )
    with served(tmp_path, bank) as serving, windows.lend(serving.url, SIZE) as client:
        own = household(serving)
        cookie = {"name": "bowerbird-session", "value": session_of(serving, make_operator(serving)), "url": serving.url}
        client.context.add_cookies([cookie])  # type: ignore[list-item]
        page = client.open(own)
        for absent in ("FinTS", "Use the API"):
            expect(page.get_by_text(absent)).to_have_count(0)
        page.get_by_role("link", name="Up", exact=True).click()
        client.check_page()
        client.picture("home-connect")
        connect_up(page)
        page.get_by_label("Institution").last.select_option("AU04301")
        page.get_by_label("Files").set_input_files(STATEMENT)
        page.get_by_role("button", name="Upload").click()
        page.get_by_role("link", name="See the accounts").click()
        accounts = page.get_by_role("table", name="Accounts")
        expect(accounts.get_by_role("row", name="Spending")).to_contain_text("5,120.00 AUD available")
        expect(accounts.get_by_role("row", name="Smart Access")).to_contain_text("397.09")
        client.check_page()
        client.picture("home-accounts")
        search(page, own, client.open)


def search(page: Page, own: str, go: Callable[[str], Page]) -> None:
    go(f"{own}/transactions")
    expect(page.get_by_text("Use the API")).to_have_count(0)
    page.get_by_label("Text contains").fill("netflix")
    page.get_by_role("button", name="Filter").click()
    expect(page.get_by_role("link", name="NETFLIX.COM").first).to_be_visible()
    expect(page.get_by_role("link", name="COLES 0512")).to_have_count(0)
