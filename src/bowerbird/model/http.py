"""What the API and the pages have in common as HTTP: the shapes of ASGI, the map from paths to what stands there, sizes of a request."""

from __future__ import annotations

import asyncio
import re
import traceback
from collections.abc import AsyncIterator, Awaitable, Callable, Generator, Iterator, Mapping, MutableMapping
from contextlib import AbstractAsyncContextManager, contextmanager, suppress
from typing import Any, Generic, TypeAlias, TypeVar

T = TypeVar("T")

Scope: TypeAlias = MutableMapping[str, Any]
"""What is known of a connection or request before anything of it is read."""
Message: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[Message]]
Send: TypeAlias = Callable[[Message], Awaitable[None]]
ASGIApp: TypeAlias = Callable[[Scope, Receive, Send], Awaitable[None]]
Lifespan: TypeAlias = Callable[[], AbstractAsyncContextManager[None]]
"""Starts an application, and stops it again."""

QUERY_BYTES = 16_384
"""Of a query string so much is read."""
FORM_BYTES = 65_536
"""The largest form, where an operation or page says no more."""

_HOST = re.compile(rb"[0-9A-Za-z!$&'()*+,;=\-._~:\[\]@%]*")


class Disconnected(Exception):
    """The client is gone before the end of its body."""


class UrlMap(Generic[T]):
    """What stands at each path, such as `/users/{userId}`: a word of the map goes before a name in braces, and is not gone back on."""

    def __init__(self, places: Mapping[str, T]) -> None:
        self._root: _Node[T] = _Node()
        for path, place in places.items():
            node, names = self._root, []
            for part in _parts(path):
                if part.startswith("{"):
                    names.append(part.strip("{}"))
                    node.named = node = node.named or _Node()
                else:
                    node = node.words.setdefault(part, _Node())
            node.place, node.names = place, tuple(names)

    def find(self, path: str) -> tuple[T, dict[str, str]] | None:
        """What stands at a path, and the values of the names in it; None where nothing does. A slash at the end makes no difference."""
        node, values = self._root, []
        for part in _parts(path):
            following = node.words.get(part)
            if following is None:
                if node.named is None:
                    return None
                following = node.named
                values.append(part)
            node = following
        return None if node.place is None else (node.place, dict(zip(node.names, values, strict=True)))


class _Node(Generic[T]):
    __slots__ = ("named", "names", "place", "words")

    def __init__(self) -> None:
        self.words: dict[str, _Node[T]] = {}
        self.named: _Node[T] | None = None
        self.place: T | None = None
        self.names: tuple[str, ...] = ()


def _parts(path: str) -> list[str]:
    return [part for part in path.split("/") if part]


def has_valid_host(scope: Scope) -> bool:
    """Whether a request's Host header, if it has one, has only characters that an address may have."""
    return all(_HOST.fullmatch(value) for name, value in scope["headers"] if name == b"host")


async def body_chunks(receive: Receive) -> AsyncIterator[bytes]:
    """The body as it arrives. Raises Disconnected."""
    more = True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Disconnected
        if chunk := message.get("body"):
            yield chunk
        more = message.get("more_body", False)


async def live(lifespan: Lifespan, receive: Receive, send: Send) -> None:
    """Start an application and stop it when the server says so."""
    await receive()
    phase = "startup"
    try:
        async with lifespan():
            await send({"type": "lifespan.startup.complete"})
            await receive()
            phase = "shutdown"
    except BaseException:
        await send({"type": f"lifespan.{phase}.failed", "message": traceback.format_exc()})
        raise
    await send({"type": "lifespan.shutdown.complete"})


async def send_parts(first: bytes, parts: Generator[bytes], send: Send) -> None:
    """A body of unknown length. Each part is made on a thread, none before the client has taken most of those before.

    Where the client leaves, which `send` raises as ConnectionResetError, it ends quietly. The generator is closed in the end.
    """
    with suppress(ConnectionResetError), _closed_behind(parts):
        part: bytes | None = first
        while part is not None:
            await send({"type": "http.response.body", "body": part, "more_body": True})
            part = await asyncio.to_thread(next, parts, None)
        await send({"type": "http.response.body", "body": b"", "more_body": False})


@contextmanager
def _closed_behind(parts: Generator[bytes]) -> Iterator[None]:
    try:
        yield
    finally:
        with suppress(ValueError):  # a thread still makes a part, and drops the generator behind it
            parts.close()
