"""A server process of the throw-away copy, which can be killed."""

from __future__ import annotations

import os
import socket
import subprocess  # noqa: TID251  (only a process of its own can be killed to see what survives)
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import IO

from bowerbird.client import Bowerbird
from bowerbird.verify.score import Broken

_START_SECONDS, _STOP_SECONDS, _PAUSE_SECONDS = 120, 60, 0.02


class ServerProcess:
    """`bowerbird serve` on a folder. Use as a context manager: it does not outlive it. `environment` goes before the one that is."""

    def __init__(self, folder: Path, environment: Mapping[str, str]) -> None:
        self.folder, self.log = folder, folder / "server.log"
        self._environment = {**os.environ, **environment}
        self._process: subprocess.Popen[bytes] | None = None
        self._output: IO[bytes] | None = None
        self.url = ""

    def __enter__(self) -> ServerProcess:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()

    def start(self) -> None:
        """Start on a free port, and return once requests are answered. Raises Broken."""
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{port}"
        command = [sys.executable, "-m", "bowerbird", "serve", "--port", str(port), "--data", str(self.folder), "--no-sandbox-controls"]
        self._output = self.log.open("ab")
        self._process = subprocess.Popen(command, env=self._environment, stdout=self._output, stderr=self._output)  # noqa: S603
        deadline = time.monotonic() + _START_SECONDS
        with Bowerbird(self.url, timeout=2) as asking:
            while not asking.is_ready():
                if self._process.poll() is not None or time.monotonic() > deadline:
                    raise Broken(f"the server did not start: {self._last_words()}")
                time.sleep(_PAUSE_SECONDS)

    def kill(self) -> None:
        """As a crash does: no goodbye."""
        if self._process is not None:
            self._process.kill()
            self._process.wait(_STOP_SECONDS)
            self._process = None
        if self._output is not None:
            self._output.close()

    def _last_words(self) -> str:
        lines = self.log.read_text("utf-8", "replace").strip().splitlines()
        return lines[-1] if lines else "it said nothing"
