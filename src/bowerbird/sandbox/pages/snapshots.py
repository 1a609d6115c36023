"""The page of snapshots: save, restore and fork states of the sandbox, empty it, load a seed file or demo users."""

from __future__ import annotations

import json

from bowerbird.domain.access.applications import find_application
from bowerbird.domain.operators import server
from bowerbird.model.problem import Problem
from bowerbird.sandbox import seeds, snapshots
from bowerbird.sandbox.controls import WHOLE_SANDBOX, controls_of
from bowerbird.sandbox.forks import Forks
from bowerbird.sandbox.pages.access import ROOT
from bowerbird.sandbox.snapshots import Snapshot
from bowerbird.web.kernel.request import PageRequest
from bowerbird.web.kernel.response import PageRefused, PageResponse

SNAPSHOTS = f"{ROOT}/snapshots"
SEED_BYTES = 4 << 20
BEFORE = "before"
"""The name of the snapshot that is saved before the current state is replaced."""

_RIGHT = dict.fromkeys(("save", "restore", "reset", "fork", "invite"), "")
"""What is wrong with each form of the page, when nothing is."""
_DONE = {
    "kept": "Snapshot saved.",
    "restored": "Snapshot restored, including clock and faults. You are still signed in.",
    "deleted": "Snapshot deleted.",
    "forked": "Fork created. Use its address as the server's address.",
    "unforked": "Fork deleted with everything in it.",
    "reset": "The sandbox is empty. Applications and their keys are kept.",
    "seeded": "Seed file loaded. Its connections are being read.",
    "invited": "Users added. Their banks are being read.",
}


def show_snapshots(request: PageRequest) -> PageResponse:
    return _page(request, 200, {})


def _page(request: PageRequest, status: int, wrong: dict[str, str]) -> PageResponse:
    """`wrong` holds the error of one of the forms in `_RIGHT`."""
    there = request.services.storage.is_sqlite
    kept: list[Snapshot] = snapshots.list_snapshots(request.services) if there else []
    kept.sort(key=lambda snapshot: snapshot.taken_at, reverse=True)
    controls = controls_of(request.services)
    forks = controls.forks if controls and there else None
    every = server.list_applications(request.services)
    return request.show(
        "controls/snapshots.html",
        status,
        there=there,
        kept=kept,
        wrong=_RIGHT | wrong,
        totals=request.read(server.get_totals, tenant=WHOLE_SANDBOX),
        forks=[(fork_id, forks.url_of(fork_id)) for fork_id in forks.ids()] if forks else [],
        idle_minutes=forks.idle_seconds // 60 if forks else 0,
        applications=[(application.id, application.name) for application in every if not application.disabled],
        demo_users=seeds.demo_users_of(request.services)[1],
        before=BEFORE,
        name=request.form.text("name"),
        chosen=request.form.all("people"),
        done=_DONE.get(request.one("done"), ""),
    )


def create_snapshot(request: PageRequest) -> PageResponse:
    try:
        snapshots.save_snapshot(request.services, request.form.text("name"))
    except Problem as problem:
        return _page(request, 400, {"save": problem.detail})
    return _done(request, "kept")


def restore_snapshot(request: PageRequest) -> PageResponse:
    name = request.path["name"]
    snapshots.file_of(request.services, name)
    _keep_before(request)
    try:
        snapshots.restore_snapshot(request.services, name)
    except Problem as problem:
        return _page(request, 400, {"restore": problem.detail})
    return _done(request, "restored")


def _keep_before(request: PageRequest) -> None:
    if request.form.text("keep") == "yes" and request.path.get("name") != BEFORE:
        snapshots.save_snapshot(request.services, BEFORE)


def delete_snapshot(request: PageRequest) -> PageResponse:
    snapshots.delete_snapshot(request.services, request.path["name"])
    return _done(request, "deleted")


def fork_snapshot(request: PageRequest) -> PageResponse:
    """Create a fork from a snapshot or, where the path names none, from the current state."""
    name = request.path.get("name", "")
    source = snapshots.file_of(request.services, name) if name else snapshots.embedded(request.services)
    try:
        request.on_loop(_forks(request).create(source))
    except Problem as problem:
        return _page(request, 400, {"fork": problem.detail})
    return _done(request, "forked")


def delete_fork(request: PageRequest) -> PageResponse:
    request.on_loop(_forks(request).delete(request.path["fork_id"]))
    return _done(request, "unforked")


def _forks(request: PageRequest) -> Forks:
    controls = controls_of(request.services)
    if controls is None or controls.forks is None:
        raise PageRefused(403, "Forks are not available", "Forks need the sandbox controls and the embedded database.", ("Controls", ROOT))
    return controls.forks


def reset(request: PageRequest) -> PageResponse:
    """Empty the sandbox; with a file, load it."""
    file = next(iter(request.form.files.get("seed", [])), None)
    try:
        if file is None or not file.content:
            _keep_before(request)
            snapshots.reset(request.services)
            return _done(request, "reset")
        loader = seeds.SeedLoader(seeds.read_seed(json.loads(file.content)))
        _keep_before(request)
        snapshots.reset(request.services, loader.load)
    except Problem as problem:
        return _page(request, 400, {"reset": problem.detail})
    except (ValueError, RecursionError):
        return _page(request, 400, {"reset": "This is not JSON. Load a YAML seed file with bowerbird reset --seed FILE."})
    return _done(request, "seeded")


def create_demo_users(request: PageRequest) -> PageResponse:
    """Create the chosen demo users in an application and connect their banks; empty the sandbox first where the form asks for it."""
    application_id, people = request.form.text("application"), request.form.all("people")
    application = request.read(find_application, tenant=application_id)
    if application is None or not people:
        return _page(request, 400, {"invite": "Choose an application and at least one demo user."})
    try:
        if request.form.text("empty") == "yes":
            snapshots.reset(request.services)
        request.write(seeds.create_demo_users, people, tenant=application_id)
    except Problem as problem:
        return _page(request, 400, {"invite": problem.detail})
    return _done(request, "invited")


def _done(request: PageRequest, done: str) -> PageResponse:
    return request.go(f"{SNAPSHOTS}?done={done}")
