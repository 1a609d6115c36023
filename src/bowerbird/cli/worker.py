"""`bowerbird worker`: a process of a fleet that advances jobs and answers no requests."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from bowerbird.cli.options import DatabaseUrl, settings_from
from bowerbird.console import CommandRefused

if TYPE_CHECKING:
    from bowerbird.api.http.metrics import Metrics
    from bowerbird.background.fleet import FleetDispatcher

HealthPort = Annotated[
    int | None,
    typer.Option(envvar="BOWERBIRD_HEALTH_PORT", metavar="PORT", min=1, max=65_535, help="Answer /healthz, /readyz and /metrics here."),
]
HealthHost = Annotated[str, typer.Option(envvar="BOWERBIRD_HEALTH_HOST", metavar="HOST", help="Address for --health-port.")]


def worker(database_url: DatabaseUrl = None, health_port: HealthPort = None, health_host: HealthHost = "127.0.0.1") -> None:
    """Advance jobs of a shared database, beside any number of other workers and servers. SIGTERM stops it when its jobs are done."""
    from bowerbird.cli.processes import dump_no_core, give_way
    from bowerbird.logs import configure_logs
    from bowerbird.wiring.services import open_services

    settings = settings_from(None, database_url)
    if not settings.database_url:
        raise CommandRefused(
            "a worker needs a database it can share: name it with --database-url. With an embedded one, `serve` does the jobs"
        )
    configure_logs(settings.log_level, settings.log_format)
    dump_no_core()
    give_way()
    from bowerbird.api.http.metrics import Metrics
    from bowerbird.background.fleet import FleetDispatcher

    services = open_services(settings)
    services.readers.try_confinement_aside()
    services.outcomes = metrics = Metrics()
    dispatcher = FleetDispatcher(services, settings.database_url, settings.public_url)
    asyncio.run(_work(dispatcher, health_host, health_port, metrics))
    services.readers.close()
    services.uploads.close()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)  # a connector that hangs has been given up; its thread is not waited for


async def _work(dispatcher: FleetDispatcher, health_host: str, health_port: int | None, metrics: Metrics) -> None:
    from bowerbird.background.fleet import serve_health

    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    health = None
    if health_port is not None:
        try:
            health = await serve_health(health_host, health_port, lambda: dispatcher.is_ready, metrics.page)
        except OSError as error:
            raise CommandRefused(f"cannot listen on {health_host}:{health_port}: {error.strerror}. Choose another --health-port") from None
    dispatcher.start()
    typer.echo(f"Worker {os.getpid()} waits for jobs. Ctrl-C stops it.")
    await stop.wait()
    if health is not None:
        health.close()
    await dispatcher.stop()
