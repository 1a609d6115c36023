"""The transactions page: what its fields find is what the API's own rows say, page after page, and only what the person shares."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest

from bowerbird.domain.access.tenant import Tenant
from bowerbird.domain.consents import consents
from bowerbird.domain.consents.policies import set_policy
from bowerbird.domain.ledger import search
from tests.api.test_consent_gate import policy_of
from tests.serving import Application, Serving
from tests.web.client import Pages

_LINK = re.compile(r'/transactions/([0-9a-f-]{36})"')
_NEXT = re.compile(r'href="([^"]+)">(?:Older|Further|Look further)')


@pytest.fixture(scope="module")
def user(running: Serving) -> tuple[Application, str]:
    app = running.application("Search")
    made = app.new_user(email="gavin@hooli.com")
    app.settled(app.connect(made, "gavinBelson", "hooli2016"))
    return app, made


def found(ana: Pages, user: tuple[Application, str], query: str) -> list[str]:
    """The ids that all pages show, in order."""
    app, made = user
    path: str | None = f"/dashboard/applications/{app.id}/users/{made}/transactions?{query}"
    ids: list[str] = []
    while path:
        answer = ana.get(path)
        assert answer.status_code == 200, answer.text
        ids += _LINK.findall(answer.text)
        following = _NEXT.search(answer.text)
        path = unescape(following[1]) if following else None
    return ids


def cents(row: dict[str, Any]) -> int:
    return abs(round(float(row["amount"]) * 100))


SEARCHES: list[tuple[str, Callable[[dict[str, Any]], bool]]] = [
    ("words=Paperbark", lambda row: "PAPERBARK" in row["description"]),
    ("words=hills+paperbark+", lambda row: "PAPERBARK" in row["description"] and "HILLS" in row["description"]),
    ("words=%25", lambda row: "%" in row["description"]),
    ("least=50&most=71.80", lambda row: 5000 <= cents(row) <= 7180),
    ("least=-1%2C000", lambda row: cents(row) >= 100_000),
    ("words=a&status=pending", lambda row: "A" in row["description"].upper() and row["status"] == "pending"),
    ("words=a&direction=credit&most=700", lambda row: row["direction"] == "credit" and cents(row) <= 70_000 and "A" in row["description"]),
    ("words=nothing+has+these", lambda row: False),
]


@pytest.mark.parametrize(("query", "meets"), SEARCHES, ids=[query for query, _ in SEARCHES])
def test_a_search_finds_what_the_rows_say(
    ana: Pages, user: tuple[Application, str], query: str, meets: Callable[[dict[str, Any]], bool]
) -> None:
    app, made = user
    assert found(ana, user, query) == [row["id"] for row in app.transactions(made) if meets(row)]


def test_a_search_goes_on_behind_what_it_looked_at(ana: Pages, user: tuple[Application, str], monkeypatch: pytest.MonkeyPatch) -> None:
    app, made = user
    rows = app.transactions(made)
    monkeypatch.setattr(search, "_PIECE", 40)
    monkeypatch.setattr(search, "LOOKED_AT", 80)
    oldest = rows[-1]["description"].split()[0]
    wanted = [row["id"] for row in rows if oldest.casefold() in row["description"].casefold()]
    assert found(ana, user, f"words={oldest}") == wanted
    assert found(ana, user, "least=1") == [row["id"] for row in rows if cents(row) >= 100]


@pytest.mark.parametrize("field", ["least", "most"])
@pytest.mark.parametrize("text", ["ten", "1.234", "1e3", "9" * 30])
def test_an_amount_that_cannot_be_read_is_refused(ana: Pages, user: tuple[Application, str], field: str, text: str) -> None:
    answer = ana.get(f"/dashboard/applications/{user[0].id}/users/{user[1]}/transactions?{field}={text}")
    assert answer.status_code == 400
    assert "An amount is digits with at most two decimals" in answer.text
    assert not _LINK.findall(answer.text)


def test_months_and_categories_are_shown_as_far_as_they_are_shared(running: Serving, ana: Pages) -> None:
    app = running.application("Search less")
    made = app.new_user(email="gavin@hooli.com")
    app.settled(app.connect(made, "gavinBelson", "hooli2016"))
    path = f"/dashboard/applications/{app.id}/users/{made}/transactions?words=supermarket"
    text = ana.get(path).text
    months = re.findall(r'<th scope="rowgroup" colspan="6">([^<]+)</th>', text)
    assert len(months) == len(set(months)) > 3
    assert "Supermarket and Grocery Stores" in text
    running.services.write_now(set_policy, policy_of(), tenant=app.id)
    running.services.write_now(consents.give_consent, ["transaction.detail"], tenant=Tenant(app.id, made))
    less = ana.get(path).text
    assert _LINK.findall(less) == _LINK.findall(text)
    assert "Supermarket and Grocery Stores" not in less
    running.services.write_now(consents.give_consent, ["account.basic"], tenant=Tenant(app.id, made))
    assert not _LINK.findall(ana.get(path).text)


# ── Order, category, print and file ──────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("order", "is_down"), [("largest", True), ("smallest", False)])
def test_amounts_give_the_order_over_all_pages(ana: Pages, user: tuple[Application, str], order: str, is_down: bool) -> None:
    app, made = user
    rows = {row["id"]: cents(row) for row in app.transactions(made)}
    amounts = [rows[each] for each in found(ana, user, f"order={order}")]
    assert amounts == sorted(rows.values(), reverse=is_down)
    some = [rows[each] for each in found(ana, user, f"order={order}&words=a&most=70")]
    assert some == sorted(some, reverse=is_down)
    assert 0 < len(some) < len(amounts)


def test_the_oldest_come_first_and_an_unknown_order_is_the_usual(ana: Pages, user: tuple[Application, str]) -> None:
    app, made = user
    ids = [row["id"] for row in app.transactions(made)]
    assert found(ana, user, "order=oldest") == ids[::-1]
    assert found(ana, user, "order=nothing") == ids


def test_a_sorted_page_looks_at_no_more_than_a_search(ana: Pages, user: tuple[Application, str], monkeypatch: pytest.MonkeyPatch) -> None:
    app, made = user
    ids = [row["id"] for row in app.transactions(made)]
    monkeypatch.setattr(search, "_PIECE", 40)
    monkeypatch.setattr(search, "LOOKED_AT", 80)
    assert sorted(found(ana, user, "order=largest")) == sorted(ids[:80])
    printed = ana.get(f"/dashboard/applications/{app.id}/users/{made}/transactions?all=yes").text
    assert "Older transactions are left out" in printed


def test_a_category_is_found_by_what_the_page_shows(ana: Pages, user: tuple[Application, str]) -> None:
    app, made = user
    groceries = found(ana, user, "category=supermarket")
    assert 0 < len(groceries) < len(app.transactions(made))
    page = ana.get(f"/dashboard/applications/{app.id}/users/{made}/transactions?category=supermarket").text
    cells = re.findall(r'data-label="Category">([^<]*)<', page)
    assert set(cells) == {"Supermarket and Grocery Stores"}


def test_a_print_has_every_row_in_one_page(ana: Pages, user: tuple[Application, str]) -> None:
    app, made = user
    rows = app.transactions(made)
    path = f"/dashboard/applications/{app.id}/users/{made}/transactions"
    page = unescape(ana.get(f"{path}?all=yes").text)
    assert page.count("<tr><td>") == len(rows) > 50
    assert all(row["description"] in page for row in rows)
    assert "left out" not in page
    few = unescape(ana.get(f"{path}?all=yes&words=paperbark&order=largest").text)
    assert few.count("<tr><td>") == len(found(ana, user, "words=paperbark"))
    assert "text with paperbark" in few


def test_a_file_has_what_the_filter_finds(ana: Pages, user: tuple[Application, str]) -> None:
    app, made = user
    path = f"/dashboard/applications/{app.id}/users/{made}"
    query = "words=a&most=70&direction=debit"
    page = ana.get(f"{path}/transactions?{query}").text
    assert '<input type="hidden" name="words" value="a">' in page
    text = ana.get(f"{path}/export?format=csv&{query}").text
    posted = {row["id"] for row in app.transactions(made) if row["status"] == "posted"}
    wanted = posted & set(found(ana, user, query))
    assert 0 < len(wanted) < len(posted)
    assert {each for each in posted if each in text} == wanted
    assert ana.get(f"{path}/export?format=csv&least=ten").status_code == 400
