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

from tests.api import sayings
from tests.api.oracle import refusal_of
from tests.api.scene import NOBODY, Scene, read_by_bank
from tests.serving import Application

pytestmark = pytest.mark.both_engines

Rows = list[dict[str, Any]]
NEXT = sayings.not_valid("Next value is not valid", "next")
LIMIT = sayings.not_valid("Limit value is not valid", "limit")
TOO_HIGH = sayings.not_valid("Maximum limit allowed is 500", "limit")
POST_DATE = sayings.not_valid("PostDate is not valid", "filter")
KEYS = {
    "type", "id", "status", "description", "reference", "amount", "currency", "account", "direction", "class", "institution", "connection",
    "transactionDate", "postDate", "subClass", "enrich", "links",
}  # fmt: skip


@pytest.fixture(scope="module")
def rows(scene: Scene) -> Rows:
    return scene.app.transactions(scene.ids["userId"])


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


def test_the_shape(scene: Scene, rows: Rows) -> None:
    url = f"{scene.serving.url}/users/{scene.ids['userId']}"
    for row in rows:
        assert set(row) - {"balance", "paymentDetails"} == KEYS
        assert {name: link for name, link in row["links"].items() if name != "connection"} == {
            "account": f"{url}/accounts/{row['account']}",
            "institution": f"{scene.serving.url}/institutions/AU00000",
            "self": f"{url}/transactions/{row['id']}",
        }
        assert (row["connection"], row["currency"]) == (scene.ids["connectionId"], "AUD")
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
def test_pages_walk_the_whole_set_once(scene: Scene, rows: Rows, limit: int) -> None:
    found, counts = walk(scene.app, scene.ids["userId"], limit=str(limit))
    assert found == rows
    assert counts == [limit] * (len(rows) // limit) + ([len(rows) % limit] if len(rows) % limit else [])


@pytest.mark.parametrize("limit", [1, 2])
def test_small_pages_walk_a_small_set_once(scene: Scene, rows: Rows, limit: int) -> None:
    newest = max(row["postDate"] or "" for row in rows)[:10]
    since = (date.fromisoformat(newest) - timedelta(days=10)).isoformat()
    text = f"transaction.postDate.gteq('{since}')"
    found, counts = walk(scene.app, scene.ids["userId"], limit=str(limit), filter=text)
    expected = [row for row in rows if row["postDate"] and row["postDate"][:10] >= since]
    assert found == expected
    assert max(counts) == limit
    assert sum(counts) == len(expected) > 5


def test_count_and_size(scene: Scene, rows: Rows) -> None:
    user = scene.ids["userId"]
    first = page(scene.app, user)
    assert list(first) == ["type", "count", "size", "data", "links"]
    assert (first["type"], first["count"], first["size"]) == ("list", 500, len(rows))
    assert first["links"]["self"] == f"{scene.serving.url}/users/{user}/transactions"
    second = scene.app.get(first["links"]["next"]).json()
    assert (second["count"], second["size"]) == (len(rows) - 500, len(rows))
    assert "next" not in second["links"]
    one = page(scene.app, user, filter=f"account.id.eq('{scene.ids['accountId']}')", limit="1")
    assert (one["count"], one["size"]) == (1, sum(row["account"] == scene.ids["accountId"] for row in rows))


def test_rows_that_arrive_between_pages_move_none(scene: Scene) -> None:
    """A refresh adds newer rows while a client walks: what was there is shown exactly once; `size` stays what it was."""
    app, ids = scene.app, read_by_bank(scene.app)
    user = ids["userId"]
    before = app.transactions(user)
    settled = {row["id"] for row in before if row["status"] == "posted"}
    state = {"refreshed": False}

    def refresh() -> None:
        if not state["refreshed"]:
            state["refreshed"] = True
            scene.serving.advance(seconds=3 * 86_400)
            app.forget_tokens()
            scene.other.forget_tokens()
            app.settled(app.post(f"/users/{user}/connections/{ids['connectionId']}/refresh").json()["id"])

    found, _ = walk(app, user, refresh, limit="100")
    seen = [row["id"] for row in found]
    assert len(seen) == len(set(seen))
    assert settled <= set(seen)
    assert len(app.transactions(user)) > len(before)


@pytest.mark.parametrize("limit", ["0", "-1", "abc", "1e3", "1.0", "", " 1", "+1", "0x10", "٣", "1,2", "9" * 19])
def test_limits_that_are_none(scene: Scene, limit: str) -> None:
    assert refusal_of(scene.call("list_transactions", params={"limit": limit})) == LIMIT


@pytest.mark.parametrize("limit", ["501", "1000", "9" * 18])
def test_limits_that_are_too_high(scene: Scene, limit: str) -> None:
    assert refusal_of(scene.call("list_transactions", params={"limit": limit})) == TOO_HIGH


def next_of(scene: Scene) -> str:
    url: str = page(scene.app, scene.ids["userId"], limit="2")["links"]["next"]
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
    "too-few": lambda good: packed(20000, NOBODY, 1),
    "day-is-text": lambda good: packed("x", NOBODY, 1, 1, ""),
    "day-too-far": lambda good: packed(10**12, NOBODY, 1, 1, ""),
    "id-is-none": lambda good: packed(20000, "' OR 1=1", 1, 1, ""),
    "size-below-zero": lambda good: packed(20000, NOBODY, -1, 1, ""),
    "size-beyond-64-bits": lambda good: packed(20000, NOBODY, 2**70, 1, ""),
    "deep": lambda good: base64.urlsafe_b64encode(b"[" * 10_000).decode(),
    "long": lambda good: "A" * 15_000,
}


@pytest.mark.parametrize("name", GARBAGE)
def test_next_that_is_none(scene: Scene, name: str) -> None:
    assert refusal_of(scene.call("list_transactions", params={"next": GARBAGE[name](next_of(scene))})) == NEXT


def test_next_of_another_user_shows_nothing_of_them(scene: Scene) -> None:
    """It only names a place in an order: with it, a user still sees nothing but their own."""
    answer = scene.app.get(f"/users/{scene.second['userId']}/transactions", params={"next": next_of(scene)}).json()
    assert {row["account"] for row in answer["data"]} <= {scene.second["accountId"]}
    other = scene.other.get(f"/users/{scene.theirs['userId']}/transactions", params={"next": next_of(scene)}).json()
    assert {row["account"] for row in other["data"]} <= {scene.theirs["accountId"]}


@pytest.mark.parametrize(("limit", "count"), [(10**6, 500), (2**70, 500), (0, 1), (-5, 1)])
def test_next_with_a_made_up_limit_is_bounded(scene: Scene, limit: int, count: int) -> None:
    forged = packed(2_000_000, "ffffffff-ffff-4fff-bfff-ffffffffffff", 7, limit, "")
    assert page(scene.app, scene.ids["userId"], next=forged)["count"] == count


def test_next_with_a_broken_filter_inside(scene: Scene) -> None:
    forged = packed(20000, NOBODY, 1, 1, "drop table")
    assert refusal_of(scene.call("list_transactions", params={"next": forged})).code == "parameter-not-valid"


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
def test_filters_of_equality(scene: Scene, rows: Rows, number: int, encoded: bool) -> None:
    text, fits = EQUALITIES[number]
    masked = [{**row, "account": named(scene, row["account"]), "id": named(scene, row["id"])} for row in rows]
    expected = [row["id"] for row, mask in zip(rows, masked, strict=True) if fits(mask)]
    found = filtered(scene, text.format(**scene.ids), encoded)
    assert [row["id"] for row in found] == expected


def named(scene: Scene, value: str) -> str:
    return next((f"{{{name}}}" for name, known in scene.ids.items() if known == value), value)


def filtered(scene: Scene, text: str, encoded: bool = True) -> Rows:
    path = f"/users/{scene.ids['userId']}/transactions?filter={quote(text, safe='') if encoded else text}"
    found, sizes = [], set()
    while path:
        answer = scene.app.get(path).json()
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
def test_filters_by_day(scene: Scene, rows: Rows, condition: str) -> None:
    """A pending transaction has no day and meets no condition on it."""
    expected = [row["id"] for row in rows if row["postDate"] and DAYS[condition](row["postDate"][:10])]
    assert [row["id"] for row in filtered(scene, f"transaction.postDate.{condition}")] == expected


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
def test_days_that_are_none(scene: Scene, condition: str, value: str) -> None:
    text = f"transaction.postDate.{condition}('{value}')"
    assert refusal_of(scene.call("list_transactions", params={"filter": text})) == POST_DATE


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
def test_filters_that_transactions_do_not_have(scene: Scene, text: str) -> None:
    assert refusal_of(scene.call("list_transactions", params={"filter": text})) == sayings.FILTER


def test_paging_keeps_the_filter(scene: Scene, rows: Rows) -> None:
    found, _ = walk(scene.app, scene.ids["userId"], limit="50", filter="transaction.direction.eq('credit')")
    assert found == [row for row in rows if row["direction"] == "credit"]


def test_days_go_down(rows: Rows) -> None:
    days = [row["postDate"] for row in rows if row["postDate"]]
    assert all(earlier >= later for earlier, later in pairwise(days))


@pytest.mark.parametrize("name", ["accounts", "transactions", "connections", "jobs"])
def test_empty_collections(scene: Scene, name: str) -> None:
    user = scene.app.new_user()
    answer = scene.app.get(f"/users/{user}/{name}").json()
    assert answer["data"] == []
    assert answer["links"] == {"self": f"{scene.serving.url}/users/{user}/{name}"}
