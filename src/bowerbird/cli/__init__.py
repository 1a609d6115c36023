"""The command line: `bowerbird`. Each command imports what it needs when it runs, so that all of them start fast."""

from __future__ import annotations

import sys

import typer

from bowerbird.cli import applications, catalogue, database, keys, listen, refusals, serve, statement, vault, verify, worker
from bowerbird.cli.sandbox import clock, sandbox
from bowerbird.cli.tour import demo

app = typer.Typer(
    name="bowerbird",
    help="A self-hosted open-banking aggregation server that speaks the Basiq v3 wire protocol.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,  # they print local variables, and some of those are secrets
)
app.command()(serve.serve)
app.command()(worker.worker)
app.command()(database.migrate)
app.command()(database.backup)
app.command()(database.restore)
app.command()(verify.verify)
app.add_typer(applications.app, name="app")
app.add_typer(keys.app, name="key")
app.add_typer(vault.app, name="vault")
app.add_typer(keys.admin_app, name="admin")
app.add_typer(statement.app, name="statement")
app.add_typer(sandbox.app, name="snapshot")
app.command()(sandbox.reset)
app.add_typer(sandbox.run_app, name="sandbox")
app.command()(demo.demo)
app.command()(listen.listen)
app.add_typer(catalogue.codes_app, name="codes")
app.add_typer(clock.app, name="clock")
app.command()(catalogue.openapi)
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
