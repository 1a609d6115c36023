"""What a bank, a client or a passer-by can supply, shown to an operator: text stays text, and a page stays ours."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import expect

from bowerbird.model.account import AccountClass, BankAccount
from bowerbird.plugins.institutions import load
from tests.browser.browsing import PageClient
from tests.faults.scripted_bank import ScriptedBank, purchase
from tests.pages import ALL_PAGES
from tests.serving import Serving, until

SCRIPTS = (
    "<script>owned()</script>",
    '"><img src=x onerror=owned()>',
    "'-owned()-'",
    "{{7*7}}${7*7}",
    "<svg/onload=owned()>",
    '" autofocus onfocus=owned() x="',
)
EVIL = "".join(SCRIPTS)


class Fixtures:
    """Every text that comes from outside holds every script."""

    def __init__(self, serving: Serving, folder: Path) -> None:
        institutions = folder / "evil.toml"
        institutions.write_text(
            f"[[institution]]\nid = \"AU95001\"\nname = '''{SCRIPTS[0]}{SCRIPTS[1]}'''\nshort_name = '''{SCRIPTS[4]}'''\n"
            'type = "Bank"\ntier = "4"\nservice_name = "x"\ncolour = "#112233"\nconnectors = { csv = {} }\n'
        )
        serving.services.institutions = load(institutions)
        bank = ScriptedBank(account=BankAccount(EVIL[:60], EVIL, EVIL, "AUD", AccountClass.TRANSACTION, EVIL, 10_000, 10_000))
        bank.listing = [purchase(100 + number, text, date(2026, 3, 1 + number)) for number, text in enumerate([*SCRIPTS, EVIL])]
        serving.services.plugins.connectors["AU00001"] = bank
        self.app = serving.application(EVIL)
        self.user = self.app.new_user(email="eve@hooli.com", firstName=EVIL[:200], lastName=SCRIPTS[0])
        self.job = self.app.connect(self.user, "eve", "x", "AU00001")
        self.app.settled(self.job)
        self.account = self.app.get(f"/users/{self.user}/accounts").json()["data"][0]["id"]
        path = f"/dashboard/applications/{self.app.id}"
        user = f"{path}/users/{self.user}"
        self.pages = (
            "/dashboard", "/dashboard/applications", path, f"/dashboard/users?application={self.app.id}", user, f"{path}/jobs/{self.job}",
            f"{user}/transactions", f"{user}/accounts/{self.account}",
        )  # fmt: skip


@pytest.fixture(scope="module")
def fixtures(serving: Serving, tmp_path_factory: pytest.TempPathFactory) -> Fixtures:
    return Fixtures(serving, tmp_path_factory.mktemp("evil"))


def owned(page_client: PageClient) -> list[str]:
    """Note calls of the scripts, and elements that only a script of theirs could have made."""
    calls: list[str] = []
    page_client.spoilt = True
    page_client.page.expose_function("owned", lambda: calls.append(page_client.page.url))
    return calls


def check_ours(page_client: PageClient) -> None:
    """No element of theirs, no attribute of theirs: everything loaded and run is an asset of ours."""
    found = page_client.page.evaluate(
        """() => [...document.querySelectorAll('*')].filter(e => [...e.attributes].some(a => a.name.startsWith('on') || a.name === 'style')
             || (e.localName === 'script' && !e.getAttribute('src')?.startsWith('/assets/'))
             || (e.localName === 'img' && !/^.(assets|public.logos)./.test(e.getAttribute('src')))).map(e => e.outerHTML)"""
    )
    assert found == []


def test_stored_scripts_are_shown_as_text(fixtures: Fixtures, desktop: PageClient) -> None:
    calls = owned(desktop)
    for path in fixtures.pages:
        desktop.open(path)
        check_ours(desktop)
    page = desktop.open(fixtures.pages[-2])
    for text in SCRIPTS:
        expect(page.get_by_role("rowheader", name=text, exact=True).first).to_be_visible()
    assert calls == []


def test_reflected_scripts_are_shown_as_text(fixtures: Fixtures, desktop: PageClient) -> None:
    desktop.expect_status(400, 404)
    calls = owned(desktop)
    for path in (
        f"{fixtures.pages[4]}/transactions?status={{}}&from={{}}&account={{}}",
        "/dashboard/applications/{}", f"{fixtures.pages[2]}/users/{{}}", "/dashboard/{}", "/dashboard/components?x={}",
    ):  # fmt: skip
        desktop.page.goto(desktop.url + path.replace("{}", desktop.page.evaluate("encodeURIComponent", EVIL)))
        check_ours(desktop)
    assert calls == []


def test_a_statements_file_name_is_only_a_text(fixtures: Fixtures, desktop: PageClient) -> None:
    desktop.expect_status(400)
    calls = owned(desktop)
    page = desktop.open(fixtures.pages[4])
    page.get_by_label("File").set_input_files({"name": "<img src=x onerror=owned()>.pdf", "mimeType": "text/plain", "buffer": b"\x00\x01"})
    page.get_by_role("button", name="Upload").click()
    expect(page.locator(".alert.bad")).to_be_visible()
    check_ours(desktop)
    assert calls == []


def test_an_inline_script_would_not_run(desktop: PageClient) -> None:
    """The policy is the second wall: were a text ever not escaped, the browser would still refuse."""
    calls = owned(desktop)
    page = desktop.open("/dashboard/components")
    page.evaluate(
        "document.querySelector('main').insertAdjacentHTML('beforeend', '<img src=x onerror=owned()><a href=javascript:owned()>x</a>')"
    )
    until(
        lambda: page.evaluate("document.querySelector('main img[src=x]').complete"), "the picture to fail"
    )  # waiting in the page needs eval
    assert calls == []
    assert any("Content Security Policy" in each for each in desktop.complaints)
    desktop.complaints.clear()


def test_no_page_can_be_framed(serving: Serving, desktop: PageClient) -> None:
    """Clickjacking: a page of another origin that frames ours gets nothing."""
    other = serving.url.replace("127.0.0.1", "localhost")
    desktop.page.goto(other + "/public/logos/AU00000.svg")
    desktop.page.goto("about:blank")
    desktop.page.set_content(f'<iframe src="{serving.url}/dashboard"></iframe>')
    frame = desktop.page.frames[1]
    frame.wait_for_load_state()
    assert "Bowerbird" not in frame.content()
    desktop.complaints.clear()


def test_every_answer_carries_its_headers(fixtures: Fixtures, signed_in: Callable[..., PageClient]) -> None:
    page_client = signed_in()
    answers = [
        page_client.context.request.get(page_client.url + path) for path in (*fixtures.pages, "/dashboard/nowhere", "/dashboard/sign-in")
    ]
    assert len(answers) + 5 < len(ALL_PAGES)
    for answer in answers:
        policy = answer.headers["content-security-policy"]
        assert "unsafe" not in policy, answer.url
        for part in ("default-src 'none'", "script-src 'self'", "style-src 'self'", "frame-ancestors 'none'", "base-uri 'none'"):
            assert part in policy
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert answer.headers["cross-origin-opener-policy"] == answer.headers["cross-origin-resource-policy"] == "same-origin"
        assert answer.headers["cache-control"] == "no-store"
