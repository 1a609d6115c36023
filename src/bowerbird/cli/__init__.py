"""The command line: `bowerbird`. Each command imports what it needs when it runs, so that all of them start fast."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from bowerbird import __version__
from bowerbird.cli import (
    applications,
    catalogue,
    database,
    insights,
    keys,
    refusals,
    serve,
    statement,
    throw_away,
    transactions,
    vault,
    verify,
    worker,
)
from bowerbird.cli.alerts import command as alerts
from bowerbird.cli.connectors import command as connectors
from bowerbird.cli.feeds import command as feeds
from bowerbird.cli.home import command as household
from bowerbird.cli.listen import command as listen
from bowerbird.cli.mcp import command as assistants
from bowerbird.cli.tour import demo
from bowerbird.wiring.extension import add_sandbox_commands

app = typer.Typer(
    name="bowerbird",
    cls=refusals.AdvisingGroup,
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
    pretty_exceptions_enable=False,  # they print local variables, and some of those are secrets
)


def _print_version(asked: bool) -> None:
    if asked:
        typer.echo(f"bowerbird {__version__}")
        raise typer.Exit


Version = Annotated[bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and exit.")]


@app.callback()
def options(_version: Version = False) -> None:
    """A self-hosted open-banking aggregation server that speaks the Basiq v3 wire protocol."""


app.command()(serve.serve)
app.command()(household.home)
app.command()(worker.worker)
app.command()(database.migrate)
app.command()(database.backup)
app.command()(database.restore)
app.command()(verify.verify)
app.add_typer(applications.app, name="app")
app.add_typer(alerts.app, name="alert")
app.add_typer(keys.app, name="key")
app.add_typer(vault.app, name="vault")
app.add_typer(keys.admin_app, name="admin")
app.add_typer(statement.app, name="statement")
app.add_typer(connectors.app, name="connector")
app.add_typer(insights.app, name="insights")
app.add_typer(transactions.app, name="transaction")
app.command()(transactions.export)
app.add_typer(feeds.app, name="feed")
app.command()(assistants.mcp)
app.add_typer(throw_away.app, name="sandbox")
app.command()(demo.demo)
app.command()(listen.listen)
app.add_typer(catalogue.codes_app, name="codes")
app.command()(catalogue.openapi)
add_sandbox_commands(app, catalogue.codes_app)
app.command(hidden=True)(catalogue.docs)


def main() -> None:
    """What the `bowerbird` script runs. An error that the operator can fix ends in one line and status 1; others in a trace."""
    try:
        app()
    except Exception as error:
        if (text := refusals.explain(error)) is None:
            raise
        typer.secho(f"bowerbird: {text}", fg="red", err=True)
        sys.exit(1)
