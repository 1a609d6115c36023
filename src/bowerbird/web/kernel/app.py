"""The pages as one ASGI application: it identifies the visitor, runs the page's handler on a thread, logs a line and shows errors."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from concurrent.futures import Executor
from functools import partial
from typing import NoReturn, TypeVar, TypeVarTuple
from urllib.parse import parse_qs

from bowerbird.domain.access.network import network_of
from bowerbird.domain.services import DiskFull, StorageUnavailable
from bowerbird.logs import log
from bowerbird.model.http import (
    FORM_BYTES,
    QUERY_BYTES,
    ASGIApp,
    Disconnected,
    Receive,
    Scope,
    Send,
    UrlMap,
    body_chunks,
    has_valid_host,
    send_parts,
)
from bowerbird.model.ids import new_id
from bowerbird.model.problem import Problem, Problems
from bowerbird.web.kernel import assets, cookies, recording
from bowerbird.web.kernel.context import PageContext
from bowerbird.web.kernel.forms import read_form
from bowerbird.web.kernel.languages import ENGLISH, speaking
from bowerbird.web.kernel.page import Page
from bowerbird.web.kernel.request import PageRequest
from bowerbird.web.kernel.response import SECURITY, TLS_ONLY, PageRefused, PageResponse, not_found
from bowerbird.web.routes import PAGES, let_in

R = TypeVar("R")
Ts = TypeVarTuple("Ts")
_CONSENT_PATHS = ("/home", "/links")
"""The paths of the consent pages, whose visitors have no dashboard."""


def build_web(context: PageContext) -> ASGIApp:
    """The ASGI application of all pages."""
    pages = (*PAGES, *context.hooks.pages)
    context.paths = frozenset(page.path for page in pages)
    places: dict[str, dict[str, Page]] = {}
    for page in pages:
        places.setdefault(page.path, {}).update(dict.fromkeys(_methods(page), page))
    context.urls = UrlMap(places)
    return _WebApplication(context, context.urls).serve


def _methods(page: Page) -> list[str]:
    """HEAD is answered wherever GET is, as GET without the body: the server under the application leaves that out."""
    return ["GET", "HEAD"] if page.method == "GET" else [page.method]


class _WebApplication:
    def __init__(self, context: PageContext, urls: UrlMap[dict[str, Page]]) -> None:
        self._context, self._urls = context, urls

    async def serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["path"].startswith(assets.FOLDER):
            await _send(self._asset(scope), new_id(), (), send)
            return
        started = time.perf_counter()
        pages, path = self._urls.find(scope["path"]) or ({}, {})
        page = pages.get(scope["method"]) if has_valid_host(scope) else None
        page_request = self._request(page, path, scope)
        try:
            reply = await self._reply(page or _refuse(scope, pages), page_request, receive)
        except PageRefused as refusal:
            reply = _refused(page_request, refusal)
        except Exception as error:  # noqa: BLE001  (a page must always answer)
            reply = _broken(page_request, error)
        _write_down(page_request, reply, time.perf_counter() - started)
        await _send(reply, page_request.correlation_id, _browser_headers(page_request), send)

    async def _reply(self, page: Page, page_request: PageRequest, receive: Receive) -> PageResponse:
        """The page's response. A large body is read only from a visitor who may see the page. Raises PageRefused."""
        page_request.loop = asyncio.get_running_loop()
        await self._context.services.hooks.catch_up(self._context.services)
        run = partial(self._in_turn, network_of(page_request.client))
        pool, budget = self._context.pool, self._context.body_budget
        if page.method != "POST":
            return await run(pool, _made, page_request, page, b"")
        if (
            page.largest > FORM_BYTES
            and (stopped := await run(pool, _answered, page_request, partial(let_in, page_request, page))) is not None
        ):
            return stopped
        body = bytearray()
        try:
            async for chunk in _chunks(receive, page_request.headers, page.largest):
                budget.hold(page_request.client, len(chunk))
                body += chunk
            return await run(pool, _made, page_request, page, bytes(body))
        except Problem as problem:
            raise _of_problem(problem) from problem
        finally:
            if body:
                budget.release(page_request.client, len(body))

    async def _in_turn(self, client: str, pool: Executor, work: Callable[[*Ts], R], *args: *Ts) -> R:
        """Run `work` on a thread of the pages once it is this client's turn. Raises PageRefused when too many wait."""
        try:
            await self._context.queue.take(client)
        except Problem as problem:
            raise _of_problem(problem) from problem
        try:
            return await asyncio.get_running_loop().run_in_executor(pool, work, *args)
        finally:
            self._context.queue.leave(client)

    def _request(self, page: Page | None, path: dict[str, str], scope: Scope) -> PageRequest:
        client, query = scope.get("client"), scope.get("query_string", b"")[:QUERY_BYTES].decode("latin-1")
        return PageRequest(
            context=self._context,
            correlation_id=new_id(),
            page=page,
            path=path if page else {},
            query=parse_qs(query, keep_blank_values=True, max_num_fields=None) if query else {},
            headers={name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]},
            client=client[0] if client else "",
            url=scope["path"] + (f"?{query}" if query else ""),
        )

    def _asset(self, scope: Scope) -> PageResponse:
        if scope["method"] not in ("GET", "HEAD"):
            return PageResponse(405, b"Assets are only read.", "text/plain; charset=utf-8", (("allow", "GET, HEAD"),))
        asset = self._context.assets.find(scope["path"])
        if asset is None:
            return PageResponse(404, b"This asset does not exist. Reload the page that links to it.", "text/plain; charset=utf-8")
        forever = ("cache-control", "public, max-age=31536000, immutable"), ("vary", "accept-encoding")
        accepted = next((value for name, value in scope["headers"] if name == b"accept-encoding"), b"")
        if asset.gzipped and b"gzip" in accepted:
            return PageResponse(200, asset.gzipped, asset.media_type, (*forever, ("content-encoding", "gzip")))
        return PageResponse(200, asset.content, asset.media_type, forever)


def _made(page_request: PageRequest, page: Page, body: bytes) -> PageResponse:
    """On a thread of the pages: identify the visitor, check the form, run the handler."""

    def make() -> PageResponse:
        """A handler's own words are in the language of its page."""
        language = page_request.language if page_request.url.startswith(_CONSENT_PATHS) else ENGLISH
        with speaking(language):
            return answer()

    def answer() -> PageResponse:
        stopped = let_in(page_request, page)
        if page.method == "POST":
            page_request.form = read_form(body, page_request.headers.get("content-type", ""))
            cookies.check(
                page_request.known_secret(), page_request.form.raw(cookies.FIELD), page_request.headers, page_request.context.public_url
            )
        if stopped is not None:
            return stopped
        reply = page.handler(page_request)
        recording.record_reply(page_request, reply)
        if page.reads is not None and reply.status < 300:
            page_request.record_read(page.reads)
        return reply

    return _answered(page_request, make)


def _answered(page_request: PageRequest, work: Callable[[], R]) -> R | PageResponse:
    """What `work` returns, or the page of the error that it raises."""
    try:
        return work()
    except PageRefused as refusal:
        return _refused(page_request, refusal)
    except (Problem, Problems) as problem:
        return _refused(page_request, _of_problem(problem))
    except StorageUnavailable as error:
        log.error("storage_unavailable", correlation_id=page_request.correlation_id, error=str(error)[:200])
        return _refused(page_request, _storage_away(page_request, error))
    except Exception as error:  # noqa: BLE001  (the last resort of a page)
        return _broken(page_request, error)


async def _chunks(receive: Receive, headers: Mapping[str, str], largest: int) -> AsyncIterator[bytes]:
    """The body as it arrives. Raises PageRefused for one that is too long, before reading it where its length is declared."""
    too_long = PageRefused(413, "This form is too large", f"The limit is {largest // 1024:,} KiB. Nothing was changed.")
    declared, size = headers.get("content-length", "0"), 0
    if not declared.isdecimal() or int(declared) > largest:
        raise too_long
    try:
        async for chunk in body_chunks(receive):
            size += len(chunk)
            if size > largest:
                raise too_long
            yield chunk
    except Disconnected as error:
        raise PageRefused(400, "The form did not arrive", "The connection broke while it was sent. Nothing was changed.") from error


def _refuse(scope: Scope, pages: Mapping[str, Page]) -> NoReturn:
    """Raises PageRefused: an unknown path, a method that it does not take, or a Host header that is none."""
    if not has_valid_host(scope):
        raise PageRefused(400, "Bad request", "The address of this request is not valid. Please check it and try again.")
    if not pages:
        raise not_found()
    text = "This address does not accept this request. Please go back and try again."
    raise PageRefused(405, "Method not allowed", text, allow=", ".join(sorted(pages)))


def _write_down(page_request: PageRequest, reply: PageResponse, seconds: float) -> None:  # not money: seconds
    log.info(
        "page",
        page=page_request.page.name if page_request.page else "none",
        method=page_request.page.method if page_request.page else "",
        path=page_request.page.path if page_request.page else "",
        status=reply.status,
        bytes=len(reply.body),
        ms=round(seconds * 1000, 2),
        operator=page_request.operator.name if page_request.operator else "",
        correlation_id=page_request.correlation_id,
    )


def _browser_headers(page_request: PageRequest) -> tuple[tuple[str, str], ...]:
    secure = page_request.context.secure
    cookies = tuple(cookie.header(secure=secure) for cookie in page_request.new_cookies)
    return (TLS_ONLY, *cookies) if secure else cookies


def _headers(reply: PageResponse, correlation_id: str, further: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    return [("content-type", reply.media_type), *SECURITY, ("x-correlation-id", correlation_id), *reply.headers, *further]


async def _send(reply: PageResponse, correlation_id: str, further: tuple[tuple[str, str], ...], send: Send) -> None:
    headers = [(name.encode(), value.encode("latin-1")) for name, value in _headers(reply, correlation_id, further)]
    if reply.parts is None:
        headers.append((b"content-length", b"%d" % len(reply.body)))
    await send({"type": "http.response.start", "status": reply.status, "headers": headers})
    if reply.parts is not None:
        await send_parts(reply.body, reply.parts, send)
        return
    await send({"type": "http.response.body", "body": reply.body, "more_body": False})


# ── Errors as pages in plain words, with the correlation id of their log line ────────────────────────────────────────────────


def _refused(request: PageRequest, refusal: PageRefused) -> PageResponse:
    """A whole page, or an alert in the open page."""
    of_consent = request.url.startswith(_CONSENT_PATHS)
    template = "alert.html" if request.partial else "consent/error.html" if of_consent else "error.html"
    reply = request.show(template, refusal.status, refusal=refusal)
    headers = list(reply.headers)
    if request.partial:
        headers += [("hx-retarget", "#alerts"), ("hx-reswap", "innerHTML")]
    if refusal.allow:
        headers.append(("allow", refusal.allow))
    if refusal.retry_after is not None:
        headers.append(("retry-after", str(refusal.retry_after)))
    return PageResponse(reply.status, reply.body, headers=tuple(headers))


def _broken(request: PageRequest, error: Exception) -> PageResponse:
    """An internal error: the traceback goes to the log, never to a browser."""
    log.error("unhandled", correlation_id=request.correlation_id, error=type(error).__name__, exc_info=error)
    text = "This is an error on our side. Please try again. If the problem continues, contact support with the reference below."
    return _refused(request, PageRefused(500, "Something went wrong", text))


def _of_problem(error: Problem | Problems) -> PageRefused:
    """The page of a problem, in the catalogue's words."""
    problems = error.problems if isinstance(error, Problems) else [error]
    first, text = problems[0], " ".join(problem.detail for problem in problems)
    return PageRefused(first.entry.http or 500, first.title, text, retry_after=first.retry_after)


def _storage_away(request: PageRequest, error: StorageUnavailable) -> PageRefused:
    if isinstance(error, DiskFull) and not request.url.startswith(_CONSENT_PATHS):
        return PageRefused(503, "The disk of this server is full", f"Nothing was changed: there is {error}.")
    if request.services.storage.damage and not request.url.startswith(_CONSENT_PATHS):
        text = (
            "Nothing was changed: what can still be read is shown, and nothing is written. Stop the server, then run `bowerbird restore`."
        )
        return PageRefused(503, "The database is damaged", text)
    text = "Nothing was changed. Please try again in a moment."
    return PageRefused(503, "The service is temporarily unavailable", text, retry_after=5)
