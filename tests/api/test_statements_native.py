"""Banks' own exports and OFX files, uploaded over HTTP: read, refused, and never joined to an account they are not shown to be of."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.leaf_samples import layout_sample
from tests.overlapping_files import month_of
from tests.serving import Application, Serving, failure_of
from tests.workbook_files import PAGE, plain

SAMPLES = Path(__file__).parents[1] / "samples"
COMMBANK, ING, ANZ = "AU04301", "AU00201", "AU00601"
NO_NUMBER = (
    "verify-credentials", "missing-required-field", "CSV missing required field", "CSV header does not contain required field accountNo.",
)  # fmt: skip


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Application]:
    with Serving(tmp_path_factory.mktemp("native")) as serving:
        yield serving.application()


def sample(name: str) -> bytes:
    """`ofx/<file>`, or `<layout>/<file>` of a layout's samples."""
    folder, file = name.split("/")
    return ((SAMPLES / name) if folder == "ofx" else layout_sample(folder, file)).read_bytes()


def read(app: Application, user: str, content: bytes | str, institution: str) -> None:
    job = send(app, user, content, institution)
    assert [step["status"] for step in job["steps"]] == ["success"] * 3, job


def send(app: Application, user: str, content: bytes | str, institution: str) -> dict[str, Any]:
    answer = app.upload(user, content.encode() if isinstance(content, str) else content, institution)
    assert answer.status_code == 202, answer.text
    return app.settled(answer.json()["id"])


def rows(app: Application, user: str) -> list[tuple[str, str, str]]:
    found = app.transactions(user)
    return [(row["postDate"][:10], row["amount"], row["description"]) for row in found]


@pytest.mark.parametrize(
    ("name", "institution", "count", "number", "balance"),
    [
        ("commbank_plain/plain.csv", COMMBANK, 6, "unknown", "2134.74"),
        ("ing_export/export.csv", ING, 2, "unknown", "1410.60"),
        ("bankwest_export/export.csv", "AU00401", 3, "3029851234567", "440.00"),
        ("ofx/deposit.ofx", COMMBANK, 3, "06200012345678", "1459.15"),
        ("ofx/card.qfx", ANZ, 2, "xxxxxxxxxxxx", "0.00"),
    ],
)
def test_an_export_becomes_an_account_with_transactions(
    app: Application, name: str, institution: str, count: int, number: str, balance: str
) -> None:
    user = app.new_user()
    for _ in range(2):  # the second time adds nothing
        read(app, user, sample(name), institution)
        (account,) = app.get(f"/users/{user}/accounts").json()["data"]
        assert account["accountNo"].startswith(number)
        assert (account["balance"], account["currency"]) == (balance, "AUD")
        assert len(rows(app, user)) == count
    (connection,) = app.get(f"/users/{user}/connections").json()["data"]
    assert connection["method"] == "csv"


@pytest.mark.parametrize("data", [plain(), PAGE], ids=["xlsx", "web page called xls"])
def test_a_workbook_is_read(app: Application, data: bytes) -> None:
    user = app.new_user()
    read(app, user, data, COMMBANK)
    assert [row[1] for row in rows(app, user)][-1] == "-3.50"
    (connection,) = app.get(f"/users/{user}/connections").json()["data"]
    assert connection["method"] == "csv"


def test_many_files_at_once_are_joined_in_order(app: Application) -> None:
    user, order = app.new_user(), [7, 2, 11, 0, 5, 9, 1, 10, 3, 8, 4, 6]
    jobs = [app.upload(user, month_of(month + 1), ING).json()["id"] for month in order]
    assert [step["status"] for job in jobs for step in app.settled(job)["steps"]] == ["success"] * 36
    (account,) = app.get(f"/users/{user}/accounts").json()["data"]
    assert account["balance"] == "1080.00"
    found = sorted(rows(app, user))
    assert [amount for _, amount, _ in found] == ["100.00", "-10.00"] * 12
    assert [day for day, _, _ in found] == [f"2025-{month:02}-{day}" for month in range(1, 13) for day in ("05", "06")]


def test_an_export_of_another_bank_is_read_as_what_it_shows(app: Application) -> None:
    here, there = app.new_user(), app.new_user()
    read(app, here, sample("westpac_export/export.csv"), COMMBANK)
    read(app, there, sample("westpac_export/export.csv"), "AU14201")
    assert sorted(rows(app, here)) == sorted(rows(app, there))


def test_a_page_instead_of_a_file_is_named(app: Application) -> None:
    _, code, _, detail = failure_of(send(app, app.new_user(), "<!DOCTYPE html><html>Log in</html>", COMMBANK))
    assert (code, "this is a web page (HTML)" in detail) == ("invalid-csv-row", True)


def test_a_broken_balance_is_refused_with_its_row(app: Application) -> None:
    broken = sample("commbank_plain/plain.csv").replace(b"+2000.00", b"+2900.00")
    _, code, _, detail = failure_of(send(app, app.new_user(), broken, COMMBANK))
    assert (code, "row 3, field Balance, value '2259.74'" in detail) == ("invalid-field-value", True)


def test_an_ofx_file_with_an_entity_is_refused(app: Application) -> None:
    hostile = b'<?xml version="1.0"?><!DOCTYPE OFX [<!ENTITY a "b">]><OFX></OFX>'
    step = failure_of(send(app, app.new_user(), hostile, COMMBANK))
    assert step[1] in ("invalid-csv-row", "missing-required-field")


FIRST = "01/02/2024,+100.00,Pay,+100.00\n02/02/2024,-10.00,Lunch,+90.00\n03/02/2024,-5.00,Fee,+85.00\n"
ANZ_FIRST = "01/02/2024,100.00,Pay\n02/02/2024,-10.00,Lunch\n03/02/2024,-5.00,Fee\n"


@pytest.mark.parametrize(
    ("institution", "first", "second", "count"),
    [
        (COMMBANK, FIRST, "03/02/2024,-5.00,Fee,+85.00\n04/02/2024,-1.00,Tea,+84.00\n", 4),
        (COMMBANK, FIRST, "09/02/2024,+15.00,Pay,+100.00\n10/02/2024,-1.00,Tea,+99.00\n", 5),
        (COMMBANK, "09/02/2024,+15.00,Pay,+100.00\n10/02/2024,-1.00,Tea,+99.00\n", FIRST, 5),
        (ANZ, ANZ_FIRST, ANZ_FIRST + "04/02/2024,-1.00,Tea\n", 4),
        (COMMBANK, FIRST, FIRST.replace("Lunch", "Lunch Sydney Card xx1234") + "04/02/2024,-1.00,Tea,+84.00\n", 4),
    ],
    ids=["overlap", "continues", "precedes", "overlap-without-balances", "a-text-completed"],
)
def test_an_export_without_a_number_joins_what_it_is_shown_to_continue(
    app: Application, institution: str, first: str, second: str, count: int
) -> None:
    user = app.new_user()
    read(app, user, first, institution)
    read(app, user, second, institution)
    assert len(app.get(f"/users/{user}/accounts").json()["data"]) == 1
    assert len(rows(app, user)) == count


@pytest.mark.parametrize(
    ("institution", "first", "second"),
    [
        (COMMBANK, FIRST, "02/02/2024,+7.00,Interest,+7007.00\n03/02/2024,-5.00,Fee,+7002.00\n"),
        (COMMBANK, FIRST, "09/02/2024,+15.00,Pay,+7000.00\n10/02/2024,-1.00,Tea,+6999.00\n"),
        (COMMBANK, FIRST, "01/02/2024,+100.00,Pay,+100.00\n02/02/2024,-9.00,Lunch,+91.00\n03/02/2024,-5.00,Fee,+86.00\n"),
        (COMMBANK, FIRST.replace("-5.00,Fee,+85.00", "-90.00,Rent,+0.00"), "09/02/2024,+15.00,Pay,+15.00\n"),
        (ANZ, ANZ_FIRST, "02/02/2024,-3.00,Bus\n03/02/2024,-5.00,Fee\n04/02/2024,-1.00,Tea\n"),
        (ANZ, ANZ_FIRST, "09/02/2024,-3.00,Bus\n"),
        (ANZ, ANZ_FIRST + "04/02/2024,-1.00,Tea\n", ANZ_FIRST.replace("-10.00", "-9.00") + "04/02/2024,-1.00,Tea\n"),
    ],
    ids=[
        "same-row-other-balance",
        "no-join",
        "contradiction",
        "zero-is-no-evidence",
        "one-row-shared",
        "nothing-shared",
        "a-day-inside-differs",
    ],
)
def test_an_export_without_a_number_is_refused_where_it_may_be_of_another_account(
    app: Application, institution: str, first: str, second: str
) -> None:
    user = app.new_user()
    read(app, user, first, institution)
    before = rows(app, user)
    assert failure_of(send(app, user, second, institution)) == NO_NUMBER
    assert rows(app, user) == before
    other = app.new_user()
    read(app, other, second, institution)


def test_an_export_takes_nothing_away_from_what_a_fuller_statement_holds(app: Application) -> None:
    user = app.new_user()
    header = "accountNo,accountHolder,accCurrency,accBalance,accLastUpdated,accType,accProduct,txnPostDate,txnDescription,txnAmount\n"
    read(app, user, f"{header}732000123456,Jo Example,AUD,10.00,2024-01-01,savings,Westpac Life,2024-01-01,Pay,-1.00\n", "AU14201")
    read(app, user, sample("westpac_export/export.csv"), "AU14201")
    (account,) = app.get(f"/users/{user}/accounts").json()["data"]
    shown = (account["name"], account["accountHolder"], account["class"]["type"], account["class"]["product"], account["balance"])
    assert shown == ("Westpac Life", "Jo Example", "savings", "Westpac Life", "2095.30")


def test_a_fuller_statement_says_what_an_export_did_not(app: Application) -> None:
    user = app.new_user()
    read(app, user, sample("commbank_accounts/accounts.csv"), COMMBANK)
    read(app, user, sample("ofx/deposit.ofx"), COMMBANK)
    accounts = {account["accountNo"]: account["class"]["type"] for account in app.get(f"/users/{user}/accounts").json()["data"]}
    assert accounts == {"06200012345678": "savings", "06200087654321": "unknown"}
