"""The throw-away copy: what of the user's set-up is in it, and what is removed so that it sends nothing."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from bowerbird import __version__
from bowerbird.client import Bowerbird
from bowerbird.domain.access.applications import NewKey, create_application
from bowerbird.model.clock import SystemClock, wire_time
from bowerbird.settings import Settings, written
from bowerbird.storage.backup.backups import restore_backup, take_backup
from bowerbird.storage.backup.copies import silence
from bowerbird.storage.backup.temporary import tables_with
from bowerbird.storage.database.unit_of_work import EVERY_TENANT
from bowerbird.storage.rows.rate_counters import delete_counters_before
from bowerbird.testing.server import ServerProcess
from bowerbird.wiring.services import database_file, open_services, own_key_file

_NEVER = 1 << 53  # milliseconds

QUIET = {
    **dict.fromkeys(("BOWERBIRD_OUTBOUND_ALLOW", "BOWERBIRD_DATABASE_URL", "BOWERBIRD_PUBLIC_URL", "BOWERBIRD_LIMITS_URL"), ""),
    "BOWERBIRD_UPLOADS": "database",
    "BOWERBIRD_LOG_LEVEL": "info",
}
"""The settings of every server of a copy, so that it reaches nothing of the original's."""


def serving(folder: Path, environment: Mapping[str, str]) -> ServerProcess:
    return ServerProcess(folder, "--no-sandbox-controls", environment=environment)


def sandbox_serving(folder: Path) -> ServerProcess:
    """A server of a sandbox with its controls, on a folder of its own."""
    return ServerProcess(folder, "--sandbox-controls", environment=QUIET)


@dataclass(slots=True)
class SetUp:
    """A copy in `folder`, with the keys of two applications that were made in it."""

    folder: Path
    settings: Settings
    environment: dict[str, str]
    ours: NewKey
    theirs: NewKey

    def server(self, **more: str) -> ServerProcess:
        return serving(self.folder, {**self.environment, **more})

    def forget_tokens(self) -> None:
        """Count token requests anew: a shared database remembers those of servers before."""
        services = open_services(self.settings)
        services.storage.write_now(lambda uow: delete_counters_before(uow, _NEVER), tenant=EVERY_TENANT)
        services.close()

    def where_it_lies(self, *secrets: str) -> list[str]:
        """The files of the copy, or the tables of its database, in which one of these texts stands."""
        if self.settings.database_url:
            return tables_with(self.settings.database_url, list(secrets))
        files = [file for file in self.folder.rglob("*") if file.is_file()]
        return [file.name for file in files if any(secret.encode() in file.read_bytes() for secret in secrets)]

    def client(self, server: ServerProcess) -> Bowerbird:
        return Bowerbird(server.url, self.ours.secret)


def copy_set_up(live: Settings, folder: Path) -> SetUp:
    """A copy of the embedded database of `live` below `folder`, or an empty one where there is none. `live` is only read."""
    settings = dataclasses.replace(live, data=folder / "copy", sandbox_controls=False, outbound_allow="", uploads="database", limits_url="")
    settings.data.mkdir(mode=0o700)
    source = database_file(live)
    environment = dict(QUIET)
    if source.exists():
        take_backup(source, folder / "backup", __version__, wire_time(SystemClock().now()), _unheard)
        restore_backup(folder / "backup", database_file(settings), _unheard)
        silence(database_file(settings))
        if own := own_key_file(live):
            settings = dataclasses.replace(settings, master_key_file=str(own.absolute()))
            environment["BOWERBIRD_MASTER_KEY_FILE"] = written(settings.master_key_file)
    return with_applications(settings, environment)


def with_applications(settings: Settings, environment: dict[str, str]) -> SetUp:
    """A copy with two new applications."""
    services = open_services(settings)
    try:
        ours, theirs = (
            services.write_now(
                lambda session, name=name: create_application(
                    session, name, production=False, products="all", test_statements_allowed=True
                ),  # type: ignore[misc]
                tenant=EVERY_TENANT,
            )
            for name in ("Verify", "Verify, another")
        )
    finally:
        services.close()
    return SetUp(settings.data, settings, environment, ours, theirs)


def _unheard(*_: object) -> None:
    """Progress of a copy is not shown: it is one step of many."""
