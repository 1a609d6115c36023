"""The clients: what both do, and each with its driver."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import suppress
from typing import Self, TypeVar

import httpx2

from bowerbird.api import schemas as s
from bowerbird.client.call import Asynchronous, Blocking, Call
from bowerbird.client.failures import ApiError, NoAnswer
from bowerbird.client.operation_calls import Calls
from bowerbird.client.request import (
    TOKEN_MARGIN_SECONDS,
    VERSION,
    VERSION_HEADER,
    HttpArguments,
    Request,
    arguments,
    challenge_of,
    ended,
    lapsed,
    read,
)

T = TypeVar("T")

_FIRST_PAUSE_SECONDS, _LONGEST_PAUSE_SECONDS = 0.02, 1.0


class Client(Calls):
    """A service under `url`, called with an application's `key`; use it as a context manager.

    It speaks version 3.0 of the protocol. Tokens are fetched when they are needed and again before they lapse. `admin_token` is for
    the sandbox's control plane where the server is not on this machine. `user_id` makes every token a CLIENT_ACCESS token of that
    user. `timeout` is in seconds, for one call. Methods raise ApiError when the service refuses, NoAnswer when none comes,
    UnexpectedAnswer when it makes no sense.
    """

    def __init__(self, url: str, key: str = "", *, user_id: str = "", admin_token: str = "", timeout: float = 60.0) -> None:
        self.url, self.key = url.rstrip("/"), key
        self._user_id, self._admin_token = user_id, admin_token
        self._token, self._token_until = "", 0.0
        try:
            self.open(self.url, timeout)
        except (httpx2.InvalidURL, ValueError) as error:
            raise NoAnswer(f"{url} is not an address: write it as http://127.0.0.1:8000", url) from error

    def as_user(self, user_id: str) -> Self:
        """A further client of the same service that may do what this user's browser may; close it too."""
        return type(self)(self.url, self.key, user_id=user_id)

    @Call
    async def create_token(self) -> s.Token:
        """A fresh bearer token, which later calls carry."""
        headers = {"Authorization": f"Basic {self.key}", VERSION_HEADER: VERSION}
        form = {"scope": "CLIENT_ACCESS", "userId": self._user_id} if self._user_id else {"scope": "SERVER_ACCESS"}
        response = await self._response({"method": "POST", "url": "/token", "headers": headers, "data": form})
        token = read(response, s.Token)
        self._token, self._token_until = token.access_token, time.monotonic() + token.expires_in - TOKEN_MARGIN_SECONDS
        return token

    async def answer(self, request: Request[T]) -> T:
        """Make a call. A token that the service no longer takes (its clock may have been moved) is replaced once."""
        fresh = time.monotonic() >= self._token_until and request.access == "token"
        if fresh:
            await Client.create_token(self)
        response = await self._response(arguments(request, self._headers(request.access)))
        if request.access == "token" and not fresh and lapsed(response):
            await Client.create_token(self)
            response = await self._response(arguments(request, self._headers(request.access)))
        answer: T = read(response, request.answer)
        return answer

    def _headers(self, access: str) -> dict[str, str]:
        bearer = {"token": self._token, "control": self._admin_token}.get(access, "")
        return {"Authorization": f"Bearer {bearer}"} if bearer else {}

    async def _response(self, call: HttpArguments) -> httpx2.Response:
        try:
            return await self.exchange(call)
        except httpx2.TransportError as error:
            raise NoAnswer(f"{call['method']} {self.url}{call['url']}: {type(error).__name__} {error}", self.url) from error

    @Call
    async def wait_for_job(self, job_id: str, *, answers: Sequence[str] = (), seconds: float = 90.0) -> s.JobView:
        """A job once it has succeeded; `answers` are given when the bank asks. Raises JobFailed, ChallengeAsked, NoAnswer."""
        deadline, pause, answered = time.monotonic() + seconds, _FIRST_PAUSE_SECONDS, False
        while time.monotonic() < deadline:
            job = await Calls.get_job(self, job_id)
            if ended(job):
                return job
            asked = challenge_of(job)
            if asked is not None and not answered:  # it stays readable while the answer is on its way to the bank
                if not answers:
                    raise asked
                await Calls.create_mfa_response(self, job_id, mfa_response=list(answers))
                answered = True
            await self.pause(pause)
            pause = min(pause * 1.5, _LONGEST_PAUSE_SECONDS)
        raise NoAnswer(f"job {job_id} did not end within {seconds:g} seconds", self.url)

    async def _transactions(self, user_id: str, filter: str | None, limit: int) -> AsyncIterator[s.TransactionView]:
        page = await Calls.list_transactions(self, user_id, filter=filter, limit=limit)
        while True:
            for transaction in page.data:
                yield transaction
            if page.links.next is None:
                return
            following = httpx2.URL(page.links.next).params.get("next")
            page = await Calls.list_transactions(self, user_id, filter=filter, limit=limit, next=following)

    @Call
    async def is_ready(self) -> bool:
        """Whether the service answers and can serve."""
        try:
            return (await Calls.get_readiness(self)).status == "ready"
        except (ApiError, NoAnswer):
            return False


class Bowerbird(Client, Blocking):
    __doc__ = Client.__doc__

    def send(self, request: Request[T]) -> T:
        """Make a call that has no method."""
        return self.run(self.answer(request))

    def iterate_transactions(self, user_id: str, *, filter: str | None = None, limit: int = 500) -> Iterator[s.TransactionView]:
        """Every transaction of a user that fits the filter, newest first, page by page."""
        transactions = self._transactions(user_id, filter, limit)
        with suppress(StopAsyncIteration):
            while True:
                yield self.run(anext(transactions))


class AsyncBowerbird(Client, Asynchronous):
    __doc__ = Client.__doc__

    async def send(self, request: Request[T]) -> T:
        """Make a call that has no method."""
        return await self.answer(request)

    def iterate_transactions(self, user_id: str, *, filter: str | None = None, limit: int = 500) -> AsyncIterator[s.TransactionView]:
        """Every transaction of a user that fits the filter, newest first, page by page."""
        return self._transactions(user_id, filter, limit)
