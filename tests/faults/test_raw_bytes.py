"""Requests with bytes changed, doubled, cut and mixed up: every answer is of the catalogue, none is a fault, and the server goes on."""

from __future__ import annotations

import random
import socket
from collections.abc import Iterator
from contextlib import suppress

import pytest

from tests.api.response_checks import Answer, judge
from tests.serving import Application, Serving

STEPS, SOAK_STEPS = 400, 20_000
SHAPES = (
    b"Content-Length: 2\r\n", b"Content-Length: 30\r\n", b"Content-Length: +2\r\n", b"Content-Length: 0x2\r\n", b"Content-Length : 2\r\n",
    b"Transfer-Encoding: chunked\r\n", b"Transfer-Encoding: xchunked\r\n", b"Transfer-Encoding: chunked, identity\r\n",
    b"Transfer-Encoding:\x0bchunked\r\n", b"Transfer-Encoding\r\n: chunked\r\n", b"X: a\r\n b\r\n", b"X: \x00\r\n", b": empty\r\n",
    b"Expect: 100-continue\r\n", b"Connection: close, keep-alive\r\n", b"Connection: Upgrade\r\nUpgrade: h2c\r\n", b"Host: y\r\n",
    b"Accept: \xff\r\n", b"Authorization: Bearer \xe9\r\n", b"Idempotency-Key: \x01\r\n", b"X-Many: 1\r\n" * 3000, b"\r\n", b"\n", b"\r",
)  # fmt: skip
BODIES = (
    b"",
    b"{}",
    b"2\r\n{}\r\n0\r\n\r\n",
    b"ffffffffffffffff\r\n{}",
    b"2;x=\x00\r\n{}\r\n0\r\n\r\n",
    b"-1\r\n",
    b"GET /openapi.json HTTP/1.1\r\n\r\n",
)


@pytest.fixture
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Application]:
    with Serving(tmp_path_factory.mktemp("bytes"), header_seconds=1, body_seconds=1) as serving:
        yield serving.application()


def spoiled(dice: random.Random, app: Application, user: str) -> bytes:
    method, path = dice.choice(
        (("GET", f"/users/{user}"), ("POST", "/users"), ("POST", f"/users/{user}/statements"), ("DELETE", "/users/x"))
    )
    head = f"{method} {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {app.token()}\r\n".encode()
    sent = bytearray(head + b"".join(dice.choices(SHAPES, k=dice.randrange(4))) + b"\r\n" + dice.choice(BODIES))
    for _ in range(dice.choice((0, 0, 1, 3))):
        place = dice.randrange(len(sent))
        sent[place : place + dice.randrange(3)] = bytes(dice.choices(range(256), k=dice.randrange(3)))
    return bytes(sent)


def answers_to(port: int, sent: bytes) -> Iterator[Answer]:
    """Everything that comes back until the server closes, or the client does; each answer whole."""
    received = b""
    with socket.create_connection(("127.0.0.1", port), 30) as line, suppress(ConnectionResetError, BrokenPipeError):
        line.sendall(sent)
        line.shutdown(socket.SHUT_WR)
        while more := line.recv(65_536):
            received += more
    while received:
        head, blank, rest = received.partition(b"\r\n\r\n")
        assert blank, received
        if head.startswith(b"HTTP/1.1 100 "):
            received = rest
            continue
        first, *lines = head.decode("latin-1").split("\r\n")
        headers = {name.lower(): value for name, _, value in (each.partition(": ") for each in lines)}
        length = int(headers.get("content-length", "0"))
        assert len(rest) >= length, "half an answer"
        yield Answer(int(first.split()[1]), headers, rest[:length])
        received = rest[length:]


def walk(app: Application, steps: int, seed: int) -> int:
    dice, user, count = random.Random(seed), app.new_user(), 0
    port = int(app.url.rpartition(":")[2])
    for _ in range(steps):
        sent = spoiled(dice, app, user)
        for answer in answers_to(port, sent):
            assert answer.status < 500, (sent, answer)
            judge(answer)
            count += 1
    assert app.get(f"/users/{user}").status_code == 200
    return count


def test_raw_bytes(app: Application) -> None:
    assert walk(app, STEPS, 1) > STEPS // 2


@pytest.mark.soak
def test_many_raw_bytes(app: Application) -> None:
    assert walk(app, SOAK_STEPS, 2) > SOAK_STEPS // 2
