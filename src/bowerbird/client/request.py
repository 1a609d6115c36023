"""Requests before they are sent and answers after they arrive: what both clients share, without a socket."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Generic, TypeAlias, TypeVar, cast
from urllib.parse import quote

import httpx2
import msgspec

from bowerbird import codes
from bowerbird.api.schemas import JobView, StepResult
from bowerbird.client.failures import ApiError, ChallengeAsked, JobFailed, UnexpectedAnswer

T = TypeVar("T")
B = TypeVar("B")

Shape: TypeAlias = Any
"""The type of an answer: a Struct, a union, dict, str or None."""
Decoder: TypeAlias = msgspec.json.Decoder[Any]
HttpArguments: TypeAlias = dict[str, Any]
"""The arguments of a request of httpx2."""

VERSION_HEADER, VERSION = "basiq-version", "3.0"
TOKEN_MARGIN_SECONDS = 30
"""A token is renewed when it is valid for less than this."""


@dataclass(frozen=True, slots=True)
class Request(Generic[T]):
    """One call: `answer` is the type of what comes back. `access` is who calls: "public", "token" or "control"."""

    method: str
    path: str
    answer: Shape
    access: str = "token"
    query: Mapping[str, Any] = field(default_factory=dict)
    body: Any = None
    file: tuple[str, bytes] | None = None


def path(pattern: str, **ids: str) -> str:
    """A path with its ids filled in, percent-encoded. Raises ValueError for an id that would lead to another path, such as `..`."""
    for name, value in ids.items():
        if not value.strip("."):
            raise ValueError(f"{name}={value!r} is no id: it would name something else")
    return pattern.format_map({name: quote(value, safe="") for name, value in ids.items()})


def given(shape: type[B], **values: Any) -> B:
    """A body of the values that are given; None means not given."""
    return shape(**{name: value for name, value in values.items() if value is not None})


def arguments(request: Request[T], headers: Mapping[str, str]) -> HttpArguments:
    """A request as httpx2 takes it. None in the query means not given."""
    query = {name: value for name, value in request.query.items() if value is not None}
    http: HttpArguments = {"method": request.method, "url": request.path, "params": query, "headers": dict(headers)}
    if request.file is not None:
        http["data"], http["files"] = request.body, {"statement": request.file}
    elif request.body is not None:
        http["content"] = msgspec.json.encode(request.body)
        http["headers"]["Content-Type"] = "application/json"
    return http


def read(response: httpx2.Response, answer: type[T]) -> T:
    """The decoded answer. Raises ApiError for a refusal, UnexpectedAnswer for an answer of another shape."""
    if response.is_error:
        raise refused(response)
    if answer is None or answer is str:
        return cast("T", None if answer is None else response.text)
    try:
        return cast("T", _decoder(cast("Hashable", answer)).decode(response.content))
    except (msgspec.DecodeError, msgspec.ValidationError) as error:
        raise UnexpectedAnswer(f"{response.request.method} {response.request.url.path} answered {response.status_code}: {error}") from error


@lru_cache(maxsize=256)
def _decoder(answer: Hashable) -> Decoder:
    return msgspec.json.Decoder(answer, strict=False)


def lapsed(response: httpx2.Response) -> bool:
    """Whether the service refused the token, so that another one may be accepted."""
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
    except (msgspec.DecodeError, RecursionError, KeyError, TypeError, AttributeError):
        return ApiError(response.status_code, [], "", retry_after)


def ended(job: JobView) -> bool:
    """Whether a job has succeeded. Raises JobFailed for one that failed."""
    for step in job.steps:
        if step.status == "failed":
            result = step.result or StepResult()
            raise JobFailed(job.id, step.title, result.code or "", result.title or "", result.detail or "")
    return all(step.status == "success" for step in job.steps)


def challenge_of(job: JobView) -> ChallengeAsked | None:
    """What a bank asks the person, while the job waits for it."""
    for step in job.steps:
        result = step.result
        if step.status == "in-progress" and result is not None and result.type == "mfa":
            return ChallengeAsked(job.id, result.method or "", result.description or "", list(result.input or ()))
    return None
