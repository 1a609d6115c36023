"""Requests byte by byte, for what no well-behaved client sends."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterable
from contextlib import suppress
from http import HTTPStatus

from tests.api.response_checks import Answer
from tests.serving import PATIENCE_SECONDS

_LENGTH = re.compile(rb"\r\ncontent-length: (\d+)\r\n", re.IGNORECASE)


def exchange(port: int, pieces: Iterable[bytes], *, hang_up: bool = False) -> tuple[Answer | None, int]:
    """The first answer to some bytes, None when the server closes without one; and how many pieces could be sent.

    Looks for the answer before every piece, so that an early one is seen early.
    """
    with socket.create_connection(("127.0.0.1", port), PATIENCE_SECONDS) as line:
        received, sent = bytearray(), 0
        for piece in pieces:
            if _arrived(line, received):
                break
            try:
                line.sendall(piece)
            except OSError:
                break
            sent += 1
        if hang_up:
            line.shutdown(socket.SHUT_WR)
        with suppress(ConnectionResetError):
            while not _complete(received) and (more := line.recv(65_536)):
                received += more
    return (_parsed(bytes(received)) if received else None), sent


def _arrived(line: socket.socket, received: bytearray) -> bool:
    """Take what is there already, without waiting."""
    line.setblocking(False)
    try:
        received += line.recv(65_536)
    except (BlockingIOError, ConnectionResetError):
        pass
    finally:
        line.settimeout(PATIENCE_SECONDS)
    return bool(received)


def _complete(received: bytes | bytearray) -> bool:
    head, blank, body = bytes(received).partition(b"\r\n\r\n")
    length = _LENGTH.search(head + b"\r\n")
    return bool(blank) and length is not None and len(body) >= int(length[1])


def _parsed(received: bytes) -> Answer:
    head, _, body = received.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
    return Answer(HTTPStatus(int(first.split()[1])), headers, body[: int(headers["content-length"])])


def chunk(data: bytes) -> bytes:
    """One piece of a body in chunks."""
    return f"{len(data):x}\r\n".encode() + data + b"\r\n"
