"""`bowerbird app`: the applications (tenants) of a server."""

from __future__ import annotations

import json
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bowerbird.cli.options import Data, DatabaseUrl, opened, place, program, settings_from
from bowerbird.console import CommandRefused, Json, print_columns

if TYPE_CHECKING:
    from bowerbird.domain.access.applications import ApplicationRow
    from bowerbird.domain.services import Services

app = typer.Typer(help="Applications: who may use the server, and what for.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(help="Its name.", metavar="NAME")]
RedirectUrl = Annotated[str, typer.Option(help="Where people go when they have finished at the consent pages.", metavar="URL")]
ApplicationId = Annotated[str, typer.Argument(help="Its id, from `bowerbird app list`.", metavar="APPLICATION_ID")]


_MAX_RECEIPTS = 100_000
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

    if not name.strip():
        raise CommandRefused("an application needs a name: bowerbird app create NAME")
    settings, address = settings_from(data, database_url), _address(redirect_url)
    if production:
        _warn(ask=not as_json and sys.stdin.isatty())
    create = partial(create_application, production=production, products=products, redirect_url=address)
    with opened(settings, create=True) as services:
        made = services.write_now(create, name, tenant=EVERY_TENANT)
        _record(services, "create_production_application" if production else "create_application", made.application_id)
    if as_json:
        typer.echo(json.dumps({"applicationId": made.application_id, "apiKey": made.secret}))
        return
    typer.echo(f"Application  {made.application_id}  {name}  ({'production' if production else 'sandbox only'})")
    typer.echo(f"API key      {made.secret}")
    typer.echo(f"The key is shown this once. Another one: {program()} key create {made.application_id} {place(settings)}")


def _warn(*, ask: bool) -> None:
    """Warn that production access cannot be removed once real data is stored; a person at a terminal confirms. Raises typer.Abort."""
    if ask:
        typer.confirm(f"{_FOR_GOOD} Continue?", abort=True, err=True)
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
    url: Annotated[str, typer.Argument(help="The address; without one, a page asks people to close it.", metavar="[URL]")] = "",
    data: Data = None,
    database_url: DatabaseUrl = None,
) -> None:
    """Set where people go when they have finished at the consent pages."""
    from bowerbird.domain.access.applications import update_redirect

    address = _address(url)
    with opened(settings_from(data, database_url)) as services:
        if not services.write_now(update_redirect, address, tenant=known_id(application_id)):
            raise unknown(application_id)
        _record(services, "change_redirect", application_id)
    typer.echo(f"{application_id} sends people to {address}" if address else f"{application_id} sends people nowhere")


@app.command("refresh")
def refresh_schedule(
    application_id: ApplicationId,
    every: Annotated[
        str, typer.Argument(help="Hours, `never`, or `default`; without it, what is in force is printed.", metavar="[HOURS]")
    ] = "",
    data: Data = None,
    database_url: DatabaseUrl = None,
) -> None:
    """Print how often an application's connections are refreshed by themselves, or change it."""
    from bowerbird.domain.access.applications import find_application
    from bowerbird.domain.connections.schedule import get_schedule, update_schedule

    with opened(settings_from(data, database_url)) as services:
        if services.read_now(find_application, tenant=known_id(application_id)) is None:
            raise unknown(application_id)
        if every:
            services.write_now(update_schedule, _hours(every), tenant=application_id)
            _record(services, "change_refresh_schedule", application_id)
        schedule = services.read_now(get_schedule, tenant=application_id)
    kinds = (("Live connections", schedule.live_hours), ("Sandbox connections", schedule.sandbox_hours))
    for kind, hours in kinds:
        typer.echo(f"{kind}: {f'every {hours} hours' if hours else 'never'}")


def _hours(text: str) -> int | None:
    """Raises CommandRefused."""
    from bowerbird.domain.connections.schedule import MAX_HOURS

    if text in {"never", "default"}:
        return 0 if text == "never" else None
    if not (text.isascii() and text.isdigit() and 0 < int(text) <= MAX_HOURS):
        raise CommandRefused(f"{text!r} is neither 1 to {MAX_HOURS} hours nor `never` nor `default`")
    return int(text)


@app.command()
def policy(
    application_id: ApplicationId,
    file: Annotated[Path | None, typer.Option("--file", help="The policy for later consents, as this command prints it.")] = None,
    data: Data = None,
    database_url: DatabaseUrl = None,
) -> None:
    """Print an application's consent policy as JSON, or change it."""
    import msgspec

    from bowerbird.domain.access.applications import find_application
    from bowerbird.domain.consents.policies import PolicyNotValid, current_policy, set_policy
    from bowerbird.model.consent import Policy
    from bowerbird.named_files import read_bytes

    with opened(settings_from(data, database_url)) as services:
        if services.read_now(find_application, tenant=known_id(application_id)) is None:
            raise unknown(application_id)
        if file is not None:
            try:
                asked = msgspec.json.decode(read_bytes(file), type=Policy)
                services.write_now(set_policy, asked, tenant=application_id)
                _record(services, "change_policy", application_id)
            except (OSError, msgspec.MsgspecError, PolicyNotValid) as error:
                raise CommandRefused(f"{file} is no policy: {error}") from None
        current = services.read_now(current_policy, tenant=application_id)
    typer.echo(msgspec.json.format(msgspec.json.encode(current), indent=2).decode())


@app.command()
def branding(
    application_id: ApplicationId,
    file: Annotated[Path | None, typer.Option("--file", help="The look of the consent pages, as this command prints it.")] = None,
    logo: Annotated[Path | None, typer.Option("--logo", help="A PNG of at most 64 KiB; an empty file takes the logo away.")] = None,
    data: Data = None,
    database_url: DatabaseUrl = None,
) -> None:
    """Print how the consent pages look for an application and which banks they offer, as JSON, or change it."""
    import msgspec

    from bowerbird.domain.access.applications import find_application
    from bowerbird.domain.consents.branding import BrandingNotValid, update_branding, update_logo
    from bowerbird.model.consent import Branding
    from bowerbird.named_files import read_bytes
    from bowerbird.sdk.pictures import PictureNotValid

    with opened(settings_from(data, database_url)) as services:
        try:
            if file is not None:
                look = msgspec.json.decode(read_bytes(file), type=Branding)
                services.write_now(update_branding, look, tenant=known_id(application_id))
            if logo is not None:
                services.write_now(update_logo, read_bytes(logo), tenant=known_id(application_id))
        except (OSError, msgspec.MsgspecError, BrandingNotValid, PictureNotValid) as error:
            raise CommandRefused(f"{error}") from None
        row = services.read_now(find_application, tenant=known_id(application_id))
        if row is None:
            raise unknown(application_id)
        if file is not None or logo is not None:
            _record(services, "change_branding", application_id)
    typer.echo(msgspec.json.format(msgspec.json.encode(row.branding), indent=2).decode())


@app.command("list")
def list_(data: Data = None, database_url: DatabaseUrl = None, as_json: Json = False) -> None:
    """List all applications."""
    from bowerbird.domain.operators.server import list_applications

    with opened(settings_from(data, database_url)) as services:
        described = [_described(row) for row in list_applications(services)]
    if as_json:
        typer.echo(json.dumps(described))
    elif described:
        print_columns(("APPLICATION ID", "NAME", "ACCESS", "STATE", "CREATED", "PRODUCTS"), (tuple(row.values()) for row in described))
    else:
        typer.echo("No application yet: bowerbird app create NAME")


def _described(row: ApplicationRow) -> dict[str, str]:
    from bowerbird.domain.access.applications import PRODUCTS, TEST_STATEMENTS
    from bowerbird.model.clock import from_milliseconds, wire_time

    products = ",".join(product for product in (*PRODUCTS, TEST_STATEMENTS) if product in row.products)
    return {
        "applicationId": row.id,
        "name": row.name,
        "access": "production" if row.production else "sandbox",
        "state": "disabled" if row.disabled else "active",
        "created": wire_time(from_milliseconds(row.created)),
        "products": "all" if row.products == PRODUCTS.keys() else products or "none",
    }


@app.command()
def receipts(
    application_id: ApplicationId,
    user: Annotated[str, typer.Option(metavar="USER_ID", help="Only those of this user, who is deleted.")] = "",
    data: Data = None,
    database_url: DatabaseUrl = None,
    as_json: Json = False,
) -> None:
    """List the receipts of deleted users, newest first: what was deleted and when, and nothing personal."""
    from bowerbird.domain.consents.receipts import newest_user_deletions, receipts_of_deleted
    from bowerbird.domain.users.own_data import receipt_of

    with opened(settings_from(data, database_url)) as services:
        tenant = known_id(application_id)
        if user:
            found = services.read_now(receipts_of_deleted, user, tenant=tenant)
        else:
            found = services.read_now(newest_user_deletions, _MAX_RECEIPTS, tenant=tenant)
    if as_json:
        typer.echo(json.dumps([receipt_of(row) for row in found]))
        return
    rows = ((row.id, str(receipt_of(row)["deleted_at"]), row.reason, str(row.accounts), str(row.transactions)) for row in found)
    print_columns(("RECEIPT", "DELETED", "REASON", "ACCOUNTS", "TRANSACTIONS"), rows)


@app.command()
def disable(application_id: ApplicationId, data: Data = None, database_url: DatabaseUrl = None) -> None:
    """Refuse every request of an application. Its data stays."""
    _set_disabled(application_id, True, data, database_url)


@app.command()
def enable(application_id: ApplicationId, data: Data = None, database_url: DatabaseUrl = None) -> None:
    """Accept the requests of a disabled application again."""
    _set_disabled(application_id, False, data, database_url)


def _set_disabled(application_id: str, disabled: bool, data: Data, database_url: DatabaseUrl) -> None:
    from bowerbird.domain.access.applications import set_disabled

    with opened(settings_from(data, database_url)) as services:
        if not services.write_now(set_disabled, disabled, tenant=known_id(application_id)):
            raise unknown(application_id)
        _record(services, "disable_application" if disabled else "enable_application", application_id)
    typer.echo(f"{application_id} is {'disabled' if disabled else 'active'}")


def _record(services: Services, action: str, application_id: str) -> None:
    """In the audit, as done on the command line."""
    from bowerbird.domain.operators.audit import AuditAction, record

    services.write_now(record, AuditAction(action, application_id=application_id), tenant=application_id)


def known_id(application_id: str) -> str:
    """The same id. Raises CommandRefused for a text that can be none."""
    from bowerbird.model.ids import is_id

    if not is_id(application_id):
        raise unknown(application_id)
    return application_id


def unknown(application_id: str) -> CommandRefused:
    return CommandRefused(f"no application {application_id}: run `bowerbird app list` to see all")
