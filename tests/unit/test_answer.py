"""How an answer leaves the server: in one piece where it is whole, and what does not fit its headers goes uvicorn's way."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest
import uvicorn
from uvicorn.server import ServerState

from bowerbird.api.http.server import EnvelopeProtocol, server_config

Header = tuple[bytes, bytes]


class _Line(asyncio.Transport):
    """Notes what is written, and in how many pieces."""

    def __init__(self) -> None:
        super().__init__()
        self.pieces: list[bytes] = []
        self.closed = False

    def write(self, data: Any) -> None:
        self.pieces.append(bytes(data))

    def is_closing(self) -> bool:
        return self.closed

    def get_write_buffer_size(self) -> int:
        return 0

    def pause_reading(self) -> None:
        """Nothing is read."""

    def resume_reading(self) -> None:
        """Nothing is read."""

    def close(self) -> None:
        self.closed = True


async def _answered(request: bytes, headers: Sequence[Header], bodies: Sequence[bytes], status: int = 200) -> _Line:
    """What is written of an answer whose body comes in these pieces."""
    ended = asyncio.Event()

    async def app(_scope: Any, _receive: Any, send: Any) -> None:
        try:
            await send({"type": "http.response.start", "status": status, "headers": headers})
            for nth, body in enumerate(bodies, 1):
                await send({"type": "http.response.body", "body": body, "more_body": nth < len(bodies)})
        finally:
            ended.set()

    config: uvicorn.Config = server_config(app, "127.0.0.1", 0)
    config.load()
    protocol, line = EnvelopeProtocol(config, ServerState(), {}), _Line()
    protocol.connection_made(line)
    protocol.data_received(request)
    await ended.wait()
    await asyncio.sleep(0)
    return line


GET = b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"
LENGTH = (b"content-length", b"2")


def test_head_and_body_leave_together() -> None:
    line = asyncio.run(_answered(GET, [LENGTH, (b"ETag", b"x")], [b"{}"]))
    assert line.pieces == [b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\netag: x\r\n\r\n{}"]
    assert not line.closed


def test_unchanged_has_neither_length_nor_body() -> None:
    line = asyncio.run(_answered(GET, [(b"etag", b"x")], [b""], 304))
    assert line.pieces == [b"HTTP/1.1 304 Not Modified\r\netag: x\r\n\r\n"]


def test_connection_closes_where_the_client_asks_for_it() -> None:
    line = asyncio.run(_answered(GET.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"), [LENGTH], [b"{}"]))
    assert line.pieces == [b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{}"]
    assert line.closed


def test_closing_header_of_the_answer_closes() -> None:
    line = asyncio.run(_answered(GET, [LENGTH, (b"connection", b"close")], [b"{}"]))
    assert b"".join(line.pieces).endswith(b"connection: close\r\n\r\n{}")
    assert line.closed


def test_head_request_has_no_body() -> None:
    line = asyncio.run(_answered(GET.replace(b"GET", b"HEAD"), [LENGTH], [b""]))
    assert b"".join(line.pieces) == b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n"


def test_pieces_of_a_body() -> None:
    line = asyncio.run(_answered(GET, [LENGTH], [b"{", b"}"]))
    assert b"".join(line.pieces) == b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}"


@pytest.mark.parametrize("value", [b"x\r\nset-cookie: a", b"x\ny", b"x\ry"])
def test_header_with_a_line_of_its_own_never_leaves(value: bytes) -> None:
    line = asyncio.run(_answered(GET, [LENGTH, (b"etag", value)], [b"{}"]))
    assert value not in b"".join(line.pieces)


def test_body_longer_than_its_header_says_never_leaves() -> None:
    line = asyncio.run(_answered(GET, [LENGTH], [b"{}{}"]))
    assert b"{}{}" not in b"".join(line.pieces)
