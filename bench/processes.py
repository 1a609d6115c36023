"""Servers as processes of their own on loopback, and the one keep-alive client that asks them."""

from __future__ import annotations

import http.client
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from itertools import cycle, islice
from pathlib import Path
from types import TracebackType

from bench.measure import Side, process_cpu
from bench.places import DATA

PATIENCE_SECONDS = 60
BYTECODE = {"PYTHONDONTWRITEBYTECODE": "", "PYTHONPYCACHEPREFIX": str(DATA / "bytecode")}
"""Modules are compiled once, as where the package is installed, whatever the environment of the shell says."""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class Server:
    """A server process: started, asked until it answers, stopped. Use as a context manager.

    `{port}` in the command becomes a free port. `started_in` is the time from the start of the process to its first 200.
    """

    def __init__(
        self, command: Sequence[str], ready: str, folder: Path, environment: Mapping[str, str] | None = None, python: str = sys.executable
    ) -> None:
        self.port = free_port()
        self._command = [python, *(part.replace("{port}", str(self.port)) for part in command)]
        self._ready = ready
        self._log = folder / "server.log"
        self._environment = {**os.environ, **BYTECODE, **(environment or {})}
        self.headers: dict[str, str] = {}
        self.started_in = 0.0

    def __enter__(self) -> Server:
        started = time.perf_counter()
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(self._command, env=self._environment, stdout=log, stderr=log)
        while not self._answers():
            if self._process.poll() is not None or time.perf_counter() - started > PATIENCE_SECONDS:
                raise RuntimeError(f"the server did not start: {self._log.read_text()[-2000:]}")
            time.sleep(0.002)
        self.started_in = time.perf_counter() - started
        self._client = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE_SECONDS)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._client.close()
        self._process.terminate()
        self._process.wait(PATIENCE_SECONDS)

    def kill(self) -> None:
        """End the process as a power cut does; leaving the context then finds it gone."""
        self._process.kill()
        self._process.wait()

    def _answers(self) -> bool:
        probe = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE_SECONDS)
        try:
            probe.request("GET", self._ready)
            return probe.getresponse().status == 200
        except OSError:
            return False
        finally:
            probe.close()

    @property
    def cpu(self) -> float:
        return process_cpu(self._process.pid)

    @property
    def loop_cpu(self) -> float:
        """CPU seconds of the thread that answers requests, without those of its background."""
        pid = self._process.pid
        return int(Path(f"/proc/{pid}/task/{pid}/schedstat").read_text().split()[0]) / 1e9

    @property
    def resident_bytes(self) -> int:
        pages = Path(f"/proc/{self._process.pid}/statm").read_text().split()[1]
        return int(pages) * os.sysconf("SC_PAGE_SIZE")

    def get(self, path: str) -> bytes:
        return self.ask("GET", path)

    def ask(self, method: str, path: str, body: bytes | None = None, headers: Mapping[str, str] | None = None) -> bytes:
        """The body of a good answer; anything else ends the benchmark."""
        self._client.request(method, path, body, {**self.headers, **(headers or {})})
        answer = self._client.getresponse()
        content = answer.read()
        if answer.status >= 300 and answer.status != 304:
            raise RuntimeError(f"{method} {path}: {answer.status} {content[:300]!r}")
        return content

    def etag(self, path: str) -> str:
        """The validator of an answer."""
        self._client.request("GET", path, headers=self.headers)
        answer = self._client.getresponse()
        answer.read()
        return answer.headers["etag"]

    def side(self, name: str, paths: Iterable[str], headers: Mapping[str, str] | None = None) -> Side:
        """Asking for these paths in turn, for ever; what counts is the CPU of the server alone."""
        turn = cycle(paths)

        def run(count: int) -> float:
            before = self.cpu
            for path in islice(turn, count):
                self.ask("GET", path, headers=headers)
            return self.cpu - before

        return Side(name, run)
