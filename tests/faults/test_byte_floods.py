"""Bytes without end in every state of the HTTP parser: a server process keeps its memory and answers others; time limits hold."""

from __future__ import annotations

import re
import select
import socket
import statistics
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import httpx2
import pytest

from bowerbird.settings import Settings
from tests.faults.fleet import new_key
from tests.serving import Process

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="reads a process's memory from /proc")

MEGABYTE = 1_000_000
SHARE, SOAK_SHARE = 20 * MEGABYTE, 100 * MEGABYTE
MAX_GROWTH = 10 * MEGABYTE
MAX_HEALTH_SECONDS = 3.0
WIDTH = 4
ATTACKER = "127.0.0.2"

AHEAD = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
CHUNKED = b"Host: x\r\nTransfer-Encoding: chunked\r\n\r\n"
CHUNKED_TOKEN = b"POST /token HTTP/1.1\r\n" + CHUNKED
DECLARED = b"Host: x\r\nContent-Length: 100000000000\r\n\r\n"
FORM = b"Content-Type: multipart/form-data; boundary=b\r\n"
STATEMENT_PAGE = b"POST /home/institutions/AU00201/statement HTTP/1.1\r\n" + FORM


@dataclass(frozen=True)
class Flood:
    """`start` brings a connection into the state, in which `unit` is sent again and again."""

    start: bytes
    unit: bytes
    steady: bool = False
    """The client may go on for good, as fast as it takes the answers."""


FLOODS = {
    "blank-lines": Flood(b"", b"\r\n"),
    "method": Flood(b"", b"G"),
    "path": Flood(b"GET /", b"a"),
    "version": Flood(b"GET / HTTP/1.", b"1"),
    "header-name": Flood(b"GET / HTTP/1.1\r\n", b"a"),
    "header-value": Flood(b"GET / HTTP/1.1\r\nA: ", b"a"),
    "headers": Flood(b"GET / HTTP/1.1\r\n", b"a:b\r\n"),
    "body-before-the-answer": Flood(b"POST /token HTTP/1.1\r\n" + CHUNKED, b"400\r\n" + b"a" * 1024 + b"\r\n"),
    "body-of-a-page": Flood(STATEMENT_PAGE + CHUNKED, b"400\r\n" + b"a" * 1024 + b"\r\n"),
    "body-of-declared-length": Flood(b"POST /users HTTP/1.1\r\n" + DECLARED, b"a"),
    "unread-body": Flood(b"GET /healthz HTTP/1.1\r\n" + DECLARED, b"a"),
    "chunks-of-a-byte": Flood(CHUNKED_TOKEN, b"1\r\na\r\n"),
    "chunk-size": Flood(CHUNKED_TOKEN, b"0"),
    "chunk-extension": Flood(CHUNKED_TOKEN + b"1;", b"a"),
    "chunk-extensions": Flood(CHUNKED_TOKEN, b"1;" + b"a" * 1000 + b"\r\na\r\n"),
    "trailers": Flood(CHUNKED_TOKEN + b"1\r\na\r\n0\r\n", b"a:b\r\n"),
    "trailer-name": Flood(CHUNKED_TOKEN + b"0\r\n", b"a"),
    "trailer-value": Flood(CHUNKED_TOKEN + b"0\r\nA: ", b"a"),
    "trailers-after-the-answer": Flood(b"POST /users HTTP/1.1\r\n" + CHUNKED + b"0\r\n", b"a:b\r\n"),
    "chunks-after-the-answer": Flood(b"POST /users HTTP/1.1\r\n" + CHUNKED, b"400\r\n" + b"a" * 1024 + b"\r\n"),
    "extension-after-the-answer": Flood(b"POST /users HTTP/1.1\r\n" + CHUNKED + b"1;", b"a"),
    "after-the-last-answer": Flood(b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", b"a"),
    "after-an-upgrade": Flood(b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n", b"\x00"),
    "requests": Flood(b"", AHEAD, steady=True),
    "least-requests": Flood(b"", b"GET / HTTP/1.1\r\nHost:\r\n\r\n", steady=True),
    "requests-behind-chunks": Flood(b"", CHUNKED_TOKEN + b"0\r\n\r\n" + b"GET / HTTP/1.1\r\nHost:\r\n\r\n" * 40, steady=True),
}


@contextmanager
def running(folder: Path) -> Iterator[Process]:
    process = Process(folder, BOWERBIRD_LOG_LEVEL="error")
    folder.mkdir(parents=True)
    new_key(Settings(data=folder))
    process.start()
    try:
        yield process
    finally:
        process.kill()


@pytest.fixture(scope="module")
def process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Process]:
    with running(tmp_path_factory.mktemp("floods") / "data") as server:
        for path in ("/token", "/users", STATEMENT_PAGE.split()[1].decode()):  # what is loaded at the first use is no growth
            httpx2.post(server.url + path, files={"statement": b"x"}, timeout=30)
        yield server


def connected(port: int) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port), 30, source_address=(ATTACKER, 0))


def send_flood(port: int, flood: Flood, ahead: bytes, share: int, ends_at: float) -> int:  # not money: seconds
    """Send `share` bytes, on a new connection whenever the server closes one; the number sent when the time ends before."""
    block = flood.unit * (65_536 // len(flood.unit) + 1)
    sent = 0
    while sent < share and time.monotonic() < ends_at:
        with suppress(OSError), connected(port) as line:
            line.sendall(ahead + flood.start)
            rest = block
            while sent < share and time.monotonic() < ends_at:
                readable, writable, _ = select.select([line], [line], [], 0.2)
                if writable:
                    count = line.send(rest)
                    sent, rest = sent + count, rest[count:] or block
                if readable and not line.recv(1 << 20):
                    break
    return sent


def flooded(port: int, flood: Flood, ahead: bytes, share: int) -> int:
    """Bytes sent by several connections at once, the share divided between them."""
    ends_at = time.monotonic() + (3 if flood.steady else 120)
    sent: list[int] = []
    senders = [
        threading.Thread(target=lambda: sent.append(send_flood(port, flood, ahead, share // WIDTH, ends_at)), daemon=True)
        for _ in range(WIDTH)
    ]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()
    return sum(sent)


class HealthWatch:
    """Asks for /healthz again and again; `seconds` are how long the answers took."""

    def __init__(self, url: str) -> None:
        self.seconds: list[float] = []
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._ask, args=(f"{url}/healthz",), daemon=True)

    def _ask(self, url: str) -> None:
        with httpx2.Client(timeout=60) as client:
            while not (self._over.wait(0.02) and self.seconds):
                began = time.perf_counter()
                assert client.get(url).status_code == 200
                self.seconds.append(time.perf_counter() - began)

    def __enter__(self) -> HealthWatch:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join(90)


def memory_bytes(process: Process, field: str) -> int:
    found = re.search(rf"^{field}:\s+(\d+) kB$", Path(f"/proc/{process.pid}/status").read_text("ascii"), re.MULTILINE)
    assert found is not None
    return int(found[1]) * 1024


def peak_growth(process: Process, flood: Callable[[], None]) -> int:
    """Bytes by which the resident memory was larger at its largest than it was before."""
    Path(f"/proc/{process.pid}/clear_refs").write_text("5", "ascii")  # begins the peak anew
    before = memory_bytes(process, "VmRSS")
    flood()
    return memory_bytes(process, "VmHWM") - before


def stand_a_flood(process: Process, name: str, ahead: bytes, share: int, tell: Callable[[object], None]) -> None:
    flood, sent = FLOODS[name], 0
    flooded(process.port, flood, ahead, MEGABYTE)

    def send() -> None:
        nonlocal sent
        sent = flooded(process.port, flood, ahead, share)

    with HealthWatch(process.url) as health:
        growth = peak_growth(process, send)
    slow = statistics.quantiles(health.seconds, n=20)[-1] if len(health.seconds) > 1 else health.seconds[0]
    tell(f"{sent / MEGABYTE:.1f} MB sent, memory {growth / MEGABYTE:+.1f} MB, /healthz {slow * 1000:.0f} ms")
    assert flood.steady or sent >= share
    assert growth < MAX_GROWTH
    assert slow < MAX_HEALTH_SECONDS


@pytest.mark.parametrize("ahead", [b"", AHEAD], ids=["first", "pipelined"])
@pytest.mark.parametrize("name", FLOODS)
def test_a_flood_takes_no_memory(process: Process, name: str, ahead: bytes, tell: Callable[[object], None]) -> None:
    stand_a_flood(process, name, ahead, SHARE, tell)


@pytest.mark.soak
@pytest.mark.parametrize("ahead", [b"", AHEAD], ids=["first", "pipelined"])
@pytest.mark.parametrize("name", FLOODS)
def test_a_large_flood_takes_no_memory(process: Process, name: str, ahead: bytes, tell: Callable[[object], None]) -> None:
    stand_a_flood(process, name, ahead, SOAK_SHARE, tell)
