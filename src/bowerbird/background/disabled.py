"""No jobs in this process: others on the same database advance them."""

from __future__ import annotations


class DisabledDispatcher:
    """Started and stopped with a server that answers requests only."""

    at_work: frozenset[str] = frozenset()

    async def start(self) -> None:
        """Nothing to start."""

    async def stop(self) -> None:
        """Nothing to stop."""
