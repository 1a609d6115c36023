"""A few reading processes, started ahead, shared by every thread that has a file to read."""

from __future__ import annotations

import os
import signal
import threading
from collections import Counter, deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

import msgspec

from bowerbird import codes
from bowerbird.logs import log
from bowerbird.statements.confined.confinement import ENFORCE, REQUIRED
from bowerbird.statements.confined.messages import Arguments, BrokenMessage, RefusalMessage, Reply, ResultMessage
from bowerbird.statements.confined.outcomes import (
    NOT_CONFINED,
    Crashed,
    NoReader,
    NotConfined,
    ReaderTimeout,
    RefusedInside,
    TooMuchMemory,
    Unreadable,
)
from bowerbird.statements.confined.reader import Died, Reader, ReaderLimits

T = TypeVar("T")

_ENDED_FROM_OUTSIDE = {-signal.SIGKILL, -signal.SIGTERM}
"""Deaths that need not be the file's doing, such as a machine without memory for anybody: the file gets a second chance."""

_LONGEST_VALUE = 1000
"""Characters of a value in a refusal: it is stored and shown."""


@dataclass(frozen=True, slots=True)
class Task(Generic[T]):
    """Something a reading process can do with a file.

    `place` is `module:function`; the function is called once when a process starts, with what was `prepared`, and gives the
    function that reads: bytes and keywords in, a value of the type `answer` out.
    """

    name: str
    place: str
    answer: type[T]
    prepared: Mapping[str, Any] = field(default_factory=dict)


def _nothing() -> None:
    pass


@dataclass(frozen=True, slots=True)
class Caller:
    """Who waits for a file: processes are shared out fairly between groups. `begins` is called once a process is ready for the file.

    `wait_ms` is how long to wait for a process where that is less than anyone may.
    """

    group: str = ""
    begins: Callable[[], None] = _nothing
    wait_ms: int | None = None


ANYONE = Caller()


@dataclass(frozen=True, slots=True, eq=False)
class _WaitingCaller:
    """A caller's place among those that wait for a process."""

    group: str


def default_count() -> int:
    """A process a core, at least one and at most eight."""
    return max(1, min(8, os.cpu_count() or 1))


def _never() -> bool:
    return False


def _missing(reader: Reader) -> tuple[str, ...]:
    """What a process that is ready should have given up and did not."""
    return tuple(sorted(REQUIRED.difference(reader.measures)))


class Readers:
    """Reads files in other processes. Safe to share between threads; `close` it.

    A free process reads for the group that has the fewest of them, and within it for the caller that has waited longest.

    `may_be_open` is asked where a process is not confined: whether it reads files all the same.
    """

    def __init__(
        self, tasks: Sequence[Task[Any]], count: int = 0, limits: ReaderLimits | None = None, may_be_open: Callable[[], bool] = _never
    ) -> None:
        self.limits = limits or ReaderLimits()
        self.may_be_open = may_be_open
        self.missing: tuple[str, ...] = ()
        self.count = count or default_count()
        self._tasks = {task.name: (task.place, dict(task.prepared)) for task in tasks}
        self._idle: deque[Reader | None] = deque([None] * self.count)
        self._busy: dict[Reader, str] = {}
        self._free = threading.Condition()
        self._waiting: list[_WaitingCaller] = []
        self._closed = False
        self._noted = False

    def warm(self) -> None:
        """Begin to start every process that is not there yet; none is waited for."""
        with self._free:
            for place, reader in enumerate(self._idle):
                if reader is None and not self._closed:
                    self._idle[place] = self._started()

    def read(self, task: Task[T], data: bytes, caller: Caller = ANYONE, /, **arguments: Any) -> T:
        """The task's value for one file.

        Raises Refused when the file is not accepted: by the task, Unreadable for one that took too much time or memory or ended its
        process, or NotConfined for one that was not looked at. Raises NoReader when the file cannot be read now.
        """
        try:
            try:
                return self._read_once(task, data, caller, arguments)
            except Died as death:
                log.warning("reader_died", task=task.name, bytes=len(data), ended_with=death.ended_with)
                if death.status not in _ENDED_FROM_OUTSIDE:
                    raise
                return self._read_once(task, data, caller, arguments)
        except Died as death:
            failure: Unreadable = Crashed(str(death))
        except Unreadable as unreadable:
            failure = unreadable
        log.warning("file_unreadable", task=task.name, bytes=len(data), outcome=type(failure).__name__, reason=failure.reason)
        raise failure

    def close(self) -> None:
        """End every process; who is waiting or reading gets NoReader."""
        with self._free:
            self._closed = True
            for reader in (*self._idle, *self._busy):
                if reader is not None:
                    reader.kill()
            self._free.notify_all()
            idle, self._idle = [reader for reader in self._idle if reader], deque()
        for reader in idle:
            reader.close()

    def measures(self) -> list[str]:
        """What a process of this machine gave up, by name; `confinement` says what each is."""
        reader = self._take(ANYONE)
        self._give_back(reader, usable=True)
        return reader.measures

    def try_confinement_aside(self) -> None:
        """Begin `try_confinement` on a thread of its own; it is not waited for."""
        threading.Thread(target=self.try_confinement, name="confinement", daemon=True).start()

    def try_confinement(self) -> None:
        """Start a process without a task, so that the log and `missing` say before the first file what this machine grants."""
        try:
            reader = Reader({}, self.limits)
        except OSError:
            log.exception("reader_did_not_start")
            return
        try:
            reader.ready()
            self._note_confinement(reader)
        except (Died, ReaderTimeout, msgspec.MsgspecError):
            log.exception("reader_did_not_start")
        finally:
            reader.close()

    def _read_once(self, task: Task[T], data: bytes, caller: Caller, arguments: Arguments) -> T:
        reader = self._take(caller)
        try:
            if (missing := _missing(reader)) and not self.may_be_open():
                raise NotConfined(missing)
            caller.begins()
            return self._value(task, reader.ask(task.name, data, arguments))
        except (msgspec.MsgspecError, RecursionError) as error:
            raise Crashed(f"no answer of this task: {error}") from error
        except Died as death:
            if self._closed:
                raise NoReader("the server is stopping") from death
            raise
        finally:
            self._give_back(reader, reader.is_clean)

    def _value(self, task: Task[T], reply: Reply) -> T:
        match reply:
            case ResultMessage(value):
                return msgspec.msgpack.decode(value, type=task.answer)
            case RefusalMessage(key, values, reason, finding):
                entry = codes.CATALOGUE.get(key)
                if entry is None or not entry.in_jobs or set(values) != entry.placeholders:
                    raise Crashed("a refusal that is none of the catalogue")
                if any(len(str(value)) > _LONGEST_VALUE for value in values.values()):
                    raise Crashed("a refusal that is too long")
                raise RefusedInside(entry, reason, finding, **values)
            case BrokenMessage(memory, what):
                raise TooMuchMemory(what) if memory else Crashed(what)
        raise Crashed("an answer out of turn")

    def _wait(self, caller: Caller) -> None:
        """Return when a process is free and this caller is next, holding `_free`. Raises NoReader."""
        if len(self._waiting) >= self.limits.waiting:
            raise NoReader(f"{len(self._waiting)} files are waiting already")
        place, wait_ms = _WaitingCaller(caller.group), caller.wait_ms or self.limits.waiting_milliseconds
        self._waiting.append(place)
        try:
            free = self._free.wait_for(lambda: self._closed or self._is_next(place), wait_ms / 1000)
        finally:
            self._waiting.remove(place)
            self._free.notify_all()  # another is next now
        if self._closed or not free:
            raise NoReader("the server is stopping" if self._closed else "no process was free in time")

    def _is_next(self, place: _WaitingCaller) -> bool:
        in_use = Counter(self._busy.values())
        return bool(self._idle) and place is min(self._waiting, key=lambda each: in_use[each.group])

    def _take(self, caller: Caller) -> Reader:
        """A process that is ready, within the time a caller may wait."""
        with self._free:
            self._wait(caller)
            reader = self._idle.popleft() or self._started()
            if reader is None:
                self._idle.append(None)
                raise NoReader("no process could be started")
            self._busy[reader] = caller.group
        try:
            reader.ready()
        except (Died, ReaderTimeout, msgspec.MsgspecError) as error:
            self._give_back(reader, usable=False, replace=False)
            log.exception("reader_did_not_start")
            raise NoReader("no process could be started") from error
        self._note_confinement(reader)
        return reader

    def _note_confinement(self, reader: Reader) -> None:
        """Say once what this kernel or container did not let a process give up."""
        self.missing = _missing(reader)
        if self._noted:
            return
        self._noted = True
        second_wall = sorted(set(ENFORCE).difference(reader.measures, REQUIRED))
        if self.missing:
            refused = not self.may_be_open()
            help_text = NOT_CONFINED.format(", ".join(self.missing)) if refused else "a hostile file may take over the server"
            log.error("readers_not_confined", missing=self.missing, files="refused" if refused else "read", help=help_text)
        elif second_wall:
            log.info("readers_confined_by_one_wall", missing=second_wall)

    def _give_back(self, reader: Reader, usable: bool, replace: bool = True) -> None:
        """A process goes to the front, so that the warmest is asked next; in place of one that is not, a new one starts at the back."""
        if not usable:
            reader.close()
        with self._free:
            self._busy.pop(reader, None)
            if self._closed:
                reader.close()
                return
            if usable:
                self._idle.appendleft(reader)
            else:
                self._idle.append(self._started() if replace else None)
            self._free.notify_all()

    def _started(self) -> Reader | None:
        """A new process; None where the machine has no room for one, so that the next caller tries again."""
        try:
            return Reader(self._tasks, self.limits)
        except OSError:
            log.exception("reader_did_not_start")
            return None
