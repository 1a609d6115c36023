"""Serves the bank that the tests of python-fints bring (argument: their conftest.py) until standard input ends, and prints its address.

Its pattern of an order for rows runs past the end of the segment where the order names a first day: it is bounded here.
"""

from __future__ import annotations

import contextlib
import io
import sys
import types
from collections.abc import Callable, Iterator
from pathlib import Path

_Bank = Callable[[], Iterator[str]]


def _fixture(**_options: object) -> Callable[[_Bank], _Bank]:
    return lambda made: made


sys.modules["pytest"] = types.ModuleType("pytest")
sys.modules["pytest"].fixture = _fixture  # type: ignore[attr-defined]
file = Path(sys.argv[1])
source, wide = file.read_text("utf-8"), r"\+N(?:\+[^+]*\+[^+]*\+[^+]*\+([^+]*))?'"
assert wide in source, "the bank has changed: look whether its pattern is bounded now"
names = {"__file__": str(file)}
exec(compile(source.replace(wide, r"\+N(?:\+[^+']*)?(?:\+[^+']*)?(?:\+[^+']*)?(?:\+([^+']*))?'"), str(file), "exec"), names)
bank: Iterator[str] = names["fints_server"]()  # type: ignore[operator]
sys.stdout.write(f"{next(bank)}\n")
sys.stdout.flush()
with contextlib.redirect_stdout(io.StringIO()):  # it prints each message
    sys.stdin.read()
