"""HTTP as a connector sees it: requests, responses, and the one table from what a bank answers to the failure that a job ends with.

The server sends the requests: through its address guard, to the hosts that the connector names, within a size and the time of the step.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Protocol, TypeVar

import msgspec

from bowerbird.sdk.failures import (
    Failure,
    Gone,
    InvalidCredentials,
    Maintenance,
    NotUnderstood,
    RateLimited,
    Unavailable,
    UserActionRequired,
)

T = TypeVar("T")

DEFAULT_WAIT_S = 3600
"""What a bank that refuses with 429 and does not say for how long is left alone for."""


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """A request of a connector. `url` is absolute; `headers` may hold a secret, so that `repr` shows none of it."""

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    def __repr__(self) -> str:
        return f"HttpRequest({self.method}, ***)"


@dataclass(frozen=True, slots=True)
class HttpResponse:
    """What a bank answers. Names of headers are in lower case."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    def __repr__(self) -> str:
        return f"HttpResponse({self.status}, {len(self.body)} bytes)"

    def read(self, kind: type[T]) -> T:
        """The body as JSON of a kind that msgspec knows. Raises NotUnderstood."""
        try:
            return msgspec.json.decode(self.body, type=kind)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise NotUnderstood("the body is not the JSON that is expected") from error


class HttpClient(Protocol):
    def send(self, request: HttpRequest) -> HttpResponse:
        """Send a request and read the whole answer of any status; a redirect is not followed.

        Raises Unavailable where there is no answer, NotUnderstood where the URL may not be asked or the answer is too large.
        """
        ...


class NoHttp:
    """The client of a connector that names no hosts."""

    def send(self, _request: HttpRequest) -> HttpResponse:
        raise NotUnderstood("the connector has no `upstream`, which names the hosts that it asks")


def fetch_json(http: HttpClient, request: HttpRequest, kind: type[T], now: datetime) -> T:
    """Send a request and read its answer as JSON. Raises the Failure of `failure_of`, and NotUnderstood."""
    response = http.send(request)
    failure = failure_of(response, now)
    if failure is not None:
        raise failure
    return response.read(kind)


def failure_of(response: HttpResponse, now: datetime) -> Failure | None:
    """What an answer means for a job, None for success: the one table of it. A connector that knows more raises its own first."""
    status = response.status
    if 200 <= status < 300:
        return None
    wait_s = retry_after_s(response, now)
    if status == 429:
        return RateLimited(DEFAULT_WAIT_S if wait_s is None else wait_s)
    if status == 503 and wait_s is not None:
        return Maintenance(f"status {status}")
    return _BY_STATUS.get(status, Unavailable if status >= 500 else NotUnderstood)(f"status {status}")


_BY_STATUS: Mapping[int, type[Failure]] = {
    401: InvalidCredentials,
    402: UserActionRequired,
    403: UserActionRequired,
    404: Gone,
    408: Unavailable,
    410: Gone,
}


def retry_after_s(response: HttpResponse, now: datetime) -> int | None:
    """The seconds that an answer asks to wait, by its Retry-After; None where it does not say, or says it unreadably."""
    text = response.headers.get("retry-after", "").strip()
    if text.isascii() and text.isdigit():
        return int(text[:9])
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max(0, round((moment - now).total_seconds()))
