"""`bowerbird sandbox run`: a throw-away sandbox around a command."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bowerbird.console import CommandRefused

if TYPE_CHECKING:
    from bowerbird.testing.server import RunningServer

_LAST_LINES = 20

SeedFile = Annotated[
    Path | None, typer.Option("--seed", metavar="FILE", exists=True, dir_okay=False, help="A seed file, YAML or JSON: see the guide.")
]

LogFile = Annotated[
    Path | None,
    typer.Option(
        "--log", metavar="FILE", help="Where to keep what the server prints, a line a request.", show_default="a new file, if COMMAND fails"
    ),
]

app = typer.Typer(help="A throw-away sandbox around a command.", no_args_is_help=True)


@app.callback()
def sandbox() -> None:
    """A throw-away sandbox around a command."""


@app.command("run", context_settings={"ignore_unknown_options": True})
def run(
    command: Annotated[list[str], typer.Argument(metavar="-- COMMAND...", help="What to run, with its arguments.")],
    seed: SeedFile = None,
    log: Annotated[
        Path | None,
        typer.Option(
            "--log",
            metavar="FILE",
            help="Where to keep what the server prints, a line a request.",
            show_default="a new file, when COMMAND fails",
        ),
    ] = None,
) -> None:
    """Start a sandbox, run COMMAND with BOWERBIRD_URL and BOWERBIRD_KEY set, and end with its exit status.

    Only the command's own output is printed, so that its report stays unchanged; when it fails, the server's last lines follow on the
    error stream, with the file that keeps all of them.
    """
    from bowerbird.client.seed_file import SeedNotRead
    from bowerbird.testing.server import NotStarted, prepared_server

    if log is not None:
        try:
            log.touch()
        except OSError as error:
            raise CommandRefused(f"{log}: {error.strerror}. Name a file in a folder that is there and may be written with --log") from error
    try:
        with prepared_server(seed, log_level="info") as server:
            status = _run(command, server, log)
    except (SeedNotRead, NotStarted) as error:
        raise CommandRefused(str(error)) from error
    raise typer.Exit(status)


def _run(command: list[str], server: RunningServer, log: Path | None) -> int:
    """The command's exit status. What the server prints while it runs is kept: in `log`, and where the command fails in any case."""
    from bowerbird.testing.server import run_command

    began, status = len(_printed(server.log)), 1
    try:
        status = run_command(command, {"BOWERBIRD_URL": server.url, "BOWERBIRD_KEY": server.key})
    except OSError as error:
        raise CommandRefused(f"{command[0]} cannot be run: {error.strerror}. Name a program, or its path, behind --") from error
    finally:
        lines = _printed(server.log)[began:]
        kept = log or (_fresh_file() if status != 0 and lines else None)
        if kept is not None:
            kept.write_text("".join(lines), "utf-8")
    if status != 0 and lines:
        typer.echo(f"The sandbox's last lines, all of them in {kept}:\n" + "".join(lines[-_LAST_LINES:]), err=True)
    return status


def _fresh_file() -> Path:
    """A file that only this user reads."""
    descriptor, name = tempfile.mkstemp(prefix="bowerbird-sandbox-", suffix=".log")
    os.close(descriptor)
    return Path(name)


def _printed(log: Path | None) -> list[str]:
    """Line by line."""
    return log.read_text("utf-8", "replace").splitlines(keepends=True) if log else []
