"""A user's data as a file: one count and one sum in the API, on the page and from the command line; nothing beyond the consent."""

from __future__ import annotations

import csv
import io
import re
import subprocess
import sys
from collections.abc import Iterator

import pytest

from bowerbird.domain.access.tenant import Tenant
from bowerbird.domain.consents import reading_log
from bowerbird.domain.feeds.export import FORMS, ExportFormat
from bowerbird.model.reading import ReadKind
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


def without_day_made(file: str) -> str:
    """A command of its own has a clock of its own."""
    return re.sub(r"<DTSERVER>[^<]+", "", file)


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


@pytest.mark.parametrize("export_format", ExportFormat)
def test_an_accept_header_asks_for_the_same_file(serving: Serving, app: Application, gavin: str, export_format: ExportFormat) -> None:
    before = app.get(f"/users/{gavin}/transactions")
    media_type = FORMS[export_format].media_type
    file = app.get(f"/users/{gavin}/transactions", headers={"Accept": media_type})
    assert (file.status_code, file.headers["content-type"]) == (200, FORMS[export_format].content_type)
    outcome = export(serving, "--user", gavin, "--format", export_format)
    assert without_day_made(file.text.replace("\r\n", "\n")) == without_day_made(outcome.stdout)
    tag = file.headers["etag"]
    assert app.get(f"/users/{gavin}/transactions", headers={"Accept": media_type, "If-None-Match": tag}).status_code == 304
    weighed = {"Accept": f"{media_type};q=0.4, application/json", "If-None-Match": tag}
    page = app.get(f"/users/{gavin}/transactions", headers=weighed)
    assert (page.status_code, page.content, page.headers["etag"]) == (200, before.content, before.headers["etag"])


def test_a_file_holds_what_the_filter_names(app: Application, gavin: str) -> None:
    accounts = app.get(f"/users/{gavin}/accounts").json()["data"]
    posted_rows = [row for row in app.transactions(gavin) if row["status"] == "posted"]
    middle = sorted(row["postDate"] for row in posted_rows)[len(posted_rows) // 2][:10]
    for text, is_wanted in (
        (f"account.id.eq('{accounts[0]['id']}')", lambda row: row["account"] == accounts[0]["id"]),
        (f"institution.id.ne('{accounts[0]['institution']}')", lambda row: row["institution"] != accounts[0]["institution"]),
        (f"connection.id.eq('{accounts[0]['connection']}')", lambda row: row["connection"] == accounts[0]["connection"]),
        ("transaction.direction.eq('credit')", lambda row: row["direction"] == "credit"),
        ("transaction.class.eq('transfer')", lambda row: row["class"] == "transfer"),
        ("transaction.status.eq('pending')", lambda row: False),
        (f"transaction.id.eq('{posted_rows[3]['id']}')", lambda row: row["id"] == posted_rows[3]["id"]),
        (f"transaction.postDate.gteq('{middle}')", lambda row: row["postDate"][:10] >= middle),
        (f"transaction.postDate.bt('{middle}','{middle}')", lambda row: row["postDate"][:10] == middle),
    ):
        answer = app.get(f"/users/{gavin}/transactions", params={"filter": text}, headers={"Accept": "text/csv"})
        assert answer.status_code == 200, answer.text
        found = {row["id"] for row in csv.DictReader(io.StringIO(answer.text))}
        assert found == {row["id"] for row in posted_rows if is_wanted(row)}, text
    headers = {"Accept": "text/csv"}
    assert app.get(f"/users/{gavin}/transactions", params={"filter": "account.id.gt('a')"}, headers=headers).status_code == 400


def test_a_file_says_what_texts_mean_where_the_product_is(serving: Serving) -> None:
    categories = {}
    for products in ("all", "connections"):
        app = serving.application("Export", production=False, products=products)
        user = app.new_user(email="gavin@hooli.com")
        app.settled(app.connect(user, "gavinBelson", "hooli2016"))
        file = app.get(f"/users/{user}/transactions", headers={"Accept": "text/csv"}).text
        categories[products] = {row["category"] for row in csv.DictReader(io.StringIO(file))}
    assert len(categories.pop("all")) > 5
    assert list(categories.values()) == [{"unknown"}]


def test_another_accept_header_is_answered_as_before(app: Application, gavin: str) -> None:
    page = app.get(f"/users/{gavin}/transactions")
    for admitted in ("*/*", "", "text/html,application/xhtml+xml,*/*;q=0.8", "application/json, text/csv;q=0.9"):
        assert app.get(f"/users/{gavin}/transactions", headers={"Accept": admitted}).content == page.content
    assert app.get(f"/users/{gavin}/transactions", headers={"Accept": "application/pdf"}).status_code == 400
    assert app.get(f"/users/{gavin}/accounts", headers={"Accept": "text/csv"}).status_code == 400


def test_a_file_is_an_export_in_the_reading_log(serving: Serving, app: Application) -> None:
    user = app.new_user()
    app.settled(app.connect(user, "gavinBelson", "hooli2016"))
    app.get(f"/users/{user}/transactions", headers={"Accept": "application/qif"})
    reading_log.write_down_now(serving.services)
    reads = serving.services.read_now(reading_log.list_reads, 100, tenant=Tenant(app.id, user))
    assert {row.kind: row.reads for row in reads}[ReadKind.EXPORT] == 1
    assert ReadKind.TRANSACTIONS not in {row.kind for row in reads}


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
