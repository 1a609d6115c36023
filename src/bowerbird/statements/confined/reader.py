"""One reading process as the server sees it: started empty, asked with a deadline, killed when it does not keep to it.

Three pipes: files go in, answers come out of the process of a file, and the third is of the process that forks those. A file's process
can neither write to it nor outlive its answer, so that what it leaves in the other two is seen before the next file is sent.
"""

from __future__ import annotations

import fcntl
import os
import select
import signal
import subprocess  # noqa: TID251 - the one other program: ourselves, so that an untrusted file is read where it can harm nothing
import sys
import termios
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from time import monotonic_ns

import msgspec

from bowerbird.statements.confined.messages import (
    ENDED,
    HEADER,
    Arguments,
    ReadyMessage,
    Reply,
    StartMessage,
    TaskMessage,
    decode_reply,
    frame,
)
from bowerbird.statements.confined.outcomes import ReaderTimeout, TooMuchMemory

_PIPE_BYTES = 1_048_576
_KEPT_ENVIRONMENT = ("LD_LIBRARY_PATH",)  # where this interpreter's own libraries may lie
_STARTING_MILLISECONDS = 30_000


@dataclass(frozen=True, slots=True)
class ReaderLimits:
    """What one file may use, and how many callers may wait."""

    milliseconds: int = 30_000
    """Three times what it may compute: on a busy machine a sound file waits for the others, and is not refused for that."""
    cpu_seconds: int = 10
    memory_bytes: int = 512 * 1_048_576
    answer_bytes: int = 32 * 1_048_576
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


class _FileProcessEnded(Exception):
    """The process of a file is gone, and the one that forked it is not. `status` is what it left."""

    def __init__(self, status: int) -> None:
        self.status = status


class Reader:
    """A process that has begun to start, and forks another for each file; the first question waits until that is ready.

    `is_clean`: nothing of the last file is left, neither its process nor a byte in a pipe, so that the next one may be asked about.
    """

    def __init__(self, tasks: Mapping[str, tuple[str, Arguments]], limits: ReaderLimits) -> None:
        self.limits = limits
        self.is_clean = True
        self.measures: list[str] = []
        self._process = subprocess.Popen(
            [sys.executable, "-I", "-m", "bowerbird.statements.confined.process"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,  # says which process is ready for a file, and how it ended
            bufsize=0,
            cwd="/",
            env={"LC_ALL": "C.UTF-8", **{name: os.environ[name] for name in _KEPT_ENVIRONMENT if name in os.environ}},
            start_new_session=True,
        )
        self._pipes = [pipe for pipe in (self._process.stdin, self._process.stdout, self._process.stderr) if pipe]
        self._in, self._out, self._control = (pipe.fileno() for pipe in self._pipes)
        for pipe in (self._in, self._out, self._control):
            os.set_blocking(pipe, False)
        for pipe in (self._in, self._out):
            with suppress(OSError):  # beyond what this user may have in pipes: slower, not wrong
                fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, _PIPE_BYTES)
        places = [str(Path(place).resolve()) for place in sys.path]
        start = StartMessage(places, dict(tasks), limits.memory_bytes, limits.cpu_seconds, limits.answer_bytes)
        self._start: bytes | None = frame(start)
        self._is_ready = False

    @property
    def pid(self) -> int:
        return self._process.pid

    def ready(self) -> None:
        """Wait until a process has confined itself. Raises Died, ReaderTimeout for one that never starts, or msgspec.MsgspecError."""
        if self._is_ready:
            return
        deadline = _in(_STARTING_MILLISECONDS)
        with self._noticing_death():
            if self._start is not None:
                self._write(memoryview(self._start), deadline)
                self._start = None
            reply = self._reply(self._control, deadline)
        if not isinstance(reply, ReadyMessage):
            raise msgspec.ValidationError(f"instead of being ready, the process answered {reply}")
        self._is_ready, self.measures = True, reply.measures

    def ask(self, task: str, data: bytes, arguments: Arguments) -> Reply:
        """What a process answers about its one file. Raises Died, ReaderTimeout, TooMuchMemory or msgspec.MsgspecError."""
        self.ready()
        self._is_ready = self.is_clean = False
        deadline = _in(self.limits.milliseconds)
        with self._noticing_death():
            self._write(memoryview(frame(TaskMessage(task, arguments, data))), deadline)
            reply = self._reply(self._out, deadline)
            self._ended(deadline)
        return reply

    def _ended(self, deadline: int) -> int:
        """Wait until the process of a file has ended; how."""
        status: int = ENDED.unpack(self._read(self._control, ENDED.size, deadline))[0]
        self.is_clean = not _bytes_in(self._in) and not _bytes_in(self._out)
        return status

    def kill(self) -> None:
        """End the process and the one it has forked at once; a thread that waits for an answer raises Died."""
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)

    def close(self) -> None:
        """End the process and close its pipes."""
        self.kill()
        self._process.wait()
        for pipe in self._pipes:
            with suppress(BrokenPipeError):
                pipe.close()

    @contextmanager
    def _noticing_death(self) -> Iterator[None]:
        try:
            yield
        except (BrokenPipeError, EOFError):
            raise self._death(self._end()) from None
        except _FileProcessEnded as ended:
            raise self._death(ended.status) from None

    def _death(self, status: int) -> Exception:
        if status == -signal.SIGXCPU:
            return ReaderTimeout(f"more than {self.limits.cpu_seconds} s of processor time")
        return Died(status)

    def _reply(self, pipe: int, deadline: int) -> Reply:
        length = HEADER.unpack(self._read(pipe, HEADER.size, deadline))[0]
        if length > self.limits.answer_bytes + 65_536:
            raise TooMuchMemory(f"an answer of {length} bytes")
        return decode_reply(self._read(pipe, length, deadline))

    def _end(self) -> int:
        """What a process that has closed its pipes left; it has a moment to end by itself, so that its own reason is seen."""
        try:
            return self._process.wait(timeout=1)
        except subprocess.TimeoutExpired:
            self.kill()
            return self._process.wait()

    def _write(self, view: memoryview, deadline: int) -> None:
        while view:
            try:
                view = view[os.write(self._in, view) :]
            except BlockingIOError:
                self._wait(self._in, select.POLLOUT, deadline)

    def _read(self, pipe: int, length: int, deadline: int) -> bytes:
        body = bytearray(length)
        view = memoryview(body)
        while view:
            try:
                got = os.readv(pipe, [view])
            except BlockingIOError:
                self._wait(pipe, select.POLLIN, deadline)
                continue
            if not got:
                raise EOFError
            view = view[got:]
        return bytes(body)

    def _wait(self, pipe: int, event: int, deadline: int) -> None:
        """Until a pipe is ready. Raises ReaderTimeout, and _FileProcessEnded where the process that it leads to has ended instead."""
        poll = select.poll()
        poll.register(self._control, select.POLLIN)
        poll.register(pipe, event)
        left = (deadline - monotonic_ns()) // 1_000_000
        ready = dict(poll.poll(left)) if left > 0 else {}
        if not ready:
            raise ReaderTimeout("no answer in time")
        if pipe in ready or (event == select.POLLIN and _bytes_in(pipe)):  # written before it ended
            return
        raise _FileProcessEnded(self._ended(deadline))


def _in(milliseconds: int) -> int:
    """The moment in so much time, by the machine's steady clock in nanoseconds."""
    return monotonic_ns() + milliseconds * 1_000_000


def _bytes_in(pipe: int) -> int:
    """How many bytes lie in a pipe, seen from either end."""
    return int.from_bytes(fcntl.ioctl(pipe, termios.FIONREAD, bytes(4)), sys.byteorder)
