"""Whole states of the sandbox as a page: kept, gone back to, forked, emptied, filled."""

from __future__ import annotations

import json

from bowerbird.domain import cast, seeds, snapshots
from bowerbird.domain.snapshots import Snapshot
from bowerbird.model.problem import Problem
from bowerbird.storage import applications, census
from bowerbird.storage.unit_of_work import EVERY_TENANT
from bowerbird.web.controls.door import ROOT
from bowerbird.web.desk import Forks
from bowerbird.web.refusal import Refusal
from bowerbird.web.reply import Reply
from bowerbird.web.visit import Visit

SNAPSHOTS = f"{ROOT}/snapshots"
SEED_BYTES = 4 << 20
BEFORE = "before"
"""The name under which the present state is kept before another takes its place."""

_RIGHT = dict.fromkeys(("save", "restore", "reset", "fork", "invite"), "")
"""What is wrong with each form of the page, when nothing is."""
_TOLD = {
    "kept": "The state is kept.",
    "restored": "The sandbox is in the state that was kept, its clock and faults included. You stay signed in.",
    "deleted": "The state is forgotten.",
    "forked": "The fork is ready: use its address as the server's.",
    "unforked": "The fork is gone, and everything in it.",
    "reset": "The sandbox is empty. Applications and their keys are still there.",
    "seeded": "The sandbox is what your file says. Connections are on their way.",
    "invited": "They are users now, and their banks are being read.",
}


def show_snapshots(visit: Visit) -> Reply:
    return _page(visit, 200, {})


def _page(visit: Visit, status: int, wrong: dict[str, str]) -> Reply:
    """`wrong` says what is wrong with one of the forms in `_RIGHT`."""
    there = visit.world.storage.is_sqlite
    kept: list[Snapshot] = snapshots.list_snapshots(visit.world) if there else []
    kept.sort(key=lambda each: each.taken_at, reverse=True)
    forks = visit.desk.forks if there else None
    every = visit.read(applications.all_applications, tenant=EVERY_TENANT)
    return visit.show(
        "controls/snapshots.html", status, there=there, kept=kept, wrong=_RIGHT | wrong,
        totals=visit.read(census.totals, tenant=EVERY_TENANT), forks=[(each, forks.url_of(each)) for each in forks.ids()] if forks else [],
        idle_minutes=forks.idle_seconds // 60 if forks else 0, applications=[(each.id, each.name) for each in every if not each.disabled],
        cast=cast.cast_of(visit.world)[1], before=BEFORE, name=visit.form.text("name"), chosen=visit.form.all("people"),
        done=_TOLD.get(visit.one("done"), ""),
    )  # fmt: skip


def create_snapshot(visit: Visit) -> Reply:
    try:
        snapshots.save_snapshot(visit.world, visit.form.text("name"))
    except Problem as problem:
        return _page(visit, 400, {"save": problem.detail})
    return _told(visit, "kept")


def restore_snapshot(visit: Visit) -> Reply:
    name = visit.path["name"]
    snapshots.file_of(visit.world, name)
    _keep_before(visit)
    try:
        snapshots.restore_snapshot(visit.world, name)
    except Problem as problem:
        return _page(visit, 400, {"restore": problem.detail})
    return _told(visit, "restored")


def _keep_before(visit: Visit) -> None:
    if visit.form.text("keep") == "yes" and visit.path.get("name") != BEFORE:
        snapshots.save_snapshot(visit.world, BEFORE)


def delete_snapshot(visit: Visit) -> Reply:
    snapshots.delete_snapshot(visit.world, visit.path["name"])
    return _told(visit, "deleted")


def fork_snapshot(visit: Visit) -> Reply:
    """A sandbox of its own, from a kept state or, where the path names none, from the present one."""
    name = visit.path.get("name", "")
    source = snapshots.file_of(visit.world, name) if name else snapshots.embedded(visit.world)
    try:
        visit.on_loop(_forks(visit).create(source))
    except Problem as problem:
        return _page(visit, 400, {"fork": problem.detail})
    return _told(visit, "forked")


def delete_fork(visit: Visit) -> Reply:
    visit.on_loop(_forks(visit).delete(visit.path["fork_id"]))
    return _told(visit, "unforked")


def _forks(visit: Visit) -> Forks:
    if visit.desk.forks is None:
        raise Refusal(403, "No forks here", "Forks need the sandbox's controls and the embedded database.", ("Controls", ROOT))
    return visit.desk.forks


def reset(visit: Visit) -> Reply:
    """The empty state; with a file, what the file says."""
    file = next(iter(visit.form.files.get("seed", [])), None)
    try:
        if file is None or not file.content:
            _keep_before(visit)
            snapshots.reset(visit.world)
            return _told(visit, "reset")
        planting = seeds.Planting(seeds.read_seed(json.loads(file.content)))
        _keep_before(visit)
        snapshots.reset(visit.world, planting.plant)
    except Problem as problem:
        return _page(visit, 400, {"reset": problem.detail})
    except (ValueError, RecursionError):
        return _page(visit, 400, {"reset": "This is no JSON. A seed file in YAML is read by bowerbird reset --seed FILE."})
    return _told(visit, "seeded")


def invite_cast(visit: Visit) -> Reply:
    """Some of the cast as users of an application, their banks connected; the sandbox emptied first where that is wished."""
    application_id, people = visit.form.text("application"), visit.form.all("people")
    application = visit.read(lambda uow: applications.find_application(uow, application_id), tenant=EVERY_TENANT)
    if application is None or not people:
        return _page(visit, 400, {"invite": "Choose an application, and at least one of the cast."})
    try:
        if visit.form.text("empty") == "yes":
            snapshots.reset(visit.world)
        visit.write(lambda uow: cast.invite(visit.world, uow, application_id, people), tenant=application_id)
    except Problem as problem:
        return _page(visit, 400, {"invite": problem.detail})
    return _told(visit, "invited")


def _told(visit: Visit, done: str) -> Reply:
    return visit.go(f"{SNAPSHOTS}?done={done}")
