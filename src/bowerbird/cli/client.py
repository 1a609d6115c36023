"""A client of the server, as the demo uses it: every call is one that any client of the protocol could make."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import httpx2

from bowerbird.console import CommandRefused

PATIENCE_SECONDS = 90
_PAUSE_SECONDS = 0.05


class ClientRefusal(Exception):
    """An answer of the server that says no."""

    def __init__(self, status: int, error: dict[str, Any]) -> None:
        super().__init__(f"{status} {error.get('code')}: {error.get('detail')}")
        self.status = status
        self.code, self.title, self.detail = (str(error.get(name, "")) for name in ("code", "title", "detail"))


class Client:
    """Use as a context manager; `sign_in` before anything else."""

    def __init__(self, url: str) -> None:
        self.url = url.rstrip("/")
        try:
            self._http = httpx2.Client(base_url=self.url, timeout=PATIENCE_SECONDS, trust_env=False)
            self.expires_in = 0
        except (httpx2.InvalidURL, ValueError) as error:
            raise CommandRefused(f"{url} is not an address: write it as http://127.0.0.1:8000") from error

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def greet(self) -> None:
        """Make sure that a server of ours answers. Raises Refused."""
        try:
            answer = self._http.get("/healthz")
        except (httpx2.UnsupportedProtocol, httpx2.InvalidURL):
            raise CommandRefused(f"{self.url} is not an address: write it as http://127.0.0.1:8000") from None
        if answer.status_code != 200 or "X-Correlation-Id" not in answer.headers:
            raise CommandRefused(f"what answers at {self.url} is not Bowerbird: name the server with --url")

    def sign_in(self, key: str, *, own: bool, place: str) -> None:
        """Fetch a token that the other calls carry. Raises Refused for a key the server does not know."""
        headers = {"Authorization": f"Basic {key}", "basiq-version": "3.0"}
        answer = self._http.post("/token", headers=headers, data={"scope": "SERVER_ACCESS"})
        if answer.status_code == 404:
            why = f"it does not use {place}: name its folder with --data DIR" if own else "check it, or leave --key out"
            raise CommandRefused(f"the server at {self.url} does not know the key: {why}")
        _check(answer)
        self.expires_in = answer.json()["expires_in"]
        self._http.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"

    def get(self, path: str, **query: str | int) -> Any:
        return _check(self._http.get(path, params=query or None)).json()

    def post(self, path: str, body: dict[str, Any]) -> Any:
        return _check(self._http.post(path, json=body)).json()

    def upload(self, path: str, institution: str, name: str, content: bytes) -> Any:
        return _check(self._http.post(path, data={"institutionId": institution}, files={"statement": (name, content)})).json()

    def delete(self, path: str) -> None:
        _check(self._http.delete(path))

    def follow(self, job_id: str) -> Iterator[dict[str, Any]]:
        """The job whenever it has changed, until nothing more happens by itself."""
        last: dict[str, Any] = {}
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline:
            job = self.get(f"/jobs/{job_id}")
            if job["steps"] != last.get("steps"):
                yield job
                last = job
            if failed_step(job) or all(step["status"] == "success" for step in job["steps"]):
                return
            time.sleep(_PAUSE_SECONDS)
        raise CommandRefused(f"job {job_id} did not finish within {PATIENCE_SECONDS} seconds: look into the server's log")


def failed_step(job: dict[str, Any]) -> dict[str, Any] | None:
    return next((step for step in job["steps"] if step["status"] == "failed"), None)


def challenge(job: dict[str, Any]) -> dict[str, Any] | None:
    """What the bank asks the person, while the job waits for the answer."""
    results = (step["result"] or {} for step in job["steps"] if step["status"] == "in-progress")
    return next((result for result in results if result.get("type") == "mfa"), None)


def _check(answer: httpx2.Response) -> httpx2.Response:
    if answer.is_error:
        try:
            raise ClientRefusal(answer.status_code, answer.json()["data"][0])
        except (ValueError, KeyError, IndexError, TypeError):
            raise CommandRefused(f"the server answered {answer.status_code} without the envelope of the protocol") from None
    return answer
