"""The web application: it leads a request to its operation; one log line and one envelope for every request."""

from __future__ import annotations

import time
from collections.abc import Sequence
from functools import cache
from typing import Any, cast
from urllib.parse import parse_qs

from bowerbird import codes
from bowerbird.api.hooks import REQUEST_KEY, ApiHooks
from bowerbird.api.http.admission import admit, read_body
from bowerbird.api.http.bodies import chunks_of
from bowerbird.api.http.cors import CrossOriginPaths
from bowerbird.api.http.metrics import Metrics
from bowerbird.api.http.representation import conditional
from bowerbird.api.http.request import CONTEXT_KEY, ApiContext, ApiRequest, headers_of
from bowerbird.api.http.request_queue import ProbePace, RequestQueue, Slot
from bowerbird.api.http.response import ApiResponse, refusal, send_response, with_headers
from bowerbird.api.http.server import ALWAYS_OPEN
from bowerbird.api.operation import Access, BodyKind, Operation
from bowerbird.api.routes import OPERATIONS, OTHER_PROTOCOLS
from bowerbird.domain.access.network import network_of
from bowerbird.domain.services import StorageUnavailable
from bowerbird.logs import log
from bowerbird.model.http import QUERY_BYTES, ASGIApp, Lifespan, Receive, Scope, Send, UrlMap, has_valid_host, live
from bowerbird.model.ids import new_id
from bowerbird.model.problem import Problem, Problems

_RETRY_SECONDS = 5
_NOWHERE = "/-"
"""A path that no operation has. A path with an empty id leads there, since the URL map would skip it and find another operation."""
_SLASHED = "/metrics/"
"""Leads there too: a proxy that keeps exactly `/metrics` from strangers keeps the figures from them."""


def cross_origin_paths(context: ApiContext, hooks: ApiHooks) -> CrossOriginPaths:
    """What answers that no operation gives say to pages of other origins."""
    operations = (*OPERATIONS, *OTHER_PROTOCOLS, *hooks.operations)
    return CrossOriginPaths(context.cors, [operation.path for operation in operations if operation.cross_origin])


def build_app(context: ApiContext, metrics: Metrics, request_queue: RequestQueue, lifespan: Lifespan, hooks: ApiHooks) -> ASGIApp:
    """The ASGI application."""
    operations, cross_origin = (
        (*OPERATIONS, *OTHER_PROTOCOLS, *hooks.operations),
        cross_origin_paths(context, hooks),
    )
    front = _ApiApplication(context, metrics, operations, request_queue, hooks, cross_origin)
    return _outermost(hooks.around_application(front.serve, context, _refuse), cross_origin, lifespan)


async def _refuse(problem: Problem, send: Send) -> None:
    await send_response(refusal([problem], correlation_id := new_id()), correlation_id, send)


def _methods(operation: Operation) -> list[str]:
    """HEAD is answered wherever GET is, as GET without the body (RFC 9110, 9.3.2)."""
    return ["GET", "HEAD"] if operation.method == "GET" else [operation.method]


class _OperationsAt:
    """The operations at one path. `cross_origin` are the methods that a page of another origin may use."""

    def __init__(self) -> None:
        self.operations: dict[str, Operation] = {}
        self.cross_origin: list[str] = []

    def add(self, operation: Operation) -> None:
        self.operations.update(dict.fromkeys(_methods(operation), operation))
        if operation.cross_origin:
            self.cross_origin += _methods(operation)


def _url_map(operations: Sequence[Operation]) -> UrlMap[_OperationsAt]:
    places: dict[str, _OperationsAt] = {}
    for operation in operations:
        places.setdefault(operation.path, _OperationsAt()).add(operation)
    return UrlMap(places)


class _ApiApplication:
    """Answers the requests of all operations, logs them and counts them."""

    def __init__(
        self,
        context: ApiContext,
        metrics: Metrics,
        operations: Sequence[Operation],
        request_queue: RequestQueue,
        hooks: ApiHooks,
        cross_origin: CrossOriginPaths,
    ) -> None:
        self._context, self._hooks, self._cross_origin = context, hooks, cross_origin
        self._request_queue, self._probe_pace = request_queue, ProbePace()
        self._metrics = metrics
        self._counter = cache(metrics.requests.labels)
        self._timer = cache(metrics.seconds.labels)
        self._urls = _url_map(operations)

    async def serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Lead a request to the operation that its path and method name."""
        found, method = self._urls.find(scope["path"]), scope["method"]
        operation = found[0].operations.get(method) if found else None
        if found is not None and operation is not None and has_valid_host(scope):
            await self._answer(operation, found[1], scope, receive, send)
            return
        correlation_id = new_id()
        if not has_valid_host(scope):
            reply = refusal([Problem(codes.INVALID_HTTP)], correlation_id)
        elif found is None:
            reply = self._without_path(scope, correlation_id)
        else:
            reply = self._without_operation(found[0], scope, correlation_id)
        self._record("none", method, "", reply, correlation_id, 0)
        if reply.codes:  # no answer to a preflight, which says everything
            reply = with_headers(reply, self._cross_origin.headers(scope["path"], scope["headers"]))
        await send_response(reply, correlation_id, send, with_body=method != "HEAD")

    async def _answer(self, operation: Operation, path: dict[str, str], scope: Scope, receive: Receive, send: Send) -> None:
        started = time.perf_counter()
        correlation_id, headers = new_id(), headers_of(scope["headers"])
        reply = await self._reply(operation, path, headers, scope, receive, correlation_id)
        if operation.is_conditional and reply.status == 200 and reply.parts is None:
            reply = conditional(reply, headers, operation.media_types)
        seconds = time.perf_counter() - started
        self._record(operation.name, scope["method"], operation.path, reply, correlation_id, seconds)
        self._timer(operation.name).observe(seconds)
        if self._hooks.records:
            self._hooks.record(scope, operation, reply, seconds)
        if operation.cross_origin and (more := self._context.cors.headers(headers.get("origin"))):
            reply = with_headers(reply, more)
        await send_response(reply, correlation_id, send, with_body=scope["method"] != "HEAD")

    def _without_path(self, scope: Scope, correlation_id: str) -> ApiResponse:
        """Answer a browser's question, so that its page sees the refusal that follows."""
        asked = self._cross_origin.preflight(scope["path"], headers_of(scope["headers"])) if scope["method"] == "OPTIONS" else None
        return asked or refusal([Problem(codes.PATH_NOT_FOUND)], correlation_id)

    def _without_operation(self, place: _OperationsAt, scope: Scope, correlation_id: str) -> ApiResponse:
        """Answer a browser's question; any other method that the URL map does not name is refused."""
        method = scope["method"]
        if method == "OPTIONS" and place.cross_origin:
            reply = self._context.cors.preflight(headers_of(scope["headers"]), place.cross_origin)
            if reply is not None:
                return reply
        allowed = ", ".join(sorted(place.operations))
        return refusal([Problem(codes.METHOD_NOT_ALLOWED, method=method[:20])], correlation_id, {"Allow": allowed})

    async def _reply(
        self, operation: Operation, path: dict[str, str], headers: dict[str, str], scope: Scope, receive: Receive, correlation_id: str
    ) -> ApiResponse:
        try:
            api_request = self._request_of(path, headers, scope, correlation_id)
            if self._hooks.records:
                scope[REQUEST_KEY] = api_request
            return await self._hooks.around_request(api_request, operation, lambda: self._handle(api_request, operation, receive))
        except Problem as problem:
            return refusal([problem], correlation_id)
        except Problems as several:
            return refusal(several.problems, correlation_id)
        except StorageUnavailable as error:
            log.error("storage_unavailable", correlation_id=correlation_id, error=str(error)[:200])
            return refusal([Problem(codes.SERVICE_UNAVAILABLE, retry_after=_RETRY_SECONDS)], correlation_id)
        except Exception as error:  # noqa: BLE001  (an operation must always answer)
            return _unhandled(error, correlation_id)

    async def _handle(self, api_request: ApiRequest, operation: Operation, receive: Receive) -> ApiResponse:
        """Handle the request in a slot of the queue; while its body arrives, the slot is free for others."""
        if operation.path in ALWAYS_OPEN:
            await self._probe_pace.wait(network_of(api_request.client))
            await admit(api_request, operation)
            return await self._hooks.around_handler(api_request, operation)
        slot = Slot(self._request_queue, self._client_of(api_request, operation))
        try:
            await slot.enter()
            await admit(api_request, operation)
            if operation.body_kind is not BodyKind.NONE:
                slot.leave()
                await read_body(api_request, operation, chunks_of(receive, slot))
                await slot.enter()
            return await self._answered(api_request, operation)
        finally:
            slot.close()

    async def _answered(self, api_request: ApiRequest, operation: Operation) -> ApiResponse:
        """The answer to a request that was admitted, which is counted where it shows something of a person; an unchanged one (304) too."""
        reply = await self._hooks.around_handler(api_request, operation)
        if (kind := operation.kind_of_read(api_request.media_type)) is not None and reply.status < 400:
            api_request.record_read(kind)
        return reply

    def _client_of(self, api_request: ApiRequest, operation: Operation) -> str:
        """The queue a request waits in: its application's, or its network's where the token was not seen before or none is needed."""
        if operation.access is Access.PUBLIC:
            return network_of(api_request.client)
        return self._context.tokens.owner(api_request.headers.get("authorization")) or network_of(api_request.client)

    def _request_of(self, path: dict[str, str], headers: dict[str, str], scope: Scope, correlation_id: str) -> ApiRequest:
        query = scope.get("query_string", b"")
        client = scope.get("client")
        return ApiRequest(
            context=cast(ApiContext, scope.get(CONTEXT_KEY, self._context)),
            correlation_id=correlation_id,
            path=path,
            query=parse_qs(query[:QUERY_BYTES].decode("latin-1"), keep_blank_values=True) if query else {},
            headers=headers,
            client=client[0] if client else "",
            http_version=scope["http_version"],
        )

    def _record(
        self, operation: str, method: str, path: str, reply: ApiResponse, correlation_id: str, seconds: float
    ) -> None:  # not money: seconds
        self._counter(operation, reply.status).inc()
        for entry in reply.codes:
            self._metrics.refusals.labels(entry).inc()
        log.info(
            "request",
            operation=operation,
            method=method,
            path=path,
            status=reply.status,
            codes=reply.codes,
            bytes=len(reply.body),
            ms=round(seconds * 1000, 2),
            correlation_id=correlation_id,
        )


def _unhandled(error: Exception, correlation_id: str) -> ApiResponse:
    """An internal error: the trace goes to the log, never to a client."""
    log.error("unhandled", correlation_id=correlation_id, error=type(error).__name__, exc_info=error)
    return refusal([Problem(codes.INTERNAL_SERVER_ERROR)], correlation_id)


def _outermost(app: ASGIApp, cross_origin: CrossOriginPaths, lifespan: Lifespan) -> ASGIApp:
    """Answer in the envelope where an exception escapes everything else, if nothing was sent yet."""

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await live(lifespan, receive, send)
            return
        if "//" in scope["path"] or scope["path"] == _SLASHED:
            scope["path"] = _NOWHERE
        has_begun = False

        async def watch(message: Any) -> None:
            nonlocal has_begun
            has_begun = True
            await send(message)

        try:
            await app(scope, receive, watch)
        except Exception as error:
            if has_begun:
                raise
            correlation_id = new_id()
            headers = cross_origin.headers(scope["path"], scope["headers"])
            await send_response(with_headers(_unhandled(error, correlation_id), headers), correlation_id, send)

    return serve
