"""Code of others in a process of its own, which ends where it is silent for too long: where it loops, waits or holds the interpreter."""

from __future__ import annotations

import faulthandler
import multiprocessing
import re
import signal
import tempfile
from collections.abc import Callable, Iterator
from multiprocessing.connection import Connection
from pathlib import Path
from typing import IO

from bowerbird.console import CommandRefused

Began = Callable[[str], None]
"""Called with what is tried next, before it is."""

_SLACK_SECONDS = 5
_FRAME = re.compile(r'  File "([^"]+)", line (\d+) in ')


def problems_within(seconds: int, package: str, find: Callable[[Began], Iterator[str]]) -> Iterator[str]:
    """What `find` yields. Where one thing that it tries takes longer than this, a last problem names it and the line of the package.

    Raises CommandRefused as `find` does.
    """
    heard, telling = multiprocessing.Pipe(duplex=False)
    with tempfile.TemporaryFile() as stack, heard:
        process = multiprocessing.get_context("fork").Process(target=_try, args=(telling, stack, seconds, find), daemon=True)
        process.start()
        telling.close()
        try:
            yield from _heard(heard, stack, seconds, package)
        finally:
            process.kill()
            process.join()


def _heard(heard: Connection, stack: IO[bytes], seconds: int, package: str) -> Iterator[str]:
    at = ""
    while True:
        try:
            kind, text = heard.recv() if heard.poll(seconds + _SLACK_SECONDS) else ("silent", "")
        except EOFError:
            kind, text = "gone", ""
        if kind == "problem":
            yield text
        elif kind == "began":
            at = text
        elif kind == "refused":
            raise CommandRefused(text)
        elif kind == "end":
            return
        else:
            where = _line_of(stack, package)
            silent = kind == "silent" or where is not None
            ends = f"no answer within {seconds} seconds{where or ''}" if silent else "it ends the process that it runs in"
            yield f"{at}: {ends}; what comes after it is not tried"
            return


def _line_of(stack: IO[bytes], package: str) -> str | None:
    """Where the code of the package stood when its time was over; None where it ended before."""
    stack.seek(0)
    text = stack.read().decode(errors="replace")
    for file, line in _FRAME.findall(text):
        if package in Path(file).with_suffix("").parts:
            return f" ({Path(file).name}, line {line})"
    return "" if text else None


def _try(telling: Connection, stack: IO[bytes], seconds: int, find: Callable[[Began], Iterator[str]]) -> None:
    """In the process of its own. The watch is no thread of Python's: it works where code holds the interpreter too."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the command ends it

    def began(what: str) -> None:
        telling.send(("began", what))
        faulthandler.dump_traceback_later(seconds, file=stack, exit=True)

    try:
        for problem in find(began):
            telling.send(("problem", problem))
        telling.send(("end", ""))
    except CommandRefused as refused:
        telling.send(("refused", str(refused)))
