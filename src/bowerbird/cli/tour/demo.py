"""`bowerbird demo`: the whole main job against a running server, and whose key it takes for that."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from bowerbird.cli.options import Data, DatabaseUrl, opened, place, settings_from
from bowerbird.console import DEFAULT_URL, CommandRefused

if TYPE_CHECKING:
    from bowerbird.domain.access.applications import NewKey
    from bowerbird.domain.services import Session
    from bowerbird.settings import Settings

APPLICATION = "Bowerbird demo"

Url = Annotated[str, typer.Option(metavar="URL", help="The server.")]
Key = Annotated[str | None, typer.Option(envvar="BOWERBIRD_API_KEY", metavar="KEY", help="An API key, instead of one of its own.")]
Keep = Annotated[bool, typer.Option("--keep", help="Leave the user it makes, with accounts and transactions, on the server.")]


def demo(url: Url = DEFAULT_URL, key: Key = None, data: Data = None, database_url: DatabaseUrl = None, keep: Keep = False) -> None:
    """Walk the main job against a running server: token, user, banks, accounts, transactions, a CSV statement.

    Without --key it makes an application of its own in the server's database, which it finds by --data (or --database-url), uses a
    key that it revokes at the end, and removes the user it made.
    """
    from bowerbird.cli.client import PATIENCE_SECONDS, greet, sign_in
    from bowerbird.cli.tour.screen import Screen
    from bowerbird.cli.tour.walk import walk
    from bowerbird.client import ApiError, Bowerbird

    settings = settings_from(data, database_url)
    try:
        with Bowerbird(url, timeout=PATIENCE_SECONDS) as server:
            greet(server)
            with _key(settings, key) as server.key:
                advice = (
                    f"it does not use {place(settings)}: name its folder with --data DIR" if key is None else "check it, or leave --key out"
                )
                walk(server, Screen(), sign_in(server, advice), keep=keep)
    except ApiError as refusal:
        raise CommandRefused(f"the server at {url} refused what the demo asked: {refusal}") from refusal


@contextmanager
def _key(settings: Settings, given: str | None) -> Iterator[str]:
    if given:
        yield given
        return
    from bowerbird.domain.access.applications import revoke_key
    from bowerbird.storage.database.unit_of_work import EVERY_TENANT
    from bowerbird.wiring.services import database_file

    if not settings.database_url and not database_file(settings).exists():
        raise CommandRefused(
            f"the server's database is not in {settings.data}: name its folder with --data DIR, or give a key with --key KEY"
        )
    with opened(settings) as services:
        made = services.write_now(_own_key, tenant=EVERY_TENANT)
        try:
            yield made.secret
        finally:
            services.write_now(revoke_key, made.key_id, tenant=made.application_id)


def _own_key(session: Session) -> NewKey:
    """A key of the demo's application, which exists once however often the demo runs: of the sandbox, and allowed to upload statements."""
    from bowerbird.domain.access.applications import TEST_STATEMENTS, create_application, create_key
    from bowerbird.domain.access.real_data import why_closed
    from bowerbird.storage.rows.applications import all_applications

    if reason := why_closed(session.uow):
        raise CommandRefused(f"the demo stores made-up people and statements, so it runs in a sandbox. {reason}")
    for row in all_applications(session.uow):
        if row.name == APPLICATION and TEST_STATEMENTS in row.products and not row.disabled:
            return create_key(session.in_application(row.id))
    return create_application(session, APPLICATION, production=False, products="all", test_statements_allowed=True)
