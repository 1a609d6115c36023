"""What a sandbox does at the hooks of the API, and what its request inspector records there."""

from __future__ import annotations

from typing import Any, cast

import msgspec

from bowerbird.api.hooks import REQUEST_KEY, ApiHooks, Handle, Refuse
from bowerbird.api.http.representation import plain_body
from bowerbird.api.http.request import ApiContext, ApiRequest
from bowerbird.api.http.response import ApiResponse
from bowerbird.api.operation import BodyKind, Operation
from bowerbird.domain.services import Services
from bowerbird.model.clock import to_milliseconds
from bowerbird.model.http import ASGIApp, Scope
from bowerbird.sandbox import inspector
from bowerbird.sandbox.api.access import close_controls
from bowerbird.sandbox.api.fault_injection import in_order, with_faults
from bowerbird.sandbox.api.operations import CONTROL_OPERATIONS
from bowerbird.sandbox.api.snapshots import lead_to_forks
from bowerbird.sandbox.controls import controls_of, inspector_of
from bowerbird.sandbox.forks import Forks
from bowerbird.sandbox.inspector import InspectedRequest


class SandboxApiHooks(ApiHooks):
    """Of one server with its forks. `forks` are None where it runs without the control plane."""

    def __init__(self, services: Services, forks: Forks | None) -> None:
        self._forks, self._embedded = forks, services.storage.is_sqlite
        self.operations = () if forks is None else CONTROL_OPERATIONS
        self.records = inspector_of(services) is not None

    def around_application(self, app: ASGIApp, context: ApiContext, refuse: Refuse) -> ASGIApp:
        return app if self._forks is None else close_controls(lead_to_forks(app, self._forks, refuse), context.services, refuse)

    async def around_request(self, request: ApiRequest, operation: Operation, handle: Handle) -> ApiResponse:
        controls = controls_of(request.services)
        return await (handle() if controls is None else with_faults(request, operation, controls, handle))

    async def around_handler(self, request: ApiRequest, operation: Operation) -> ApiResponse:
        return await in_order(request, operation)

    def record(self, scope: Scope, operation: Operation, reply: ApiResponse, seconds: float) -> None:  # not money: seconds
        _record(scope, operation, reply, seconds)

    async def start(self) -> None:
        if self._forks is not None and self._embedded:
            self._forks.start()

    async def stop(self) -> None:
        if self._forks is not None:
            await self._forks.stop()


def _record(scope: Any, operation: Operation, reply: ApiResponse, seconds: float) -> None:  # not money: seconds
    """Record an answered request, if its server has an inspector. A request that could not be read is not recorded."""
    request = cast("ApiRequest | None", scope.get(REQUEST_KEY))
    if request is None or (ring := inspector_of(request.services)) is None or (ring.sandbox_only and _is_real(request)):
        return
    body = plain_body(reply)
    ring.keep(
        InspectedRequest(
            request.correlation_id,
            to_milliseconds(request.services.clock.now()),
            operation.name,
            operation.method,
            inspector.safe_path(scope["path"], scope.get("query_string", b"")),
            reply.status,
            reply.codes,
            round(seconds * 1000, 2),
            request.claims.application_id if request.claims else "",
            inspector.known_headers(request.headers),
            _body(request, operation),
            inspector.known_answer(operation.method, reply.status, operation.name, body),
            len(body),
            *((request.claims.scope, request.claims.user_id, request.claims.version) if request.claims else ("", "", "")),
            tuple(request.users_read) if operation.names_user or operation.reads is not None else (),
            request.scope if operation.names_user else None,
        )
    )


def _is_real(request: ApiRequest) -> bool:
    """Whether this process knows that the request may contain data of real people."""
    controls = controls_of(request.services)
    return request.has_production or (controls is not None and controls.closed)


def _body(request: ApiRequest, operation: Operation) -> str:
    if request.body is None:
        return ""
    if operation.body_kind is BodyKind.MULTIPART:
        return "(a file, which is not kept)"
    return inspector.safe_body(msgspec.to_builtins(request.body))
