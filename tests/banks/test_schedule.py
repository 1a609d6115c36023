"""Connections are refreshed by themselves: at night, on the clock, within quotas, less often while the bank fails, and with an end."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from threading import Event

import pytest

from bowerbird import codes
from bowerbird.domain.access.applications import set_disabled
from bowerbird.domain.access.tenant import Tenant
from bowerbird.domain.connections.connections import list_connections
from bowerbird.domain.connections.retries import MAX_FAILURES
from bowerbird.domain.connections.schedule import get_schedule, next_regular_ms, update_schedule
from bowerbird.model.clock import from_milliseconds, to_milliseconds
from bowerbird.model.days import DAY_MS
from bowerbird.storage.rows.connections import ConnectionRow
from tests.banks.test_up import connected, moved, served, succeeded
from tests.banks.up_bank import TOKEN, UpAccount, UpBank
from tests.banks.upstream import Answer
from tests.faults.scripted_bank import ScriptedBank
from tests.serving import NOON, Application, Serving, failure_of, is_settled, until


def connections(serving: Serving, app: Application, user: str) -> list[ConnectionRow]:
    return serving.services.read_now(list_connections, tenant=Tenant(app.id, user))


def next_refresh(serving: Serving, app: Application, user: str) -> datetime | None:
    at_ms = connections(serving, app, user)[0].refresh_at_ms
    return None if at_ms is None else from_milliseconds(at_ms)


def go_to(serving: Serving, app: Application, moment: datetime) -> None:
    serving.idle()
    serving.clock.advance(moment - serving.clock.now() + timedelta(seconds=1))
    serving.services.wake()
    app.forget_tokens()


def jobs(app: Application, user: str) -> int:
    return len(app.get(f"/users/{user}/jobs").json()["data"])


def test_live_connections_are_refreshed_each_night_and_sandbox_ones_never(tmp_path: Path, tell: Callable[[object], None]) -> None:
    bank = UpBank(UpAccount("one", movements=moved(9)))
    with served(tmp_path, bank) as serving:
        app = serving.application()
        users = [connected(app)[0] for _ in range(12)]
        sandbox = app.new_user()
        assert succeeded(app.settled(app.connect(sandbox, "gavinBelson", "hooli2016")))
        assert next_refresh(serving, app, sandbox) is None
        planned = [next_refresh(serving, app, user) for user in users]
        moments = sorted(moment for moment in planned if moment is not None)
        assert len(moments) == 12
        night = NOON.replace(hour=15) + timedelta(days=1)
        assert night <= moments[0] < moments[-1] < night + timedelta(hours=4)
        assert moments[-1] - moments[0] > timedelta(minutes=30)
        bank.asked.clear()
        for day in range(3):
            go_to(serving, app, night + timedelta(days=day, hours=4))
            until(lambda wanted=12 * (day + 1): all_refreshed(serving, app, users, wanted, bank), "every refresh of the night")  # type: ignore[misc]
        serving.idle()
        daily = len(bank.pages_asked()) / 36
        tell(f"12 connections, 3 nights: {len(pings(bank))} refreshes, {daily:.0f} page of transactions each")
        assert daily == 1


def all_refreshed(serving: Serving, app: Application, users: list[str], wanted: int, bank: UpBank) -> bool:
    """Two customers at once are read; the others wait two seconds of the clock, which therefore moves."""
    serving.idle()  # leases are by the same clock here
    serving.advance(seconds=2)
    return len(pings(bank)) == wanted and all(settled(app, user) for user in users)


def settled(app: Application, user: str) -> bool:
    """Whether no job of the user is unfinished."""
    return all(is_settled(job) for job in app.get(f"/users/{user}/jobs").json()["data"])


def pings(bank: UpBank) -> list[str]:
    return [each.path for each in bank.asked if each.path.endswith("/util/ping")]


def test_a_bank_that_fails_is_asked_less_and_less_and_then_no_more(tmp_path: Path) -> None:
    bank = UpBank(UpAccount("one", movements=moved(3)))
    with served(tmp_path, bank) as serving:
        app = serving.application()
        user, _ = connected(app)
        bank.fault = lambda _nth, _asked: Answer(503)
        bank.asked.clear()
        waits = []
        for nth in range(MAX_FAILURES):
            due = next_refresh(serving, app, user)
            assert due is not None
            go_to(serving, app, due)
            until(lambda wanted=nth + 1: connections(serving, app, user)[0].refresh_failures == wanted, "the failure")  # type: ignore[misc]
            following = next_refresh(serving, app, user)
            waits.append(None if following is None else round((following - due).total_seconds() / 60))
        assert waits == [5, 60, 360, *[1440] * 6, None]
        assert len(bank.asked) == MAX_FAILURES
        bank.fault = lambda _nth, _asked: None
        connection = connections(serving, app, user)[0].id
        assert succeeded(app.settled(app.post(f"/users/{user}/connections/{connection}/refresh").json()["id"]))
        assert (next_refresh(serving, app, user) is not None, connections(serving, app, user)[0].refresh_failures) == (True, 0)


def test_a_person_is_needed_where_the_token_is_withdrawn(tmp_path: Path) -> None:
    bank = UpBank(UpAccount("one", movements=moved(3)))
    with served(tmp_path, bank) as serving:
        app = serving.application()
        user, _ = connected(app)
        bank.tokens.clear()
        due = next_refresh(serving, app, user)
        assert due is not None
        go_to(serving, app, due)
        until(lambda: next_refresh(serving, app, user) is None, "the end of the schedule")
        assert connections(serving, app, user)[0].status == "invalid"
        bank.tokens.add(TOKEN)
        connection = connections(serving, app, user)[0].id
        job = app.post(f"/users/{user}/connections/{connection}", json={"password": f"{TOKEN} "}).json()["id"]
        assert succeeded(app.settled(job))
        assert next_refresh(serving, app, user) is not None


@pytest.mark.both_engines
def test_an_application_sets_its_own_hours(serving: Serving) -> None:
    """Sandbox connections too, on the sandbox's clock, and never the last refresh of the day."""
    app = serving.application()
    user = app.new_user()
    assert succeeded(app.settled(app.connect(user, "gavinBelson", "hooli2016")))
    serving.services.write_now(update_schedule, 1, tenant=app.id)
    connection = connections(serving, app, user)[0].id
    assert succeeded(app.settled(app.post(f"/users/{user}/connections/{connection}/refresh").json()["id"]))
    most = serving.settings.refreshes_per_connection_per_day - 1
    for _ in range(most + 2):
        due = next_refresh(serving, app, user)
        assert due is not None
        go_to(serving, app, due)
        until(lambda then=due: next_refresh(serving, app, user) != then and settled(app, user), "the refresh")  # type: ignore[misc]
    assert jobs(app, user) == 1 + most
    assert succeeded(app.settled(app.post(f"/users/{user}/connections/{connection}/refresh").json()["id"]))
    serving.services.write_now(update_schedule, 0, tenant=app.id)
    due = next_refresh(serving, app, user)
    assert due is not None
    go_to(serving, app, due)
    until(lambda: next_refresh(serving, app, user) is None, "the end of the schedule")
    assert jobs(app, user) == 2 + most
    serving.services.write_now(update_schedule, None, tenant=app.id)
    assert serving.services.read_now(get_schedule, tenant=app.id) == (None, 24, 0)


def test_an_application_that_wants_none_has_none_until_it_does(tmp_path: Path) -> None:
    bank = UpBank(UpAccount("one", movements=moved(3)))
    with served(tmp_path, bank) as serving:
        app = serving.application()
        user, _ = connected(app)
        serving.services.write_now(update_schedule, 0, tenant=app.id)
        for hours in (0, 24):
            serving.services.write_now(update_schedule, hours, tenant=app.id)
            due = next_refresh(serving, app, user)
            assert due is not None
            go_to(serving, app, due)
            until(lambda then=due: next_refresh(serving, app, user) != then and settled(app, user), "the moment to pass")  # type: ignore[misc]
            assert jobs(app, user) == (2 if hours else 1)


def test_a_consent_that_ended_ends_the_refreshes(tmp_path: Path) -> None:
    bank = UpBank(UpAccount("one", movements=moved(3)))
    with served(tmp_path, bank) as serving:
        app = serving.application()
        user, _ = connected(app)
        due = next_refresh(serving, app, user)
        assert due is not None
        connection = connections(serving, app, user)[0].id
        assert app.delete(f"/users/{user}/connections/{connection}").status_code == 204
        asked = len(bank.asked)
        go_to(serving, app, due)
        serving.idle()
        assert len(bank.asked) == asked


def test_a_bank_that_takes_too_long_is_asked_again(tmp_path: Path) -> None:
    """The answer to a challenge that no one gives has the same code: only that one needs the person."""
    bank, held = ScriptedBank(), Event()

    def hang() -> None:
        held.wait()

    with Serving(tmp_path / "data", step_seconds=4) as serving:
        serving.services.plugins.connectors["AU00001"] = bank
        app = serving.application()
        serving.services.write_now(update_schedule, 1, tenant=app.id)
        user = app.new_user()
        assert succeeded(app.settled(app.connect(user, "a", "b", "AU00001")))
        bank.before_log_in = hang
        due = next_refresh(serving, app, user)
        assert due is not None
        go_to(serving, app, due)
        until(lambda: connections(serving, app, user)[0].refresh_failures == 1, "the failure")
        held.set()
        assert failure_of(app.get(f"/users/{user}/jobs").json()["data"][0])[1] == codes.STEP_TIMED_OUT.code
        assert next_refresh(serving, app, user) is not None


def test_the_customers_of_a_disabled_application_are_left_alone(tmp_path: Path) -> None:
    bank = UpBank(UpAccount("one", movements=moved(3)))
    with served(tmp_path, bank) as serving:
        app = serving.application()
        user, _ = connected(app)
        for is_disabled in (True, False):
            assert serving.services.write_now(set_disabled, is_disabled, tenant=app.id)
            bank.asked.clear()
            due = next_refresh(serving, app, user)
            assert due is not None
            go_to(serving, app, due)
            until(lambda then=due: next_refresh(serving, app, user) != then, "the moment to pass")  # type: ignore[misc]
            serving.idle()
            if is_disabled:
                assert bank.asked == []
        until(lambda: settled(app, user) and pings(bank), "the refresh")
        assert jobs(app, user) == 2


def test_an_application_reads_and_changes_its_schedule_over_the_api(tmp_path: Path) -> None:
    with Serving(tmp_path / "data") as serving:
        app, other = serving.application(), serving.application("Other")
        seen = app.get("/extras/refresh-schedule").json()
        assert (seen["everyHours"], seen["liveHours"], seen["sandboxHours"]) == (None, 24, 0)
        changed = app.post("/extras/refresh-schedule", json={"everyHours": 6}).json()
        assert changed == {**seen, "everyHours": 6, "liveHours": 6, "sandboxHours": 6}
        assert app.get("/extras/refresh-schedule").json() == changed
        assert other.get("/extras/refresh-schedule").json()["everyHours"] is None
        for wrong in ({"everyHours": -1}, {"everyHours": 721}, {"everyHours": "6"}, {"everyHours": 1.5}):
            assert app.post("/extras/refresh-schedule", json=wrong).status_code == 400
        assert app.post("/extras/refresh-schedule", json={"everyHours": None}).json() == seen


@pytest.mark.parametrize("days", [1, 2, 3, 7, 30])
def test_whole_days_lie_between_refreshes(days: int) -> None:
    at_ms = next_regular_ms("a-connection", to_milliseconds(NOON), 24)
    for _ in range(3):
        following_ms = next_regular_ms("a-connection", at_ms + 60_000, 24 * days)
        assert following_ms - at_ms == days * DAY_MS
        at_ms = following_ms
