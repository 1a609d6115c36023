"""What the request inspector is told of a call."""

from __future__ import annotations

from typing import Any, cast

import msgspec

from bowerbird.api.call import Call
from bowerbird.api.operation import BodyKind, Operation
from bowerbird.api.reply import Reply
from bowerbird.domain import inspector
from bowerbird.domain.inspector import Seen
from bowerbird.model.clock import to_milliseconds

CALL = "bowerbird.call"
"""Where a request's scope has its call, for the inspector to read once it has been answered."""


def keep(scope: Any, operation: Operation, reply: Reply, seconds: float) -> None:  # not money: seconds
    """Keep an answered call in its server's ring, if it has one. A call that could not be read is not kept."""
    call = cast("Call | None", scope.get(CALL))
    if call is None or (ring := call.world.inspector) is None:
        return
    ring.keep(
        Seen(
            call.correlation_id,
            to_milliseconds(call.world.clock.now()),
            operation.name,
            operation.method,
            inspector.safe_path(scope["path"], scope.get("query_string", b"")),
            reply.status,
            reply.codes,
            round(seconds * 1000, 2),
            call.claims.application_id if call.claims else "",
            inspector.known_headers(call.headers),
            _body(call, operation),
            inspector.known_answer(operation.method, reply.status, operation.name, reply.body),
            len(reply.body),
            *((call.claims.scope, call.claims.user_id, call.claims.version) if call.claims else ()),
        )
    )


def _body(call: Call, operation: Operation) -> str:
    if call.body is None:
        return ""
    if operation.body_kind is BodyKind.MULTIPART:
        return "(a file, which is not kept)"
    return inspector.safe_body(msgspec.to_builtins(call.body))
