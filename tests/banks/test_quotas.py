"""A bank that accepts few requests gets no more than those, however impatient its customers are, and every wait ends when it says."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest

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
from tests.banks.test_up import connected, moved, served, succeeded
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


def test_a_history_longer_than_the_quota_is_read_over_days_and_nights_leave_half(tmp_path: Path) -> None:
    """Six accounts of a year and a half: 12 windows each. What is read is kept; no request is sent twice."""
    bank = SimpleFinServer(*(SharedAccount(str(nth), f"Account {nth}", months(60)) for nth in range(6)))
    with served_by_simplefin(tmp_path, bank, refreshes_per_connection_per_day=1000) as serving:
        app = serving.application()
        user = app.new_user()
        job = app.connect(user, "mine", bank.setup_token(), "US90001")
        days = 0
        while not is_settled(app.get(f"/jobs/{job}").json()):
            serving.idle()
            assert len(bank.asked) <= 24 * (days + 1)
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
