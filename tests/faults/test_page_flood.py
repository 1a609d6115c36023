"""150 connections that ask for the largest page again and again delay themselves: another client waits for a few of their answers."""

from __future__ import annotations

import socket
import statistics
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import httpx2
import pytest

from tests.serving import Process, until

FLOOD, ASKED = 150, 15
ATTACKER = "127.0.0.2"
MAX_ANSWERS = 40
"""Answers to the flood while another client waits for one: two rounds of four threads, and what was rendered but not read yet."""


@pytest.mark.slow
def test_a_flood_of_pages_delays_its_own_client(tmp_path: Path, tell: Callable[[object], None]) -> None:
    answered, over = [0] * FLOOD, threading.Event()

    def ask_again(number: int, line: socket.socket) -> None:
        while not over.is_set():
            line.sendall(b"GET /docs HTTP/1.1\r\nHost: x\r\n\r\n")
            left = length_of(line)
            while left > 0:
                left -= len(line.recv(min(left, 65_536)))
            answered[number] += 1

    with Process(tmp_path / "data", BOWERBIRD_LOG_LEVEL="error") as process, ExitStack() as held, httpx2.Client(timeout=60) as other:
        other.get(f"{process.url}/docs")
        assert other.get(f"{process.url}/dashboard/sign-in").status_code == 200
        lines = [
            held.enter_context(socket.create_connection(("127.0.0.1", process.port), 60, source_address=(ATTACKER, 0)))
            for _ in range(FLOOD)
        ]
        threads = [threading.Thread(target=ask_again, args=each, daemon=True) for each in enumerate(lines)]
        for thread in threads:
            thread.start()
        until(lambda: sum(answered) > FLOOD, "the flood to be there")
        beside, seconds = [], []
        for _ in range(ASKED):
            before, started = sum(answered), time.perf_counter()
            assert other.get(f"{process.url}/dashboard/sign-in").status_code == 200
            beside.append(sum(answered) - before)
            seconds.append(time.perf_counter() - started)
        over.set()
        for thread in threads:
            thread.join(60)
    tell(f"answers to the flood meanwhile: median {statistics.median(beside)}; sign-in page: median {statistics.median(seconds):.3f} s")
    assert statistics.median(beside) <= MAX_ANSWERS


def length_of(line: socket.socket) -> int:
    """Read the head of an answer: the bytes of its body. What of the body came with the head is counted off."""
    head = b""
    while b"\r\n\r\n" not in head:
        head += line.recv(65_536)
    fields, _, body = head.partition(b"\r\n\r\n")
    length = next(int(field.partition(b":")[2]) for field in fields.split(b"\r\n") if field.lower().startswith(b"content-length"))
    return length - len(body)
