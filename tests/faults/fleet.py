"""A fleet for tests: real processes of `serve` and `worker` on one PostgreSQL."""

from __future__ import annotations

import os
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TypeVar

from bowerbird.domain.access import applications
from bowerbird.settings import Settings
from bowerbird.storage.database.unit_of_work import EVERY_TENANT
from bowerbird.wiring.services import open_services
from tests.postgres import Database
from tests.serving import Application, Process, WorkerProcess

MASTER_KEY = "5a" * 32
PLUGINS = Path(__file__).parent / "plugins"
WITH_TOLL_BANK = {
    "PYTHONPATH": os.pathsep.join(filter(None, (str(PLUGINS), os.environ.get("PYTHONPATH")))),
    "BOWERBIRD_INSTITUTIONS": str(PLUGINS / "toll_institutions.toml"),
    "BOWERBIRD_REFRESHES_PER_CONNECTION_PER_DAY": "9999",
}
"""For the environment of a process: installs the connector of tests/faults/plugins."""

P = TypeVar("P", bound=Process)


def new_key(settings: Settings) -> str:
    """A key of a new application on a database that no process serves yet."""
    services = open_services(settings)
    key = services.write_now(partial(applications.create_application, production=True, products="all"), "Fleet", tenant=EVERY_TENANT)
    services.close()
    return key.secret


class Fleet:
    """Use as a context manager: what still runs at its end is killed. `environment` goes to every process."""

    def __init__(self, folder: Path, database: Database, **environment: str) -> None:
        self.folder, self.database = folder, database
        self.environment = {
            "BOWERBIRD_DATABASE_URL": database.url,
            "BOWERBIRD_MASTER_KEY": MASTER_KEY,
            "BOWERBIRD_LOG_LEVEL": "warning",
            "BOWERBIRD_LOG_FORMAT": "json",
            **WITH_TOLL_BANK,
            **environment,
        }
        self.key = new_key(self.settings())
        self.processes: list[Process] = []

    def settings(self) -> Settings:
        return Settings(database_url=self.database.url, master_key=MASTER_KEY, institutions=WITH_TOLL_BANK["BOWERBIRD_INSTITUTIONS"])

    def __enter__(self) -> Fleet:
        return self

    def __exit__(self, *_: object) -> None:
        for process in self.processes:
            with suppress(Exception):
                process.kill()

    def serve(self, **environment: str) -> Process:
        """A started `serve`."""
        return self._started(Process(self.folder / f"serve-{len(self.processes)}", **{**self.environment, **environment}))

    def worker(self, **environment: str) -> WorkerProcess:
        """A started `worker`."""
        return self._started(WorkerProcess(self.folder / f"worker-{len(self.processes)}", **{**self.environment, **environment}))

    def _started(self, process: P) -> P:
        process.start()
        self.processes.append(process)
        return process

    def application(self, process: Process) -> Application:
        return Application(process.url, self.key)

    def log(self) -> str:
        """All that the processes logged."""
        return "".join(process.log.read_text() for process in self.processes)
