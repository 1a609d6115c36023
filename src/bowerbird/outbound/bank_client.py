"""Requests of connectors to banks: synchronous, on the connector's own thread, each with one deadline for all of it.

The guard is that of every way out: a name is resolved once, every address judged, and the connection goes to a judged address. No
redirect is followed, no proxy asked, no cookie kept, and no compressed answer accepted: what is read is what was sent.
"""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as FutureTimeout
from time import monotonic
from typing import Any

import httpcore2

from bowerbird.outbound.addresses import AllowList, NoResponse, NotAllowed, judge_addresses, judge_url, name_to_resolve
from bowerbird.outbound.certificates import NO_CERTIFICATE, ClientCertificate
from bowerbird.sdk.http import HttpRequest, HttpResponse

MAX_BYTES = 32 * 1024 * 1024
"""Of an answer."""
CONNECT_SECONDS, READ_SECONDS = 10, 30
_MAX_CONNECTIONS, _KEPT_CONNECTIONS, _KEPT_SECONDS = 64, 16, 30

_RESOLVING = ThreadPoolExecutor(4, thread_name_prefix="resolve-bank")
_deadline = threading.local()

Resolve = Callable[[str, int], list[str]]


class NotReadable(Exception):
    """An answer that is too large, or compressed although nothing asked for that."""


def resolve(host: str, port: int) -> list[str]:
    """What the system's resolver says. Raises OSError."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def _left(most: float | None) -> float:  # not money: seconds
    """The time that this thread's request still has, at most `most`. Raises ReadTimeout."""
    left: float = _deadline.at_s - monotonic()  # not money: seconds
    if left <= 0:
        raise httpcore2.ReadTimeout
    return left if most is None else min(left, most)


class _Stream(httpcore2.NetworkStream):
    """A connection that keeps to the deadline of the request it carries, however slowly its bytes come."""

    def __init__(self, stream: httpcore2.NetworkStream) -> None:
        self._stream = stream

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, _left(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, _left(timeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore2.NetworkStream:
        return _Stream(self._stream.start_tls(ssl_context, server_hostname, _left(timeout)))

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


class _Backend(httpcore2.NetworkBackend):
    """Opens TCP connections to judged addresses only."""

    def __init__(self, allowed: AllowList, resolve: Resolve) -> None:
        self._allowed, self._resolve = allowed, resolve
        self._network = httpcore2.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore2.NetworkStream:
        failure: Exception = OSError("no address")
        for address in self._judged(host, port, _left(timeout))[:2]:
            try:
                return _Stream(self._network.connect_tcp(address, port, _left(timeout), local_address, socket_options))
            except httpcore2.ConnectError as error:
                failure = error
        raise failure

    def _judged(self, host: str, port: int, seconds: float) -> list[str]:
        try:
            found = _RESOLVING.submit(self._resolve, name_to_resolve(host, port, self._allowed), port).result(seconds)
        except FutureTimeout:
            raise httpcore2.ConnectTimeout from None
        judge_addresses(found, host, port, self._allowed)
        return found


class BankClient:
    """The connections of a process to banks; any thread may use it. Raises CertificateUnusable."""

    def __init__(self, allowed: AllowList, resolve: Resolve = resolve, certificate: ClientCertificate = NO_CERTIFICATE) -> None:
        self._allowed = allowed
        self._pool = httpcore2.ConnectionPool(
            ssl_context=certificate.context(),
            max_connections=_MAX_CONNECTIONS,
            max_keepalive_connections=_KEPT_CONNECTIONS,
            keepalive_expiry=_KEPT_SECONDS,
            network_backend=_Backend(allowed, resolve),
        )

    def send(self, request: HttpRequest, deadline_s: float) -> HttpResponse:
        """Send a request and read its answer before a moment of time.monotonic. Raises NotAllowed, NoResponse and NotReadable."""
        target = judge_url(request.url, self._allowed)
        default = ":80" if target.scheme == "http" else ":443"
        host = target.shown.partition("//")[2].removesuffix(default)
        headers = {"Host": host, "Accept-Encoding": "identity", "User-Agent": "bowerbird", **request.headers}
        if request.body or request.method not in {"GET", "HEAD"}:
            headers["Content-Length"] = str(len(request.body))
        url = httpcore2.URL(scheme=target.scheme, host=target.host, port=target.port, target=target.path)
        times = {"connect": CONNECT_SECONDS, "read": READ_SECONDS, "write": READ_SECONDS, "pool": CONNECT_SECONDS}
        _deadline.at_s = deadline_s
        try:
            with self._pool.stream(
                request.method, url, headers=list(headers.items()), content=request.body, extensions={"timeout": times}
            ) as answer:
                return _read(answer)
        except (httpcore2.TimeoutException, httpcore2.PoolTimeout):
            raise NoResponse("Timed out") from None
        except socket.gaierror:
            raise NoResponse("Its name does not resolve") from None
        except (httpcore2.ConnectError, OSError):
            raise NoResponse("Could not connect") from None
        except (httpcore2.NetworkError, httpcore2.ProtocolError):
            raise NoResponse("Connection broken") from None

    def close(self) -> None:
        self._pool.close()


def _read(answer: httpcore2.Response) -> HttpResponse:
    headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in answer.headers}
    if headers.get("content-encoding", "identity").lower() != "identity":
        raise NotReadable("a compressed answer")
    pieces, size = [], 0
    for piece in answer.iter_stream():
        size += len(piece)
        if size > MAX_BYTES:
            raise NotReadable(f"more than {MAX_BYTES} bytes")
        pieces.append(piece)
    return HttpResponse(answer.status, headers, b"".join(pieces))


__all__ = ["BankClient", "NoResponse", "NotAllowed", "NotReadable"]
