"""`bowerbird mcp`: lets an assistant read a user's accounts, over standard input and output."""

from __future__ import annotations

from importlib.util import find_spec
from typing import Annotated

import typer

from bowerbird.console import DEFAULT_URL, CommandRefused

Key = Annotated[
    str,
    typer.Option(
        envvar="BOWERBIRD_KEY", metavar="KEY", help="An API key of the application: bowerbird key create makes one.", show_default=False
    ),
]
Url = Annotated[str, typer.Option(metavar="URL", help="Where the server is reached.")]
OfUser = Annotated[str, typer.Option("--user", metavar="USER_ID", help="Whose accounts the assistant may read: no other user's.")]


def mcp(key: Key, user: OfUser, url: Url = DEFAULT_URL) -> None:
    """Serve one user's accounts to an assistant over standard input and output, read-only. Needs the extra: pip install 'PATH[mcp]'."""
    from bowerbird.cli.client import greet, sign_in
    from bowerbird.client import Bowerbird

    if find_spec("mcp") is None:
        raise CommandRefused("what assistants speak is not installed: install the program with its extra, as in pip install 'PATH[mcp]'")
    with Bowerbird(url, key) as server:
        greet(server)
        sign_in(server, "name one of its applications' keys with --key")
        server.get_user(user)
    from bowerbird.cli.mcp.tools import build

    build(url, key, user).run()
