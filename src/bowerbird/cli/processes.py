"""Running the server: in this process, or in several that share one socket."""

from __future__ import annotations

import os
import resource
import signal
import socket
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import fields
from multiprocessing import get_context
from tempfile import TemporaryDirectory
from typing import Any

import uvicorn
from uvicorn import _subprocess
from uvicorn.supervisors.multiprocess import Multiprocess

from bowerbird.api.http.metrics import SHARED_FOLDER
from bowerbird.api.http.server import server_config
from bowerbird.settings import PREFIX, Settings, written
from bowerbird.storage.database.sqlite import skip_memory_statistics

_START_SECONDS = 60
_LESS_IMPORTANT = 10
"""Steps of niceness below the process that starts it: a tenth of the share of a server, where both want a core."""
_FACTORY = "bowerbird.wiring.server:create_app"


def dump_no_core() -> None:
    """A process that ends abnormally leaves no file with what it held in memory, keys and passwords among it."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def give_way() -> None:
    """Let every server on this machine run before this process, which no one waits for: jobs take the processor time that is left."""
    with suppress(OSError):  # where a container does not allow it, the process is as important as the others
        os.nice(_LESS_IMPORTANT)


def prepare_process() -> None:
    """What a server does before it opens its database."""
    dump_no_core()
    skip_memory_statistics()


def run_one(app: Any, listener: socket.socket, ready: Callable[[], None]) -> None:
    """Serve until SIGTERM or SIGINT, then finish the running requests and return."""
    host, port = listener.getsockname()[:2]
    server = _Server(server_config(app, host, port), ready)

    def leave(*_: object) -> None:
        server.should_exit = True

    # uvicorn raises a signal again once it has shut down; without this it would kill us, and the exit status would not be 0.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, leave)
    server.run(sockets=[listener])
    if not server.started:
        sys.exit(1)


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets=sockets)
        if not self.should_exit:
            self._ready()


def run_many(settings: Settings, url: str, listener: socket.socket, workers: int, ready: Callable[[], None]) -> None:
    """Serve in several processes. Each reads its settings from the environment, and advances jobs of its own: they are leased."""
    os.environ.update(environment_of(settings, url))
    forked = get_context("forkserver")
    forked.set_forkserver_preload(["bowerbird.wiring.preloaded"])
    _subprocess.spawn = forked  # type: ignore[assignment]  # processes share the memory of one that has loaded the program
    host, port = listener.getsockname()[:2]
    with TemporaryDirectory(prefix="bowerbird-metrics-") as folder:
        os.environ[SHARED_FOLDER] = folder
        supervisor = _Supervisor(server_config(_FACTORY, host, port, workers), listener, ready)
        supervisor.run()
    if not supervisor.answered:
        sys.exit(1)


class _Supervisor(Multiprocess):
    """Starts the processes, starts again those that die, and stops them all."""

    def __init__(self, config: uvicorn.Config, listener: socket.socket, ready: Callable[[], None]) -> None:
        super().__init__(config, [listener])
        self._ready = ready
        self.answered = False

    def init_processes(self) -> None:
        super().init_processes()
        self.answered = all(process.wait_until_ready(_START_SECONDS) for process in self.processes)
        if self.answered:
            self._ready()
        else:
            self.should_exit.set()


def environment_of(settings: Settings, url: str) -> Mapping[str, str]:
    """The settings as environment variables, for processes that read them from there."""
    named = {PREFIX + field.name.upper(): written(getattr(settings, field.name)) for field in fields(Settings)}
    return {**named, f"{PREFIX}PUBLIC_URL": url}
