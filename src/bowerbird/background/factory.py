"""Which dispatcher a process has."""

from __future__ import annotations

from typing import Protocol

from bowerbird.background.embedded import EmbeddedDispatcher
from bowerbird.domain.services import Services


class Dispatcher(Protocol):
    """Decides when jobs advance, as long as the server runs."""

    @property
    def at_work(self) -> frozenset[str]: ...
    async def start(self) -> None: ...
    async def stop(self) -> None: ...


def dispatcher_of(services: Services, database_url: str, public_url: str) -> Dispatcher:
    """Of a fleet where the database is shared, of this process alone where it is embedded."""
    if not database_url:
        return EmbeddedDispatcher(services, public_url)
    from bowerbird.background.fleet import FleetDispatcher  # noqa: PLC0415  (slow to import, and of no use to an embedded database)

    return FleetDispatcher(services, database_url, public_url)
