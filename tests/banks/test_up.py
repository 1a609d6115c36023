"""Up read through the whole server: pending becomes posted under one id, and whatever its API does ends in a documented answer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from threading import Event
from time import monotonic
from typing import Any

import pytest

from bowerbird.sdk.pages import RECHECKED_DAYS
from tests.banks.up_bank import TOKEN, Movement, UpAccount, UpBank
from tests.banks.upstream import Answer, Asked
from tests.serving import NOON, Application, Process, Serving, failure_of, until

INSTITUTION = "AU90001"


def moved(count: int, start: datetime = NOON, a_day: int = 3) -> list[Movement]:
    """Settled purchases, the newest a day before the start."""
    first = start - timedelta(days=count // a_day + 1)
    days = [first + timedelta(days=nth // a_day, minutes=nth % a_day) for nth in range(count)]
    return [Movement(f"t{nth:05d}", f"SHOP {nth % 40}", -(100 + nth % 900), day, day) for nth, day in enumerate(days)]


@contextmanager
def served(folder: Path, bank: UpBank, **settings: Any) -> Iterator[Serving]:
    file = folder / "connectors.toml"
    file.write_text(f'[up]\naddress = "{bank.url}"\n')
    chosen = {"step_seconds": 4, "outbound_allow": bank.host, "connectors": str(file), **settings}
    with bank, Serving(folder / "data", **chosen) as serving:
        yield serving


def connected(app: Application, token: str = TOKEN) -> tuple[str, dict[str, Any]]:
    user = app.new_user()
    return user, app.settled(app.connect(user, "mine", token, INSTITUTION))


def refresh(serving: Serving, app: Application, user: str) -> dict[str, Any]:
    serving.advance(hours=7)
    app.forget_tokens()
    connection = app.get(f"/users/{user}/connections").json()["data"][0]["id"]
    return app.settled(app.post(f"/users/{user}/connections/{connection}/refresh").json()["id"])


def succeeded(job: dict[str, Any]) -> bool:
    return all(step["status"] == "success" for step in job["steps"])


def test_pending_is_settled_under_the_same_id(tmp_path: Path) -> None:
    coffee = Movement("coffee", "Bluebush Espresso", -650, NOON - timedelta(hours=2))
    account = UpAccount("9f3c1b7e-52d4-4f0a-8a53-0d2f5c9b1e11", available_cents=5000, movements=[*moved(250), coffee])
    bank = UpBank(account, UpAccount("saver", "Rainy day", "SAVER", 70_000))
    with served(tmp_path, bank) as serving:
        app = serving.application()
        user, job = connected(app)
        assert succeeded(job), job
        first = {row["description"]: row for row in app.transactions(user) if row["status"] == "pending"}
        assert first.keys() == {"Bluebush Espresso"}
        assert len(app.transactions(user)) == 251
        shown = {
            each["name"]: (each["class"]["type"], each["availableFunds"]) for each in app.get(f"/users/{user}/accounts").json()["data"]
        }
        assert shown == {"Spending": ("transaction", "50.00"), "Rainy day": ("savings", "700.00")}
        coffee.settled, coffee.cents = NOON + timedelta(hours=6), -700  # settled with a tip
        bank.asked.clear()
        assert succeeded(refresh(serving, app, user))
        rows = [row for row in app.transactions(user) if row["description"] == "Bluebush Espresso"]
        assert [(row["id"], row["status"], row["amount"]) for row in rows] == [(first["Bluebush Espresso"]["id"], "posted", "-7.00")]
        assert len(app.transactions(user)) == 251
        since = [path for path in bank.pages_asked() if "9f3c" in path]
        assert all("filter%5Bsince%5D=2026-0" in path for path in since)
        assert len(since) == 2  # the last 45 days: 135 rows


def test_an_account_is_the_same_under_another_name_and_a_token_that_is_withdrawn_ends_it(tmp_path: Path) -> None:
    account = UpAccount("one", movements=moved(10))
    bank = UpBank(account)
    with served(tmp_path, bank) as serving:
        app = serving.application()
        user, _ = connected(app)
        before = app.get(f"/users/{user}/accounts").json()["data"][0]["id"]
        account.name = "Play money"
        assert succeeded(refresh(serving, app, user))
        assert [(each["id"], each["name"]) for each in app.get(f"/users/{user}/accounts").json()["data"]] == [(before, "Play money")]
        bank.tokens.clear()
        assert failure_of(refresh(serving, app, user))[:2] == ("verify-credentials", "invalid-credentials")
        assert app.get(f"/users/{user}/connections").json()["data"][0]["status"] == "invalid"
        assert len(app.transactions(user)) == 10


def always(status: int, **headers: str) -> Callable[[int, Asked], Answer | None]:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda _nth, asked: Answer(status, b"{}", named) if "page%5Bafter%5D" in asked.path else None


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        (always(401), "invalid-credentials"),
        (always(403), "account-not-accessible-requires-user-action"),
        (always(500), "service-unavailable"),
        (always(503, retry_after="60"), "maintenance-error"),
        (always(302, location="http://169.254.169.254/"), "unknown-error"),
        (lambda _nth, asked: Answer(200, b'{"data": [', {}) if "after" in asked.path else None, "unknown-error"),
        (lambda _nth, asked: Answer(200, b"x" * (33 * 1024 * 1024), {}) if "after" in asked.path else None, "unknown-error"),
        (lambda _nth, asked: Answer(200, b"{}", {"content-encoding": "gzip"}) if "after" in asked.path else None, "unknown-error"),
        (lambda _nth, asked: Answer(seconds=20) if "after" in asked.path else None, "service-unavailable"),
    ],
)
def test_a_fault_in_the_middle_of_a_listing_writes_nothing(tmp_path: Path, fault: Callable[[int, Asked], Answer | None], code: str) -> None:
    bank = UpBank(UpAccount("one", movements=moved(120)), page_size=50)
    bank.fault = fault
    with served(tmp_path, bank, step_seconds=8) as serving:
        app = serving.application()
        user, job = connected(app)
        assert failure_of(job)[:2] == ("retrieve-transactions", code)
        assert app.transactions(user) == []
        asked = len(bank.asked)
        bank.fault = lambda _nth, _asked: None
        serving.idle()
        assert len(bank.asked) == asked


def test_a_bank_that_wants_a_pause_gets_it(tmp_path: Path) -> None:
    bank = UpBank(UpAccount("one", movements=moved(120)), page_size=50)
    bank.fault = always(429, retry_after="600")
    with served(tmp_path, bank) as serving:
        app = serving.application()
        user = app.new_user()
        job = app.connect(user, "mine", TOKEN, INSTITUTION)
        until(lambda: any("after" in path for path in bank.pages_asked()), "the refusal")
        serving.idle()
        asked = len(bank.asked)
        bank.fault = lambda _nth, _asked: None
        serving.advance(seconds=599)
        serving.idle()
        assert (len(bank.asked), app.job(job)["steps"][2]["status"]) == (asked, "pending")
        serving.advance(seconds=2)
        assert succeeded(app.settled(job))
        assert len(app.transactions(user)) == 120
        assert len([path for path in bank.pages_asked() if "after" not in path]) == 1  # the first page was kept


def test_pages_that_repeat_or_shift_add_nothing_twice(tmp_path: Path) -> None:
    account = UpAccount("one", movements=moved(170))
    bank = UpBank(account, page_size=50)

    def shift(_nth: int, asked: Asked) -> None:
        """A purchase is made while the pages are read: every later page begins with the last row of the one before."""
        if "after" in asked.path:
            account.movements.append(Movement(f"new{len(account.movements)}", "NEW", -5, NOON, None))

    bank.fault = shift
    with served(tmp_path, bank) as serving:
        app = serving.application()
        user, job = connected(app)
        assert succeeded(job)
        rows = [row["description"] for row in app.transactions(user)]
        assert len([text for text in rows if text != "NEW"]) == 170
        bank.fault = lambda _nth, _asked: None
        assert succeeded(refresh(serving, app, user))
        assert len(app.transactions(user)) == len(account.movements)


def test_pages_in_a_circle_come_to_an_end(tmp_path: Path) -> None:
    bank = UpBank(UpAccount("one", movements=moved(120)), page_size=50)
    with served(tmp_path, bank) as serving:
        page = bank.answer(Asked("GET", "/api/v1/accounts/one/transactions?page%5Bsize%5D=100", f"Bearer {TOKEN}"))
        bank.fault = lambda _nth, asked: page if "/transactions" in asked.path else None
        app = serving.application()
        user, job = connected(app)
        assert failure_of(job)[:2] == ("retrieve-transactions", "unknown-error")
        assert len(bank.pages_asked()) < 10
        assert app.transactions(user) == []


def test_a_link_leads_to_no_other_host(tmp_path: Path) -> None:
    with UpBank() as canary:
        bank = UpBank(UpAccount("one", movements=moved(120)), page_size=50)
        with served(tmp_path, bank, outbound_allow=f"{bank.host},{canary.host}") as serving:
            app = serving.application()
            for link in (canary.url, f"https://{canary.host}", "https://api.up.com.au@evil.example/", "https://api.up.com.au:444/api/v1"):
                bank.links = link
                assert failure_of(connected(app)[1])[:2] == ("retrieve-transactions", "unknown-error")
        assert canary.asked == []


def test_one_account_that_is_gone_leaves_the_others(tmp_path: Path) -> None:
    bank = UpBank(UpAccount("one", movements=moved(9)), UpAccount("two", "Closed", movements=moved(3)))
    bank.fault = lambda _nth, asked: Answer(404, b"{}") if "/accounts/two/" in asked.path else None
    with served(tmp_path, bank) as serving:
        app = serving.application()
        user, job = connected(app)
        assert succeeded(job)
        assert len(app.transactions(user)) == 9
        statuses = {each["name"]: each["status"] for each in app.get(f"/users/{user}/accounts").json()["data"]}
        assert statuses == {"Spending": "available", "Closed": "unavailable"}


def test_a_slow_bank_slows_itself_only(tmp_path: Path, tell: Callable[[object], None]) -> None:
    """Twelve customers of a bank that does not answer: connections of another bank take at most twice their time alone."""
    bank, answers = UpBank(UpAccount("one", movements=moved(9))), Event()

    def hold(_nth: int, _asked: Asked) -> None:
        answers.wait(120)

    with served(tmp_path, bank, step_seconds=120) as serving:
        app = serving.application()
        alone_s = [time_of_a_connection(app) for _ in range(5)]
        bank.fault = hold
        try:
            slow = [app.connect(app.new_user(), "mine", TOKEN, INSTITUTION) for _ in range(12)]
            until(lambda: len(bank.asked) >= 2, "the bank to be asked")
            beside_s = [time_of_a_connection(app) for _ in range(5)]
            assert not any(succeeded(app.job(job)) for job in slow)
        finally:
            answers.set()
    alone, beside = median(alone_s), median(beside_s)
    tell(f"another bank's connection: {alone * 1000:.0f} ms alone, {beside * 1000:.0f} ms beside 12 customers of a slow one")
    assert beside <= 2 * alone


def time_of_a_connection(app: Application) -> float:  # not money: seconds
    """How long a bank that answers at once takes to be connected."""
    user, began = app.new_user(), monotonic()
    assert succeeded(app.settled(app.connect(user, "gavinBelson", "hooli2016")))
    return monotonic() - began


@pytest.mark.slow
@pytest.mark.parametrize(
    ("kills", "count", "a_day", "page_s"), [(6, 2_070, 3, 0.2), pytest.param(40, 20_700, 57, 0.7, marks=pytest.mark.soak)]
)
def test_kills_on_the_way_lose_and_double_nothing(
    tmp_path: Path, kills: int, count: int, a_day: int, page_s: float, tell: Callable[[object], None]
) -> None:
    """A server that is killed again and again reads a long history: each kill costs the page that was being read.

    A refresh reads the days that are looked at again, and no page more.
    """
    start = datetime.now(UTC)
    bank = UpBank(UpAccount("one", movements=moved(count, start, a_day)))
    file = tmp_path / "connectors.toml"
    file.write_text(f'[up]\naddress = "{bank.url}"\n')
    environment = {"BOWERBIRD_CONNECTORS": str(file), "BOWERBIRD_OUTBOUND_ALLOW": bank.host, "BOWERBIRD_LEASE_SECONDS": "1"}
    with bank:
        with Serving(tmp_path / "data") as serving:
            app = serving.application()
        process = Process(tmp_path / "data", **environment)
        process.start()
        client = Application(process.url, app.api_key)
        user = client.new_user()
        bank.fault = lambda _nth, _asked: Answer(seconds=page_s)
        job = client.connect(user, "mine", TOKEN, INSTITUTION)
        for kill in range(kills):
            seen = 2 + kill * (count // 100 - 3) // kills
            until(lambda wanted=seen: len(set(bank.pages_asked())) >= wanted, "pages")  # type: ignore[misc]
            process.kill()
            process.start()
        bank.fault = lambda _nth, _asked: None
        until(lambda: succeeded(client.job(job)), "the job", 120)
        first = len(bank.pages_asked())
        again = client.post(f"/users/{user}/connections/refresh").json()["data"][0]["id"]
        until(lambda: succeeded(client.job(again)), "the refresh", 120)
        refreshed = len(bank.pages_asked()) - first
        rows = client.transactions(user)
        client.close()
        assert process.stop() == 0
    pages, needed = bank.pages_asked()[:first], -(-count // 100)
    most = max(Counter(pages).values())
    tell(
        f"{kills} kills, {len(rows)} rows, {len(set(pages))} pages asked {len(pages)} times, one {most} times; a refresh {refreshed} pages"
    )
    assert (len(rows), len({row["id"] for row in rows})) == (count, count)
    assert len(set(pages)) == needed
    assert len(pages) <= needed + kills
    assert refreshed <= -(-(RECHECKED_DAYS + 1) * a_day // 100)
