"""What an operation answers, before any web framework sees it."""

from __future__ import annotations

import asyncio
import json
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

import msgspec

from bowerbird.model.problem import Problem

JSON = "application/json"
CORRELATION_HEADER = "X-Correlation-Id"


@dataclass(frozen=True, slots=True)
class ApiResponse:
    """Status, body and the headers beyond content type and correlation id. `codes` are the catalogue entries it carries, for the log."""

    status: int
    body: bytes = b""
    media_type: str = JSON
    headers: dict[str, str] = field(default_factory=dict)
    codes: tuple[str, ...] = ()


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
    if reply.status != NO_CONTENT.status:
        headers += [(b"content-length", b"%d" % len(reply.body))]
        if reply.body:
            headers += [(b"content-type", reply.media_type.encode())]
    headers += [(name.lower().encode(), value.encode("latin-1")) for name, value in reply.headers.items()]
    await send({"type": "http.response.start", "status": reply.status, "headers": headers})
    await send({"type": "http.response.body", "body": reply.body if with_body else b""})


class AnswerShape:
    """A reply on its way out, without the framework's own response: encoding its headers costs more than most answers."""

    __slots__ = ("_correlation_id", "_reply", "_with_body")

    def __init__(self, reply: ApiResponse, correlation_id: str, *, with_body: bool = True) -> None:
        self._reply, self._correlation_id, self._with_body = reply, correlation_id, with_body

    async def __call__(self, _scope: Any, _receive: Any, send: Any) -> None:
        await send_response(self._reply, self._correlation_id, send, with_body=self._with_body)


_MOST_CACHED_BYTES = 12 * 1024 * 1024

PageKey = tuple[str, int, bool, str | None, str | None, str | None]


class PageCache:
    """Pages of transactions that were rendered before, kept as long as nothing about their user has changed.

    The key holds the user's data version, which every request reads from the database anyway, so that a page is never older than the
    data, whichever process changed it. Bounded by bytes; the page that was not used for longest goes first.
    """

    def __init__(self, max_bytes: int = _MOST_CACHED_BYTES) -> None:
        self._kept: OrderedDict[PageKey, bytes] = OrderedDict()
        self._bytes = 0
        self._max_bytes = max_bytes

    def get(self, key: PageKey) -> bytes | None:
        page = self._kept.get(key)
        if page is not None:
            self._kept.move_to_end(key)
        return page

    def put(self, key: PageKey, page: bytes) -> None:
        if len(page) > self._max_bytes // 4 or key in self._kept:
            return
        self._kept[key] = page
        self._bytes += len(page)
        while self._bytes > self._max_bytes:
            _, dropped = self._kept.popitem(last=False)
            self._bytes -= len(dropped)
