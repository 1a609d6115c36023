"""The HTTP server under the application: uvicorn, with its own refusals in the envelope, and bounded headers and waiting times."""

from __future__ import annotations

import asyncio
import re
import sys
from contextlib import suppress
from time import monotonic
from typing import Any

import uvicorn
from httptools import HttpParserError, HttpParserUpgrade, HttpRequestParser
from uvicorn.protocols.http.flow_control import FlowControl
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from bowerbird import codes
from bowerbird.api.http.answer import AnswerCycle
from bowerbird.api.http.connection_limiter import KEEP_ALIVE_SECONDS, ConnectionLimiter, Phase
from bowerbird.api.http.cors import CrossOriginPaths
from bowerbird.api.http.proxies import PROXIES_KEY, TrustedProxies
from bowerbird.api.http.request_bytes import HEADER_LIMIT, RequestBytes
from bowerbird.api.http.request_line import RequestLine
from bowerbird.api.http.request_queue import RETRY_SECONDS, overloaded
from bowerbird.api.http.response import refusal, send_response
from bowerbird.domain.access.network import network_of
from bowerbird.model.ids import new_id
from bowerbird.model.problem import Problem

_ROUND_BYTES = 32_768
"""Bytes of a connection that are parsed before other connections are."""

_HOST = re.compile(rb"(?:[a-z0-9._-]*|\[[0-9a-f:.]+\])(?::[0-9]{0,5})?", re.IGNORECASE)
SHUTDOWN_SECONDS = 25
LIMITER_KEY = "bowerbird.connection_limiter"
"""Where the lifespan puts the connection limiter for the connections."""
CROSS_ORIGIN_KEY = "bowerbird.cross_origin"
"""Where it puts the headers of answers to pages of other origins."""

ALWAYS_OPEN = frozenset({"/healthz", "/readyz", "/metrics"})


class Flow(FlowControl):
    """Reading that also waits while bytes that were read before are not parsed yet."""

    def __init__(self, transport: asyncio.Transport) -> None:
        super().__init__(transport)
        self._transport, self.is_deferred = transport, False

    def defer_reading(self) -> None:
        self.is_deferred = True
        self._transport.pause_reading()

    def end_deferral(self) -> None:
        self.is_deferred = False
        if not self.read_paused and not self._transport.is_closing():
            self._transport.resume_reading()

    def resume_reading(self) -> None:
        if not self.read_paused:
            return
        self.read_paused = False
        if not self.is_deferred and not self._transport.is_closing():
            self._transport.resume_reading()


class EnvelopeProtocol(HttpToolsProtocol):
    """HTTP/1.1 whose own refusals (no HTTP at all, endless headers, too slow, too many) are entries of the catalogue.

    It handles one request of a connection at a time: what a client sends ahead waits, unparsed, until the request before is answered.
    Trailers are refused: the framework would take them for headers, and nothing here needs them. A request for another protocol is
    answered as if it had not asked for it (RFC 9110, 7.8), and CONNECT is refused: behind either the parser takes a body for requests.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._limiter: ConnectionLimiter | None = self.app_state.get(LIMITER_KEY)
        self._proxies: TrustedProxies | None = self.app_state.get(PROXIES_KEY)
        self.through_proxy = False
        self._cross_origin: CrossOriginPaths | None = self.app_state.get(CROSS_ORIGIN_KEY)
        self.url, self.headers = b"", []  # a request may be refused before its line is read
        self._bytes = RequestBytes(self._limiter.body_limit if self._limiter is not None else sys.maxsize)
        self._line = RequestLine()
        self._unparsed = b""
        self._problem: Problem | None = None
        self.address = ""
        self.phase, self.since = Phase.HEADERS, 0.0  # not money: seconds
        self.stalled, self.unsent = 0.0, 0  # not money: seconds

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self.flow: Flow = Flow(transport)
        if self._limiter is None:
            return
        peer = self.client[0] if self.client else ""
        self.address = network_of(peer)
        self.through_proxy = self._proxies is not None and self._proxies.trusts(peer)
        self.since = monotonic()
        self._limiter.set_in_flight(self.tasks)
        if not self._limiter.enter(self):
            if self._limiter.is_overfull:
                transport.abort()
            self.app = _refuse_all(self.app, self._cross_origin)

    def connection_lost(self, exc: Exception | None) -> None:
        self._unparsed = b""
        if self._limiter is not None:
            self._limiter.leave(self)
        super().connection_lost(exc)

    def on_message_begin(self) -> None:
        if self.phase is Phase.ANSWER:  # sent ahead in the piece that ends a chunked body, where it cannot wait
            raise _RefusedPiece
        self._enter_phase(Phase.HEADERS)
        super().on_message_begin()

    def on_header(self, name: bytes, value: bytes) -> None:
        if self.phase is Phase.BODY:  # a trailer
            raise _RefusedPiece
        try:
            self._bytes.add_field()
        except Problem as problem:
            self._problem = problem
            raise
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        if self.parser.get_method() == b"CONNECT":
            raise _RefusedPiece
        if self.parser.should_upgrade():  # the parser stops here, and `_feed` goes on
            return
        self._bytes.end_head()
        self._check_host()
        self._bytes.begin_body(self.headers)
        self._find_client()
        super().on_headers_complete()
        self.cycle.__class__ = AnswerCycle  # its task has not begun
        self._enter_phase(Phase.BODY)

    def _check_host(self) -> None:
        """A request names one host (RFC 9112, 3.2); only HTTP/1.0 may leave it out. Raises _RefusedPiece."""
        hosts = [value for name, value in self.headers if name == b"host"]
        if len(hosts) > 1 or not (_HOST.fullmatch(hosts[0]) if hosts else self.parser.get_http_version() == "1.0"):
            raise _RefusedPiece

    def _find_client(self) -> None:
        if self._proxies is None or self.client is None:
            return
        if self.through_proxy:
            self.scope["client"] = (self._proxies.client_of(self.client[0], self.headers), 0)
        else:
            self._proxies.warn_once(self.client[0], self.headers)

    def on_body(self, body: bytes) -> None:
        self._bytes.content += len(body)
        super().on_body(body)

    def on_message_complete(self) -> None:
        if self.parser.should_upgrade():
            return
        self._enter_phase(Phase.IDLE if self.cycle.response_complete else Phase.ANSWER)
        super().on_message_complete()

    def on_response_complete(self) -> None:
        if self._limiter is None:
            super().on_response_complete()  # with a timer for each answer
        else:
            self.flow.resume_reading()
        if self.phase is Phase.ANSWER and not self.transport.is_closing():
            self._enter_phase(Phase.IDLE)
            if self._unparsed:
                self._parse_rest()

    def data_received(self, data: bytes) -> None:
        self._unset_keepalive_if_required()
        self._parse(data)

    def _parse_rest(self) -> None:
        rest, self._unparsed = self._unparsed, b""
        self._unset_keepalive_if_required()
        self.flow.end_deferral()
        self._parse(rest)

    def _parse(self, data: bytes) -> None:
        start = 0
        while start < len(data) and not self.transport.is_closing():
            if self.phase is Phase.ANSWER or start >= _ROUND_BYTES:
                self._unparsed = data[start:]
                self.flow.defer_reading()
                if self.phase is not Phase.ANSWER:
                    self.loop.call_soon(self._parse_rest)
                return
            if self.phase is Phase.IDLE:
                self._enter_phase(Phase.HEADERS)
                self._line = RequestLine()
            try:
                start = self._parse_piece(data, start)
            except Problem as problem:
                self._refuse(problem)

    def _parse_piece(self, data: bytes, start: int) -> int:
        """Where the parser stopped. Raises Problem."""
        in_body, before = self.phase is Phase.BODY, self._bytes.content
        end = self._bytes.take_body(data, start) if in_body else self._take_head(data, start)
        try:
            self._feed(data[start:end] if in_body else self._line.encode(data[start:end]))
        except HttpParserError as error:
            if self.phase is not Phase.ANSWER:
                raise self._problem or Problem(codes.INVALID_HTTP) from error
            self.cycle.keep_alive = False
            return len(data)
        if in_body and self.phase is Phase.BODY:
            self._bytes.check_framing(end - start, self._bytes.content - before)
        return end

    def _take_head(self, data: bytes, start: int) -> int:
        """Count a piece of the head; where it ends. One that is refused is parsed as far as it may reach, so that the refusal knows what
        it answers. Raises Problem."""
        room = HEADER_LIMIT - self._bytes.head
        try:
            return self._bytes.take_head(data, start)
        except Problem:
            self._bytes.end_head()
            with suppress(HttpParserError):
                self.parser.feed_data(self._line.encode(data[start : start + room]))
            raise

    def _feed(self, piece: bytes) -> None:
        """Have a piece parsed; the head of a request for another protocol again, without its Upgrade fields. Raises HttpParserError."""
        try:
            self.parser.feed_data(piece)
        except HttpParserUpgrade:  # at the end of the head, where the piece ends too
            line = b"%s %s HTTP/%s\r\n" % (self.parser.get_method(), self.url, self.parser.get_http_version().encode())
            fields = b"".join(b"%s: %s\r\n" % field for field in self.headers if field[0] != b"upgrade")
            self._bytes.end_head()
            self.parser = HttpRequestParser(self)  # the one before takes the connection for closed, where the head says so
            self.parser.set_dangerous_leniencies(lenient_data_after_close=True)  # as uvicorn sets it
            self.parser.feed_data(line + fields + b"\r\n")

    def _enter_phase(self, phase: Phase) -> None:
        self.phase = phase
        self.since = monotonic()

    # What the connection limiter calls.

    @property
    def received(self) -> int:
        return self._bytes.content

    def is_leaving(self) -> bool:
        return self.transport.is_closing()

    def is_held_back(self) -> bool:
        return self.flow.read_paused or self.flow.is_deferred

    def unsent_bytes(self) -> int:
        return self.transport.get_write_buffer_size()

    def close_quietly(self) -> None:
        self.transport.close()

    def abort(self) -> None:
        self.transport.abort()

    def respond_408(self) -> None:
        """Refuse a request that has begun; close the connection where none has, or a response has."""
        if self._bytes.head > 0 or self.phase is Phase.BODY:
            self._refuse(Problem(codes.REQUEST_TOO_SLOW))
        else:
            self.transport.close()

    def _refuse(self, problem: Problem) -> None:
        """Answer the request that is arriving and close the connection; only close it where an answer to this request began."""
        if self.transport.is_closing():
            return
        if self.phase is Phase.BODY:
            if not self.cycle.response_started:
                self._write_refusal(problem)
            self.cycle.disconnected = True  # so that the application adds nothing
            self.cycle.message_event.set()
        else:
            self._write_refusal(problem)
        self.transport.close()

    def _write_refusal(self, problem: Problem) -> None:
        correlation_id = new_id()
        reply = refusal([problem], correlation_id)
        headers = {"content-type": reply.media_type, "content-length": str(len(reply.body)), "x-correlation-id": correlation_id}
        fields = {**headers, **reply.headers, **self._cross_origin_headers(), "connection": "close"}
        lines = "".join(f"{name.lower()}: {value}\r\n" for name, value in fields.items())
        self.transport.write(f"HTTP/1.1 {reply.status} Refused\r\n{lines}\r\n".encode("latin-1") + reply.body)

    def _cross_origin_headers(self) -> dict[str, str]:
        """What lets a page read the refusal, as far as the request has arrived."""
        path = self.url.partition(b"?")[0].decode("latin-1")
        if self._cross_origin is None:
            return {}
        return self._cross_origin.headers(path, self.headers, is_whole=self.phase is not Phase.HEADERS)


class _RefusedPiece(Exception):
    """Ends the parsing of a piece."""


def _refuse_all(app: Any, cross_origin: CrossOriginPaths | None) -> Any:
    """An application for connections there is no room for: it says so, and still serves what an operator looks at then."""

    async def serve(scope: Any, receive: Any, send: Any) -> None:
        if scope["path"] in ALWAYS_OPEN:
            await app(scope, receive, send)
            return
        correlation_id = new_id()
        allowed = cross_origin.headers(scope["path"], scope["headers"]) if cross_origin is not None else {}
        closing = {"Connection": "close", "Retry-After": str(RETRY_SECONDS), **allowed}
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
        proxy_headers=False,  # who is trusted is our own setting: uvicorn would believe any program of this machine
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=SHUTDOWN_SECONDS,
        interface="asgi3",
        factory=isinstance(app, str),
    )
