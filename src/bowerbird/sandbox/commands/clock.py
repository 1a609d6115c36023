"""`bowerbird clock`: the clock of a running sandbox."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
import typer

from bowerbird.console import DEFAULT_URL, CommandRefused, Json
from bowerbird.sandbox.commands.controls import AdminToken, Url, controls

if TYPE_CHECKING:
    from bowerbird.api.schemas.control import ClockView

app = typer.Typer(help="The clock of a running sandbox: advanced, set, frozen, resumed.", no_args_is_help=True)

_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 7 * 86_400}


@app.command()
def show(url: Url = DEFAULT_URL, admin_token: AdminToken = "", as_json: Json = False) -> None:
    """Show the clock, and what is due next."""
    with controls(url, admin_token) as server:
        _print(server.get_clock(), as_json=as_json)


@app.command()
def advance(
    by: Annotated[str, typer.Argument(metavar="TIME", help="Such as 90s, 15m, 2h, 3d, 2w or 1d12h.")],
    url: Url = DEFAULT_URL,
    admin_token: AdminToken = "",
    as_json: Json = False,
) -> None:
    """Advance the clock, and wait until everything due by then is done."""
    _move(url, admin_token, {"advance_seconds": seconds_of(by)}, as_json=as_json)


@app.command("set")
def set_(
    at: Annotated[str, typer.Argument(metavar="MOMENT", help="Such as 2027-01-31T09:00:00Z.")],
    url: Url = DEFAULT_URL,
    admin_token: AdminToken = "",
    as_json: Json = False,
) -> None:
    """Set the clock to a later time. Before the first user exists it may also go back."""
    _move(url, admin_token, {"at": at}, as_json=as_json)


@app.command()
def freeze(url: Url = DEFAULT_URL, admin_token: AdminToken = "", as_json: Json = False) -> None:
    """Freeze the clock."""
    _move(url, admin_token, {"freeze": True}, as_json=as_json)


@app.command()
def resume(url: Url = DEFAULT_URL, admin_token: AdminToken = "", as_json: Json = False) -> None:
    """Resume a frozen clock."""
    _move(url, admin_token, {"resume": True}, as_json=as_json)


def seconds_of(text: str) -> int:
    """A duration such as 1d12h, in seconds. Raises CommandRefused."""
    if not re.fullmatch(r"(\d{1,9}[smhdw])+", text):
        raise CommandRefused(f"{text} is no time: write it as 90s, 15m, 2h, 3d, 2w or 1d12h")
    return sum(int(number) * _SECONDS[unit] for number, unit in re.findall(r"(\d+)([smhdw])", text))


def _move(url: str, admin: str, change: dict[str, Any], *, as_json: bool) -> None:
    with controls(url, admin) as server:
        _print(server.update_clock(**change), as_json=as_json)


def _print(clock: ClockView, *, as_json: bool) -> None:
    from bowerbird.api.schemas.control import ClockMove

    if as_json:
        typer.echo(msgspec.json.encode(clock).decode())
        return
    typer.echo(f"{clock.now}  {'frozen' if clock.frozen else 'running'}, {clock.ahead_seconds} s ahead of the machine")
    if isinstance(clock, ClockMove):
        typer.echo(f"stopped at {clock.moments} moments on the way" + ("" if clock.settled else "; WORK IS LEFT: advance again"))
    typer.echo(f"next due: {clock.next_due or 'nothing'}")
