"""What the sandbox commands share: a client of a running server's control plane."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bowerbird import codes
from bowerbird.console import CommandRefused

if TYPE_CHECKING:
    import httpx2

Url = Annotated[str, typer.Option(metavar="URL", help="The running server, or a fork of it.")]
AdminToken = Annotated[
    str, typer.Option(envvar="BOWERBIRD_ADMIN_TOKEN", metavar="TOKEN", help="Its admin token, where it runs on another machine.")
]
_PATIENCE_SECONDS = 600


@contextmanager
def controls(url: str) -> Iterator[httpx2.Client]:
    """A client of the server. Raises CommandRefused where none answers."""
    import httpx2

    try:
        with httpx2.Client(base_url=url, timeout=_PATIENCE_SECONDS, trust_env=False) as http:
            yield http
    except (httpx2.InvalidURL, httpx2.UnsupportedProtocol):
        raise CommandRefused(f"{url} is not an address: write it as http://127.0.0.1:8000") from None
    except httpx2.TransportError:
        raise CommandRefused(f"no server answers at {url}. Start one in another terminal (make run), or name it with --url.") from None


def _is_unknown_path(answer: httpx2.Response) -> bool:
    """Whether what answers has no control plane: no Bowerbird, or one without the controls."""
    try:
        return bool(answer.json()["data"][0]["detail"] == codes.PATH_NOT_FOUND.detail)
    except (ValueError, KeyError, IndexError, TypeError):
        return True


def ask(http: httpx2.Client, admin: str, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
    """An answer of the control plane, None where it has no body. Raises CommandRefused with the detail of a refusal."""
    headers = {"Authorization": f"Bearer {admin}"} if admin else {}
    answer = http.request(method, f"/_bowerbird{path}", headers=headers, json=body)
    if answer.status_code == 404 and _is_unknown_path(answer):
        raise CommandRefused(f"the server at {http.base_url} has no sandbox controls: start it with --sandbox-controls")
    if not answer.is_error:
        return answer.json() if answer.content else None
    try:
        detail = str(answer.json()["data"][0]["detail"])
    except (ValueError, KeyError, IndexError, TypeError):
        raise CommandRefused(f"what answers at {http.base_url} is not Bowerbird: name the server with --url") from None
    raise CommandRefused(detail)
