"""What the sandbox commands share: a client of a running server's control plane."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from bowerbird import codes
from bowerbird.console import CommandRefused

if TYPE_CHECKING:
    from bowerbird.client import Bowerbird

Url = Annotated[str, typer.Option(metavar="URL", help="The running server, or a fork of it.")]
AdminToken = Annotated[
    str, typer.Option(envvar="BOWERBIRD_ADMIN_TOKEN", metavar="TOKEN", help="Its admin token, where it runs on another machine.")
]
_PATIENCE_SECONDS = 600


@contextmanager
def controls(url: str, admin_token: str) -> Iterator[Bowerbird]:
    """A client of the server. Raises CommandRefused with the detail of a refusal, or with what else answers there."""
    from bowerbird.client import ApiError, Bowerbird, UnexpectedAnswer

    try:
        with Bowerbird(url, admin_token=admin_token, timeout=_PATIENCE_SECONDS) as server:
            yield server
    except UnexpectedAnswer:
        raise CommandRefused(f"what answers at {url} is not Bowerbird: name the server with --url") from None
    except ApiError as refusal:
        if refusal.status == 404 and refusal.detail in ("", codes.PATH_NOT_FOUND.detail):
            raise CommandRefused(f"the server at {url} has no sandbox controls: start it with --sandbox-controls") from None
        raise CommandRefused(refusal.detail or f"what answers at {url} is not Bowerbird: name the server with --url") from None
