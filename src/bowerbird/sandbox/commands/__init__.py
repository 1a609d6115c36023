"""The sandbox's commands: clients of its control plane, which the command line takes over."""

from __future__ import annotations

import typer

from bowerbird.sandbox.commands import clock, snapshots
from bowerbird.sandbox.commands.trigger import trigger


def add_commands(app: typer.Typer, codes: typer.Typer) -> None:
    """Add the sandbox's commands to those of the program, and `trigger` to those of the codes."""
    app.add_typer(snapshots.app, name="snapshot")
    app.command()(snapshots.reset)
    app.add_typer(clock.app, name="clock")
    codes.command()(trigger)
