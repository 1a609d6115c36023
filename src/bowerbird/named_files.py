"""Files that a person names: read where they are files. A pipe, a device, a socket or a folder in their place is refused at once.

A pipe would be waited for until a program writes into it, and a device may have no end.
"""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path
from typing import TextIO

_KINDS = {
    stat.S_IFDIR: "a folder",
    stat.S_IFIFO: "a pipe",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
    stat.S_IFSOCK: "a socket",
}


class NotAFile(OSError):
    """What a person named is there, and no file: `strerror` says what it is instead."""

    def __init__(self, path: Path | str, kind: str) -> None:
        super().__init__(errno.EINVAL, f"it is {kind}: name a file", str(path))

    def __str__(self) -> str:
        return f"{self.filename} is no file: {self.strerror}"


def require_file(path: Path) -> None:
    """Raises NotAFile for what is there and is no file. What is missing passes."""
    if path.exists():
        _judge(path, path.stat().st_mode)


def read_bytes(path: Path) -> bytes:
    """Raises OSError; NotAFile for what is none."""
    with open(path, "rb", opener=only_a_file) as file:
        return file.read() or b""


def read_text(path: Path, encoding: str = "utf-8", errors: str = "strict") -> str:
    """Raises OSError and UnicodeDecodeError; NotAFile for what is no file."""
    with open_text(path, encoding, errors=errors) as file:
        return file.read()


def open_text(path: Path, encoding: str = "utf-8", *, errors: str = "strict", newline: str | None = None) -> TextIO:
    """Raises OSError; NotAFile for what is no file."""
    return open(path, encoding=encoding, errors=errors, newline=newline, opener=only_a_file)


def only_a_file(path: str, flags: int) -> int:
    """The `opener` of an `open`: what is looked at first may be another thing by the time it is open, so that it is judged twice."""
    require_file(Path(path))
    descriptor = os.open(path, flags | os.O_NONBLOCK | os.O_NOCTTY, 0o600)
    try:
        _judge(path, os.fstat(descriptor).st_mode)
    except NotAFile:
        os.close(descriptor)
        raise
    return descriptor


def _judge(path: Path | str, mode: int) -> None:
    if not stat.S_ISREG(mode):
        raise NotAFile(path, _KINDS.get(stat.S_IFMT(mode), "something else"))
