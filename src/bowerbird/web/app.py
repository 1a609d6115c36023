"""The pages as one ASGI application: who is asking, the page's handler on a thread, one log line, and errors as pages."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable
from functools import cache
from typing import Any
from urllib.parse import parse_qs

import structlog
from litestar import Litestar, Request, Response
from litestar.exceptions import HTTPException, InternalServerException
from litestar.handlers import HTTPRouteHandler
from litestar.types import ASGIApp, Receive, Scope, Send

from bowerbird.domain.controls import catch_up
from bowerbird.model.ids import new_id
from bowerbird.model.problem import Problem, Problems
from bowerbird.storage.unit_of_work import StorageUnavailable
from bowerbird.web import assets, errors, forgery
from bowerbird.web.desk import WebDesk
from bowerbird.web.forms import read_form
from bowerbird.web.page import Page
from bowerbird.web.refusal import Refusal, not_found
from bowerbird.web.reply import SECURITY, Reply
from bowerbird.web.routes import PAGES, let_in
from bowerbird.web.visit import Visit

_QUERY_LIMIT = 16_384
log = structlog.get_logger("bowerbird.page")


def build_web(desk: WebDesk) -> ASGIApp:
    """The ASGI application of everything a browser shows. A server that answers programs only never pays for building it."""
    front = _Front(desk)

    @cache
    def litestar() -> ASGIApp:
        return Litestar(
            route_handlers=[_route_handler(page, front) for page in PAGES],
            openapi_config=None,
            exception_handlers={Exception: front.unrouted},
            logging_config=None,
            request_max_body_size=None,
        )

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["path"].startswith(assets.FOLDER):
            await _send(front.asset(scope), new_id(), (), send)
        else:
            await litestar()(scope, receive, send)

    return serve


def _route_handler(page: Page, front: _Front) -> HTTPRouteHandler:
    async def handle(request: Request[Any, Any, Any]) -> ASGIApp:
        return await front.answer(page, request)

    handle.__name__ = page.name
    return HTTPRouteHandler(page.path.replace("}", ":str}"), http_method=[page.method], name=page.name, status_code=200)(handle)


class _Front:
    def __init__(self, desk: WebDesk) -> None:
        self._desk = desk

    async def answer(self, page: Page, request: Request[Any, Any, Any]) -> ASGIApp:
        started = time.perf_counter()
        visit = self._visit(page, request)
        visit.loop = asyncio.get_running_loop()
        try:
            await catch_up(self._desk.world)
            body = await _body(request, page.largest) if page.method == "POST" else b""
            reply = await visit.loop.run_in_executor(self._desk.pool, _made, visit, page, body)
        except Refusal as refusal:
            reply = errors.refused(visit, refusal)
        _write_down(visit, reply, time.perf_counter() - started)
        return _Answer(reply, visit)

    def unrouted(self, request: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
        """What the framework refuses by itself: an unknown path, a wrong method; anything else is a fault of ours."""
        visit = self._visit(None, request)
        status = error.status_code if isinstance(error, HTTPException) else 500
        if status == 404:
            reply = errors.refused(visit, not_found())
        elif status == 405:
            reply = errors.refused(
                visit, Refusal(405, "Not that way", "This address answers another kind of request. Go back and try again.")
            )
        else:
            reply = errors.broken(visit, error)
        _write_down(visit, reply, 0)
        headers = [(name, value) for name, value in _headers(reply, visit.correlation_id, _set_cookies(visit)) if name != "content-type"]
        media_type = reply.media_type.partition(";")[0]  # the framework adds the charset
        return Response(reply.body, status_code=reply.status, media_type=media_type, headers=dict(headers))

    def _visit(self, page: Page | None, request: Request[Any, Any, Any]) -> Visit:
        scope = request.scope
        client, query = scope.get("client"), scope.get("query_string", b"")[:_QUERY_LIMIT].decode("latin-1")
        return Visit(
            desk=self._desk,
            correlation_id=new_id(),
            page=page,
            path=request.path_params if page else {},
            query=parse_qs(query, keep_blank_values=True, max_num_fields=None) if query else {},
            headers={name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]},
            client=client[0] if client else "",
            url=scope["path"] + (f"?{query}" if query else ""),
        )

    def asset(self, scope: Scope) -> Reply:
        found = self._desk.assets.find(scope["path"])
        if found is None:
            return Reply(404, b"No such asset: reload the page that names it.", "text/plain; charset=utf-8")
        forever = ("cache-control", "public, max-age=31536000, immutable"), ("vary", "accept-encoding")
        accepted = next((value for name, value in scope["headers"] if name == b"accept-encoding"), b"")
        if found.gzipped and b"gzip" in accepted:
            return Reply(200, found.gzipped, found.media_type, (*forever, ("content-encoding", "gzip")))
        return Reply(200, found.content, found.media_type, forever)


def _made(visit: Visit, page: Page, body: bytes) -> Reply:
    """On a thread of the pages: the visitor is known, the form is ours, the handler answers."""
    try:
        stopped = let_in(visit, page)
        if page.method == "POST":
            visit.form = read_form(body, visit.headers.get("content-type", ""))
            forgery.check(visit.known_secret(), visit.form.raw(forgery.FIELD), visit.headers, visit.desk.public_url)
        return stopped or page.handler(visit)
    except Refusal as refusal:
        return errors.refused(visit, refusal)
    except (Problem, Problems) as problem:
        return errors.refused(visit, errors.of_problem(problem))
    except StorageUnavailable as error:
        log.error("storage_unavailable", correlation_id=visit.correlation_id, error=str(error)[:200])
        return errors.refused(visit, errors.storage_away())
    except Exception as error:  # noqa: BLE001  (the last net of a page)
        return errors.broken(visit, error)


async def _body(request: Request[Any, Any, Any], largest: int) -> bytes:
    """The whole body. Raises Refusal for one that is too long, before it is read where its length is told."""
    too_long = Refusal(413, "That is too much", f"This page takes at most {largest // 1024:,} KiB. Nothing was changed.")
    told = request.headers.get("content-length", "0")
    if not told.isdecimal() or int(told) > largest:
        raise too_long
    pieces, size = [], 0
    try:
        async for chunk in request.stream():
            size += len(chunk)
            if size > largest:
                raise too_long
            pieces.append(chunk)
    except InternalServerException as error:  # hung up; nobody reads the answer
        raise Refusal(400, "The form did not arrive", "The connection broke while it was sent. Nothing was changed.") from error
    return b"".join(pieces)


def _write_down(visit: Visit, reply: Reply, seconds: float) -> None:  # not money: seconds
    log.info(
        "page",
        page=visit.page.name if visit.page else "none",
        method=visit.page.method if visit.page else "",
        path=visit.page.path if visit.page else "",
        status=reply.status,
        bytes=len(reply.body),
        ms=round(seconds * 1000, 2),
        operator=visit.operator.name if visit.operator else "",
        correlation_id=visit.correlation_id,
    )


def _set_cookies(visit: Visit) -> tuple[tuple[str, str], ...]:
    return tuple(cookie.header(secure=visit.desk.secure) for cookie in visit.new_cookies)


def _headers(reply: Reply, correlation_id: str, cookies: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    return [("content-type", reply.media_type), *SECURITY, ("x-correlation-id", correlation_id), *reply.headers, *cookies]


class _Answer:
    """A reply on its way out."""

    __slots__ = ("_reply", "_visit")

    def __init__(self, reply: Reply, visit: Visit) -> None:
        self._reply, self._visit = reply, visit

    async def __call__(self, _scope: Scope, _receive: Receive, send: Send) -> None:
        await _send(self._reply, self._visit.correlation_id, _set_cookies(self._visit), send)


async def _send(reply: Reply, correlation_id: str, cookies: tuple[tuple[str, str], ...], send: Send) -> None:
    headers = [(name.encode(), value.encode("latin-1")) for name, value in _headers(reply, correlation_id, cookies)]
    headers.append((b"content-length", b"%d" % len(reply.body)))
    await send({"type": "http.response.start", "status": reply.status, "headers": headers})
    await send({"type": "http.response.body", "body": reply.body, "more_body": False})
