"""`bowerbird home`: from an empty folder to charts, an export and a budgeting app, with nothing but a browser."""

from __future__ import annotations

import base64
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
def household(folder: Path) -> Iterator[str]:
    """A running server of the folder; what it has printed once it answers."""
    printed = folder.with_suffix(".out")
    command = [sys.executable, "-m", "bowerbird", "home", "--data", str(folder), "--port", "0"]
    with printed.open("w") as file, subprocess.Popen(command, stdout=file, stderr=subprocess.STDOUT) as process:
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


def test_a_folder_of_another_server_is_refused(tmp_path: Path) -> None:
    """The name of its application, which anyone may choose, is no sign."""
    command = [sys.executable, "-m", "bowerbird", "app", "create", "Home", "--data", str(tmp_path)]
    subprocess.run(command, check=True, capture_output=True, timeout=60)
    command = [sys.executable, "-m", "bowerbird", "home", "--data", str(tmp_path), "--port", "0"]
    outcome = subprocess.run(command, check=False, capture_output=True, text=True, timeout=60)
    assert outcome.returncode == 1
    assert "holds the data of `bowerbird serve`" in outcome.stderr
