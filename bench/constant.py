"""The floors of the cached page: the same bytes from a constant, through the same framework and server, and through the server alone."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import uvicorn
from litestar import Litestar, Response, get

from bowerbird.api.http.server import server_config


def framework_app(body: bytes) -> Any:
    """A handler of the framework that returns one constant."""

    @get("/{rest:path}", sync_to_thread=False)
    async def answer(rest: str) -> Response[bytes]:
        return Response(body, media_type="application/json")

    return Litestar([answer], openapi_config=None, logging_config=None)


def bare_app(body: bytes) -> Any:
    """No framework at all: two messages to the server."""
    head = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    start = {"type": "http.response.start", "status": 200, "headers": head}
    content = {"type": "http.response.body", "body": body}

    async def answer(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            await _lifespan(receive, send)
            return
        await send(start)
        await send(content)

    return answer


async def _lifespan(receive: Any, send: Any) -> None:
    while True:
        message = await receive()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return


def main() -> None:
    """`python -m bench.constant framework|bare FILE PORT`"""
    kind, file, port = sys.argv[1:]
    app = {"framework": framework_app, "bare": bare_app}[kind](Path(file).read_bytes())
    uvicorn.Server(server_config(app, "127.0.0.1", int(port))).run()


if __name__ == "__main__":
    main()
