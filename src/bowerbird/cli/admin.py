"""`bowerbird admin`: access to the dashboard for people who can reach the server's machine."""

from __future__ import annotations

from typing import Annotated

import typer

from bowerbird.cli.options import DEFAULT_URL, Data, DatabaseUrl, opened, settings_from

app = typer.Typer(help="Access to the dashboard.", no_args_is_help=True)


@app.callback()
def about() -> None:
    """Access to the dashboard."""


@app.command()
def link(
    url: Annotated[
        str | None, typer.Option(metavar="URL", help="Where the server is reached.", show_default=f"BOWERBIRD_PUBLIC_URL, or {DEFAULT_URL}")
    ] = None,
    data: Data = None,
    database_url: DatabaseUrl = None,
) -> None:
    """Print a link that works once, for a day: a new operator sets a password with it, or an operator replaces a lost one."""
    from bowerbird.domain.access.tenant import NO_APPLICATION
    from bowerbird.domain.operators.operators import create_link
    from bowerbird.model.clock import SystemClock, to_milliseconds

    settings = settings_from(data, database_url)
    with opened(settings) as services:
        now = to_milliseconds(SystemClock().now())
        secret = services.write_now(create_link, now, tenant=NO_APPLICATION)
    base = (url or settings.public_url or DEFAULT_URL).rstrip("/")
    typer.echo(f"{base}/dashboard/link/{secret}")
