"""kill -9 at random moments of connections, refreshes and uploads: nothing answered is lost, nothing doubled, balances right.

`make test` runs a short, seeded share; `make soak` runs hundreds of kills.
"""

from __future__ import annotations

import random
import threading
from collections.abc import Iterator
from contextlib import suppress
from itertools import pairwise
from pathlib import Path
from typing import Any

import httpx2
import pytest

from bowerbird.domain import applications
from bowerbird.settings import Settings
from bowerbird.storage.unit_of_work import EVERY_TENANT
from bowerbird.wiring import open_world
from tests.faults.long_account import ROWS, statement
from tests.serving import Application, Process, is_settled, until


@pytest.fixture
def process(tmp_path: Path) -> Iterator[Process]:
    started = Process(
        tmp_path / "data", BOWERBIRD_LEASE_SECONDS="1", BOWERBIRD_LOG_LEVEL="error", BOWERBIRD_REFRESHES_PER_CONNECTION_PER_DAY="9999"
    )
    yield started
    with suppress(Exception):
        started.kill()


def new_key(folder: Path) -> str:
    world = open_world(Settings(data=folder))
    key = world.storage.write_now(
        lambda uow: applications.create_application(world, uow, "Kill", production=True, products="all"), tenant=EVERY_TENANT
    )
    world.close()
    return key.secret


class Client(threading.Thread):
    """Sends connections, refreshes and overlapping uploads until the server dies; notes every job it was promised."""

    def __init__(self, url: str, key: str, users: list[str], seed: int) -> None:
        super().__init__(daemon=True)
        self.app, self.users, self.random = Application(url, key), users, random.Random(seed)
        self.promised: list[str] = []

    def run(self) -> None:
        with suppress(httpx2.TransportError, AssertionError):
            while True:
                self._act(self.random.choice(self.users))
        self.app.close()

    def _act(self, user: str) -> None:
        choice = self.random.random()
        if choice < 0.3:
            answer = self.app.post(f"/users/{user}/connections", json=GAVIN)
        elif choice < 0.5:
            connections = self.app.get(f"/users/{user}/connections").json()["data"]
            web = [each["id"] for each in connections if each["method"] == "web" and each["status"] == "active"]
            if not web:
                return
            answer = self.app.post(f"/users/{user}/connections/{self.random.choice(web)}/refresh")
        else:
            first = self.random.randrange(0, ROWS - 200)
            answer = self.app.upload(user, statement(first, first + 200))
        if answer.status_code in (200, 202):
            self.promised.append(answer.json()["id"])


GAVIN = {"loginId": "gavinBelson", "password": "hooli2016", "institution": {"id": "AU00000"}}


def check(app: Application, user: str) -> None:
    """No row twice, every balance the one before plus the amount, kept counts equal to real ones."""
    listed = app.transactions(user)
    assert len({row["id"] for row in listed}) == len(listed)
    assert app.get(f"/users/{user}/transactions?limit=1").json()["size"] == len(listed)
    for account in app.get(f"/users/{user}/accounts").json()["data"]:
        rows = [row for row in reversed(listed) if row["account"] == account["id"] and row["status"] == "posted"]
        if account["institution"] == "AU00201":
            descriptions = [row["description"] for row in rows]
            assert len(set(descriptions)) == len(descriptions), "a row of a statement was imported twice"
            assert all(row["description"] == f"ROW {cents(row['balance']) // 100 - 1}" for row in rows)
            continue
        for before, after in pairwise(rows):
            assert cents(before["balance"]) + cents(after["amount"]) == cents(after["balance"]), (account["id"], before, after)
        if rows:
            assert rows[-1]["balance"] == account["balance"]


def cents(text: str) -> int:
    return int(text.replace(".", ""))


def run_kills(process: Process, kills: int, seed: int) -> dict[str, int]:
    chance = random.Random(seed)
    process.folder.mkdir(parents=True, exist_ok=True)
    key = new_key(process.folder)
    process.start()
    app = Application(process.url, key)
    users = [app.new_user() for _ in range(3)]
    promised: list[str] = []
    for round_number in range(kills):
        client = Client(process.url, key, users, seed * 1000 + round_number)
        client.start()
        threading.Event().wait(chance.uniform(0.05, 0.6))  # the moment of the kill is the experiment, not a wait for something
        process.kill()
        client.join(30)
        promised += client.promised
        process.start()
    ended = [until(lambda job=job: settled(app, job), f"job {job}") for job in promised]  # type: ignore[misc]
    for user in users:
        check(app, user)
    counts = {"kills": kills, "jobs": len(promised), "failed": sum("failed" in str(job["steps"]) for job in ended)}
    app.close()
    assert process.stop() == 0
    return counts


def settled(app: Application, job_id: str) -> dict[str, Any] | None:
    answer = app.get(f"/jobs/{job_id}")
    assert answer.status_code == 200, f"a promised job is gone: {job_id}"
    job: dict[str, Any] = answer.json()
    return job if is_settled(job) else None


def test_kills_lose_nothing(process: Process) -> None:
    counts = run_kills(process, kills=8, seed=1)
    assert counts["jobs"] > 20
    assert counts["failed"] == 0


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(2, 12))
def test_many_kills_lose_nothing(process: Process, seed: int) -> None:
    counts = run_kills(process, kills=50, seed=seed)
    assert counts["failed"] == 0
