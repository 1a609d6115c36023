"""A bank that accepts few requests gets no more than those, however impatient its customers are, and every wait ends when it says."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from bowerbird.connectors.simplefin.bridge import SimpleFin
from bowerbird.connectors.up.bank import Up
from bowerbird.domain.access.tenant import Tenant
from bowerbird.domain.connections.quotas import QuotaLeft, quota_left
from bowerbird.domain.services import Session
from bowerbird.model.clock import to_milliseconds
from bowerbird.sdk.connector import Quota, Upstream
from tests.banks.simplefin_server import SharedAccount, SimpleFinServer
from tests.banks.test_schedule import connections, go_to, jobs, next_refresh
from tests.banks.test_simplefin import connected as connected_to_simplefin
from tests.banks.test_simplefin import months
from tests.banks.test_simplefin import served as served_by_simplefin
from tests.banks.test_up import connected, moved, refresh, served, succeeded
from tests.banks.up_bank import TOKEN, UpAccount, UpBank
from tests.banks.upstream import Answer, Asked
from tests.serving import Application, Serving, is_settled

DAY = timedelta(hours=24)


class TimedBank(UpBank):
    """Writes down when each request came, by the server's clock."""

    moments: list[datetime]
    now: Callable[[], datetime]

    def answer(self, asked: Asked) -> Answer:
        self.moments.append(self.now())
        return super().answer(asked)


def most_in_a_day(moments: list[datetime]) -> int:
    return max(sum(first <= each < first + DAY for each in moments) for first in moments)


def in_progress(app: Application, user: str) -> list[str]:
    return [job["id"] for job in app.get(f"/users/{user}/jobs").json()["data"] if not is_settled(job)]


def test_three_impatient_clients_of_a_month_never_get_a_fifth_request(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tell: Callable[[object], None]
) -> None:
    monkeypatch.setattr(Up, "upstream", Upstream("up", frozenset({"api.up.com.au"}), quota=Quota(4)))
    bank = TimedBank(UpAccount("one", movements=moved(9)))
    bank.moments = []
    with served(tmp_path, bank, refreshes_per_connection_per_day=1000) as serving:
        bank.now = serving.clock.now
        app = serving.application()
        user, job = connected(app)
        assert succeeded(job)
        connection = connections(serving, app, user)[0].id
        wrong_moments = 0
        for _ in range(30 * 8):
            serving.advance(hours=3)
            app.forget_tokens()
            for _ in range(3):
                app.post(f"/users/{user}/connections/{connection}/refresh")
            serving.idle()
            if in_progress(app, user):
                wrong_moments += waits_until(serving, app, user) != bank.moments[-4] + DAY
        assert most_in_a_day(bank.moments) == 4
        assert wrong_moments == 0
        tell(f"30 days, 720 refreshes asked for: {len(bank.moments)} requests, most in any 24 hours 4, {jobs(app, user)} jobs")


def waits_until(serving: Serving, app: Application, user: str) -> datetime:
    """The moment until which the connection's bank accepts no request."""

    connection = connections(serving, app, user)[0].id

    def read(session: Session) -> QuotaLeft:
        return quota_left(session, connection, Quota(4))

    left = serving.services.read_now(read, tenant=Tenant(app.id, user))
    assert left.requests == 0
    return datetime.fromtimestamp(left.at_ms / 1000, serving.clock.now().tzinfo)


def test_an_account_has_a_quota_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Four pages of one account are read today, the fifth tomorrow; the other account's are read then."""
    monkeypatch.setattr(Up, "upstream", Upstream("up", frozenset({"api.up.com.au"}), quota=Quota(4, per_account=True)))
    bank = UpBank(UpAccount("one", movements=moved(90)), UpAccount("two", movements=[]), page_size=20)
    with served(tmp_path, bank) as serving:
        app = serving.application()
        user = app.new_user()
        job = app.connect(user, "mine", TOKEN, "AU90001")
        serving.idle()
        assert len(bank.pages_asked()) == 4
        assert app.transactions(user) == []
        serving.advance(hours=23, minutes=59)
        serving.idle()
        assert len(bank.pages_asked()) == 4
        serving.advance(seconds=120)
        app.forget_tokens()
        assert succeeded(app.settled(job))
        assert len(bank.pages_asked()) == 6
        assert len(app.transactions(user)) == 90


def test_a_first_history_of_two_years_fits_the_quota_and_leaves_a_refresh(tmp_path: Path, tell: Callable[[object], None]) -> None:
    """Six accounts: a request lists a window of all of them."""
    bank = SimpleFinServer(*(SharedAccount(str(nth), f"Account {nth}", months(73)) for nth in range(6)))
    with served_by_simplefin(tmp_path, bank) as serving:
        app = serving.application()
        user, job = connected_to_simplefin(app, bank.setup_token())
        assert succeeded(job)
        assert len(app.transactions(user)) == 6 * 73
        first = len(bank.asked)
        serving.advance(hours=2)
        assert succeeded(refresh(serving, app, user))
        tell(f"6 accounts over 2 years: {first} requests, and {len(bank.asked) - first} by a refresh on the same day, of 24")
        assert (first, len(bank.asked) - first) == (17, 3)
        bank.accounts.append(SharedAccount("new", "New", months(73)))
        serving.advance(hours=24)
        app.forget_tokens()
        assert succeeded(refresh(serving, app, user))
        assert len(app.transactions(user)) == 7 * 73
        assert len(bank.asked) <= first + 3 + 17


def test_a_server_that_shares_a_longer_history_is_asked_no_more_than_leaves_a_refresh(tmp_path: Path) -> None:
    bank = SimpleFinServer(SharedAccount("1", "Checking", months(150)))
    with served_by_simplefin(tmp_path, bank) as serving:
        app = serving.application()
        assert succeeded(connected_to_simplefin(app, bank.setup_token())[1])
        assert len(bank.asked) == 20


def test_connections_with_the_same_login_share_what_its_bank_accepts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of two people in two applications; another login has its own, and so has the same one at no other bank."""
    monkeypatch.setattr(Up, "upstream", Upstream("up", frozenset({"api.up.com.au"}), quota=Quota(8)))
    bank = UpBank(UpAccount("one", movements=moved(9)))
    with served(tmp_path, bank) as serving:
        first, second = serving.application("One"), serving.application("Two")
        assert succeeded(connected(first)[1])
        user, job = connected(second)
        assert succeeded(job)
        assert len(bank.asked) == 6
        job_id = second.connect(second.new_user(), "mine", TOKEN, "AU90001")
        serving.idle()
        assert not is_settled(second.get(f"/jobs/{job_id}").json())
        assert len(bank.asked) == 8
        page_of_user = connections(serving, second, user)[0].id
        left = serving.services.read_now(lambda session: quota_left(session, page_of_user, Quota(8)), tenant=Tenant(second.id, user))
        assert left.requests == 0
        other = second.connect(second.new_user(), "another", TOKEN, "AU90001")
        assert succeeded(second.settled(other))
        serving.advance(hours=24, seconds=1)
        second.forget_tokens()
        assert succeeded(second.settled(job_id))


def test_a_history_longer_than_the_quota_is_read_over_days_and_nights_leave_half(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Four requests a day where eleven windows are read. What is read is kept; no request is sent twice."""
    monkeypatch.setattr(SimpleFin, "upstream", replace(SimpleFin.upstream, quota=Quota(4)))
    bank = SimpleFinServer(*(SharedAccount(str(nth), f"Account {nth}", months(60)) for nth in range(6)))
    with served_by_simplefin(tmp_path, bank, refreshes_per_connection_per_day=1000) as serving:
        app = serving.application()
        user = app.new_user()
        job = app.connect(user, "mine", bank.setup_token(), "US90001")
        days = 0
        while not is_settled(app.get(f"/jobs/{job}").json()):
            serving.idle()
            assert len(bank.asked) <= 4 * (days + 1)
            days += 1
            serving.advance(hours=24, seconds=1)
            app.forget_tokens()
            assert days < 7
        assert succeeded(app.settled(job))
        assert len(app.transactions(user)) == 360
        windows = [each.path for each in bank.asked if "start-date" in each.path]
        assert len(windows) == len(set(windows))


def test_refreshes_by_themselves_leave_half_of_the_quota(tmp_path: Path) -> None:
    bank = SimpleFinServer(SharedAccount("1", "Checking", months(60)))
    with served_by_simplefin(tmp_path, bank) as serving:
        app = serving.application()
        user, job = connected_to_simplefin(app, bank.setup_token())
        assert succeeded(job)
        assert len(bank.asked) > 12
        due = next_refresh(serving, app, user)
        assert due is not None
        asked = len(bank.asked)
        go_to(serving, app, serving.clock.now() + timedelta(hours=20) if due > serving.clock.now() + DAY else due)
        serving.idle()
        before = jobs(app, user)
        assert (len(bank.asked), before) == (asked, 1)
        go_to(serving, app, due + timedelta(hours=25))
        serving.idle()
        assert to_milliseconds(serving.clock.now()) > 0
