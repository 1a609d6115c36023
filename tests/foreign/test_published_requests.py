"""Requests that published clients, guides and demo applications make, each with the answer that they want."""

from __future__ import annotations

import gzip
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx2
import pytest

from bowerbird.domain.access.tenant import Tenant
from bowerbird.domain.consents.consents import give_consent
from bowerbird.model.consent import SCOPES
from tests.serving import Application, Serving

INSIGHTS = (
    "/users/{user}/affordability",
    "/reports",
    "/reports/types",
)


def missing(issue: int) -> pytest.MarkDecorator:
    """What an open issue brings; the test fails once it is there, so that the mark goes."""
    return pytest.mark.xfail(strict=True, reason=f"issue {issue}", raises=AssertionError)


@dataclass(frozen=True, slots=True)
class Customer:
    """A connected user of an application, who has agreed to everything."""

    serving: Serving
    app: Application
    user: str
    connection: str

    @property
    def path(self) -> str:
        return f"/users/{self.user}"


@pytest.fixture(scope="module")
def customer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Customer]:
    with Serving(tmp_path_factory.mktemp("wire")) as serving:
        app = serving.application(production=False)
        user = app.new_user(email="gavin@hooli.com", mobile="+61410888666")
        app.settled(app.connect(user, "gavinBelson", "hooli2016"))
        tenant = Tenant(app.id, user)
        serving.services.write_now(lambda session: give_consent(session.of(tenant), SCOPES), tenant=app.id)
        yield Customer(serving, app, user, app.get(f"/users/{user}/connections").json()["data"][0]["id"])


def first_page(customer: Customer, query: str) -> str:
    """Where the consent pages take a person who comes with `query`."""
    customer.app.forget_tokens()
    token = customer.app.token("CLIENT_ACCESS", customer.user)
    with httpx2.Client(base_url=customer.app.url, follow_redirects=True) as browser:
        answer = browser.get(f"/home?token={token}{query}")
        return f"{answer.status_code} {answer.url.path}"


def test_action_null_is_no_action(customer: Customer) -> None:
    """The starter kit sends `action=null`, as the documentation shows it."""
    assert first_page(customer, "&action=null") == first_page(customer, "")


def test_connection_without_an_action_asks_for_new_details(customer: Customer) -> None:
    asked = first_page(customer, f"&connectionId={customer.connection}")
    assert asked.endswith(f"/home/connections/{customer.connection}/login"), "asked for another bank instead"


def test_browser_application_may_ask_first(customer: Customer) -> None:
    headers = {
        "Origin": "http://localhost:3000",
        "Access-Control-Request-Method": "GET",
        "Access-Control-Request-Headers": "authorization",
    }
    answer = customer.app.http.options("/users", headers=headers)
    assert answer.is_success
    assert answer.headers.get("access-control-allow-origin")


def test_refresh_that_changes_nothing_is_no_event(customer: Customer) -> None:
    app = customer.app

    def updates() -> int:
        rows: list[dict[str, Any]] = app.get("/events", params={"filter": f"user.id.eq('{customer.user}')"}).json()["data"]
        return sum(row["eventType"] == "updated" and row["entity"] in {"account", "transactions"} for row in rows)

    before = updates()
    app.settled(app.post(f"{customer.path}/connections/{customer.connection}/refresh").json()["id"])
    assert updates() == before


def test_enrichment_has_every_key(customer: Customer) -> None:
    """Clients read into it without asking whether it is there."""
    rows = customer.app.transactions(customer.user)
    keys = {"category", "location", "merchant", "cleanDescription", "tags"}
    assert {frozenset(row["enrich"]) for row in rows} == {frozenset(keys)}


def test_pending_transaction_has_an_empty_balance(customer: Customer) -> None:
    """The vendor's PHP client reads it of every transaction."""
    pending = customer.app.transactions(customer.user, "?filter=transaction.status.eq('pending')")
    assert pending, "a person without pending transactions shows nothing"
    assert {row.get("balance") for row in pending} == {""}


def test_user_names_the_auth_link(customer: Customer) -> None:
    made = customer.app.post(f"{customer.path}/auth_link", json={"mobile": "+61410888666"})
    assert made.status_code == 201
    assert "auth_link" in customer.app.get(customer.path).json()["links"]


def test_raw_space_in_a_filter(customer: Customer) -> None:
    """The vendor's Go client sends one between the two days of `bt`."""
    line = f"GET {customer.path}/transactions?limit=1&filter=transaction.postDate.bt('2026-01-01', '2026-06-01') HTTP/1.1"
    head = f"{line}\r\nHost: localhost\r\nAuthorization: Bearer {customer.app.token()}\r\nConnection: close\r\n\r\n"
    with socket.create_connection(("127.0.0.1", customer.serving.port)) as wire:
        wire.sendall(head.encode())
        assert wire.recv(1024).startswith(b"HTTP/1.1 200")


@pytest.mark.parametrize("path", INSIGHTS)
def test_insights(customer: Customer, path: str) -> None:
    assert customer.app.get(path.format(user=customer.user)).status_code == 200


def test_enrich(customer: Customer) -> None:
    """The example of the documentation."""
    answer = customer.app.get("/enrich?q=garfish%20MANLY%20NS&country=AU&institution=AU00000&accountType=transaction&amount=-12.95")
    assert (answer.status_code, answer.json()["data"]["merchant"]["businessName"]) == (200, "Garfish")


def test_identities(customer: Customer) -> None:
    assert customer.app.get(f"/users/{customer.user}/identities").json()["count"] == 1


def test_users_are_listed(customer: Customer) -> None:
    """Not in the documentation; both demo applications ask for it."""
    assert customer.app.get("/users?limit=1").status_code == 200


def test_head_wherever_get(customer: Customer) -> None:
    assert customer.app.call("HEAD", "/connectors").status_code == 200


def test_page_is_compressed_for_clients_that_ask(customer: Customer) -> None:
    answer = customer.app.get(f"{customer.path}/transactions", headers={"Accept-Encoding": "gzip"})
    assert answer.headers.get("content-encoding") == "gzip"
    assert len(gzip.compress(answer.content)) < len(answer.content) / 4
