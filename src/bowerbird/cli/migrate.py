"""`bowerbird migrate`: bring a database to the schema of this program."""

from __future__ import annotations

import typer

from bowerbird.cli.options import Data, DatabaseUrl, settings_from


def migrate(data: Data = None, database_url: DatabaseUrl = None) -> None:
    """Bring a database to the schema of this program. An embedded one is brought there by every start."""
    from bowerbird.wiring import migrate_database

    before, now = migrate_database(settings_from(data, database_url))
    if before == now:
        typer.echo(f"The database is at revision {now}: nothing to do.")
    else:
        typer.echo(f"The database went from {before or 'empty'} to revision {now}.")
