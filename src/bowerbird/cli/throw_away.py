"""`bowerbird sandbox run`: a throw-away sandbox around a command."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bowerbird.console import CommandRefused

_LAST_LINES = 20

SeedFile = Annotated[
    Path | None, typer.Option("--seed", metavar="FILE", exists=True, dir_okay=False, help="A seed file, YAML or JSON: see the guide.")
]

app = typer.Typer(help="A throw-away sandbox around a command.", no_args_is_help=True)


@app.callback()
def sandbox() -> None:
    """A throw-away sandbox around a command."""


@app.command("run", context_settings={"ignore_unknown_options": True})
def run(
    command: Annotated[list[str], typer.Argument(metavar="-- COMMAND...", help="What to run, with its arguments.")],
    seed: SeedFile = None,
    log: Annotated[Path | None, typer.Option("--log", metavar="FILE", help="Where to put what the server prints.")] = None,
) -> None:
    """Start a sandbox, run COMMAND with BOWERBIRD_URL and BOWERBIRD_KEY set, and end with its exit status.

    Only the command's own output is printed, so that its report stays unchanged; when it fails, the server's last lines follow on the
    error stream.
    """
    from bowerbird.client.seed_file import SeedNotRead
    from bowerbird.testing.server import NotStarted, prepared_server, run_command

    try:
        with prepared_server(seed) as server:
            began = len(_printed(server.log))
            try:
                status = run_command(command, {"BOWERBIRD_URL": server.url, "BOWERBIRD_KEY": server.key})
            except OSError as error:
                raise CommandRefused(f"{command[0]} cannot be run: {error.strerror}") from error
            lines = _printed(server.log)[began:]
    except (SeedNotRead, NotStarted) as error:
        raise CommandRefused(str(error)) from error
    if log is not None:
        log.write_text("".join(lines), "utf-8")
    if status != 0 and lines:
        typer.echo("The sandbox's last lines:\n" + "".join(lines[-_LAST_LINES:]), err=True)
    raise typer.Exit(status)


def _printed(log: Path | None) -> list[str]:
    """Line by line."""
    return log.read_text("utf-8", "replace").splitlines(keepends=True) if log else []
