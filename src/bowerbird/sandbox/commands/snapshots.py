"""`bowerbird snapshot` and `bowerbird reset`: whole states of a running sandbox."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from bowerbird.console import DEFAULT_URL, CommandRefused, print_columns
from bowerbird.sandbox.commands.controls import AdminToken, Url, ask, controls

app = typer.Typer(help="Save, restore and fork whole states of a running sandbox.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(metavar="NAME", help="Small letters, digits, - and _.")]
SeedFile = Annotated[
    Path | None, typer.Option("--seed", metavar="FILE", exists=True, dir_okay=False, help="A seed file, YAML or JSON: see the guide.")
]


@app.command("save")
def save(name: Name, url: Url = DEFAULT_URL, admin_token: AdminToken = "") -> None:
    """Save the current state under a name."""
    made = _ask(url, admin_token, "POST", "/snapshots", {"name": name})
    typer.echo(f"{made['name']}  {made['size']:,} bytes  clock {made['clock']}")


@app.command("list")
def list_(url: Url = DEFAULT_URL, admin_token: AdminToken = "") -> None:
    """List the saved states."""
    rows = [
        (each["name"], f"{each['size']:,}", each["clock"], each["takenAt"]) for each in _ask(url, admin_token, "GET", "/snapshots")["data"]
    ]
    print_columns(("NAME", "BYTES", "CLOCK", "TAKEN AT"), rows)


@app.command("restore")
def restore(name: Name, url: Url = DEFAULT_URL, admin_token: AdminToken = "") -> None:
    """Restore a state: data, clock, limits and faults."""
    _ask(url, admin_token, "POST", f"/snapshots/{name}/restore")


@app.command("delete")
def delete(name: Name, url: Url = DEFAULT_URL, admin_token: AdminToken = "") -> None:
    """Delete a state."""
    _ask(url, admin_token, "DELETE", f"/snapshots/{name}")


@app.command("fork")
def fork(name: Annotated[str, typer.Argument(metavar="[NAME]", help="A state; without one, the current state.")] = "",
         url: Url = DEFAULT_URL, admin_token: AdminToken = "") -> None:  # fmt: skip
    """Start a separate sandbox from a state, and print its address."""
    typer.echo(_ask(url, admin_token, "POST", f"/snapshots/{name}/fork" if name else "/forks")["url"])


def reset(seed: SeedFile = None, url: Url = DEFAULT_URL, admin_token: AdminToken = "") -> None:
    """Empty a running sandbox except for applications and keys; with a seed file, load it."""
    made = _ask(url, admin_token, "POST", "/reset", {} if seed is None else {"seed": read_seed_file(seed)})
    typer.echo(f"{len(made['jobs'])} connections started" if seed else "empty")


def read_seed_file(file: Path) -> Any:
    """The file as JSON has it. Raises CommandRefused."""
    from bowerbird.client.seed_file import SeedNotRead, read_seed

    try:
        return read_seed(file)
    except SeedNotRead as error:
        raise CommandRefused(str(error)) from error


def _ask(url: str, admin_token: str, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
    """Ask the control plane. Raises CommandRefused."""
    with controls(url) as http:
        return ask(http, admin_token, method, path, body)
