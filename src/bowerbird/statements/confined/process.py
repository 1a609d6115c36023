"""The inside of a reading process: it starts empty, imports its tasks, confines itself and then answers one file at a time."""

from __future__ import annotations

import codecs
import importlib
import os
import sys
from collections.abc import Callable
from typing import Any, BinaryIO

import msgspec

from bowerbird.statements.confined.confinement import allow_cpu, confine
from bowerbird.statements.confined.messages import (
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
    decode_start,
    encode,
    frame,
)
from bowerbird.statements.refusal import Refused

Read = Callable[..., Any]

_CODECS = ("ascii", "latin-1", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252", "mac-roman", "unicode-escape")
"""Loaded ahead: the interpreter reads a codec from a file when it is first asked for, and then no file can be opened."""


def main() -> None:
    """Serve until the server hangs up."""
    source, sink = _own_pipes()
    start = decode_start(_next(source) or b"")
    sys.path[:] = start.path
    for name in _CODECS:
        codecs.lookup(name)
    try:
        tasks = {name: _made(place, prepared) for name, (place, prepared) in start.tasks.items()}
    except Exception as error:  # noqa: BLE001 - sent to the server, whose log is the only one
        _send(sink, BrokenMessage(memory=False, what=repr(error)))
        return
    _send(sink, ReadyMessage(confine(start.memory_bytes, start.cpu_seconds * (start.files + 1))))
    while (body := _next(source)) is not None:
        ask = decode_ask(body)
        allow_cpu(start.cpu_seconds)
        _send(sink, _answer(tasks[ask.task], ask, start))


def _own_pipes() -> tuple[BinaryIO, BinaryIO]:
    """The pipes under numbers of their own; what a library writes to or reads from the usual three goes nowhere."""
    source, sink = os.dup(0), os.dup(1)
    nowhere = os.open(os.devnull, os.O_RDWR)
    for usual in range(3):
        os.dup2(nowhere, usual)
    os.close(nowhere)
    return os.fdopen(source, "rb", buffering=0), os.fdopen(sink, "wb", buffering=0)


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
