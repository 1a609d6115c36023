"""Uploads: what is refused at once, what a job says of a file, and that no movement is ever counted twice."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import func, select

from bowerbird.storage.database.tables import uploads
from bowerbird.storage.database.unit_of_work import EVERY_TENANT
from tests.api import expected_refusals
from tests.api.fixtures import CSV, HEADER, STATEMENT_BANK, Fixtures
from tests.api.response_checks import Refusal, refusal_of
from tests.leaf_samples import layout_sample
from tests.serving import Application

pytestmark = pytest.mark.both_engines

INSTITUTION = {"parameter": "institutionId", "pointer": "statement/institutionId"}
NOT_PROVIDED = Refusal(400, "invalid-content", "Invalid request content", "InstitutionID not provided", INSTITUTION)
UNKNOWN = expected_refusals.not_valid("Requested institution does not exist.", "institutionId", "statement/institutionId")


def not_supported(institution: str) -> Refusal:
    detail = f"Institution {institution} is not supported on this endpoint"
    return Refusal(400, "institution-not-supported", "Institution is not supported", detail, INSTITUTION)


def part(name: str, data: bytes, file: str = "", extra: bytes = b"") -> bytes:
    disposition = f'Content-Disposition: form-data; name="{name}"' + (f'; filename="{file}"' if file else "")
    return b"--b\r\n" + disposition.encode() + b"\r\n" + extra + b"\r\n" + data + b"\r\n"


BANK, FILE, END = part("institutionId", STATEMENT_BANK.encode()), part("statement", CSV, "s.csv"), b"--b--\r\n"
MULTIPART = "multipart/form-data; boundary=b"


def send(fixtures: Fixtures, body: bytes, content_type: str = MULTIPART) -> Any:
    path = f"/users/{fixtures.second['userId']}/statements"
    return fixtures.app.post(path, content=body, headers={"Content-Type": content_type})


ADMITTED: dict[str, tuple[bytes, str]] = {
    "plain": (BANK + FILE + END, MULTIPART),
    "file-first": (FILE + BANK + END, MULTIPART),
    "no-file-name": (BANK + part("statement", CSV) + END, MULTIPART),
    "a-name-that-lies": (BANK + part("statement", CSV, "statement.pdf", b"Content-Type: application/pdf\r\n") + END, MULTIPART),
    "quoted-boundary": (BANK + FILE + END, 'multipart/form-data; boundary="b"'),
    "type-in-capitals": (BANK + FILE + END, "Multipart/Form-Data; Boundary=b"),
    "preamble": (b"hello\r\n" + BANK + FILE + END, MULTIPART),
    "epilogue": (BANK + FILE + END + b"bye", MULTIPART),
    "blanks-around-the-id": (part("institutionId", b" AU00201 \r\n") + FILE + END, MULTIPART),
    "16-parts": (BANK + FILE + b"".join(part(f"x{number}", b"1") for number in range(14)) + END, MULTIPART),
    "hostile-file-name": (BANK + part("statement", CSV, "../../etc/passwd\0") + END, MULTIPART),
}


@pytest.mark.parametrize("name", ADMITTED)
def test_forms_that_are_taken(fixtures: Fixtures, name: str) -> None:
    answer = send(fixtures, *ADMITTED[name])
    assert answer.status_code == 202, answer.text
    job_id = answer.json()["id"]
    assert answer.json() == {"type": "job", "id": job_id, "links": {"self": f"{fixtures.serving.url}/jobs/{job_id}"}}
    assert [step["status"] for step in fixtures.app.settled(job_id)["steps"]] == ["success"] * 3


REFUSED: dict[str, tuple[bytes, str, Refusal]] = {
    "empty": (b"", MULTIPART, expected_refusals.MULTIPART),
    "no-end": (BANK + FILE, MULTIPART, expected_refusals.MULTIPART),
    "half-an-end": (BANK + FILE + b"--b-", MULTIPART, expected_refusals.MULTIPART),
    "no-boundary": (BANK + FILE + END, "multipart/form-data", expected_refusals.MULTIPART),
    "empty-boundary": (BANK + FILE + END, "multipart/form-data; boundary=", expected_refusals.MULTIPART),
    "other-boundary": (BANK + FILE + END, "multipart/form-data; boundary=c", expected_refusals.MULTIPART),
    "long-boundary": (BANK + FILE + END, "multipart/form-data; boundary=" + "b" * 300, expected_refusals.MULTIPART),
    "line-feeds-only": ((BANK + FILE + END).replace(b"\r\n", b"\n"), MULTIPART, expected_refusals.MULTIPART),
    "part-without-name": (b"--b\r\nContent-Type: text/plain\r\n\r\nx\r\n" + END, MULTIPART, expected_refusals.MULTIPART),
    "17-parts": (BANK + FILE + b"".join(part(f"x{number}", b"1") for number in range(15)) + END, MULTIPART, expected_refusals.MULTIPART),
    "long-part-header": (
        BANK + part("statement", CSV, "x", b"X-Y: " + b"a" * 5000 + b"\r\n") + END,
        MULTIPART,
        expected_refusals.MULTIPART,
    ),
    "long-institution": (part("institutionId", b"A" * 2000) + FILE + END, MULTIPART, expected_refusals.MULTIPART),
    "long-other-part": (part("note", b"A" * 2000) + BANK + FILE + END, MULTIPART, expected_refusals.MULTIPART),
    "only-an-end": (END, MULTIPART, NOT_PROVIDED),
    "wrong-names": (part("institution", b"AU00201") + part("file", CSV, "x") + END, MULTIPART, NOT_PROVIDED),
    "names-in-other-case": (part("institutionid", b"AU00201") + part("Statement", CSV, "x") + END, MULTIPART, NOT_PROVIDED),
    "no-institution": (FILE + END, MULTIPART, NOT_PROVIDED),
    "blank-institution": (part("institutionId", b" ") + FILE + END, MULTIPART, NOT_PROVIDED),
    "unknown-institution": (part("institutionId", b"AU99999") + FILE + END, MULTIPART, UNKNOWN),
    "malformed-institution": (part("institutionId", b"hooli") + FILE + END, MULTIPART, UNKNOWN),
    "institution-of-nul": (part("institutionId", b"AU00201\0") + FILE + END, MULTIPART, UNKNOWN),
    "institution-not-utf-8": (part("institutionId", b"\xff\xfe") + FILE + END, MULTIPART, UNKNOWN),
    "two-institutions": (BANK + part("institutionId", b"AU99999") + FILE + END, MULTIPART, UNKNOWN),
    "test-bank": (part("institutionId", b"AU00000") + FILE + END, MULTIPART, not_supported("AU00000")),
    "mfa-bank": (part("institutionId", b"AU00002") + FILE + END, MULTIPART, not_supported("AU00002")),
    "no-file": (BANK + END, MULTIPART, expected_refusals.STATEMENT),
    "empty-file": (BANK + part("statement", b"", "x.csv") + END, MULTIPART, expected_refusals.STATEMENT),
    "png": (BANK + part("statement", b"\x89PNG\r\n\x1a\n\0\0", "x.csv") + END, MULTIPART, expected_refusals.STATEMENT),
    "zip": (BANK + part("statement", b"PK\x03\x04\x14\x00\x00", "x.csv") + END, MULTIPART, expected_refusals.STATEMENT),
    "utf-16-cut": (BANK + part("statement", CSV.decode().encode("utf-16") + b"x", "x.csv") + END, MULTIPART, expected_refusals.STATEMENT),
    "nul-in-a-csv": (BANK + part("statement", CSV + b"\0", "x.csv") + END, MULTIPART, expected_refusals.STATEMENT),
}


@pytest.mark.usefixtures("nothing_written")
@pytest.mark.parametrize("name", REFUSED)
def test_forms_that_are_refused(fixtures: Fixtures, name: str) -> None:
    body, content_type, expected = REFUSED[name]
    assert refusal_of(send(fixtures, body, content_type)) == expected


@pytest.mark.usefixtures("nothing_written")
def test_a_file_one_byte_too_long(fixtures: Fixtures) -> None:
    limit = fixtures.serving.services.limits.statement_max_bytes
    assert refusal_of(send(fixtures, BANK + part("statement", b"a" * (limit + 1)) + END)) == expected_refusals.statement_too_long(limit)


CELLS = {
    "accountId": "acc-1", "accountNo": "12345", "accCurrency": "AUD", "accBalance": "1.00", "accLastUpdated": "2024/02/01",
    "accType": "savings", "accProduct": "Saver", "txnPostDate": "2024/01/31", "txnDescription": "Coffee", "txnAmount": "-4.50",
    "txnDirection": "debit",
}  # fmt: skip


def table(*changes: dict[str, str], without: str = "") -> bytes:
    """A file of one good row, then one row for each set of changed cells; `without` leaves a column out."""
    names = [name for name in CELLS if name != without]
    return "\n".join([",".join(names), *(",".join((CELLS | change)[name] for name in names) for change in ({}, *changes))]).encode()


def uploaded(app: Application, user: str, content: bytes, institution: str = STATEMENT_BANK) -> dict[str, Any]:
    return app.settled(app.upload(user, content, institution).json()["id"])


FAILURES: list[tuple[str, bytes, str, str, str]] = [
    ("field", table(without="accType"), "missing-required-field", "CSV missing required field",
     "CSV header does not contain required field accType."),
    ("value", table({"txnDescription": ""}), "missing-required-field-value", "CSV missing required field value",
     "CSV row 3 does not contain value for required field txnDescription."),
    ("account", table({"accBalance": "2.00"}), "account-data-differs", "CSV account data differs",
     "Data for single account differs across rows: row 3, field accBalance, value '2.00' where row 2 says '1.00'."),
    ("header-only", HEADER.encode(), "empty-file", "CSV empty file", "CSV file has no data rows."),
    ("blank", b" \n", "empty-file", "CSV empty file", "CSV file has no data rows."),
    ("row", table() + b"\na,b", "invalid-csv-row", "CSV invalid row",
     "CSV row 3 cannot be split into fields: it has 2 fields, the header has 11."),
    ("future", table({"txnPostDate": "2024-02-02"}), "txn-after-last-updated-date", "CSV transaction after last update",
     "Row 3 has txnPostDate 2024-02-02, after accLastUpdated 2024/02/01."),
    ("pdf", b"%PDF-1.7\n", "bank-statement-invalid", "Invalid bank statement.", "File uploaded is not an official PDF bank statement."),
]  # fmt: skip


@pytest.mark.parametrize(("name", "content", "code", "title", "detail"), FAILURES, ids=[row[0] for row in FAILURES])
def test_files_that_fail(fixtures: Fixtures, name: str, content: bytes, code: str, title: str, detail: str) -> None:
    user = fixtures.app.new_user()
    steps = uploaded(fixtures.app, user, content)["steps"]
    assert [step["title"] for step in steps] == ["verify-credentials", "retrieve-accounts", "retrieve-transactions"]
    assert steps[0] == {"title": "verify-credentials", "status": "failed", "result": {"code": code, "title": title, "detail": detail}}
    assert [step["status"] for step in steps[1:]] == ["pending", "pending"]
    assert fixtures.app.get(f"/users/{user}/accounts").json()["data"] == []
    assert fixtures.app.transactions(user) == []


VALUES = [
    ("accCurrency", "XYZ"), ("accBalance", "1e3"), ("accType", "piggy-bank"), ("accLastUpdated", "31/01/2024"),
    ("txnPostDate", "2024/02/30"),
    ("txnAmount", "$4.50"), ("txnAmount", "1.234"), ("txnDirection", "credit"), ("txnDirection", "out"), ("accountNo", "1" * 35),
]  # fmt: skip


@pytest.mark.parametrize(("field", "value"), VALUES)
def test_a_value_that_is_none(fixtures: Fixtures, field: str, value: str) -> None:
    result = uploaded(fixtures.app, fixtures.app.new_user(), table({field: value}))["steps"][0]["result"]
    assert (result["code"], result["title"]) == ("invalid-field-value", "CSV invalid field value")
    assert result["detail"].startswith(f"Field value is not valid: row 3, field {field}, value '{value}'. ")


def test_a_broken_file_leaves_what_was_there(fixtures: Fixtures) -> None:
    app, user = fixtures.app, fixtures.app.new_user()
    uploaded(app, user, CSV)
    before = app.get(f"/users/{user}/accounts").text, app.transactions(user)
    assert uploaded(app, user, CSV + b"12345678,AUD,95.50,transaction,Everyday,soon,Tea,-1.00\n")["steps"][0]["status"] == "failed"
    assert (app.get(f"/users/{user}/accounts").text, app.transactions(user)) == before


def sample(name: str) -> tuple[bytes, str]:
    """A sample file and the institution it names, or one that takes CSV files."""
    content = layout_sample("published_2020", name).read_bytes()
    found = next(
        (word for word in content.decode("utf-8-sig").replace('"', ",").split(",") if len(word) == 7 and word.startswith("AU")), ""
    )
    return content, found or STATEMENT_BANK


def test_the_published_row(fixtures: Fixtures) -> None:
    app, user = fixtures.app, fixtures.app.new_user()
    content, institution = sample("published_row.csv")
    job = uploaded(app, user, content, institution)
    assert [step["status"] for step in job["steps"]] == ["success"] * 3, job
    connection = job["links"]["source"].rpartition("/")[2]
    assert app.get(f"/users/{user}/connections/{connection}").json()["method"] == "csv"
    (account,) = app.get(f"/users/{user}/accounts").json()["data"]
    (transaction,) = app.transactions(user)
    assert (account["institution"], account["connection"]) == (institution, connection)
    assert (transaction["account"], transaction["status"]) == (account["id"], "posted")
    assert account["accountNo"] in content.decode()
    assert transaction["description"] in content.decode()


def test_the_same_file_twice_adds_nothing(fixtures: Fixtures) -> None:
    app, user = fixtures.app, fixtures.app.new_user()
    content, institution = sample("two_accounts.csv")
    first = uploaded(app, user, content, institution)
    accounts, transactions = app.get(f"/users/{user}/accounts").json()["data"], app.transactions(user)
    assert len(accounts) == 2
    assert {row["account"] for row in transactions} == {account["id"] for account in accounts}
    second = uploaded(app, user, content, institution)
    assert [step["status"] for step in second["steps"]] == ["success"] * 3
    assert second["links"]["source"] == first["links"]["source"], "statements of one institution share a connection"
    assert app.get(f"/users/{user}/accounts").json()["data"] == accounts
    assert app.transactions(user) == transactions


def test_an_overlapping_file_adds_only_what_is_new(fixtures: Fixtures) -> None:
    app, user = fixtures.app, fixtures.app.new_user()
    row = "12345678,AUD,90.00,transaction,Everyday"
    old = [f"{row},2026-03-01,Coffee,-4.50", f"{row},2026-03-01,Coffee,-4.50", f"{row},2026-03-02,Tea,-1.00"]
    new = [*old[1:], f"{row},2026-03-02,Tea,-1.00", f"{row},2026-03-03,Pay,100.00"]
    uploaded(app, user, "\n".join([HEADER, *old]).encode())
    before = [transaction["id"] for transaction in app.transactions(user)]
    assert len(before) == 3, "two equal coffees are two"
    uploaded(app, user, "\n".join([HEADER, old[0], *new]).encode())
    after = app.transactions(user)
    assert len(after) == 5
    assert set(before) < {each["id"] for each in after}
    assert sorted(each["description"] for each in after) == ["Coffee", "Coffee", "Pay", "Tea", "Tea"]


def test_a_second_upload_waits_for_the_first(fixtures: Fixtures) -> None:
    app, user = fixtures.app, fixtures.app.new_user()
    jobs = [app.upload(user, CSV).json()["id"] for _ in range(5)]
    assert all(app.settled(job)["steps"][2]["status"] == "success" for job in jobs)
    assert len(app.transactions(user)) == 1
    assert len(app.get(f"/users/{user}/connections").json()["data"]) == 1


def test_uploads_are_gone_once_they_are_read(fixtures: Fixtures) -> None:
    for content in (CSV, table(without="accType"), b"%PDF-1.7\n"):
        uploaded(fixtures.app, fixtures.app.new_user(), content)
    left = fixtures.serving.services.storage.read_now(lambda uow: uow.row(select(func.count()).select_from(uploads)), tenant=EVERY_TENANT)
    assert left is not None
    assert left[0] == 0
