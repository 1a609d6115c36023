"""Results of checks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


class BrokenPromise(Exception):
    """A promise is broken: the message says what was expected, and what was seen."""


class NotRun(Exception):
    """A check cannot be made here: the message says what is missing, and what to do."""


@dataclass(frozen=True, slots=True)
class Check:
    """One promise: `seen` is what was counted or, where it failed, what was wrong. `passed` is None where it could not be looked at."""

    name: str
    promise: str
    passed: bool | None
    seen: str


def check(name: str, promise: str, look: Callable[[], str]) -> Check:
    """Make one check. Any exception in it is its failure, and the next check is made."""
    try:
        return Check(name, promise, passed=True, seen=look())
    except NotRun as reason:
        return Check(name, promise, passed=None, seen=f"not run: {reason}")
    except Exception as error:  # noqa: BLE001  (a fault of any kind is what this looks for)
        return Check(name, promise, passed=False, seen=f"{'' if isinstance(error, BrokenPromise) else f'{type(error).__name__}: '}{error}")


def expect(holds: bool, broken: str) -> None:
    """Raises BrokenPromise."""
    if not holds:
        raise BrokenPromise(broken)
