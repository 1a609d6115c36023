"""The web application: Litestar routes around the operations, one log line and one envelope for every request."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from functools import cache
from typing import Any, cast
from urllib.parse import parse_qs

import structlog
from litestar import Litestar, Request, Response
from litestar.enums import ScopeType
from litestar.exceptions import HTTPException
from litestar.handlers import HTTPRouteHandler
from litestar.types import ASGIApp, Method, Receive, Scope, Send

from bowerbird import codes
from bowerbird.api.hooks import REQUEST_KEY, ApiHooks
from bowerbird.api.http.admission import admit, read_body
from bowerbird.api.http.bodies import chunks_of
from bowerbird.api.http.cors import CrossOriginPaths, origin_of
from bowerbird.api.http.metrics import Metrics
from bowerbird.api.http.request import CONTEXT_KEY, ApiContext, ApiRequest, headers_of
from bowerbird.api.http.request_queue import RequestQueue, Slot
from bowerbird.api.http.response import CORRELATION_HEADER, AnswerShape, ApiResponse, refusal, send_response
from bowerbird.api.http.server import ALWAYS_OPEN
from bowerbird.api.operation import Access, BodyKind, Operation
from bowerbird.api.routes import OPERATIONS
from bowerbird.domain.access.network import network_of
from bowerbird.domain.services import StorageUnavailable
from bowerbird.model.http import QUERY_BYTES, methods_at
from bowerbird.model.ids import new_id
from bowerbird.model.problem import Problem, Problems

_RETRY_SECONDS = 5
_NOWHERE = "/-"
"""A path that no operation has."""

log = structlog.get_logger("bowerbird.request")


Lifespan = Callable[[Litestar], AbstractAsyncContextManager[None]]


def cross_origin_paths(context: ApiContext, hooks: ApiHooks) -> CrossOriginPaths:
    """What answers that no operation gives say to pages of other origins."""
    operations = (*OPERATIONS, *hooks.operations)
    return CrossOriginPaths(context.cors, [operation.path for operation in operations if operation.cross_origin])


def build_app(context: ApiContext, metrics: Metrics, request_queue: RequestQueue, lifespan: Lifespan, hooks: ApiHooks) -> ASGIApp:
    """The ASGI application."""
    operations, cross_origin = (*OPERATIONS, *hooks.operations), cross_origin_paths(context, hooks)
    front = _ApiApplication(context, metrics, operations, request_queue, hooks, cross_origin)
    litestar = Litestar(
        route_handlers=[*_options_handlers(operations, front), *(_route_handler(operation, front) for operation in operations)],
        openapi_config=None,
        lifespan=[lifespan],
        exception_handlers={Exception: front.unrouted},
        logging_config=None,
        request_max_body_size=None,
    )
    return _outermost(hooks.around_application(litestar, context, _refuse), cross_origin)


async def _refuse(problem: Problem, send: Send) -> None:
    await send_response(refusal([problem], correlation_id := new_id()), correlation_id, send)


def _route_handler(operation: Operation, front: _ApiApplication) -> HTTPRouteHandler:
    path = operation.path.replace("}", ":str}")

    async def handle(request: Request[Any, Any, Any]) -> ASGIApp:
        return await front.answer(operation, request)

    handle.__name__ = operation.name
    return HTTPRouteHandler(path, http_method=_methods(operation), name=operation.name, status_code=200)(handle)


def _methods(operation: Operation) -> list[Method]:
    """HEAD is answered wherever GET is, as GET without the body (RFC 9110, 9.3.2)."""
    return ["GET", "HEAD"] if operation.method == "GET" else [operation.method]


def _options_handlers(operations: Sequence[Operation], front: _ApiApplication) -> list[HTTPRouteHandler]:
    """OPTIONS is for browsers that ask on behalf of a page; the framework would answer anything by itself."""
    methods: dict[str, list[Method]] = {operation.path: [] for operation in operations}
    for operation in operations:
        if operation.cross_origin:
            methods[operation.path] += _methods(operation)
    return [_options_handler(path, methods[path], front) for path in sorted(methods)]


def _options_handler(path: str, methods: list[Method], front: _ApiApplication) -> HTTPRouteHandler:
    async def answer(request: Request[Any, Any, Any]) -> ASGIApp:
        return front.answer_options(request, methods)

    return HTTPRouteHandler(path.replace("}", ":str}"), http_method=["OPTIONS"], status_code=200)(answer)


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
        self._request_queue = request_queue
        self._metrics = metrics
        self._counter = cache(metrics.requests.labels)
        self._timer = cache(metrics.seconds.labels)
        self._allowed: dict[str, set[str]] = {}
        for operation in operations:
            self._allowed.setdefault(operation.path, set()).update(_methods(operation))

    async def answer(self, operation: Operation, request: Request[Any, Any, Any]) -> ASGIApp:
        started = time.perf_counter()
        correlation_id = new_id()
        reply = await self._reply(operation, request, correlation_id)
        seconds = time.perf_counter() - started
        self._record(operation.name, request.method, operation.path, reply, correlation_id, seconds)
        self._timer(operation.name).observe(seconds)
        if self._hooks.records:
            self._hooks.record(request.scope, operation, reply, seconds)
        if operation.cross_origin and (headers := self._context.cors.headers(origin_of(request.scope["headers"]))):
            reply = replace(reply, headers={**reply.headers, **headers})
        return AnswerShape(reply, correlation_id, with_body=request.method != "HEAD")

    def answer_options(self, request: Request[Any, Any, Any], methods: list[Method]) -> ASGIApp:
        """Answer a browser's question; anything else is refused like every method that the URL map does not name."""
        correlation_id = new_id()
        reply = self._context.cors.preflight(headers_of(request.scope["headers"]), methods) if methods else None
        reply = reply or self._method_refused(request, correlation_id)
        self._record("none", request.method, "", reply, correlation_id, 0)
        return AnswerShape(reply, correlation_id)

    def _method_refused(self, request: Request[Any, Any, Any], correlation_id: str) -> ApiResponse:
        allowed = ", ".join(sorted(methods_at(request.scope["path"], self._allowed)))
        return refusal([Problem(codes.METHOD_NOT_ALLOWED, method=request.method[:20])], correlation_id, {"Allow": allowed})

    async def _reply(self, operation: Operation, request: Request[Any, Any, Any], correlation_id: str) -> ApiResponse:
        try:
            api_request = self._request_of(request, correlation_id)
            if self._hooks.records:
                cast(dict[str, Any], request.scope)[REQUEST_KEY] = api_request
            return await self._hooks.around_request(api_request, operation, lambda: self._handle(api_request, operation, request))
        except Problem as problem:
            return refusal([problem], correlation_id)
        except Problems as several:
            return refusal(several.problems, correlation_id)
        except StorageUnavailable as error:
            log.error("storage_unavailable", correlation_id=correlation_id, error=str(error)[:200])
            return refusal([Problem(codes.SERVICE_UNAVAILABLE, retry_after=_RETRY_SECONDS)], correlation_id)
        except Exception as error:  # noqa: BLE001  (an operation must always answer)
            return _unhandled(error, correlation_id)

    async def _handle(self, api_request: ApiRequest, operation: Operation, request: Request[Any, Any, Any]) -> ApiResponse:
        """Handle the request in a slot of the queue; while its body arrives, the slot is free for others."""
        if operation.path in ALWAYS_OPEN:
            await admit(api_request, operation)
            return await self._hooks.around_handler(api_request, operation)
        slot = Slot(self._request_queue, self._client_of(api_request, operation))
        try:
            await slot.enter()
            await admit(api_request, operation)
            if operation.body_kind is not BodyKind.NONE:
                slot.leave()
                await read_body(api_request, operation, chunks_of(request, slot))
                await slot.enter()
            return await self._answered(api_request, operation)
        finally:
            slot.close()

    async def _answered(self, api_request: ApiRequest, operation: Operation) -> ApiResponse:
        """The answer to a request that was admitted, which is counted where it shows something of a person; an unchanged one (304) too."""
        reply = await self._hooks.around_handler(api_request, operation)
        if operation.reads is not None and reply.status < 400:
            api_request.record_read(operation.reads)
        return reply

    def _client_of(self, api_request: ApiRequest, operation: Operation) -> str:
        """The queue a request waits in: its application's, or its network's where the token was not seen before or none is needed."""
        if operation.access is Access.PUBLIC:
            return network_of(api_request.client)
        return self._context.tokens.owner(api_request.headers.get("authorization")) or network_of(api_request.client)

    def _request_of(self, request: Request[Any, Any, Any], correlation_id: str) -> ApiRequest:
        scope = request.scope
        query = scope.get("query_string", b"")
        client = scope.get("client")
        return ApiRequest(
            context=cast(ApiContext, scope.get(CONTEXT_KEY, self._context)),
            correlation_id=correlation_id,
            path=request.path_params,
            query=parse_qs(query[:QUERY_BYTES].decode("latin-1"), keep_blank_values=True) if query else {},
            headers=headers_of(scope["headers"]),
            client=client[0] if client else "",
            http_version=scope["http_version"],
        )

    def unrouted(self, request: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
        """What the framework itself refuses: an unknown path, a wrong method; anything else is an internal error."""
        correlation_id = new_id()
        status = error.status_code if isinstance(error, HTTPException) else 500
        if status == 404:
            reply = refusal([Problem(codes.PATH_NOT_FOUND)], correlation_id)
        elif status == 400:  # an invalid Host header
            reply = refusal([Problem(codes.INVALID_HTTP)], correlation_id)
        elif status == 405:
            reply = self._method_refused(request, correlation_id)
        else:
            reply = _unhandled(error, correlation_id)
        self._record("none", request.method, "", reply, correlation_id, 0)
        headers = self._cross_origin.headers(request.scope["path"], request.scope["headers"])
        return _response(replace(reply, headers={**reply.headers, **headers}), correlation_id)

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


def _response(reply: ApiResponse, correlation_id: str) -> Response[bytes]:
    headers = {CORRELATION_HEADER: correlation_id, **reply.headers}
    return Response(reply.body, status_code=reply.status, media_type=reply.media_type, headers=headers)


def _outermost(app: ASGIApp, cross_origin: CrossOriginPaths) -> ASGIApp:
    """Answer in the envelope where an exception escapes everything else, if nothing was sent yet."""

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP:
            await app(scope, receive, send)
            return
        if "//" in scope["path"]:  # an empty id: the router would skip it and match another operation
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
            await send_response(replace(_unhandled(error, correlation_id), headers=headers), correlation_id, send)

    return serve
