"""`bowerbird serve`: the server, and what it prints when it starts."""

from __future__ import annotations

import errno
import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from bowerbird.cli.options import Data, DatabaseUrl, settings_from
from bowerbird.console import CommandRefused

if TYPE_CHECKING:
    from bowerbird.cli.welcome import FirstSteps
    from bowerbird.domain.access.applications import NewKey
    from bowerbird.domain.services import Services, Session
    from bowerbird.settings import Settings

Host = Annotated[str, typer.Option(envvar="BOWERBIRD_HOST", metavar="HOST", help="Address to listen on; 0.0.0.0 for every one.")]
Port = Annotated[
    int, typer.Option(envvar="BOWERBIRD_PORT", metavar="PORT", min=0, max=65_535, help="Port to listen on; 0 for any free one.")
]
PublicUrl = Annotated[
    str | None, typer.Option(metavar="URL", help="The address clients reach the server under.", show_default="http://HOST:PORT")
]
Workers = Annotated[
    int, typer.Option(envvar="BOWERBIRD_WORKERS", metavar="N", min=1, max=64, help="Processes that share the port and the database.")
]
NoJobs = Annotated[bool, typer.Option("--no-jobs", help="With a shared database: answer requests only, and leave jobs to workers.")]

SandboxControls = Annotated[
    bool | None,
    typer.Option(
        "--sandbox-controls/--no-sandbox-controls",
        help="The sandbox's control plane under /_bowerbird: codes on demand, faults, the clock. Closed for good once real data is stored.",
        show_default="BOWERBIRD_SANDBOX_CONTROLS, which is no",
    ),
]


def serve(
    host: Host = "127.0.0.1",
    port: Port = 8000,
    data: Data = None,
    database_url: DatabaseUrl = None,
    public_url: PublicUrl = None,
    workers: Workers = 1,
    *,
    no_jobs: NoJobs = False,
    sandbox_controls: SandboxControls = None,
) -> None:
    """Serve the API. The first start on an empty folder creates a sandbox application and prints its key."""
    from bowerbird.cli import processes
    from bowerbird.logs import configure_logs

    settings = settings_from(data, database_url, public_url, sandbox_controls=sandbox_controls, no_jobs=no_jobs or None)
    if settings.no_jobs and not settings.database_url:
        raise CommandRefused("--no-jobs leaves jobs to workers, and they need a shared database: name it with --database-url")
    with bind(host, port) as listener:
        configure_logs(settings.log_level, settings.log_format)
        processes.prepare_process()
        _warn_of_open_files(settings)
        url = (settings.public_url or url_of(listener)).rstrip("/")
        if workers > 1:
            _serve_many(settings, listener, url, workers)
        else:
            _serve_one(settings, listener, url)


def _warn_of_open_files(settings: Settings) -> None:
    """One line of the log for each file of an embedded database that others than its owner may read."""
    from bowerbird.logs import log
    from bowerbird.wiring.data_folder import open_to_others
    from bowerbird.wiring.services import database_file, own_key_file

    if settings.database_url:
        return
    own = [database_file(settings), settings.data / "admin.token", own_key_file(settings)]
    for path, mode in open_to_others(settings.data, [file for file in own if file]):
        log.warning("readable_by_others", path=str(path), mode=mode, help=f"run chmod go= {path}")


def _serve_one(settings: Settings, listener: socket.socket, url: str) -> None:
    from bowerbird.cli.welcome import print_welcome
    from bowerbird.wiring.services import open_services

    services = open_services(settings, alone=True)
    answer(services, first_steps(services, settings, url, _create_sandbox), listener, print_welcome)


def answer(services: Services, opening: FirstSteps, listener: socket.socket, welcome: Callable[[FirstSteps], None]) -> None:
    """Answer requests in this process until it is stopped; `welcome` prints what people need once it answers."""
    from bowerbird.cli import processes
    from bowerbird.wiring.server import build_server

    with _announced(opening, welcome) as ready:

        def answering() -> None:
            ready()
            services.readers.try_confinement_aside()

        processes.run_one(build_server(services, opening.settings, opening.url).app, listener, answering)


def _serve_many(settings: Settings, listener: socket.socket, url: str, workers: int) -> None:
    from bowerbird.cli import processes
    from bowerbird.cli.options import opened
    from bowerbird.cli.welcome import print_welcome

    with opened(settings, create=True) as services:
        opening = first_steps(services, settings, url, _create_sandbox)
    with _announced(opening, print_welcome) as ready:
        processes.run_many(settings, url, listener, workers, ready)


@contextmanager
def _announced(opening: FirstSteps, welcome: Callable[[FirstSteps], None]) -> Iterator[Callable[[], None]]:
    """What to call once the server answers: it records the address, until the server ends, and prints the welcome."""
    from bowerbird.cli.address import recorded

    with ExitStack() as stack:

        def ready() -> None:
            stack.enter_context(recorded(opening.settings, opening.url))
            welcome(opening)

        yield ready


def _create_sandbox(session: Session) -> NewKey:
    from bowerbird.domain.access.applications import create_application

    return create_application(session, "Sandbox", production=False, products="all")


def first_steps(services: Services, settings: Settings, url: str, create: Callable[[Session], NewKey]) -> FirstSteps:
    """The first application of an empty embedded database, made by `create`, with its key; otherwise the first application there is."""
    from bowerbird.cli.welcome import FirstSteps
    from bowerbird.domain.access.real_data import why_closed
    from bowerbird.domain.operators.operators import create_first_link
    from bowerbird.model.clock import SystemClock, to_milliseconds
    from bowerbird.storage.database.unit_of_work import EVERY_TENANT
    from bowerbird.storage.rows.applications import all_applications

    def first(session: Session) -> FirstSteps:
        there, link = all_applications(session.uow), create_first_link(session, to_milliseconds(SystemClock().now()))
        if there or settings.database_url:
            return FirstSteps(url, settings, there[0].id if there else "", "", link, why_closed(session.uow))
        made = create(session)
        return FirstSteps(url, settings, made.application_id, made.secret, link)

    return services.write_now(first, tenant=EVERY_TENANT)


def bind(host: str, port: int) -> socket.socket:
    """A socket on the address, taken before anything else happens. Raises CommandRefused."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
    except (socket.gaierror, UnicodeError):
        raise CommandRefused(f"{host} is no address of this machine: choose another with --host (127.0.0.1, or 0.0.0.0 for all)") from None
    listener = socket.socket(family, kind, protocol)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(address)
        listener.listen(0)  # the port is taken from here on, though no request is answered yet
    except OSError as error:
        listener.close()
        raise CommandRefused(_why_not(error, host, port)) from None
    listener.set_inheritable(True)
    return listener


def _why_not(error: OSError, host: str, port: int) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"port {port} on {host} is in use: stop the program that has it, or choose another with --port"
    if error.errno == errno.EACCES:
        return f"port {port} needs more rights than this user has: choose one above 1023 with --port"
    return f"cannot listen on {host}: {error.strerror}. Choose another address with --host (127.0.0.1, or 0.0.0.0 for all)"


def url_of(listener: socket.socket) -> str:
    """The address as a browser on this machine reaches it, also where the server listens on every address."""
    host, port = listener.getsockname()[:2]
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104  (is not bound to, but read)
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
