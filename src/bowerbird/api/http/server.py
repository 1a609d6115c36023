"""The HTTP server under the application: uvicorn, with refusals of its own put into the envelope, headers and patience bounded."""

from __future__ import annotations

import asyncio
from typing import Any

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from bowerbird import codes
from bowerbird.api.http.connection_limiter import ConnectionLimiter, Phase
from bowerbird.api.http.request_queue import RETRY_SECONDS, overloaded
from bowerbird.api.http.response import refusal, send_response
from bowerbird.model.ids import new_id
from bowerbird.model.problem import Problem

HEADER_LIMIT = 65_536
"""Bytes of request line and headers together."""

KEEP_ALIVE_SECONDS = 65
SHUTDOWN_SECONDS = 25
DOORS = "bowerbird.doors"
"""Where the lifespan leaves the doors for the connections to find."""

ALWAYS_OPEN = frozenset({"/healthz", "/readyz", "/metrics"})


class EnvelopeProtocol(HttpToolsProtocol):
    """HTTP/1.1 whose own refusals (no HTTP at all, headers without end, too slow, too many) are answers of the catalogue."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._header_bytes = 0
        self._tail = b""
        self._in_headers = True
        self._limiter: ConnectionLimiter | None = self.app_state.get(DOORS)
        self.address = ""
        self.phase, self.since = Phase.HEADERS, 0
        self.received = self.stalled = self.unsent = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        if self._limiter is None:
            return
        self.address = self.client[0] if self.client else ""
        self.since = self._limiter.second
        self._limiter.set_in_flight(self.tasks)
        if not self._limiter.enter(self):
            if self._limiter.is_overfull:
                transport.abort()
            self.app = _refuse_all(self.app)

    def connection_lost(self, exc: Exception | None) -> None:
        if self._limiter is not None:
            self._limiter.leave(self)
        super().connection_lost(exc)

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._in_headers = True

    def on_headers_complete(self) -> None:
        self._in_headers = False
        self._header_bytes = 0
        self._tail = b""
        self._enter_phase(Phase.BODY)
        self.received = 0
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        self.received += len(body)
        super().on_body(body)

    def on_message_complete(self) -> None:
        self._in_headers = True  # what comes next on this connection
        self._enter_phase(Phase.IDLE if self.cycle.response_complete else Phase.ANSWER)
        super().on_message_complete()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        self._enter_phase(Phase.IDLE if self.cycle.response_complete else Phase.ANSWER)

    def data_received(self, data: bytes) -> None:
        if self.phase is Phase.IDLE:
            self._enter_phase(Phase.HEADERS)
        if self._in_headers:
            end = (self._tail + data).find(b"\r\n\r\n")  # which may have come in two pieces
            self._header_bytes += len(data) if end < 0 else end - len(self._tail)
            self._tail = data[-3:]
            if self._header_bytes > HEADER_LIMIT:
                self._refuse(Problem(codes.HEADERS_TOO_LONG, limit=HEADER_LIMIT))
                return
        super().data_received(data)

    def _enter_phase(self, phase: Phase) -> None:
        self.phase = phase
        if self._limiter is not None:
            self.since = self._limiter.second

    # What the doors ask and do.

    def is_leaving(self) -> bool:
        return self.transport.is_closing()

    def is_held_back(self) -> bool:
        return bool(self.flow.read_paused)

    def unsent_bytes(self) -> int:
        return self.transport.get_write_buffer_size()

    def close_quietly(self) -> None:
        self.transport.close()

    def abort(self) -> None:
        self.transport.abort()

    def respond_408(self) -> None:
        """A request that began is told; where nothing began, or an answer did, there is nobody to tell."""
        began = self._header_bytes > 0 or self.phase is Phase.BODY
        answering = self.phase is Phase.BODY and self.cycle.response_started
        if began and not answering:
            self._refuse(Problem(codes.REQUEST_TOO_SLOW))
        else:
            self.transport.close()

    def send_400_response(self, msg: str) -> None:
        """What uvicorn answers to bytes that are not HTTP; `msg` is for its log only."""
        self._refuse(Problem(codes.INVALID_HTTP))

    def _refuse(self, problem: Problem) -> None:
        if self.transport.is_closing():
            return
        correlation_id = new_id()
        reply = refusal([problem], correlation_id)
        head = (
            f"HTTP/1.1 {reply.status} Refused\r\ncontent-type: {reply.media_type}\r\ncontent-length: {len(reply.body)}\r\n"
            f"x-correlation-id: {correlation_id}\r\nconnection: close\r\n\r\n"
        )
        self.transport.write(head.encode() + reply.body)
        self.transport.close()


def _refuse_all(app: Any) -> Any:
    """An application for connections there is no room for: it says so, and still serves what an operator looks at then."""

    async def serve(scope: Any, receive: Any, send: Any) -> None:
        if scope["path"] in ALWAYS_OPEN:
            await app(scope, receive, send)
            return
        correlation_id = new_id()
        closing = {"Connection": "close", "Retry-After": str(RETRY_SECONDS)}
        await send_response(refusal([overloaded()], correlation_id, closing), correlation_id, send)

    return serve


def server_config(app: Any, host: str, port: int, workers: int = 1) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        host=host,
        port=port,
        workers=workers,
        http=EnvelopeProtocol,
        ws="none",
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=SHUTDOWN_SECONDS,
        interface="asgi3",
        factory=isinstance(app, str),
    )
