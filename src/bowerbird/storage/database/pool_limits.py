"""How much of a shared database one process takes."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PoolLimits:
    """How many connections a process holds, and how many seconds a statement may take; waiting for one gets half of that."""

    connections: int = 12
    seconds: int = 10

    @property
    def waiting(self) -> int:
        return max(1, self.seconds // 2)
