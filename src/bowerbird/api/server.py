"""The HTTP server under the application: uvicorn, with refusals of its own put into the envelope and headers bounded."""

from __future__ import annotations

from typing import Any

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from bowerbird import codes
from bowerbird.api.reply import refusal
from bowerbird.model.ids import new_id
from bowerbird.model.problem import Problem

HEADER_LIMIT = 65_536
"""Bytes of request line and headers together."""

KEEP_ALIVE_SECONDS = 65
SHUTDOWN_SECONDS = 25


class EnvelopeProtocol(HttpToolsProtocol):
    """HTTP/1.1 whose own refusals (no HTTP at all, headers without end) are answers of the catalogue."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._header_bytes = 0
        self._tail = b""
        self._in_headers = True

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._in_headers = True

    def on_headers_complete(self) -> None:
        self._in_headers = False
        self._header_bytes = 0
        self._tail = b""
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        self._in_headers = True  # what comes next on this connection
        super().on_message_complete()

    def data_received(self, data: bytes) -> None:
        if self._in_headers:
            end = (self._tail + data).find(b"\r\n\r\n")  # which may have come in two pieces
            self._header_bytes += len(data) if end < 0 else end - len(self._tail)
            self._tail = data[-3:]
            if self._header_bytes > HEADER_LIMIT:
                self._refuse(Problem(codes.HEADERS_TOO_LONG, limit=HEADER_LIMIT))
                return
        super().data_received(data)

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


def server_config(app: Any, host: str, port: int, workers: int = 1) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        host=host,
        port=port,
        workers=workers,
        http=EnvelopeProtocol,
        interface="asgi3",
        ws="none",
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=SHUTDOWN_SECONDS,
        factory=isinstance(app, str),
    )
