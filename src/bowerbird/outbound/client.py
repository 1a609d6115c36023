"""Requests to other people's servers. One attempt, one answer: no redirect is followed, no proxy asked, no cookie kept."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import NamedTuple

import httpcore2

from bowerbird.outbound.addresses import AllowList, NotAllowed, Target, judge_url
from bowerbird.outbound.connecting import GuardedBackend, Resolve, resolve

MAX_CONNECTIONS = 64
_KEPT_CONNECTIONS = 16
_KEPT_SECONDS = 15
_MAX_ANSWER_BYTES = 65_536
_HEAD_BYTES = 1024


class OutboundResponse(NamedTuple):
    """What came back: the status and its usual phrase. `head` is how the body begins: bytes that the other side chose."""

    status: int
    head: bytes = b""

    @property
    def phrase(self) -> str:
        try:
            return HTTPStatus(self.status).phrase
        except ValueError:
            return "Unknown status"


class NoResponse(Exception):
    """The other side could not be reached or did not answer as HTTP in its time. The text says which."""


@dataclass(slots=True)
class Outbound:
    """The client. Times are in seconds: to connect, between two pieces of an answer, and for all of a request."""

    allowed: AllowList
    connect_seconds: int = 5
    read_seconds: int = 10
    total_seconds: int = 15
    resolve: Resolve = resolve
    _pools: dict[asyncio.AbstractEventLoop, httpcore2.AsyncConnectionPool] = field(default_factory=dict)

    def judge(self, url: str) -> Target:
        """Where a URL leads. Raises NotAllowed."""
        return judge_url(url, self.allowed)

    async def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> OutboundResponse:
        """Send a body. Raises NotAllowed and NoAnswer."""
        target = self.judge(url)
        try:
            async with asyncio.timeout(self.total_seconds):
                return await self._post(target, body, headers)
        except TimeoutError:
            raise NoResponse("Timed out") from None
        except (httpcore2.TimeoutException, httpcore2.PoolTimeout):
            raise NoResponse("Timed out") from None
        except (httpcore2.ConnectError, OSError):
            raise NoResponse("Could not connect") from None
        except (httpcore2.NetworkError, httpcore2.ProtocolError):
            raise NoResponse("Connection broken") from None

    async def _post(self, target: Target, body: bytes, headers: Mapping[str, str]) -> OutboundResponse:
        times = {"connect": self.connect_seconds, "read": self.read_seconds, "write": self.read_seconds, "pool": self.total_seconds}
        url = httpcore2.URL(scheme=target.scheme, host=target.host, port=target.port, target=target.path)
        host = target.shown.partition("//")[2]
        default = ":80" if target.scheme == "http" else ":443"
        lines = {"Host": host.removesuffix(default), "Content-Length": str(len(body)), "Connection": "keep-alive", **headers}
        async with self._pool().stream("POST", url, headers=list(lines.items()), content=body, extensions={"timeout": times}) as answer:
            return OutboundResponse(answer.status, await _drain(answer))

    def _pool(self) -> httpcore2.AsyncConnectionPool:
        """One pool a loop, made when it is first needed: reading the certificates takes longer than a start may."""
        loop = asyncio.get_running_loop()
        if loop not in self._pools:
            self._pools[loop] = httpcore2.AsyncConnectionPool(
                ssl_context=ssl.create_default_context(),
                max_connections=MAX_CONNECTIONS,
                max_keepalive_connections=_KEPT_CONNECTIONS,
                keepalive_expiry=_KEPT_SECONDS,
                network_backend=GuardedBackend(self.allowed, self.resolve),
            )
        return self._pools[loop]

    async def close(self) -> None:
        """Hang up what this loop holds open."""
        pool = self._pools.pop(asyncio.get_running_loop(), None)
        if pool is not None:
            await pool.aclose()


async def _drain(answer: httpcore2.Response) -> bytes:
    """Read a short answer to its end, so that the connection can be used again; a long one is left and its connection closed.

    How it begins.
    """
    head, size = b"", 0
    async for chunk in answer.aiter_stream():
        size += len(chunk)
        if len(head) < _HEAD_BYTES:
            head = (head + chunk)[:_HEAD_BYTES]
        if size > _MAX_ANSWER_BYTES:
            break
    return head


__all__ = ["NoResponse", "NotAllowed", "Outbound", "OutboundResponse"]
