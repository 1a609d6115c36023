"""`bowerbird snapshot` and `bowerbird reset`: whole states of a running sandbox."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from bowerbird.console import DEFAULT_URL, CommandRefused, print_columns
from bowerbird.sandbox.commands.controls import AdminToken, Url, controls

app = typer.Typer(help="Save, restore and fork whole states of a running sandbox.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(metavar="NAME", help="Small letters, digits, - and _.")]
SeedFile = Annotated[
    Path | None, typer.Option("--seed", metavar="FILE", exists=True, dir_okay=False, help="A seed file, YAML or JSON: see the guide.")
]


@app.command("save")
def save(name: Name, url: Url = DEFAULT_URL, admin_token: AdminToken = "") -> None:
    """Save the current state under a name."""
    with controls(url, admin_token) as server:
        made = server.create_snapshot(name=name)
    typer.echo(f"{made.name}  {made.size:,} bytes  clock {made.clock}")


@app.command("list")
def list_(url: Url = DEFAULT_URL, admin_token: AdminToken = "") -> None:
    """List the saved states."""
    with controls(url, admin_token) as server:
        rows = [(each.name, f"{each.size:,}", each.clock, each.taken_at) for each in server.list_snapshots().data]
    print_columns(("NAME", "BYTES", "CLOCK", "TAKEN AT"), rows)


@app.command("restore")
def restore(name: Name, url: Url = DEFAULT_URL, admin_token: AdminToken = "") -> None:
    """Restore a state: data, clock, limits and faults."""
    with controls(url, admin_token) as server:
        server.restore_snapshot(name)


@app.command("delete")
def delete(name: Name, url: Url = DEFAULT_URL, admin_token: AdminToken = "") -> None:
    """Delete a state."""
    with controls(url, admin_token) as server:
        server.delete_snapshot(name)


@app.command("fork")
def fork(name: Annotated[str, typer.Argument(metavar="[NAME]", help="A state; without one, the current state.")] = "",
         url: Url = DEFAULT_URL, admin_token: AdminToken = "") -> None:  # fmt: skip
    """Start a separate sandbox from a state, and print its address."""
    with controls(url, admin_token) as server:
        typer.echo((server.fork_snapshot(name) if name else server.create_fork()).url)


def reset(seed: SeedFile = None, url: Url = DEFAULT_URL, admin_token: AdminToken = "") -> None:
    """Empty a running sandbox except for applications and keys; with a seed file, load it."""
    content = None if seed is None else read_seed_file(seed)
    with controls(url, admin_token) as server:
        made = server.create_reset(seed=content)
    typer.echo(f"{len(made.jobs)} connections started" if seed else "empty")


def read_seed_file(file: Path) -> Any:
    """The file as JSON has it. Raises CommandRefused."""
    from bowerbird.client.seed_file import SeedNotRead, read_seed

    try:
        return read_seed(file)
    except SeedNotRead as error:
        raise CommandRefused(str(error)) from error
