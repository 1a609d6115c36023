"""kill -9 of the server and of the receiver while events happen: each event that was answered for is delivered at least once.

`make test` runs a short, seeded share; `make soak` ten thousand events.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path

import httpx2
import pytest

from bowerbird.domain.access import applications
from bowerbird.domain.notifications.deliveries import RETRY_AFTER_SECONDS
from bowerbird.settings import Settings
from bowerbird.storage.database.unit_of_work import EVERY_TENANT
from bowerbird.wiring.services import open_services
from tests.serving import PATIENCE_SECONDS, Application, Process, free_port

ROOT = Path(__file__).parents[2]


class ReceiverProcess:
    """A receiver as a process of its own, on a port that outlives it."""

    def __init__(self, file: Path) -> None:
        self.file, self.port = file, free_port()
        self.host = f"127.0.0.1:{self.port}"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        command = [sys.executable, "-m", "tests.receiver_process", str(self.port), str(self.file)]
        self._process = subprocess.Popen(command, cwd=ROOT, env=dict(os.environ))

    def kill(self) -> None:
        assert self._process is not None
        self._process.send_signal(signal.SIGKILL)
        self._process.wait(PATIENCE_SECONDS)

    def events(self) -> list[str]:
        """Event ids in the order they arrived."""
        lines = self.file.read_text().splitlines() if self.file.exists() else []
        return [line.split()[1] for line in lines]


@pytest.fixture
def receiver(tmp_path: Path) -> Iterator[ReceiverProcess]:
    started = ReceiverProcess(tmp_path / "received")
    yield started
    with suppress(Exception):
        started.kill()


@pytest.fixture
def process(tmp_path: Path, receiver: ReceiverProcess) -> Iterator[Process]:
    started = Process(
        tmp_path / "data",
        BOWERBIRD_OUTBOUND_ALLOW=receiver.host,
        BOWERBIRD_LEASE_SECONDS="1",
        BOWERBIRD_WEBHOOK_SECONDS="1",
        BOWERBIRD_LOG_LEVEL="error",
        BOWERBIRD_SANDBOX_CONTROLS="yes",
        BOWERBIRD_TOKEN_TTL_SECONDS=str(10**7),
    )
    yield started
    with suppress(Exception):
        started.kill()


def new_key(folder: Path) -> str:
    folder.mkdir(parents=True, exist_ok=True)
    services = open_services(Settings(data=folder))
    key = services.write_now(partial(applications.create_application, production=False, products="all"), "Kill", tenant=EVERY_TENANT)
    services.close()
    return key.secret


class Writer(threading.Thread):
    """Makes things happen until `wanted` more are answered for or the server dies."""

    def __init__(self, url: str, key: str, user: str, wanted: int) -> None:
        super().__init__(daemon=True)
        self.app, self.user, self.wanted, self.answered = Application(url, key), user, wanted, 0

    def run(self) -> None:
        with suppress(httpx2.TransportError, AssertionError):
            while self.answered < self.wanted:
                answer = self.app.post(f"/users/{self.user}", json={"lastName": f"Name {self.answered}"})
                assert answer.status_code == 200
                self.answered += 1
        self.app.close()


def run(process: Process, receiver: ReceiverProcess, *, wanted: int, seed: int, longest: int) -> Counter[str]:
    """Events, kills and deliveries, counted. `longest` is how many seconds may pass between two kills."""
    chance, counts = random.Random(seed), Counter[str]()
    key = new_key(process.folder)
    process.start()
    receiver.start()
    app = Application(process.url, key)
    user = app.new_user()
    hook = app.post("/notifications/webhooks", json={"url": f"http://{receiver.host}/hook"})
    assert hook.status_code == 201, hook.text
    while counts["answered"] < wanted:
        writer = Writer(process.url, key, user, wanted - counts["answered"])
        writer.start()
        writer.join(chance.uniform(0.2, longest))  # the moment of the kill is the experiment, not a wait for something
        for name, victim in chance.sample([("receiver", receiver), ("server", process)], k=chance.choice((1, 1, 2))):
            victim.kill()  # type: ignore[attr-defined]
            counts[f"{name} kills"] += 1
            if name == "server":
                writer.join(PATIENCE_SECONDS)
            victim.start()  # type: ignore[attr-defined]
        writer.wanted = 0  # one whose server was not killed ends by itself
        writer.join(PATIENCE_SECONDS)
        counts["answered"] += writer.answered
    deliver_the_rest(process, app, hook.json()["id"])
    events, arrived = updates(app), Counter(receiver.events())
    counts |= Counter({"events": len(events), "lost": len(set(events) - set(arrived)), "arrived": arrived.total()})
    app.close()
    process.stop()
    return counts


def deliver_the_rest(process: Process, app: Application, webhook: str) -> None:
    """Turn the clock up the ladder until nothing waits."""
    path = f"/notifications/webhooks/{webhook}"
    for seconds in RETRY_AFTER_SECONDS[:-1]:
        app.http.post("/_bowerbird/clock", json={"advanceSeconds": seconds}).raise_for_status()
        if not at_rest(app, path):
            return
    raise AssertionError(f"{waiting(app, path)} messages still wait; the webhook is {app.get(path).json()['status']}")


def at_rest(app: Application, path: str) -> int:
    """How many messages wait once no more of them have gone for three seconds: longer than any lease here."""
    left, since = waiting(app, path), time.monotonic()
    while left and time.monotonic() - since < 3:
        time.sleep(0.1)
        if (now := waiting(app, path)) != left:
            left, since = now, time.monotonic()
    return left


def waiting(app: Application, path: str) -> int:
    size: int = app.get(f"{path}/messages?filter=status.eq('Pending')&limit=1").json()["size"]
    return size


def updates(app: Application) -> list[str]:
    """Ids of all events of updates, newest first."""
    found: list[str] = []
    path = "/events?filter=event.type.eq('user.updated')"
    while path:
        page = app.get(path).json()
        found += [event["id"] for event in page["data"]]
        path = page["links"].get("next", "")
    return found


def judge(counts: Counter[str], wanted: int) -> None:
    assert counts["lost"] == 0, counts
    assert counts["events"] >= counts["answered"] >= wanted, counts


def test_kills_lose_no_message(process: Process, receiver: ReceiverProcess) -> None:
    counts = run(process, receiver, wanted=120, seed=1, longest=2)
    judge(counts, 120)


@pytest.mark.soak
def test_kills_lose_no_message_of_ten_thousand(process: Process, receiver: ReceiverProcess) -> None:
    counts = run(process, receiver, wanted=10_000, seed=2, longest=6)
    judge(counts, 10_000)
    print(dict(counts))  # noqa: T201  (what a soak is read for)
    assert counts["server kills"] >= 20
    assert counts["receiver kills"] >= 20
