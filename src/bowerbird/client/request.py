"""A request before it is sent and an answer after it has come: what both clients share, without a socket."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Generic, TypeVar
from urllib.parse import quote

import httpx2
import msgspec

from bowerbird import codes
from bowerbird.client.failures import ApiError, ChallengeAsked, JobFailed, UnexpectedAnswer

T = TypeVar("T")

VERSION_HEADER, VERSION = "basiq-version", "3.0"
TOKEN_MARGIN_SECONDS = 30
"""A token is fetched anew when it has less than this left."""


@dataclass(frozen=True, slots=True)
class Request(Generic[T]):
    """One call: `answer` is the type of what comes back. `access` is who calls: "public", "token" or "control"."""

    method: str
    path: str
    answer: Any
    access: str = "token"
    query: Mapping[str, Any] = field(default_factory=dict)
    body: Any = None
    file: tuple[str, bytes] | None = None


def path(pattern: str, **ids: str) -> str:
    """A path with its ids put in, whatever characters they have."""
    return pattern.format_map({name: quote(value, safe="") for name, value in ids.items()})


def given(shape: Any, **values: Any) -> Any:
    """A body of what was given; what is None was not."""
    return shape(**{name: value for name, value in values.items() if value is not None})


def arguments(request: Request[Any], headers: Mapping[str, str]) -> dict[str, Any]:
    """A request as httpx2 takes it. What is None in the query was not given."""
    query = {name: value for name, value in request.query.items() if value is not None}
    found: dict[str, Any] = {"method": request.method, "url": request.path, "params": query, "headers": dict(headers)}
    if request.file is not None:
        found["data"], found["files"] = request.body, {"statement": request.file}
    elif request.body is not None:
        found["content"] = msgspec.json.encode(request.body)
        found["headers"]["Content-Type"] = "application/json"
    return found


def read(response: httpx2.Response, answer: Any) -> Any:
    """What an answer holds. Raises ApiError for a refusal, UnexpectedAnswer for what has not the shape."""
    if response.is_error:
        raise refused(response)
    if answer is None:
        return None
    if answer is str:
        return response.text
    try:
        return _decoder(answer).decode(response.content)
    except (msgspec.DecodeError, msgspec.ValidationError) as error:
        raise UnexpectedAnswer(f"{response.request.method} {response.request.url.path} answered {response.status_code}: {error}") from error


@lru_cache(maxsize=256)
def _decoder(answer: Any) -> msgspec.json.Decoder[Any]:
    return msgspec.json.Decoder(answer, strict=False)


def lapsed(response: httpx2.Response) -> bool:
    """Whether the token was what a service did not like: another one may do."""
    if response.status_code not in (codes.INVALID_TOKEN.http, codes.TOKEN_EXPIRED.http):
        return False
    why = refused(response)
    return why.code == codes.INVALID_TOKEN.code or codes.TOKEN_EXPIRED.says(why.title, why.detail)


def refused(response: httpx2.Response) -> ApiError:
    waited = response.headers.get("Retry-After", "")
    retry_after = int(waited) if waited.isdigit() else None
    try:
        envelope = msgspec.json.decode(response.content)
        return ApiError(response.status_code, list(envelope["data"]), str(envelope.get("correlationId", "")), retry_after)
    except (msgspec.DecodeError, KeyError, TypeError, AttributeError):
        return ApiError(response.status_code, [], "", retry_after)


def ended(job: Any) -> bool:
    """Whether nothing more happens to a job by itself. Raises JobFailed for one that failed."""
    for step in job.steps:
        if step.status == "failed":
            result = step.result
            raise JobFailed(job.id, step.title, result.code or "", result.title or "", result.detail or "")
    return all(step.status == "success" for step in job.steps)


def challenge_of(job: Any) -> ChallengeAsked | None:
    """What a bank asks the person, while the job waits for it."""
    for step in job.steps:
        result = step.result
        if step.status == "in-progress" and result is not None and result.type == "mfa":
            return ChallengeAsked(job.id, result.method or "", result.description or "", list(result.input or ()))
    return None
