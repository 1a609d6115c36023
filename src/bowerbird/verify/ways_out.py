"""What a file that took over its reading process would try first, tried from inside such a process. It runs there, not in the suite."""

from __future__ import annotations

import ctypes
import errno
import mmap
import os
import resource
import signal
import socket
from collections.abc import Callable
from pathlib import Path

OPEN = "open"
_PTRACE_SEIZE = 0x4206  # stops nothing, where it is granted


def tries() -> Callable[..., dict[str, str]]:
    """The maker of the task."""
    return _made


def _made(_data: bytes, *, key: str, database: str, server: int, port: int) -> dict[str, str]:
    """How each try ended: `OPEN`, or the name of what refused it."""
    libc = ctypes.CDLL(None, use_errno=True)
    attempts: dict[str, Callable[[], object]] = {
        "close a descriptor": lambda: os.close(1),
        "open the master key": lambda: Path(key).read_bytes(),
        "open the database": lambda: Path(database).read_bytes(),
        "write a file": lambda: Path(f"{database}.new").write_bytes(b"x"),
        "connect to the server": lambda: socket.socket().connect(("127.0.0.1", port)),
        "signal the server": lambda: os.kill(server, 0),
        "limit the server": lambda: resource.prlimit(server, resource.RLIMIT_NOFILE),
        "trace the server": lambda: _checked(libc.ptrace(_PTRACE_SEIZE, server, None, None)),
        "read the server's memory": lambda: os.open(f"/proc/{server}/mem", os.O_RDONLY),
        "start a process": _fork,
        "run a program": _run_a_program,
        "leave its name spaces": lambda: _checked(libc.unshare(0x1000_0000)),
        "run made-up code": lambda: mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_EXEC),
        "take all memory": lambda: mmap.mmap(-1, 8 << 30),
    }
    return {name: _ended(attempt) for name, attempt in attempts.items()}


def _ended(attempt: Callable[[], object]) -> str:
    try:
        attempt()
    except Exception as refused:  # noqa: BLE001  (whatever refuses it)
        return type(refused).__name__
    return OPEN


def _checked(result: int) -> None:
    if result < 0:
        raise OSError(ctypes.get_errno(), "refused")


def _run_a_program() -> None:
    """A folder is no program, so that this process goes on where it may run one: the filter refuses with another number."""
    try:
        os.execv("/", ["/"])  # noqa: S606  (what is tried)
    except OSError as refused:
        if refused.errno == errno.EPERM:
            raise


def _fork() -> None:
    child = os.fork()
    if not child:
        os._exit(0)
    os.waitpid(child, os.WNOHANG)
    os.kill(child, signal.SIGKILL)
