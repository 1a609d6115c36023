"""A user's data as a file: one count and one sum in the API, on the page and from the command line; nothing beyond the consent."""

from __future__ import annotations

import csv
import io
import re
import subprocess
import sys
from collections.abc import Iterator

import pytest

from bowerbird.domain.feeds.export import FORMS, ExportFormat
from tests.serving import Application, Serving
from tests.web.client import Pages, make_operator


@pytest.fixture(scope="module")
def serving(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    with Serving(tmp_path_factory.mktemp("export")) as started:
        make_operator(started)
        yield started


@pytest.fixture(scope="module")
def app(serving: Serving) -> Application:
    return serving.application(production=False)


@pytest.fixture(scope="module")
def gavin(app: Application) -> str:
    user = app.new_user(email="gavin@hooli.com")
    app.settled(app.connect(user, "gavinBelson", "hooli2016"))
    return user


@pytest.fixture(scope="module")
def ana(serving: Serving) -> Iterator[Pages]:
    pages = Pages(serving)
    pages.sign_in()
    yield pages
    pages.close()


def export(serving: Serving, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "bowerbird", "export", *arguments, "--data", str(serving.settings.data)]
    return subprocess.run(command, capture_output=True, check=False, text=True, timeout=60)


def cents(text: str) -> int:
    return int(text.replace(".", ""))


def posted(app: Application, user: str) -> dict[str, int]:
    return {row["id"]: cents(row["amount"]) for row in app.transactions(user) if row["status"] == "posted"}


def test_one_count_and_one_sum(serving: Serving, app: Application, gavin: str, ana: Pages) -> None:
    wanted = posted(app, gavin)
    assert len(wanted) > 100
    for export_format in ExportFormat:
        outcome = export(serving, "--user", gavin, "--format", export_format)
        assert (outcome.returncode, outcome.stderr) == (0, "")
        page = ana.get(f"/dashboard/applications/{app.id}/users/{gavin}/export?format={export_format}")
        assert page.status_code == 200
        assert page.headers["content-disposition"].endswith(f'.{FORMS[export_format].ending}"')
        assert page.text.replace("\r\n", "\n") == outcome.stdout
    found = list(csv.DictReader(io.StringIO(export(serving, "--user", gavin, "--format", "csv").stdout)))
    assert {row["id"]: cents(row["amount"]) for row in found} == wanted
    file = export(serving, "--user", gavin, "--format", "ofx").stdout
    pairs = re.findall(r"<TRNAMT>(-?[\d.]+)</TRNAMT><FITID>([^<]+)</FITID>", file)
    assert {id: cents(amount) for amount, id in pairs} == wanted


def test_one_account_alone(serving: Serving, app: Application, gavin: str) -> None:
    account = app.get(f"/users/{gavin}/accounts").json()["data"][0]
    wanted = {row["id"] for row in app.transactions(gavin) if row["account"] == account["id"] and row["status"] == "posted"}
    file = export(serving, "--user", gavin, "--format", "csv", "--account", account["id"]).stdout
    assert {row["id"] for row in csv.DictReader(io.StringIO(file))} == wanted


def test_what_cannot_be_exported_is_refused_in_one_line(serving: Serving, app: Application, gavin: str) -> None:
    for arguments, words in (
        (("--user", gavin, "--format", "xls"), "xls is no format: choose from ofx, qif, csv, hledger, beancount"),
        (("--user", "unknown", "--format", "csv"), "there is no user unknown"),
        (("--user", gavin, "--format", "csv", "--account", "none"), f"user {gavin} shares no account none"),
    ):
        outcome = export(serving, *arguments)
        assert (outcome.returncode, outcome.stdout) == (1, "")
        assert words in outcome.stderr
        assert outcome.stderr.count("\n") == 1


def test_a_page_refuses_other_formats_users_and_accounts(serving: Serving, app: Application, gavin: str, ana: Pages) -> None:
    other = serving.application("Another", production=False)
    path = f"/dashboard/applications/{app.id}/users/{gavin}/export"
    assert ana.get(f"{path}?format=xls").status_code == 400
    assert ana.get(f"{path}?format=csv&account=none").status_code == 404
    assert ana.get(f"/dashboard/applications/{other.id}/users/{gavin}/export?format=csv").status_code == 404


def test_an_export_is_in_the_audit_and_the_reading_log(serving: Serving, app: Application, gavin: str, ana: Pages) -> None:
    assert ana.get(f"/dashboard/applications/{app.id}/users/{gavin}/export?format=csv").status_code == 200
    file = ana.get(f"/dashboard/audit?user={gavin}").text
    assert "export_transactions" in file or "Export transactions" in file
