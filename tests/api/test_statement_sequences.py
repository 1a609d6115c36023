"""Files of one account uploaded one after another, in every order and at once: what happened once is stored once."""

from __future__ import annotations

import json
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
