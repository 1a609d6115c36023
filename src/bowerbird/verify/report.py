"""What a check found."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


class BrokenPromise(Exception):
    """A promise that was not kept: what was expected, and what was seen."""


class NotRun(Exception):
    """A check that cannot be made here: what is missing, and what to do."""


@dataclass(frozen=True, slots=True)
class Check:
    """One promise: `seen` is what was counted or, where it failed, what was wrong. `passed` is None where it could not be looked at."""

    name: str
    promise: str
    passed: bool | None
    seen: str


def check(name: str, promise: str, look: Callable[[], str]) -> Check:
    """Make one check. Whatever goes wrong in it is its failure, and the next one is made all the same."""
    try:
        return Check(name, promise, passed=True, seen=look())
    except NotRun as reason:
        return Check(name, promise, passed=None, seen=f"not run: {reason}")
    except Exception as error:  # noqa: BLE001  (a fault of any kind is what this looks for)
        return Check(name, promise, passed=False, seen=f"{'' if isinstance(error, BrokenPromise) else f'{type(error).__name__}: '}{error}")


def expect(true: object, broken: str) -> None:
    """Raises BrokenPromise."""
    if not true:
        raise BrokenPromise(broken)
