"""A byte at a time in every state of the HTTP parser: each connection is ended in its time, also while the event loop is kept busy."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import pytest

from tests.faults.test_byte_floods import AHEAD, FLOODS
from tests.serving import Serving, until

LIMIT_SECONDS = 5
BLOCK_SECONDS = 3
LATEST_SECONDS = LIMIT_SECONDS + 1 + 2 * BLOCK_SECONDS
"""The limit, the time to the next look, and what the loop was busy before that look and is busy before the end is seen."""

SLOW = {name: flood for name, flood in FLOODS.items() if not flood.steady}


@contextmanager
def busy(serving: Serving) -> Iterator[None]:
    """The event loop of a server works on something else most of the time: between two blocks of work it reads and writes once."""
    loop = serving.loop
    over = False

    def block() -> None:
        if not over:
            time.sleep(BLOCK_SECONDS)
            loop.call_later(0.01, block)

    loop.call_soon_threadsafe(block)
    try:
        yield
    finally:
        over = True


def has_ended(line: socket.socket) -> bool:
    """Whether the server has closed; an answer before that is read and ignored."""
    with suppress(BlockingIOError):
        try:
            while line.recv(65_536):
                pass
        except ConnectionError:
            pass
        return True
    return False


class Drip:
    """A connection in a state of the parser that sends a byte of the state's flood again and again."""

    def __init__(self, port: int, name: str, ahead: bytes) -> None:
        flood = SLOW[name]
        self.name, self.line = f"{name}{'-pipelined' if ahead else ''}", socket.create_connection(("127.0.0.1", port), 30)
        self.line.sendall(ahead + flood.start)
        self.line.setblocking(False)
        self.began, self.seconds = time.monotonic(), 0.0
        self._unit, self._sent = flood.unit, 0

    def send_byte(self) -> None:
        if self.seconds:
            return
        try:
            place = self._sent % len(self._unit)
            self.line.send(self._unit[place : place + 1])
            self._sent += 1
        except BlockingIOError:
            pass
        except OSError:
            self.seconds = time.monotonic() - self.began
        else:
            if has_ended(self.line):
                self.seconds = time.monotonic() - self.began


@pytest.mark.parametrize("is_busy", [False, True], ids=["quiet", "busy"])
def test_a_byte_at_a_time_ends_in_its_time(tmp_path: Path, is_busy: bool) -> None:
    with (
        Serving(tmp_path / "data", header_seconds=LIMIT_SECONDS, body_seconds=LIMIT_SECONDS) as serving,
        ExitStack() as stack,
    ):
        drips = [Drip(serving.port, name, ahead) for name in SLOW for ahead in (b"", AHEAD)]
        for drip in drips:
            stack.enter_context(drip.line)

        def still_open() -> list[str]:
            for drip in drips:
                drip.send_byte()
            time.sleep(0.05)
            return [drip.name for drip in drips if not drip.seconds]

        until(lambda: len(still_open()) == serving.connections, "the server to know every connection")
        if is_busy:
            stack.enter_context(busy(serving))
        until(lambda: not still_open(), "every slow connection to be ended")
        latest = LATEST_SECONDS if is_busy else LIMIT_SECONDS + 3
        assert {drip.name: drip.seconds for drip in drips if drip.seconds > latest} == {}


def test_who_sent_in_time_is_answered_by_a_busy_loop(tmp_path: Path) -> None:
    """What lies unread because the loop was busy is read before its sender is judged."""
    with (
        Serving(tmp_path / "data", header_seconds=LIMIT_SECONDS, body_seconds=LIMIT_SECONDS) as serving,
        socket.create_connection(("127.0.0.1", serving.port), 30) as line,
    ):
        line.sendall(AHEAD[:-4])
        until(lambda: serving.connections, "the connection to be known")
        serving.loop.call_soon_threadsafe(time.sleep, LIMIT_SECONDS + 2)
        line.sendall(AHEAD[-4:])
        assert line.recv(65_536).startswith(b"HTTP/1.1 200 ")
