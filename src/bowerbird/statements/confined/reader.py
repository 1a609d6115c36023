"""One reading process as the server sees it: started empty, asked with a deadline, killed when it does not keep to it."""

from __future__ import annotations

import fcntl
import os
import select
import signal
import subprocess  # noqa: TID251 - the one other program: ourselves, so that an untrusted file is read where it can harm nothing
import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from time import monotonic_ns

import msgspec

from bowerbird.statements.confined.messages import HEADER, Arguments, ReadyMessage, Reply, StartMessage, TaskMessage, decode_reply, frame
from bowerbird.statements.confined.outcomes import ReaderTimeout, TooMuchMemory

_PIPE_BYTES = 1_048_576
_KEPT_ENVIRONMENT = ("LD_LIBRARY_PATH",)  # where this interpreter's own libraries may lie
_STARTING_MILLISECONDS = 30_000


@dataclass(frozen=True, slots=True)
class ReaderLimits:
    """What one file may use, how many files a process reads before a new one takes over, and how many callers may wait."""

    milliseconds: int = 10_000
    cpu_seconds: int = 10
    memory_bytes: int = 512 * 1_048_576
    answer_bytes: int = 32 * 1_048_576
    files: int = 200
    waiting: int = 64
    waiting_milliseconds: int = 60_000


class Died(Exception):
    """The process is gone. `status` is what it left: minus the signal that ended it, or its exit status."""

    def __init__(self, status: int) -> None:
        self.status = status
        self.ended_with = _signal_name(-status) if status < 0 else str(status)
        super().__init__(f"the process ended with {self.ended_with}")


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:  # a real-time signal between the two that have names
        return f"signal {number}"


class Reader:
    """A process that has begun to start; the first question waits until it is ready."""

    def __init__(self, tasks: Mapping[str, tuple[str, Arguments]], limits: ReaderLimits) -> None:
        self.limits = limits
        self.files_read = 0
        self.measures: list[str] = []
        self._process = subprocess.Popen(
            [sys.executable, "-I", "-m", "bowerbird.statements.confined.process"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            bufsize=0,
            cwd="/",
            env={"LC_ALL": "C.UTF-8", **{name: os.environ[name] for name in _KEPT_ENVIRONMENT if name in os.environ}},
            start_new_session=True,
        )
        self._pipes = [pipe for pipe in (self._process.stdin, self._process.stdout) if pipe]
        self._in, self._out = (pipe.fileno() for pipe in self._pipes)
        for pipe in (self._in, self._out):
            os.set_blocking(pipe, False)
            with suppress(OSError):  # beyond what this user may have in pipes: slower, not wrong
                fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, _PIPE_BYTES)
        start = StartMessage(
            [str(Path(place).resolve()) for place in sys.path],
            dict(tasks),
            limits.memory_bytes,
            limits.cpu_seconds,
            limits.files,
            limits.answer_bytes,
        )
        self._start: bytes | None = frame(start)

    @property
    def pid(self) -> int:
        return self._process.pid

    def ready(self) -> None:
        """Wait until the process has confined itself. Raises Died, or TookTooLong for one that never starts."""
        if self._start is not None:
            reply = self._exchange(self._start, _STARTING_MILLISECONDS)
            if not isinstance(reply, ReadyMessage):
                raise msgspec.ValidationError(f"instead of being ready, the process answered {reply}")
            self._start, self.measures = None, reply.measures

    def ask(self, task: str, data: bytes, arguments: Arguments) -> Reply:
        """What the process answers. Raises Died, TookTooLong, TooMuchMemory or msgspec.MsgspecError: then it is of no more use."""
        self.files_read += 1
        return self._exchange(frame(TaskMessage(task, arguments, data)), self.limits.milliseconds)

    def kill(self) -> None:
        """End the process at once; a thread that waits for its answer raises Died."""
        self._process.kill()

    def close(self) -> None:
        """End the process and close its pipes."""
        self._process.kill()
        self._process.wait()
        for pipe in self._pipes:
            with suppress(BrokenPipeError):
                pipe.close()

    def _exchange(self, message: bytes, milliseconds: int) -> Reply:
        deadline = monotonic_ns() + milliseconds * 1_000_000
        try:
            self._write(memoryview(message), deadline)
            length = HEADER.unpack(self._read(HEADER.size, deadline))[0]
            if length > self.limits.answer_bytes + 65_536:
                raise TooMuchMemory(f"an answer of {length} bytes")
            return decode_reply(self._read(length, deadline))
        except (BrokenPipeError, EOFError):
            status = self._end()
            if status == -signal.SIGXCPU:
                raise ReaderTimeout(f"more than {self.limits.cpu_seconds} s of processor time") from None
            raise Died(status) from None

    def _end(self) -> int:
        """What a process that has closed its pipes left; it has a moment to end by itself, so that its own reason is seen."""
        try:
            return self._process.wait(timeout=1)
        except subprocess.TimeoutExpired:
            self._process.kill()
            return self._process.wait()

    def _write(self, view: memoryview, deadline: int) -> None:
        while view:
            try:
                view = view[os.write(self._in, view) :]
            except BlockingIOError:
                self._wait(self._in, select.POLLOUT, deadline)

    def _read(self, length: int, deadline: int) -> bytes:
        body = bytearray(length)
        view = memoryview(body)
        while view:
            try:
                got = os.readv(self._out, [view])
            except BlockingIOError:
                self._wait(self._out, select.POLLIN, deadline)
                continue
            if not got:
                raise EOFError
            view = view[got:]
        return bytes(body)

    def _wait(self, pipe: int, event: int, deadline: int) -> None:
        poll = select.poll()
        poll.register(pipe, event)
        left = (deadline - monotonic_ns()) // 1_000_000
        if left <= 0 or not poll.poll(left):
            raise ReaderTimeout("no answer in time")
