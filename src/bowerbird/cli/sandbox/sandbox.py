"""`bowerbird snapshot` and `bowerbird reset`: whole states of a running sandbox, through its control plane."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from bowerbird.cli.options import DEFAULT_URL
from bowerbird.cli.refusals import CommandRefused

app = typer.Typer(help="Save, restore and fork whole states of a running sandbox.", no_args_is_help=True)

_PATIENCE_SECONDS = 600

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
