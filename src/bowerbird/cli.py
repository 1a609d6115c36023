"""The command line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer
import uvicorn

from bowerbird import __version__, codes, wiring
from bowerbird.api.server import server_config
from bowerbird.domain import applications
from bowerbird.logs import configure_logs
from bowerbird.settings import Settings, read_settings

app = typer.Typer(no_args_is_help=True, add_completion=False)


@app.command()
def serve(host: str = "127.0.0.1", port: int = 8000, data: Path = Path("data"), database_url: str = "", public_url: str = "", workers: int = 1) -> None:
    """Serve."""
    import dataclasses
    settings = dataclasses.replace(read_settings(), data=data, database_url=database_url)
    configure_logs(settings.log_level, settings.log_format)
    world = wiring.open_world(settings)
    url = public_url or f"http://{host}:{port}"
    def first(uow):
        from bowerbird.storage import applications as rows
        if not rows.all_applications(uow):
            return applications.create_application(world, uow, "Sandbox", production=False, products="all")
    key = world.storage.write_now(first)
    if key: print("API key:", key.secret)
    server = wiring.build_server(world, url)
    uvicorn.Server(server_config(server.app, host, port)).run()


@app.command()
def codes_() -> None:
    """x"""


def main() -> None:
    app()
