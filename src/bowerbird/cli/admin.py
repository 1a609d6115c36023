"""`bowerbird admin`: who may use the dashboard, and what was done there, for who can reach the server's machine."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from bowerbird.cli.options import Data, DatabaseUrl, opened, settings_from
from bowerbird.console import DEFAULT_URL, CommandRefused, print_columns
from bowerbird.model.reading import Role

if TYPE_CHECKING:
    from bowerbird.settings import Settings

app = typer.Typer(help="Access to the dashboard.", no_args_is_help=True)

Url = Annotated[
    str | None,
    typer.Option(metavar="URL", help="Where the server is reached.", show_default="where the server of this data folder listens"),
]
Name = Annotated[str, typer.Argument(help="The name the operator signs in with.", metavar="NAME")]


def _now_ms() -> int:
    from bowerbird.model.clock import SystemClock, to_milliseconds

    return to_milliseconds(SystemClock().now())


@app.command()
def link(
    role: Annotated[Role, typer.Option(help="What the new operator may do.")] = Role.OWNER,
    url: Url = None,
    data: Data = None,
    database_url: DatabaseUrl = None,
) -> None:
    """Print a link that works once, for a day: a new operator sets name and password with it. It takes over no other operator."""
    from bowerbird.domain.access.tenant import NO_APPLICATION
    from bowerbird.domain.operators import accounts
    from bowerbird.domain.operators.audit import AuditAction

    settings = settings_from(data, database_url)
    with opened(settings) as services:
        secret = services.write_now(accounts.invite, role, _now_ms(), AuditAction(""), tenant=NO_APPLICATION)
    _print_link(settings, url, secret)


def _print_link(settings: Settings, url: str | None, secret: str) -> None:
    from bowerbird.cli.address import find_address

    base = url or find_address(settings) or settings.public_url
    if not base:
        where = "of this database" if settings.database_url else f"on {settings.data}"
        typer.echo(f"No server {where} has recorded its address, so the link assumes {DEFAULT_URL}: name another with --url.", err=True)
    typer.echo(f"{(base or DEFAULT_URL).rstrip('/')}/dashboard/link/{secret}")


@app.command()
def recover(name: Name, url: Url = None, data: Data = None, database_url: DatabaseUrl = None) -> None:
    """Bring back an operator who lost password or authenticator: end the sessions, remove the authenticator, print a one-time link."""
    from bowerbird.domain.access.tenant import NO_APPLICATION
    from bowerbird.domain.operators import accounts

    settings = settings_from(data, database_url)
    with opened(settings) as services:
        try:
            secret = services.write_now(accounts.recover, name, _now_ms(), tenant=NO_APPLICATION)
        except accounts.UnknownOperator:
            raise CommandRefused(f"no operator {name}: run `bowerbird admin operators` to see all") from None
    _print_link(settings, url, secret)


@app.command()
def operators(data: Data = None, database_url: DatabaseUrl = None) -> None:
    """List the operators with their roles."""
    from bowerbird.domain.access.tenant import NO_APPLICATION
    from bowerbird.domain.operators import accounts

    with opened(settings_from(data, database_url)) as services:
        known = services.read_now(accounts.list_accounts, _now_ms(), tenant=NO_APPLICATION)
    if known:
        rows = ((row.name, row.role, "yes" if row.has_totp else "no", str(row.sessions), row.id) for row in known)
        print_columns(("NAME", "ROLE", "AUTHENTICATOR", "SESSIONS", "ID"), rows)
    else:
        typer.echo("No operator yet: bowerbird admin link")


@app.command()
def audit(
    file_format: Annotated[str, typer.Option("--format", metavar="csv|json", help="How it is written.")] = "csv",
    user: Annotated[str, typer.Option(metavar="USER_ID", help="Only what was done with this user's data.")] = "",
    data: Data = None,
    database_url: DatabaseUrl = None,
) -> None:
    """Write the whole audit to standard output, newest entry first."""
    from bowerbird.domain.operators.audit import FORMATS, AuditAction, AuditSelection, export_entries, record, written
    from bowerbird.storage.database.unit_of_work import EVERY_TENANT

    if file_format not in FORMATS:
        raise CommandRefused(f"{file_format} is no format of the audit: choose csv or json")
    with opened(settings_from(data, database_url)) as services:
        services.write_now(record, AuditAction("export_audit", user_id=user), tenant=EVERY_TENANT)
        for line in written(export_entries(services, AuditSelection(user_id=user)), file_format):
            sys.stdout.write(line)
