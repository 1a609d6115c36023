"""Which dispatcher a process has."""

from __future__ import annotations

from typing import Protocol

from bowerbird.dispatch.embedded import EmbeddedDispatcher
from bowerbird.domain.world import World


class Dispatcher(Protocol):
    """Decides when jobs advance, as long as the server runs."""

    @property
    def at_work(self) -> frozenset[str]: ...
    async def start(self) -> None: ...
    async def stop(self) -> None: ...


def dispatcher_of(world: World, database_url: str, public_url: str) -> Dispatcher:
    """Of a fleet where the database is shared, of this process alone where it is embedded."""
    if not database_url:
        return EmbeddedDispatcher(world, public_url)
    from bowerbird.dispatch.fleet import FleetDispatcher  # noqa: PLC0415  (slow to import, and of no use to an embedded database)

    return FleetDispatcher(world, database_url, public_url)
