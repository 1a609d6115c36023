"""The connections of the client, and what may go wrong on them. Loaded with the first request: the library takes a tenth of a second."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import httpcore2

from bowerbird.outbound.addresses import AllowList, NoResponse, Target, judge_addresses, name_to_resolve

if TYPE_CHECKING:
    from bowerbird.outbound.client import Resolve


MAX_CONNECTIONS = 64
_KEPT_CONNECTIONS = 16
_KEPT_SECONDS = 15
_MAX_ANSWER_BYTES = 65_536
_HEAD_BYTES = 1024


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
        found = await self._resolve(name_to_resolve(host, port, self._allowed), port)
        judge_addresses(found, host, port, self._allowed)
        return found


class GuardedPool:
    """Connections of one event loop."""

    def __init__(self, allowed: AllowList, resolve: Resolve) -> None:
        self._pool = httpcore2.AsyncConnectionPool(
            ssl_context=ssl.create_default_context(),
            max_connections=MAX_CONNECTIONS,
            max_keepalive_connections=_KEPT_CONNECTIONS,
            keepalive_expiry=_KEPT_SECONDS,
            network_backend=GuardedBackend(allowed, resolve),
        )

    async def post(self, target: Target, headers: Mapping[str, str], body: bytes, times: Mapping[str, int]) -> tuple[int, bytes]:
        """The status and the beginning of the answer. `times` in seconds. Raises NoResponse, NotAllowed and OSError."""
        url = httpcore2.URL(scheme=target.scheme, host=target.host, port=target.port, target=target.path)
        try:
            async with self._pool.stream("POST", url, headers=list(headers.items()), content=body, extensions={"timeout": times}) as answer:
                return answer.status, await _drain(answer)
        except (httpcore2.TimeoutException, httpcore2.PoolTimeout):
            raise NoResponse("Timed out") from None
        except httpcore2.ConnectError:
            raise NoResponse("Could not connect") from None
        except (httpcore2.NetworkError, httpcore2.ProtocolError):
            raise NoResponse("Connection broken") from None

    async def close(self) -> None:
        await self._pool.aclose()


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
