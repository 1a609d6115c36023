"""`bowerbird home`: from an empty folder to charts, an export and a budgeting app, with nothing but a browser."""

from __future__ import annotations

import base64
import os
import re
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import httpx2
import pytest

from tests.serving import START_SECONDS, until
from tests.web.client import PASSWORD

STATEMENT = Path(__file__).parents[1] / "samples" / "sequences" / "pdf-then-ofx" / "0-s.pdf"
_CSRF = re.compile(r'name="csrf" value="([0-9a-f]{64})"')


@contextmanager
def household(folder: Path, institutions: str = "") -> Iterator[str]:
    """A running server of the folder; what it has printed once it answers."""
    printed = folder.with_suffix(".out")
    command = [sys.executable, "-m", "bowerbird", "home", "--data", str(folder), "--port", "0"]
    environment = os.environ | ({"BOWERBIRD_INSTITUTIONS": institutions} if institutions else {})
    with printed.open("w") as file, subprocess.Popen(command, stdout=file, stderr=subprocess.STDOUT, env=environment) as process:
        try:
            yield until(lambda: printed.read_text() if "Ctrl-C" in printed.read_text() else None, "the welcome", START_SECONDS)
        finally:
            process.terminate()
            process.wait(timeout=30)


def csrf(page: httpx2.Response) -> str:
    found = _CSRF.search(page.text)
    assert found, page.text
    return found[1]


@pytest.mark.slow
def test_a_household_needs_a_browser_alone(tmp_path: Path) -> None:
    folder = tmp_path / "ours"
    with household(folder) as welcome:
        assert "KEY=" not in welcome
        link = re.search(r"Open (http\S+/dashboard/link/\S+)", welcome)
        assert link, welcome
        base = "{0.scheme}://{0.netloc}".format(urlsplit(link[1]))
        with httpx2.Client(base_url=base, timeout=30, follow_redirects=True) as browser:
            form = {"csrf": csrf(browser.get(link[1])), "name": "ana", "password": PASSWORD, "again": PASSWORD}
            home = browser.post("/dashboard/welcome", data=form)
            own = home.url.path
            assert re.fullmatch(r"/dashboard/applications/[^/]+/users/[^/]+", own), own
            assert "Webhooks" not in home.text
            files = {"statement": (STATEMENT.name, STATEMENT.read_bytes())}
            sent = browser.post(f"{own}/statements", data={"csrf": csrf(home), "institution": "AU04301"}, files=files)
            assert sent.status_code == 200, sent.text
            until(lambda: "/accounts/" in browser.get(own).text, "the accounts of the statement")
            assert browser.get(f"{own}/money").status_code == 200
            exported = browser.get(f"{own}/export?format=csv")
            assert exported.text.count("\n") > 1
            made = browser.post(f"{own}/feeds", data={"csrf": csrf(browser.get(own)), "name": "Actual"})
            token = re.search(r'id="setup-token"[^>]*>([^<]+)<', made.text)
            assert token, made.text
            access = httpx2.post(base64.b64decode(token[1]).decode()).text
            parts = urlsplit(access)
            found = httpx2.get(f"{base}/simplefin/accounts", auth=(parts.username or "", parts.password or "")).json()
            assert sum(len(account["transactions"]) for account in found["accounts"]) == exported.text.count("\n") - 1
    with sqlite3.connect(folder / "bowerbird.db") as database:
        database.execute("UPDATE applications SET name = 'Our own money'")
    with household(folder) as again:
        assert "/dashboard/link/" not in again


def check_exports(browser: httpx2.Client, own: str) -> None:
    """Two accounts without a number keep apart in every format, and no part of "unknown" stands for a number."""
    for export_format in ("hledger", "beancount", "qif", "ofx", "csv"):
        exported = browser.get(f"{own}/export?format={export_format}").text
        assert not re.search(r"\bnown\b|<ACCTID>unknown", exported), export_format
    journal = browser.get(f"{own}/export?format=hledger").text
    assert "Assets:Another-bank:Account-without-a-number-Another-bank-EUR  " in journal
    assert "Assets:Sparkasse-Berlin:Account-without-a-number-Sparkasse-Berlin-EUR  " in journal


GUIDE = Path(__file__).parents[2] / "docs" / "guides" / "home.md"
GERMAN = "Buchungstag;Verwendungszweck;Betrag;Saldo;Währung\n27.10.2026;REWE;-20,00;{one};EUR\n30.10.2026;GEHALT;2.000,00;{two};EUR\n"


@pytest.mark.slow
def test_a_household_in_berlin(tmp_path: Path) -> None:
    """Banks that the catalogue does not name, by the file of the guide and without it; accounts without a number; no words of servers."""
    file = tmp_path / "banks.toml"
    file.write_text(GUIDE.read_text("utf-8").split("```toml\n")[1].split("```")[0], "utf-8")
    with household(tmp_path / "ours", str(file)) as welcome:
        link = re.search(r"Open (http\S+/dashboard/link/\S+)", welcome)
        assert link, welcome
        with httpx2.Client(base_url=link[1].partition("/dashboard")[0], timeout=30, follow_redirects=True) as browser:
            first = browser.get(link[1])
            assert "role" not in first.text.replace('role="', "")
            assert "operator" not in first.text
            form = {"csrf": csrf(first), "name": "ana", "password": PASSWORD, "again": PASSWORD}
            home = browser.post("/dashboard/welcome", data=form)
            own = home.url.path
            for unknown in ("Hooli", "test customer", "Test customers", "household@", "Delete user", "test bank"):
                assert unknown not in home.text, unknown
            bank = browser.get(f"{own}?bank=NZ90001").text
            assert "App token" in bank
            assert "User token" in bank
            uploads = [("XX90001", "a.csv", GERMAN.format(one="80,00", two="2.080,00").encode()),
                       ("AU95001", "b.csv", GERMAN.format(one="480,00", two="2.480,00").encode()),
                       ("XX90001", STATEMENT.name, STATEMENT.read_bytes())]  # fmt: skip
            for institution, name, content in uploads:
                before = browser.get(own).text.count("/accounts/")
                form = {"csrf": csrf(home), "institution": institution}
                assert browser.post(f"{own}/statements", data=form, files={"statement": (name, content)}).status_code == 200
                until(lambda: browser.get(own).text.count("/accounts/") > before, f"the account of {name}")  # noqa: B023
            page = browser.get(own).text
            assert "Account without a number, Another bank, EUR" in page
            assert "Account without a number, Sparkasse Berlin, EUR" in page
            check_exports(browser, own)
            statements = browser.get(f"{own}/statements").text
            assert "file not kept" in statements
            assert ">Users<" not in statements
            figure = re.search(rf'href="({own}/money/figures/[^"]+)"', browser.get(f"{own}/money").text)
            assert figure
            assert ">Users<" not in browser.get(figure[1]).text
            assert "may not be shared" not in browser.get(f"{own}/money").text


def test_a_folder_of_another_server_is_refused(tmp_path: Path) -> None:
    """The name of its application, which anyone may choose, is no sign."""
    command = [sys.executable, "-m", "bowerbird", "app", "create", "Home", "--data", str(tmp_path)]
    subprocess.run(command, check=True, capture_output=True, timeout=60)
    command = [sys.executable, "-m", "bowerbird", "home", "--data", str(tmp_path), "--port", "0"]
    outcome = subprocess.run(command, check=False, capture_output=True, text=True, timeout=60)
    assert outcome.returncode == 1
    assert "holds the data of `bowerbird serve`" in outcome.stderr
