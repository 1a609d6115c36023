"""A token that rotates at every login: what is kept is readable after every refresh, also where processes die around its change."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

import pytest

from bowerbird.domain.access.tenant import Tenant
from bowerbird.domain.connections.connections import list_connections
from bowerbird.model.account import AccountClass, BankAccount
from bowerbird.model.connection import Login
from bowerbird.model.transaction import BankTransaction
from bowerbird.plugins.guard import Guard
from bowerbird.sdk.challenges import LoggedIn
from bowerbird.sdk.connector import ConnectorContext
from bowerbird.sdk.failures import InvalidCredentials
from bowerbird.storage.database.unit_of_work import StorageUnavailable
from tests.deaths import Death, deaths
from tests.serving import NOON, Application, Serving, is_settled, until

REFRESHES = 60


@dataclass
class RotatingBank:
    """Accepts the newest token only, and gives out the next one for it. Dies, as a killed process would, where `dies` says so.

    `dies` answers for a point, "before" or "after" the new token is kept.
    """

    institutions: frozenset[str] = frozenset({"AU00001"})
    valid: str = "token-0"
    given: int = 0
    deaths: list[str] = field(default_factory=list)
    dies: Callable[[str], bool] = lambda _point: False

    def log_in(self, login: Login, context: ConnectorContext) -> LoggedIn:
        used = context.secret or login.password
        if used != self.valid:
            raise InvalidCredentials("an old token")
        self.given += 1
        self.valid = f"token-{self.given}"
        self._point("before")
        context.keep_secret(self.valid)
        self._point("after")
        return LoggedIn(self.valid)

    def _point(self, point: str) -> None:
        if self.dies(point):
            self.deaths.append(point)
            raise Death

    def accounts(self, session: str, context: ConnectorContext) -> tuple[None, list[BankAccount]]:
        return None, [BankAccount("062000111", "Everyday", None, "AUD", AccountClass.TRANSACTION, "Everyday", 100, 100)]

    def transactions(self, session: str, account: BankAccount, since: date | None, context: ConnectorContext) -> list[BankTransaction]:
        return [BankTransaction(-450, "COFFEE", date(2026, 3, 1), upstream_id="one")]


def test_a_token_that_rotates_is_kept_before_it_is_used(
    tmp_path: Path, tell: Callable[[object], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each third refresh dies once the new token is kept: the job goes on with it, and no person is needed."""
    bank, died = RotatingBank(), [0]
    deaths(monkeypatch)

    def dies(point: str) -> bool:
        return point == "after" and bank.given % 3 == 0 and died[0] < bank.given and not died.__setitem__(0, bank.given)

    with Serving(tmp_path / "data", step_seconds=2, refreshes_per_connection_per_day=1000) as serving:
        serving.services.plugins.connectors["AU00001"] = bank
        app = serving.application()
        user = app.new_user()
        app.settled(app.connect(user, "a", "token-0", "AU00001"))
        bank.dies = dies
        connection = app.get(f"/users/{user}/connections").json()["data"][0]["id"]
        for _ in range(REFRESHES):
            job = app.post(f"/users/{user}/connections/{connection}/refresh").json()["id"]
            until(lambda job=job: finished(serving, app, job), "the refresh")  # type: ignore[misc]
            assert all(step["status"] == "success" for step in app.job(job)["steps"])
        rows = serving.services.read_now(list_connections, tenant=Tenant(app.id, user))
        assert rows[0].secret is not None
        assert bank.valid.encode() not in rows[0].secret
        tell(f"{REFRESHES} refreshes, {len(bank.deaths)} deaths once the token was kept, 0 new consents")
        assert len(bank.deaths) >= REFRESHES // 3
        assert len(app.transactions(user)) == 1


def test_a_token_that_is_lost_on_its_way_needs_the_person(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A death between the bank's answer and the commit: the old token is used up, and the connection says so."""
    deaths(monkeypatch)
    bank = RotatingBank()
    with Serving(tmp_path / "data", step_seconds=2) as serving:
        serving.services.plugins.connectors["AU00001"] = bank
        app = serving.application()
        user = app.new_user()
        app.settled(app.connect(user, "a", "token-0", "AU00001"))
        bank.dies = lambda point: point == "before" and not bank.deaths
        connection = app.get(f"/users/{user}/connections").json()["data"][0]["id"]
        job = app.post(f"/users/{user}/connections/{connection}/refresh").json()["id"]
        until(lambda: finished(serving, app, job), "the refresh")
        assert bank.deaths == ["before"]
        assert app.get(f"/users/{user}/connections/{connection}").json()["status"] == "invalid"


@pytest.mark.parametrize("is_caught", [False, True])
def test_a_token_that_could_not_be_kept_is_no_fault_of_the_bank(is_caught: bool) -> None:
    """The server's own failure passes the guard as it is, also where a connector catches it."""

    def keep(_secret: str) -> None:
        raise StorageUnavailable("the disk is full")

    class Catching(RotatingBank):
        def log_in(self, login: Login, context: ConnectorContext) -> LoggedIn:
            with suppress(Exception):
                return super().log_in(login, context)
            return LoggedIn("another")

    bank = Catching() if is_caught else RotatingBank()
    with ThreadPoolExecutor(1) as pool, pytest.raises(StorageUnavailable):
        Guard(pool, 5).log_in(bank, Login("AU00001", "a", "token-0"), ConnectorContext(NOON, 0, 0, keep_secret=keep))


def finished(serving: Serving, app: Application, job: str) -> bool:
    """Whether a job is over; a job whose process died is taken over once its lease is."""
    if is_settled(app.job(job)):
        return True
    if not (serving.server.dispatcher and serving.server.dispatcher.in_flight):
        serving.clock.advance(timedelta(seconds=serving.settings.lease_seconds + 1))
        serving.services.wake()
        app.forget_tokens()
    return False
