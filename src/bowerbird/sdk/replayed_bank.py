"""A bank that answers from a sample, and what may go wrong at any of its answers. Only the conformance kit imports it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from urllib.parse import parse_qsl

import msgspec

from bowerbird.sdk.failures import Failure, NotUnderstood, Unavailable
from bowerbird.sdk.http import HttpRequest, HttpResponse


class RecordedAnswer(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A request that a connector sends, and the bank's answer: `json`, else `body` as text."""

    url: str
    method: str = "GET"
    status: int = 200
    headers: dict[str, str] = {}
    json: msgspec.Raw = msgspec.Raw(b"")
    body: str = ""

    def response(self) -> HttpResponse:
        return HttpResponse(self.status, self.headers, bytes(self.json) or self.body.encode())


@dataclass(frozen=True, slots=True)
class UpstreamFault:
    """Something that goes wrong at an answer: another answer, a failure to answer, or the right one cut or changed.

    `may_pass`: a connector may read such an answer: it says nothing that it needs, or that there is no older data.
    """

    name: str
    response: HttpResponse | None = None
    raised: type[Failure] | None = None
    kept_bytes: int | None = None
    may_pass: bool = False

    def answer(self, right: HttpResponse) -> HttpResponse:
        if self.raised is not None:
            raise self.raised(self.name)
        if self.kept_bytes is not None:
            return HttpResponse(right.status, right.headers, right.body[: self.kept_bytes])
        return self.response or right

    def is_expected(self, outcome: Exception | None) -> bool:
        if outcome is None:
            return self.may_pass
        return isinstance(outcome, Failure)


def _status(status: int, **headers: str) -> UpstreamFault:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    shown = "".join(f" {name}: {value}" for name, value in named.items())
    return UpstreamFault(f"{status}{shown}", HttpResponse(status, named, b"{}"), may_pass=status == 410)


UPSTREAM_FAULTS: Sequence[UpstreamFault] = (
    *(_status(status) for status in (400, 401, 402, 403, 404, 405, 408, 409, 410, 418, 422, 429, 500, 501, 502, 503, 504, 520)),
    _status(429, retry_after="7"),
    _status(429, retry_after="Wed, 01 Jan 2031 00:00:00 GMT"),
    _status(429, retry_after="soon"),
    _status(503, retry_after="120"),
    _status(301, location="http://169.254.169.254/latest/meta-data"),
    _status(302, location="https://example.com/"),
    _status(307, location="/"),
    UpstreamFault("no answer", raised=Unavailable),
    UpstreamFault("an answer that is too large", raised=NotUnderstood),
    UpstreamFault("half an answer", kept_bytes=20),
    UpstreamFault("an empty answer", kept_bytes=0),
    UpstreamFault("a page of HTML", HttpResponse(200, {"content-type": "text/html"}, b"<html>We will be back</html>")),
    UpstreamFault("null", HttpResponse(200, {}, b"null")),
    UpstreamFault("a list", HttpResponse(200, {}, b"[[]]")),
    UpstreamFault("bytes that are no text", HttpResponse(200, {}, b"\xff\xfe{")),
    UpstreamFault("NaN", HttpResponse(200, {}, b'{"data": NaN}')),
    UpstreamFault("another shape", HttpResponse(200, {}, b'{"errors": [{"title": "No"}]}'), may_pass=True),
)


@dataclass(slots=True)
class ReplayedBank:
    """Answers what a sample lists: several answers to one request in their order, the last of them as often as it is asked.

    The request number `nth` meets the fault instead.

    With `by_path` a request that the sample does not list is answered as one of the same path: the first of those that have most of
    its query.
    """

    exchanges: Sequence[RecordedAnswer]
    nth: int | None = None
    fault: UpstreamFault | None = None
    by_path: bool = False
    sent: int = 0
    _answers: dict[tuple[str, str], list[RecordedAnswer]] = field(init=False)

    def __post_init__(self) -> None:
        self._answers = {}
        for exchange in self.exchanges:
            self._answers.setdefault((exchange.method, exchange.url), []).append(exchange)

    def send(self, request: HttpRequest) -> HttpResponse:
        """Raises AssertionError for a request that the sample does not list."""
        listed = self._answers.get((request.method, request.url), [])
        found = (listed.pop(0) if len(listed) > 1 else listed[0]) if listed else self._nearest(request) if self.by_path else None
        if found is None:
            raise AssertionError(f"the sample lists no answer to {request.method} {request.url}")
        self.sent += 1
        if self.fault is not None and self.sent - 1 == self.nth:
            return self.fault.answer(found.response())
        return found.response()

    def _nearest(self, request: HttpRequest) -> RecordedAnswer | None:
        path, query = _divided(request.url)
        same = [each for each in self.exchanges if each.method == request.method and _divided(each.url)[0] == path]
        return max(same, key=lambda each: len(query & _divided(each.url)[1]), default=None)


def _divided(url: str) -> tuple[str, frozenset[tuple[str, str]]]:
    """A URL up to its query, and the parameters of that."""
    path, _, query = url.partition("?")
    return path, frozenset(parse_qsl(query, keep_blank_values=True))
