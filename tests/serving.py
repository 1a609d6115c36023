"""A real server for tests: real HTTP on loopback, a real SQLite file, a clock that tests can move.

`Serving` runs in a thread of the test's process, so that a test can reach its world; `Process` is a separate process that can be
killed. Both print nothing.
"""

from __future__ import annotations

import asyncio
import os
import secrets
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, Self, TypeVar

import httpx2
import uvicorn

from bowerbird.api.http.server import server_config
from bowerbird.domain.access import applications
from bowerbird.domain.insights.enrichment import count_enriched
from bowerbird.domain.services import Services, Session
from bowerbird.model.clock import ManualClock
from bowerbird.settings import Settings
from bowerbird.storage.database.unit_of_work import EVERY_TENANT
from bowerbird.wiring.server import build_server
from bowerbird.wiring.services import open_services

T = TypeVar("T")

NOON = datetime(2026, 3, 18, 12, tzinfo=UTC)
PATIENCE_SECONDS = 30
START_SECONDS = 120
"""For a process to start, on a machine whose every core is busy."""
_PORTS = range(15_000, 32_000)
"""Below those that a kernel gives to connections by itself (Linux 32768, others 49152)."""


def free_port() -> int:
    """A port for a process that starts later. The kernel gives it to no connection by itself."""
    while True:
        port = secrets.choice(_PORTS)
        with suppress(OSError), socket.socket() as probe:
            probe.bind(("127.0.0.1", port))
            return port


def until(condition: Callable[[], T | None], what: str, seconds: int = PATIENCE_SECONDS) -> T:
    """Wait for a condition, not for a time: the first true value of `condition`."""
    deadline = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError(f"waited {seconds} s for {what}")
        time.sleep(0.005)


class Application:
    """One application's view of a server: tokens are fetched once a scope, user and version."""

    def __init__(self, url: str, api_key: str, application_id: str = "") -> None:
        self.url, self.api_key, self.id = url, api_key, application_id
        self.http = httpx2.Client(base_url=url, timeout=PATIENCE_SECONDS)
        self.services: Services | None = None
        self._tokens: dict[tuple[str, str, str], str] = {}

    def token(self, scope: str = "SERVER_ACCESS", user_id: str = "", version: str = "3.0") -> str:
        wanted = (scope, user_id, version)
        if wanted not in self._tokens:
            form = {"scope": scope} | ({"userId": user_id} if user_id else {})
            answer = self.http.post("/token", headers={"Authorization": f"Basic {self.api_key}", "basiq-version": version}, data=form)
            assert answer.status_code == 200, answer.text
            self._tokens[wanted] = answer.json()["access_token"]
        return self._tokens[wanted]

    def close(self) -> None:
        self.http.close()

    def forget_tokens(self) -> None:
        self._tokens.clear()

    def call(
        self, method: str, path: str, *, token: str | None = None, headers: Mapping[str, str] | None = None, **options: Any
    ) -> httpx2.Response:
        """A request with the server's token, unless another is given."""
        bearer = {"Authorization": f"Bearer {token or self.token()}"}
        return self.http.request(method, path, headers={**bearer, **(headers or {})}, **options)

    def get(self, path: str, **options: Any) -> httpx2.Response:
        return self.call("GET", path, **options)

    def post(self, path: str, **options: Any) -> httpx2.Response:
        return self.call("POST", path, **options)

    def delete(self, path: str, **options: Any) -> httpx2.Response:
        return self.call("DELETE", path, **options)

    def new_user(self, **fields: Any) -> str:
        answer = self.post("/users", json=fields or {"email": "gavin@hooli.com"})
        assert answer.status_code == 201, answer.text
        user_id: str = answer.json()["id"]
        return user_id

    def connect(self, user_id: str, login: str, password: str, institution: str = "AU00000") -> str:
        """Start connecting; the job's id."""
        body = {"loginId": login, "password": password, "institution": {"id": institution}}
        answer = self.post(f"/users/{user_id}/connections", json=body)
        assert answer.status_code == 202, answer.text
        job_id: str = answer.json()["id"]
        return job_id

    def upload(self, user_id: str, content: bytes, institution: str = "AU00201", name: str = "statement.csv") -> httpx2.Response:
        return self.post(f"/users/{user_id}/statements", data={"institutionId": institution}, files={"statement": (name, content)})

    def job(self, job_id: str) -> dict[str, Any]:
        answer = self.get(f"/jobs/{job_id}")
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def settled(self, job_id: str) -> dict[str, Any]:
        """The job once nothing more happens by itself: finished, failed, or waiting for a person; what it brought is enriched."""

        def look() -> dict[str, Any] | None:
            job = self.job(job_id)
            return job if is_settled(job) else None

        settled = until(look, f"job {job_id} to settle")
        self.wait_until_enriched()
        return settled

    def wait_until_enriched(self) -> None:
        """Wait until no transaction waits to be enriched, where the server runs in this process."""
        if self.services is not None:
            until(partial(self.services.read_now, _is_enriched, tenant=EVERY_TENANT), "every transaction to be enriched")

    def transactions(self, user_id: str, query: str = "") -> list[dict[str, Any]]:
        """All pages."""
        self.wait_until_enriched()
        found: list[dict[str, Any]] = []
        path: str | None = f"/users/{user_id}/transactions{query}"
        while path:
            answer = self.get(path)
            assert answer.status_code == 200, answer.text
            found += answer.json()["data"]
            path = answer.json()["links"].get("next")
        return found


def _is_enriched(session: Session) -> bool:
    users, done = count_enriched(session)
    return users == done


def is_settled(job: dict[str, Any]) -> bool:
    statuses = [step["status"] for step in job["steps"]]
    asks = any((step["result"] or {}).get("type") == "mfa" and step["status"] == "in-progress" for step in job["steps"])
    return "failed" in statuses or all(status == "success" for status in statuses) or asks


def failure_of(job: dict[str, Any]) -> tuple[str, str, str, str]:
    """(step, code, title, detail) of a failed job."""
    step = next(step for step in job["steps"] if step["status"] == "failed")
    result = step["result"]
    return step["title"], result["code"], result["title"], result["detail"]


class Serving:
    """A server in a thread, on a clock of its own. Use as a context manager."""

    def __init__(self, folder: Path, start: datetime | None = NOON, **settings: Any) -> None:
        """`start` None: the clock of the sandbox's own control plane. Owners need no authenticator unless a setting says so."""
        self.clock = ManualClock(start or NOON)
        self.settings = replace(Settings(data=folder, owners_need_totp="no"), **settings)
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._socket.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.services: Services = open_services(self.settings, self.clock if start else None, alone=True)
        self.server = build_server(self.services, self.settings, self.settings.public_url or self.url)
        self._server = uvicorn.Server(server_config(self.server.app, "127.0.0.1", self.port))
        self._thread = threading.Thread(target=self._server.run, args=([self._socket],), daemon=True)
        self._applications: list[Application] = []

    def __enter__(self) -> Serving:
        self._thread.start()
        until(lambda: self._server.started, "the server to start")
        return self

    def __exit__(self, *_: object) -> None:
        for application in self._applications:
            application.close()
        self._server.should_exit = True
        self._thread.join(PATIENCE_SECONDS)
        assert not self._thread.is_alive(), "the server did not stop"

    @property
    def loop(self) -> asyncio.AbstractEventLoop:
        """The event loop of the server's thread."""
        return self._server.servers[0].get_loop()

    @property
    def connections(self) -> int:
        """The number of open connections."""
        return len(self._server.server_state.connections)

    def idle(self) -> None:
        """Wait until no job is on any thread, not even one that has lost its lease."""
        dispatcher = self.server.dispatcher
        until(lambda: dispatcher is None or not dispatcher.in_flight, "the dispatcher to be idle")

    def advance(self, **delta: float) -> None:
        """Move the clock and let the dispatcher look."""
        self.clock.advance(timedelta(**delta))
        self.services.wake()

    def application(self, name: str = "Test", *, production: bool = True, products: str = "all") -> Application:
        key = self.services.write_now(
            partial(applications.create_application, production=production, products=products),
            name,
            tenant=EVERY_TENANT,
        )
        application = Application(self.url, key.secret, key.application_id)
        application.services = self.services
        self._applications.append(application)
        return application


class Process:
    """`bowerbird serve` as a process of its own, on a folder that outlives it; on PostgreSQL where the environment names it."""

    ready = "/healthz"

    def __init__(self, folder: Path, **environment: str) -> None:
        self.folder, self.environment = folder, environment
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = folder.parent / f"{folder.name}.log"
        self._process: subprocess.Popen[bytes] | None = None

    def _arguments(self) -> list[str]:
        return ["serve", "--port", str(self.port), "--data", str(self.folder)]

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        """Stopped; after a failed test killed, so that the failure is reported."""
        if error is None:
            assert self.stop() == 0
        else:
            self.kill()

    def start(self) -> None:
        """Start, and return once requests are answered."""
        self.launch()
        self.wait_ready()

    def launch(self) -> None:
        """Start, and return at once."""
        command = [sys.executable, "-m", "bowerbird", *self._arguments()]
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(command, env={**os.environ, **self.environment}, stdout=log, stderr=log)

    def wait_ready(self) -> None:
        until(self._answers, "the process to answer", START_SECONDS)

    def _answers(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, f"the server ended with {self._process.returncode}: see its log beside {self.folder}"
        try:
            return httpx2.get(f"{self.url}{self.ready}", timeout=2).status_code == 200
        except httpx2.TransportError:
            return False

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    @property
    def ended(self) -> bool:
        assert self._process is not None
        return self._process.poll() is not None

    def kill(self) -> None:
        """SIGKILL: no goodbye."""
        assert self._process is not None
        self._process.send_signal(signal.SIGKILL)
        self._process.wait(PATIENCE_SECONDS)

    def stop(self) -> int:
        """SIGTERM; the exit status."""
        assert self._process is not None
        self._process.terminate()
        return self._process.wait(PATIENCE_SECONDS)


class WorkerProcess(Process):
    """`bowerbird worker` as a process of its own, on the database that the environment names."""

    ready = "/readyz"

    def _arguments(self) -> list[str]:
        return ["worker", "--health-port", str(self.port)]
