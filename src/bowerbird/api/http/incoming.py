"""What a request brings: its headers by name, its body piece by piece."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from typing import Any

from litestar import Request
from litestar.exceptions import InternalServerException

from bowerbird import codes
from bowerbird.api.http.request_queue import Slot
from bowerbird.model.problem import Problem


async def chunks_of(request: Request[Any, Any, Any], slot: Slot) -> AsyncIterator[bytes]:
    """The body as it arrives. A client that disconnects before its end is no internal error."""
    try:
        async for chunk in request.stream():
            slot.hold(len(chunk))
            yield chunk
    except InternalServerException as error:
        raise Problem(codes.INVALID_HTTP) from error


def headers_of(lines: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    """Headers by name in lower case; one that came on several lines is the list it stands for (RFC 9110, 5.3)."""
    raw = list(lines)
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in raw}
    if len(headers) < len(raw):
        for name in headers:
            headers[name] = ", ".join(value.decode("latin-1") for other, value in raw if other.decode("latin-1") == name)
    return headers
