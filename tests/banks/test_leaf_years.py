"""Up, SimpleFIN, Akahu, Starling and Basiq over days of a hostile bank: no row lost, none doubled, and a posted row keeps its id.

By default a refresh each day of a few; the soak plays 126 refreshes over a year.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.banks.leaf_world import (
    AkahuServer,
    BasiqServer,
    LeafServer,
    LeafWorld,
    Presets,
    SharedServer,
    StarlingServer,
    UpServer,
    faults_of,
)
from tests.banks.test_up import refresh, succeeded
from tests.serving import NOON, Application, Serving, is_settled, until

DAYS = 6
REFRESHES_OF_A_YEAR = 126
LEAVES = (UpServer, SharedServer, AkahuServer, StarlingServer, BasiqServer)
of_each_leaf = pytest.mark.parametrize("leaf", LEAVES, ids=lambda leaf: leaf.folder)
PRESETS = {
    "calm": Presets(0, 0, 0, 0, 0),
    "tips": Presets(tip=60, vanish=0, edit=0, twin=0),
    "twins": Presets(tip=0, vanish=0, edit=0, twin=80),
    "vanishing": Presets(tip=0, vanish=40, edit=0, twin=0),
    "edited": Presets(tip=0, vanish=0, edit=30, twin=0),
    "lingering": Presets(tip=15, vanish=2, edit=0, twin=20, linger=85),
    "signs": Presets(tip=0, vanish=0, edit=0, twin=20, sign=30),
    "short memory": Presets(memory=35),
    "all": Presets(),
}


@contextmanager
def served(folder: Path, bank: LeafServer) -> Iterator[Serving]:
    file = folder / "connectors.toml"
    file.write_text(f'[{bank.folder}]\naddress = "{bank.url}"\n')
    chosen: dict[str, Any] = {
        "step_seconds": 8,
        "outbound_allow": bank.host,
        "connectors": str(file),
        "refreshes_per_connection_per_day": 100,
    }
    with bank, Serving(folder / "data", **chosen) as serving:
        yield serving


def connected(app: Application, bank: LeafServer) -> str:
    user = app.new_user()
    job = app.settled(app.connect(user, bank.login, bank.password, bank.institution))
    assert succeeded(job), job
    return user


def shown(app: Application, user: str) -> list[dict[str, Any]]:
    names = {each["id"]: each["name"] for each in app.get(f"/users/{user}/accounts").json()["data"]}
    return [{**row, "name": names[row["account"]]} for row in app.transactions(user)]


def posted(rows: list[dict[str, Any]]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {"Everyday": [], "Other": []}
    for row in rows:
        if row["status"] == "posted":
            found[row["name"]].append(round(float(row["amount"]) * 100))
    return {name: sorted(cents) for name, cents in found.items()}


class Kept:
    """The ids under which posted rows were shown first."""

    def __init__(self) -> None:
        self.ids: set[str] = set()

    def check(self, rows: list[dict[str, Any]]) -> int:
        """How many posted rows are not there any more under their ids."""
        now = {row["id"] for row in rows if row["status"] == "posted"}
        lost = len(self.ids - now)
        self.ids |= now
        return lost


@of_each_leaf
@pytest.mark.parametrize("preset", PRESETS)
def test_days_of_a_hostile_bank(tmp_path: Path, leaf: type[LeafServer], preset: str, tell: Callable[[object], None]) -> None:
    refresh_often(tmp_path, leaf, preset, tell, DAYS, 1)


@pytest.mark.soak
@of_each_leaf
@pytest.mark.parametrize("preset", PRESETS)
def test_a_year_of_a_hostile_bank(tmp_path: Path, leaf: type[LeafServer], preset: str, tell: Callable[[object], None]) -> None:
    refresh_often(tmp_path, leaf, preset, tell, REFRESHES_OF_A_YEAR, 3)


def refresh_often(
    tmp_path: Path, leaf: type[LeafServer], preset: str, tell: Callable[[object], None], refreshes: int, days_between: int
) -> None:
    """After each refresh, some days apart, what is shown is what is true."""
    world, kept, wrong = LeafWorld(7, NOON, PRESETS[preset]), Kept(), []
    bank = leaf(world)
    with served(tmp_path, bank) as serving:
        app = serving.application()
        user = connected(app, bank)
        rows: list[dict[str, Any]] = []
        for day in range(refreshes):
            for _ in range(days_between - 1):
                world.day(serving.clock.now())
                serving.advance(hours=24)
            world.day(serving.clock.now())
            assert succeeded(refresh(serving, app, user))
            rows = shown(app, user)
            lost = kept.check(rows)
            if lost or posted(rows) != world.posted():
                wrong.append((day, lost))
            serving.advance(hours=17)
        pending = sum(row["status"] == "pending" for row in rows)
    span = f"{refreshes} refreshes over {refreshes * days_between} days"
    tell(f"{leaf.folder}, {preset}: {span}, {len(kept.ids)} posted rows, refreshes that are wrong: {len(wrong)}")
    assert wrong == []
    assert pending == sum(row.posted is None for account in world.accounts for row in account.rows)


def refresh_in_time(serving: Serving, app: Application, user: str, **credentials: str) -> dict[str, Any]:
    """A refresh, or new credentials, whose job may wait as long as its bank wants it to."""
    serving.advance(hours=7)
    app.forget_tokens()
    connection = app.get(f"/users/{user}/connections").json()["data"][0]["id"]
    path = f"/users/{user}/connections/{connection}"
    job = (app.post(path, json=credentials) if credentials else app.post(f"{path}/refresh")).json()["id"]

    def look() -> dict[str, Any] | None:
        found = app.job(job)
        if is_settled(found):
            return found
        serving.advance(seconds=1)
        return None

    return until(look, "the job is settled")


@of_each_leaf
def test_faults_and_a_removed_account_lose_nothing(tmp_path: Path, leaf: type[LeafServer], tell: Callable[[object], None]) -> None:
    world, kept, failed = LeafWorld(11, NOON, Presets()), Kept(), 0
    bank = leaf(world)
    with served(tmp_path, bank) as serving:
        app = serving.application()
        user = connected(app, bank)
        refuse = faults_of(3)
        for day in range(DAYS):
            world.accounts[1].is_removed = day >= DAYS // 2
            world.day(serving.clock.now())
            bank.fault = lambda _nth, asked: refuse(asked)
            failed += not succeeded(refresh_in_time(serving, app, user))
            assert kept.check(shown(app, user)) == 0, day
            serving.advance(hours=17)
        bank.fault = lambda _nth, _asked: None
        assert succeeded(refresh_in_time(serving, app, user, password=bank.password))
        rows = shown(app, user)
        assert kept.check(rows) == 0
    tell(f"{leaf.folder}: {DAYS} days with faults, {failed} refreshes failed, {len(kept.ids)} posted rows")
    assert posted(rows)["Everyday"] == world.posted()["Everyday"]
