"""Files of one account uploaded one after another, in every order and at once: what happened once is stored once."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from functools import partial
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest

from tests.api.fixtures import Fixtures
from tests.overlapping_files import INSTITUTION
from tests.serving import Application, failure_of

pytestmark = pytest.mark.both_engines

SEQUENCES = Path(__file__).parents[1] / "samples" / "sequences"
NAMES = sorted(folder.name for folder in SEQUENCES.iterdir() if folder.is_dir())


def settled(app: Application, user: str, files: Iterable[bytes], institution: str = INSTITUTION) -> list[dict[str, Any]]:
    """The jobs of files uploaded one after another."""
    return [app.settled(app.upload(user, content, institution).json()["id"]) for content in files]


def read_all(app: Application, files: Iterable[bytes]) -> list[dict[str, Any]]:
    """The transactions of a new user after these files, every one of which is read."""
    user = app.new_user()
    for job in settled(app, user, files):
        assert [step["status"] for step in job["steps"]] == ["success"] * 3, job
    return app.transactions(user)


def total(rows: Sequence[dict[str, Any]]) -> Decimal:
    return sum((Decimal(row["amount"]) for row in rows), Decimal())


def sequence(name: str) -> tuple[dict[str, Any], list[bytes]]:
    expected = json.loads((SEQUENCES / name / "expect.json").read_text())
    return expected, [(SEQUENCES / name / file).read_bytes() for _, file in expected["steps"]]


@pytest.mark.parametrize("name", NAMES)
def test_a_sequence_comes_to_the_same_in_every_order(fixtures: Fixtures, name: str) -> None:
    expected, files = sequence(name)
    for order in permutations(files):
        for repeated in (order, (*order, *order)):
            found = read_all(fixtures.app, repeated)
            assert (len(found), total(found)) == (expected["transactions"], Decimal(expected["sum"]))


@pytest.mark.parametrize("name", NAMES)
def test_a_sequence_uploaded_at_once_comes_to_the_same(fixtures: Fixtures, name: str) -> None:
    expected, files = sequence(name)
    for _ in range(3):
        user = fixtures.app.new_user()
        with ThreadPoolExecutor(len(files) * 2) as threads:
            answers = list(threads.map(partial(fixtures.app.upload, user, institution=INSTITUTION), files * 2))
        for answer in answers:
            assert [step["status"] for step in fixtures.app.settled(answer.json()["id"])["steps"]] == ["success"] * 3
        found = fixtures.app.transactions(user)
        assert (len(found), total(found)) == (expected["transactions"], Decimal(expected["sum"]))


def contradicting() -> tuple[bytes, bytes]:
    """A proven PDF, and OFX of the same days with one transaction more on a day between the first and the last."""
    _, (pdf, ofx) = sequence("pdf-then-ofx")
    further = b"<STMTTRN><TRNTYPE>DEBIT<DTPOSTED>20241122<TRNAMT>-77.77<FITID>N519999999K<NAME>NEVER</STMTTRN></BANKTRANLIST>"
    return pdf, ofx.replace(b"</BANKTRANLIST>", further)


NOT_IN_IT = "A transaction of -77.77 on 2024-11-22 is not in the proven statement of that day that was read before."


def test_a_file_that_a_proven_statement_contradicts_is_refused(fixtures: Fixtures) -> None:
    user = fixtures.app.new_user()
    first, second = settled(fixtures.app, user, contradicting())
    assert [step["status"] for step in first["steps"]] == ["success"] * 3
    step, code, _, detail = failure_of(second)
    assert (step, code) == ("verify-credentials", "invalid-field-value")
    assert detail == f"Field value is not valid: row 19, field amount, value '-77.77'. {NOT_IN_IT}"
    assert len(fixtures.app.transactions(user)) == 8


def test_a_proven_statement_that_what_is_stored_contradicts_is_refused(fixtures: Fixtures) -> None:
    user = fixtures.app.new_user()
    first, second = settled(fixtures.app, user, reversed(contradicting()))
    assert [step["status"] for step in first["steps"]] == ["success"] * 3
    assert failure_of(second)[:2] == ("verify-credentials", "bank-statement-parsing-error")
    assert len(fixtures.app.transactions(user)) == 9


def test_of_two_files_at_once_that_contradict_each_other_one_is_refused(fixtures: Fixtures) -> None:
    for _ in range(4):
        user = fixtures.app.new_user()
        with ThreadPoolExecutor(2) as threads:
            answers = list(threads.map(partial(fixtures.app.upload, user, institution=INSTITUTION), contradicting()))
        jobs = [fixtures.app.settled(answer.json()["id"]) for answer in answers]
        failed = [failure_of(job)[1] for job in jobs if job["steps"][-1]["status"] != "success"]
        assert failed in (["invalid-field-value"], ["bank-statement-parsing-error"])
        assert len(fixtures.app.transactions(user)) == (8 if failed == ["invalid-field-value"] else 9)


def test_the_bank_s_order_decides_for_a_day_whose_balances_prove_both(fixtures: Fixtures) -> None:
    user = fixtures.app.new_user()
    settled(fixtures.app, user, sequence("one-day-two-orders")[1])
    (account,) = fixtures.app.get(f"/users/{user}/accounts").json()["data"]
    assert account["balance"] == "5.00"


def exported(app: Application, pdf: bytes) -> bytes:
    """The bank's plain CSV of a PDF: date, amount, text and balance, newest first; it names no account."""
    user = app.new_user()
    settled(app, user, [pdf])
    lines = []
    for row in app.transactions(user):
        year, month, day = row["postDate"][:10].split("-")
        lines.append(f'{day}/{month}/{year},"{Decimal(row["amount"]):+}","{row["description"]}","{Decimal(row["balance"]):+}"')
    return "\n".join(lines).encode()


def numbers(app: Application, user: str) -> list[str]:
    return sorted(account["accountNo"] for account in app.get(f"/users/{user}/accounts").json()["data"])


SUM = Decimal("-602.91")


@pytest.mark.parametrize("numbered", ["pdf", "ofx"])
@pytest.mark.parametrize("plain_first", [False, True])
def test_an_export_that_names_no_account_is_of_the_account_it_fits(fixtures: Fixtures, numbered: str, plain_first: bool) -> None:
    app, (pdf, ofx) = fixtures.app, sequence("pdf-then-ofx")[1]
    plain, other = exported(app, pdf), pdf if numbered == "pdf" else ofx
    user = app.new_user()
    first, second = (plain, other) if plain_first else (other, plain)
    settled(app, user, [first])
    (before,) = app.get(f"/users/{user}/accounts").json()["data"]
    for job in settled(app, user, [second, first, second]):
        assert [step["status"] for step in job["steps"]] == ["success"] * 3, job
    (account,) = app.get(f"/users/{user}/accounts").json()["data"]
    assert (account["id"], account["accountNo"]) == (before["id"], "06000012345678")
    assert account["name"] != "Account without a number"
    found = app.transactions(user)
    assert (len(found), total(found)) == (8, SUM)


def of_another(ofx: bytes) -> bytes:
    """OFX of the same days of an account with other amounts."""
    return re.sub(rb"(<TRNAMT>-?)", rb"\g<1>1", ofx.replace(b"<ACCTID>12345678", b"<ACCTID>87654321"))


def test_of_two_accounts_an_export_joins_the_one_it_fits(fixtures: Fixtures) -> None:
    app, (pdf, ofx) = fixtures.app, sequence("pdf-then-ofx")[1]
    user = app.new_user()
    for job in settled(app, user, [of_another(ofx), pdf, exported(app, pdf)]):
        assert [step["status"] for step in job["steps"]] == ["success"] * 3, job
    assert numbers(app, user) == ["06000012345678", "06000087654321"]
    assert len(app.transactions(user)) == 16


def test_an_export_that_fits_several_accounts_is_refused(fixtures: Fixtures) -> None:
    app, (pdf, ofx) = fixtures.app, sequence("pdf-then-ofx")[1]
    user = app.new_user()
    jobs = settled(app, user, [ofx, ofx.replace(b"<ACCTID>12345678", b"<ACCTID>87654321"), exported(app, pdf)])
    assert failure_of(jobs[-1])[:2] == ("verify-credentials", "missing-required-field")
    assert len(app.transactions(user)) == 16


@pytest.mark.parametrize("plain_first", [False, True])
def test_an_export_that_fits_no_account_has_its_own(fixtures: Fixtures, plain_first: bool) -> None:
    app, (pdf, ofx) = fixtures.app, sequence("pdf-then-ofx")[1]
    user = app.new_user()
    plain, other = exported(app, pdf), of_another(ofx)
    for job in settled(app, user, [plain, other, plain] if plain_first else [other, plain, plain]):
        assert [step["status"] for step in job["steps"]] == ["success"] * 3, job
    assert numbers(app, user) == ["06000087654321", "unknown"]
    assert len(app.transactions(user)) == 16


@pytest.mark.parametrize("numbered", ["pdf", "ofx"])
def test_an_export_that_names_no_account_and_a_numbered_file_at_once_are_one_account(fixtures: Fixtures, numbered: str) -> None:
    app, (pdf, ofx) = fixtures.app, sequence("pdf-then-ofx")[1]
    files = [exported(app, pdf), pdf if numbered == "pdf" else ofx]
    for _ in range(4):
        user = app.new_user()
        with ThreadPoolExecutor(4) as threads:
            answers = list(threads.map(partial(app.upload, user, institution=INSTITUTION), [*files, *files]))
        for answer in answers:
            assert [step["status"] for step in app.settled(answer.json()["id"])["steps"]] == ["success"] * 3
        found = app.transactions(user)
        assert (numbers(app, user), len(found), total(found)) == (["06000012345678"], 8, SUM)


def test_two_accounts_that_a_third_file_shows_to_be_one_become_one(fixtures: Fixtures) -> None:
    """The first half without a number, the second with one: nothing joins them until a file lists both."""
    app, (pdf, ofx) = fixtures.app, sequence("pdf-then-ofx")[1]
    plain = exported(app, pdf).splitlines()
    late = re.sub(rb"<STMTTRN>.*?</STMTTRN>", b"", ofx, count=5)
    for third in (b"\n".join(plain), pdf, ofx):
        user = app.new_user()
        jobs = settled(app, user, [b"\n".join(plain[4:]), late])
        assert numbers(app, user) == ["06000012345678", "unknown"]
        ids = {row["id"] for row in app.transactions(user)}
        jobs += settled(app, user, [third, pdf])
        assert [step["status"] for job in jobs for step in job["steps"]] == ["success"] * 12
        found = app.transactions(user)
        assert (numbers(app, user), len(found), total(found)) == (["06000012345678"], 8, SUM)
        assert ids <= {row["id"] for row in found}


@pytest.mark.parametrize(
    ("bank", "number"),
    [
        ("", "06000012345678"),
        ("060000", "06000012345678"),
        ("060-000", "1234 5678"),
        ("", "060-000 12345678"),
        ("060000", "0012345678"),
        ("CBA", "06000012345678"),
        ("", "12345678"),
        ("", "xxxx5678"),
    ],
)
def test_a_number_written_otherwise_is_the_same_account(fixtures: Fixtures, bank: str, number: str) -> None:
    app, (pdf, ofx) = fixtures.app, sequence("pdf-then-ofx")[1]
    written = ofx.replace(b"<BANKID>060000", f"<BANKID>{bank}".encode() if bank else b"")
    written = written.replace(b"<ACCTID>12345678", f"<ACCTID>{number}".encode())
    for order in ([pdf, written, ofx], [written, pdf, written]):
        user = app.new_user()
        for job in settled(app, user, order):
            assert [step["status"] for step in job["steps"]] == ["success"] * 3, job
        found = app.transactions(user)
        assert (len(numbers(app, user)), len(found), total(found)) == (1, 8, SUM)


def test_a_number_without_a_branch_beside_other_transactions_of_its_days_is_another_account(fixtures: Fixtures) -> None:
    app, (pdf, ofx) = fixtures.app, sequence("pdf-then-ofx")[1]
    user = app.new_user()
    other = of_another(ofx).replace(b"<BANKID>060000", b"").replace(b"<ACCTID>87654321", b"<ACCTID>12345678")
    settled(app, user, [pdf, other])
    assert numbers(app, user) == ["06000012345678", "12345678"]
