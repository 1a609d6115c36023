"""`bowerbird home`: a server for one household, whose dashboard opens on its own accounts."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bowerbird import __version__
from bowerbird.cli.options import settings_from
from bowerbird.cli.serve import Port, PublicUrl, answer, bind, first_steps, url_of
from bowerbird.console import CommandRefused

if TYPE_CHECKING:
    from bowerbird.cli.welcome import FirstSteps
    from bowerbird.domain.access.applications import NewKey
    from bowerbird.domain.access.tenant import Tenant
    from bowerbird.domain.services import Services, Session

_NAME = "Home"
_FACT = "household"
"""Among the facts of a database: the id of the household's application, written when that is made."""
_FOLDER = Path(".local") / "share" / "bowerbird"

Folder = Annotated[
    Path | None,
    typer.Option("--data", metavar="DIR", help="Folder of the household's data.", show_default="~/.local/share/bowerbird"),
]


def home(data: Folder = None, port: Port = 8000, public_url: PublicUrl = None) -> None:
    """Serve one household from a folder of its own, on this machine only: statements, charts, exports, budgeting apps."""
    from bowerbird.cli import processes
    from bowerbird.logs import configure_logs
    from bowerbird.statements.pdf.issuers import ANOTHER_BANK
    from bowerbird.wiring.services import open_services

    folder = data or Path.home() / _FOLDER
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    settings = settings_from(folder, None, public_url, sandbox_controls=False, owners_need_totp="no")
    if settings.database_url:
        raise CommandRefused("a household has a folder and no shared database: unset BOWERBIRD_DATABASE_URL, or use `bowerbird serve`")
    with bind("127.0.0.1", port) as listener:
        configure_logs(settings.log_level, settings.log_format)
        processes.prepare_process()
        url = (settings.public_url or url_of(listener)).rstrip("/")
        services = open_services(settings, alone=True)
        services.institutions = services.institutions.with_enabled(ANOTHER_BANK)
        opening = first_steps(services, settings, url, _create_application)
        services.household = _household(services, opening, folder)
        answer(services, opening, listener, _print_welcome)


def _create_application(session: Session) -> NewKey:
    """The household's one application: it may store real statements. Nothing shows its key, which opens the API all the same."""
    from bowerbird.domain.access.applications import create_application
    from bowerbird.storage.database.metadata import put_fact

    made = create_application(session, _NAME, production=True, products="all")
    put_fact(session.uow, _FACT, made.application_id.encode())
    return made


def _household(services: Services, opening: FirstSteps, folder: Path) -> Tenant:
    """The one user of the folder, made on the first start. Raises CommandRefused where the folder is another server's."""
    from bowerbird.domain.access.tenant import Tenant

    if services.read_now(_application_id, tenant=opening.application_id) != opening.application_id:
        raise CommandRefused(f"{folder} holds the data of `bowerbird serve`: name another folder with --data, or serve this one with it")
    user_id = services.write_now(_find_or_create_user, tenant=opening.application_id)
    return Tenant(opening.application_id, user_id)


def _application_id(session: Session) -> str:
    """The application of the household whose database this is; empty where it is another server's."""
    from bowerbird.storage.database.metadata import find_fact

    return (find_fact(session.uow, _FACT) or b"").decode()


def _find_or_create_user(session: Session) -> str:
    from bowerbird.domain.users.users import UserDetails, create_user, newest_users

    for user in newest_users(session, None, 1):
        return user.id
    return create_user(session, UserDetails(email="household@home.test", first_name="Home"))[0]


def _print_welcome(opening: FirstSteps) -> None:
    typer.echo("")
    typer.secho(f"Bowerbird {__version__} is ready for your household", bold=True)
    typer.echo("")
    if opening.link:
        typer.echo(f"  Open {opening.url}/dashboard/link/{opening.link}")
        typer.echo("  It works once: choose a name and a password there.")
    else:
        typer.echo(f"  Open {opening.url}/dashboard")
    typer.echo(f"  Everything is stored in {opening.settings.data}: back that folder up.")
    typer.echo("")
    typer.echo("Ctrl-C stops the server.")
