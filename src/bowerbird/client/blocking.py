"""The client for threads. Made from `asynchronous.py`: change that one."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from typing import Self, TypeVar

import httpx2

from bowerbird.api import schemas as s
from bowerbird.client.blocking_calls import Calls
from bowerbird.client.failures import ApiError, NoAnswer
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


class Bowerbird(Calls):
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
        self._http = httpx2.Client(base_url=self.url, timeout=timeout, trust_env=False)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._http.close()

    def as_user(self, user_id: str) -> Bowerbird:
        """A further client of the same service that may do what this user's browser may; close it too."""
        return Bowerbird(self.url, self.key, user_id=user_id)

    def create_token(self) -> s.Token:
        """A fresh bearer token, which later calls carry."""
        headers = {"Authorization": f"Basic {self.key}", VERSION_HEADER: VERSION}
        form = {"scope": "CLIENT_ACCESS", "userId": self._user_id} if self._user_id else {"scope": "SERVER_ACCESS"}
        response = self._exchange({"method": "POST", "url": "/token", "headers": headers, "data": form})
        token = read(response, s.Token)
        self._token, self._token_until = token.access_token, time.monotonic() + token.expires_in - TOKEN_MARGIN_SECONDS
        return token

    def send(self, request: Request[T]) -> T:
        """Make a call. A token that the service no longer takes (its clock may have been moved) is replaced once."""
        fresh = time.monotonic() >= self._token_until and request.access == "token"
        if fresh:
            self.create_token()
        response = self._exchange(arguments(request, self._headers(request.access)))
        if request.access == "token" and not fresh and lapsed(response):
            self.create_token()
            response = self._exchange(arguments(request, self._headers(request.access)))
        answer: T = read(response, request.answer)
        return answer

    def _headers(self, access: str) -> dict[str, str]:
        bearer = {"token": self._token, "control": self._admin_token}.get(access, "")
        return {"Authorization": f"Bearer {bearer}"} if bearer else {}

    def _exchange(self, call: HttpArguments) -> httpx2.Response:
        try:
            return self._http.request(**call)
        except httpx2.TransportError as error:
            raise NoAnswer(f"{call['method']} {self.url}{call['url']}: {type(error).__name__} {error}") from error

    def wait_for_job(self, job_id: str, *, answers: Sequence[str] = (), seconds: float = 90.0) -> s.JobView:
        """A job once it has succeeded; `answers` are given when the bank asks. Raises JobFailed, ChallengeAsked, NoAnswer."""
        deadline, pause, answered = time.monotonic() + seconds, _FIRST_PAUSE_SECONDS, False
        while time.monotonic() < deadline:
            job = self.get_job(job_id)
            if ended(job):
                return job
            asked = challenge_of(job)
            if asked is not None and not answered:  # it stays readable while the answer is on its way to the bank
                if not answers:
                    raise asked
                self.create_mfa_response(job_id, mfa_response=list(answers))
                answered = True
            time.sleep(pause)
            pause = min(pause * 1.5, _LONGEST_PAUSE_SECONDS)
        raise NoAnswer(f"job {job_id} did not end within {seconds:g} seconds")

    def iterate_transactions(self, user_id: str, *, filter: str | None = None, limit: int = 500) -> Iterator[s.TransactionView]:
        """Every transaction of a user that fits the filter, newest first, page by page."""
        page = self.list_transactions(user_id, filter=filter, limit=limit)
        while True:
            yield from page.data
            if page.links.next is None:
                return
            following = httpx2.URL(page.links.next).params.get("next")
            page = self.list_transactions(user_id, filter=filter, limit=limit, next=following)

    def is_ready(self) -> bool:
        """Whether the service answers and can serve."""
        try:
            return (self.get_readiness()).status == "ready"
        except (ApiError, NoAnswer):
            return False
