"""What the request inspector records of a request."""

from __future__ import annotations

from typing import Any, cast

import msgspec

from bowerbird.api.http.request import ApiRequest
from bowerbird.api.http.response import ApiResponse
from bowerbird.api.operation import BodyKind, Operation
from bowerbird.model.clock import to_milliseconds
from bowerbird.sandbox import inspector
from bowerbird.sandbox.inspector import InspectedRequest

REQUEST_KEY = "bowerbird.request"
"""The key of a request in its scope, for the inspector once it has been answered."""


def record(scope: Any, operation: Operation, reply: ApiResponse, seconds: float) -> None:  # not money: seconds
    """Record an answered request, if its server has an inspector. A request that could not be read is not recorded."""
    request = cast("ApiRequest | None", scope.get(REQUEST_KEY))
    if request is None or (ring := request.services.inspector) is None or (ring.sandbox_only and _is_real(request)):
        return
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
            inspector.known_answer(operation.method, reply.status, operation.name, reply.body),
            len(reply.body),
            *((request.claims.scope, request.claims.user_id, request.claims.version) if request.claims else ()),
        )
    )


def _is_real(request: ApiRequest) -> bool:
    """Whether this process knows that the request may contain data of real people."""
    return request.has_production or (request.services.controls is not None and request.services.controls.closed)


def _body(request: ApiRequest, operation: Operation) -> str:
    if request.body is None:
        return ""
    if operation.body_kind is BodyKind.MULTIPART:
        return "(a file, which is not kept)"
    return inspector.safe_body(msgspec.to_builtins(request.body))
