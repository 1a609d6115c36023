"""Options that several commands share, and the settings they lead to: the command line wins over the environment."""

from __future__ import annotations

import dataclasses
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from bowerbird.domain.services import Services
    from bowerbird.settings import Settings

Data = Annotated[
    Path | None, typer.Option("--data", metavar="DIR", help="Folder of the embedded database and its master key.", show_default="./data")
]
DatabaseUrl = Annotated[
    str | None, typer.Option("--database-url", metavar="URL", help="A shared database instead: postgresql://USER:PASSWORD@HOST/NAME.")
]


def settings_from(data: Path | None, database_url: str | None, public_url: str | None = None, **more: object) -> Settings:
    """The environment's settings, with what the command line says instead; the log goes to standard error. Raises SettingsError."""
    from bowerbird.logs import log_to_standard_error
    from bowerbird.settings import read_settings

    given = {"data": data, "database_url": database_url, "public_url": public_url, **more}
    settings = dataclasses.replace(read_settings(), **{name: value for name, value in given.items() if value is not None})  # type: ignore[arg-type]
    log_to_standard_error(settings.log_level, settings.log_format)
    return settings


@contextmanager
def opened(settings: Settings, *, create: bool = False) -> Iterator[Services]:
    """The services of a command that needs no server: one may be running on the same database.

    Without `create` a missing database, key or folder is not made. Raises SetupError and SchemaError.
    """
    from bowerbird.wiring.services import open_services

    services = open_services(settings, create=create)
    try:
        yield services
    finally:
        services.close()


def place(settings: Settings) -> str:
    """How a person names the same database to a further command. Never shows a database address: it may hold a password."""
    return "--database-url URL" if settings.database_url else f"--data {settings.data}"


def program() -> str:
    """How this program was called, so that a printed command can be pasted: bowerbird, or .venv/bin/bowerbird."""
    called = Path(sys.argv[0]).absolute()
    if called.name != "bowerbird" or shutil.which("bowerbird") == str(called):
        return "bowerbird"
    return str(called.relative_to(Path.cwd()) if called.is_relative_to(Path.cwd()) else called)
