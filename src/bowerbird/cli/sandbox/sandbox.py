"""`bowerbird snapshot`, `reset` and `sandbox run`: states of a running sandbox, and a throw-away sandbox around a command."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from bowerbird.cli.options import DEFAULT_URL
from bowerbird.cli.refusals import CommandRefused

app = typer.Typer(help="Save, restore and fork whole states of a running sandbox.", no_args_is_help=True)

_PATIENCE_SECONDS = 600
_LAST_LINES = 20

Name = Annotated[str, typer.Argument(metavar="NAME", help="Small letters, digits, - and _.")]
Url = Annotated[str, typer.Option("--url", metavar="URL", help="The running server, or a fork of it.")]
SeedFile = Annotated[
    Path | None, typer.Option("--seed", metavar="FILE", exists=True, dir_okay=False, help="A seed file, YAML or JSON: see the guide.")
]


@app.command("save")
def save(name: Name, url: Url = DEFAULT_URL) -> None:
    """Save the current state under a name."""
    made = _ask(url, "POST", "/snapshots", {"name": name})
    typer.echo(f"{made['name']}  {made['size']:,} bytes  clock {made['clock']}")


@app.command("list")
def list_(url: Url = DEFAULT_URL) -> None:
    """List the saved states."""
    from bowerbird.cli.columns import print_columns

    rows = [(each["name"], f"{each['size']:,}", each["clock"], each["takenAt"]) for each in _ask(url, "GET", "/snapshots")["data"]]
    print_columns(("NAME", "BYTES", "CLOCK", "TAKEN AT"), rows)


@app.command("restore")
def restore(name: Name, url: Url = DEFAULT_URL) -> None:
    """Restore a state: data, clock, limits and faults."""
    _ask(url, "POST", f"/snapshots/{name}/restore")


@app.command("delete")
def delete(name: Name, url: Url = DEFAULT_URL) -> None:
    """Delete a state."""
    _ask(url, "DELETE", f"/snapshots/{name}")


@app.command("fork")
def fork(name: Annotated[str, typer.Argument(metavar="[NAME]", help="A state; without one, the current state.")] = "",
         url: Url = DEFAULT_URL) -> None:  # fmt: skip
    """Start a separate sandbox from a state, and print its address."""
    typer.echo(_ask(url, "POST", f"/snapshots/{name}/fork" if name else "/forks")["url"])


def reset(seed: SeedFile = None, url: Url = DEFAULT_URL) -> None:
    """Empty a running sandbox except for applications and keys; with a seed file, load it."""
    made = _ask(url, "POST", "/reset", {} if seed is None else {"seed": read_seed_file(seed)})
    typer.echo(f"{len(made['jobs'])} connections started" if seed else "empty")


def read_seed_file(file: Path) -> Any:
    """The file as JSON has it. Raises CommandRefused."""
    from bowerbird.testing.seed import SeedNotRead, read_seed

    try:
        return read_seed(file)
    except SeedNotRead as error:
        raise CommandRefused(str(error)) from error


def _ask(url: str, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
    """Ask the control plane. Raises CommandRefused."""
    import httpx2

    from bowerbird.settings import read_settings

    token = read_settings().admin_token
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    try:
        answer = httpx2.request(
            method, f"{url.rstrip('/')}/_bowerbird{path}", json=body, headers=headers, timeout=_PATIENCE_SECONDS, trust_env=False
        )
    except (httpx2.TransportError, httpx2.InvalidURL) as error:
        raise CommandRefused(
            f"nothing answers at {url}: start `bowerbird serve --sandbox-controls`, or name the server with --url"
        ) from error
    if not answer.is_error:
        return answer.json() if answer.content else None
    try:
        refused = answer.json()["data"][0]
    except (ValueError, KeyError, IndexError, TypeError):
        raise CommandRefused(f"what answers at {url} is not Bowerbird: name the server with --url") from None
    if refused["detail"] == "Requested path does not exist.":
        raise CommandRefused(f"the server at {url} has no control plane: start it with --sandbox-controls")
    raise CommandRefused(refused["detail"])


run_app = typer.Typer(help="A throw-away sandbox around a command.", no_args_is_help=True)


@run_app.callback()
def sandbox() -> None:
    """A throw-away sandbox around a command."""


@run_app.command("run", context_settings={"ignore_unknown_options": True})
def run(
    command: Annotated[list[str], typer.Argument(metavar="-- COMMAND...", help="What to run, with its arguments.")],
    seed: SeedFile = None,
    log: Annotated[Path | None, typer.Option("--log", metavar="FILE", help="Where to put what the server prints.")] = None,
) -> None:
    """Start a sandbox, run COMMAND with BOWERBIRD_URL and BOWERBIRD_KEY set, and end with its exit status.

    Only the command's own output is printed, so that its report stays unchanged; when it fails, the server's last lines follow on the
    error stream.
    """
    from bowerbird.testing.seed import SeedNotRead
    from bowerbird.testing.server import NotStarted, run_command
    from bowerbird.testing.session import prepared_server

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
