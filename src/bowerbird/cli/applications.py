"""`bowerbird app`: the applications (tenants) of a server."""

from __future__ import annotations

import json
from typing import Annotated, Any

import typer

from bowerbird.cli.columns import print_columns
from bowerbird.cli.options import Data, DatabaseUrl, Json, opened, place, program, settings_from
from bowerbird.cli.refusals import Refused

app = typer.Typer(help="Applications: who may use the server, and what for.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(help="What you call it.", metavar="NAME")]
ApplicationId = Annotated[str, typer.Argument(help="Its id, from `bowerbird app list`.", metavar="APPLICATION_ID")]


@app.command()
def create(
    name: Name,
    production: Annotated[bool, typer.Option("--production", help="Let it use real institutions, not only the sandbox.")] = False,
    products: Annotated[str, typer.Option(help="Products it may use, joined by commas; all or none.", metavar="a,b")] = "all",
    data: Data = None,
    database_url: DatabaseUrl = None,
    as_json: Json = False,
) -> None:
    """Create an application and print its first API key. The key is shown this once; only a hash of it is kept."""
    from bowerbird.domain.applications import create_application
    from bowerbird.storage.unit_of_work import EVERY_TENANT

    if not name.strip():
        raise Refused("an application needs a name")
    settings = settings_from(data, database_url)
    with opened(settings) as world:
        made = world.storage.write_now(
            lambda uow: create_application(world, uow, name, production=production, products=products), tenant=EVERY_TENANT
        )
    if as_json:
        typer.echo(json.dumps({"applicationId": made.application_id, "apiKey": made.secret}))
        return
    typer.echo(f"Application  {made.application_id}  {name}  ({'production' if production else 'sandbox only'})")
    typer.echo(f"API key      {made.secret}")
    typer.echo(f"The key is shown this once. Another one: {program()} key create {made.application_id} {place(settings)}")


@app.command("list")
def list_(data: Data = None, database_url: DatabaseUrl = None, as_json: Json = False) -> None:
    """List all applications."""
    from bowerbird.storage.applications import all_applications
    from bowerbird.storage.unit_of_work import EVERY_TENANT

    with opened(settings_from(data, database_url)) as world:
        found = [_described(row) for row in world.storage.read_now(all_applications, tenant=EVERY_TENANT)]
    if as_json:
        typer.echo(json.dumps(found))
    elif found:
        print_columns(("APPLICATION ID", "NAME", "ACCESS", "STATE", "CREATED", "PRODUCTS"), (tuple(each.values()) for each in found))
    else:
        typer.echo("No application yet: bowerbird app create NAME")


def _described(row: Any) -> dict[str, str]:
    from bowerbird.domain.applications import PRODUCTS
    from bowerbird.model.clock import from_milliseconds, wire_time

    return {
        "applicationId": row.id,
        "name": row.name,
        "access": "production" if row.production else "sandbox",
        "state": "disabled" if row.disabled else "active",
        "created": wire_time(from_milliseconds(row.created)),
        "products": "all" if row.products == ",".join(PRODUCTS) else row.products or "none",
    }


@app.command()
def disable(application_id: ApplicationId, data: Data = None, database_url: DatabaseUrl = None) -> None:
    """Refuse every request of an application from now on. Its data stays."""
    _set_disabled(application_id, True, data, database_url)


@app.command()
def enable(application_id: ApplicationId, data: Data = None, database_url: DatabaseUrl = None) -> None:
    """Let a disabled application in again."""
    _set_disabled(application_id, False, data, database_url)


def _set_disabled(application_id: str, disabled: bool, data: Data, database_url: DatabaseUrl) -> None:
    from bowerbird.storage.applications import set_disabled
    from bowerbird.storage.unit_of_work import EVERY_TENANT

    with opened(settings_from(data, database_url)) as world:
        if not world.storage.write_now(lambda uow: set_disabled(uow, application_id, disabled), tenant=EVERY_TENANT):
            raise unknown(application_id)
    typer.echo(f"{application_id} is {'disabled' if disabled else 'active'}")


def unknown(application_id: str) -> Refused:
    return Refused(f"no application {application_id}: bowerbird app list shows those there are")
