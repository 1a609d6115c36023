"""`bowerbird key`: API keys; two may overlap, so that clients switch without a break. `bowerbird admin`: operators and the audit."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from bowerbird.cli.applications import ApplicationId, known_id, unknown
from bowerbird.cli.options import Data, DatabaseUrl, opened, place, program, settings_from
from bowerbird.console import DEFAULT_URL, CommandRefused, Json, print_columns
from bowerbird.model.reading import Role

if TYPE_CHECKING:
    from bowerbird.domain.access.applications import KeyRow
    from bowerbird.domain.services import Services
    from bowerbird.settings import Settings

app = typer.Typer(help="API keys of an application; two may overlap while clients switch.", no_args_is_help=True)

KeyId = Annotated[str, typer.Argument(help="Its id, from `bowerbird key list`.", metavar="KEY_ID")]


@app.command()
def create(application_id: ApplicationId, data: Data = None, database_url: DatabaseUrl = None, as_json: Json = False) -> None:
    """Create a further API key and print it. It is shown this once; existing keys keep working."""
    from bowerbird.domain.access.applications import create_key
    from bowerbird.domain.operators.audit import AuditAction, beside

    settings = settings_from(data, database_url)
    with opened(settings) as services:
        _require(services, application_id)
        made = services.write_now(beside(create_key, AuditAction("create_key", application_id=application_id)), tenant=application_id)
    if as_json:
        typer.echo(json.dumps({"applicationId": application_id, "keyId": made.key_id, "apiKey": made.secret}))
        return
    typer.echo(f"API key  {made.secret}")
    typer.echo(f"Key id   {made.key_id}")
    typer.echo(f"The key is shown this once. Once no client uses an older one: {program()} key revoke KEY_ID {place(settings)}")


@app.command("list")
def list_(application_id: ApplicationId, data: Data = None, database_url: DatabaseUrl = None, as_json: Json = False) -> None:
    """List an application's keys by their last four characters."""
    from bowerbird.domain.access.applications import list_keys

    with opened(settings_from(data, database_url)) as services:
        _require(services, application_id)
        described = [_described(row) for row in services.read_now(list_keys, tenant=application_id)]
    if as_json:
        typer.echo(json.dumps(described))
    else:
        rows = ((key["keyId"] or "", f"…{key['hint']}", key["created"] or "", key["revoked"] or "-") for key in described)
        print_columns(("KEY ID", "ENDS IN", "CREATED", "REVOKED"), rows)


def _require(services: Services, application_id: str) -> None:
    """Raises CommandRefused where there is no such application."""
    from bowerbird.domain.access.applications import find_application

    if services.read_now(find_application, tenant=known_id(application_id)) is None:
        raise unknown(application_id)


def _described(row: KeyRow) -> dict[str, str | None]:
    from bowerbird.model.clock import from_milliseconds, wire_time

    revoked = None if row.revoked is None else wire_time(from_milliseconds(row.revoked))
    return {"keyId": row.id, "hint": row.hint, "created": wire_time(from_milliseconds(row.created)), "revoked": revoked}


@app.command()
def revoke(key_id: KeyId, data: Data = None, database_url: DatabaseUrl = None) -> None:
    """Revoke a key: it gets no more tokens. Tokens created with it expire by themselves."""
    from bowerbird.domain.access.applications import revoke_key
    from bowerbird.domain.operators.audit import AuditAction, record
    from bowerbird.storage.database.unit_of_work import EVERY_TENANT

    with opened(settings_from(data, database_url)) as services:
        if not services.write_now(revoke_key, key_id, tenant=EVERY_TENANT):
            raise CommandRefused(f"no key {key_id} that still works: run `bowerbird key list APPLICATION_ID` to see all")
        services.write_now(record, AuditAction("revoke_key", subject=key_id), tenant=EVERY_TENANT)
    typer.echo(f"{key_id} is revoked")


admin_app = typer.Typer(help="Access to the dashboard.", no_args_is_help=True)

Url = Annotated[
    str | None,
    typer.Option(metavar="URL", help="Where the server is reached.", show_default="where the server of this data folder listens"),
]
Name = Annotated[str, typer.Argument(help="The name the operator signs in with.", metavar="NAME")]


def _now_ms() -> int:
    from bowerbird.model.clock import SystemClock, to_milliseconds

    return to_milliseconds(SystemClock().now())


@admin_app.command()
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


@admin_app.command()
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


@admin_app.command()
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


@admin_app.command()
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
