"""The map from paths to what stands there, and the life of an application."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from bowerbird.model.http import Disconnected, Message, UrlMap, body_chunks, has_valid_host, live

PATHS = ("/", "/users", "/users/{userId}", "/users/{userId}/jobs", "/events/types", "/events/{id}", "/users/{userId}/jobs/latest/{n}")
URLS = UrlMap({path: path for path in PATHS})


@pytest.mark.parametrize(
    ("path", "place", "values"),
    [
        ("/", "/", {}), ("", "/", {}), ("/users", "/users", {}), ("/users/", "/users", {}), ("/users/7", PATHS[2], {"userId": "7"}),
        ("/users/jobs/jobs", "/users/{userId}/jobs", {"userId": "jobs"}), ("/events/types", "/events/types", {}),
        ("/events/{id}", "/events/{id}", {"id": "{id}"}), ("/users/a/jobs/latest/b", PATHS[-1], {"userId": "a", "n": "b"}),
    ],
)  # fmt: skip
def test_what_stands_at_a_path(path: str, place: str, values: dict[str, str]) -> None:
    assert URLS.find(path) == (place, values)


@pytest.mark.parametrize("path", ["/user", "/users/7/job", "/users/7/jobs/latest", "/events", "/events/types/7", "/users/7/jobs/8/9"])
def test_nothing_stands_there(path: str) -> None:
    assert URLS.find(path) is None


@pytest.mark.parametrize(("host", "valid"), [(b"a.example:80", True), (b"[::1]:8000", True), (b"", True), (b"a b", False), (b"a/b", False)])
def test_characters_of_a_host(host: bytes, valid: bool) -> None:
    assert has_valid_host({"headers": [(b"host", host)]}) is valid


def test_a_body_ends_or_breaks_off() -> None:
    async def read(*messages: Message) -> list[bytes]:
        left = iter(messages)

        async def receive() -> Message:
            return next(left)

        return [chunk async for chunk in body_chunks(receive)]

    first: Message = {"type": "http.request", "body": b"a", "more_body": True}
    assert asyncio.run(read(first, {"type": "http.request", "body": b""})) == [b"a"]
    with pytest.raises(Disconnected):
        asyncio.run(read(first, {"type": "http.disconnect"}))


@pytest.mark.parametrize("fails_in", ["", "startup", "shutdown"])
def test_the_life_of_an_application(fails_in: str) -> None:
    sent: list[str] = []

    @asynccontextmanager
    async def lifespan() -> AsyncIterator[None]:
        if fails_in == "startup":
            raise RuntimeError("no database")
        yield
        if fails_in == "shutdown":
            raise RuntimeError("no database")

    async def receive() -> Message:
        return {}

    async def send(message: Message) -> None:
        sent.append(message["type"])
        assert "no database" in message.get("message", "no database")

    if fails_in:
        with pytest.raises(RuntimeError):
            asyncio.run(live(lifespan, receive, send))
    else:
        asyncio.run(live(lifespan, receive, send))
    started = "lifespan.startup.failed" if fails_in == "startup" else "lifespan.startup.complete"
    assert sent[0] == started
    assert sent[1:] == ([] if fails_in == "startup" else [f"lifespan.shutdown.{'failed' if fails_in else 'complete'}"])
