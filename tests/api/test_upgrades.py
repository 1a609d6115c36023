"""Requests that ask for another protocol on a raw connection: answered in this one, and no byte of a body is run as a request."""

from __future__ import annotations

import json
import re
import socket
import subprocess
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress

import pytest

from tests.api.wire import chunk
from tests.serving import Application, Serving


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Application]:
    with Serving(tmp_path_factory.mktemp("upgrades")) as serving:
        yield serving.application()


UPGRADES = {
    "none": b"",
    "h2c": b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n",
    "websocket": b"Connection: upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: x\r\nSec-WebSocket-Version: 13\r\n",
    "two": b"UPGRADE: a\r\nX-Empty:\r\nupgrade:   b\r\nConnection: keep-alive\r\nConnection: Upgrade\r\n",
    "closing": b"Connection: close, Upgrade\r\nUpgrade: TLS/1.2\r\n",
    "expecting": b"Connection: Upgrade\r\nUpgrade: h2c\r\nExpect: 100-continue\r\n",
    "not-connected": b"Upgrade: h2c\r\n",
}
CUTS: dict[str, Callable[[bytes, bytes], list[bytes]]] = {
    "whole": lambda head, body: [head + body],
    "body-later": lambda head, body: [head, body],
    "body-begun": lambda head, body: [head + body[:1], body[1:]],
    "bytes": lambda head, body: [bytes([each]) for each in head + body],
}


def everything(app: Application, pieces: Iterable[bytes]) -> bytes:
    """What comes back for some pieces and for a request that is sent when one answer is there."""
    with (
        socket.create_connection(("127.0.0.1", int(app.url.rpartition(":")[2])), 30) as line,
        suppress(ConnectionResetError, BrokenPipeError),
    ):
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        received = b""
        for piece in pieces:
            line.sendall(piece)
        while b"correlation-id" not in received.lower() and (more := line.recv(65_536)):
            received += more
        line.sendall(b"GET /nothing HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        while more := line.recv(65_536):
            received += more
    return received.replace(b"HTTP/1.1 100 Continue\r\n\r\n", b"")


def framed(content: bytes, framing: str) -> tuple[str, bytes]:
    """The field that says how long a body is, and the body."""
    if framing == "length":
        return f"Content-Length: {len(content)}", content
    return "Transfer-Encoding: chunked", chunk(content) + b"0\r\n\r\n"


@pytest.mark.parametrize("cut", CUTS)
@pytest.mark.parametrize("upgrade", UPGRADES)
@pytest.mark.parametrize("framing", ["length", "chunks"])
@pytest.mark.parametrize("target", ["POST /users", "POST /token", "GET /events", "GET /healthz"])
def test_no_byte_of_a_body_is_run_as_a_request(app: Application, target: str, framing: str, upgrade: str, cut: str) -> None:
    """An intermediary that does not upgrade sends on a stranger's body: requests inside it would be answered to the next client."""
    inside = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n" * 2
    field, body = framed(inside, framing)
    head = f"{target} HTTP/1.1\r\nHost: x\r\n{field}\r\n".encode() + UPGRADES[upgrade] + b"\r\n"
    statuses = re.findall(rb"HTTP/1.1 (\d+) ", everything(app, CUTS[cut](head, body)))
    first = b"200" if target == "GET /healthz" else b"400" if target == "POST /token" else b"401"
    answers = [[first], [first, b"404"]]
    if first != b"200" or upgrade == "closing":
        answers.append([])  # the server closes while the body still comes: the client may see a reset instead
    assert statuses in answers


@pytest.mark.parametrize("cut", CUTS)
@pytest.mark.parametrize("upgrade", [name for name in UPGRADES if name != "closing"])
@pytest.mark.parametrize("framing", ["length", "chunks"])
def test_a_request_for_another_protocol_is_answered_in_this_one(app: Application, framing: str, upgrade: str, cut: str) -> None:
    """Its body is its body, and the next request on its connection is the next request."""
    field, body = framed(b'{"email":"upgrade@hooli.com"}', framing)
    head = f"POST /users HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {app.token()}\r\n{field}\r\n".encode() + UPGRADES[upgrade] + b"\r\n"
    received = everything(app, CUTS[cut](head, body))
    assert re.findall(rb"HTTP/1.1 (\d+) ", received) == [b"201", b"404"]
    user = re.search(rb'"id":"([0-9a-f-]{36})"', received)
    assert user is not None
    assert app.call("DELETE", f"/users/{user[1].decode()}").status_code == 204


def test_a_client_that_asks_for_http_2(app: Application) -> None:
    """As curl does when it is asked to, and the HTTP client of Java by itself."""
    made = subprocess.run(
        ["curl", "--silent", "--http2", f"{app.url}/users", "--data", '{"email":"curl@hooli.com"}',
         "--header", "Content-Type: application/json", "--header", f"Authorization: Bearer {app.token()}"],
        capture_output=True, check=True, timeout=30,
    )  # fmt: skip
    assert app.call("DELETE", f"/users/{json.loads(made.stdout)['id']}").status_code == 204
