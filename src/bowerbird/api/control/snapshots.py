"""Snapshots, forks and resets of the sandbox."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

from litestar.enums import ScopeType
from litestar.types import ASGIApp, Receive, Scope, Send

from bowerbird import codes
from bowerbird.api.call import Call, Desk
from bowerbird.api.control.door import ROOT
from bowerbird.api.reply import NO_CONTENT, Reply, as_json
from bowerbird.api.shapes.sandboxes import ForkList, ForkView, ResetView, SnapshotList, SnapshotView
from bowerbird.domain import seeds, snapshots
from bowerbird.model.clock import wire_time
from bowerbird.model.problem import Problem

_FORKS = f"{ROOT}/forks/"
FORK = "bowerbird.desk"
"""Where a request's scope says in which fork it is."""


async def create_snapshot(call: Call) -> Reply:
    return as_json(_view(await asyncio.to_thread(snapshots.save_snapshot, call.world, call.body.name)))


async def list_snapshots(call: Call) -> Reply:
    return as_json(SnapshotList(data=[_view(each) for each in snapshots.list_snapshots(call.world)]))


async def restore_snapshot(call: Call) -> Reply:
    await asyncio.to_thread(snapshots.restore_snapshot, call.world, call.path["name"])
    return NO_CONTENT


async def delete_snapshot(call: Call) -> Reply:
    snapshots.delete_snapshot(call.world, call.path["name"])
    return NO_CONTENT


def _view(found: snapshots.Snapshot) -> SnapshotView:
    return SnapshotView(name=found.name, size=found.size, clock=found.clock, taken_at=found.taken_at)


async def fork_snapshot(call: Call) -> Reply:
    return await _fork(call, snapshots.file_of(call.world, call.path["name"]))


async def create_fork(call: Call) -> Reply:
    return await _fork(call, snapshots.embedded(call.world))


async def _fork(call: Call, source: Path) -> Reply:
    fork_id, desk = await call.desk.forks.create(source)
    return as_json(_fork_view(call, fork_id, desk))


async def list_forks(call: Call) -> Reply:
    snapshots.embedded(call.world)
    forks = call.desk.forks
    return as_json(ForkList(data=[_fork_view(call, each, await forks.find(each)) for each in forks.ids()]))


async def delete_fork(call: Call) -> Reply:
    snapshots.embedded(call.world)
    await call.desk.forks.delete(call.path["forkId"])
    return NO_CONTENT


def _fork_view(call: Call, fork_id: str, desk: Desk) -> ForkView:
    forks = call.desk.forks
    clock = wire_time(desk.world.clock.now())
    return ForkView(id=fork_id, url=forks.url_of(fork_id), clock=clock, idle_seconds=forks.idle_seconds)


async def create_reset(call: Call) -> Reply:
    asked: Any = call.body.seed
    if asked is None:
        await asyncio.to_thread(snapshots.reset, call.world)
        return as_json(ResetView(jobs=[]))
    planting = seeds.Planting(seeds.read_seed(asked))
    await asyncio.to_thread(snapshots.reset, call.world, planting.plant)
    return as_json(ResetView(jobs=planting.jobs))


def lead_to_forks(app: ASGIApp, desk: Desk, refuse: Callable[[Problem, Send], Any]) -> ASGIApp:
    """Give requests below a fork's address to the application as requests of that fork."""

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        fork_id, below, rest = scope["path"].removeprefix(_FORKS).partition("/") if scope["type"] == ScopeType.HTTP else ("", "", "")
        if not below or not scope["path"].startswith(_FORKS):
            await app(scope, receive, send)
            return
        try:
            found = await desk.forks.find(fork_id)
        except Problem as problem:
            await refuse(problem if problem.entry is codes.FORK_NOT_FOUND else Problem(codes.PATH_NOT_FOUND), send)
            return
        path = f"/{rest}"
        await app({**scope, "path": path, "raw_path": path.encode(), FORK: found}, receive, send)  # type: ignore[arg-type]

    return serve
