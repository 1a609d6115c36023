"""The master key changes while a server reads and writes, and both the command and the server are killed on the way."""

from __future__ import annotations

import fcntl
import os
import random
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import httpx2
import pytest
from sqlalchemy import select
from typer.testing import CliRunner

from bowerbird.cli import app
from bowerbird.domain.access import applications
from bowerbird.domain.access.tenant import Tenant
from bowerbird.domain.services import Services, Session
from bowerbird.domain.users import users
from bowerbird.domain.users.users import UserDetails
from bowerbird.settings import Settings
from bowerbird.storage.database import tables
from bowerbird.storage.database.unit_of_work import EVERY_TENANT
from bowerbird.storage.rows.users import UserRow
from bowerbird.storage.vault.rotation import uses_of_master_keys
from bowerbird.wiring.services import SetupError, open_services
from tests.postgres import Database
from tests.serving import START_SECONDS, Application, Process, until


class Load:
    """A client that reads users and creates some, all the while. `answers` counts status codes; a server that is away counts as 0."""

    def __init__(self, application: Application, user_ids: list[str], seed: int) -> None:
        self.application, self.user_ids, self.random = application, user_ids, random.Random(seed)
        self.answers: Counter[int] = Counter()
        self.created: list[str] = []
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run)
        application.token()  # the only one there will be: tokens stay valid through a rotation

    def __enter__(self) -> Load:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()
        self.application.close()

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                self._once()
            except httpx2.TransportError:
                self.answers[0] += 1
                self._stop.wait(0.02)

    def _once(self) -> None:
        if self.random.random() < 0.2:
            answer = self.application.post("/users", json={"email": "new@hooli.com"})
            if answer.status_code == 201:
                self.created.append(answer.json()["id"])
        else:
            answer = self.application.get(f"/users/{self.random.choice(self.user_ids)}")
        self.answers[answer.status_code] += 1


def populate(settings: Settings, count: int) -> tuple[str, str, list[str]]:
    """(API key, application id, user ids)."""
    services = open_services(settings)
    key = services.write_now(partial(applications.create_application, production=False, products="all"), "Test", tenant=EVERY_TENANT)

    def make(session: Session, first: int, last: int) -> list[str]:
        return [
            users.create_user(session.in_application(key.application_id), UserDetails(email=f"u{n}@hooli.com"))[0]
            for n in range(first, last)
        ]

    found: list[str] = []
    for first in range(0, count, 5000):
        found += services.write_now(lambda session, at=first: make(session, at, min(at + 5000, count)), tenant=EVERY_TENANT)  # type: ignore[misc]
    services.close()
    return key.secret, key.application_id, found


class Rotating:
    """`bowerbird vault rotate`, started again whenever it has ended, so that there is always something to kill."""

    def __init__(self, settings: Settings, **environment: str) -> None:
        self.settings, self.environment = settings, environment
        self.finished = 0
        self._services = open_services(settings)
        self._process = self._start()

    def _start(self) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "bowerbird", "vault", "rotate", "--data", str(self.settings.data)]
        return subprocess.Popen(command, env={**os.environ, **self.environment}, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)

    def waiting(self) -> int:
        """Keys under other master keys than the one that seals."""
        uses = self._services.storage.read_now(uses_of_master_keys, tenant=EVERY_TENANT)
        return sum(use.wraps for use in uses.values() if not use.seals)

    def at_work(self) -> bool:
        """Whether it is in the middle; one that has ended is started anew."""
        if self._process.poll() is not None:
            self._ended()
            self._process = self._start()
        return self.waiting() > 0

    def _ended(self) -> None:
        _, output = self._process.communicate()
        assert self._process.returncode == 0, output.decode()
        self.finished += 1

    def kill(self) -> None:
        self._process.kill()
        self._process.communicate()
        self._process = self._start()

    def finish(self) -> None:
        self._process.wait(300)
        self._ended()
        self._services.close()


def details(services: Services, row: UserRow) -> UserDetails:
    return services.read_now(users.details_of_rows, [row], tenant=EVERY_TENANT)[row.id]


def kills(count: int, seed: int) -> Iterator[str]:
    """Who is killed: each half of the time, in a random order."""
    victims = ["rotation", "server"] * (count // 2)
    random.Random(seed).shuffle(victims)
    return iter(victims)


@pytest.mark.parametrize(
    ("records", "count", "seed"),
    [pytest.param(3_000, 2, 1, marks=pytest.mark.slow), pytest.param(100_000, 20, 2, marks=pytest.mark.soak)],
)
def test_a_rotation_killed_anywhere_leaves_nothing_unreadable(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], records: int, count: int, seed: int
) -> None:
    folder = tmp_path / "data"
    api_key, application_id, user_ids = populate(Settings(data=folder), records)
    server, chance = Process(folder), random.Random(seed)
    server.start()
    rotating = Rotating(Settings(data=folder))
    with Load(Application(server.url, api_key, application_id), user_ids, seed) as load:
        for victim in kills(count, seed):
            until(rotating.at_work, "a rotation at work", 60)
            goal = rotating.waiting() * chance.uniform(0.3, 1)
            until(lambda at=goal: rotating.waiting() <= at, "some of the keys to move", 120)  # type: ignore[misc]
            if victim == "rotation":
                rotating.kill()
            else:
                server.kill()
                server.start()
        rotating.finish()
        served = sum(load.answers.values())
        until(lambda: sum(load.answers.values()) > served + 50, "requests after the last kill")
    assert set(load.answers) <= {0, 200, 201}, f"answers other than a success, or no server: {load.answers}"
    assert load.answers[200] > 50 < load.answers[201] * 10
    server.stop()
    services = open_services(Settings(data=folder))
    opened = {
        row.id
        for row in services.storage.read_now(lambda uow: uow.all(UserRow, select(*UserRow.columns(tables.users))), tenant=EVERY_TENANT)
        if details(services, row).email
    }
    assert opened >= {*user_ids, *load.created}
    uses = services.storage.read_now(uses_of_master_keys, tenant=EVERY_TENANT)
    assert [(use.seals, use.wraps) for use in uses.values()] == [(True, len(opened) + 2)]  # and the application's, and the server's own
    services.close()
    with capsys.disabled():
        print(f"\n{len(opened)} records, {count} kills, {rotating.finished} whole rotations, answers {dict(load.answers)}")  # noqa: T201 - the numbers this test is run for


OLD, NEW = "0d" * 32, "1e" * 32


def run_vault(*arguments: str, **environment: str) -> str:
    """What a `bowerbird vault` command says, or why it refuses."""
    done = CliRunner().invoke(app, ["vault", *arguments], env=environment)
    return done.output + str(done.exception or "")


def test_a_fleet_on_postgresql_changes_its_master_key(tmp_path: Path, database: Database) -> None:
    """Every process is given both keys, the command moves what there is, and the old key may go."""
    (tmp_path / "keys").write_text(f"{OLD}\n")
    settings = Settings(data=tmp_path, database_url=database.url, master_key_file=str(tmp_path / "keys"))
    services = open_services(settings)
    key = services.write_now(partial(applications.create_application, production=False, products="all"), "Test", tenant=EVERY_TENANT)
    before = [new_user(services, key.application_id) for _ in range(3)]
    environment = {"BOWERBIRD_DATABASE_URL": database.url, "BOWERBIRD_MASTER_KEY": OLD}
    assert "put a new master key first" in run_vault("rotate", **environment)
    assert "is the one this database was written under" in run_vault("status", **{**environment, "BOWERBIRD_MASTER_KEY": NEW})
    both = {**environment, "BOWERBIRD_MASTER_KEY": f"{NEW},{OLD}"}
    assert "Every key is under" in run_vault("rotate", **both)
    assert "take" in run_vault("retire", **both)
    (tmp_path / "keys").write_text(f"{NEW}\n{OLD}\n")  # this process meets the new key, and reads its file again
    after = [new_user(services, key.application_id) for _ in range(3)]
    services.close()
    reopened = open_services(replace(settings, master_key_file="", master_key=NEW))
    assert reopened.vault.token_key == services.vault.token_key
    for user_id in (*before, *after):
        assert email_of(reopened, Tenant(key.application_id, user_id)) == "gavin@hooli.com"
    reopened.close()
    with pytest.raises(SetupError, match="was written under"):
        open_services(replace(settings, master_key_file="", master_key=OLD))


def new_user(services: Services, application_id: str) -> str:
    details = UserDetails(email="gavin@hooli.com")
    return services.write_now(users.create_user, details, tenant=application_id)[0]


def email_of(services: Services, tenant: Tenant) -> str | None:
    return services.read_now(users.get_user, tenant=tenant).email


def test_a_rotation_on_postgresql_killed_on_its_way_goes_on_when_run_again(tmp_path: Path, database: Database) -> None:
    """During the rotation, a process that was started before it reads all that is sealed."""
    settings = Settings(data=tmp_path, database_url=database.url, master_key=OLD)
    _, application_id, user_ids = populate(settings, 600)
    both = replace(settings, master_key=f"{NEW},{OLD}")
    services = open_services(both)
    rotating = Rotating(both, BOWERBIRD_DATABASE_URL=database.url, BOWERBIRD_MASTER_KEY=f"{NEW},{OLD}")
    until(lambda: 0 < rotating.waiting() <= len(user_ids) * 0.8, "some of the keys to move", START_SECONDS)
    rotating.kill()
    assert all(email_of(services, Tenant(application_id, user_id)) for user_id in user_ids[::50])
    rotating.finish()
    services.close()
    reopened = open_services(replace(settings, master_key=NEW))
    uses = reopened.storage.read_now(uses_of_master_keys, tenant=EVERY_TENANT)
    assert [(use.seals, use.wraps) for use in uses.values()] == [(True, len(user_ids) + 2)]
    assert all(email_of(reopened, Tenant(application_id, user_id)) for user_id in user_ids)
    reopened.close()


def test_two_commands_never_write_the_key_file_together(tmp_path: Path) -> None:
    open_services(Settings(data=tmp_path)).close()
    with (tmp_path / "master.key.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        assert "another `bowerbird vault` command is using this key file" in run_vault("rotate", "--data", str(tmp_path))
    assert "nothing to do" in run_vault("retire", "--data", str(tmp_path))
    assert "Every key is under" in run_vault("rotate", "--data", str(tmp_path))
    assert len((tmp_path / "master.key").read_text().split()) == 2
    assert "Taken out of" in run_vault("retire", "--data", str(tmp_path))
    assert len((tmp_path / "master.key").read_text().split()) == 1
    assert "yes    1" in run_vault("status", "--data", str(tmp_path))
