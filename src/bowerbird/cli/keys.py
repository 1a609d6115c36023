"""`bowerbird key`: API keys; two may overlap, so that clients switch without an interruption."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated

import typer

from bowerbird.cli.applications import ApplicationId, known_id, unknown
from bowerbird.cli.options import Data, DatabaseUrl, opened, place, program, settings_from
from bowerbird.console import CommandRefused, Json, print_columns

if TYPE_CHECKING:
    from bowerbird.domain.access.applications import KeyRow
    from bowerbird.domain.services import Services

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
