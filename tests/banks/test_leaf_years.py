"""Akahu, Starling and Basiq over days of a hostile bank: no row lost, none doubled, and a posted row keeps its id.

LEAF_DAYS=126 plays a third of a year; by default it is a few weeks.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.banks.leaf_world import AkahuServer, BasiqServer, LeafServer, LeafWorld, Presets, StarlingServer, faults_of
from tests.banks.test_up import refresh, succeeded
from tests.serving import NOON, Application, Serving, is_settled, until

DAYS = int(os.environ.get("LEAF_DAYS", "6"))
LEAVES = (AkahuServer, StarlingServer, BasiqServer)
PRESETS = {
    "calm": Presets(0, 0, 0, 0, 0),
    "tips": Presets(tip=60, vanish=0, edit=0, twin=0),
    "twins": Presets(tip=0, vanish=0, edit=0, twin=80),
    "vanishing": Presets(tip=0, vanish=40, edit=0, twin=0),
    "edited": Presets(tip=0, vanish=0, edit=30, twin=0),
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


@pytest.mark.parametrize("leaf", LEAVES, ids=lambda leaf: leaf.folder)
@pytest.mark.parametrize("preset", PRESETS)
def test_days_of_a_hostile_bank(tmp_path: Path, leaf: type[LeafServer], preset: str, tell: Callable[[object], None]) -> None:
    world, kept, wrong = LeafWorld(7, NOON, PRESETS[preset]), Kept(), []
    bank = leaf(world)
    with served(tmp_path, bank) as serving:
        app = serving.application()
        user = connected(app, bank)
        rows: list[dict[str, Any]] = []
        for day in range(DAYS):
            world.day(serving.clock.now())
            assert succeeded(refresh(serving, app, user))
            rows = shown(app, user)
            lost = kept.check(rows)
            if lost or posted(rows) != world.posted():
                wrong.append((day, lost))
            serving.advance(hours=17)
        pending = sum(row["status"] == "pending" for row in rows)
    tell(f"{leaf.folder}, {preset}: {DAYS} days, {len(kept.ids)} posted rows, days that are wrong: {len(wrong)}")
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


@pytest.mark.parametrize("leaf", LEAVES, ids=lambda leaf: leaf.folder)
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
