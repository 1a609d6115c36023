"""One method for threads and for asyncio: a coroutine, which the driver of a blocking client runs and the other leaves to be awaited."""

from __future__ import annotations

import asyncio
import time
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Coroutine
from functools import update_wrapper
from typing import Any, Concatenate, Generic, ParamSpec, Self, TypeVar, overload

import httpx2

from bowerbird.client.request import HttpArguments

P = ParamSpec("P")
T = TypeVar("T")


class Driver(ABC):
    """What a call needs: an exchange with the server, and pauses in seconds. `run` makes of a call what a method returns."""

    @abstractmethod
    def open(self, url: str, timeout_s: float) -> None: ...

    @abstractmethod
    async def exchange(self, arguments: HttpArguments) -> httpx2.Response: ...

    @abstractmethod
    async def pause(self, seconds: float) -> None: ...

    @abstractmethod
    def run(self, call: Coroutine[Any, Any, T]) -> T | Coroutine[Any, Any, T]: ...


class Blocking(Driver):
    """Runs calls to their end in the caller's thread: its exchanges and pauses block, so no call ever waits for an event loop."""

    def open(self, url: str, timeout_s: float) -> None:
        self._http = httpx2.Client(base_url=url, timeout=timeout_s, trust_env=False)

    async def exchange(self, arguments: HttpArguments) -> httpx2.Response:
        return self._http.request(**arguments)

    async def pause(self, seconds: float) -> None:
        time.sleep(seconds)  # noqa: ASYNC251  (no event loop runs this)

    def run(self, call: Awaitable[T]) -> T:
        try:
            next(call.__await__())
        except StopIteration as end:
            result: T = end.value
            return result
        raise AssertionError("a call of the blocking client waits for an event loop")

    def close(self) -> None:
        self._http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class Asynchronous(Driver):
    """Leaves calls to be awaited in an event loop."""

    def open(self, url: str, timeout_s: float) -> None:
        self._http = httpx2.AsyncClient(base_url=url, timeout=timeout_s, trust_env=False)

    async def exchange(self, arguments: HttpArguments) -> httpx2.Response:
        return await self._http.request(**arguments)

    async def pause(self, seconds: float) -> None:
        await asyncio.sleep(seconds)

    def run(self, call: Coroutine[Any, Any, T]) -> Coroutine[Any, Any, T]:
        return call

    async def close(self) -> None:
        await self._http.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()


class Call(Generic[P, T]):
    """Decorates a coroutine function: as a method of a blocking client it returns the result, of an asynchronous one what to await.

    Called on the class (`Calls.get_job(client, id)`) it is the coroutine function itself.
    """

    def __init__(self, function: Callable[Concatenate[Any, P], Coroutine[Any, Any, T]]) -> None:
        self._function = function
        update_wrapper(self, function)

    def __call__(self, client: Driver, *args: P.args, **kwargs: P.kwargs) -> Coroutine[Any, Any, T]:
        return self._function(client, *args, **kwargs)

    @overload
    def __get__(self, client: None, owner: type) -> Self: ...
    @overload
    def __get__(self, client: Blocking, owner: type) -> Callable[P, T]: ...
    @overload
    def __get__(self, client: Asynchronous, owner: type) -> Callable[P, Coroutine[Any, Any, T]]: ...
    def __get__(self, client: Driver | None, owner: type) -> Self | Callable[P, T | Coroutine[Any, Any, T]]:
        if client is None:
            return self

        def method(*args: P.args, **kwargs: P.kwargs) -> T | Coroutine[Any, Any, T]:
            return client.run(self(client, *args, **kwargs))

        return update_wrapper(method, self._function)
