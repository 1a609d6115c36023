"""How things are measured: CPU of a server process, in alternating blocks, as medians of ratios inside one run."""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Effort:
    """How long to measure: rounds of alternating blocks, and the CPU seconds one block should take at least."""

    rounds: int = 9
    block_seconds: float = 0.4
    quick: bool = False


FULL, QUICK = Effort(), Effort(rounds=3, block_seconds=0.15, quick=True)


@dataclass(frozen=True)
class Row:
    """One line of the table. `bar` None: for information."""

    what: str
    ours: str
    baseline: str
    ratio: str
    bar: str = ""
    met: bool | None = None


@dataclass(frozen=True)
class Side:
    """One of the things compared: `run(n)` does it n times and answers with the CPU seconds that took."""

    name: str
    run: Callable[[int], float]


@dataclass(frozen=True)
class Compared:
    """Medians over the rounds: seconds of each side, and each side's seconds over those of the first in the same round."""

    seconds: dict[str, float]
    ratios: dict[str, float]


def process_cpu(pid: int) -> float:
    """CPU seconds a process has used, all threads, user and system: utime + stime to the nanosecond instead of to the tick.

    The clock's number is how Linux encodes "the CPU clock of this process" (clock_getcpuclockid).
    """
    return time.clock_gettime((~pid << 3) | 2)


def compare(sides: Sequence[Side], effort: Effort) -> Compared:
    """Warm every side up, find how often each fits in a block, then run A B A B …"""
    counts = [_fitting(side, effort) for side in sides]
    rounds: list[list[float]] = []
    for _ in range(effort.rounds):
        rounds.append([side.run(count) / count for side, count in zip(sides, counts, strict=True)])
    return Compared(
        {side.name: statistics.median(each[index] for each in rounds) for index, side in enumerate(sides)},
        {side.name: statistics.median(each[index] / each[0] for each in rounds) for index, side in enumerate(sides)},
    )


def _fitting(side: Side, effort: Effort) -> int:
    side.run(20)
    once = side.run(20) / 20
    return max(20, round(effort.block_seconds / max(once, 1e-6)))


def own_cpu(work: Callable[[], object]) -> float:
    """CPU seconds this process needs for a piece of work, its threads included, without the collector's pauses of earlier work."""
    gc.collect()
    started = time.process_time()
    work()
    return time.process_time() - started


def microseconds(seconds: float) -> str:
    value = seconds * 1e6
    return f"{value:,.0f} µs" if value < 10_000 else f"{value / 1000:,.1f} ms"
