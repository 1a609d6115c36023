"""Whole states of the sandbox as a page: kept, gone back to, forked, emptied, filled."""

from __future__ import annotations

import json

from bowerbird.domain.sandbox import demo_users as cast
from bowerbird.domain.sandbox import seeds, snapshots
from bowerbird.domain.sandbox.snapshots import Snapshot
from bowerbird.model.problem import Problem
from bowerbird.storage.database.unit_of_work import EVERY_TENANT
from bowerbird.storage.rows import applications, statistics
from bowerbird.web.controls.access import ROOT
from bowerbird.web.kernel.context import ForkControl
from bowerbird.web.kernel.not_found import PageRefused
from bowerbird.web.kernel.request import PageRequest
from bowerbird.web.kernel.response import PageResponse

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


def show_snapshots(request: PageRequest) -> PageResponse:
    return _page(request, 200, {})


def _page(request: PageRequest, status: int, wrong: dict[str, str]) -> PageResponse:
    """`wrong` says what is wrong with one of the forms in `_RIGHT`."""
    there = request.services.storage.is_sqlite
    kept: list[Snapshot] = snapshots.list_snapshots(request.services) if there else []
    kept.sort(key=lambda each: each.taken_at, reverse=True)
    forks = request.context.forks if there else None
    every = request.read(lambda session: applications.all_applications(session.uow), tenant=EVERY_TENANT)
    return request.show(
        "controls/snapshots.html",
        status,
        there=there,
        kept=kept,
        wrong=_RIGHT | wrong,
        totals=request.read(lambda session: statistics.totals(session.uow), tenant=EVERY_TENANT),
        forks=[(each, forks.url_of(each)) for each in forks.ids()] if forks else [],
        idle_minutes=forks.idle_seconds // 60 if forks else 0,
        applications=[(each.id, each.name) for each in every if not each.disabled],
        demo_users=cast.demo_users_of(request.services)[1],
        before=BEFORE,
        name=request.form.text("name"),
        chosen=request.form.all("people"),
        done=_TOLD.get(request.one("done"), ""),
    )


def create_snapshot(request: PageRequest) -> PageResponse:
    try:
        snapshots.save_snapshot(request.services, request.form.text("name"))
    except Problem as problem:
        return _page(request, 400, {"save": problem.detail})
    return _described(request, "kept")


def restore_snapshot(request: PageRequest) -> PageResponse:
    name = request.path["name"]
    snapshots.file_of(request.services, name)
    _keep_before(request)
    try:
        snapshots.restore_snapshot(request.services, name)
    except Problem as problem:
        return _page(request, 400, {"restore": problem.detail})
    return _described(request, "restored")


def _keep_before(request: PageRequest) -> None:
    if request.form.text("keep") == "yes" and request.path.get("name") != BEFORE:
        snapshots.save_snapshot(request.services, BEFORE)


def delete_snapshot(request: PageRequest) -> PageResponse:
    snapshots.delete_snapshot(request.services, request.path["name"])
    return _described(request, "deleted")


def fork_snapshot(request: PageRequest) -> PageResponse:
    """A sandbox of its own, from a kept state or, where the path names none, from the present one."""
    name = request.path.get("name", "")
    source = snapshots.file_of(request.services, name) if name else snapshots.embedded(request.services)
    try:
        request.on_loop(_forks(request).create(source))
    except Problem as problem:
        return _page(request, 400, {"fork": problem.detail})
    return _described(request, "forked")


def delete_fork(request: PageRequest) -> PageResponse:
    request.on_loop(_forks(request).delete(request.path["fork_id"]))
    return _described(request, "unforked")


def _forks(request: PageRequest) -> ForkControl:
    if request.context.forks is None:
        raise PageRefused(403, "No forks here", "Forks need the sandbox's controls and the embedded database.", ("Controls", ROOT))
    return request.context.forks


def reset(request: PageRequest) -> PageResponse:
    """The empty state; with a file, what the file says."""
    file = next(iter(request.form.files.get("seed", [])), None)
    try:
        if file is None or not file.content:
            _keep_before(request)
            snapshots.reset(request.services)
            return _described(request, "reset")
        loader = seeds.SeedLoader(seeds.read_seed(json.loads(file.content)))
        _keep_before(request)
        snapshots.reset(request.services, loader.plant)
    except Problem as problem:
        return _page(request, 400, {"reset": problem.detail})
    except (ValueError, RecursionError):
        return _page(request, 400, {"reset": "This is no JSON. A seed file in YAML is read by bowerbird reset --seed FILE."})
    return _described(request, "seeded")


def create_demo_users(request: PageRequest) -> PageResponse:
    """Some of the cast as users of an application, their banks connected; the sandbox emptied first where that is wished."""
    application_id, people = request.form.text("application"), request.form.all("people")
    application = request.read(lambda session: applications.find_application(session.uow, application_id), tenant=EVERY_TENANT)
    if application is None or not people:
        return _page(request, 400, {"invite": "Choose an application, and at least one of the cast."})
    try:
        if request.form.text("empty") == "yes":
            snapshots.reset(request.services)
        request.write(cast.invite, people, tenant=application_id)
    except Problem as problem:
        return _page(request, 400, {"invite": problem.detail})
    return _described(request, "invited")


def _described(request: PageRequest, done: str) -> PageResponse:
    return request.go(f"{SNAPSHOTS}?done={done}")
