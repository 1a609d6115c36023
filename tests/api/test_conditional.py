"""Answers that are compressed, and not sent again to a client that has them."""

from __future__ import annotations

import zlib
from typing import NamedTuple

import httpx2
import pytest
import zstandard

from bowerbird.api.http.representation import coding_of
from bowerbird.api.http.response import ApiResponse, PageCache, PageKey
from bowerbird.api.operation import Access, Operation
from bowerbird.api.routes import OPERATIONS
from tests.api.fixtures import Fixtures, body_of, path_of

CONDITIONAL = [operation for operation in OPERATIONS if operation.is_conditional]
OTHERS = [operation for operation in OPERATIONS if operation.method == "GET" and not operation.is_conditional]


@pytest.mark.parametrize("operation", CONDITIONAL, ids=lambda each: each.name)
def test_what_a_client_has_is_not_sent_again(fixtures: Fixtures, operation: Operation) -> None:
    first = fixtures.call(operation.name)
    etag = first.headers["etag"]
    varies = "Accept, Accept-Encoding" if operation.also else "Accept-Encoding"
    assert (first.headers["cache-control"], first.headers["vary"]) == ("private, no-cache", varies)
    for had in (etag, etag.removeprefix("W/"), f'"other", {etag}', "*"):
        again = fixtures.call(operation.name, headers={"If-None-Match": had})
        assert (again.status_code, again.content) == (304, b"")
        assert (again.headers["etag"], again.headers["cache-control"]) == (etag, "private, no-cache")
        assert "content-type" not in again.headers
        assert "content-length" not in again.headers
    assert fixtures.call(operation.name, headers={"If-None-Match": '"other"'}).content == first.content


@pytest.mark.parametrize("operation", CONDITIONAL, ids=lambda each: each.name)
def test_every_coding_is_the_same_answer(fixtures: Fixtures, operation: Operation) -> None:
    plain, *coded = (raw(fixtures, operation, coding) for coding in ("identity", "gzip", "zstd"))
    assert "content-encoding" not in plain.headers
    for answer, decode in zip(coded, (decoded_gzip, zstandard.ZstdDecompressor().decompress), strict=True):
        body = answer.content
        assert (decode(body) if "content-encoding" in answer.headers else body) == plain.content
        assert answer.headers["etag"] == plain.headers["etag"]
        assert int(answer.headers["content-length"]) == len(body)
        assert ("content-encoding" in answer.headers) is (len(plain.content) >= 1_400)


@pytest.mark.parametrize("operation", OTHERS, ids=lambda each: each.name)
def test_nothing_else_is_compressed_or_kept(fixtures: Fixtures, operation: Operation) -> None:
    """Secrets, and what needs no token: compressed with what a stranger chose, its length would tell."""
    answer = fixtures.call(operation.name, headers={"If-None-Match": "*", "Accept-Encoding": "gzip, zstd"})
    assert answer.status_code == 200
    assert not {"etag", "content-encoding"} & set(answer.headers)
    assert operation.secret or operation.access is Access.PUBLIC


def test_a_refusal_is_neither(fixtures: Fixtures) -> None:
    answer = fixtures.app.get("/users/me", headers={"If-None-Match": "*", "Accept-Encoding": "gzip"})
    assert answer.status_code == 400
    assert not {"etag", "content-encoding"} & set(answer.headers)


def test_a_change_is_sent(fixtures: Fixtures) -> None:
    user = fixtures.app.new_user()
    had = {"If-None-Match": fixtures.app.get(f"/users/{user}").headers["etag"]}
    assert fixtures.app.get(f"/users/{user}", headers=had).status_code == 304
    assert fixtures.app.post(f"/users/{user}", json={"firstName": "Gavin"}).status_code == 200
    assert fixtures.app.get(f"/users/{user}", headers=had).json()["firstName"] == "Gavin"
    assert fixtures.app.delete(f"/users/{user}").status_code == 204
    assert fixtures.app.get(f"/users/{user}", headers=had).status_code == 404


def test_a_page_of_another_origin_sees_on_what_an_answer_depends(fixtures: Fixtures) -> None:
    answer = fixtures.app.get("/institutions", headers={"Origin": "https://example.com"})
    assert "ETag" in answer.headers["access-control-expose-headers"]
    assert answer.headers["vary"].startswith("Accept-Encoding")


@pytest.mark.parametrize(
    ("header", "coding"),
    [
        ("", ""), ("gzip", "gzip"), ("gzip, deflate, br, zstd", "zstd"), ("gzip;q=0", ""), ("gzip; q=0.000, zstd;q=0", ""), ("*", "zstd"),
        ("*;q=0", ""), ("zstd;q=0, *", "gzip"), ("identity", ""), ("GZIP;q=0.5", "gzip"), (";;,,q=", ""),
    ],
)  # fmt: skip
def test_the_coding_of_a_header(header: str, coding: str) -> None:
    assert coding_of(header) == coding


def test_pages_are_held_within_bounds_and_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    pages = PageCache(max_bytes=1000)
    keys = [PageKey(user, 1, False, "", "SERVER_ACCESS", "3.0", "gzip", None, None, None) for user in "abcdefgh"]
    for key in keys:
        pages.put(key, ApiResponse(200, b"x" * 250))
    assert [key.user_id for key in keys if pages.get(key)] == ["e", "f", "g", "h"]
    pages.put(keys[0], ApiResponse(200, b"x" * 251))
    assert pages.get(keys[0]) is None, "a quarter of the room at most"
    pages.forget("f")
    assert [key.user_id for key in keys if pages.get(key)] == ["e", "g", "h"]
    monkeypatch.setattr("time.monotonic", lambda: float("inf"))
    pages.forget_old()
    assert not any(pages.get(key) for key in keys)


def decoded_gzip(data: bytes) -> bytes:
    return zlib.decompress(data, 31)


class Raw(NamedTuple):
    """An answer with its body as it was sent."""

    headers: httpx2.Headers
    content: bytes


def raw(fixtures: Fixtures, operation: Operation, coding: str) -> Raw:
    headers = {"Authorization": f"Bearer {fixtures.app.token()}", "Accept-Encoding": coding}
    url = fixtures.app.url + path_of(operation, fixtures.ids)
    with httpx2.stream("GET", url, headers=headers, **body_of(operation)) as answer:
        return Raw(answer.headers, b"".join(answer.iter_raw()))
