"""A data holder whose refresh token rotates at every refresh, and SIGKILL around its change: the arrangement can be read after every kill.

The person gives access again only where the kill fell between the holder's answer and the commit: its newest token is then nowhere else.
The arrangement stays the same. `make test` runs a short share; `make soak` runs two hundred refreshes.
"""

from __future__ import annotations

import random
import threading
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import msgspec
import pytest
from sqlalchemy import select

from bowerbird.connectors.cdr.arrangement import Arrangement
from bowerbird.domain.access.tenant import Tenant
from bowerbird.domain.connections.bank_access import secret_of
from bowerbird.model.clock import SystemClock
from bowerbird.settings import Settings
from bowerbird.storage.database.tables import applications
from bowerbird.storage.database.unit_of_work import EVERY_TENANT
from bowerbird.wiring.services import open_services
from tests.banks.at_bank import ServerProcess
from tests.banks.cdr_holder import Customer, DataHolder, rows_of
from tests.banks.cdr_recipient import Recipient, settings_of, table_of
from tests.banks.upstream import Answer, Asked
from tests.faults.fleet import new_key
from tests.faults.traffic import ENVIRONMENT
from tests.serving import is_settled, until

KILLS = ("before the change", "before the answer", "after the answer", "after the commit")
"""Where the kill falls: before the holder has changed its token, before it answers, while the answer is written down, and later."""
_ANSWER_TO_COMMIT_S = 0.03
"""About what passes between them: a kill within it falls on either side of the commit."""


class KillingHolder(DataHolder):
    """Kills the process that asks at the point that is planned."""

    plan, chance = "", random.Random(7)

    def arm(self, kill: Callable[[], None]) -> None:
        self.kill, self.is_asked_for = kill, threading.Event()
        self.is_asked_for.set()

    def answer(self, asked: Asked) -> Answer:
        is_refresh = asked.path == "/token" and b"grant_type=refresh_token" in asked.body
        if is_refresh:
            assert self.is_asked_for.wait(30)  # once the client has the answer to its own request, no kill takes that away
            self._kill_at("before the change", 0)
            if self.was_killed:
                return Answer(503)
        elif asked.path.startswith("/cds-au"):
            self._kill_at("after the commit", 0)
        answer = super().answer(asked)
        if is_refresh and answer.status == 200:
            self._kill_at("before the answer", 0)
            self._kill_at("after the answer", self.chance.uniform(0, _ANSWER_TO_COMMIT_S))
        return answer

    was_killed = False

    def _kill_at(self, point: str, after_s: float) -> None:
        self.was_killed = self.plan == point
        if not self.was_killed:
            return
        self.plan = ""
        if after_s:
            threading.Timer(after_s, self.kill).start()
        else:
            self.kill()


class Rotating:
    """A person whose holder rotates its token, and the server that is killed."""

    def __init__(self, folder: Path, holder: KillingHolder) -> None:
        file = folder / "connectors.toml"
        file.write_text(table_of(folder, "cdr", settings_of(holder)))
        (folder / "data").mkdir()
        environment = {
            **ENVIRONMENT,
            "BOWERBIRD_CONNECTORS": str(file),
            "BOWERBIRD_OUTBOUND_ALLOW": holder.host,
            "BOWERBIRD_REFRESHES_PER_CONNECTION_PER_DAY": "9999",
            "BOWERBIRD_LOG_LEVEL": "error",
        }
        self.holder, self.settings = holder, Settings(data=folder / "data", connectors=str(file))
        self.process = ServerProcess(folder / "data", **environment)
        self.process.key = new_key(self.settings)
        holder.arm(self.process.kill)
        self.reconsents, self.lost, self.readable = 0, 0, 0

    def begin(self) -> None:
        self.process.start()
        self.one = Recipient(self.process, self.holder)
        assert [step["status"] for step in self.one.gives()["steps"]] == ["success"] * 3, self.holder.refusals
        self.path = f"/users/{self.one.person.user_id}/connections/{self.one.connection['id']}"

    @property
    def newest(self) -> str:
        [held] = self.holder.arrangements.values()
        return held.refresh_token

    def refresh(self, plan: str) -> None:
        """One refresh, with a kill; afterwards what is kept is the holder's newest token, by access given again where the kill lost one."""
        self.holder.plan = plan
        self.holder.is_asked_for.clear()
        job = self.one.app.post(f"{self.path}/refresh").json()["id"]
        self.holder.is_asked_for.set()
        was_lost = self._after_kill() if plan else False
        until(lambda: is_settled(self.one.app.job(job)), "the refresh", 60)
        steps = self.one.app.job(job)["steps"]
        succeeded = all(step["status"] == "success" for step in steps)
        assert succeeded is not was_lost, ("a person is needed exactly where the token was lost", plan, steps)
        if was_lost:
            self.reconsents += 1
            assert steps[0]["result"]["code"] == "user-action-required"
            assert [step["status"] for step in self.one.renews()["steps"]] == ["success"] * 3, self.holder.refusals
            assert self.one.app.get(self.path).json()["status"] == "active"

    def _after_kill(self) -> bool:
        """Whether the kill lost the token; the server is up again, and the person has a new browser."""
        until(lambda: self.process.ended, "the kill")
        was_lost = self.kept() != self.newest
        self.lost += was_lost
        self.process.start()
        self.one.comes_again()
        return was_lost

    def close(self) -> None:
        self.one.person.close()
        self.one.app.close()

    def kept(self) -> str:
        """The token that is kept of the connection, read while no process serves. Raises VaultError."""
        services = open_services(self.settings)
        try:
            [row] = services.storage.read_now(lambda uow: list(uow.rows(select(applications.c.id))), tenant=EVERY_TENANT)
            tenant = Tenant(str(row.id), self.one.person.user_id)
            found = services.read_now(secret_of, self.path.rpartition("/")[2], tenant=tenant)
            self.readable += found is not None
            return msgspec.json.decode(found or "", type=Arrangement).refresh_token
        finally:
            services.close()


@pytest.mark.parametrize(
    ("refreshes", "share"), [pytest.param(8, 2, marks=pytest.mark.slow), pytest.param(200, 3, marks=pytest.mark.soak)], ids=["short", "200"]
)
def test_an_arrangement_is_readable_after_every_kill(tmp_path: Path, refreshes: int, share: int, tell: Callable[[object], None]) -> None:
    """Each `share`-th refresh meets a kill, at each point in turn."""
    kills, holder = Counter[str](), KillingHolder(SystemClock(), rotates=True)
    holder.customers["gavin"] = Customer("subject-of-gavin", {"a1": rows_of("a1", holder.clock.now(), 2)})
    with holder:
        rotating = Rotating(tmp_path, holder)
        rotating.begin()
        with closing(rotating):
            for nth in range(refreshes):
                plan = KILLS[nth // share % len(KILLS)] if nth % share == 0 else ""
                kills[plan] += 1
                rotating.refresh(plan)
            assert rotating.process.stop() == 0
            assert rotating.kept() == rotating.newest
    killed = kills.total() - kills[""]
    tell(
        f"{refreshes} refreshes at a data holder, {killed} kills {dict(kills)}: {rotating.readable} of {killed + 1} readings opened, "
        f"{rotating.lost} tokens lost between answer and commit, "
        f"access given again {rotating.reconsents} times, {len(holder.arrangements)} arrangement"
    )
    assert rotating.readable == killed + 1
    assert rotating.reconsents == rotating.lost
    assert rotating.lost >= kills["before the answer"]
