"""SimpleFIN through the whole server: a token claimed once serves every refresh, and rows keep their ids when their server changes them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path
from threading import Event
from typing import Any

import httpx2
import pytest
from sqlalchemy import select

from bowerbird.domain.access.tenant import Tenant
from bowerbird.domain.connections import feed_pages
from bowerbird.domain.feeds.export import FORMS, ExportFormat
from bowerbird.domain.feeds.feeds import create_feed
from bowerbird.model.reading import PendingRows
from bowerbird.sdk.connector import ANY_PUBLIC_HOST, Upstream
from bowerbird.storage.database.tables import accounts
from bowerbird.storage.database.unit_of_work import EVERY_TENANT
from tests.banks.simplefin_server import SharedAccount, SharedRow, SimpleFinServer
from tests.banks.test_up import refresh, succeeded
from tests.serving import NOON, Application, Serving, failure_of
from tests.web.client import Pages, make_operator
from tests.web.consent_session import Person

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


def feed_of(serving: Serving, app: Application, user: str) -> str:
    """The access URL of a new feed."""
    key = serving.services.write_now(create_feed, "Actual", PendingRows.POSTED, tenant=Tenant(app.id, user))
    return httpx2.post(f"{serving.url}/simplefin/claim/{key.code}").text


def banks_in_feed(access: str) -> dict[str, tuple[str, str]]:
    """Account → the name and id of its bank."""
    listed = httpx2.get(f"{access}/accounts").json()["accounts"]
    return {each["name"].split()[0]: (each["org"]["name"], each["org"]["id"]) for each in listed}


def two_banks() -> SimpleFinServer:
    """Accounts of the same id at two banks behind one login."""
    row = SharedRow("w", "WAGE", "100.00", NOON - timedelta(days=9), NOON - timedelta(days=9))
    return SimpleFinServer(
        SharedAccount("1234", "Checking", months(3), domain="one.example"),
        SharedAccount("1234", "Savings", [row], organization="Other Bank", domain="two.example"),
    )


def test_two_banks_behind_one_login_are_two_in_feeds_and_files(tmp_path: Path) -> None:
    bank = two_banks()
    with served(tmp_path, bank) as serving:
        app = serving.application()
        user, job = connected(app, bank.setup_token())
        assert succeeded(job), job
        assert {each["institution"] for each in app.get(f"/users/{user}/accounts").json()["data"]} == {INSTITUTION}
        shown = banks_in_feed(feed_of(serving, app, user))
        assert {name: bank[0] for name, bank in shown.items()} == {"Checking": "Bank of Example", "Savings": "Other Bank"}
        ids = {id for _, id in shown.values()}
        assert len(ids) == 2
        assert all(id.startswith("XX9") and len(id) == 9 for id in ids)

        files = {each: app.get(f"/users/{user}/transactions", headers={"Accept": form.media_type}).text for each, form in FORMS.items()}
        assert all(f"<BANKID>{id}<" in files[ExportFormat.OFX] for id in ids)
        for journal in (ExportFormat.HLEDGER, ExportFormat.BEANCOUNT):
            assert "Assets:Bank-of-Example:Checking" in files[journal]
            assert "Assets:Other-Bank:Savings" in files[journal]
        assert "NOther Bank Savings" in files[ExportFormat.QIF]
        lines = files[ExportFormat.CSV].splitlines()
        assert [sum(f",{name}," in line for line in lines) for name in ("Bank of Example", "Other Bank")] == [3, 1]


def test_two_banks_behind_one_login_are_two_on_pages(tmp_path: Path) -> None:
    bank = two_banks()
    with served(tmp_path, bank) as serving:
        app = serving.application()
        user, job = connected(app, bank.setup_token())
        assert succeeded(job), job
        make_operator(serving)
        operator, person = Pages(serving), Person(serving, app, user)
        with closing(operator.http), closing(person.http):
            person.land()
            person.agree()
            savings = next(each["id"] for each in app.get(f"/users/{user}/accounts").json()["data"] if each["name"] == "Savings")
            wage = app.get(f"/users/{user}/transactions?filter=account.id.eq('{savings}')").json()["data"][0]["id"]
            assert operator.sign_in().status_code == 303
            of_user = f"/dashboard/applications/{app.id}/users/{user}"
            for path in (of_user, f"{of_user}/accounts/{savings}", f"{of_user}/transactions/{wage}"):
                assert "Other Bank" in operator.get(path).text, path
            for path in ("/home/manage", f"/home/jobs/{job['id']}"):
                assert "Other Bank" in person.get(path).text, path


def test_banks_that_swap_their_names_keep_their_accounts(tmp_path: Path) -> None:
    bank = two_banks()
    with served(tmp_path, bank) as serving:
        app = serving.application()
        user, job = connected(app, bank.setup_token())
        assert succeeded(job), job
        access, before = feed_of(serving, app, user), {each["id"] for each in app.get(f"/users/{user}/accounts").json()["data"]}
        shown = banks_in_feed(access)
        bank.accounts[0].organization, bank.accounts[1].organization = "Other Bank", "Bank of Example"
        assert succeeded(refresh(serving, app, user))
        assert banks_in_feed(access) == {"Checking": shown["Savings"], "Savings": shown["Checking"]}
        assert {each["id"] for each in app.get(f"/users/{user}/accounts").json()["data"]} == before
        assert len(app.transactions(user)) == 4

        bank.revoked = True
        assert not succeeded(refresh(serving, app, user))
        assert httpx2.get(f"{access}/accounts").json()["errors"] == [
            f"Connection to {name} may need attention" for name in ("Bank of Example", "Other Bank")
        ]
        assert app.delete(f"/users/{user}").status_code == 204
        assert not serving.services.read_now(lambda session: session.uow.rows(select(accounts.c.details)), tenant=EVERY_TENANT)


def test_the_same_number_at_two_banks_of_two_logins_is_two_accounts(tmp_path: Path) -> None:
    bank = SimpleFinServer(SharedAccount("1234", "Checking", months(3)))
    with served(tmp_path, bank) as serving:
        app = serving.application()
        user, job = connected(app, bank.setup_token())
        assert succeeded(job), job
        bank.accounts = [SharedAccount("1234", "Savings", months(2), organization="Other Bank")]
        assert succeeded(app.settled(app.connect(user, "another", bank.setup_token("two"), INSTITUTION)))
        assert sorted(each["name"] for each in app.get(f"/users/{user}/accounts").json()["data"]) == ["Checking", "Savings"]
        assert len(app.transactions(user)) == 5


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
