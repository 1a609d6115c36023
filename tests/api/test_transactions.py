"""Transactions over HTTP: shape, order, paging, filters."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from datetime import date, timedelta
from itertools import pairwise
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

import pytest

from tests.api import expected_refusals
from tests.api.fixtures import NO_ONE, Fixtures, read_by_bank
from tests.api.response_checks import refusal_of
from tests.serving import Application

pytestmark = pytest.mark.both_engines

Rows = list[dict[str, Any]]
NEXT = expected_refusals.not_valid("Next value is not valid", "next")
LIMIT = expected_refusals.not_valid("Limit value is not valid", "limit")
TOO_HIGH = expected_refusals.not_valid("Maximum limit allowed is 500", "limit")
POST_DATE = expected_refusals.not_valid("PostDate is not valid", "filter")
KEYS = {
    "type", "id", "status", "description", "reference", "amount", "currency", "account", "direction", "class", "institution", "connection",
    "transactionDate", "postDate", "subClass", "enrich", "links",
}  # fmt: skip


@pytest.fixture(scope="module")
def rows(fixtures: Fixtures) -> Rows:
    return fixtures.app.transactions(fixtures.ids["userId"])


def page(app: Application, user: str, **query: str) -> dict[str, Any]:
    answer = app.get(f"/users/{user}/transactions", params=query)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def walk(app: Application, user: str, between: Callable[[], object] = lambda: None, **query: str) -> tuple[Rows, list[int]]:
    """All rows over all pages with the sizes of the pages; `between` runs before every further page."""
    found: Rows = []
    counts: list[int] = []
    url: str | None = f"/users/{user}/transactions?" + "&".join(f"{name}={quote(value)}" for name, value in query.items())
    while url:
        answer = app.get(url).json()
        assert answer["count"] == len(answer["data"])
        found += answer["data"]
        counts.append(answer["count"])
        url = answer["links"].get("next")
        if url:
            between()
    return found, counts


def test_the_shape(fixtures: Fixtures, rows: Rows) -> None:
    url = f"{fixtures.serving.url}/users/{fixtures.ids['userId']}"
    for row in rows:
        assert set(row) - {"balance", "paymentDetails"} == KEYS
        assert {name: link for name, link in row["links"].items() if name != "connection"} == {
            "account": f"{url}/accounts/{row['account']}",
            "institution": f"{fixtures.serving.url}/institutions/AU00000",
            "self": f"{url}/transactions/{row['id']}",
        }
        assert (row["connection"], row["currency"]) == (fixtures.ids["connectionId"], "AUD")
        assert row["direction"] == ("debit" if row["amount"].startswith("-") else "credit")
        assert (row["status"], row["postDate"] is None) in {("posted", False), ("pending", True)}
        assert row["postDate"] is None or row["postDate"].endswith("T00:00:00Z")
        assert isinstance(row["transactionDate"], str), "an unknown day is an empty text"


def test_the_order(rows: Rows) -> None:
    """Pending first, then newest first, of equal days by id."""
    keys = [(row["postDate"] or "9999", row["id"]) for row in rows]
    assert keys == sorted(keys, reverse=True)
    assert len({row["id"] for row in rows}) == len(rows) > 600
    assert {row["status"] for row in rows} == {"pending", "posted"}


@pytest.mark.parametrize("limit", [7, 100, 499, 500])
def test_pages_walk_the_whole_set_once(fixtures: Fixtures, rows: Rows, limit: int) -> None:
    found, counts = walk(fixtures.app, fixtures.ids["userId"], limit=str(limit))
    assert found == rows
    assert counts == [limit] * (len(rows) // limit) + ([len(rows) % limit] if len(rows) % limit else [])


@pytest.mark.parametrize("limit", [1, 2])
def test_small_pages_walk_a_small_set_once(fixtures: Fixtures, rows: Rows, limit: int) -> None:
    newest = max(row["postDate"] or "" for row in rows)[:10]
    since = (date.fromisoformat(newest) - timedelta(days=10)).isoformat()
    text = f"transaction.postDate.gteq('{since}')"
    found, counts = walk(fixtures.app, fixtures.ids["userId"], limit=str(limit), filter=text)
    expected = [row for row in rows if row["postDate"] and row["postDate"][:10] >= since]
    assert found == expected
    assert max(counts) == limit
    assert sum(counts) == len(expected) > 5


def test_count_and_size(fixtures: Fixtures, rows: Rows) -> None:
    user = fixtures.ids["userId"]
    first = page(fixtures.app, user)
    assert list(first) == ["type", "count", "size", "data", "links"]
    assert (first["type"], first["count"], first["size"]) == ("list", 500, len(rows))
    assert first["links"]["self"] == f"{fixtures.serving.url}/users/{user}/transactions"
    second = fixtures.app.get(first["links"]["next"]).json()
    assert (second["count"], second["size"]) == (len(rows) - 500, len(rows))
    assert "next" not in second["links"]
    one = page(fixtures.app, user, filter=f"account.id.eq('{fixtures.ids['accountId']}')", limit="1")
    assert (one["count"], one["size"]) == (1, sum(row["account"] == fixtures.ids["accountId"] for row in rows))


def test_rows_that_arrive_between_pages_move_none(fixtures: Fixtures) -> None:
    """A refresh adds newer rows while a client walks: what was there is shown exactly once; `size` stays what it was."""
    app, ids = fixtures.app, read_by_bank(fixtures.app)
    user = ids["userId"]
    before = app.transactions(user)
    settled = {row["id"] for row in before if row["status"] == "posted"}
    state = {"refreshed": False}

    def refresh() -> None:
        if not state["refreshed"]:
            state["refreshed"] = True
            fixtures.serving.advance(seconds=3 * 86_400)
            app.forget_tokens()
            fixtures.other.forget_tokens()
            app.settled(app.post(f"/users/{user}/connections/{ids['connectionId']}/refresh").json()["id"])

    found, _ = walk(app, user, refresh, limit="100")
    seen = [row["id"] for row in found]
    assert len(seen) == len(set(seen))
    assert settled <= set(seen)
    assert len(app.transactions(user)) > len(before)


@pytest.mark.parametrize("limit", ["0", "-1", "abc", "1e3", "1.0", "", " 1", "+1", "0x10", "٣", "1,2", "9" * 19])
def test_limits_that_are_none(fixtures: Fixtures, limit: str) -> None:
    assert refusal_of(fixtures.call("list_transactions", params={"limit": limit})) == LIMIT


@pytest.mark.parametrize("limit", ["501", "1000", "9" * 18])
def test_limits_that_are_too_high(fixtures: Fixtures, limit: str) -> None:
    assert refusal_of(fixtures.call("list_transactions", params={"limit": limit})) == TOO_HIGH


def next_of(fixtures: Fixtures) -> str:
    url: str = page(fixtures.app, fixtures.ids["userId"], limit="2")["links"]["next"]
    return parse_qs(urlsplit(url).query)["next"][0]


def packed(*values: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(values).encode()).decode().rstrip("=")


GARBAGE: dict[str, Callable[[str], str]] = {
    "empty": lambda good: "",
    "word": lambda good: "abc",
    "cut": lambda good: good[:-4],
    "longer": lambda good: good + "AAAA",
    "letter-changed": lambda good: good[:5] + ("A" if good[5] != "A" else "B") + good[6:],
    "not-base64": lambda good: "!" + good[1:],
    "not-utf-8": lambda good: base64.urlsafe_b64encode(b"\xff" * 30).decode(),
    "json-object": lambda good: packed({"day": 1}),
    "json-null": lambda good: base64.urlsafe_b64encode(b"null").decode(),
    "too-few": lambda good: packed(20000, NO_ONE, 1),
    "day-is-text": lambda good: packed("x", NO_ONE, 1, 1, ""),
    "day-too-far": lambda good: packed(10**12, NO_ONE, 1, 1, ""),
    "id-is-none": lambda good: packed(20000, "' OR 1=1", 1, 1, ""),
    "size-below-zero": lambda good: packed(20000, NO_ONE, -1, 1, ""),
    "size-beyond-64-bits": lambda good: packed(20000, NO_ONE, 2**70, 1, ""),
    "deep": lambda good: base64.urlsafe_b64encode(b"[" * 10_000).decode(),
    "long": lambda good: "A" * 15_000,
}


@pytest.mark.parametrize("name", GARBAGE)
def test_next_that_is_none(fixtures: Fixtures, name: str) -> None:
    assert refusal_of(fixtures.call("list_transactions", params={"next": GARBAGE[name](next_of(fixtures))})) == NEXT


def test_next_of_another_user_shows_nothing_of_them(fixtures: Fixtures) -> None:
    """It only names a place in an order: with it, a user still sees nothing but their own."""
    answer = fixtures.app.get(f"/users/{fixtures.second['userId']}/transactions", params={"next": next_of(fixtures)}).json()
    assert {row["account"] for row in answer["data"]} <= {fixtures.second["accountId"]}
    other = fixtures.other.get(f"/users/{fixtures.theirs['userId']}/transactions", params={"next": next_of(fixtures)}).json()
    assert {row["account"] for row in other["data"]} <= {fixtures.theirs["accountId"]}


@pytest.mark.parametrize(("limit", "count"), [(10**6, 500), (2**70, 500), (0, 1), (-5, 1)])
def test_next_with_a_made_up_limit_is_bounded(fixtures: Fixtures, limit: int, count: int) -> None:
    forged = packed(2_000_000, "ffffffff-ffff-4fff-bfff-ffffffffffff", 7, limit, "")
    assert page(fixtures.app, fixtures.ids["userId"], next=forged)["count"] == count


def test_next_with_a_broken_filter_inside(fixtures: Fixtures) -> None:
    forged = packed(20000, NO_ONE, 1, 1, "drop table")
    assert refusal_of(fixtures.call("list_transactions", params={"next": forged})).code == "parameter-not-valid"


EQUALITIES: list[tuple[str, Callable[[dict[str, Any]], bool]]] = [
    ("account.id.eq('{accountId}')", lambda row: row["account"] == "{accountId}"),
    ("account.id.ne('{accountId}')", lambda row: row["account"] != "{accountId}"),
    ("institution.id.eq('AU00000')", lambda row: True),
    ("institution.id.ne('AU00000')", lambda row: False),
    ("connection.id.eq('{connectionId}')", lambda row: True),
    ("connection.id.ne('{connectionId}')", lambda row: False),
    ("transaction.id.eq('{transactionId}')", lambda row: row["id"] == "{transactionId}"),
    ("transaction.id.ne('{transactionId}')", lambda row: row["id"] != "{transactionId}"),
    ("transaction.status.eq('pending')", lambda row: row["status"] == "pending"),
    ("transaction.status.ne('pending')", lambda row: row["status"] == "posted"),
    ("transaction.direction.eq('credit')", lambda row: row["direction"] == "credit"),
    ("transaction.direction.ne('credit')", lambda row: row["direction"] == "debit"),
    ("transaction.class.eq('payment')", lambda row: row["class"] == "payment"),
    ("transaction.class.ne('payment')", lambda row: row["class"] != "payment"),
    ("transaction.class.eq('payment'),transaction.direction.eq('credit')", lambda row: False),
    (
        "account.id.eq('{accountId}'),transaction.status.eq('posted')",
        lambda row: row["account"] == "{accountId}" and row["status"] == "posted",
    ),
]


@pytest.mark.parametrize("encoded", [True, False])
@pytest.mark.parametrize("number", range(len(EQUALITIES)), ids=[text for text, _ in EQUALITIES])
def test_filters_of_equality(fixtures: Fixtures, rows: Rows, number: int, encoded: bool) -> None:
    text, fits = EQUALITIES[number]
    masked = [{**row, "account": named(fixtures, row["account"]), "id": named(fixtures, row["id"])} for row in rows]
    expected = [row["id"] for row, mask in zip(rows, masked, strict=True) if fits(mask)]
    found = filtered(fixtures, text.format(**fixtures.ids), encoded)
    assert [row["id"] for row in found] == expected


def named(fixtures: Fixtures, value: str) -> str:
    return next((f"{{{name}}}" for name, known in fixtures.ids.items() if known == value), value)


def filtered(fixtures: Fixtures, text: str, encoded: bool = True) -> Rows:
    path = f"/users/{fixtures.ids['userId']}/transactions?filter={quote(text, safe='') if encoded else text}"
    found, sizes = [], set()
    while path:
        answer = fixtures.app.get(path).json()
        found += answer["data"]
        sizes.add(answer["size"])
        path = answer["links"].get("next", "")
    assert sizes == {len(found)}
    return found


DAYS: dict[str, Callable[[str], bool]] = {
    "eq('2026-02-10')": lambda day: day == "2026-02-10",
    "ne('2026-02-10')": lambda day: day != "2026-02-10",
    "gt('2026-02-10')": lambda day: day > "2026-02-10",
    "gteq('2026-02-10')": lambda day: day >= "2026-02-10",
    "lt('2026-02-10')": lambda day: day < "2026-02-10",
    "lteq('2026-02-10')": lambda day: day <= "2026-02-10",
    "bt('2026-02-01','2026-02-10')": lambda day: "2026-02-01" <= day <= "2026-02-10",
    "bt('2026-02-10','2026-02-01')": lambda day: False,
    "gteq('2026-02-10T00:00:00Z')": lambda day: day >= "2026-02-10",
    "eq('2026-02-10T23:59:59+11:00')": lambda day: day == "2026-02-10",
    "gteq('1900-01-01')": lambda day: True,
    "gt('2999-01-01')": lambda day: False,
}


@pytest.mark.parametrize("condition", DAYS)
def test_filters_by_day(fixtures: Fixtures, rows: Rows, condition: str) -> None:
    """A pending transaction has no day and meets no condition on it."""
    expected = [row["id"] for row in rows if row["postDate"] and DAYS[condition](row["postDate"][:10])]
    assert [row["id"] for row in filtered(fixtures, f"transaction.postDate.{condition}")] == expected


@pytest.mark.parametrize(
    "value",
    [
        "",
        "yesterday",
        "10/02/2026",
        "2026-2-1",
        "2026-02-30",
        "20260210",
        "2026-02-10T",
        "2026-02-10T25:00:00Z",
        "2026-02-10T00:00:00",
        "0000-01-01",
    ],
)
@pytest.mark.parametrize("condition", ["eq", "gteq"])
def test_days_that_are_none(fixtures: Fixtures, condition: str, value: str) -> None:
    text = f"transaction.postDate.{condition}('{value}')"
    assert refusal_of(fixtures.call("list_transactions", params={"filter": text})) == POST_DATE


@pytest.mark.parametrize(
    "text",
    [
        "transaction.status.eq('done')", "transaction.status.gt('posted')", "transaction.direction.eq('DEBIT')",
        "transaction.class.eq('food')",
        "transaction.amount.gt('1')", "transaction.postDate.bt('2026-01-01')",
        "transaction.postDate.bt('2026-01-01','2026-01-02','2026-01-03')",
        "transaction.postDate.in('2026-01-01')", "transaction.id.in('x')", "postDate.eq('2026-01-01')", "transaction.description.eq('x')",
    ],
)  # fmt: skip
def test_filters_that_transactions_do_not_have(fixtures: Fixtures, text: str) -> None:
    assert refusal_of(fixtures.call("list_transactions", params={"filter": text})) == expected_refusals.FILTER


def test_paging_keeps_the_filter(fixtures: Fixtures, rows: Rows) -> None:
    found, _ = walk(fixtures.app, fixtures.ids["userId"], limit="50", filter="transaction.direction.eq('credit')")
    assert found == [row for row in rows if row["direction"] == "credit"]


def test_days_go_down(rows: Rows) -> None:
    days = [row["postDate"] for row in rows if row["postDate"]]
    assert all(earlier >= later for earlier, later in pairwise(days))


@pytest.mark.parametrize("name", ["accounts", "transactions", "connections", "jobs"])
def test_empty_collections(fixtures: Fixtures, name: str) -> None:
    user = fixtures.app.new_user()
    answer = fixtures.app.get(f"/users/{user}/{name}").json()
    assert answer["data"] == []
    assert answer["links"] == {"self": f"{fixtures.serving.url}/users/{user}/{name}"}
