"""Tasks for a reading process that behave as a library does that a file has got the better of."""

from __future__ import annotations

import ctypes
import os
import signal
import socket
import sys
import time
from collections.abc import Callable
from pathlib import Path

from bowerbird import codes
from bowerbird.statements.refusal import Refused


def measure(greeting: str = "") -> Callable[..., str]:
    def read(data: bytes, times: int = 1) -> str:
        return f"{greeting}{len(data) * times}"

    return read


def misbehave() -> Callable[..., object]:
    return lambda data, **arguments: BEHAVIOURS[data.decode()](**arguments)


def ended_by_a_signal() -> Callable[..., object]:
    return lambda data, **arguments: os.kill(os.getpid(), signal.SIGTRAP)


def _refuse() -> None:
    error = Refused(codes.CSV_INVALID_ROW, row=3, reason="because")
    error.reason = "for the log"
    raise error


def _fault() -> None:
    ctypes.string_at(0)


def _spin() -> None:
    while True:
        pass


def _allocate() -> int:
    return len(bytearray(8 << 30))


def _print() -> str:
    print("noise" * 10_000)  # noqa: T201 - what is tested
    sys.stdout.flush()
    os.write(1, b"noise")
    os.write(2, b"noise")
    return "quiet"


def _raise() -> None:
    raise ZeroDivisionError("by the file")


def _environment() -> list[str]:
    return sorted(os.environ)


def _identity() -> tuple[int, int]:
    return os.getpid(), os.geteuid()


def _tries() -> dict[str, str]:
    """Everything a file that has taken over would try, and how each ended."""
    tries: dict[str, Callable[[], object]] = {
        "read a file": lambda: Path("/etc/passwd").read_bytes(),
        "write a file": lambda: Path("/tmp/x").write_bytes(b"x"),
        "remove a file": lambda: Path("/tmp/x").unlink(),
        "open a socket": lambda: socket.socket().connect(("127.0.0.1", 9)),
        "start a process": os.fork,
        "run a program": lambda: os.execv("/bin/true", ["true"]),
        "list a folder": lambda: list(Path("/").iterdir()),
        "open a pipe": os.pipe,
        "signal its parent": lambda: os.kill(os.getppid(), 0),
    }
    ended = {}
    for name, attempt in tries.items():
        try:
            attempt()
            ended[name] = "done"
        except OSError as error:
            ended[name] = type(error).__name__
    return ended


BEHAVIOURS: dict[str, Callable[..., object]] = {
    "refuse": _refuse,
    "fault": _fault,
    "abort": os.abort,
    "exit": lambda: os._exit(3),
    "trap": lambda: os.kill(os.getpid(), signal.SIGTRAP),
    "unnamed signal": lambda: os.kill(os.getpid(), 40),
    "kill": lambda: os.kill(os.getpid(), signal.SIGKILL),
    "spin": _spin,
    "sleep": lambda: time.sleep(3600),
    "allocate": _allocate,
    "flood": lambda: "x" * (2 << 20),
    "wrong type": lambda: {"a": 1},
    "print": _print,
    "raise": _raise,
    "recurse": lambda: _recurse(0),
    "environment": _environment,
    "identity": _identity,
    "tries": _tries,
}


def _recurse(depth: int) -> int:
    return _recurse(depth + 1)
