"""A server as a process of its own, on data that is thrown away with it: bare, or with a key and filled from a seed file."""

from __future__ import annotations

import os
import re
import subprocess  # noqa: TID251  (this is a tool of the developer's and the operator's, beside the server and never in it)
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from bowerbird.client import Bowerbird
from bowerbird.client.seed_file import SeedContent, read_seed

START_SECONDS, _STOP_SECONDS, _PAUSE_SECONDS = 120, 60, 0.02
_READY = re.compile(r"is ready at (http://\S+)")
_KEY = re.compile(r"\bKEY=(\S+)")


class NotStarted(Exception):
    """The server ended or stayed silent: holds the last lines it printed."""


class ServerProcess:
    """`bowerbird serve` on a folder, where `server.log` is what it prints. Use as a context manager: it does not outlive it.

    `url` is where it answers, `key` the API key of the application that it makes on empty data. `environment` goes before the one
    that is.
    """

    def __init__(self, data: Path, *options: str, environment: Mapping[str, str]) -> None:
        self.log, self.url, self.key = data / "server.log", "", ""
        self._command = [sys.executable, "-m", "bowerbird", "serve", "--port", "0", "--data", str(data), *options]
        self._environment = {**os.environ, "PYTHONUNBUFFERED": "1", **environment}
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> ServerProcess:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()

    def start(self) -> None:
        """Start, and return once requests are answered. Raises NotStarted."""
        self.log.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with self.log.open("ab") as log:
            before = log.tell()
            self._process = subprocess.Popen(self._command, env=self._environment, stdout=log, stderr=log)  # noqa: S603  (ours)
        deadline = time.monotonic() + START_SECONDS
        while self._process.poll() is None and time.monotonic() < deadline:
            output = self.log.read_bytes()[before:].decode("utf-8", "replace")
            if "Ctrl-C stops" in output and (ready := _READY.search(output)):
                key = _KEY.search(output)
                self.url, self.key = ready[1], key[1] if key else ""
                return
            time.sleep(_PAUSE_SECONDS)
        last = self.log.read_text("utf-8", "replace").splitlines()[-20:]
        self.kill()
        raise NotStarted("the server did not start; its last output:\n" + "\n".join(last))

    @property
    def pid(self) -> int:
        """The process that runs. Raises NotStarted where none does."""
        if self._process is None:
            raise NotStarted("no server is running")
        return self._process.pid

    def kill(self) -> None:
        """End the process at once, as a crash does."""
        if self._process is not None:
            self._process.kill()
            self._process.wait(_STOP_SECONDS)
            self._process = None


@dataclass(frozen=True, slots=True)
class RunningServer:
    """Where a server answers, and an API key of it; the file of what it prints, where it is one of ours."""

    url: str
    key: str
    log: Path | None = None


@contextmanager
def running_server(log_level: str = "warning") -> Iterator[RunningServer]:
    """An empty sandbox with its controls while the block runs. Raises NotStarted."""
    settings = {"BOWERBIRD_LOG_LEVEL": os.environ.get("BOWERBIRD_LOG_LEVEL", log_level)}
    with (
        tempfile.TemporaryDirectory(prefix="bowerbird-") as folder,
        ServerProcess(Path(folder, "data"), "--sandbox-controls", environment=settings) as server,
    ):
        yield RunningServer(server.url, server.key, server.log)


def run_command(command: list[str], environment: Mapping[str, str]) -> int:
    """Run a developer's command to its end, in these variables too; its exit status."""
    return subprocess.run(command, env={**os.environ, **environment}, check=False).returncode  # noqa: S603  (the command line names it)


def run_quietly(command: list[str], environment: Mapping[str, str]) -> str:
    """Run a program to its end: empty where it succeeds, else the last line of its error output."""
    done = subprocess.run(  # noqa: S603  (its caller names it)
        command, env={**os.environ, **environment}, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    return "" if done.returncode == 0 else (done.stderr.strip().splitlines() or [f"it ended with status {done.returncode}"])[-1]


@contextmanager
def prepared_server(seed: Path | None, log_level: str = "warning") -> Iterator[RunningServer]:
    """A server of one's own. With a seed, once everything in it is connected; the key is then its first application's.

    `log_level` is for where the environment sets none. Raises SeedNotRead, NotStarted, and ApiError for a seed that cannot be.
    """
    content = read_seed(seed) if seed is not None else None
    with running_server(log_level) as server:
        yield server if content is None else replace(server, key=_fill(server.url, content))


def _fill(url: str, content: SeedContent) -> str:
    with Bowerbird(url) as control:
        jobs = control.create_reset(seed=content).jobs
    applications = content.get("applications")
    key = str(applications[0].get("key", "")) if isinstance(applications, list) and applications else ""
    with Bowerbird(url, key) as filled:
        if not key:
            return filled.create_application(name="Tests").api_key
        for job in jobs:
            filled.wait_for_job(job)
    return key
