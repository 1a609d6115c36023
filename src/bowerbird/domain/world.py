"""Everything the domain is handed: built once by the wiring, the same for the server, a worker and the tests."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from bowerbird.model.clock import Clock
from bowerbird.model.institution import Catalogue
from bowerbird.plugins.guard import Guard
from bowerbird.plugins.registry import Plugins
from bowerbird.statements.proven import ExaminedStatement
from bowerbird.statements.readers.pool import Readers, Task
from bowerbird.storage.engine import Storage
from bowerbird.storage.vault import Vault


@dataclass(frozen=True, slots=True)
class Limits:
    """Every number that bounds what a client may ask, in the units its name says."""

    token_ttl_seconds: int = 3600
    token_requests_per_5_minutes: int = 1500
    sandbox_connections: int = 500
    refreshes_per_connection_per_day: int = 20
    statement_max_bytes: int = 10_485_760
    csv_max_rows: int = 100_000
    mfa_expiry_seconds: int = 120
    step_seconds: int = 60
    lease_seconds: int = 20
    retry_after_seconds: int = 7200
    retry_for_seconds: int = 7 * 86_400
    jobs_shown_seconds: int = 7 * 86_400
    page_size: int = 500


def _nobody() -> None:
    """Nobody is waiting: the command line writes jobs that a server finds by itself."""


@dataclass(slots=True)
class World:
    """`wake` is called after a commit that made a job claimable; the dispatcher puts its own there."""

    storage: Storage
    vault: Vault
    clock: Clock
    institutions: Catalogue
    plugins: Plugins
    guard: Guard
    readers: Readers
    pdf: Task[ExaminedStatement]
    sandbox_seed: int = 1
    limits: Limits = field(default_factory=Limits)
    wake: Callable[[], None] = _nobody

    def read_pdf(self, data: bytes, institution: str) -> ExaminedStatement:
        """A PDF statement of an institution, known by its origin, read in a confined process. Raises Refused or NoReader."""
        return self.readers.read(self.pdf, data, institution=institution)

    def close(self) -> None:
        """Let go of processes, threads and the database."""
        self.readers.close()
        self.guard.pool.shutdown(wait=False, cancel_futures=True)
        self.storage.close()
