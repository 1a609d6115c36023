"""`bowerbird listen`: an application's events as they happen, printed and forwarded to a developer's own machine."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from bowerbird.console import DEFAULT_URL, CommandRefused, printable

if TYPE_CHECKING:
    from bowerbird.api.schemas import EventView

_FOREVER = 10**9

Key = Annotated[
    str, typer.Option(envvar="BOWERBIRD_API_KEY", metavar="KEY", help="An API key of the application: bowerbird key create makes one.")
]
ForwardTo = Annotated[str | None, typer.Option(metavar="URL", help="Send each event there, signed as a webhook's message is.")]
Types = Annotated[list[str] | None, typer.Option("--type", metavar="TYPE", help="Only this event type. May be given several times.")]
Since = Annotated[str | None, typer.Option(metavar="EVENT_ID", help="Go on behind this event, instead of waiting for the next one.")]
Secret = Annotated[
    str | None, typer.Option(envvar="BOWERBIRD_LISTEN_SECRET", metavar="SECRET", help="Sign with this secret.", show_default="a new one")
]
Url = Annotated[str, typer.Option(metavar="URL", help="The server.")]
Count = Annotated[int, typer.Option(metavar="N", min=1, help="Stop after so many events.", show_default="never")]


def listen(  # noqa: PLR0917  (options are named on the command line)
    key: Key,
    forward_to: ForwardTo = None,
    types: Types = None,
    since: Since = None,
    secret: Secret = None,
    url: Url = DEFAULT_URL,
    count: Count = _FOREVER,
) -> None:
    """Print an application's events as they happen, and forward them to your own machine: no webhook and no public address needed.

    Ctrl-C stops it, and says how to go on from there.
    """
    from bowerbird.cli.client import PATIENCE_SECONDS, greet, sign_in
    from bowerbird.cli.listen.events import Forwarding, Listener
    from bowerbird.client import Bowerbird

    wanted = _checked(types or [])
    with Bowerbird(url, key, timeout=PATIENCE_SECONDS) as server:
        greet(server)
        sign_in(server, "check it")
        forwarding = Forwarding(forward_to, secret) if forward_to else None
        typer.secho(f"Listening for events of {url}. Ctrl-C stops.", bold=True)
        if forwarding is not None:
            typer.echo(f"Forwarding to {forward_to}\nVerify with the secret  {forwarding.secret}")
        listener = Listener(server, wanted)
        last = since
        try:
            for number, event in enumerate(listener.events(since), 1):
                typer.echo(_line(event), nl=forwarding is None)
                outcome = forwarding.send(event) if forwarding is not None else None
                last = event.id
                if outcome is not None:
                    typer.echo(f"  {printable(outcome)}")
                if number >= count:
                    break
        except KeyboardInterrupt:
            typer.echo()
        if last is not None:
            typer.echo(f"To go on from here: bowerbird listen --since {last}")


def _checked(types: list[str]) -> frozenset[str]:
    from bowerbird.model.event import EventType

    known = [str(each) for each in EventType]
    if unknown := sorted(set(types) - set(known)):
        raise CommandRefused(f"there is no event type {unknown[0]}: choose from {', '.join(known)}")
    return frozenset(types or known)


def _line(event: EventView) -> str:
    from urllib.parse import urlsplit

    kind = f"{event.entity}.{event.event_type}"
    return printable(f"{event.created_date}  {kind:22}  {urlsplit(event.data_ref).path}")
