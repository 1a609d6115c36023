"""kill -9 at random moments, on both databases: nothing answered is lost, nothing doubled, balances right, every job ends documented.

`make test` runs a short, seeded share; `make soak` runs five hundred kills on each.
"""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Protocol

import pytest

from bowerbird.settings import Settings
from bowerbird.wiring.services import open_services
from tests.faults.fleet import WITH_TOLL_BANK, Fleet, new_key
from tests.faults.traffic import ENVIRONMENT, Traffic, check_jobs, check_rows
from tests.postgres import Database
from tests.serving import Application, Process

SEEDS = [pytest.param(seed, marks=pytest.mark.soak) for seed in range(2, 12)]


class Victims(Protocol):
    """Processes to be killed. `settings` reach the database they share."""

    settings: Settings
    key: str

    @property
    def url(self) -> str: ...
    def kill_some(self, chance: random.Random) -> None: ...
    def bring_back(self) -> None: ...
    def stop(self) -> None: ...


class OneProcess:
    """`serve` on its embedded database: always the one that is killed."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self.settings = Settings(data=folder, institutions=WITH_TOLL_BANK["BOWERBIRD_INSTITUTIONS"])
        self.key = new_key(self.settings)
        self.process = Process(folder, **WITH_TOLL_BANK, **ENVIRONMENT, BOWERBIRD_LOG_LEVEL="error")
        self.process.start()
        self.url = self.process.url

    def kill_some(self, _chance: random.Random) -> None:
        self.process.kill()

    def bring_back(self) -> None:
        self.process.start()

    def stop(self) -> None:
        assert self.process.stop() == 0


class SomeOfAFleet:
    """A server and two workers on one PostgreSQL: one, two or all of them are killed."""

    def __init__(self, folder: Path, database: Database) -> None:
        self.fleet = Fleet(folder, database, **ENVIRONMENT)
        self.settings, self.key = self.fleet.settings(), self.fleet.key
        self.server = self.fleet.serve()
        self.processes: list[Process] = [self.server, self.fleet.worker(), self.fleet.worker()]
        self.url = self.server.url
        self._dead: list[Process] = []

    def kill_some(self, chance: random.Random) -> None:
        """Mostly workers: while the server lives, it goes on promising."""
        chosen = chance.choice(((0,), (1,), (2,), (1,), (2,), (1, 2), (0, 1), (0, 1, 2)))
        self._dead = [self.processes[index] for index in chosen]
        for process in self._dead:
            process.kill()

    def bring_back(self) -> None:
        """A worker is not waited for: the next kill may find it while it starts."""
        for process in self._dead:
            process.launch()
        if self.server in self._dead:
            self.server.wait_ready()

    def stop(self) -> None:
        for process in self.processes:
            process.wait_ready()
        assert [process.stop() for process in self.processes] == [0, 0, 0]


def run_kills(victims: Victims, kills: int, seed: int) -> dict[str, int]:
    """Kill so often amid traffic, then look; counts of what was seen."""
    with closing(Application(victims.url, victims.key)) as app:
        users = [app.new_user() for _ in range(3)]
        promised = kill_amid_traffic(victims, users, kills, seed)
        with closing(open_services(victims.settings)) as services:
            endings = check_jobs(services, app, promised)
            rows = sum(check_rows(app, user) for user in users)
    victims.stop()
    return {"kills": kills, "jobs": len(set(promised)), "rows": rows, **endings}


def kill_amid_traffic(victims: Victims, users: list[str], kills: int, seed: int) -> list[str]:
    """The ids of all jobs that answers named."""
    chance = random.Random(seed)
    promised: list[str] = []
    for number in range(kills):
        clients = [Traffic(victims.url, victims.key, users, f"{seed}.{number}.{each}") for each in range(2)]
        for client in clients:
            client.start()
        threading.Event().wait(chance.uniform(0.05, 0.6))  # the moment of the kill is the experiment, not a wait for something
        victims.kill_some(chance)
        for client in clients:
            client.enough.set()
            client.join(60)
            promised += client.promised
        victims.bring_back()
    return promised


@pytest.fixture
def one_process(tmp_path: Path) -> Iterator[OneProcess]:
    made = OneProcess(tmp_path / "data")
    yield made
    with suppress(Exception):
        made.process.kill()


@pytest.fixture
def some_of_a_fleet(tmp_path: Path, database: Database) -> Iterator[SomeOfAFleet]:
    made = SomeOfAFleet(tmp_path, database)
    with made.fleet:
        yield made


@pytest.mark.parametrize("seed", [1, *SEEDS])
def test_kills_of_a_process_lose_nothing(one_process: OneProcess, seed: int, tell: Callable[[object], None]) -> None:
    seen = run_kills(one_process, 6 if seed == 1 else 50, seed)
    tell(seen)
    assert seen["jobs"] > seen["kills"]
    assert seen["success"] > seen["jobs"] // 2


@pytest.mark.parametrize("seed", [1, *SEEDS])
def test_kills_in_a_fleet_lose_nothing(some_of_a_fleet: SomeOfAFleet, seed: int, tell: Callable[[object], None]) -> None:
    seen = run_kills(some_of_a_fleet, 8 if seed == 1 else 50, seed)
    tell(seen)
    assert seen["jobs"] > seen["kills"]
    assert seen["success"] > seen["jobs"] // 2
