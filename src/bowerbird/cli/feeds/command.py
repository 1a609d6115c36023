"""`bowerbird feed`: setup tokens for budgeting apps that speak SimpleFIN, and the feeds that were made with them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated

import typer

from bowerbird.cli.address import find_address
from bowerbird.cli.options import Data, DatabaseUrl, opened, place, program, settings_from
from bowerbird.cli.transactions import OfUser, tenant_of
from bowerbird.console import DEFAULT_URL, CommandRefused, Json, print_columns
from bowerbird.model.reading import PendingRows

if TYPE_CHECKING:
    from bowerbird.domain.feeds.feeds import FeedRow
    from bowerbird.model.json_value import JsonObject
    from bowerbird.settings import Settings

app = typer.Typer(help="What budgeting apps read over SimpleFIN: Actual, Sure, Firefly III and others.", no_args_is_help=True)

FeedId = Annotated[str, typer.Argument(metavar="FEED_ID", help="The feed, from `bowerbird feed list`.")]
Pending = Annotated[PendingRows, typer.Option(help="Whether pending transactions are sent too, where the app asks for them.")]
Called = Annotated[str, typer.Option("--name", metavar="NAME", help="What the app is called in lists.")]
Url = Annotated[
    str | None,
    typer.Option(metavar="URL", help="Where the app reaches the server.", show_default="where the server of this data folder listens"),
]


@app.command()
def create(  # noqa: PLR0917  (each is an option of the command line)
    user: OfUser,
    name: Called = "Budgeting app",
    pending: Pending = PendingRows.POSTED,
    url: Url = None,
    data: Data = None,
    database_url: DatabaseUrl = None,
    as_json: Json = False,
) -> None:
    """Make a feed of a user's accounts and print its setup token, once. The first app that claims it can read what the user shares."""
    from bowerbird.domain.feeds.feeds import CLAIM_DAYS, MAX_FEEDS, TooManyFeeds, create_feed, setup_token
    from bowerbird.domain.operators.audit import AuditAction, beside
    from bowerbird.model.problem import Problem

    settings = settings_from(data, database_url)
    with opened(settings) as services:
        tenant = tenant_of(services, user)
        action = AuditAction("create_feed", application_id=tenant.application_id, user_id=user)
        try:
            key = services.write_now(beside(create_feed, action), name, pending, tenant=tenant)
        except TooManyFeeds:
            raise CommandRefused(f"user {user} has {MAX_FEEDS} feeds already: revoke one with `bowerbird feed revoke`") from None
        except Problem as problem:
            raise CommandRefused(f"user {user}: {problem.detail}") from None
    token = setup_token(_base(settings, url), key)
    if as_json:
        typer.echo(json.dumps({"setupToken": token, "feedId": key.feed_id}))
        return
    typer.echo(token)
    typer.echo(f"Paste it into the app within {CLAIM_DAYS} days; it is shown this once, and one app can claim it.", err=True)
    typer.echo(f"To end the feed: {program()} feed revoke {key.feed_id} --user {user} {place(settings)}", err=True)


def _base(settings: Settings, url: str | None) -> str:
    """Where the app reaches the server; DEFAULT_URL, with a warning, where no server has recorded its address."""
    base = url or find_address(settings) or settings.public_url
    if not base:
        typer.echo(f"No server has recorded its address, so the token assumes {DEFAULT_URL}: name another with --url.", err=True)
    return (base or DEFAULT_URL).rstrip("/")


@app.command("list")
def list_(user: OfUser, data: Data = None, database_url: DatabaseUrl = None, as_json: Json = False) -> None:
    """List a user's feeds: whether an app has claimed each, and when it was read last."""
    from bowerbird.domain.feeds.feeds import list_feeds

    with opened(settings_from(data, database_url)) as services:
        found = [_described(row) for row in services.read_now(list_feeds, tenant=tenant_of(services, user))]
    if as_json:
        typer.echo(json.dumps(found))
        return
    names = ("feedId", "name", "pending", "created", "claimed", "claimedAgain", "lastUsed")
    lines = [[str(row[name] or "-") for name in names] for row in found]
    print_columns(("FEED ID", "APP", "PENDING", "CREATED", "CLAIMED", "TRIED AGAIN", "LAST READ"), lines)


def _described(row: FeedRow) -> JsonObject:
    return {
        "feedId": row.id,
        "name": row.name,
        "pending": row.pending.value,
        "created": _moment(row.created_at_ms),
        "claimed": _moment(row.claimed_at_ms),
        "claimedAgain": _moment(row.claimed_again_at_ms),
        "lastUsed": _moment(row.last_used_at_ms),
    }


def _moment(at_ms: int | None) -> str | None:
    from bowerbird.model.clock import from_milliseconds, wire_time

    return None if at_ms is None else wire_time(from_milliseconds(at_ms))


@app.command()
def revoke(feed_id: FeedId, user: OfUser, data: Data = None, database_url: DatabaseUrl = None) -> None:
    """Revoke a feed: the app that reads it is refused from now on."""
    from bowerbird.domain.feeds.feeds import delete_feed
    from bowerbird.domain.operators.audit import AuditAction, beside

    with opened(settings_from(data, database_url)) as services:
        tenant = tenant_of(services, user)
        action = AuditAction("revoke_feed", application_id=tenant.application_id, user_id=user, subject=feed_id)
        if not services.write_now(beside(delete_feed, action), feed_id, tenant=tenant):
            raise CommandRefused(f"user {user} has no feed {feed_id[:40]}: run `bowerbird feed list` to see all")
    typer.echo(f"{feed_id} is revoked")
