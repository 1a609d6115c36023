"""Accounts over HTTP: shapes by version, filters, single reads."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest

from tests.api import expected_refusals
from tests.api.fixtures import NO_ONE, Fixtures
from tests.api.response_checks import refusal_of

pytestmark = pytest.mark.usefixtures("nothing_written")

VERSION_3 = {
    "type", "id", "name", "accountHolder", "accountNo", "accountOwnership", "availableFunds", "balance", "class", "connection",
    "creditLimit", "currency", "institution", "isOwned", "lastUpdated", "status", "transactionIntervals", "links",
}  # fmt: skip
RARE = {"bsb", "creationDate", "maskedNumber", "unmaskedAccNum", "meta"}
VERSION_2 = VERSION_3 - {"accountOwnership", "creditLimit", "isOwned"}


def accounts(fixtures: Fixtures, query: str = "", **options: Any) -> list[dict[str, Any]]:
    answer = fixtures.app.get(f"/users/{fixtures.ids['userId']}/accounts{query}", **options)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["data"]
    return found


def test_the_list(fixtures: Fixtures) -> None:
    listed = fixtures.call("list_accounts").json()
    assert list(listed) == ["type", "data", "links"]
    assert listed["type"] == "list"
    assert listed["links"] == {"self": f"{fixtures.serving.url}/users/{fixtures.ids['userId']}/accounts"}
    assert len(listed["data"]) >= 3


@pytest.mark.parametrize("version", ["2.0", "2.1", "3.0"])
def test_the_shape_of_each_version(fixtures: Fixtures, version: str) -> None:
    token = fixtures.app.token(version=version)
    url = f"{fixtures.serving.url}/users/{fixtures.ids['userId']}"
    for account in accounts(fixtures, token=token):
        if version == "3.0":
            assert set(account) - RARE == VERSION_3
            assert set(account["class"]) == {"type", "product"}
        else:
            assert set(account) == VERSION_2
            assert {"type", "product"} <= set(account["class"]) <= {"type", "product", "meta"}
        assert account["institution"] == "AU00000"
        assert account["connection"] == fixtures.ids["connectionId"]
        assert account["lastUpdated"] == "2026-03-18T12:00:00Z"
        assert account["links"] == {
            "self": f"{url}/accounts/{account['id']}",
            "transactions": f"{url}/transactions?filter=account.id.eq('{account['id']}')",
            "institution": f"{fixtures.serving.url}/institutions/AU00000",
            "connection": f"{url}/connections/{fixtures.ids['connectionId']}",
        }
        assert fixtures.app.get(f"/users/{fixtures.ids['userId']}/accounts/{account['id']}", token=token).json() == account


def test_money_is_text_with_two_decimals(fixtures: Fixtures) -> None:
    for account in accounts(fixtures):
        for name in ("balance", "availableFunds", "creditLimit"):
            if account[name] is not None:
                whole, point, part = account[name].lstrip("-").partition(".")
                assert (whole.isdigit(), point, len(part), part.isdigit()) == (True, ".", 2, True)


def test_a_version_2_client_knows_no_initiated_connection(fixtures: Fixtures) -> None:
    token = fixtures.app.token(version="2.1")
    states = {each["status"] for each in fixtures.call("list_connections", token=token).json()["data"]}
    assert states <= {"pending", "active", "invalid"}


FILTERS = [
    ("institution.id.eq('AU00000')", "all"),
    ("institution.id.ne('AU00000')", "none"),
    ("institution.id.eq('AU00001')", "none"),
    ("connection.id.eq('{connectionId}')", "all"),
    ("connection.id.ne('{connectionId}')", "none"),
    ("account.id.eq('{accountId}')", "one"),
    ("account.id.ne('{accountId}')", "others"),
    ("account.id.eq('{accountId}'),institution.id.eq('AU00000')", "one"),
    ("account.id.eq('{accountId}') , institution.id.eq('AU00001')", "none"),
    ("", "all"),
]


@pytest.mark.parametrize("written", ["encoded", "plain", "twice-encoded"])
@pytest.mark.parametrize(("text", "expected"), FILTERS)
def test_filters(fixtures: Fixtures, text: str, expected: str, written: str) -> None:
    """The literal of old clients arrives URL-encoded or not."""
    text = text.format(**fixtures.ids)
    every, one = {account["id"] for account in accounts(fixtures)}, {fixtures.ids["accountId"]}
    sets = {"all": every, "none": set(), "one": one, "others": every - one}
    assert {account["id"] for account in accounts(fixtures, f"?filter={spelled(text, written)}")} == sets[expected]


def spelled(text: str, written: str) -> str:
    if written == "plain":
        return text.replace(" ", "")
    return quote(text, safe="") if written == "encoded" else quote(quote(text, safe=""), safe="")


BROKEN = [
    "institution", "institution.id",
    "institution.id.eq", "institution.id.eq()", "institution.id.eq(AU00000)", 'institution.id.eq("AU00000")',
    "institution.id.eq('AU00000'", "institution.id.eq'AU00000')", "institution.id.eq('AU00000'))", "institution.id.eq('AU00000','AU00001')",
    "institution.id.eq('AU00000'),", ",institution.id.eq('AU00000')", "institution.id.eq('AU00000')institution.id.eq('AU00000')",
    "institution.id.EQ('AU00000')", "Institution.Id.eq('AU00000')", "institution.id.like('AU%')", "institution.id.in('AU00000')",
    "institution.id.gt('AU00000')", "institution.id.bt('AU00000','AU00001')", "institution.name.eq('Hooli')", ".eq('x')", "eq('x')",
    "institution..id.eq('x')", "transaction.id.eq('x')", "user.id.eq('x')", "account.balance.gt('1')", "'", "(", ")", ",", "\0",
    "institution.id.eq('AU00000') and account.id.eq('x')", "institution.id.eq('AU00000');", "account.id.eq('" + "x" * 5000 + "')",
    ",".join(["institution.id.eq('AU00000')"] * 21),
]  # fmt: skip


@pytest.mark.parametrize("text", BROKEN, ids=[text[:40].replace("\0", "NUL") for text in BROKEN])
@pytest.mark.parametrize(
    "name", ["list_accounts", "list_transactions", "list_connections", "list_jobs", "list_connectors", "list_institutions"]
)
def test_filters_that_are_none(fixtures: Fixtures, name: str, text: str) -> None:
    if name in {"list_connectors", "list_institutions"} and text.startswith("institution.") and name == "list_institutions":
        text = text.replace("institution.", "institutions.")  # institutions have more conditions than accounts
    if name == "list_transactions" and text.startswith("transaction.id"):
        text = "transaction.ids.eq('x')"
    assert refusal_of(fixtures.call(name, params={"filter": text})) == expected_refusals.FILTER


def test_the_last_of_two_filters_counts(fixtures: Fixtures) -> None:
    assert accounts(fixtures, "?filter=institution.id.eq('AU00000')&filter=institution.id.eq('AU00001')") == []


def test_single_reads(fixtures: Fixtures) -> None:
    own = {"accountId": fixtures.ids["accountId"], "transactionId": fixtures.ids["transactionId"]}
    account = fixtures.call("get_account", own).json()
    transaction = fixtures.call("get_transaction", own).json()
    assert (account["type"], account["id"]) == ("account", own["accountId"])
    assert (transaction["type"], transaction["id"], transaction["account"]) == ("transaction", own["transactionId"], own["accountId"])
    assert refusal_of(fixtures.call("get_account", {"accountId": NO_ONE})) == expected_refusals.not_found("account", "accountId")
    assert refusal_of(fixtures.call("get_transaction", {"transactionId": NO_ONE})) == expected_refusals.not_found(
        "transaction", "transactionId"
    )
