"""Requests to other people's servers. One attempt, one answer: no redirect is followed, no proxy asked, no cookie kept.

A name is resolved once, every address judged, and the connection goes to the judged address: an answer of the DNS that changes in
between changes nothing. TLS and the Host header keep the name.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Awaitable, Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from http import HTTPStatus
from ipaddress import ip_address
from typing import Any, NamedTuple

import httpcore2

from bowerbird.outbound.addresses import AllowList, NotAllowed, Target, judge_address, judge_url

Resolve = Callable[[str, int], Awaitable[list[str]]]
"""From a host and port to the addresses to connect to, as texts. Raises OSError when there is none."""

_RESOLVING = ThreadPoolExecutor(4, thread_name_prefix="resolve")
"""Threads of its own: a name server that does not answer must not hold up the rest of the process."""


async def resolve(host: str, port: int) -> list[str]:
    """What the system's resolver says."""
    found = await asyncio.get_running_loop().run_in_executor(
        _RESOLVING, lambda: socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP)
    )
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


class GuardedBackend(httpcore2.AsyncNetworkBackend):
    """Opens TCP connections to judged addresses only."""

    def __init__(self, allowed: AllowList, resolve: Resolve) -> None:
        self._allowed, self._resolve = allowed, resolve
        self._network = httpcore2.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109  (the signature is httpcore's)
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore2.AsyncNetworkStream:
        async with asyncio.timeout(timeout):
            addresses = await self._judged(host, port)
            failure: Exception = OSError("no address")
            for address in addresses[:2]:
                try:
                    return await self._network.connect_tcp(address, port, timeout, local_address, socket_options)
                except httpcore2.ConnectError as error:
                    failure = error
        raise failure

    async def _judged(self, host: str, port: int) -> list[str]:
        """All addresses of a host. One that is not allowed spoils the rest: an honest host has no private face."""
        found = await self._resolve(host.strip("[]"), port)
        for each in found:
            try:
                address = ip_address(each)
            except ValueError:
                raise NotAllowed("its name resolves to no usable address") from None
            judge_address(address, host, port, self._allowed)
        return found


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
