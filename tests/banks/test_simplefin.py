"""SimpleFIN through the whole server: a token claimed once serves every refresh, and rows keep their ids when their server changes them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from bowerbird.domain.connections import feed_pages
from bowerbird.sdk.connector import ANY_PUBLIC_HOST, Upstream
from tests.banks.simplefin_server import SharedAccount, SharedRow, SimpleFinServer
from tests.banks.test_up import refresh, succeeded
from tests.serving import NOON, Application, Serving, failure_of

INSTITUTION = "US90001"


@contextmanager
def served(folder: Path, bank: SimpleFinServer, **settings: Any) -> Iterator[Serving]:
    with bank, Serving(folder / "data", **{"step_seconds": 4, "outbound_allow": bank.host, **settings}) as serving:
        yield serving


def connected(app: Application, token: str) -> tuple[str, dict[str, Any]]:
    user = app.new_user()
    return user, app.settled(app.connect(user, "mine", token, INSTITUTION))


def months(count: int) -> list[SharedRow]:
    """A wage every ten days, the newest yesterday."""
    days = [NOON - timedelta(days=1 + 10 * nth) for nth in range(count)]
    return [SharedRow(f"w{nth}", "WAGE", "100.00", day, day) for nth, day in enumerate(days)]


def test_a_claimed_token_serves_every_refresh(tmp_path: Path) -> None:
    coffee = SharedRow("coffee", "BLUEBUSH ESPRESSO", "-4.50", NOON - timedelta(hours=3))
    bank = SimpleFinServer(
        SharedAccount("1", "Checking", [*months(20), coffee]),
        SharedAccount("1", "Savings", organization="Other Bank"),  # the same id at another bank
        SharedAccount("9", "Miles", currency="https://bank.example/miles"),
    )
    with served(tmp_path, bank) as serving:
        app = serving.application()
        user, job = connected(app, bank.setup_token())
        assert succeeded(job), job
        accounts = {each["name"]: each["id"] for each in app.get(f"/users/{user}/accounts").json()["data"]}
        assert accounts.keys() == {"Checking", "Savings"}
        ids = {row["description"]: row["id"] for row in app.transactions(user) if row["status"] == "pending"}
        assert len(app.transactions(user)) == 21
        for _ in range(5):  # each listing gives the pending row another id
            assert succeeded(refresh(serving, app, user))
            assert {row["description"]: row["id"] for row in app.transactions(user) if row["status"] == "pending"} == ids
        coffee.posted, coffee.amount = serving.clock.now() - timedelta(hours=1), "-5.00"
        assert succeeded(refresh(serving, app, user))
        rows = app.transactions(user)
        assert [(row["id"], row["status"], row["amount"]) for row in rows if row["description"] == "BLUEBUSH ESPRESSO"] == [
            (ids["BLUEBUSH ESPRESSO"], "posted", "-5.00")
        ]
        assert len(rows) == 21
        assert {each["name"]: each["id"] for each in app.get(f"/users/{user}/accounts").json()["data"]} == accounts
        assert len([each for each in bank.asked if each.method == "POST"]) == 1
        bank.revoked = True
        assert failure_of(refresh(serving, app, user))[:2] == ("verify-credentials", "invalid-credentials")


def test_a_token_that_was_claimed_before_is_refused_and_a_new_one_goes_on(tmp_path: Path) -> None:
    bank = SimpleFinServer(SharedAccount("1", "Checking", months(3)))
    bank.unclaimed.remove("one")
    with served(tmp_path, bank) as serving:
        app = serving.application()
        user, job = connected(app, bank.setup_token())
        assert failure_of(job)[:2] == ("verify-credentials", "invalid-credentials")
        connection = app.get(f"/users/{user}/connections").json()["data"][0]["id"]
        answer = app.post(f"/users/{user}/connections/{connection}", json={"password": bank.setup_token("two")})
        assert succeeded(app.settled(answer.json()["id"]))
        assert len(app.transactions(user)) == 3


def test_a_token_leads_to_no_address_that_is_not_public(tmp_path: Path) -> None:
    """What a person pastes names the host: the guard of every way out judges it, and https is needed."""
    with SimpleFinServer() as canary:
        bank = SimpleFinServer()
        with served(tmp_path, bank, outbound_allow="") as serving:
            app = serving.application()
            for token in (
                canary.setup_token(),
                "bm90IGEgVVJM",
                "%%%",
                "aHR0cDovLzE2OS4yNTQuMTY5LjI1NC9sYXRlc3Q=",
                "ZmlsZTovLy9ldGMvcGFzc3dk",
            ):
                assert failure_of(connected(app, token)[1])[:2] == ("verify-credentials", "invalid-credentials")
        assert canary.asked == []


def test_a_token_does_not_lead_into_the_networks_of_the_operator(tmp_path: Path) -> None:
    """What is open to webhooks of the operator's own machines is closed to a host that a customer names."""
    bank = SimpleFinServer(SharedAccount("1", "Checking", months(3)))
    network = Upstream("simplefin", ANY_PUBLIC_HOST), Upstream("up", frozenset({"api.up.com.au"}))
    with served(tmp_path, bank, outbound_allow="127.0.0.0/8") as serving:
        assert failure_of(connected(serving.application(), bank.setup_token())[1])[:2] == ("verify-credentials", "invalid-credentials")
        assert bank.asked == []
        clients = [serving.services.guard.network.http(each, 0, Event(), lambda: None) for each in network]
        assert [bool(each.allowed.networks) for each in clients] == [False, True]


def test_a_host_that_a_customer_names_has_little_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feed_pages, "STEP_SECONDS_OF_ANY_HOST", -1)
    bank = SimpleFinServer(SharedAccount("1", "Checking", months(3)))
    with served(tmp_path, bank) as serving:
        job = connected(serving.application(), bank.setup_token())[1]
        assert failure_of(job)[:2] == ("retrieve-transactions", "job-timed-out")
