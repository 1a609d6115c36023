"""A refresh token that rotates at every refresh, and SIGKILL around its change: what is kept can be read after every refresh.

A new consent is needed only where the kill fell between the bank's answer and the commit: the bank's newest token is then nowhere else.
`make test` runs a short share; `make soak` runs two hundred refreshes.
"""

from __future__ import annotations

import os
import random
import threading
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import select

from bowerbird.domain.access.tenant import Tenant
from bowerbird.domain.connections.bank_access import secret_of
from bowerbird.settings import Settings
from bowerbird.storage.database.tables import applications
from bowerbird.storage.database.unit_of_work import EVERY_TENANT, UnitOfWork
from bowerbird.wiring.services import open_services
from tests.banks.upstream import Answer, Asked, UpstreamServer
from tests.faults.fleet import new_key
from tests.faults.traffic import ENVIRONMENT
from tests.serving import Application, Process, is_settled, until

PLUGINS = Path(__file__).parent / "plugins"
KILLS = ("before the answer", "after the answer", "after the commit")
_ANSWER_TO_COMMIT_S = 0.03
"""About what passes between them: a kill within it falls on either side of the commit."""


class TokenBank(UpstreamServer):
    """Accepts the newest token once, and gives out the next. Kills the process that asks at the point that is planned."""

    def __init__(self) -> None:
        super().__init__()
        self.valid, self.given, self.plan = "token-0", 0, ""
        self.kill: Callable[[], None] = lambda: None
        self.chance = random.Random(7)
        self.is_asked_for = threading.Event()
        """Set once the client has the answer to its own request: no kill takes that away."""
        self.is_asked_for.set()

    def answer(self, asked: Asked) -> Answer:
        assert self.is_asked_for.wait(30)
        if asked.path == "/accounts":
            self._kill_at("after the commit", 0)
            return Answer.of({})
        if asked.authorization != self.valid:
            return Answer(401)
        self.given += 1
        self.valid = f"token-{self.given}"
        self._kill_at("before the answer", 0)
        self._kill_at("after the answer", self.chance.uniform(0, _ANSWER_TO_COMMIT_S))
        return Answer.of({"refresh_token": self.valid})

    def _kill_at(self, point: str, after_s: float) -> None:
        if self.plan != point:
            return
        self.plan = ""
        if after_s:
            threading.Timer(after_s, self.kill).start()
        else:
            self.kill()


class Rotating:
    """A person whose bank rotates its token, and the server that is killed."""

    def __init__(self, folder: Path, bank: TokenBank) -> None:
        folder.mkdir()
        settings, institutions = folder.parent / "connectors.toml", PLUGINS / "rotating_institutions.toml"
        settings.write_text(f'[rotating_bank]\naddress = "{bank.url}"\n')
        environment = {
            **ENVIRONMENT,
            "PYTHONPATH": os.pathsep.join(filter(None, (str(PLUGINS), os.environ.get("PYTHONPATH")))),
            "BOWERBIRD_INSTITUTIONS": str(institutions),
            "BOWERBIRD_CONNECTORS": str(settings),
            "BOWERBIRD_OUTBOUND_ALLOW": bank.host,
            "BOWERBIRD_REFRESHES_PER_CONNECTION_PER_DAY": "9999",
            "BOWERBIRD_LOG_LEVEL": "error",
        }
        self.bank, self.settings = bank, Settings(data=folder, institutions=str(institutions))
        self.app = Application("", new_key(self.settings))
        self.process = Process(folder, **environment)
        self.app = Application(self.process.url, self.app.api_key)
        bank.kill = self.process.kill
        self.reconsents, self.lost, self.readable = 0, 0, 0

    def begin(self) -> None:
        self.process.start()
        self.user = self.app.new_user()
        self.app.settled(self.app.connect(self.user, "a", "token-0", "AU00093"))
        connection = self.app.get(f"/users/{self.user}/connections").json()["data"][0]
        self.path = f"/users/{self.user}/connections/{connection['id']}"

    def refresh(self, plan: str) -> None:
        """One refresh, with a kill; afterwards what is kept is the bank's newest token, by a new consent where the kill lost one."""
        self.bank.plan = plan
        self.bank.is_asked_for.clear()
        job = self.app.post(f"{self.path}/refresh").json()["id"]
        self.bank.is_asked_for.set()
        was_lost = self._after_kill() if plan else False
        until(lambda: is_settled(self.app.job(job)), "the refresh", 60)
        succeeded = all(step["status"] == "success" for step in self.app.job(job)["steps"])
        assert succeeded is not was_lost, "a person is needed exactly where the token was lost"
        if was_lost:
            self.reconsents += 1
            self.bank.valid = f"consent-{self.reconsents}"
            self.app.settled(self.app.post(self.path, json={"password": self.bank.valid}).json()["id"])
            assert self.app.get(self.path).json()["status"] == "active"

    def _after_kill(self) -> bool:
        """Whether the kill lost the token; the server is up again."""
        until(lambda: self.process.ended, "the kill")
        was_lost = self.kept() != self.bank.valid
        self.lost += was_lost
        self.process.start()
        self.app.close()
        self.app = Application(self.process.url, self.app.api_key)
        return was_lost

    def kept(self) -> str | None:
        """What is kept of the connection, read while no process serves. Raises VaultError."""
        services = open_services(self.settings)
        try:
            [application_id] = services.storage.read_now(_applications, tenant=EVERY_TENANT)
            found = services.read_now(secret_of, self.path.rpartition("/")[2], tenant=Tenant(application_id, self.user))
            self.readable += found is not None
            return found
        finally:
            services.close()


def _applications(uow: UnitOfWork) -> list[str]:
    return [str(row.id) for row in uow.rows(select(applications.c.id))]


@pytest.mark.parametrize(
    ("refreshes", "share"), [pytest.param(6, 2, marks=pytest.mark.slow), pytest.param(200, 3, marks=pytest.mark.soak)], ids=["short", "200"]
)
def test_what_is_kept_is_readable_after_every_kill(tmp_path: Path, refreshes: int, share: int, tell: Callable[[object], None]) -> None:
    """Each `share`-th refresh meets a kill, at each point in turn."""
    kills = Counter[str]()
    with TokenBank() as bank:
        rotating = Rotating(tmp_path / "data", bank)
        rotating.begin()
        for nth in range(refreshes):
            plan = KILLS[nth // share % len(KILLS)] if nth % share == 0 else ""
            kills[plan] += 1
            rotating.refresh(plan)
        assert rotating.process.stop() == 0
        with closing(rotating.app):
            assert rotating.kept() == bank.valid
    killed = kills.total() - kills[""]
    tell(
        f"{refreshes} refreshes, {killed} kills {dict(kills)}: {rotating.readable} of {killed + 1} readings opened, "
        f"{rotating.lost} tokens lost between answer and commit, {rotating.reconsents} new consents"
    )
    assert rotating.readable == killed + 1
    assert rotating.reconsents == rotating.lost
    assert rotating.lost >= kills["before the answer"]
