"""Where connections are opened: a name is resolved once, every address judged, and the connection goes to the judged address.

Nothing looks the name up again, so an answer of the DNS that changes between the judgement and the connection changes nothing. TLS
and the Host header keep the name.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from ipaddress import ip_address
from typing import Any

import httpcore2

from bowerbird.outbound.addresses import AllowList, NotAllowed, judge_address

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
