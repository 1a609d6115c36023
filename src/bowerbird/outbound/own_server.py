"""Requests to this server itself, sent as any client would send them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from time import perf_counter
from typing import TYPE_CHECKING
from urllib.parse import quote

if TYPE_CHECKING:
    import httpx2

PATIENCE_SECONDS = 30
_PLAIN = "/~:@!$&'()*+,;=-._"


@dataclass(frozen=True, slots=True)
class ReplayRequest:
    """`path` without escapes, `query` as it was sent."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class ReplayResponse:
    """What came back, in `milliseconds`."""

    status: int
    correlation_id: str
    body: bytes
    milliseconds: float  # not money: a time


class ServerUnreachable(Exception):
    """The server could not be reached at its own public address: it says so, and what to do."""


@contextmanager
def own_server(url: str) -> Iterator[httpx2.Client]:
    """An HTTP client of the server at `url`. Raises ServerUnreachable."""
    import httpx2  # noqa: PLC0415  (slow to import, and seldom used)

    try:
        with httpx2.Client(base_url=url, timeout=PATIENCE_SECONDS, trust_env=False) as http:
            yield http
    except (httpx2.HTTPError, httpx2.InvalidURL, OSError) as error:
        what = f"This server could not be reached at {url}: {error}. Set BOWERBIRD_PUBLIC_URL to an address it answers at."
        raise ServerUnreachable(what) from error


def send_again(url: str, request: ReplayRequest) -> ReplayResponse:
    """Send a request to the server at `url`. Raises ServerUnreachable."""
    target = url + quote(request.path, safe=_PLAIN) + (f"?{request.query}" if request.query else "")
    started = perf_counter()
    with own_server(url) as http:
        answer = http.request(request.method, target, headers=dict(request.headers), content=request.body or None)
    milliseconds = round((perf_counter() - started) * 1000, 2)
    return ReplayResponse(answer.status_code, answer.headers.get("x-correlation-id", ""), answer.content, milliseconds)
