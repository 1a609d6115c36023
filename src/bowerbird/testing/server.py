"""A sandbox server as a process of its own, on a free port and a folder that is gone afterwards."""

from __future__ import annotations

import os
import re
import subprocess  # noqa: TID251  (this is a tool of the developer's, beside the server and never in it)
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

START_SECONDS = 60
STOP_SECONDS = 30
_READY = re.compile(r"is ready at (http://\S+)")
_KEY = re.compile(r"\bKEY=(\S+)")


class NotStarted(Exception):
    """The server ended or stayed silent: holds the last lines it printed."""


@dataclass(frozen=True, slots=True)
class RunningServer:
    """Where a server answers, and the API key of its first application. `log` is what it prints, line by line."""

    url: str
    key: str
    log: list[str]


@contextmanager
def running_server(data: Path | None = None, environment: Mapping[str, str] | None = None) -> Iterator[RunningServer]:
    """Serve with the sandbox's controls while the block runs; without `data`, on an empty folder. Raises NotStarted."""
    with tempfile.TemporaryDirectory(prefix="bowerbird-") as folder:
        command = [
            sys.executable,
            "-m",
            "bowerbird",
            "serve",
            "--port",
            "0",
            "--sandbox-controls",
            "--data",
            str(data or Path(folder, "data")),
        ]
        settings = {"BOWERBIRD_LOG_LEVEL": "warning", "PYTHONUNBUFFERED": "1", **os.environ, **(environment or {})}
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=settings)  # noqa: S603  (ours)
        try:
            yield _once_ready(process)
        finally:
            process.terminate()
            try:
                process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _once_ready(process: subprocess.Popen[str]) -> RunningServer:
    log: list[str] = []
    reader = threading.Thread(target=_read, args=(process.stdout, log.append), daemon=True)
    reader.start()
    deadline = time.monotonic() + START_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        said = "".join(log)
        if "Ctrl-C stops" in said and (ready := _READY.search(said)):
            key = _KEY.search(said)
            return RunningServer(ready[1], key[1] if key else "", log)
        time.sleep(0.02)
    raise NotStarted("the sandbox did not start; the last it said:\n" + "".join(log[-20:]))


def _read(pipe: IO[str] | None, keep: Callable[[str], None]) -> None:
    for line in pipe or ():
        keep(line)


def run_command(command: list[str], environment: Mapping[str, str]) -> int:
    """Run a developer's command to its end, in these variables too; its exit status."""
    return subprocess.run(command, env={**os.environ, **environment}, check=False).returncode  # noqa: S603  (the command line names it)
