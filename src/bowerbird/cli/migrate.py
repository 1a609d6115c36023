"""`bowerbird migrate`: bring a database to the schema of this program."""

from __future__ import annotations

from typing import Annotated

import typer

from bowerbird.cli.options import Data, DatabaseUrl, settings_from
from bowerbird.cli.refusals import CommandRefused

Grant = Annotated[str, typer.Option("--grant", metavar="ROLE", help="Give this role of a shared database the rights to serve it.")]


def migrate(data: Data = None, database_url: DatabaseUrl = None, grant: Grant = "") -> None:
    """Bring a database to the schema of this program. An embedded one is brought there by every start.

    A shared one is migrated as the owner of its tables and served as another role, which --grant gives its rights.
    """
    from bowerbird.wiring import migrate_database

    settings = settings_from(data, database_url)
    if grant and not settings.database_url:
        raise CommandRefused("--grant is for a shared database: name it with --database-url, or leave --grant out")
    before, now = migrate_database(settings, grant)
    if before == now:
        typer.echo(f"The database is at revision {now}: nothing to do.")
    else:
        typer.echo(f"The database went from {before or 'empty'} to revision {now}.")
    if grant:
        typer.echo(f"{grant} may serve it: bowerbird serve --database-url postgresql://{grant}:PASSWORD@HOST/NAME")
