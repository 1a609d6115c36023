"""Requests to other people's servers. One attempt, one answer: no redirect is followed, no proxy asked, no cookie kept.

A name is resolved once, every address judged, and the connection goes to the judged address: an answer of the DNS that changes in
between changes nothing. TLS and the Host header keep the name.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING, NamedTuple

from bowerbird.outbound.addresses import AllowList, NoResponse, NotAllowed, Target, judge_url

if TYPE_CHECKING:
    from bowerbird.outbound.pool import GuardedPool

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


@dataclass(slots=True)
class Outbound:
    """The client. Times are in seconds: to connect, between two pieces of an answer, and for all of a request."""

    allowed: AllowList
    connect_seconds: int = 5
    read_seconds: int = 10
    total_seconds: int = 15
    resolve: Resolve = resolve
    _pools: dict[asyncio.AbstractEventLoop, GuardedPool] = field(default_factory=dict)

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
        except OSError:
            raise NoResponse("Could not connect") from None

    async def _post(self, target: Target, body: bytes, headers: Mapping[str, str]) -> OutboundResponse:
        times = {"connect": self.connect_seconds, "read": self.read_seconds, "write": self.read_seconds, "pool": self.total_seconds}
        host = target.shown.partition("//")[2]
        default = ":80" if target.scheme == "http" else ":443"
        lines = {"Host": host.removesuffix(default), "Content-Length": str(len(body)), "Connection": "keep-alive", **headers}
        return OutboundResponse(*await self._pool().post(target, lines, body, times))

    def _pool(self) -> GuardedPool:
        """One pool a loop, made when it is first needed: its libraries and the certificates take longer than a start may."""
        from bowerbird.outbound.pool import GuardedPool  # noqa: PLC0415

        loop = asyncio.get_running_loop()
        if loop not in self._pools:
            self._pools[loop] = GuardedPool(self.allowed, self.resolve)
        return self._pools[loop]

    async def close(self) -> None:
        """Hang up what this loop holds open."""
        pool = self._pools.pop(asyncio.get_running_loop(), None)
        if pool is not None:
            await pool.close()


__all__ = ["NoResponse", "NotAllowed", "Outbound", "OutboundResponse"]
