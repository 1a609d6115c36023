"""`bowerbird key`: API keys. Two may overlap, so that clients change over without an interruption."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bowerbird.cli.applications import ApplicationId, unknown
from bowerbird.cli.columns import print_columns
from bowerbird.cli.options import Data, DatabaseUrl, Json, opened, place, program, settings_from
from bowerbird.cli.refusals import CommandRefused

if TYPE_CHECKING:
    from bowerbird.domain.services import Session

app = typer.Typer(help="API keys of an application; two may overlap while clients change over.", no_args_is_help=True)

KeyId = Annotated[str, typer.Argument(help="Its id, from `bowerbird key list`.", metavar="KEY_ID")]


@app.command()
def create(application_id: ApplicationId, data: Data = None, database_url: DatabaseUrl = None, as_json: Json = False) -> None:
    """Create a further API key and print it. It is shown this once; the keys there are stay valid."""
    from bowerbird.domain.access.applications import NewKey, create_key
    from bowerbird.storage.database.unit_of_work import EVERY_TENANT
    from bowerbird.storage.rows.applications import find_application

    settings = settings_from(data, database_url)
    with opened(settings) as services:

        def make(session: Session) -> NewKey:
            if find_application(session.uow, application_id) is None:
                raise unknown(application_id)
            return create_key(session.in_application(application_id))

        made = services.write_now(make, tenant=EVERY_TENANT)
    if as_json:
        typer.echo(json.dumps({"applicationId": application_id, "keyId": made.key_id, "apiKey": made.secret}))
        return
    typer.echo(f"API key  {made.secret}")
    typer.echo(f"Key id   {made.key_id}")
    typer.echo(f"The key is shown this once. Once no client uses an older one: {program()} key revoke KEY_ID {place(settings)}")


@app.command("list")
def list_(application_id: ApplicationId, data: Data = None, database_url: DatabaseUrl = None, as_json: Json = False) -> None:
    """List an application's keys by their last four characters."""
    from bowerbird.storage.database.unit_of_work import EVERY_TENANT
    from bowerbird.storage.rows.applications import find_application, keys_of_application

    with opened(settings_from(data, database_url)) as services:
        if services.storage.read_now(lambda uow: find_application(uow, application_id), tenant=EVERY_TENANT) is None:
            raise unknown(application_id)
        found = [
            _described(row) for row in services.storage.read_now(lambda uow: keys_of_application(uow, application_id), tenant=EVERY_TENANT)
        ]
    if as_json:
        typer.echo(json.dumps(found))
    else:
        rows = ((each["keyId"] or "", f"…{each['hint']}", each["created"] or "", each["revoked"] or "-") for each in found)
        print_columns(("KEY ID", "ENDS IN", "CREATED", "REVOKED"), rows)


def _described(row: Any) -> dict[str, str | None]:
    from bowerbird.model.clock import from_milliseconds, wire_time

    revoked = None if row.revoked is None else wire_time(from_milliseconds(row.revoked))
    return {"keyId": row.id, "hint": row.hint, "created": wire_time(from_milliseconds(row.created)), "revoked": revoked}


@app.command()
def revoke(key_id: KeyId, data: Data = None, database_url: DatabaseUrl = None) -> None:
    """Let a key fetch no more tokens. Tokens it has fetched run out by themselves."""
    from bowerbird.model.clock import to_milliseconds
    from bowerbird.storage.database.unit_of_work import EVERY_TENANT
    from bowerbird.storage.rows.applications import revoke_key

    with opened(settings_from(data, database_url)) as services:
        moment = to_milliseconds(services.clock.now())
        if not services.storage.write_now(lambda uow: revoke_key(uow, key_id, moment), tenant=EVERY_TENANT):
            raise CommandRefused(f"no key {key_id} that is still valid: bowerbird key list APPLICATION_ID shows those there are")
    typer.echo(f"{key_id} is revoked")
