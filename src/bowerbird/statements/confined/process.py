"""The inside of a reading process: it starts empty, imports its tasks, gives up what it can, and forks a process for each file."""

from __future__ import annotations

import codecs
import gc
import importlib
import os
import select
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any, BinaryIO, NoReturn

import msgspec

from bowerbird.statements.confined.confinement import EACH_FILE, ENFORCE, bounds_of, confine, end_with
from bowerbird.statements.confined.messages import (
    ENDED,
    HEADER,
    Arguments,
    BrokenMessage,
    ReadyMessage,
    RefusalMessage,
    Reply,
    ResultMessage,
    StartMessage,
    TaskMessage,
    decode_ask,
    decode_measures,
    decode_start,
    encode,
    frame,
)
from bowerbird.statements.refusal import Refused

Read = Callable[..., Any]

_CODECS = (
    "ascii", "latin-1", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be", "cp1252", "cp437", "mac-roman",
    "unicode-escape",
)  # fmt: skip
"""Loaded ahead: the interpreter reads a codec from a file when it is first asked for, and then no file can be opened."""


def main() -> None:
    """Fork a process for each file, until the server hangs up. This one reads nothing but its first message."""
    source, sink, control = _own_pipes()
    start = decode_start(_next(source) or b"")
    sys.path[:] = start.path
    for name in _CODECS:
        codecs.lookup(name)
    try:
        tasks = {name: _made(place, prepared) for name, (place, prepared) in start.tasks.items()}
    except Exception as error:  # noqa: BLE001 - sent to the server, whose log is the only one
        _send(control, BrokenMessage(memory=False, what=repr(error)))
        return
    bounds = bounds_of(start.memory_bytes, start.cpu_seconds)
    measures = confine([name for name in ENFORCE if name not in EACH_FILE], bounds)
    gc.collect()
    gc.freeze()  # what is loaded is shared with every fork, and stays so when a fork collects
    starter, server = os.getpid(), select.poll()
    server.register(source, 0)  # says when the server has hung up
    with suppress(BrokenPipeError):
        while not server.poll(0):
            report, own_end = os.pipe()
            child = os.fork()
            if not child:
                control.close()  # what this process says from now on reaches the server by the pipe of answers only
                os.close(report)
                end_with(starter)
                os.write(own_end, encode([*measures, *confine(EACH_FILE, bounds)]))
                _read_one_file(source, sink, tasks, start)
            os.close(own_end)
            in_force = os.read(report, 4096)
            os.close(report)
            _send(control, ReadyMessage(decode_measures(in_force)))
            control.write(ENDED.pack(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])))


def _read_one_file(source: BinaryIO, sink: BinaryIO, tasks: Mapping[str, Read], start: StartMessage) -> NoReturn:
    """Answer one file and end: what a file takes over ends with it, and sees no other."""
    body = _next(source)
    if body is not None:
        ask = decode_ask(body)
        _send(sink, _answer(tasks[ask.task], ask, start))
    os._exit(0)


def _own_pipes() -> tuple[BinaryIO, BinaryIO, BinaryIO]:
    """The pipes under numbers of their own; what a library writes to or reads from the usual three goes nowhere."""
    source, sink, control = os.dup(0), os.dup(1), os.dup(2)
    nowhere = os.open(os.devnull, os.O_RDWR)
    for usual in range(3):
        os.dup2(nowhere, usual)
    os.close(nowhere)
    return os.fdopen(source, "rb", buffering=0), os.fdopen(sink, "wb", buffering=0), os.fdopen(control, "wb", buffering=0)


def _made(place: str, prepared: Arguments) -> Read:
    module, _, maker = place.partition(":")
    read: Read = getattr(importlib.import_module(module), maker)(**prepared)
    return read


def _answer(read: Read, ask: TaskMessage, start: StartMessage) -> Reply:
    try:
        value = encode(read(ask.data, **ask.arguments))
    except Refused as refused:
        values = {name: value if isinstance(value, int) else str(value) for name, value in refused.values.items()}
        return RefusalMessage(refused.entry.key, values, str(getattr(refused, "reason", ""))[:1000], refused.finding)
    except MemoryError:
        return BrokenMessage(memory=True, what="MemoryError")
    except Exception as error:  # noqa: BLE001 - any failure is answered, and the server replaces this process
        return BrokenMessage(memory=False, what=_where(error))
    if len(value) > start.answer_bytes:
        return BrokenMessage(memory=True, what=f"an answer of {len(value)} bytes")
    return ResultMessage(msgspec.Raw(value))


def _where(error: Exception) -> str:
    """What was raised and where, without its words: they may quote the statement, and this goes to a log."""
    step = error.__traceback__
    while step is not None and step.tb_next is not None:
        step = step.tb_next
    if step is None:
        return type(error).__name__
    frame = step.tb_frame
    return f"{type(error).__name__} in {frame.f_globals.get('__name__')}.{frame.f_code.co_name}, line {step.tb_lineno}"


def _next(source: BinaryIO) -> bytes | None:
    header = _exactly(source, HEADER.size)
    return None if header is None else _exactly(source, HEADER.unpack(header)[0])


def _exactly(source: BinaryIO, length: int) -> bytes | None:
    """The next bytes, None when the server has hung up."""
    body = bytearray(length)
    view, filled = memoryview(body), 0
    while filled < length:
        got = source.readinto(view[filled:])  # type: ignore[attr-defined] # a raw file has it
        if not got:
            return None
        filled += got
    return bytes(body)


def _send(sink: BinaryIO, message: Reply) -> None:
    view = memoryview(frame(message))
    while view:
        view = view[sink.write(view) :]


if __name__ == "__main__":
    main()
