"""Builds every object once: from settings to services, from services to a server."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass, fields
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from bowerbird.api.http.app import build_app
from bowerbird.api.http.connection_limiter import ConnectionLimiter
from bowerbird.api.http.metrics import Metrics
from bowerbird.api.http.request import ApiContext
from bowerbird.api.http.request_queue import RequestQueue
from bowerbird.api.http.server import LIMITER_KEY
from bowerbird.api.http.token_limit import token_limit
from bowerbird.background.dispatcher import DisabledDispatcher, Dispatcher, dispatcher_of
from bowerbird.contexts import build_api_context, build_page_context
from bowerbird.domain.access.admin import AdminToken, load_or_create_admin_token
from bowerbird.domain.sandbox.controls import Controls, load_controls
from bowerbird.domain.sandbox.inspector import open_inspector
from bowerbird.domain.services import Limits, Services
from bowerbird.forks import Forks
from bowerbird.logs import configure_logs
from bowerbird.model.clock import Clock, SystemClock
from bowerbird.outbound.addresses import AllowList
from bowerbird.outbound.client import Outbound
from bowerbird.outbound.code_sender import CodeSender, code_sender_of
from bowerbird.plugins import institutions, registry
from bowerbird.plugins.guard import Guard
from bowerbird.plugins.registry import Plugins
from bowerbird.settings import Settings, files_kept_days, read_settings
from bowerbird.statements.confined.pool import Readers, Task
from bowerbird.statements.pdf.proven import ExaminedStatement
from bowerbird.statements.statement_reader import StatementReader
from bowerbird.statements.tasks import PICTURE
from bowerbird.storage.database.engine import Storage
from bowerbird.storage.database.migrate import migrate
from bowerbird.storage.database.pool_limits import PoolLimits
from bowerbird.storage.database.shared import check_shared
from bowerbird.storage.database.unit_of_work import EVERY_TENANT
from bowerbird.storage.files.factory import store_of
from bowerbird.storage.files.stores import UploadStore
from bowerbird.storage.vault import key_sources
from bowerbird.storage.vault.envelope import VaultError
from bowerbird.storage.vault.master_keys import MasterKeys
from bowerbird.storage.vault.vault import Vault
from bowerbird.web.kernel.app import build_web
from bowerbird.web.kernel.context import PageContext
from bowerbird.web.routes import AREAS, PAGES

T = TypeVar("T")

_GUARD_THREADS = 8
_SWITCH_SECONDS = 0.001  # not money: seconds
"""After which a thread that reads rows or makes a page lets the loop go on; Python's own are five times as long."""


class SetupError(Exception):
    """The server cannot be set up as asked: it says what is missing and what to do."""


def database_file(settings: Settings) -> Path:
    """Where the embedded database lies."""
    return settings.data / "bowerbird.db"


def database_url(settings: Settings) -> str:
    if settings.database_url:
        return settings.database_url.replace("postgresql://", "postgresql+psycopg://", 1)
    return f"sqlite:///{database_file(settings)}"


def own_key_file(settings: Settings) -> Path | None:
    """The key file beside an embedded database, None where the master keys come from elsewhere."""
    elsewhere = settings.master_key or settings.master_key_file or settings.master_key_command or settings.database_url
    return None if elsewhere else settings.data / "master.key"


def open_master_keys(settings: Settings) -> MasterKeys:
    """The master keys of the environment, a file or a command; or of the file beside an embedded database, made on first start."""
    own = own_key_file(settings)
    try:
        if own is not None:
            own.parent.mkdir(parents=True, exist_ok=True)
            key_sources.create_key_file(own)
        return MasterKeys(key_sources.source_of(settings.master_key, settings.master_key_file, settings.master_key_command, own))
    except VaultError as error:
        raise SetupError(str(error)) from error


def admin_secret(settings: Settings) -> str:
    """The operator's secret: of the environment, or of the file beside an embedded database. A shared database has none by itself."""
    if settings.admin_token or settings.database_url:
        return settings.admin_token
    return load_or_create_admin_token(settings.data / "admin.token")


def limits_of(settings: Settings) -> Limits:
    """Settings that are limits, most of them by the same name."""
    names = {field.name for field in fields(Limits)} & {field.name for field in fields(Settings)}
    plain = {name: getattr(settings, name) for name in names}
    own = {"sandbox_connections": settings.sandbox_connection_limit, "statement_files_kept_days": files_kept_days(settings)}
    return Limits(**(plain | own), files_kept_in_sandbox_only=not settings.statement_files_kept_days)


def open_outbound(settings: Settings) -> Outbound:
    """The client for other people's addresses. Raises SetupError for an allow list that cannot be read."""
    return Outbound(_as_set("OUTBOUND_ALLOW", partial(AllowList.read, settings.outbound_allow)), total_seconds=settings.webhook_seconds)


def open_code_sender(settings: Settings, outbound: Outbound) -> CodeSender:
    """What texts the codes of auth links. Raises SetupError for a setting that names no such thing."""
    return _as_set("CODE_SENDER", partial(code_sender_of, settings.code_sender, outbound))


def open_uploads(settings: Settings) -> UploadStore:
    """The place of uploaded files. Raises SetupError."""
    copied = settings.sandbox_controls and not settings.database_url
    return _as_set("UPLOADS", partial(store_of, settings.uploads, settings.uploads_endpoint, copied=copied))


def _as_set(name: str, make: Callable[[], T]) -> T:
    """What a setting names. Raises SetupError where it names no such thing."""
    try:
        return make()
    except (ValueError, OSError) as error:
        raise SetupError(f"BOWERBIRD_{name}: {error}") from error


def migrate_database(settings: Settings, grant_to: str = "") -> tuple[str | None, str]:
    """Bring the database to the schema of this program: (revision before, revision now). Raises SchemaError and GrantError.

    `grant_to` is a role of a shared database that gets the rights to serve.
    """
    if not settings.database_url:
        settings.data.mkdir(parents=True, exist_ok=True)
    return migrate(database_url(settings), grant_to)


def _open_unlocked(settings: Settings) -> tuple[Storage, Vault]:
    """Storage on the schema of this program, and the vault that opens what is sealed in it.

    An embedded database is brought to the schema, a shared one must be there already.
    """
    vault = Vault(open_master_keys(settings))
    if settings.database_url:
        check_shared(database_url(settings))
    else:
        migrate_database(settings)
    storage = Storage(database_url(settings), PoolLimits(settings.database_connections, settings.database_seconds))
    try:
        storage.write_now(vault.unlock, tenant=EVERY_TENANT)
    except VaultError as error:
        storage.close()
        raise SetupError(str(error)) from error
    return storage, vault


def pdf_task(plugins: Plugins, *, without_layout: bool) -> Task[ExaminedStatement]:
    """Reading a PDF statement in a confined process, which is given the layouts when it starts."""
    prepared = {"layouts": msgspec.to_builtins(plugins.statement_layouts), "without_layout": without_layout}
    return Task("pdf", "bowerbird.statements.pdf.task:reader", ExaminedStatement, prepared)


def open_statement_reader() -> StatementReader:
    """What reads statement files without a server."""
    plugins = registry.discover()
    pdf = pdf_task(plugins, without_layout=True)
    drafting = Task("draft", "bowerbird.statements.pdf.task:drafter", str)
    return StatementReader(Readers([pdf, drafting], count=1), pdf, drafting, plugins.csv_layouts, read_settings().csv_max_rows)


def open_services(settings: Settings, clock: Clock | None = None, *, alone: bool = False) -> Services:
    """Storage with its migrations applied, vault, plugins and limits. `alone`: no other process serves the same database."""
    storage, vault = _open_unlocked(settings)
    plugins = registry.discover()
    pdf = pdf_task(plugins, without_layout=settings.statements_without_layout)
    limits = limits_of(settings)
    outbound = open_outbound(settings)
    controls = Controls(limits, alone=alone and not settings.database_url)
    services = Services(
        storage=storage,
        vault=vault,
        clock=clock or controls.clock,
        lease_clock=clock or SystemClock(),
        institutions=institutions.load(Path(settings.institutions) if settings.institutions else None),
        plugins=plugins,
        guard=Guard(ThreadPoolExecutor(_GUARD_THREADS, thread_name_prefix="connector"), settings.step_seconds),
        readers=Readers([pdf, PICTURE]),
        pdf=pdf,
        sandbox_seed=settings.sandbox_seed,
        admin=AdminToken(admin_secret(settings)),
        controls=controls,
        deterministic=settings.sandbox_deterministic and settings.sandbox_controls,
        limits=limits,
        outbound=outbound,
        code_sender=open_code_sender(settings, outbound),
        uploads=open_uploads(settings),
        inspector=open_inspector(settings.inspector, controls=settings.sandbox_controls),
    )
    services.read_now(load_controls, tenant=EVERY_TENANT)
    if not settings.sandbox_controls:
        services.controls = None  # its clock stays where the sandbox's owner has turned it
        if clock is None and not controls.clock.is_turned:
            services.clock = SystemClock()
    return services


@dataclass(frozen=True, slots=True)
class Server:
    """A web application and what it stands on."""

    app: Any
    services: Services
    dispatcher: Dispatcher
    web: PageContext


def join(api: Any, web: Any, limiter: ConnectionLimiter) -> Any:
    """One ASGI application: what begins like a page goes to the pages, everything else to the API.

    No coroutine of its own, so that an API request pays one look-up and no further frame.
    """

    def serve(scope: Any, receive: Any, send: Any) -> Any:
        if scope["type"] == "lifespan":
            scope["state"][LIMITER_KEY] = limiter
        chosen = web if scope["type"] == "http" and scope["path"][1:].partition("/")[0] in AREAS else api
        return chosen(scope, receive, send)

    return serve


def build_server(services: Services, settings: Settings, public_url: str, *, one_of_several: bool = False) -> Server:
    """`one_of_several`: other processes of the same `serve` answer beside this one."""
    metrics = Metrics()
    limit = token_limit(services, settings.limits_url, one_of_several=one_of_several or bool(settings.database_url))
    context = build_api_context(services, public_url, metrics, limit)

    request_queue = RequestQueue(services.limits)
    limiter = ConnectionLimiter(
        services.limits, lambda in_flight: setattr(request_queue, "in_flight", in_flight), max(page.largest for page in PAGES)
    )
    metrics.watch(request_queue, limiter)

    def fork_context(forked: Services, url: str) -> ApiContext:
        return build_api_context(forked, url, metrics, token_limit(forked, "", one_of_several=False))

    forks = Forks(services, context.public_url, fork_context, most=settings.forks, idle_seconds=settings.fork_idle_seconds)
    context.forks = None if services.controls is None else forks
    web = build_page_context(context, settings, metrics, admin_secret(settings))
    web.body_budget = request_queue
    dispatcher = DisabledDispatcher() if settings.no_jobs else dispatcher_of(services, settings.database_url, public_url)

    @asynccontextmanager
    async def lifespan(_app: Any) -> AsyncIterator[None]:
        sys.setswitchinterval(_SWITCH_SECONDS)
        await dispatcher.start()
        watching = asyncio.create_task(limiter.watch())
        if services.controls is not None and services.storage.is_sqlite:
            forks.start()
        try:
            yield
        finally:
            watching.cancel()
            await forks.stop()
            await dispatcher.stop()
            web.close()
            services.close()

    return Server(join(build_app(context, metrics, request_queue, lifespan), build_web(web), limiter), services, dispatcher, web)


def create_app() -> Any:
    """The web application of one of several processes, from environment variables alone."""
    settings = read_settings()
    configure_logs(settings.log_level, settings.log_format)
    return build_server(open_services(settings), settings, settings.public_url, one_of_several=True).app
