"""Operations on the sandbox's applications, snapshots and forks, and its reset."""

from __future__ import annotations

import asyncio
from pathlib import Path

from bowerbird import codes
from bowerbird.api.hooks import Refuse
from bowerbird.api.http.request import CONTEXT_KEY, ApiContext, ApiRequest
from bowerbird.api.http.response import NO_CONTENT, ApiResponse, as_json
from bowerbird.api.schemas.control import ApplicationKey, ApplicationView, NewApplication
from bowerbird.api.schemas.sandboxes import ForkList, ForkView, NewReset, ResetView, SnapshotList, SnapshotView
from bowerbird.domain.access import applications
from bowerbird.domain.access.applications import NewKey, UnknownProduct
from bowerbird.domain.access.real_data import require_sandbox
from bowerbird.domain.services import Session
from bowerbird.model.clock import wire_time
from bowerbird.model.http import ASGIApp, Receive, Scope, Send
from bowerbird.model.problem import Problem
from bowerbird.sandbox import seeds, snapshots
from bowerbird.sandbox.api.access import ROOT
from bowerbird.sandbox.controls import WHOLE_SANDBOX, controls_of, not_valid
from bowerbird.sandbox.forks import Forks

_FORKS = f"{ROOT}/forks/"


async def create_snapshot(request: ApiRequest) -> ApiResponse:
    return as_json(_view(await asyncio.to_thread(snapshots.save_snapshot, request.services, request.body.name)))


async def list_snapshots(request: ApiRequest) -> ApiResponse:
    return as_json(SnapshotList(data=[_view(snapshot) for snapshot in snapshots.list_snapshots(request.services)]))


async def restore_snapshot(request: ApiRequest) -> ApiResponse:
    await asyncio.to_thread(snapshots.restore_snapshot, request.services, request.path["name"])
    return NO_CONTENT


async def delete_snapshot(request: ApiRequest) -> ApiResponse:
    snapshots.delete_snapshot(request.services, request.path["name"])
    return NO_CONTENT


def _view(snapshot: snapshots.Snapshot) -> SnapshotView:
    return SnapshotView(name=snapshot.name, size=snapshot.size, clock=snapshot.clock, taken_at=snapshot.taken_at)


async def fork_snapshot(request: ApiRequest) -> ApiResponse:
    return await _fork(request, snapshots.file_of(request.services, request.path["name"]))


async def create_fork(request: ApiRequest) -> ApiResponse:
    return await _fork(request, snapshots.embedded(request.services))


def _forks(request: ApiRequest) -> Forks:
    """The forks of the server. Raises Problem in a fork, which has none of its own."""
    controls = controls_of(request.services)
    if controls is None or controls.forks is None:
        raise not_valid("a fork has no forks of its own: send this to the server itself", "forks")
    return controls.forks


async def _fork(request: ApiRequest, source: Path) -> ApiResponse:
    fork_id, context = await _forks(request).create(source)
    return as_json(_fork_view(request, fork_id, context))


async def list_forks(request: ApiRequest) -> ApiResponse:
    snapshots.embedded(request.services)
    forks = _forks(request)
    return as_json(ForkList(data=[_fork_view(request, fork_id, await forks.find(fork_id)) for fork_id in forks.ids()]))


async def delete_fork(request: ApiRequest) -> ApiResponse:
    snapshots.embedded(request.services)
    await _forks(request).delete(request.path["forkId"])
    return NO_CONTENT


def _fork_view(request: ApiRequest, fork_id: str, context: ApiContext) -> ForkView:
    forks = _forks(request)
    clock = wire_time(context.services.clock.now())
    return ForkView(id=fork_id, url=forks.url_of(fork_id), clock=clock, idle_seconds=forks.idle_seconds)


async def create_reset(request: ApiRequest) -> ApiResponse:
    body: NewReset = request.body
    if body.seed is None:
        await asyncio.to_thread(snapshots.reset, request.services)
        return as_json(ResetView(jobs=[]))
    loader = seeds.SeedLoader(seeds.read_seed(body.seed))
    await asyncio.to_thread(snapshots.reset, request.services, loader.load)
    return as_json(ResetView(jobs=loader.jobs))


def lead_to_forks(app: ASGIApp, forks: Forks, refuse: Refuse) -> ASGIApp:
    """Pass requests below a fork's address to the application as requests of that fork."""

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        fork_id, below, rest = scope["path"].removeprefix(_FORKS).partition("/")
        if not below or not scope["path"].startswith(_FORKS):
            await app(scope, receive, send)
            return
        try:
            fork = await forks.find(fork_id)
        except Problem as problem:
            await refuse(problem if problem.entry is codes.FORK_NOT_FOUND else Problem(codes.PATH_NOT_FOUND), send)
            return
        path = f"/{rest}"
        await app({**scope, "path": path, "raw_path": path.encode(), CONTEXT_KEY: fork}, receive, send)

    return serve


async def create_application(request: ApiRequest) -> ApiResponse:
    try:
        made = await request.services.write(_create_application, request.body, tenant=WHOLE_SANDBOX)
    except UnknownProduct as error:
        raise not_valid(str(error), "products") from error
    return as_json(ApplicationKey(application_id=made.application_id, api_key=made.secret))


def _create_application(session: Session, body: NewApplication) -> NewKey:
    require_sandbox(session)
    return applications.create_application(
        session, body.name[:200], production=False, products=body.products, test_statements_allowed=body.test_statements_allowed
    )


async def update_application(request: ApiRequest) -> ApiResponse:
    application_id, disabled = request.path["applicationId"], request.body.disabled
    if not await request.services.write(_set_disabled, application_id, disabled, tenant=WHOLE_SANDBOX):
        raise Problem(codes.APPLICATION_NOT_FOUND, parameter="applicationId")
    return as_json(ApplicationView(application_id=application_id, disabled=disabled))


def _set_disabled(session: Session, application_id: str, disabled: bool) -> bool:
    require_sandbox(session)
    return applications.set_disabled(session.in_application(application_id), disabled)
