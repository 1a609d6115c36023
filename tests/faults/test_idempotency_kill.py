"""kill -9 while creations are sent under keys: a client that sends an unanswered request again creates one thing, not two."""

from __future__ import annotations

import random
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import httpx2
import pytest

from bowerbird.settings import Settings
from tests.faults.fleet import new_key
from tests.faults.long_account import statement
from tests.serving import Application, Process


@pytest.fixture
def process(tmp_path: Path) -> Iterator[Process]:
    started = Process(tmp_path / "data", BOWERBIRD_LEASE_SECONDS="1", BOWERBIRD_LOG_LEVEL="error")
    yield started
    with suppress(Exception):
        started.kill()


class Client(threading.Thread):
    """Creates users and statements, each under a key of its own, until the server dies; notes each request and its answer."""

    def __init__(self, url: str, api_key: str, user: str, name: str) -> None:
        super().__init__(daemon=True)
        self.app, self.user, self.name = Application(url, api_key), user, name
        self.asked: list[str] = []
        self.answers: dict[str, bytes] = {}

    def run(self) -> None:
        number = 0
        with suppress(httpx2.TransportError, AssertionError):
            while True:
                key = f"{self.name}-{number}-{('user', 'file')[number % 2]}"
                self.asked.append(key)
                self.answers[key] = self.ask(self.app, key)
                number += 1
        self.app.close()

    def ask(self, app: Application, key: str) -> bytes:
        headers = {"Idempotency-Key": key}
        if key.endswith("user"):
            answer = app.post("/users", json={"email": "gavin@hooli.com"}, headers=headers)
        else:
            files = {"statement": ("statement.csv", statement(0, 50))}
            answer = app.post(f"/users/{self.user}/statements", data={"institutionId": "AU00201"}, files=files, headers=headers)
        assert answer.status_code in (201, 202), answer.text
        return answer.read()


def counted(folder: Path) -> tuple[int, int]:
    """(users, statement jobs) in the database."""
    with sqlite3.connect(folder / "bowerbird.db") as database:
        users = database.execute("SELECT count(*) FROM users").fetchone()[0]
        jobs = database.execute("SELECT count(*) FROM jobs WHERE kind = 'statement'").fetchone()[0]
    database.close()
    return users, jobs


def run_kills(process: Process, kills: int, seed: int) -> tuple[int, int]:
    """(creations asked for, of which never answered the first time)"""
    chance = random.Random(seed)
    process.folder.mkdir(parents=True, exist_ok=True)
    api_key = new_key(Settings(data=process.folder))
    process.start()
    app = Application(process.url, api_key)
    user = app.new_user()
    clients = []
    for round_number in range(kills):
        storm = [Client(process.url, api_key, user, f"{round_number}-{each}") for each in range(4)]
        for client in storm:
            client.start()
        threading.Event().wait(chance.uniform(0.05, 0.4))  # the moment of the kill is the experiment, not a wait for something
        process.kill()
        for client in storm:
            client.join(30)
        process.start()
        for client in storm:
            for key in client.asked[-3:]:
                again = client.ask(app, key)
                assert client.answers.get(key, again) == again
        clients += storm
    asked = [key for client in clients for key in client.asked]
    assert counted(process.folder) == (
        1 + sum(key.endswith("user") for key in asked),
        sum(key.endswith("file") for key in asked),
    )
    app.close()
    assert process.stop() == 0
    return len(asked), sum(len(client.asked) - len(client.answers) for client in clients)


def test_a_retry_after_a_kill_creates_once(process: Process) -> None:
    asked, unanswered = run_kills(process, kills=4, seed=1)
    assert asked > 20
    assert unanswered > 0


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(2, 6))
def test_retries_after_many_kills_create_once(process: Process, seed: int) -> None:
    asked, unanswered = run_kills(process, kills=50, seed=seed)
    assert asked > 500
    assert unanswered > 50
