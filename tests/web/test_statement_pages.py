"""Statements in the dashboard: what was uploaded, each page with its rows, the proof, and unknown layouts."""

from __future__ import annotations

import re
import struct
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from bowerbird.background.upkeep import delete_expired_files
from bowerbird.domain.access.tenant import Tenant
from bowerbird.domain.statements import files
from bowerbird.domain.statements.parsed_statements import ParsedFile, ParsedStatement, find_parsed_statement
from bowerbird.model.money import format_cents
from bowerbird.statements.alteration.signs import SignKind
from bowerbird.storage.database.tables import parsed_statements as reading_rows
from bowerbird.storage.database.tables import unknown_layouts, uploads
from bowerbird.storage.database.unit_of_work import EVERY_TENANT
from tests.api.pdf_files import CBA, changed
from tests.forgery.forgeries import patch_and_text
from tests.forgery.originals import plain
from tests.serving import Application, Serving, until
from tests.statement_factory.catalogue import specimen
from tests.statement_factory.pdf_canvas import page_of_lines
from tests.unit.test_text_formats import CAMT
from tests.web.client import Pages, make_operator
from tests.web.uploaded_files import HOSTILE, PRINTED, PRODUCT, TEXT, UNKNOWN_PRODUCT, Uploaded, upload, upload_all

_PNG = b"\x89PNG\r\n\x1a\n"
_UNKNOWN_ID = "00000000-0000-4000-8000-000000000000"


class Fixtures:
    """A server that keeps files for a week, an application, and a user with a statement of every kind."""

    def __init__(self, serving: Serving) -> None:
        self.serving, self.app = serving, serving.application("Paper app")
        self.user = self.app.new_user(email="gavin@hooli.com", firstName="Gavin")
        self.jobs: Uploaded = upload_all(self.app, self.user)
        make_operator(serving)
        self.ana = Pages(serving)
        self.ana.sign_in()

    def path_of(self, user: str, job: str = "") -> str:
        return f"/dashboard/applications/{self.app.id}/users/{user}/statements" + (f"/{job}" if job else "")

    def page(self, name: str, query: str = "") -> str:
        answer = self.ana.get(self.path_of(self.user, getattr(self.jobs, name)) + query)
        assert answer.status_code == 200, answer.text
        return answer.text

    def read(self, work: Callable[[Any], Any]) -> Any:
        return self.serving.services.read_now(work, tenant=EVERY_TENANT)

    def kept(self, user: str) -> int:
        return int(
            self.read(lambda session: session.uow.row(select(func.count()).select_from(uploads).where(uploads.c.user_id == user))[0])
        )

    def readings(self, user: str) -> int:
        return int(
            self.read(
                lambda session: session.uow.row(select(func.count()).select_from(reading_rows).where(reading_rows.c.user_id == user))[0]
            )
        )


@pytest.fixture(scope="module")
def fixtures(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fixtures]:
    with Serving(tmp_path_factory.mktemp("paper"), statement_files_kept_days="7") as serving:
        made = Fixtures(serving)
        yield made
        made.ana.close()


def words_of(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


# ── The list ─────────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_every_upload_is_listed_with_its_verdict(fixtures: Fixtures) -> None:
    page = fixtures.ana.get(fixtures.path_of(fixtures.user)).text
    for job in fixtures.jobs:
        assert fixtures.path_of(fixtures.user, job) in page
    words = words_of(page)
    assert words.count("Refused") == 3
    assert "Proven" in words
    assert "Read, not provable" in words
    assert "PDF, kept" in words
    assert "Accounts with one statement" in words


def test_a_user_without_statements_sees_what_to_do(fixtures: Fixtures) -> None:
    page = words_of(fixtures.ana.get(fixtures.path_of(fixtures.app.new_user(email="new@hooli.com"))).text)
    assert "No statement yet" in page
    assert "Upload a statement" in page


def test_gaps_and_overlaps_are_drawn_and_described(fixtures: Fixtures) -> None:
    user = fixtures.app.new_user(email="gaps@hooli.com")
    first = specimen("ing.deposit.2021", 3)
    upload(fixtures.app, user, first.pdf(), first.institution)
    rows = TEXT.replace(b"2026-03-02", b"2026-03-04")
    upload(fixtures.app, user, rows, "AU00201")
    upload(fixtures.app, user, rows.replace(b"2026-03-01", b"2026-05-01").replace(b"2026-03-04", b"2026-05-09"), "AU00201")
    upload(fixtures.app, user, rows.replace(b"2026-03-01", b"2026-05-08").replace(b"2026-03-04", b"2026-05-12"), "AU00201")
    page = fixtures.ana.get(fixtures.path_of(user)).text
    assert "57 days without a statement" in page
    assert 'class="gap"' in page
    assert 'class="overlap"' in page
    assert "8 May 2026 to 9 May 2026" in page
    assert "Incomplete" in page


# ── One statement ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_proven_statement_shows_rows_marks_and_arithmetic(fixtures: Fixtures) -> None:
    pages = [fixtures.page("proven", f"?page={number}") for number in range(1, PRINTED.pages + 1)]
    numbers = [int(found) for page in pages for found in re.findall(r'id="row-(\d+)"', page)]
    assert sorted(set(numbers)) == list(range(1, len(PRINTED.expected) + 1)), "every row stands on some page"
    for page in pages:
        assert set(re.findall(r'href="#mark-(\d+)"', page)) == set(re.findall(r'id="mark-(\d+)"', page))
        assert set(re.findall(r'href="#row-(\d+)"', page)) == set(re.findall(r'id="row-(\d+)"', page))
    words = words_of(pages[0]).replace(",", "").replace("−", "-")
    came = sum(row.amount for row in PRINTED.expected if row.amount > 0)
    went = -sum(row.amount for row in PRINTED.expected if row.amount < 0)
    for cents in (PRINTED.opening, came, went, PRINTED.closing):
        assert format_cents(cents) in words
    assert "agrees" in words
    assert "The balance beside a row" in words
    assert "None found. That does not prove that the statement is authentic." in words


def _parsed(fixtures: Fixtures, job: str) -> ParsedStatement:
    stored: ParsedFile | None = fixtures.read(
        lambda session: find_parsed_statement(session.of(Tenant(fixtures.app.id, fixtures.user)), job)
    )
    assert stored is not None
    return stored.content


def test_the_marks_lie_where_the_rows_are_printed(fixtures: Fixtures) -> None:
    reading = _parsed(fixtures, fixtures.jobs.proven)
    rows = reading.accounts[0].rows
    assert [(row.text, row.amount) for row in rows] == [(row.description, row.amount) for row in PRINTED.expected]
    printed = {(item.row, item.page): item for item in PRINTED.items if item.row is not None}
    assert {row for row, _ in printed} == set(range(len(rows)))
    for number, row in enumerate(rows):
        assert {box.page - 1 for box in row.boxes} == {page for index, page in printed if index == number}
        for box in row.boxes:
            assert 0 <= box.left < box.right <= reading.pages[box.page - 1].width
            assert 0 <= box.top < box.bottom <= reading.pages[box.page - 1].height


def test_a_page_is_drawn_for_operators_only(
    fixtures: Fixtures,
) -> None:
    path = fixtures.path_of(fixtures.user, fixtures.jobs.proven) + "/pages/1"
    answer = fixtures.ana.get(path)
    assert (answer.status_code, answer.headers["content-type"], answer.content[:8]) == (200, "image/png", _PNG)
    width, height = struct.unpack(">II", answer.content[16:24])
    assert width == 1240
    assert 1700 < height < 1800
    assert len(answer.content) < 400_000
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-content-type-options"] == "nosniff"
    unknown_bank = Pages(fixtures.serving)
    assert unknown_bank.get(path).status_code == 303
    unknown_bank.close()


@pytest.mark.parametrize("page", ["0", "99", "x", "-1", "1e3", "99999"])
def test_a_page_that_is_not_there(fixtures: Fixtures, page: str) -> None:
    assert fixtures.ana.get(fixtures.path_of(fixtures.user, fixtures.jobs.proven) + f"/pages/{page}").status_code == 404


def test_files_of_text_have_no_pictures(fixtures: Fixtures) -> None:
    assert fixtures.ana.get(fixtures.path_of(fixtures.user, fixtures.jobs.text) + "/pages/1").status_code == 404


def test_other_people_and_applications_see_nothing_of_a_statement(fixtures: Fixtures) -> None:
    other, user = fixtures.serving.application("Another"), fixtures.app.new_user(email="other@hooli.com")
    theirs = other.new_user(email="theirs@hooli.com")
    for job in fixtures.jobs:
        for path in (
            fixtures.path_of(user, job),
            f"/dashboard/applications/{other.id}/users/{theirs}/statements/{job}",
            f"/dashboard/applications/{other.id}/users/{fixtures.user}/statements/{job}",
            fixtures.path_of(fixtures.user, _UNKNOWN_ID),
        ):
            assert fixtures.ana.get(path).status_code == 404, path
            assert fixtures.ana.get(f"{path}/pages/1").status_code == 404, path


def test_a_refused_statement_points_to_the_row_that_broke_it(fixtures: Fixtures) -> None:
    page = fixtures.page("broken")
    assert 'id="broken"' in page
    assert "running balance, printed" in page
    assert "bank-statement-parsing-error" in page
    reading = _parsed(fixtures, fixtures.jobs.broken)
    assert len(reading.broken) == 1
    assert not reading.accounts


def test_a_job_leads_to_its_statement_and_a_new_product_to_its_decision(fixtures: Fixtures) -> None:
    job = fixtures.ana.get(f"/dashboard/applications/{fixtures.app.id}/jobs/{fixtures.jobs.product}").text
    assert f'href="{fixtures.path_of(fixtures.user, fixtures.jobs.product)}"' in job
    for name in ("product", "layout"):
        assert "Decide about it under new products and layouts" in fixtures.page(name)
    assert "Decide about it under new products and layouts" not in fixtures.page("broken")


def test_an_altered_statement_shows_the_strong_signs_and_where(fixtures: Fixtures) -> None:
    job = upload(fixtures.app, fixtures.user, patch_and_text(plain()), CBA)
    page = fixtures.ana.get(fixtures.path_of(fixtures.user, job)).text
    words = words_of(page)
    assert "Strong" in words
    assert "One strong sign refuses a statement." in words
    assert any(f'<th scope="row" class="nowrap">{kind.replace("-", " ").capitalize()}</th>' in page for kind in SignKind)
    assert 'class="broken"' in page


def test_a_file_of_text_shows_its_lines_beside_its_rows(fixtures: Fixtures) -> None:
    page = fixtures.page("text")
    assert 'id="line-2"' in page
    assert 'href="#row-1"' in page
    assert 'href="#line-2"' in page
    assert "This file has no balance to check its figures against" in page


def test_a_refused_file_of_text_shows_the_line_that_broke_it(fixtures: Fixtures) -> None:
    page = fixtures.page("wrong_line")
    assert re.search(r'<li id="line-3" class="broken">', page)
    assert "4.5O" in page
    assert 'href="#line-3"' in page


def test_texts_of_statements_stay_texts(fixtures: Fixtures) -> None:
    assert HOSTILE not in fixtures.page("text")
    assert "&lt;img src=x onerror=" in fixtures.page("text")


# ── Original file ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_file_goes_when_its_time_is_over_and_the_rows_stay(fixtures: Fixtures) -> None:
    user = fixtures.app.new_user(email="week@hooli.com")
    job = upload(fixtures.app, user, PRINTED.pdf(), CBA)
    path = fixtures.path_of(user, job)
    assert "Kept until" in fixtures.ana.get(path).text
    assert "/pages/1" in fixtures.ana.get(path).text
    now = fixtures.read(lambda session: files.kept_until(session.of(Tenant(fixtures.app.id, user))))[job]
    assert now > 0
    fixtures.serving.clock.advance(timedelta(days=6))
    fixtures.app.forget_tokens()
    assert delete_expired_files(fixtures.serving.services, 1000) == 0
    later = fixtures.app.new_user(email="later@hooli.com")
    kept = upload(fixtures.app, later, PRINTED.pdf(), CBA)
    fixtures.serving.advance(days=1, minutes=1)
    fixtures.app.forget_tokens()
    until(lambda: fixtures.kept(user) == 0 or None, "the keeper to delete the file")
    page = fixtures.ana.get(path).text
    assert "The file was deleted" in page
    assert "/pages/1" not in page
    assert 'id="mark-1"' in page
    assert "agrees" in words_of(page)
    assert fixtures.ana.get(f"{path}/pages/1").status_code == 404
    assert fixtures.ana.get(fixtures.path_of(later, kept) + "/pages/1").status_code == 200


def test_files_and_readings_go_with_what_they_belong_to(fixtures: Fixtures) -> None:
    user = fixtures.app.new_user(email="leaving@hooli.com")
    upload(fixtures.app, user, PRINTED.pdf(), CBA)
    upload(fixtures.app, user, TEXT, "AU00201")
    connections = {connection["method"]: connection["id"] for connection in fixtures.app.get(f"/users/{user}/connections").json()["data"]}
    assert (fixtures.kept(user), fixtures.readings(user)) == (2, 2)
    assert fixtures.app.delete(f"/users/{user}/connections/{connections['pdf']}").status_code == 204
    assert (fixtures.kept(user), fixtures.readings(user)) == (1, 2), "a connection takes the file with it, its data stay"
    assert fixtures.app.post(f"/users/{user}/connections/{connections['csv']}/purge").status_code == 204
    assert (fixtures.kept(user), fixtures.readings(user)) == (0, 1), "purging takes the file and the rows of that institution"
    assert fixtures.app.delete(f"/users/{user}").status_code == 204
    assert (fixtures.kept(user), fixtures.readings(user)) == (0, 0)


def test_without_the_setting_no_file_is_kept(running: Serving, app: Application, ana: Pages) -> None:
    user = app.new_user(email="none@hooli.com")
    job = upload(app, user, PRINTED.pdf(), CBA)
    path = f"/dashboard/applications/{app.id}/users/{user}/statements/{job}"
    page = ana.get(path).text
    assert "The file was deleted" in page
    assert 'id="mark-1"' in page
    assert ana.get(f"{path}/pages/1").status_code == 404
    count = running.services.storage.read_now(
        lambda uow: uow.row(select(func.count()).select_from(uploads).where(uploads.c.user_id == user)), tenant=EVERY_TENANT
    )
    assert count is not None
    assert count[0] == 0


def test_what_a_file_of_text_leaves_out_is_said(app: Application, ana: Pages) -> None:
    user = app.new_user(email="pending@hooli.com")
    job = upload(app, user, CAMT.replace("DE02120300000000202051", "12345678").encode(), "AU00201")
    page = ana.get(f"/dashboard/applications/{app.id}/users/{user}/statements/{job}").text
    assert "What to know of this file" in page
    assert "Entries that are not booked yet were not read: 1" in page


# ── New prints ───────────────────────────────────────────────────────────────────────────────────────────────────────────────


def prints_of(fixtures: Fixtures, kind: str) -> Any:
    return fixtures.read(
        lambda session: session.uow.row(
            select(unknown_layouts).where(unknown_layouts.c.kind == kind, unknown_layouts.c.application_id == fixtures.app.id)
        )
    )


def test_new_products_and_layouts_wait_for_a_decision(fixtures: Fixtures) -> None:
    product, layout = prints_of(fixtures, "product"), prints_of(fixtures, "layout")
    assert (product.name, product.times, product.job_id, product.decision) == (UNKNOWN_PRODUCT, 1, fixtures.jobs.product, "open")
    assert (layout.times, layout.job_id) == (1, fixtures.jobs.layout)
    page = fixtures.ana.get("/dashboard/prints").text
    assert UNKNOWN_PRODUCT in page
    assert fixtures.path_of(fixtures.user, fixtures.jobs.product) in page
    draft = fixtures.ana.get(f"/dashboard/prints/{layout.id}/draft")
    assert draft.status_code == 200
    assert draft.text.startswith("# PROPOSED by search")
    assert "[table" in draft.text
    assert re.fullmatch(r'attachment; filename="[a-z0-9.-]+\.toml"', draft.headers["content-disposition"])
    assert fixtures.ana.get(f"/dashboard/prints/{product.id}/draft").status_code == 404


def test_a_mapped_product_is_read_as_that_and_wins_over_the_layout(fixtures: Fixtures) -> None:
    user = fixtures.app.new_user(email="mapped@hooli.com")
    for name, kind in ((UNKNOWN_PRODUCT, "savings"), (PRODUCT, "investment")):
        form = {"application": fixtures.app.id, "institution": CBA, "name": name, "kind": kind}
        assert fixtures.ana.send("/dashboard/prints", form).status_code == 303
        content = changed(PRINTED, PRODUCT, name) if name != PRODUCT else PRINTED.pdf()
        job = upload(fixtures.app, user, content, CBA)
        assert [step["status"] for step in fixtures.app.job(job)["steps"]] == ["success"] * 3
        account = fixtures.app.get(f"/users/{user}/accounts").json()["data"][0]
        assert (account["class"]["type"], account["class"]["product"]) == (kind, name)
    page = words_of(fixtures.ana.get("/dashboard/prints").text)
    assert "Savings" in page
    assert "Investment" in page
    assert "ana" in page


def test_a_mapping_holds_for_its_application_alone(fixtures: Fixtures) -> None:
    form = {"application": fixtures.app.id, "institution": CBA, "name": "Moonlight Saver", "kind": "savings"}
    assert fixtures.ana.send("/dashboard/prints", form).status_code == 303
    other = fixtures.serving.application("Not theirs")
    job = upload(other, other.new_user(email="x@hooli.com"), changed(PRINTED, PRODUCT, "Moonlight Saver"), CBA)
    assert other.job(job)["steps"][0]["result"]["code"] == "bank-statement-new-product"


def test_a_print_is_dismissed_and_opened_again(fixtures: Fixtures) -> None:
    path = f"/dashboard/prints/{prints_of(fixtures, 'layout').id}"
    for decision in ("dismissed", "open"):
        assert fixtures.ana.send(path, {"decision": decision}, on="/dashboard/prints").status_code == 303
        row = prints_of(fixtures, "layout")
        assert (row.decision, row.decided_by) == (decision, "ana" if decision == "dismissed" else None)
    assert fixtures.ana.send(f"/dashboard/prints/{_UNKNOWN_ID}", {"decision": "open"}, on="/dashboard/prints").status_code == 404


@pytest.mark.parametrize(
    "wrong",
    [
        {"application": _UNKNOWN_ID},
        {"institution": "AU99999"},
        {"name": " "},
        {"name": "Go"},
        {"name": "x" * 61},
        {"name": "12-34"},
        {"kind": "unknown"},
    ],
)
def test_a_mapping_that_cannot_be_is_refused_in_place(fixtures: Fixtures, wrong: dict[str, str]) -> None:
    form = {"application": fixtures.app.id, "institution": CBA, "name": "Pocket Saver", "kind": "savings", **wrong}
    answer = fixtures.ana.send("/dashboard/prints", form)
    assert answer.status_code == 400
    assert "Nothing was mapped" in answer.text


def test_no_word_of_a_person_is_kept_of_a_new_print(fixtures: Fixtures) -> None:
    user = fixtures.app.new_user(email="person@hooli.com")
    job = upload(fixtures.app, user, changed(PRINTED, PRODUCT, "Gavin Belson"), CBA)
    assert fixtures.app.job(job)["steps"][0]["result"]["code"] == "bank-statement-new-product"
    names = fixtures.read(lambda session: [row.name for row in session.uow.rows(select(unknown_layouts))])
    assert not any("Gavin" in name for name in names)
    page = fixtures.ana.get("/dashboard/prints").text
    assert "A product whose name may be personal" in page
    assert "Gavin Belson" in page, "its name comes from the reading, while that is kept"
    fixtures.app.delete(f"/users/{user}")
    page = fixtures.ana.get("/dashboard/prints").text
    assert "Gavin Belson" not in page
    assert "<dt>Example</dt><dd>Deleted</dd>" in page


# ── Several accounts of one print ────────────────────────────────────────────────────────────────────────────────────────────


def test_each_account_of_a_print_has_its_own_facts(fixtures: Fixtures) -> None:
    """Its sums are listed in its own part of the proof, and marked on the page with those of the other."""
    top = "www.ubank.com.au", "Statement period 1 June 2026 to 30 June 2026"
    first = (
        "Account number 11112222", "Date|Description|Amount|Balance", "01 Jun 2026|Opening balance||500.00",
        "03 Jun 2026|Coffee|-20.00|480.00", "10 Jun 2026|Tea|-480.00|0.00", "10 Jun 2026|Closing balance||0.00",
    )  # fmt: skip
    second = (
        "Account number 33334444", "Date|Description|Amount|Balance", "10 Jun 2026|Opening balance||0.00",
        "10 Jun 2026|Transfer|8,300.00|8,300.00", "20 Jun 2026|Rent|-300.00|8,000.00", "30 Jun 2026|Closing balance||8,000.00",
    )  # fmt: skip
    data = page_of_lines(*top, "", *first, "", *second)
    user = fixtures.app.new_user(email="two@hooli.com")
    page = fixtures.ana.get(fixtures.path_of(user, upload(fixtures.app, user, data, "AU13601"))).text
    parts = [part.split("</section>")[0] for part in page.split('id="proof-')[1:]]
    assert ["480.00" in part for part in parts] == [True, False]
    assert ["8,300.00" in part for part in parts] == [False, True]
    assert page.count("<title>Balance</title>") == 4
