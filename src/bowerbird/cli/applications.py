"""`bowerbird app`: the applications (tenants) of a server."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bowerbird.cli.columns import print_columns
from bowerbird.cli.options import Data, DatabaseUrl, Json, opened, place, program, settings_from
from bowerbird.cli.refusals import CommandRefused

if TYPE_CHECKING:
    from bowerbird.domain.access.applications import NewKey
    from bowerbird.domain.services import Session

app = typer.Typer(help="Applications: who may use the server, and what for.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(help="What you call it.", metavar="NAME")]
RedirectUrl = Annotated[str, typer.Option(help="Where people go when they have finished at the consent pages.", metavar="URL")]
ApplicationId = Annotated[str, typer.Argument(help="Its id, from `bowerbird app list`.", metavar="APPLICATION_ID")]


_FOR_GOOD = (
    "Production access closes the sandbox's controls (clock, faults, snapshots, resets) of this data: now, and for good once the first "
    "person of a production application is stored. For a sandbox, use another folder with --data."
)


@app.command()
def create(  # noqa: PLR0917  (each is an option of the command line)
    name: Name,
    production: Annotated[
        bool,
        typer.Option(
            "--production",
            help="Let it use real institutions, not only the sandbox: closes the sandbox's controls, for good once real data is stored.",
        ),
    ] = False,
    products: Annotated[str, typer.Option(help="Products it may use, joined by commas; all or none.", metavar="a,b")] = "all",
    redirect_url: RedirectUrl = "",
    data: Data = None,
    database_url: DatabaseUrl = None,
    as_json: Json = False,
) -> None:
    """Create an application and print its first API key. The key is shown this once; only a hash of it is kept."""
    from bowerbird.domain.access.applications import create_application
    from bowerbird.storage.database.unit_of_work import EVERY_TENANT
    from bowerbird.storage.rows.applications import change_application

    if not name.strip():
        raise CommandRefused("an application needs a name")
    settings, address = settings_from(data, database_url), _address(redirect_url)
    if production:
        _warn(ask=not as_json and sys.stdin.isatty())
    with opened(settings) as services:

        def make(session: Session) -> NewKey:
            made = create_application(session, name, production=production, products=products)
            change_application(session.uow, made.application_id, redirect_url=address)
            return made

        made = services.write_now(make, tenant=EVERY_TENANT)
    if as_json:
        typer.echo(json.dumps({"applicationId": made.application_id, "apiKey": made.secret}))
        return
    typer.echo(f"Application  {made.application_id}  {name}  ({'production' if production else 'sandbox only'})")
    typer.echo(f"API key      {made.secret}")
    typer.echo(f"The key is shown this once. Another one: {program()} key create {made.application_id} {place(settings)}")


def _warn(*, ask: bool) -> None:
    """Say before production access is given that there is no way back; a person at a terminal answers. Raises typer.Abort."""
    if ask:
        typer.confirm(f"{_FOR_GOOD} Go on?", abort=True, err=True)
    else:
        typer.echo(_FOR_GOOD, err=True)


def _address(redirect_url: str) -> str:
    from bowerbird.domain.consents.person_sessions import NoUrl, redirect_url_of

    try:
        return redirect_url_of(redirect_url)
    except NoUrl as error:
        raise CommandRefused(str(error)) from None


@app.command()
def redirect(
    application_id: ApplicationId,
    url: Annotated[str, typer.Argument(help="The address; left out, people are told to close the page.", metavar="[URL]")] = "",
    data: Data = None,
    database_url: DatabaseUrl = None,
) -> None:
    """Say where people go when they have finished at the consent pages."""
    from bowerbird.storage.database.unit_of_work import EVERY_TENANT
    from bowerbird.storage.rows.applications import change_application

    address = _address(url)
    with opened(settings_from(data, database_url)) as services:
        if not services.storage.write_now(lambda uow: change_application(uow, application_id, redirect_url=address), tenant=EVERY_TENANT):
            raise unknown(application_id)
    typer.echo(f"{application_id} returns people to {address}" if address else f"{application_id} returns people nowhere")


@app.command()
def policy(
    application_id: ApplicationId,
    file: Annotated[Path | None, typer.Option("--file", help="A policy to ask with from now on, as this command prints it.")] = None,
    data: Data = None,
    database_url: DatabaseUrl = None,
) -> None:
    """Print what an application asks its users for, as JSON; or change it."""
    import msgspec

    from bowerbird.domain.consents.policies import PolicyNotValid, current_policy, set_policy
    from bowerbird.model.consent import Policy
    from bowerbird.storage.database.unit_of_work import EVERY_TENANT
    from bowerbird.storage.rows.applications import find_application

    with opened(settings_from(data, database_url)) as services:
        if services.storage.read_now(lambda uow: find_application(uow, application_id), tenant=EVERY_TENANT) is None:
            raise unknown(application_id)
        if file is not None:
            try:
                asked = msgspec.json.decode(file.read_bytes(), type=Policy)
                services.write_now(set_policy, asked, tenant=application_id)
            except (OSError, msgspec.MsgspecError, PolicyNotValid) as error:
                raise CommandRefused(f"{file} is no policy: {error}") from None
        found = services.read_now(current_policy, tenant=application_id)
    typer.echo(msgspec.json.format(msgspec.json.encode(found), indent=2).decode())


@app.command("list")
def list_(data: Data = None, database_url: DatabaseUrl = None, as_json: Json = False) -> None:
    """List all applications."""
    from bowerbird.storage.database.unit_of_work import EVERY_TENANT
    from bowerbird.storage.rows.applications import all_applications

    with opened(settings_from(data, database_url)) as services:
        found = [_described(row) for row in services.storage.read_now(all_applications, tenant=EVERY_TENANT)]
    if as_json:
        typer.echo(json.dumps(found))
    elif found:
        print_columns(("APPLICATION ID", "NAME", "ACCESS", "STATE", "CREATED", "PRODUCTS"), (tuple(each.values()) for each in found))
    else:
        typer.echo("No application yet: bowerbird app create NAME")


def _described(row: Any) -> dict[str, str]:
    from bowerbird.domain.access.applications import PRODUCTS
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
    from bowerbird.storage.database.unit_of_work import EVERY_TENANT
    from bowerbird.storage.rows.applications import set_disabled

    with opened(settings_from(data, database_url)) as services:
        if not services.storage.write_now(lambda uow: set_disabled(uow, application_id, disabled), tenant=EVERY_TENANT):
            raise unknown(application_id)
    typer.echo(f"{application_id} is {'disabled' if disabled else 'active'}")


def unknown(application_id: str) -> CommandRefused:
    return CommandRefused(f"no application {application_id}: bowerbird app list shows those there are")
