"""What an operation answers, before any web framework sees it."""

from __future__ import annotations

import asyncio
import json
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Generator, Sequence
from threading import Lock
from typing import Any, NamedTuple, TypeVar

import msgspec
from msgspec.structs import replace

from bowerbird.model.http import send_parts
from bowerbird.model.problem import Problem

JSON = "application/json"
CORRELATION_HEADER = "X-Correlation-Id"


class ApiResponse(msgspec.Struct, frozen=True):
    """Status, body and the headers beyond content type and correlation id. `codes` are the catalogue entries it carries, for the log.

    `etag` and the `coding` of the body are empty until `representation` has chosen them. `parts` follow the body, each made on a thread
    once the client has taken what came before; their length is not known.
    """

    status: int
    body: bytes = b""
    media_type: str = JSON
    headers: dict[str, str] = msgspec.field(default_factory=dict)
    codes: tuple[str, ...] = ()
    etag: str = ""
    coding: str = ""
    parts: Generator[bytes] | None = None


_PORTION = 25
"""Rows shown in one go."""

Row = TypeVar("Row")
Shown = TypeVar("Shown")

_encode = msgspec.json.Encoder().encode


def as_json(value: Any, status: int = 200) -> ApiResponse:
    return ApiResponse(status, _encode(value))


async def in_portions(rows: Sequence[Row], show: Callable[[Row], Shown]) -> list[Shown]:
    """Every row as it is shown; after each portion other requests go on, so that a long page holds up none of them."""
    shown: list[Shown] = []
    for first in range(0, len(rows), _PORTION):
        if first:
            await asyncio.sleep(0)
        shown += map(show, rows[first : first + _PORTION])
    return shown


NO_CONTENT = ApiResponse(204)


def with_headers(reply: ApiResponse, headers: dict[str, str]) -> ApiResponse:
    """A reply with more headers; Vary names what both depend on."""
    varies = ", ".join(each["Vary"] for each in (reply.headers, headers) if "Vary" in each)
    return replace(reply, headers={**reply.headers, **headers, **({"Vary": varies} if varies else {})})


def refusal(problems: Sequence[Problem], correlation_id: str, headers: dict[str, str] | None = None) -> ApiResponse:
    """The envelope of contract §1 around one or several problems, which share an HTTP status."""
    status = problems[0].entry.http
    if status is None:
        raise ValueError(f"{problems[0].entry.key} only ends job steps: raise a Failure, not a Problem")
    data = []
    for problem in problems:
        error: dict[str, object] = {
            "type": "error",
            "code": problem.entry.code,
            "title": problem.title,
            "detail": problem.detail,
        }
        blamed = {"parameter": problem.parameter, "pointer": problem.pointer}
        source = {name: value for name, value in blamed.items() if value is not None}
        if source or problem.entry.empty_source:
            error["source"] = source
        data.append(error)
    extra = dict(headers or {})
    waits = [problem.retry_after for problem in problems if problem.retry_after is not None]
    if waits:
        extra["Retry-After"] = str(max(waits))
    body = json.dumps({"type": "list", "correlationId": correlation_id, "data": data}, separators=(",", ":"))
    return ApiResponse(status, body.encode(), JSON, extra, tuple(problem.entry.key for problem in problems))


_NO_SNIFFING = (b"x-content-type-options", b"nosniff")
_NO_STORING = (b"cache-control", b"no-store")
"""Answers are people's money, or soon out of date: neither a browser nor anything on the way keeps them, unless they say so."""


async def send_response(reply: ApiResponse, correlation_id: str, send: Callable[[Any], Awaitable[None]], *, with_body: bool = True) -> None:
    """A reply as bare ASGI messages; without its body it has the headers of the whole."""
    headers = [(b"x-correlation-id", correlation_id.encode()), _NO_SNIFFING]
    if "Cache-Control" not in reply.headers:
        headers.append(_NO_STORING)
    if reply.status not in (NO_CONTENT.status, 304):
        if reply.parts is None:
            headers += [(b"content-length", b"%d" % len(reply.body))]
        if reply.body:
            headers += [(b"content-type", reply.media_type.encode())]
    headers += [(name.lower().encode(), value.encode("latin-1")) for name, value in reply.headers.items()]
    await send({"type": "http.response.start", "status": reply.status, "headers": headers})
    if reply.parts is not None and with_body:
        await send_parts(reply.body, reply.parts, send)
        return
    await send({"type": "http.response.body", "body": reply.body if with_body else b""})


_MAX_CACHED_BYTES = 12 * 1024 * 1024

_KEPT_SECONDS = 300


class PageKey(NamedTuple):
    """Everything that a page of transactions depends on, and whoever may read it."""

    user_id: str
    user_version: int
    is_enriched: bool
    consent_id: str
    token_scope: str
    protocol_version: str
    coding: str
    filter: str | None
    limit: str | None
    next: str | None


class _Kept(NamedTuple):
    page: ApiResponse
    since_s: float  # not money: seconds


class PageCache:
    """Pages of transactions as they were sent before, mostly compressed, kept in memory as long as nothing about their user has changed.

    The key holds the user's data version, which every request reads from the database anyway, so that a page is never older than the
    data, whichever process changed it. Bounded by bytes, the page that was not used for longest goes first; and by time, since a
    process does not learn of users that another one deletes.
    """

    def __init__(self, max_bytes: int = _MAX_CACHED_BYTES) -> None:
        self._kept: OrderedDict[PageKey, _Kept] = OrderedDict()
        self._bytes = 0
        self._max_bytes = max_bytes
        self._lock = Lock()

    def get(self, key: PageKey) -> ApiResponse | None:
        with self._lock:
            kept = self._kept.get(key)
            if kept is None:
                return None
            self._kept.move_to_end(key)
            return kept.page

    def put(self, key: PageKey, page: ApiResponse) -> None:
        with self._lock:
            if len(page.body) > self._max_bytes // 4 or key in self._kept:
                return
            self._kept[key] = _Kept(page, time.monotonic())
            self._bytes += len(page.body)
            while self._bytes > self._max_bytes:
                self._drop(next(iter(self._kept)))

    def forget(self, user_id: str) -> None:
        """Drop the pages of a user who was deleted, or whose data may not be read any more. From any thread."""
        with self._lock:
            for key in [key for key in self._kept if key.user_id == user_id]:
                self._drop(key)

    def forget_old(self) -> None:
        """Drop what was put in five minutes ago and longer."""
        before_s = time.monotonic() - _KEPT_SECONDS
        with self._lock:
            for key in [key for key, kept in self._kept.items() if kept.since_s <= before_s]:
                self._drop(key)

    def _drop(self, key: PageKey) -> None:
        self._bytes -= len(self._kept.pop(key).page.body)
