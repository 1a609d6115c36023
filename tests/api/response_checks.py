"""What every answer of the server must be, for any request. The API tests' clients hand each of their answers to `judge`."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import cache
from typing import Any, NamedTuple

import httpx2

from bowerbird import codes
from bowerbird.api.description.refusals import refusals_of_operation
from bowerbird.api.routes import OPERATIONS
from bowerbird.sandbox.api.operations import CONTROL_OPERATIONS
from tests.run_summary import COUNTS

PROVOKED = COUNTS["catalogue"]
"""Catalogue entries that real answers carried since the test run began, and how often."""

_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class Refusal(NamedTuple):
    """One error of an answer, as literal text. `source` None: the key is absent."""

    status: int
    code: str
    title: str
    detail: str
    source: dict[str, str] | None = None


class Answer(NamedTuple):
    """An answer however it was fetched; header names in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


def answer_of(response: httpx2.Response) -> Answer:
    return Answer(response.status_code, {name.lower(): value for name, value in response.headers.items()}, response.read())


def watch(response: httpx2.Response) -> None:
    """Hook of a client: judge every answer of the API on arrival."""
    if response.request.method != "HEAD" and not response.request.url.path.startswith("/home"):
        answer = judge(answer_of(response))
        if answer.status >= 400:
            _judge_documented(response.request.method, response.request.url.path, answer)


@cache
def _documented() -> list[tuple[str, re.Pattern[str], frozenset[str]]]:
    """The refusals that the description lists for each operation: method, path, keys of entries."""
    return [
        (
            each.method,
            re.compile(re.sub(r"\\{\w+\\}", "[^/]+", re.escape(each.path))),
            frozenset(entry.key for entry in refusals_of_operation(each)),
        )
        for each in (*OPERATIONS, *CONTROL_OPERATIONS)
    ]


def _judge_documented(method: str, path: str, answer: Answer) -> None:
    """What an operation answers stands in its description, so that a place misnamed in either table is noticed."""
    listed = [keys for of_method, of_path, keys in _documented() if of_method == method and of_path.fullmatch(path)]
    for error in answer.json()["data"] if listed else ():
        entry = codes.matching(answer.status, error["code"], error["title"], error["detail"])
        assert entry is not None
        if entry is not codes.METHOD_NOT_ALLOWED and not entry.of_controls:  # of a path that only looks like it, or of the control plane
            assert entry.key in frozenset().union(*listed), f"{method} {path} is not documented to answer {entry.key}"


def judge(answer: Answer) -> Answer:
    """The answer again, if it is one this server may give."""
    assert _UUID.fullmatch(answer.headers["x-correlation-id"]), answer
    if answer.status == 304:
        assert answer.headers["etag"]
        assert not answer.body
    elif answer.status >= 300:
        _judge_refusal(answer)
    elif answer.headers.get("content-type") == "application/json":
        _judge_steps(answer.json())
    return answer


def _judge_refusal(answer: Answer) -> None:
    assert answer.headers["content-type"] == "application/json", answer
    envelope = answer.json()
    assert list(envelope) == ["type", "correlationId", "data"], envelope
    assert envelope["type"] == "list"
    assert envelope["correlationId"] == answer.headers["x-correlation-id"]
    assert envelope["data"], envelope
    for error in envelope["data"]:
        assert set(error) - {"source"} == {"type", "code", "title", "detail"}, error
        assert error["type"] == "error"
        assert set(error.get("source", {})) <= {"parameter", "pointer"}, error
        assert all(isinstance(value, str) for value in error.get("source", {}).values()), error
        _count(codes.matching(answer.status, error["code"], error["title"], error["detail"]), error)
    assert b"Traceback" not in answer.body


def _judge_steps(body: Any) -> None:
    """Every failed step of every job in a body says what the catalogue says."""
    jobs = body.get("data", []) if isinstance(body, dict) and body.get("type") == "list" else [body]
    for job in jobs if isinstance(jobs, list) else []:
        for step in job.get("steps", []) if isinstance(job, dict) else []:
            if step["status"] == "failed":
                result = step["result"]
                assert list(result) == ["code", "title", "detail"], result
                entry = codes.matching(None, **{"code": result["code"], "title": result["title"], "detail": result["detail"]})
                _count(entry, result)
                assert entry is not None
                assert f"job:{step['title']}" in entry.where, (entry.key, step["title"])


def _count(entry: codes.Entry | None, error: Any) -> None:
    assert entry is not None, f"not of the catalogue: {error}"
    PROVOKED[entry.key] += 1


def refusals_of(response: httpx2.Response | Answer) -> list[Refusal]:
    """All errors of an answer that says no."""
    answer = judge(response if isinstance(response, Answer) else answer_of(response))
    assert answer.status >= 400, (answer.status, answer.body[:500])
    return [Refusal(answer.status, e["code"], e["title"], e["detail"], e.get("source")) for e in answer.json()["data"]]


def refusal_of(response: httpx2.Response | Answer) -> Refusal:
    """The one error of an answer that says no."""
    (only,) = refusals_of(response)
    return only
