"""Two answers of a worker over HTTP, for whoever restarts what has stopped: /healthz, it lives; /readyz, it reaches the database."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress

_PATIENCE_SECONDS = 5
_LONGEST_LINE = 1024


async def serve_health(host: str, port: int, is_ready: Callable[[], bool]) -> asyncio.Server:
    """Answer until the server is closed."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError, TimeoutError, ValueError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            line = await asyncio.wait_for(reader.readuntil(b"\n"), _PATIENCE_SECONDS)
            path = (line.split() + [b"", b""])[1]
            status = {b"/healthz": "200 OK", b"/readyz": "200 OK" if is_ready() else "503 Service Unavailable"}.get(path, "404 Not Found")
            writer.write(f"HTTP/1.1 {status}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n".encode())
            await asyncio.wait_for(writer.drain(), _PATIENCE_SECONDS)
        writer.close()

    return await asyncio.start_server(answer, host, port, limit=_LONGEST_LINE)
